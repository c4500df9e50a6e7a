"""From a target to a report."""

from __future__ import annotations

import posixpath
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote

from analyzer.advice import next_steps
from analyzer.engine import decide
from analyzer.errors import TargetError, UsageError
from analyzer.limits import Limits
from analyzer.plugins import Rule, discover
from analyzer.report import Report, ReportTarget
from analyzer.repository import Repository
from analyzer.rubric import Rubric
from analyzer.scorer import score
from analyzer.snapshot import EntryKind, Snapshot, find_git_dir, nearest, open_folder, open_git, open_worktree
from analyzer.target import Target, clean_subdir
from analyzer.version import VERSION

__all__ = ["analyze_local", "assess"]


def assess(
    snapshot: Snapshot, target: ReportTarget, rubric: Rubric, rules: tuple[Rule, ...] | None = None
) -> Report:
    """Assess one snapshot, or the folder of it that the target names.

    Raises:
        LimitError: the repository holds more text than may be read.
    """
    from analyzer.technologies import find_technologies

    repository = Repository(snapshot, target.subdir)
    names = tuple(item.id for item in rubric.criteria)
    decisions, failures = decide(repository, discover() if rules is None else rules, names)
    card = score(decisions, rubric)
    technologies, claims = find_technologies(repository)
    return Report(
        VERSION,
        target,
        rubric,
        card,
        technologies,
        claims,
        next_steps(card),
        tuple(sorted({*repository.problems, *failures})),
        len(repository.inventory.own),
    )


def analyze_local(target: Target, rubric: Rubric, limits: Limits, *, worktree: bool = False, standalone: bool = False) -> Report:
    """Analyze a repository or folder on this machine.

    Args:
        target: a local target.
        rubric: what to score by.
        limits: what may be read.
        worktree: read the uncommitted state of a work tree instead of a commit.
        standalone: treat the folder as a repository of its own, whatever it lies in.

    Raises:
        TargetError: it cannot be read, or the ref or subfolder is not there.
    """
    path = target.path
    assert path is not None
    path = path.resolve()
    if not path.is_dir():
        raise TargetError(f"{target.input} is a file", "Give the folder of the repository.")
    found = None if standalone else find_git_dir(path)
    if found is None:
        if target.ref:
            raise UsageError(f"{target.input} is no git repository, so it has no ref {target.ref!r}", "Leave out --ref.")
        return _assess_in(open_folder(path, limits), target, rubric, target.subdir)
    git_dir, root = found
    if root == path or path in (git_dir, git_dir.resolve()):
        prefix = ""
    else:
        prefix = path.relative_to(root).as_posix() if path.is_relative_to(root) else ""
    subdir = posixpath.join(prefix, target.subdir) if prefix else target.subdir
    if worktree:
        if git_dir == root:
            raise UsageError(f"{target.input} is a bare repository and has no work tree", "Leave out --worktree.")
        return _assess_in(open_worktree(root, git_dir, limits), target, rubric, subdir)
    return _assess_in(open_git(git_dir, target.ref, limits), target, rubric, subdir)


def _assess_in(snapshot: Snapshot, target: Target, rubric: Rubric, subdir: str) -> Report:
    with snapshot:
        subdir = resolve_subdir(snapshot, subdir)
        described = ReportTarget(
            target.input, "", Path(target.path or ".").resolve().name, target.ref, subdir, snapshot.commit,
            snapshot.committed, "",
        )  # fmt: skip
        return assess(snapshot, described, rubric)


def resolve_subdir(snapshot: Snapshot, subdir: str) -> str:
    """Return the subfolder as it is in the snapshot; the path of a file means the folder it is in.

    Raises:
        TargetError: there is no such folder; the message has the nearest names.
    """
    if not subdir:
        return ""
    folders = {""}
    for path in snapshot.entries:
        parts = path.split("/")
        folders.update("/".join(parts[:end]) for end in range(1, len(parts)))
    for candidate in dict.fromkeys((subdir, clean_subdir(unquote(subdir)))):
        if candidate in folders:
            return candidate
        entry = snapshot.entries.get(candidate)
        if entry and entry.kind is EntryKind.FILE:
            return posixpath.dirname(candidate)
    raise TargetError(f"There is no folder {subdir!r} in this commit", nearest(subdir, folders - {""}))


Progress = Callable[[str], None]
"""Told the name of each stage as it begins."""
