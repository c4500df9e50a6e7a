"""Rows of a batch as a table shows them: filtered, sorted, and without names where names are hidden."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from sqlalchemy.orm import Session

from api.blind import Coder
from api.store.applicants import Part, applicants_of
from api.store.summaries import Summary

__all__ = ["PER_PAGE", "Filters", "Row", "Table", "read_rows", "tabled"]

PER_PAGE = 100


@dataclass(frozen=True, slots=True)
class Row:
    """One applicant: the place in the upload, the state, and what is known of the reports.

    ``code`` stands for it where names are hidden; ``rank`` is 0 where there is none. ``parts`` are the repositories, and
    the projects inside them, where there are several.
    """

    id: str
    number: int
    line: int
    name: str
    status: str
    score: float | None
    grade: str
    cause_code: str
    cause: str
    hint: str
    summary: Summary | None
    code: str
    parts: tuple[Part, ...] = ()
    not_read: tuple[dict[str, str], ...] = ()
    rank: int = 0

    @property
    def report(self) -> str:
        """The id of the analysis whose report is that of the row, or empty where it has several repositories."""
        wholes = [part for part in self.parts if not part.inside]
        return self.id if self.score is not None and len(wholes) < 2 else ""


def read_rows(session: Session, batch_id: str, code: Coder | None) -> list[Row]:
    """All rows of a batch in the order of the upload, with their rank by score; with codes where there is a coder."""
    found = applicants_of(session, batch_id)
    scores = sorted((item.score for item in found if item.score is not None), reverse=True)
    ranks: dict[float | None, int] = {}
    for rank, score in enumerate(scores, 1):
        ranks.setdefault(score, rank)
    rows = []
    for number, item in enumerate(found, 1):
        first, stopped = item.parts[0], item.stopped
        rows.append(
            Row(
                item.id,
                number,
                item.line,
                first.label or first.name,
                item.status,
                item.score,
                item.grade,
                stopped.cause_code if stopped else "",
                stopped.cause if stopped else "",
                stopped.hint if stopped else "",
                item.summary,
                code(item.id) if code else "",
                item.parts if len(item.parts) > 1 else (),
                tuple(item.not_read),
                ranks.get(item.score, 0),
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
    partial: tuple[Row, ...]


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
        tuple(row for row in others if row.not_read),
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
