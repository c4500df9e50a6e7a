"""Rubrics, decisions and reports by hand, for tests of what is above the rules."""

from __future__ import annotations

from analyzer.advice import next_steps
from analyzer.engine import Decision
from analyzer.findings import Evidence, Status
from analyzer.report import Report, ReportTarget
from analyzer.rubric import Criterion, Grade, Rubric, Section
from analyzer.scorer import Scorecard, score

COMMIT = "0123456789012345678901234567890123456789"
GRADES = (Grade(50, "good"), Grade(0, "begun"))
TARGET = ReportTarget("o/r", "o", "r", "main", "", COMMIT, "2026-01-02T03:04:05Z", "https://github.com/o/r")


def criterion(name: str, points: float = 1, **more: object) -> Criterion:
    """A criterion whose section is the part of its id before the dot."""
    words = {"title": f"Title of {name}", "why": f"Why {name}.", "how": f"How {name}."}
    return Criterion(name, name.partition(".")[0], points=points, **{**words, **more})  # type: ignore[arg-type]


def rubric(*criteria: Criterion) -> Rubric:
    """A rubric with a section for each beginning of an id."""
    names = dict.fromkeys(item.section for item in criteria)
    sections = tuple(
        Section(name, name.title(), "Guide", tuple(item for item in criteria if item.section == name)) for name in names
    )
    return Rubric("tiny", "1", "Tiny", sections, GRADES, "0" * 64)


def decision(name: str, status: str, *places: str) -> Decision:
    """``decision("a.x", "met", "a.py:3")``; the summary says the status."""
    evidence = tuple(
        Evidence(path, int(line), int(line), f"line {line} of {path}")
        for path, _, line in (place.rpartition(":") for place in places)
    )
    return Decision(name, Status(status), f"{name} is {status}", evidence, (f"{name}/rule",) if places else ())


def card(given: Rubric, **statuses: str) -> Scorecard:
    """A scorecard; ids are written with ``_`` for the dot."""
    decisions = (decision(name.replace("_", "."), status) for name, status in statuses.items())
    return score(decisions, given)


def report(given: Rubric, *decisions: Decision, target: ReportTarget = TARGET, **more: object) -> Report:
    """A report on decisions made by hand."""
    scorecard = score(decisions, given)
    parts: dict[str, object] = {
        "tool_version": "1.2.3",
        "target": target,
        "rubric": given,
        "scorecard": scorecard,
        "technologies": (),
        "claims": (),
        "next_steps": next_steps(scorecard),
        "problems": (),
        "files": 7,
    }
    return Report(**{**parts, **more})  # type: ignore[arg-type]
