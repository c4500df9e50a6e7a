"""Rows of a batch as a table shows them: filtered, sorted, and without names where names are hidden."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.blind import Coder
from api.store.models import Analysis
from api.store.summaries import Summary, summaries_of

__all__ = ["PER_PAGE", "Filters", "Row", "Table", "read_rows", "tabled"]

PER_PAGE = 100


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its place in the upload, its state, and what is known of its report.

    ``code`` stands for it where names are hidden; ``rank`` is 0 where there is none.
    """

    id: str
    number: int
    line: int
    name: str
    url: str
    status: str
    score: float | None
    grade: str
    cause_code: str
    cause: str
    hint: str
    summary: Summary | None
    code: str
    rank: int = 0


def read_rows(session: Session, batch_id: str, code: Coder | None) -> list[Row]:
    """All rows of a batch in the order of the upload, with their rank by score; with codes where there is a coder."""
    columns = (
        Analysis.id, Analysis.line, Analysis.label, Analysis.url, Analysis.status, Analysis.score, Analysis.grade,
        Analysis.cause_code, Analysis.cause, Analysis.hint, Analysis.report_key,
    )  # fmt: skip
    found = session.execute(select(*columns).where(Analysis.batch_id == batch_id).order_by(Analysis.seq)).all()
    known = summaries_of(session, (item.report_key for item in found if item.status == "done" and item.report_key))
    scores = sorted((item.score for item in found if item.status == "done" and item.score is not None), reverse=True)
    ranks: dict[float | None, int] = {}
    for rank, score in enumerate(scores, 1):
        ranks.setdefault(score, rank)
    rows = []
    for number, (name, line, label, url, status, score, grade, cause_code, cause, hint, key) in enumerate(found, 1):
        done = status == "done"
        rows.append(
            Row(
                name,
                number,
                line or number,
                label or "/".join(url.rstrip("/").rsplit("/", 2)[-2:]),
                url,
                status,
                score if done else None,
                grade,
                cause_code,
                cause,
                hint,
                known.get(key) if done else None,
                code(name) if code else "",
                ranks.get(score, 0) if done else 0,
            )
        )
    return rows


@dataclass(frozen=True, slots=True)
class Filters:
    """What the address of a table asks for. ``share`` and the scores are 0 to 100; empty texts ask for nothing."""

    sort: str = "score"
    down: bool = True
    least: float = 0.0
    most: float = 100.0
    section: str = ""
    share: int = 50
    technology: str = ""
    blind: bool = False
    page: int = 1

    @classmethod
    def of(cls, query: Mapping[str, str]) -> Filters:
        """Read an address; what is not understood counts as not said."""
        sort = query.get("sort", "score")[:40]
        return cls(
            sort.removeprefix("-"),
            not sort.startswith("-"),
            _between(query.get("least", ""), 0.0),
            _between(query.get("most", ""), 100.0),
            query.get("section", "")[:40],
            int(_between(query.get("share", ""), 50.0)),
            query.get("technology", "")[:40],
            query.get("blind") == "1",
            max(1, min(int(_between(query.get("page", ""), 1.0, 10_000)), 10_000)),
        )

    def address(self, **changes: Any) -> str:
        """The query of this table with something changed; what is as usual is left out."""
        wanted = replace(self, page=1)
        wanted = replace(wanted, **changes)
        usual = Filters()
        words = {
            "sort": ""
            if (wanted.sort, wanted.down) == ("score", True)
            else f"{'' if wanted.down else '-'}{wanted.sort}",
            "least": "" if wanted.least == usual.least else f"{wanted.least:g}",
            "most": "" if wanted.most == usual.most else f"{wanted.most:g}",
            "section": wanted.section,
            "share": f"{wanted.share}" if wanted.section else "",
            "technology": wanted.technology,
            "blind": "1" if wanted.blind else "",
            "page": f"{wanted.page}" if wanted.page > 1 else "",
        }
        return "?" + urlencode({name: value for name, value in words.items() if value})

    def sorting(self, name: str) -> str:
        """The address that sorts by a column, or turns the order where it does already."""
        return self.address(sort=name, down=not self.down if self.sort == name else name != "name")

    @property
    def any(self) -> bool:
        """Whether rows are left out."""
        return bool(self.least > 0 or self.most < 100 or self.section or self.technology)


def _between(text: str, usual: float, most: float = 100.0) -> float:
    try:
        value = float(text)
    except ValueError:
        return usual
    return value if 0 <= value <= most else usual


@dataclass(frozen=True, slots=True)
class Table:
    """A page of rows, and what there is to choose from. ``page`` is the last where a later one was asked for."""

    rows: tuple[Row, ...]
    shown: int
    total: int
    page: int
    pages: int
    sections: tuple[tuple[str, str], ...]
    technologies: tuple[str, ...]
    failed: tuple[Row, ...]


def tabled(rows: Iterable[Row], filters: Filters) -> Table:
    """Filter and sort. Failed rows stand apart, with their cause: they are no zero.

    Where names are hidden, the order of the upload is too: rows come by their code, and equals stay so.
    """
    everything = sorted(rows, key=lambda row: row.code) if filters.blind else list(rows)
    failed = [row for row in everything if row.status == "failed"]
    others = [row for row in everything if row.status != "failed"]
    kept = [row for row in others if _fits(row, filters)]
    known = [row.summary for row in everything if row.summary]
    ordered = _sorted(kept, filters)
    pages = max(1, -(-len(ordered) // PER_PAGE))
    page = min(filters.page, pages)
    start = (page - 1) * PER_PAGE
    return Table(
        tuple(ordered[start : start + PER_PAGE]),
        len(ordered),
        len(everything),
        page,
        pages,
        tuple((bar.id, bar.title) for bar in known[0].sections) if known else (),
        tuple(sorted({name for item in known for name in item.technologies})),
        tuple(failed),
    )


def _fits(row: Row, filters: Filters) -> bool:
    if not filters.any:
        return True
    if row.score is None or row.summary is None or not filters.least <= row.score <= filters.most:
        return False
    if filters.technology and filters.technology not in row.summary.technologies:
        return False
    if filters.section:
        return any(bar.id == filters.section and bar.share * 100 >= filters.share for bar in row.summary.sections)
    return True


def _sorted(rows: list[Row], filters: Filters) -> list[Row]:
    """Rows without a score come last, whichever way; equals stay in the order they have."""

    def value(row: Row) -> float:
        if filters.sort == "score":
            return row.score or 0.0
        bars = row.summary.sections if row.summary else ()
        return next((bar.share for bar in bars if bar.id == filters.sort), 0.0)

    if filters.sort in ("line", "name") and filters.blind:
        return rows[::-1] if filters.down else rows
    if filters.sort == "name":
        return sorted(rows, key=lambda row: row.name.lower(), reverse=filters.down)
    if filters.sort == "line":
        return sorted(rows, key=lambda row: row.number, reverse=filters.down)
    scored = [row for row in rows if row.score is not None]
    waiting = [row for row in rows if row.score is None]
    return [*sorted(scored, key=value, reverse=filters.down), *waiting]
