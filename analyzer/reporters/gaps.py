"""The gaps of a report for readers that show them beside the code: what is missing, where the fix belongs, what it gains."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from analyzer.findings import Evidence
from analyzer.knowledge.fixes import ON_FRONT_PAGE
from analyzer.report import Report
from analyzer.reporters.words import STATUS_WORDS, number
from analyzer.scorer import ScoredCriterion

__all__ = ["Gap", "gaps_of", "headline", "place_of_fix"]

_NO_FILE = "README.md"
"""Where the advice of a repository without any file is shown: the file to begin with."""


class Gap(Struct, frozen=True):
    """A criterion that is not earned in full; ``at`` is where the fix belongs, ``gain`` the points of the score."""

    item: ScoredCriterion
    at: Evidence
    gain: float

    @property
    def what(self) -> str:
        """What is there and what is missing, in one sentence without its full stop."""
        criterion, decision = self.item.criterion, self.item.decision
        return f"{criterion.title}: {STATUS_WORDS[decision.status]}. {decision.summary}".rstrip(". ")


def gaps_of(report: Report) -> tuple[Gap, ...]:
    """All gaps, in the order of the rubric. What could not be assessed is none."""
    return tuple(_gaps(report))


def _gaps(report: Report) -> Iterator[Gap]:
    for item in report.scorecard.criteria:
        if item.lost > 0:
            scale = 1.0 if item.criterion.bonus else report.scorecard.scale
            yield Gap(item, place_of_fix(report, item), round(item.lost * scale, 1))


def place_of_fix(report: Report, item: ScoredCriterion) -> Evidence:
    """Where the fix of a gap belongs.

    That is what would not run, where that made the criterion partial; else its own evidence; else what it builds on (the
    workflow that lacks a test step); else the front page.
    """
    for defect in report.defects:
        if item.criterion.id in defect.criteria:
            return Evidence(defect.path, defect.line, defect.line, defect.sentence)
    front = Evidence(report.front_page or _NO_FILE, 1, 1, "")
    if item.criterion.id in ON_FRONT_PAGE:
        return next(iter(item.decision.evidence), front)
    by_id = {other.criterion.id: other for other in report.scorecard.criteria}
    waiting, seen = [item], {item.criterion.id}
    while waiting:
        current = waiting.pop(0)
        if current.decision.evidence:
            return current.decision.evidence[0]
        for name in (*current.criterion.after, current.criterion.builds_on):
            if name in by_id and name not in seen:
                seen.add(name)
                waiting.append(by_id[name])
    return front


def headline(report: Report) -> str:
    """``72.5 of 100, strong``."""
    card = report.scorecard
    return f"{number(card.score)} of 100, {card.grade}" if card.scale else "not assessed"
