"""Findings and rubric to a score: a pure function."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct
from msgspec.structs import replace

from analyzer.engine import Decision
from analyzer.findings import Status
from analyzer.rubric import Criterion, Rubric

__all__ = ["Scorecard", "ScoredCriterion", "ScoredSection", "as_if_met", "score"]

_SHARE = {Status.MET: 1.0, Status.PARTIAL: 0.5, Status.MISSING: 0.0, Status.UNKNOWN: 0.0}


class ScoredCriterion(Struct, frozen=True):
    """A criterion with what was decided and the points it earned."""

    criterion: Criterion
    decision: Decision
    points: float

    @property
    def counts(self) -> bool:
        """Whether its points are part of the maximum."""
        return self.decision.status is not Status.UNKNOWN or self.decision.withheld

    @property
    def lost(self) -> float:
        """Points that are still to be earned; none where the criterion could not be assessed."""
        return 0.0 if self.decision.status is Status.UNKNOWN else self.criterion.points - self.points


class ScoredSection(Struct, frozen=True):
    """Points earned and possible in a section; bonus points are in ``bonus``, beside them."""

    id: str
    title: str
    score: float
    max_score: float
    bonus: float


class Scorecard(Struct, frozen=True):
    """The score from 0 to 100 with one decimal, and what it is made of.

    ``assessed`` is the share of the points, 0 to 1, whose criteria could be looked at.
    """

    score: float
    grade: str
    assessed: float
    sections: tuple[ScoredSection, ...]
    criteria: tuple[ScoredCriterion, ...]
    scale: float
    """Points of the score that one point of the rubric is worth."""


def score(decisions: Iterable[Decision], rubric: Rubric, *, chain_complete: bool = False) -> Scorecard:
    """Score decisions against a rubric.

    Met earns all points of a criterion, partial half. A criterion that we could not assess leaves the maximum too; one
    whose files the repository keeps from us does not, or else a few large files would raise the score. The score is the
    share of the possible points, times 100, plus the bonus points, and at most 100. Where the chain from data to
    alert is complete, the sections that the rubric marks ``full_with_chain`` earn all their points: statuses stay as
    they are, and the summaries say so.
    """
    whole = {section.id for section in rubric.sections if section.full_with_chain} if chain_complete else set()
    decided = {item.criterion: item for item in decisions}
    scored = tuple(
        _scored(item, decision, whole=item.section in whole)
        for item in rubric.criteria
        if (decision := decided.get(item.id) or Decision(item.id, Status.UNKNOWN, "not looked at"))
    )
    regular = [item for item in scored if not item.criterion.bonus]
    possible = sum(item.criterion.points for item in regular if item.counts)
    assessed = sum(item.criterion.points for item in regular if item.decision.status is not Status.UNKNOWN)
    total = sum(item.criterion.points for item in regular if not item.decision.excused)
    earned = sum(item.points for item in regular)
    bonus = sum(item.points for item in scored if item.criterion.bonus)
    scale = 100 / possible if possible else 0.0
    value = round(min(100.0, earned * scale + bonus), 1)
    return Scorecard(
        value,
        rubric.grade(value),
        assessed / total if total else 0.0,
        tuple(_section(section.id, section.title, scored) for section in rubric.sections),
        scored,
        scale,
    )


def as_if_met(card: Scorecard, rubric: Rubric, names: Iterable[str]) -> tuple[float, str]:
    """The score and grade if these criteria were met too, everything else as it is.

    A criterion that could not be assessed stays so. Whether the chain from data to alert would become complete is not
    foreseen: its sections may gain more than is said here.
    """
    wanted = set(names)
    won = [item for item in card.criteria if item.criterion.id in wanted and item.lost > 0]
    possible = sum(section.max_score for section in card.sections)
    earned = sum(section.score for section in card.sections) + sum(i.lost for i in won if not i.criterion.bonus)
    bonus = sum(section.bonus for section in card.sections) + sum(item.lost for item in won if item.criterion.bonus)
    value = round(min(100.0, earned * (100 / possible if possible else 0.0) + bonus), 1)
    return value, rubric.grade(value)


def _scored(item: Criterion, decision: Decision, *, whole: bool) -> ScoredCriterion:
    if whole and decision.status in (Status.PARTIAL, Status.MISSING):
        words = f"{decision.summary}; counted in full, since the chain from data to alert is complete"
        return ScoredCriterion(item, replace(decision, summary=words), item.points)
    return ScoredCriterion(item, decision, item.points * _SHARE[decision.status])


def _section(name: str, title: str, scored: tuple[ScoredCriterion, ...]) -> ScoredSection:
    own = [item for item in scored if item.criterion.section == name]
    regular = [item for item in own if not item.criterion.bonus]
    return ScoredSection(
        name,
        title,
        sum(item.points for item in regular),
        sum(item.criterion.points for item in regular if item.counts),
        sum(item.points for item in own if item.criterion.bonus),
    )
