"""Make ``analyzer/knowledge/templates.txt`` from public templates: hashes and sizes, no text.

    python tools/template_fingerprints.py REPOSITORIES WHEELS > analyzer/knowledge/templates.txt

REPOSITORIES holds clones with their history, one folder ``OWNER+NAME`` each (bare, or bare in ``repo``); every version
of every file on the default branch is taken. WHEELS holds wheels of the packages below, several versions if you like.
What is not there is left out with a word on standard error. Needs jinja2 for the packages that render their templates.
"""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

from analyzer.fingerprints import COMPARED_KINDS, fingerprint, possible_sizes
from analyzer.inventory import kind_of
from analyzer.knowledge.templates import REPOSITORIES, WHEELS, WheelTemplate

_LARGEST = 400_000
_LEGAL = re.compile(r"(?i)(?:^|/)(?:licen[cs]e|copying|notice|code_of_conduct|security|contributing)\b[^/]*$")
_UNRENDERED = re.compile(rb"\{\{ ?cookiecutter|\{% ?if cookiecutter|PROJECT_NAME_PLACEHOLDER|REPO_NAME_PLACEHOLDER")


def main(repositories: Path, wheels: Path) -> None:
    """Print the table."""
    prints: dict[str, set[str]] = {}
    sizes: set[int] = set()
    taken: set[str] = set()
    for name, contents in (*_of_repositories(repositories), *_of_wheels(wheels)):
        for content in contents:
            found = fingerprint(content)
            if found and not _UNRENDERED.search(content):
                sizes |= possible_sizes(content)
                if found not in taken:
                    taken.add(found)
                    prints.setdefault(name, set()).add(found)
    print("# Fingerprints of public templates, made by tools/template_fingerprints.py. Hashes only.")
    _print("sizes", [str(size) for size in sorted(sizes)])
    for name, found in sorted(prints.items()):
        _print(name, sorted(found))
        print(f"{name}: {len(found)} files", file=sys.stderr)


def _print(name: str, words: list[str]) -> None:
    print(f">{name}")
    for start in range(0, len(words), 9):
        print(" ".join(words[start : start + 9]))


def _of_repositories(folder: Path) -> Iterator[tuple[str, list[bytes]]]:
    for name, part in REPOSITORIES:
        base = folder / name.replace("/", "+")
        git_dir = base / "repo" if (base / "repo").is_dir() else base
        if not git_dir.is_dir():
            print(f"{name}: not there, left out", file=sys.stderr)
            continue
        yield name, list(_blobs(git_dir, part))


def _git(git_dir: Path, *arguments: str, given: bytes = b"") -> bytes:
    argv = ["git", f"--git-dir={git_dir}", *arguments]
    return subprocess.run(argv, input=given, capture_output=True, check=True).stdout


def _blobs(git_dir: Path, part: str) -> Iterator[bytes]:
    names = {}
    for line in (
        _git(git_dir, "rev-list", "--objects", "--missing=allow-any", "HEAD").decode("utf-8", "replace").splitlines()
    ):
        oid, _, path = line.partition(" ")
        if _wanted(path) and part in path:
            names[oid] = path
    asked = "".join(f"{oid}\n" for oid in names).encode()
    small = []
    for line in _git(git_dir, "cat-file", "--batch-check", given=asked).decode().splitlines():
        oid, kind, size = (*line.split(), "0")[:3]
        if kind == "blob" and int(size) <= _LARGEST:  # a partial clone says "missing"
            small.append(oid)
    output = _git(git_dir, "cat-file", "--batch", given="".join(f"{oid}\n" for oid in small).encode())
    position = 0
    for _ in small:
        end = output.index(b"\n", position)
        length = int(output[position:end].split()[2])
        yield output[end + 1 : end + 1 + length]
        position = end + length + 2


def _wanted(path: str) -> bool:
    return bool(path) and kind_of(path) in COMPARED_KINDS and not _LEGAL.search(path)


def _of_wheels(folder: Path) -> Iterator[tuple[str, list[bytes]]]:
    for template in WHEELS:
        found = sorted(folder.glob(f"{template.package}-*.whl"))
        if not found:
            print(f"{template.name}: no wheel of {template.package}, left out", file=sys.stderr)
        for wheel in found:
            yield template.name, list(_members(wheel, template))


def _members(path: Path, template: WheelTemplate) -> Iterator[bytes]:
    with zipfile.ZipFile(path) as wheel:
        sources = {
            name[len(template.folder) :]: wheel.read(name)
            for name in wheel.namelist()
            if name.startswith(template.folder) and not name.endswith("/")
        }
    for name, content in sources.items():
        if _wanted(name):
            yield content
    if template.rendered:
        yield from _rendered(sources)


def _rendered(sources: dict[str, bytes]) -> Iterator[bytes]:
    """Blocks as the package writes them into a project, with no code of the user and with the usual variables."""
    import jinja2

    texts = {name: content.decode("utf-8", "replace") for name, content in sources.items()}
    world = jinja2.Environment(loader=jinja2.DictLoader(texts), lstrip_blocks=True, trim_blocks=True)
    for name in texts:
        if name.endswith((".jinja", ".py")) and not name.endswith("__init__.py"):
            for code in ("", "    \n", "    "):
                try:
                    yield (world.get_template(name).render(code=code) + "\n").encode()
                except jinja2.TemplateError:
                    break


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
