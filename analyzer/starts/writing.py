"""Where starts come from and go to: the work tree of a repository on this machine."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from analyzer.errors import FolioscopeError, TargetError, UsageError
from analyzer.git import run
from analyzer.limits import Limits
from analyzer.repository import Repository
from analyzer.snapshot import common_dir, find_git_dir, open_folder, open_worktree
from analyzer.starts.model import StartFile
from analyzer.starts.project import Project

__all__ = ["open_project", "origin", "root_of", "write"]

_NAME = re.compile(r"(?m)^\[project\][^\[]*?^name\s*=\s*[\"']([\w.-]+)", re.DOTALL)
_ORIGIN = re.compile(r"\[remote \"origin\"\][^\[]*?\n\s*url\s*=\s*\S*?github\.com[/:]([\w.-]+/[\w.-]+?)(?:\.git)?/?\s")


def root_of(path: Path) -> tuple[Path, Path | None]:
    """The root of the repository at a path, with its git directory; a folder that is no repository is its own root.

    Raises:
        TargetError: there is no such folder, or it is a bare repository.
        UsageError: the path is a folder within a repository.
    """
    folder = path.resolve()
    if not folder.is_dir():
        raise TargetError(f"There is no folder {path}", "Give the root of a repository on this machine.")
    found = find_git_dir(folder)
    if found is None:
        return folder, None
    git_dir, root = found
    if git_dir == root:
        raise TargetError(f"{path} is a bare repository and has no files to write", "Give a work tree.")
    if root != folder:
        raise UsageError(f"{path} is a folder of the repository {root}", "Workflows belong to its root: give that.")
    return root, git_dir


@contextmanager
def open_project(path: Path) -> Iterator[Project]:
    """The facts of the work tree at a path, uncommitted files included.

    Raises:
        FolioscopeError: it is no root of a repository, or cannot be read.
    """
    root, git_dir = root_of(path)
    snapshot = open_worktree(root, git_dir, Limits()) if git_dir else open_folder(root, Limits())
    with snapshot:
        repository = Repository(snapshot)
        named = _NAME.search((repository.text("pyproject.toml") if repository.has("pyproject.toml") else "") or "")
        yield Project(repository, named.group(1) if named else root.name, _branch(git_dir))


def _branch(git_dir: Path | None) -> str:
    try:
        answer = run(git_dir, "symbolic-ref", "--short", "HEAD", seconds=10, most=4096) if git_dir else b""
    except FolioscopeError:  # a detached HEAD
        return "main"
    return answer.decode("utf-8", "replace").strip() or "main"


def origin(git_dir: Path | None) -> str:
    """owner/name on GitHub that the repository was cloned from, or an empty string."""
    try:
        config = (common_dir(git_dir) / "config").read_text("utf-8", "replace")[:65_536] if git_dir else ""
    except OSError:
        return ""
    found = _ORIGIN.search(config)
    return found.group(1) if found else ""


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
