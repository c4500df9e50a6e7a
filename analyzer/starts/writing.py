"""Where starts come from and go to: the work tree of a repository on this machine."""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from analyzer.errors import FolioscopeError, TargetError, UsageError
from analyzer.files_on_disk import open_folder, open_worktree
from analyzer.git import run
from analyzer.limits import Limits
from analyzer.repository import Repository
from analyzer.snapshot import common_dir, find_git_dir
from analyzer.starts.model import StartFile
from analyzer.starts.project import Project

__all__ = ["open_project", "origin", "place_of", "root_of", "write"]

_NAME = re.compile(r"(?m)^\[project\][^\[]*?^name\s*=\s*[\"']([\w.-]+)", re.DOTALL)
_ORIGIN = re.compile(
    r"\[remote \"origin\"\][^\[]*?\n\s*url\s*=\s*(?:\w+://)?(?:[^@/\s]*@)?([\w-]+(?:\.[\w-]+)+)(?::\d+(?=/))?[/:]"
    r"([\w.-]+(?:/[\w.-]+)+)/?\s"
)
_OF_ORIGIN = "refs/remotes/origin/"
_ORIGIN_HEAD = f"{_OF_ORIGIN}HEAD"
_DEFAULTS = (
    _ORIGIN_HEAD,
    *(f"{where}{name}" for name in ("main", "master") for where in (_OF_ORIGIN, "refs/heads/")),
)


def root_of(path: Path) -> tuple[Path, Path | None]:
    """The root of the repository at a path, with its git directory; a folder that is no repository is its own root.

    Raises:
        TargetError: there is no such folder, or it is a bare repository.
        UsageError: the path is a folder within a repository.
    """
    root, git_dir, subdir = place_of(path)
    if subdir:
        raise UsageError(f"{path} is a folder of the repository {root}", "Workflows belong to its root: give that.")
    return root, git_dir


def place_of(path: Path, subdir: str = "") -> tuple[Path, Path | None, str]:
    """The root of the repository around a path, its git directory, and the folder of it that is meant, empty for the root.

    Args:
        path: the root of a repository, or a folder of it; a folder that is no repository is its own root.
        subdir: a folder below the path.

    Raises:
        TargetError: there is no such folder, or it is a bare repository.
        UsageError: the folder below the path lies outside of it.
    """
    folder = path.resolve()
    if not folder.is_dir():
        raise TargetError(f"There is no folder {path}", "Give the root of a repository on this machine.")
    git_dir, root = find_git_dir(folder) or (None, folder)
    if git_dir == root:
        raise TargetError(f"{path} is a bare repository and has no files to write", "Give a work tree.")
    inner = (folder / subdir).resolve()
    if not inner.is_relative_to(root):
        raise UsageError(f"{subdir} lies outside of {root}", "Give a folder of the repository.")
    if not inner.is_dir():
        raise TargetError(f"There is no folder {subdir} in {folder}", "Give a folder that holds a project.")
    named = inner.relative_to(root).as_posix()
    return root, git_dir, "" if named == "." else named


@contextmanager
def open_project(root: Path, git_dir: Path | None = None, subdir: str = "") -> Iterator[Project]:
    """The facts of the work tree at a root, or of a folder of it, uncommitted files included.

    Args:
        root: the root, as ``place_of`` tells it.
        git_dir: its git directory; None for a folder that is no repository.
        subdir: the project's folder; empty for the root.

    Raises:
        FolioscopeError: it cannot be read, or the folder holds no file.
    """
    snapshot = open_worktree(root, git_dir, Limits()) if git_dir else open_folder(root, Limits())
    with snapshot:
        if subdir and not any(path.startswith(f"{subdir}/") for path in snapshot.entries):
            raise TargetError(f"There is no file in {subdir}", "Give a folder that holds a project.")
        project = Project(Repository(snapshot, subdir), posixpath.basename(subdir) or root.name, _branch(git_dir))
        named = _NAME.search(project.text("pyproject.toml"))
        yield project.called(named.group(1)) if named else project


def _branch(git_dir: Path | None) -> str:
    """The branch that changes are merged into: the default of origin, else main or master, else the current one."""
    try:
        asked = ("--format=%(refname) %(symref)", *_DEFAULTS)
        listed = run(git_dir, "for-each-ref", *asked, seconds=10, most=4096) if git_dir else b""
        known = dict(line.split(" ", 1) for line in listed.decode("utf-8", "replace").splitlines())
        default = known.get(_ORIGIN_HEAD, "")
        if default.startswith(_OF_ORIGIN):
            return default.removeprefix(_OF_ORIGIN)
        there = next((name for name in _DEFAULTS[1:] if name in known), "")
        if there:
            return there.rsplit("/", 1)[-1]
        answer = run(git_dir, "symbolic-ref", "--short", "HEAD", seconds=10, most=4096) if git_dir else b""
    except FolioscopeError:  # a detached HEAD
        return "main"
    return answer.decode("utf-8", "replace").strip() or "main"


def origin(git_dir: Path | None) -> tuple[str, str]:
    """The host that the repository was cloned from, and its path there, such as owner/name; empty where none is told."""
    try:
        config = (common_dir(git_dir) / "config").read_text("utf-8", "replace")[:65_536] if git_dir else ""
    except OSError:
        return "", ""
    found = _ORIGIN.search(config)
    return (found.group(1).lower(), found.group(2).removesuffix(".git")) if found else ("", "")


def write(root: Path, files: Sequence[StartFile]) -> Iterator[tuple[str, bool]]:
    """Write files that are not there yet; yield each path, and whether it was written.

    Raises:
        UsageError: a folder of the path is a link or a file, or cannot be written.
    """
    for file in files:
        path = root / file.path
        for folder in (*reversed(path.parents), path):
            if folder.is_relative_to(root) and folder != root and folder.is_symlink():
                raise UsageError(f"{folder.relative_to(root)} is a link", "Nothing is written through links.")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o644)
        except FileExistsError:
            if not path.exists():
                raise UsageError(
                    f"{path.parent.relative_to(root)} is no folder", "Move that file away first."
                ) from None
            yield file.path, False
            continue
        except OSError as error:
            raise UsageError(
                f"{file.path} cannot be written: {error.strerror}", "Check the folder's rights."
            ) from error
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as stream:
            stream.write(file.text)
        yield file.path, True
