"""A portfolio as one applicant: for each criterion the best evidence, never the mean."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from analyzer.batch.entry import judged
from analyzer.reporters.words import plain_utf8

if TYPE_CHECKING:
    from analyzer.portfolio import Portfolio

__all__ = ["merged"]

_GAPS = 3


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
