"""Units and portfolios by hand, for tests of what is above the reports."""

from __future__ import annotations

from msgspec.structs import replace

from analyzer.portfolio.model import Look, Unit
from analyzer.report import Report
from analyzer.rubric import Rubric
from tests.support import TARGET, criterion, decision, report, rubric

RUBRIC: Rubric = rubric(
    criterion("a.one", 4),
    criterion("a.two", 2, after=("a.one",), builds_on="a.one"),
    criterion("b.three", 3),
    criterion("b.bonus", 1, bonus=True),
)


def unit(name: str, *, given: Rubric = RUBRIC, look: Look | None = None, **statuses: str) -> Unit:
    """``unit("one", a_one="met")``: statuses by id, written with ``_`` for the dot; what is not named is missing."""
    decisions = [
        decision(item.id, status, *([f"{name}/{item.id}.py:1"] if status in ("met", "partial") else []))
        for item in given.criteria
        if (status := statuses.get(item.id.replace(".", "_"), "missing"))
    ]
    made: Report = report(given, *decisions, target=replace(TARGET, repo=name))
    return Unit(name, name, made, look)
