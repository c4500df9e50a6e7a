"""Applicants of a batch: the analyses of one line of the upload, judged together as the batch command judges them."""

from __future__ import annotations

import gzip
import json
import secrets
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, case, delete, func, select, update
from sqlalchemy.orm import Session

from analyzer import Report, applicant_of, inside_of
from api.store.database import Store, insert_into
from api.store.models import Analysis, Batch, BatchProblem, MergedRow
from api.store.reports import report_of
from api.store.states import FINAL, ROW_ORDER, status_of
from api.store.summaries import Summary, summaries_of, summary

__all__ = [
    "Applicant",
    "Part",
    "add_inside",
    "applicants_of",
    "counts_of",
    "merge_rows",
    "merged_document",
    "recount",
    "states_of",
    "told_of",
]

_AT_A_TIME = 500
"""Lines in one question; SQLite takes some thousand values."""


@dataclass(frozen=True, slots=True)
class Part:
    """One analysis of a row: a repository that the line names, or a project inside one."""

    id: str
    line: int
    label: str
    input: str
    url: str
    ref: str
    subdir: str
    rubric: str
    inside: bool
    status: str
    commit: str
    report_key: str | None
    score: float | None
    grade: str
    cause_code: str
    cause: str
    hint: str

    @property
    def name(self) -> str:
        """``owner/name``, with the folder of a project inside."""
        name = "/".join(self.url.rstrip("/").rsplit("/", 2)[-2:])
        return f"{name} ({self.subdir})" if self.inside else name


_COLUMNS = (
    Analysis.id, Analysis.line, Analysis.label, Analysis.input, Analysis.url,
    func.coalesce(func.nullif(Analysis.report_ref, ""), Analysis.ref),
    func.coalesce(func.nullif(Analysis.report_subdir, ""), Analysis.subdir),
    Analysis.rubric, Analysis.inside, Analysis.status, Analysis.commit, Analysis.report_key, Analysis.score,
    Analysis.grade, Analysis.cause_code, Analysis.cause, Analysis.hint,
)  # fmt: skip
_ORDER = (Analysis.seq, Analysis.inside, Analysis.subdir, Analysis.id)
"""Of each repository the whole, then the projects inside."""


@dataclass(frozen=True, slots=True)
class Applicant:
    """A row of a batch: all analyses of a line, and what they come to together where all have ended.

    ``refused`` is what the line names and nobody could understand; ``apart`` names what another version of the rubric judged.
    """

    parts: tuple[Part, ...]
    status: str
    score: float | None
    grade: str
    summary: Summary | None
    refused: tuple[str, str] | None
    apart: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """The id of its first analysis, which stands for the row."""
        return self.parts[0].id

    @property
    def line(self) -> int:
        """Its line of the upload."""
        return self.parts[0].line

    @property
    def stopped(self) -> Part | None:
        """The analysis that says why the row has no score: the first that failed, or that was cancelled."""
        if self.status == "done":
            return None
        return next((part for part in self.parts if part.status == self.status and part.cause_code), None)

    @property
    def not_read(self) -> list[dict[str, str]]:
        """Why a row with a score was read in part: of each repository or project its cause."""
        if self.status != "done":
            return []
        told = [
            {"input": part.name if part.inside else part.input, "code": part.cause_code, "what": part.cause, "hint": part.hint}
            for part in self.parts
            if part.status != "done"
        ]  # fmt: skip
        if self.refused:
            what, hint = self.refused
            told.append({"input": "", "code": "target.invalid", "what": what, "hint": hint})
        what = "It was judged by another version of the rubric."
        again = {"code": "report.other-rubric", "what": what, "hint": "Start another batch."}
        return told + [{"input": name, **again} for name in self.apart]


def told_of(item: Mapping[str, str], said: str = "") -> str:
    """What a row tells of something that was not read, with its name where the sentence has none.

    ``said`` is the sentence in another language; it stays English without.
    """
    name = "/".join(item["input"].rstrip("/").rsplit("/", 2)[-2:])
    told = said or item["what"]
    return told if name in item["what"] else f"{item['input']}: {told}"


