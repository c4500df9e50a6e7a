"""Several repositories of one applicant as one: for each criterion the best evidence, never the mean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from analyzer.batch.entry import judged
from analyzer.engine import Decision
from analyzer.findings import Evidence, Status
from analyzer.rubric import Rubric
from analyzer.scorer import score

__all__ = ["merged"]

_ORDER = {"met": 3, "partial": 2, "unknown": 1, "missing": 0}
"""What could not be looked at in one repository may be there: it stands above missing."""


def merged(entries: Sequence[Mapping[str, Any]], rubric: Rubric) -> dict[str, Any]:
    """The entry of several repositories together."""
    best: dict[str, tuple[Mapping[str, Any], str]] = {}
    for entry in entries:
        for item in entry["criteria"]:
            known = best.get(item["id"])
            if known is None or _ORDER[item["status"]] > _ORDER[known[0]["status"]]:
                best[item["id"]] = item, entry["repository"]["name"]
    decisions = [
        Decision(name, Status(item["status"]), item["summary"], tuple(_evidence(text) for text in item["evidence"]))
        for name, (item, _) in best.items()
    ]
    found = judged(score(decisions, rubric))
    for item in found["criteria"]:
        item["repository"] = best[item["id"]][1] if item["evidence"] else ""
    gaps: dict[str, Mapping[str, Any]] = {}
    for entry in entries:
        for gap in entry["gaps"]:
            if best.get(gap["criterion"], ({"status": ""}, ""))[0]["status"] != "met":
                gaps.setdefault(gap["criterion"], gap)
    return {
        **found,
        "technologies": sorted({name for entry in entries for name in entry["technologies"]}),
        "gaps": sorted(gaps.values(), key=lambda gap: (-gap["gain"], gap["criterion"]))[:3],
        "facts": [],
    }


def _evidence(text: str) -> Evidence:
    path, _, line = text.rpartition(":")
    return Evidence(path, int(line), int(line), "")
