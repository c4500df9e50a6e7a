"""Many reports of one person to one scorecard: the best evidence counts, not the mean."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from analyzer.engine import Decision
from analyzer.findings import Status
from analyzer.portfolio.model import MergedCriterion, Strength, Unit
from analyzer.reporters.words import sentence
from analyzer.rubric import Criterion, Rubric
from analyzer.scorer import Scorecard, ScoredCriterion, score
from analyzer.technologies import Technology

__all__ = ["merge", "merged_technologies", "ranked", "strongest"]

_MOST_STRONG = 3


def ranked(units: Sequence[Unit]) -> tuple[Unit, ...]:
    """The units by score, the best first, then by name."""
    return tuple(sorted(units, key=lambda unit: (-unit.score, unit.name)))


def merge(units: Sequence[Unit], rubric: Rubric) -> tuple[Scorecard, tuple[MergedCriterion, ...]]:
    """Return the scorecard of the whole, and for each criterion the unit that shows it best.

    Of equal units the one with the higher score is named. A criterion that no unit shows and that could not be assessed
    in one is not assessed; it leaves the maximum only where we could assess it in none. A chain that is complete in one
    unit counts for the whole as it does there. The score is never below that of the best unit.
    """
    ordered = ranked(units)
    merged = tuple(_best(item, ordered) for item in rubric.criteria)
    complete = any(unit.report.wiring.chain.complete for unit in ordered)
    card = score((item.scored.decision for item in merged), rubric, chain_complete=complete)
    best = max((unit.score for unit in ordered), default=0.0)
    if card.score < best:
        card = replace(card, score=best, grade=rubric.grade(best))
    by_id = {item.criterion.id: item for item in card.criteria}
    return card, tuple(replace(item, scored=by_id[item.criterion.id]) for item in merged)


def _best(criterion: Criterion, units: Sequence[Unit]) -> MergedCriterion:
    found = [(unit, item) for unit in units if (item := _of(unit, criterion.id))]
    # A chain may earn a unit full points without the status; the status is what can be shown, so it comes first.
    shown = sorted(
        (pair for pair in found if pair[1].decision.status.rank),
        key=lambda pair: (-pair[1].decision.status.rank, -pair[1].points),
    )
    if shown:
        unit, item = shown[0]
        others = tuple(other.name for other, _ in shown[1:])
        return MergedCriterion(replace(item, criterion=criterion), unit.name, others)
    # Where it does not apply by the owner's word, it was not looked for: what the others say counts.
    found = [pair for pair in found if not pair[1].decision.excused] or found
    unknown = [pair for pair in found if pair[1].decision.status is Status.UNKNOWN]
    if unknown or not found:
        names = ", ".join(unit.name for unit, _ in unknown)
        summary = f"{unknown[0][1].decision.summary} (in {names})" if unknown else "not looked at"
        withheld = any(item.decision.withheld for _, item in unknown) or len(unknown) < len(found)
        excused = bool(unknown) and all(item.decision.excused for _, item in unknown)
        decision = Decision(criterion.id, Status.UNKNOWN, summary, withheld=withheld, excused=excused)
        return MergedCriterion(ScoredCriterion(criterion, decision, 0.0), "")
    summary = found[0][1].decision.summary if len(found) == 1 else f"{_plain(criterion, found)} (in none of them)"
    return MergedCriterion(ScoredCriterion(criterion, Decision(criterion.id, Status.MISSING, summary), 0.0), "")


def _met_in(merged: MergedCriterion, units: Sequence[Unit]) -> bool:
    found = (_of(unit, merged.criterion.id) for unit in units)
    return any(item is not None and item.decision.status is Status.MET for item in found)


def _of(unit: Unit, name: str) -> ScoredCriterion | None:
    return next((item for item in unit.report.scorecard.criteria if item.criterion.id == name), None)


def _plain(criterion: Criterion, found: Sequence[tuple[Unit, ScoredCriterion]]) -> str:
    """What the units say that show nothing, where they say the same; else the title."""
    said = {item.decision.summary for _, item in found}
    return (
        said.pop().rstrip(".") if len(said) == 1 else f"Not shown: {criterion.title[:1].lower()}{criterion.title[1:]}"
    )


def merged_technologies(units: Sequence[Unit]) -> tuple[Technology, ...]:
    """Each technology once, with the evidence of the best unit that shows it, in the order of the table."""
    found: dict[str, Technology] = {}
    for unit in ranked(units):
        for item in unit.report.technologies:
            found.setdefault(item.id, item)
    from analyzer.knowledge.technologies import TECHNOLOGIES

    return tuple(found[marks.id] for marks in TECHNOLOGIES if marks.id in found)


def strongest(units: Sequence[Unit], criteria: Sequence[MergedCriterion]) -> tuple[Strength, ...]:
    """The strongest units, one a repository, each with what no other repository meets."""
    found: list[Strength] = []
    best: dict[str, Unit] = {}
    for unit in ranked(units):
        best.setdefault(unit.target, unit)
    for unit in list(best.values())[:_MOST_STRONG]:
        others = [other for other in units if other.target != unit.target]
        met = [item for item in criteria if item.status is Status.MET]
        alone = sorted((item for item in met if not _met_in(item, others)), key=lambda item: -item.points)
        card = unit.report.scorecard
        names = tuple(item.criterion.title for item in alone[:5])
        found.append(Strength(unit.name, card.score, card.grade, sentence(unit.report), names))
    return tuple(found)
