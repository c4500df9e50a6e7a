"""Git objects and repositories written byte by byte, so that they can be what git would never write."""

from __future__ import annotations

import hashlib
import struct
import subprocess
import zlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from tests.conftest import git

__all__ = ["Built", "bare", "commit_text", "content", "tree_of"]

_NUMBERS = {"commit": 1, "tree": 2, "blob": 3, "tag": 4}
PERSON = b"Tester <tester@example.org>"
DATE = b"1767323045 +0000"


def bare(path: Path, *, sha256: bool = False) -> Built:
    """An empty bare repository."""
    path.mkdir(parents=True)
    git(path, "init", "-q", "--bare", "-b", "main", *(["--object-format=sha256"] if sha256 else []), ".")
    return Built(path)


def tree_of(entries: Iterable[tuple[bytes, bytes, str]]) -> bytes:
    """The bytes of a tree of (mode, name, object id), in the order given."""
    return b"".join(mode + b" " + name + b"\0" + bytes.fromhex(oid) for mode, name, oid in entries)


def commit_text(
    tree: str,
    parents: Sequence[str] = (),
    *,
    message: bytes = b"work\n",
    author: bytes = PERSON,
    when: bytes = DATE,
) -> bytes:
    """The bytes of a commit."""
    head = [b"tree " + tree.encode(), *(b"parent " + oid.encode() for oid in parents)]
    head += [b"author " + author + b" " + when, b"committer " + author + b" " + when]
    return b"\n".join(head) + b"\n\n" + message


class Built:
    """A repository that takes any object."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._packed: list[tuple[str, bytes]] = []

    def add(self, kind: str, content: bytes) -> str:
        """Add an object; return its id. It is written by :meth:`pack`."""
        self._packed.append((kind, content))
        return hashlib.sha1(f"{kind} {len(content)}\0".encode() + content).hexdigest()

    def pack(self) -> None:
        """Write the added objects as one pack."""
        out = bytearray(b"PACK" + struct.pack(">II", 2, len(self._packed)))
        for kind, content in self._packed:
            size = len(content)
            byte = (_NUMBERS[kind] << 4) | (size & 15)
            size >>= 4
            while size:
                out.append(byte | 0x80)
                byte = size & 127
                size >>= 7
            out.append(byte)
            out += zlib.compress(content, 1)
        out += hashlib.sha1(out).digest()
        target = self.path / "objects" / "pack" / f"pack-{hashlib.sha1(out).hexdigest()}.pack"
        target.write_bytes(out)
        subprocess.run(["git", "index-pack", str(target)], capture_output=True, check=True, cwd=self.path)
        self._packed.clear()

    def tree(self, files: Mapping[bytes, tuple[bytes, str]]) -> str:
        """Add a tree and those below it from paths to (mode, object id); return its id."""
        here: dict[bytes, tuple[bytes, str]] = {}
        below: dict[bytes, dict[bytes, tuple[bytes, str]]] = {}
        for path, entry in files.items():
            first, slash, rest = path.partition(b"/")
            if slash:
                below.setdefault(first, {})[rest] = entry
            else:
                here[first] = entry
        for name, inner in below.items():
            here[name] = (b"40000", self.tree(inner))
        ordered = sorted(here.items(), key=lambda item: item[0] + (b"/" if item[1][0] == b"40000" else b""))
        return self.add("tree", tree_of((mode, name, oid) for name, (mode, oid) in ordered))

    def files(self, files: Mapping[str, str | bytes], links: Mapping[str, str] | None = None) -> str:
        """Add files and symbolic links; return the id of the root tree."""
        entries: dict[bytes, tuple[bytes, str]] = {}
        for name, text in files.items():
            entries[content(name)] = (b"100644", self.add("blob", content(text)))
        for name, goal in (links or {}).items():
            entries[content(name)] = (b"120000", self.add("blob", content(goal)))
        return self.tree(entries)

    def commit(self, tree: str, branch: str = "main", parents: Sequence[str] = (), **more: bytes) -> str:
        """Commit a tree on a branch and write all that was added."""
        oid = self.add("commit", commit_text(tree, parents, **more))
        self.pack()
        self.point(f"refs/heads/{branch}", oid)
        return oid

    def point(self, ref: str, oid: str) -> None:
        """Let a ref name an object, whatever either is."""
        path = self.path / ref
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{oid}\n")

    def configure(self, text: str) -> None:
        """Append to the configuration."""
        with (self.path / "config").open("a") as file:
            file.write(text)


def content(text: str | bytes) -> bytes:
    """Text as bytes; lone surrogates are the bytes that they stand for."""
    return text if isinstance(text, bytes) else text.encode("utf-8", "surrogateescape")
