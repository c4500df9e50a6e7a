"""Criteria whose gap is closed on the front page, whatever else of them is in the repository."""

from __future__ import annotations

__all__ = ["ON_FRONT_PAGE"]

ON_FRONT_PAGE: frozenset[str] = frozenset({
    "e2e.live-endpoint",
    "doc.setup",
    "doc.operations",
    "doc.writeup",
    "doc.problem",
    "doc.architecture",
    "doc.diagram",
    "doc.results",
    "doc.quantified",
    "doc.site",
})  # fmt: skip