def states_of(session: Session, batch_id: str) -> list[tuple[int, str, str]]:
    """Line, id of the first analysis, and state of each row of a batch, in order."""
    rows = session.execute(
        select(Analysis.line, Analysis.id, Analysis.status).where(Analysis.batch_id == batch_id).order_by(*_ORDER)
    ).all()
    found: dict[int, tuple[str, list[str]]] = {}
    for line, name, status in rows:
        found.setdefault(line or 0, (name, []))[1].append(status)
    return [(line, name, status_of(statuses)) for line, (name, statuses) in found.items()]


def counts_of(session: Session, batch_id: str) -> tuple[dict[str, int], int]:
    """The rows of a batch by state, and how many are done though one of their analyses failed."""
    place = case({status: number for number, status in enumerate(ROW_ORDER)}, value=Analysis.status)
    rows = (
        select(func.min(place).label("first"), func.max(place).label("last"))
        .where(Analysis.batch_id == batch_id)
        .group_by(Analysis.line)
        .subquery()
    )
    counted = session.execute(select(rows.c.first, rows.c.last, func.count()).group_by(rows.c.first, rows.c.last)).all()
    counts: Counter[str] = Counter()
    for first, _, number in counted:
        counts[ROW_ORDER[first]] += number
    return dict(counts), sum(
        number for *places, number in counted if places == [*map(ROW_ORDER.index, ("done", "failed"))]
    )


def applicants_of(session: Session, batch_id: str, lines: Sequence[int] | None = None) -> list[Applicant]:
    """The rows of a batch in the order of the upload; those of some lines alone where lines are given."""
    parts = [Part(*row) for which in _pieces(Analysis.line, lines) for row in _parts(session, batch_id, which)]
    merged = {row.line: row for which in _pieces(MergedRow.line, lines) for row in session.scalars(
        select(MergedRow).where(MergedRow.batch_id == batch_id, which)
    )}  # fmt: skip
    refused = {row.line: (row.what, row.hint) for which in _pieces(BatchProblem.line, lines) for row in session.scalars(
        select(BatchProblem).where(BatchProblem.batch_id == batch_id, which)
    )}  # fmt: skip
    by_line: dict[int, list[Part]] = {}
    for part in parts:
        by_line.setdefault(part.line, []).append(part)
    alone = {part.report_key for found in by_line.values() if len(found) == 1 for part in found}
    known = summaries_of(session, (key for key in alone if key))
    rows = []
    for line, found in by_line.items():
        row, first = merged.get(line), found[0]
        apart: tuple[str, ...] = ()
        judged: tuple[float | None, str, Summary | None] = None, "", None
        if row is not None:
            judged = row.score, row.grade, Summary.of(row.summary)
            apart = tuple(row.summary["apart"])
        elif len(found) == 1 and first.status == "done":
            judged = first.score, first.grade, known.get(first.report_key or "")
        rows.append(
            Applicant(tuple(found), status_of([part.status for part in found]), *judged, refused.get(line), apart)
        )
    return rows


def _pieces(column: Any, lines: Sequence[int] | None) -> Iterable[ColumnElement[bool]]:
    if lines is None:
        return [column.is_not(None)]
    return [column.in_(lines[start : start + _AT_A_TIME]) for start in range(0, len(lines), _AT_A_TIME)]


def _parts(session: Session, batch_id: str, which: ColumnElement[bool]) -> Sequence[Any]:
    return session.execute(select(*_COLUMNS).where(Analysis.batch_id == batch_id, which).order_by(*_ORDER)).all()


# -- judging together --------------------------------------------------------------------------------------------


def merge_rows(store: Store, batch_id: str, line: int | None = None) -> None:
    """Judge together what has ended and was not judged yet: all rows of a batch, or that of a line."""
    with store.reading() as session:
        lines = session.scalars(
            select(Analysis.line)
            .where(Analysis.batch_id == batch_id, Analysis.line == line if line is not None else Analysis.line.is_not(None))
            .group_by(Analysis.line)
            .having(
                func.count() > 1,
                func.count().filter(Analysis.status == "done") > 0,
                func.count().filter(Analysis.status.not_in(("done", "failed"))) == 0,
                Analysis.line.not_in(select(MergedRow.line).where(MergedRow.batch_id == batch_id)),
            )
        ).all()  # fmt: skip
    for found in lines:
        _merge(store, batch_id, found or 0)


