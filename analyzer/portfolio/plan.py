"""One plan of next steps across repositories: what gains most for the whole, in the repository where it costs least."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from analyzer.advice import NextStep, next_steps
from analyzer.findings import Status
from analyzer.portfolio.merge import ranked
from analyzer.portfolio.model import MergedCriterion, PlannedStep, Unit
from analyzer.scorer import Scorecard, ScoredCriterion

__all__ = ["plan_steps"]

_MOST = 8


def plan_steps(
    units: Sequence[Unit], card: Scorecard, criteria: Sequence[MergedCriterion], most: int = _MOST
) -> tuple[PlannedStep, ...]:
    """Return the steps, those first that mend what would not run, then by the points they gain for the whole.

    What one repository shows is not advised for another. A criterion that is partial is completed where it stands; one
    that is missing is begun where its ground is laid: where most of what it builds on is met, then in the best one.
    """
    ordered = ranked(units)
    by_name = {unit.name: unit for unit in ordered}
    by_id = {item.criterion.id: item for item in criteria}
    mending = [found for unit in ordered if (found := _mending(unit, card, criteria))]
    mended = {name for unit in ordered for name in _stopped(unit, criteria)}
    planned = []
    for step in next_steps(card, most=len(card.criteria)):
        merged = by_id[step.criterion]
        if step.criterion in mended:
            continue
        unit = by_name.get(merged.unit) or _home(merged, ordered)
        planned.append(PlannedStep(unit.name, _in_unit(step, merged, unit)))
    return (*mending, *planned)[:most]


def _stopped(unit: Unit, criteria: Sequence[MergedCriterion]) -> list[str]:
    """Criteria of the whole that this unit shows best, and only in part, since something would not run."""
    lowered = {name for defect in unit.report.defects for name in defect.criteria}
    return [
        item.criterion.id
        for item in criteria
        if item.unit == unit.name
        and item.criterion.id in lowered
        and item.status is Status.PARTIAL
        and item.scored.lost
    ]


def _mending(unit: Unit, card: Scorecard, criteria: Sequence[MergedCriterion]) -> PlannedStep | None:
    names = _stopped(unit, criteria)
    if not names:
        return None
    defects = tuple(item for item in unit.report.defects if set(item.criteria) & set(names))
    kept = tuple(replace(item, criteria=tuple(name for name in item.criteria if name in names)) for item in defects)
    return PlannedStep(unit.name, next_steps(card, kept, most=1)[0])


def _home(merged: MergedCriterion, units: Sequence[Unit]) -> Unit:
    """The unit in which the ground of a missing criterion is laid."""
    wanted = [*merged.criterion.after, *([merged.criterion.builds_on] if merged.criterion.builds_on else [])]

    def laid(unit: Unit) -> int:
        return sum(item.decision.status.rank for name in wanted if (item := _of(unit, name)))

    # max takes the first of equals, which is the best unit.
    return max(units, key=laid)


def _in_unit(step: NextStep, merged: MergedCriterion, unit: Unit) -> NextStep:
    """The step with what that unit already has as its ground."""
    own, base = _of(unit, merged.criterion.id), _of(unit, merged.criterion.builds_on)
    evidence = next((item.decision.evidence[0] for item in (own, base) if item and item.decision.evidence), None)
    return replace(step, builds_on=evidence)


def _of(unit: Unit, name: str) -> ScoredCriterion | None:
    return next((item for item in unit.report.scorecard.criteria if item.criterion.id == name), None)
