"""What an image must hold before pip runs: the files that a package or its requirements name."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase

from analyzer.starts.model import RefusalError
from analyzer.starts.project import Project

__all__ = ["copied", "local_paths", "package_files", "requirement_files"]

_PACKAGE = ("pyproject.toml", "setup.py", "setup.cfg", "MANIFEST.in")
_NAMED = re.compile(r"[\w.*-]+(?:/[\w.*-]+)*")
_PLAIN = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_./-]{0,120}")
_LOCAL = re.compile(
    r"(?m)^[ \t]*(?:(?:-e|--editable)[ \t=]+)?[\"']?(\.{1,2}(?:/[\w./-]*)?)(?:\[[\w,.-]*\])?[\"']?[ \t]*(?:#.*)?$"
)
_FOLDER = re.compile(r"(?m)^[ \t]*(?:-e|--editable)[ \t=]+([A-Za-z0-9_][\w./-]*)(?:\[[\w,.-]*\])?[ \t]*(?:#.*)?$")


def requirement_files(project: Project) -> list[str]:
    """The requirements files of the project, and those that they include."""
    return list(dict.fromkeys(path for file in project.requirements for path in (file, *project.included(file))))


def local_paths(project: Project) -> list[str]:
    """Folders of the repository that the requirements name, ``.`` for the project itself.

    Raises:
        RefusalError: one lies outside of what the image is built from.
    """
    found: dict[str, None] = {}
    for file in requirement_files(project):
        text = project.text(file)
        for name in (*_LOCAL.findall(text), *_FOLDER.findall(text)):
            path = posixpath.normpath(name)
            if path.startswith(".."):
                raise RefusalError(
                    f"{project.outer(file)} installs {name}, which lies outside of what the image is built from",
                    "Build the image from the folder that holds both: fix e2e.container for that one.",
                )
            if path == "." or project.has(path):
                found[path] = None
    return list(found)


def package_files(project: Project) -> list[str]:
    """What describes the package, and the files that this names: readme, licence, version, requirements."""
    there = [name for name in _PACKAGE if project.has(name)]
    words = {word for name in there for word in _NAMED.findall(project.text(name))}
    return [*there, *(path for path in _files(project) if path not in there and _is_named(path, words))]


def _is_named(path: str, words: set[str]) -> bool:
    if path in words:
        return not path.endswith(".py")
    patterns = (
        word for word in words if "*" in word and word.strip("*.") and "/" not in word and not word.endswith(".py")
    )
    return "/" not in path and any(fnmatchcase(path, pattern) for pattern in patterns)


def _files(project: Project) -> Iterator[str]:
    inner = map(project.inner, sorted(project.repository.snapshot.entries))
    return (path for path in inner if _PLAIN.fullmatch(path))


def copied(paths: Iterable[str], code: Iterable[str]) -> list[str]:
    """What stands behind COPY for files and folders, each at its place; what lies in a folder of the code comes with it."""
    tops = set(code)
    folders: dict[str, list[str]] = {}
    for path in paths:
        if path.split("/")[0] not in tops:
            folders.setdefault(posixpath.dirname(path), []).append(path)
    return [f"{' '.join(names)} {folder or '.'}/" for folder, names in folders.items()]
