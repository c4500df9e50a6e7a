"""The checklist as CSV (RFC 4180), one row a criterion, for a spreadsheet."""

from __future__ import annotations

import csv
import io

from analyzer.report import Report
from analyzer.reporters.words import number, plain_utf8, visible

__all__ = ["COLUMNS", "cell", "render_csv"]

COLUMNS = (
    "target", "commit", "rubric", "score", "grade", "section", "criterion", "title", "status", "points", "max_points",
    "bonus", "summary", "path", "line", "url", "how",
)  # fmt: skip


def render_csv(report: Report) -> str:
    """Return the rows under a header; the evidence is the decisive one."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(COLUMNS)
    target, card = report.target, report.scorecard
    for item in card.criteria:
        criterion, decision = item.criterion, item.decision
        found = decision.evidence[0] if decision.evidence else None
        row = (
            target.name,
            target.commit,
            f"{report.rubric.id} {report.rubric.version}",
            number(card.score),
            card.grade,
            criterion.section,
            criterion.id,
            criterion.title,
            decision.status.value,
            number(item.points),
            number(criterion.points),
            "yes" if criterion.bonus else "no",
            decision.summary,
            found.path if found else "",
            str(found.line) if found else "",
            target.link(found.path, found.line, found.end_line) if found else "",
            criterion.how,
        )
        writer.writerow([cell(value) for value in row])
    return buffer.getvalue()


def cell(text: str) -> str:
    """A cell that no spreadsheet takes for a formula: one that begins like a formula gets an apostrophe before it."""
    shown = visible(plain_utf8(text))
    return f"'{shown}" if shown.startswith(("=", "+", "-", "@")) else shown
