"""The portfolio as CSV: one row a criterion, with where it is shown best. Cells cannot act as formulas."""

from __future__ import annotations

import csv
import io

from analyzer.portfolio.model import Portfolio
from analyzer.reporters.words import plain_utf8, visible

__all__ = ["HEADER", "render_csv"]

HEADER: tuple[str, ...] = (
    "section", "criterion", "title", "status", "points", "max_points", "bonus", "repository", "commit", "path", "line", "url",
    "also",
)  # fmt: skip
_ACTS = ("=", "+", "-", "@", "\t", "\r")


def render_csv(portfolio: Portfolio) -> str:
    """Return the table, with a header, as RFC 4180 has it."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(HEADER)
    targets = {unit.name: unit.report.target for unit in portfolio.units}
    for item in portfolio.criteria:
        evidence = item.scored.decision.evidence[:1]
        target = targets.get(item.unit)
        found = evidence[0] if evidence else None
        writer.writerow(
            [
                item.criterion.section,
                item.criterion.id,
                _safe(item.criterion.title),
                item.status.value,
                item.points,
                item.criterion.points,
                "yes" if item.criterion.bonus else "no",
                _safe(item.unit),
                target.commit if target else "",
                _safe(found.path) if found else "",
                found.line if found else "",
                target.link(found.path, found.line, found.end_line) if target and found else "",
                _safe("; ".join(item.also)),
            ]
        )
    return buffer.getvalue()


def _safe(text: str) -> str:
    """Text that a spreadsheet shows and does not compute."""
    plain = visible(plain_utf8(text))
    return f"'{plain}" if plain.startswith(_ACTS) else plain
