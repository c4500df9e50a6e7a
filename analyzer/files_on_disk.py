"""States that are no commit: the uncommitted files of a work tree, and folders that are no repository."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Set
from pathlib import Path

from analyzer.errors import LimitError, TargetError
from analyzer.git import GitError, run
from analyzer.limits import Limits
from analyzer.snapshot import DAMAGED, Entry, EntryKind, Problem, Snapshot, listing_bytes, over_limit

__all__ = ["open_folder", "open_worktree"]


def open_worktree(root: Path, git_dir: Path, limits: Limits) -> Snapshot:
    """Open the uncommitted state of a work tree: tracked and new files that are not ignored.

    Raises:
        TargetError: git cannot list the files.
    """
    try:
        listing = run(
            git_dir,
            f"--work-tree={root}",
            "ls-files",
            "-z",
            "-t",
            "--cached",
            "--others",
            "--exclude-standard",
            seconds=limits.read_seconds,
            most=listing_bytes(limits),
            cwd=root,
        )
    except GitError as error:
        raise TargetError(f"The files of {root} could not be listed: {error.stderr or error.what}", DAMAGED) from error
    records = [raw.decode("utf-8", "surrogateescape") for raw in listing.split(b"\0") if raw]
    absent = {record[2:] for record in records if record.startswith("S ")}
    return _open_paths(root, dict.fromkeys(record[2:] for record in records), limits, absent)


def open_folder(root: Path, limits: Limits) -> Snapshot:
    """Open a folder that is no repository. Links are not followed; ``.git`` folders are left out."""

    def walk() -> Iterable[str]:
        for folder, folders, files in os.walk(root, followlinks=False):
            folders[:] = sorted(name for name in folders if name != ".git")
            relative = os.path.relpath(folder, root)
            prefix = "" if relative == "." else relative.replace(os.sep, "/") + "/"
            links = [name for name in folders if (Path(folder) / name).is_symlink()]
            yield from (prefix + name for name in sorted([*files, *links]))

    return _open_paths(root, walk(), limits)


def _open_paths(root: Path, paths: Iterable[str], limits: Limits, absent: Set[str] = frozenset()) -> Snapshot:
    """The files at these paths; ``absent`` names those that a sparse checkout leaves out, which are not assessed."""
    entries: dict[str, Entry] = {}
    problems: list[Problem] = []
    folders: dict[str, bool] = {"": True}
    base = os.path.realpath(root)

    def inside(folder: str) -> bool:
        """Whether a folder is reached without a symbolic link, which may lead out of the repository."""
        if folder not in folders:
            folders[folder] = os.path.realpath(f"{base}/{folder}") == os.path.normpath(f"{base}/{folder}")
        return folders[folder]

    for path in paths:
        if len(entries) >= limits.files:
            raise LimitError(
                f"The folder has more files than the limit of {limits.files:,}",
                "Raise --max-files, or analyze a part of it.",
            )
        if over_limit(path, limits, problems) or not inside(path.rstrip("/").rpartition("/")[0]):
            continue
        try:
            status = (root / path).lstat()
        except OSError:
            if path in absent:
                entries[path] = Entry(path, -1)
            continue
        if stat.S_ISDIR(status.st_mode):
            name = path.rstrip("/")
            entries[name] = Entry(name, -1, kind=EntryKind.SUBMODULE)
            problems.append(Problem(name, "not read: a git submodule, its content is another repository"))
        elif stat.S_ISLNK(status.st_mode):
            entries[path] = Entry(path, -1, kind=EntryKind.SYMLINK)
        elif stat.S_ISREG(status.st_mode):
            entries[path] = Entry(path, status.st_size, executable=bool(status.st_mode & 0o100))
    return Snapshot(root, "", "", dict(sorted(entries.items())), limits, problems)
