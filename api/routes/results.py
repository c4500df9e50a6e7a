"""Results of a batch: JSON lines, CSV and XLSX, streamed or written a piece at a time."""

from __future__ import annotations

import csv
import io
import json
import tempfile
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Annotated, Any

from fastapi import APIRouter, Header, Path, Response
from fastapi.responses import StreamingResponse

from analyzer import harmless
from api.accounts.audit import audit
from api.accounts.principal import Principal, Reader
from api.blind import blinded, coder
from api.problems import Problem, documented
from api.routes.batches import BatchId, Blind, find_batch
from api.routes.negotiation import accepted
from api.service import Service, ServiceDep
from api.store.applicants import merge_rows, states_of, told_of
from api.store.batches import problems_of, results_of

__all__ = ["router"]

router = APIRouter(prefix="/api/v1/batches", tags=["batches"])

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_TYPES = {"jsonl": "application/x-ndjson", "csv": "text/csv", "xlsx": _XLSX}
_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "One result a row of the upload, which is an applicant, in its order, those first that were not "
        "understood and then those that failed, which have their cause and no score; of several repositories, and of "
        "projects inside one, the best evidence counts, and not_read says which of them gave none",
        "content": {kind: {"schema": {"type": "string"}} for kind in _TYPES.values()},
    }
}
_CODES = ("resource.unknown", "access.unauthenticated", "access.forbidden", "request.not-acceptable")
_COLUMNS = ("line", "label", "code", "input", "url", "status", "score", "grade", "commit", "ref", "subdir", "rubric")
_BLIND_COLUMNS = ("code", "status", "score", "grade", "rubric")
_AT_A_TIME = 200


@router.get("/{batch_id}/results", response_class=Response, responses={**_ANSWERS, **documented(*_CODES)})
def results(
    batch_id: BatchId,
    service: ServiceDep,
    principal: Reader,
    blind: Blind = False,
    accept: Annotated[str, Header(description="JSON lines where it is missing")] = "*/*",
) -> Response:
    """The results in the format that Accept asks for."""
    wanted = accepted(accept, list(_TYPES.values()))
    if wanted is None:
        raise Problem("request.not-acceptable", "offered", {"all": ", ".join(_TYPES.values())})
    return _answer(
        service, principal, batch_id, next(name for name, kind in _TYPES.items() if kind == wanted), blind=blind
    )


@router.get("/{batch_id}/results.{suffix}", response_class=Response, responses={**_ANSWERS, **documented(*_CODES)})
def results_in_format(
    batch_id: BatchId,
    suffix: Annotated[str, Path(max_length=16, examples=["csv"], description=", ".join(_TYPES))],
    service: ServiceDep,
    principal: Reader,
    blind: Blind = False,
) -> Response:
    """The results in the format of a suffix."""
    if suffix not in _TYPES:
        raise Problem("resource.unknown", "format-unknown", {"name": suffix, "all": ", ".join(_TYPES)})
    return _answer(service, principal, batch_id, suffix, blind=blind)


def _answer(service: Service, principal: Principal, batch_id: str, form: str, *, blind: bool) -> Response:
    code = coder(service.settings.secret)
    with service.store.writing() as session:
        batch = find_batch(session, batch_id, principal)
        audit(session, principal, "batch.results", batch.id, f"{form}, names hidden" if blind else form)
    merge_rows(service.store, batch_id)
    with service.store.reading() as session:
        states = states_of(session, batch_id)
        understood = {line for line, _, _ in states}
        problems = [
            {
                "line": row.line,
                "code": code(f"{batch_id}:{row.line}"),
                "status": "not understood",
                "cause": {"code": "target.invalid", "what": row.what, "hint": row.hint},
            }
            for row in problems_of(session, batch_id)
            if row.line not in understood
        ]
    # What has no score stands first, with its cause: at the end of a long table nobody would see it.
    parts = [
        [(code(name), line) for line, name, status in states if (status == "failed") is failed]
        for failed in (True, False)
    ]
    if blind:
        problems.sort(key=lambda row: str(row["code"]))
        parts = [sorted(part) for part in parts]
    rows = _rows(service, batch_id, problems, [*parts[0], *parts[1]])
    if blind:
        rows = map(blinded, rows)
    name = f"results{'-blind' if blind else ''}.{form}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    if form == "jsonl":
        return StreamingResponse(_json_lines(rows), media_type=_TYPES[form], headers=headers)
    table = _Columns(blind)
    if form == "xlsx":
        return StreamingResponse(_workbook(rows, table), media_type=_XLSX, headers=headers)
    return StreamingResponse(_csv_lines(rows, table), media_type=f"{_TYPES[form]}; charset=utf-8", headers=headers)


def _rows(
    service: Service, batch_id: str, problems: Sequence[dict[str, Any]], codes: Sequence[tuple[str, int]]
) -> Iterator[dict[str, Any]]:
    """Rows that were not understood first, then the others as ordered; read a piece at a time."""
    yield from problems
    for start in range(0, len(codes), _AT_A_TIME):
        known = {line: code for code, line in codes[start : start + _AT_A_TIME]}
        with service.store.reading() as session:
            piece = results_of(session, batch_id, list(known))
        for row in piece:
            yield {**row, "code": known[row["line"]]}


def _json_lines(rows: Iterator[dict[str, Any]]) -> Iterator[str]:
    while piece := list(islice(rows, _AT_A_TIME)):  # a piece goes through a thread and a compressor
        yield "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in piece)


class _Columns:
    """The columns of a table, and a row as its cells, of which no spreadsheet takes one for a formula."""

    def __init__(self, blind: bool) -> None:
        from analyzer import load_rubric

        self._sections = [section.id for section in load_rubric().sections]
        self._first = _BLIND_COLUMNS if blind else _COLUMNS
        self._blind = blind
        self._last = ("cause",) if blind else ("cause", "explanation")

    def header(self) -> list[str]:
        """The names."""
        return [*self._first, *self._sections, "strength", "gap", "technologies", *self._last, "not_read"]

    def cells(self, row: dict[str, Any]) -> list[Any]:
        """A row."""
        cause = row.get("cause") or {}
        values = [
            *(row.get(name) for name in self._first),
            *(row.get("sections", {}).get(name) for name in self._sections),
            row.get("strength", ""),
            row.get("gap", ""),
            " ".join(row.get("technologies", [])),
            *(cause.get(name, "") for name in ("code", "what")[: len(self._last)]),
            " ".join(self._told(item) for item in row.get("not_read", [])),
        ]
        return ["" if value is None else harmless(value) for value in values]

    def _told(self, item: dict[str, str]) -> str:
        return item["code"] if self._blind else told_of(item)


def _csv_lines(rows: Iterator[dict[str, Any]], table: _Columns) -> Iterator[str]:
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(table.header())
    while piece := list(islice(rows, _AT_A_TIME)):
        writer.writerows(map(table.cells, piece))
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()
    yield buffer.getvalue()


def _workbook(rows: Iterator[dict[str, Any]], table: _Columns) -> Iterator[bytes]:
    """A workbook, written row by row to a temporary file and sent from it."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet("Results")
    sheet.freeze_panes = "A2"
    sheet.append(table.header())
    for row in rows:
        sheet.append(table.cells(row))
    with tempfile.TemporaryFile() as file:
        book.save(file)
        file.seek(0)
        while chunk := file.read(65_536):
            yield chunk
