"""One state of a repository: its paths, sizes and contents, read from git objects or from a plain folder.

Nothing is checked out, no symbolic link is followed, nothing of the repository is executed.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from types import TracebackType

from msgspec import Struct, field

from analyzer.errors import LimitError, TargetError
from analyzer.git import GitError, ObjectReader, run, without_promisor
from analyzer.limits import Limits
from analyzer.shared import Shared

__all__ = [
    "DAMAGED",
    "Entry",
    "EntryKind",
    "Problem",
    "Snapshot",
    "admit",
    "common_dir",
    "find_git_dir",
    "listing_bytes",
    "nearest",
    "open_git",
    "over_limit",
    "refs_called",
]


class EntryKind(StrEnum):
    """What a path of the tree is."""

    FILE = "file"
    SYMLINK = "symlink"
    SUBMODULE = "submodule"


class Entry(Struct, frozen=True):
    """A path of the tree. ``size`` is in bytes, or -1 where it is not known; ``oid`` is empty outside git."""

    path: str
    size: int
    oid: str = ""
    kind: EntryKind = EntryKind.FILE
    executable: bool = False


class Problem(Struct, frozen=True, order=True):
    """Something that could not be read, and why."""

    where: str
    what: str


class Snapshot(Struct):
    """One commit or folder. Immutable but for the contents, which are read on demand and kept.

    ``commit`` is empty for a folder that is no repository; ``committed`` is the committer date in UTC
    (ISO 8601). ``where`` is the git directory or the folder. ``filtered`` says that the files over the limit,
    and no others, were left on the server. ``shared`` is what it has in common with other commits of its repository.
    """

    where: Path
    commit: str
    committed: str
    entries: Mapping[str, Entry]
    limits: Limits
    problems: list[Problem] = field(default_factory=list)
    filtered: bool = False
    _reader: ObjectReader | None = None
    shared: Shared | None = None
    _contents: dict[str, bytes | None] = field(default_factory=dict)
    _read_bytes: int = 0

    def __enter__(self) -> Snapshot:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """End the git process behind the snapshot; what was read stays."""
        if self._reader:
            self._reader.close()
            self._reader = None

    def fetch(self, paths: Iterable[str]) -> None:
        """Read many files at once; what is too large or not here is recorded as a problem.

        Raises:
            LimitError: the text of the repository exceeds ``limits.text_bytes``, or time is over.
        """
        wanted = [entry for path in paths if (entry := self._readable(path))]
        self._read_bytes += sum(max(entry.size, 0) for entry in wanted)
        if self._read_bytes > self.limits.text_bytes:
            raise LimitError(
                f"The repository holds more than {self.limits.text_bytes:,} bytes of text",
                "Name a subfolder with --subdir.",
            )
        if self.shared:
            known = self.shared.contents
            here = [entry for entry in wanted if entry.oid in known]
            wanted = [entry for entry in wanted if entry.oid not in known]
            for entry in here:
                self._keep(entry.path, known[entry.oid])
        if self._reader:
            answers = self._reader.read([entry.oid for entry in wanted])
            for entry, answer in zip(wanted, answers, strict=True):
                content = answer[1] if answer else None
                if self.shared:
                    self.shared.contents[entry.oid] = content
                self._keep(entry.path, content)
        else:
            for entry in wanted:
                self._keep(entry.path, _read_file(self.where, entry.path, self.limits.blob_bytes))

    def read(self, path: str) -> bytes | None:
        """Return the content of a file, or None when it is no file, over the limit, or not here."""
        if path not in self._contents:
            self.fetch((path,))
        return self._contents.get(path)

    def held(self, path: str) -> bytes | None:
        """The content of a file that was read before, or None; reads nothing."""
        return self._contents.get(path)

    def read_if_small(self, path: str) -> bytes | None:
        """The content of a file that need not be there; one over the limit is as good as none, and no problem."""
        entry = self.entries.get(path)
        small = entry is not None and entry.kind is EntryKind.FILE and 0 <= entry.size <= self.limits.blob_bytes
        return self.read(path) if small else None

    @property
    def looked_into(self) -> frozenset[str]:
        """The paths whose content was asked for so far."""
        return frozenset(self._contents)

    def _readable(self, path: str) -> Entry | None:
        entry = self.entries.get(path)
        if entry is None or path in self._contents or entry.kind is not EntryKind.FILE:
            return None
        if entry.size > self.limits.blob_bytes or (entry.size < 0 and self.filtered):
            # Without its size, which a clone that left it on the server does not know.
            self._contents[path] = None
            limit = f"{self.limits.blob_bytes:,} bytes"
            self.problems.append(Problem(path, f"not read: larger than {limit}, the limit of one file"))
            return None
        if entry.size < 0:
            self._keep(path, None)
            return None
        return entry

    def _keep(self, path: str, content: bytes | None) -> None:
        self._contents[path] = content
        if content is None:
            self.problems.append(Problem(path, "not read: its content is not in this copy of the repository"))
        elif content.startswith(b"version https://git-lfs.github.com/spec/"):
            self._contents[path] = None
            self.problems.append(Problem(path, "not read: a Git LFS pointer, the content is stored elsewhere"))


def find_git_dir(path: Path) -> tuple[Path, Path] | None:
    """Return (git directory, root of the work tree or the bare repository) that ``path`` belongs to, or None."""
    start = path.resolve()
    for folder in (start, *start.parents):
        if (folder / ".git").exists():
            return folder / ".git", folder
        if (folder / "HEAD").is_file() and (folder / "objects").is_dir() and (folder / "refs").is_dir():
            return folder, folder
    return None


def common_dir(git_dir: Path) -> Path:
    """Return the git directory that holds the configuration: that of the main work tree for a linked one."""
    try:
        if git_dir.is_file():
            link = git_dir.read_text("utf-8", "surrogateescape").removeprefix("gitdir:").strip()
            git_dir = git_dir.parent / link
        shared = git_dir / "commondir"
        return (
            (git_dir / shared.read_text("utf-8", "surrogateescape").strip()).resolve() if shared.is_file() else git_dir
        )
    except (OSError, ValueError):
        return git_dir


def open_git(git_dir: Path, ref: str, limits: Limits, *, filtered: bool = False) -> Snapshot:
    """Open one commit of a repository on this machine.

    Args:
        git_dir: the git directory, or the ``.git`` file of a linked work tree.
        ref: branch, tag or commit; empty for HEAD.
        limits: what may be read.
        filtered: whether it is a clone of ours, without the files over the limit.

    Raises:
        TargetError: there is no such commit, or the repository is empty or damaged.
        LimitError: the tree has more entries than ``limits.files``, or time is over.
    """
    reader = ObjectReader(git_dir, limits.read_seconds, limits.blob_bytes)
    try:
        commit, header = _resolve(reader, git_dir, ref)
        entries, problems = _list_tree(git_dir, commit, limits)
    except BaseException:
        reader.close()
        raise
    return Snapshot(git_dir, commit, _committed(header), entries, limits, problems, filtered, reader)


def _resolve(reader: ObjectReader, git_dir: Path, ref: str) -> tuple[str, bytes]:
    ended: GitError | None = None
    for name in refs_called(ref or "HEAD"):
        try:
            found = next(reader.read([f"{name}^{{commit}}"]))
        except GitError as error:  # the next command tells why git would not even begin
            ended = error
            break
        if found:
            return found
    try:
        refs = run(git_dir, "for-each-ref", "--format=%(refname:short)", seconds=10, most=1 << 20)
    except GitError as error:
        what = f"{git_dir} could not be read as a git repository: {error.stderr or error.what}"
        raise TargetError(what, f"{DAMAGED} With --standalone the folder is judged without git.") from error
    if ended:
        raise ended
    names = refs.decode("utf-8", "replace").split()
    if not ref and not names:
        raise TargetError(
            "The repository is empty: it has no commit yet",
            "Commit something first; folioscope analyze --worktree reads what is not committed yet.",
        )
    if not ref:
        raise TargetError("HEAD points to nothing", f"Name a branch with --ref: {', '.join(names[:5])}.")
    raise TargetError(f"There is no branch, tag or commit {ref!r}", nearest(ref, names))


def refs_called(name: str) -> tuple[str, ...]:
    """The refs that a name may mean, in order: a branch, a tag, a branch of ``origin``, or what git makes of it.

    ``HEAD`` and what is counted from it mean this repository's own, never that of ``origin``, which bears the same name.
    """
    if re.match(r"(?:HEAD|@)?(?:[~^@]|$)", name):
        return (name,)
    return f"refs/heads/{name}", f"refs/tags/{name}", f"refs/remotes/origin/{name}", name


def nearest(wanted: str, names: Iterable[str]) -> str:
    """Return a sentence with the names most like ``wanted``, for an error message."""
    import difflib

    known = sorted(set(names))
    close = difflib.get_close_matches(wanted, known, n=3, cutoff=0.4) or known[:5]
    return f"There is: {', '.join(close)}." if close else ""


def _committed(header: bytes) -> str:
    for line in header.split(b"\n\n", 1)[0].splitlines():
        if line.startswith(b"committer "):
            try:
                seconds = int(line.rsplit(b" ", 2)[1])
                return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
            except (ValueError, OverflowError, OSError, IndexError):
                return ""
    return ""


DAMAGED = "The copy may be damaged or partial; run git fsck on it, or clone it anew."
_KINDS = {"120000": EntryKind.SYMLINK, "160000": EntryKind.SUBMODULE}


def _list_tree(git_dir: Path, commit: str, limits: Limits) -> tuple[dict[str, Entry], list[Problem]]:
    try:
        listing = _listing(git_dir, commit, limits)
    except LimitError as error:
        raise LimitError(
            f"The repository has more files than the limit of {limits.files:,}",
            "Raise --max-files, or analyze another one.",
        ) from error
    except GitError as error:
        raise TargetError(
            f"The files of commit {commit} could not be listed: {error.stderr or error.what}",
            DAMAGED,
        ) from error
    return admit(_entries(listing.decode("utf-8", "surrogateescape")), limits)


def _entries(listing: str) -> Iterator[Entry]:
    for record in listing.split("\0"):
        if record:
            head, _, path = record.partition("\t")
            mode, _, oid, size = head.split()
            kind = _KINDS.get(mode, EntryKind.FILE)
            yield Entry(path, int(size) if size.isdigit() else -1, oid, kind, mode == "100755")


def admit(listed: Iterable[Entry], limits: Limits) -> tuple[dict[str, Entry], list[Problem]]:
    """The entries of a tree that are within the limits, by path, and what is said about the others.

    Raises:
        LimitError: there are more than ``limits.files``.
    """
    entries: dict[str, Entry] = {}
    problems: list[Problem] = []
    for entry in listed:
        if over_limit(entry.path, limits, problems):
            continue
        entries[entry.path] = entry
        if entry.kind is EntryKind.SUBMODULE:
            problems.append(Problem(entry.path, "not read: a git submodule, its content is another repository"))
    if len(entries) > limits.files:
        raise LimitError(
            f"The repository has {len(entries):,} files, over the limit of {limits.files:,}",
            "Raise --max-files, or analyze another one.",
        )
    return entries, problems


def _listing(git_dir: Path, commit: str, limits: Limits) -> bytes:
    def ask(where: Path) -> bytes:
        arguments = ("ls-tree", "-r", "-l", "-z", "--full-tree", commit)
        return run(where, *arguments, seconds=limits.read_seconds, most=listing_bytes(limits))

    try:
        return ask(git_dir)
    except GitError as error:
        if "promisor" not in error.stderr:
            raise
    with without_promisor(common_dir(git_dir) / "objects", sha256=len(commit) == 64) as where:
        return ask(where)


def listing_bytes(limits: Limits) -> int:
    """The longest listing of files that is read; one of few files may have long paths."""
    return max(limits.files * 200, 1 << 20)


def over_limit(path: str, limits: Limits, problems: list[Problem]) -> bool:
    """Whether a path is longer or deeper than is read, which is told among the problems."""
    if path.count("/") >= limits.path_depth or len(path) > limits.path_bytes:
        problems.append(Problem(f"{path[:80]}...", "not read: the path is too deep or too long"))
        return True
    return False


def _read_file(root: Path, path: str, most: int) -> bytes | None:
    try:
        descriptor = os.open(root / path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return None
    with os.fdopen(descriptor, "rb") as file:
        return file.read(most) if stat.S_ISREG(os.fstat(descriptor).st_mode) else None
