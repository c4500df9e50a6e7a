"""A line of a batch, run again: the same commits, rubric and version must give the same score."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from analyzer.analysis import Options, analyze
from analyzer.batch.entry import basis_of, entry_of
from analyzer.batch.merge import merged, together
from analyzer.errors import TargetError, UsageError
from analyzer.plugins import discover
from analyzer.report import Report
from analyzer.rubric import BUILT_IN, Rubric, load_rubric
from analyzer.snapshot import find_git_dir
from analyzer.version import VERSION

__all__ = ["Rerun", "rerun"]


class Rerun(Struct, frozen=True):
    """What a line said and what the run of today says; ``changed`` are criteria with another status or other points."""

    row: int
    then: float
    now: float
    changed: tuple[str, ...]

    @property
    def same(self) -> bool:
        """Whether the line holds."""
        return self.then == self.now and not self.changed


def rerun(line: Mapping[str, Any], options: Options = Options(), rubric: str = "") -> Rerun:
    """Run a line again at the commits that it names.

    Args:
        line: a line of ``results.jsonl``; one of a blind batch must be restored first.
        options: hosts and whether the network may be used; what decides the score comes from the line.
        rubric: name or file of the rubric; empty for the built-in one that the line names.

    Raises:
        UsageError: it is no such line, it has no score, or it needs another version, rubric or other rules.
        FolioscopeError: a commit cannot be read any more.
    """
    if "code" in line:
        raise UsageError("The line is blind", "Restore it with folioscope unblind first.")
    try:
        basis, status = line["basis"], line["status"]
        repositories = [*line["repositories"], *line.get("projects", ())]
        limits = options.limits.with_overrides(**basis["limits"])
        wanted = basis["rubric"]
        if status != "done":
            raise UsageError(f"Row {line['row']} has no score: it failed", "Run it with batch --retry-failed.")
    except (KeyError, TypeError) as error:
        raise UsageError("The line is none of a batch", "Give a line of results.jsonl.") from error
    used = _rubric(rubric, wanted, basis)
    _check_basis(basis, basis_of(used, discover(), limits))
    chosen = replace(options, rubric=rubric or wanted["id"], limits=limits)
    reports = [_again(item, chosen) for item in repositories]
    if "left_out" in line:
        targets = [item["target"] for item in repositories]
        found = merged(together(zip(targets, reports, strict=True), used))
    else:
        found = entry_of(reports[0])
    before = {item["id"]: (item["status"], item["points"]) for item in line["criteria"]}
    after = {item["id"]: (item["status"], item["points"]) for item in found["criteria"]}
    changed = tuple(
        f"{name}: {before[name][0]} then, {after[name][0]} now"
        for name in before
        if name in after and before[name] != after[name]
    )
    return Rerun(line["row"], line["score"], found["score"], changed)


def _again(repository: Mapping[str, Any], options: Options) -> Report:
    if not repository["commit"]:
        raise TargetError(
            f"{repository['name']} was a folder without a commit", "Nothing tells whether it is what it was then."
        )
    asked = replace(options, ref=repository["commit"], subdir=repository["subdir"], cached=False, isolated=True)
    report = analyze(repository["url"] or _root(repository["target"]), asked)
    if report.target.commit != repository["commit"]:
        raise TargetError(
            f"{repository['name']} has no commit {repository['commit']} any more", "Ask for a copy of it."
        )
    return report


def _root(target: str) -> str:
    """The repository of a path: the line tells the folder from its root, and the path may be that folder."""
    found = find_git_dir(Path(target).expanduser())
    return str(found[1]) if found else target


def _rubric(given: str, wanted: Mapping[str, Any], basis: Mapping[str, Any]) -> Rubric:
    if basis["tool"]["version"] != VERSION:
        raise UsageError(
            f"The line needs Folioscope {basis['tool']['version']}; this is {VERSION}",
            f"Install that version: pip install folioscope=={basis['tool']['version']}.",
        )
    if not given and wanted["id"] not in BUILT_IN:
        raise UsageError(
            f"The line needs the rubric {wanted['id']} {wanted['version']}",
            f"Give its file with --rubric; its SHA-256 is {wanted['sha256']}.",
        )
    return load_rubric(given or wanted["id"])


def _check_basis(wanted: Mapping[str, Any], here: Mapping[str, Any]) -> None:
    one, other = wanted["rubric"], here["rubric"]
    if one["sha256"] != other["sha256"]:
        raise UsageError(
            f"The line needs the rubric {one['id']} {one['version']} with the SHA-256 {one['sha256']}; "
            f"this one has {other['sha256']}",
            "Give the file of that time with --rubric.",
        )
    if wanted["rules"] != here["rules"]:
        raise UsageError(
            "The line needs other rules than those that are installed",
            "Install the packages of rules of that time, and no others.",
        )
