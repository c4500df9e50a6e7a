"""What to do next: gaps ordered by the points they gain, those first whose ground is laid."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from analyzer.findings import Evidence, Status
from analyzer.scorer import Scorecard, ScoredCriterion
from analyzer.soundness import Defect

__all__ = ["NextStep", "next_steps"]

_MENDS = "Mend what would not run"
_EFFORT = {"an hour": 0, "an evening": 1, "a weekend": 2}


class NextStep(Struct, frozen=True):
    """One step: the criterion, the points of the score it gains, what is missing and how to earn it.

    ``builds_on`` is evidence that is already there and from which to begin; ``criteria`` are all whose points it gains.
    """

    criterion: str
    title: str
    gain: float
    effort: str
    status: Status
    missing: str
    how: str
    why: str
    builds_on: Evidence | None = None
    criteria: tuple[str, ...] = ()

    @property
    def mends(self) -> bool:
        """Whether it is the one that mends what would not run, which comes before all others whatever it gains."""
        return self.title == _MENDS


def next_steps(card: Scorecard, defects: Iterable[Defect] = (), most: int = 5) -> tuple[NextStep, ...]:
    """Return the steps that gain most, in order of gain, then of effort; mending what would not run comes first.

    A criterion whose prerequisites are missing waits for them: it is advised only after all others.
    """
    by_id = {item.criterion.id: item for item in card.criteria}
    broken = [item for item in defects if item.criteria]
    stopped = [by_id[name] for item in broken for name in item.criteria if name in by_id and by_id[name].lost > 0]
    open_items = [item for item in card.criteria if item.lost > 0 and item not in stopped]
    first = (_mending(broken, stopped, card),) if stopped else ()

    def key(item: ScoredCriterion) -> tuple[bool, float, int]:
        waits = any(
            (other := by_id.get(name)) is not None and other.decision.status is Status.MISSING
            for name in item.criterion.after
        )
        return waits, -_gain(item, card), _EFFORT.get(item.criterion.effort, 1)

    return (*first, *(_step(item, by_id, card) for item in sorted(open_items, key=key)[: most - len(first)]))


def _mending(defects: list[Defect], stopped: list[ScoredCriterion], card: Scorecard) -> NextStep:
    """One step for all defects that made criteria partial: the cheapest points to win."""
    named = [f"{item.path}:{item.line}: {item.sentence}" for item in defects[:3]]
    more = f"; and {len(defects) - 3} more" if len(defects) > 3 else ""
    titles = list(dict.fromkeys(item.criterion.title for item in stopped))
    at = defects[0]
    return NextStep(
        stopped[0].criterion.id,
        _MENDS,
        round(sum(_gain(item, card) for item in stopped), 1),
        "an hour",
        Status.PARTIAL,
        "; ".join(named) + more,
        "Mend these places, then run the code once from a fresh clone.",
        f"What stands there already counts in full once it runs: {'; '.join(titles)}.",
        Evidence(at.path, at.line, at.line, ""),
        tuple(item.criterion.id for item in stopped),
    )


def _gain(item: ScoredCriterion, card: Scorecard) -> float:
    return round(item.lost * (1.0 if item.criterion.bonus else card.scale), 1)


def _step(item: ScoredCriterion, by_id: dict[str, ScoredCriterion], card: Scorecard) -> NextStep:
    base = by_id.get(item.criterion.builds_on)
    evidence = base.decision.evidence[0] if base and base.decision.evidence else None
    own = item.decision.evidence[0] if item.decision.evidence else None
    return NextStep(
        item.criterion.id,
        item.criterion.title,
        _gain(item, card),
        item.criterion.effort,
        item.decision.status,
        item.decision.summary if item.decision.status is Status.PARTIAL else "",
        item.criterion.how,
        item.criterion.why,
        own or evidence,
        (item.criterion.id,),
    )
