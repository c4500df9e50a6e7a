"""The skills matrix: the guide's eight core skills, with every technology of the checklist, over all units."""

from __future__ import annotations

from collections.abc import Sequence

from analyzer.findings import Status
from analyzer.knowledge.skills import SKILLS, SkillRow, technologies_of
from analyzer.portfolio.merge import ranked
from analyzer.portfolio.model import MergedCriterion, Showing, Skill, Unit

__all__ = ["LEVELS", "skills_matrix"]

LEVELS: tuple[str, ...] = ("strong", "shown", "begun", "not shown")
_STRONG = 0.7
_SHOWN = 0.35


def skills_matrix(units: Sequence[Unit], criteria: Sequence[MergedCriterion]) -> tuple[Skill, ...]:
    """Return the eight skills, in the guide's order.

    A skill is *strong* where its criteria earn 70 % of their points and code shows a technology of it, *shown* from
    35 %, *begun* where anything of it is there, and else *not shown*. Technologies that words alone name add nothing.
    """
    ordered = ranked(units)
    return tuple(_skill(row, ordered, {item.criterion.id: item for item in criteria}) for row in SKILLS)


def _skill(row: SkillRow, units: Sequence[Unit], by_id: dict[str, MergedCriterion]) -> Skill:
    showings = tuple(_showing(name, name in row.named, units) for name in technologies_of(row))
    own = [item for name in row.criteria if (item := by_id.get(name)) and item.scored.counts]
    possible = sum(item.criterion.points for item in own)
    share = sum(item.points for item in own) / possible if possible else 0.0
    any_technology = any(item.shown_in for item in showings)
    any_met = any(item.status is Status.MET for item in own)
    if share >= _STRONG and any_technology:
        level = "strong"
    elif share >= _SHOWN and any_technology and any_met:
        level = "shown"
    else:
        level = "begun" if share or any_technology else "not shown"
    where = dict.fromkeys(
        [*(item.unit for item in own if item.unit), *(name for item in showings for name in item.shown_in)]
    )
    names = tuple(unit.name for unit in units if unit.name in where)
    shown = tuple(item.criterion.id for item in own if item.status.rank)
    return Skill(row.id, row.title, level, round(share, 4), showings, shown, names)


def _showing(name: str, named: bool, units: Sequence[Unit]) -> Showing:
    shown = tuple(unit.name for unit in units if any(item.id == name for item in unit.report.technologies))
    claimed = tuple(
        unit.name
        for unit in units
        if unit.name not in shown and any(item.technology == name and not item.aside for item in unit.report.claims)
    )
    return Showing(name, named, shown, claimed)
