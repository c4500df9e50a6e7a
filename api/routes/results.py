"""Results of a batch: JSON lines, CSV and XLSX, streamed or written a piece at a time."""

from __future__ import annotations

import csv
import io
import json
import tempfile
from collections.abc import Iterator
from typing import Annotated, Any

from fastapi import APIRouter, Header, Path, Response
from fastapi.responses import StreamingResponse

from api.accounts.audit import audit
from api.accounts.principal import Principal, Reader
from api.problems import Problem, documented
from api.routes.batches import BatchId, find_batch
from api.routes.negotiation import accepted
from api.service import Service, ServiceDep
from api.store.batches import problems_of, results_of

__all__ = ["router"]

router = APIRouter(prefix="/api/v1/batches", tags=["batches"])

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_TYPES = {"jsonl": "application/x-ndjson", "csv": "text/csv", "xlsx": _XLSX}
_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "One result a row of the upload, in its order; failed rows have their cause and no score",
        "content": {kind: {"schema": {"type": "string"}} for kind in _TYPES.values()},
    }
}
_CODES = ("resource.unknown", "access.unauthenticated", "access.forbidden", "request.not-acceptable")
_COLUMNS = ("line", "label", "input", "url", "status", "score", "grade", "commit", "ref", "subdir", "rubric")
_AT_A_TIME = 200


@router.get("/{batch_id}/results", response_class=Response, responses={**_ANSWERS, **documented(*_CODES)})
def results(
    batch_id: BatchId,
    service: ServiceDep,
    principal: Reader,
    accept: Annotated[str, Header(description="JSON lines where it is missing")] = "*/*",
) -> Response:
    """The results in the format that Accept asks for."""
    wanted = accepted(accept, list(_TYPES.values()))
    if wanted is None:
        raise Problem("request.not-acceptable", f"Offered: {', '.join(_TYPES.values())}.")
    return _answer(service, principal, batch_id, next(name for name, kind in _TYPES.items() if kind == wanted))


@router.get("/{batch_id}/results.{suffix}", response_class=Response, responses={**_ANSWERS, **documented(*_CODES)})
def results_in_format(
    batch_id: BatchId,
    suffix: Annotated[str, Path(max_length=16, examples=["csv"], description=", ".join(_TYPES))],
    service: ServiceDep,
    principal: Reader,
) -> Response:
    """The results in the format of a suffix."""
    if suffix not in _TYPES:
        raise Problem("resource.unknown", f"There is no format {suffix!r}.", f"Formats: {', '.join(_TYPES)}.")
    return _answer(service, principal, batch_id, suffix)


def _answer(service: Service, principal: Principal, batch_id: str, form: str) -> Response:
    with service.store.writing() as session:
        batch = find_batch(session, batch_id, principal)
        audit(session, principal, "batch.results", batch.id, form)
        problems = [
            {
                "line": row.line,
                "status": "not understood",
                "cause": {"code": "target.invalid", "what": row.what, "hint": row.hint},
            }
            for row in problems_of(session, batch.id)
        ]
    rows = _rows(service, batch_id, problems)
    headers = {"Content-Disposition": f'attachment; filename="results.{form}"', "Cache-Control": "no-store"}
    if form == "xlsx":
        return StreamingResponse(_workbook(rows), media_type=_XLSX, headers=headers)
    lines = _json_lines(rows) if form == "jsonl" else _csv_lines(rows)
    charset = "; charset=utf-8" if form == "csv" else ""
    return StreamingResponse(lines, media_type=_TYPES[form] + charset, headers=headers)


def _rows(service: Service, batch_id: str, problems: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Rows that were not understood first, then the others in their order, read a piece at a time."""
    yield from problems
    after = -1
    while True:
        with service.store.reading() as session:
            piece: list[dict[str, Any]] = results_of(session, batch_id, after=after, limit=_AT_A_TIME)
        if not piece:
            return
        for row in piece:
            after = row.pop("seq")
            yield row


def _json_lines(rows: Iterator[dict[str, Any]]) -> Iterator[str]:
    for row in rows:
        yield json.dumps(row, ensure_ascii=False) + "\n"


def _flat(row: dict[str, Any], sections: list[str]) -> list[Any]:
    cause = row.get("cause") or {}
    return [
        *(row.get(name) for name in _COLUMNS),
        *(row.get("sections", {}).get(name) for name in sections),
        row.get("strength", ""),
        row.get("gap", ""),
        " ".join(row.get("technologies", [])),
        cause.get("code", ""),
        cause.get("what", ""),
    ]


def _header(sections: list[str]) -> list[str]:
    return [*_COLUMNS, *sections, "strength", "gap", "technologies", "cause", "explanation"]


def _section_names() -> list[str]:
    from analyzer import load_rubric

    return [section.id for section in load_rubric().sections]


def _safe(value: Any) -> Any:
    """A cell that no spreadsheet takes for a formula."""
    if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r"):
        return f"'{value}"
    return "" if value is None else value


def _csv_lines(rows: Iterator[dict[str, Any]]) -> Iterator[str]:
    sections = _section_names()
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(_header(sections))
    for row in rows:
        writer.writerow([_safe(value) for value in _flat(row, sections)])
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()
    yield buffer.getvalue()


def _workbook(rows: Iterator[dict[str, Any]]) -> Iterator[bytes]:
    """A workbook, written row by row to a temporary file and sent from it."""
    from openpyxl import Workbook
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    sections = _section_names()
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Results")
    sheet.freeze_panes = "A2"
    sheet.append(_header(sections))
    for row in rows:
        cells = (_safe(value) for value in _flat(row, sections))
        sheet.append([ILLEGAL_CHARACTERS_RE.sub("", cell) if isinstance(cell, str) else cell for cell in cells])
    with tempfile.TemporaryFile() as file:
        book.save(file)
        file.seek(0)
        while chunk := file.read(65_536):
            yield chunk
