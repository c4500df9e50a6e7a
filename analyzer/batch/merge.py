"""A portfolio as one applicant: for each criterion the best evidence, never the mean."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from analyzer.batch.entry import judged
from analyzer.report import Report
from analyzer.reporters.words import plain_utf8
from analyzer.rubric import Rubric

if TYPE_CHECKING:
    from analyzer.portfolio import Portfolio

__all__ = ["merged", "together"]

_GAPS = 3


def together(reports: Iterable[tuple[str, Report]], rubric: Rubric) -> Portfolio:
    """The portfolio of reports, each with its target, none left out: the applicant chose them."""
    from analyzer.portfolio import Unit, portfolio_of

    units: dict[str, Unit] = {}
    for target, report in reports:
        name = target if report.target.name in units else report.target.name
        units[name] = Unit(name, target, report)
    return portfolio_of(tuple(units.values()), rubric)


def merged(found: Portfolio) -> dict[str, Any]:
    """What a line says of several repositories together."""
    units = {item.criterion.id: plain_utf8(item.unit) for item in found.criteria}
    whole = judged(found.scorecard)
    for item in whole["criteria"]:
        item["repository"] = units.get(item["id"], "")
    steps = [planned.step for planned in found.plan][:_GAPS]
    return {
        **whole,
        "technologies": sorted({item.id for report in found.reports for item in report.technologies}),
        "gaps": [{"criterion": step.criterion, "title": step.title, "gain": step.gain} for step in steps],
        "facts": [],
    }