def _merge(store: Store, batch_id: str, line: int) -> None:
    with store.reading() as session:
        rows = _of_line(session, batch_id, line)
        found = _judged(session, rows)
    if found is None:
        return
    kept = {
        "batch_id": batch_id,
        "line": line,
        "score": found["score"],
        "grade": found["grade"],
        "summary": summary(found) | {"apart": found["apart"]},
        "document": gzip.compress(json.dumps(found, ensure_ascii=False).encode("utf-8", "surrogatepass"), 6, mtime=0),
    }
    with store.writing() as session:
        # Whoever runs an analysis again or deletes it holds this too: what was judged is still what is there.
        session.execute(select(Batch.id).where(Batch.id == batch_id).with_for_update())
        if _state(rows) == _state(_of_line(session, batch_id, line)):
            session.execute(insert_into(session, MergedRow).values(kept).on_conflict_do_nothing())


def _of_line(session: Session, batch_id: str, line: int) -> Sequence[Analysis]:
    query = select(Analysis).where(Analysis.batch_id == batch_id, Analysis.line == line)
    return session.scalars(query.order_by(*_ORDER)).all()


def _state(rows: Iterable[Analysis]) -> list[tuple[str, str, str | None]]:
    return [(row.id, row.status, row.report_key) for row in rows]


def _judged(session: Session, rows: Sequence[Analysis]) -> dict[str, Any] | None:
    """What the reports of a row come to, as a document with the fields of a report that tables and comparisons show."""
    reports: list[tuple[str, Report, bool]] = []
    for _, repository in groupby(rows, key=lambda row: row.seq):
        target = ""
        for row in repository:
            target = target or row.input
            report = report_of(session, row) if row.status == "done" else None
            if report is not None:
                reports.append((target, report, row.inside))
    if not reports:
        return None
    # Where the service came to another rubric between them, that of the last is today's.
    rubric = reports[-1][1].rubric
    same = [item for item in reports if item[1].rubric.sha256 == rubric.sha256]
    found = applicant_of(same, rubric)
    section_of = {criterion.id: section.id for section in rubric.sections for criterion in section.criteria}
    for item in found["criteria"]:
        item["section"] = section_of[item["id"]]
    return {
        **found,
        "next_steps": found["gaps"],
        "technologies": [{"id": name} for name in found["technologies"]],
        "apart": [item[1].target.name for item in reports if item not in same],
    }


def merged_document(session: Session, batch_id: str, line: int) -> dict[str, Any] | None:
    """What a row of several analyses comes to, or None where it is not judged together."""
    row = session.get(MergedRow, (batch_id, line))
    if row is None:
        return None
    document: dict[str, Any] = json.loads(gzip.decompress(row.document).decode("utf-8", "surrogatepass"))
    return document


# -- rows that change --------------------------------------------------------------------------------------------


def add_inside(session: Session, whole: Analysis) -> None:
    """Put the projects inside a repository that was just read into the queue, at its commit and as parts of its row."""
    report = report_of(session, whole)
    if report is None or not whole.commit:
        return
    for folder in inside_of(report):
        session.add(
            Analysis(
                id=secrets.token_urlsafe(18),
                seq=whole.seq,
                account_id=whole.account_id,
                batch_id=whole.batch_id,
                line=whole.line,
                inside=True,
                label=whole.label,
                input=whole.url,
                url=whole.url,
                owner=whole.owner,
                ref=whole.commit,
                subdir=folder,
                rubric=whole.rubric,
                lane=whole.lane,
                share=whole.share,
            )
        )


def recount(session: Session, batch_id: str, lines: Iterable[int | None]) -> None:
    """Count the rows of a batch anew, after analyses of some lines were run again or deleted."""
    named = [line for line in lines if line is not None]
    for start in range(0, len(named), _AT_A_TIME):
        which = MergedRow.line.in_(named[start : start + _AT_A_TIME])
        session.execute(delete(MergedRow).where(MergedRow.batch_id == batch_id, which))
    rows = select(func.count(Analysis.line.distinct())).where(Analysis.batch_id == batch_id)
    total, still = session.scalar(rows) or 0, session.scalar(rows.where(Analysis.status.not_in(FINAL))) or 0
    session.execute(update(Batch).where(Batch.id == batch_id).values(rows=total, finished=total - still))
