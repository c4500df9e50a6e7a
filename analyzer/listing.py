"""The paths of a target without its contents: what a first look needs, at the cost of a listing."""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct

from analyzer.acquire import acquire, resolve_remote
from analyzer.analysis import Options, Progress, existing_folder
from analyzer.errors import TargetError
from analyzer.files_on_disk import open_folder, open_worktree
from analyzer.snapshot import EntryKind, Snapshot, find_git_dir, open_git
from analyzer.target import Target, parse_target

__all__ = ["Listing", "listing_of"]


class Listing(Struct, frozen=True):
    """The files of one commit or folder. ``commit`` is empty outside git, ``branch`` where it is not known."""

    paths: tuple[str, ...]
    subdir: str
    commit: str
    branch: str


def _quiet(stage: str, detail: str) -> None:
    del stage, detail


def listing_of(target: str, options: Options = Options(), progress: Progress = _quiet) -> Listing:
    """List the files of a target; of a remote one, file names alone are fetched.

    Raises:
        FolioscopeError: the target is wrong, cannot be read, or exceeds a limit; ``exit_code`` tells which.
    """
    parsed = parse_target(target, ref=options.ref, subdir=options.subdir, hosts=options.hosts)
    if parsed.path is not None:
        return _local(parsed, options)
    if options.offline:
        raise TargetError(
            f"{parsed.owner}/{parsed.repo} is not on this machine",
            "Leave out --offline, or give the path of a local clone.",
        )
    ref = resolve_remote(parsed, options.limits, progress)
    with (
        acquire(parsed, ref, options.limits, progress, contents=False) as acquired,
        open_git(acquired.git_dir, acquired.commit, options.limits, filtered=True) as snapshot,
    ):
        return _listed(snapshot, ref.subdir, ref.short)


def _local(parsed: Target, options: Options) -> Listing:
    path = (parsed.path or Path()).resolve()
    found = None if options.standalone else find_git_dir(path)
    if found is None:
        if not path.is_dir():
            raise TargetError(f"There is no folder {parsed.input}", "Check the path.")
        with open_folder(path, options.limits) as snapshot:
            return _listed(snapshot, parsed.subdir, "")
    git_dir, root = found
    prefix = path.relative_to(root).as_posix() if path != root else ""
    subdir = "/".join(part for part in (prefix, parsed.subdir) if part)
    if options.worktree and git_dir != root:
        with open_worktree(root, git_dir, options.limits) as snapshot:
            return _listed(snapshot, subdir, "")
    with open_git(git_dir, parsed.ref, options.limits) as snapshot:
        return _listed(snapshot, subdir, parsed.ref)


def _listed(snapshot: Snapshot, subdir: str, branch: str) -> Listing:
    paths = tuple(path for path, entry in snapshot.entries.items() if entry.kind is EntryKind.FILE)
    return Listing(paths, existing_folder(snapshot, subdir), snapshot.commit, branch)
