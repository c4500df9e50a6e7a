"""A portfolio as one applicant: for each criterion the best evidence, never the mean."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from analyzer.batch.entry import entry_of, judged
from analyzer.projects import weight_of
from analyzer.report import Report
from analyzer.reporters.words import plain_utf8
from analyzer.rubric import Rubric

if TYPE_CHECKING:
    from analyzer.portfolio import Portfolio

__all__ = ["applicant_of", "inside_of", "left_out_of", "merged", "together"]

_GAPS = 3
_INSIDE = 12
"""Projects inside a repository that are judged for themselves, the most promising at first sight."""


def inside_of(report: Report) -> Sequence[str]:
    """The folders of a repository that are projects of their own, by path; none where it is one project."""
    readable = [item for item in report.projects if plain_utf8(item.path) == item.path]
    ordered = sorted(readable, key=lambda item: (-weight_of(item.signs), item.path))
    return sorted(item.path for item in ordered[:_INSIDE])


def together(reports: Iterable[tuple[str, Report]], rubric: Rubric) -> Portfolio:
    """The portfolio of reports, each with its target, none left out: the applicant chose them.

    The report on a project inside a repository has the target of that.
    """
    from analyzer.portfolio import Unit, portfolio_of

    units: dict[str, Unit] = {}
    for target, report in reports:
        name, folder = report.target.name, report.target.subdir
        if name in units:
            name = f"{target} ({folder})" if folder else target
        units[name] = Unit(name, target, report)
    return portfolio_of(tuple(units.values()), rubric)


def merged(found: Portfolio, entries: Sequence[Mapping[str, Any]] = ()) -> dict[str, Any]:
    """What a line says of several repositories, or projects, together; ``entries`` is what is kept of the repositories."""
    units = {item.criterion.id: plain_utf8(item.unit) for item in found.criteria}
    whole = judged(found.scorecard)
    for item in whole["criteria"]:
        item["repository"] = units.get(item["id"], "")
    steps = [planned.step for planned in found.plan][:_GAPS]
    return {
        **whole,
        "technologies": sorted({item.id for report in found.reports for item in report.technologies}),
        "gaps": [{"criterion": step.criterion, "title": step.title, "gain": step.gain} for step in steps],
        "facts": [
            fact if len(entries) == 1 else f"{entry['repository']['name']}: {fact}"
            for entry in entries
            for fact in entry["facts"]
        ],
    }


def left_out_of(found: Portfolio) -> list[dict[str, str]]:
    """What a line says of the repositories that were not worth an analysis."""
    return [{"name": item.name, "reason": item.reason} for item in found.left_out]


def applicant_of(reports: Sequence[tuple[str, Report, bool]], rubric: Rubric) -> dict[str, Any]:
    """What a line says of an applicant by reports: each with its target, and whether it is on a project inside that.

    Of each target the whole comes first, then the projects inside.
    """
    portfolio = together(((target, report) for target, report, _ in reports), rubric)
    return merged(portfolio, [entry_of(report) for _, report, inside in reports if not inside])
