"""Batches: upload, follow, cancel, resume, results."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.datastructures import UploadFile

from analyzer import UsageError, is_account, load_texts
from api.accounts.audit import audit
from api.accounts.principal import Principal, Reader, Writer
from api.problems import Problem, documented, unknown_type
from api.routes.analyses import IdempotencyKey
from api.routes.idempotency import Remembered, remember, remembered
from api.routes.pace import hit
from api.schemas import BatchList, BatchSummary, BatchUpload, BatchView, RowProblem, RowRequest
from api.service import Service, ServiceDep
from api.store.analyses import Asked, as_cursor, check_rubric, from_cursor, moment_of, parse_asked, plain
from api.store.applicants import counts_of
from api.store.batches import cancel_batch, new_batch, problems_of, resume_batch
from api.store.models import Analysis, Batch
from api.store.retention import delete_batch
from api.uploads import UploadedRow, rows_of

__all__ = ["BatchId", "Blind", "find_batch", "read_upload", "router", "start_from", "view_of"]

router = APIRouter(prefix="/api/v1/batches", tags=["batches"])

BatchId = Annotated[
    str, Path(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_-]+$", examples=["kq3Zt0aVw8pXnS5mJ1cB7yLd"])
]
Blind = Annotated[
    bool, Query(description="hide names: a code in place of each row, and nothing that leads to who it is")
]
_CSV = "url,ref,label\nhttps://github.com/octocat/Hello-World,,candidate-1\noctocat/Spoon-Knife,main,candidate-2\n"
_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {"schema": {"$ref": "#/components/schemas/BatchRequest"}},
            "text/csv": {"schema": {"type": "string"}, "example": _CSV},
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {
                        "file": {
                            "type": "string",
                            "format": "binary",
                            "description": "CSV, Excel, JSON lines or a plain list",
                        },
                        "name": {"type": "string", "maxLength": 200},
                        "rubric": {"type": "string", "maxLength": 64},
                        "whole": {"type": "boolean"},
                        "csrf_token": {"type": "string", "description": "of a sign-in"},
                    },
                }
            },
        },
    }
}
_ACCESS = ("access.unauthenticated", "access.forbidden", "access.csrf")


@router.post(
    "",
    status_code=202,
    openapi_extra=_BODY,
    responses={
        202: {
            "description": "Accepted; rows that were not understood are told by their line, the others run",
            "headers": {"Location": {"description": "address of the batch", "schema": {"type": "string"}}},
        },
        **documented(
            *_ACCESS,
            "request.media-type",
            "request.too-large",
            "target.invalid",
            "idempotency.mismatch",
            "batch.empty",
            "batch.too-many-rows",
        ),
    },
)
async def start_batch(
    request: Request,
    response: Response,
    service: ServiceDep,
    principal: Writer,
    idempotency_key: IdempotencyKey = None,
    name: Annotated[str, Query(max_length=200, description="of a CSV upload")] = "",
    rubric: Annotated[str, Query(max_length=64, description="of a CSV upload")] = "mlops",
    whole: Annotated[bool, Query(description="of a CSV upload: do not judge projects inside a repository")] = False,
) -> BatchView:
    """Start the analysis of many applicants, as JSON, as CSV with a header, or as a form with a file.

    A row is an applicant: of the repositories that it names, and the projects inside them, the best evidence counts.
    """
    wanted = await read_upload(request, name, rubric, service.settings.batch_rows, whole=whole)
    view, replayed = await run_in_threadpool(start_from, request, service, principal, wanted, idempotency_key)
    response.headers["Location"] = view.links["self"]
    if replayed:
        response.headers["Idempotency-Replayed"] = "true"
    return view


class _Wanted:
    """An upload as it came: name, rubric, rows; of rows one more than are taken, whatever else there is."""

    def __init__(self, name: str, rubric: str, rows: Iterable[UploadedRow], most: int, *, whole: bool) -> None:
        self.name, self.rubric, self.rows, self.whole = plain(name), rubric, list(islice(rows, most + 1)), whole


async def read_upload(request: Request, name: str, rubric: str, most: int, *, whole: bool = False) -> _Wanted:
    """The upload that a request carries, as JSON, as CSV, or as a form with a file of any form that a batch has.

    One row more than ``most`` is read.

    Raises:
        Problem: it carries none of these.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "application/json":
        try:
            asked = BatchUpload.model_validate_json(await request.body())
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            if first["type"] == "json_invalid":
                raise Problem("request.malformed", "no-json") from error
            if first["type"] == "too_long":
                raise Problem("batch.too-many-rows", "rows-most", {"most": f"{most:,}"}) from error
            where = ".".join(map(str, first["loc"]))
            said = load_texts().kept("problem.row.field", where=where, what=first["msg"])
            raise Problem("request.invalid", words=(f"{said}.", "")) from error
        rows = (_row(index, row) for index, row in enumerate(asked.rows, 1))
        return _Wanted(asked.name, asked.rubric, rows, most, whole=asked.whole)
    if kind == "multipart/form-data":
        form = await request.form(max_files=1, max_fields=10)
        file = form.get("file")
        if not isinstance(file, UploadFile):
            raise Problem("request.invalid", "form-without-file")
        content = await file.read()
        await form.close()
        named = str(form.get("name") or name)[:200]
        chosen = str(form.get("rubric") or rubric)[:64]
        unsplit = whole or str(form.get("whole") or "").lower() in ("true", "1", "on")
        return await run_in_threadpool(lambda: _Wanted(named, chosen, rows_of(content), most, whole=unsplit))
    if kind in ("text/csv", "text/plain"):
        content = await request.body()
        return await run_in_threadpool(lambda: _Wanted(name, rubric, rows_of(content), most, whole=whole))
    raise unknown_type(kind, "application/json, text/csv, multipart/form-data")


def _row(index: int, given: object) -> UploadedRow:
    """A row of a JSON upload, or what is wrong with it."""
    try:
        row = RowRequest.model_validate(given)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"]))
        said = load_texts().kept("problem.row.field", where=where, what=first["msg"]) if where else first["msg"]
        return UploadedRow(index, problem=said)
    urls = tuple(dict.fromkeys(url for url in (row.url, *row.urls) if url))
    return UploadedRow(
        index, urls, row.ref, row.subdir, row.label, "" if urls else load_texts().kept("problem.row.none")
    )


def start_from(
    request: Request, service: Service, principal: Principal, wanted: _Wanted, key: str | None = None
) -> tuple[BatchView, bool]:
    """Start a batch, or find the one that the same Idempotency-Key started; the second value says which.

    Raises:
        Problem: there is no such rubric, there are too many rows, none that can be analyzed, or too many batches.
    """
    assert principal.account_id
    try:
        check_rubric(wanted.rubric)
    except UsageError as error:
        raise Problem.of("target.invalid", error) from error
    rows = [(row.line, row.urls, row.ref, row.subdir, row.label) for row in wanted.rows]
    body = {"name": wanted.name, "rubric": wanted.rubric, "whole": wanted.whole, "rows": rows}
    known = remembered(principal.share, key, body)
    if earlier := _earlier(service, known):
        return earlier, True
    most = service.settings.batch_rows
    if len(rows) > most:
        raise Problem("batch.too-many-rows", "rows-most", {"most": f"{most:,}"})
    if sum(len(row.urls) for row in wanted.rows) > most:
        raise Problem("batch.too-many-rows", "repositories-most", {"most": f"{most:,}"})
    asked, problems = _understood(service, wanted)
    if not asked:
        told = [{"line": line, "what": what, "hint": hint} for line, what, hint in problems[:100]]
        raise Problem("batch.empty", "batch-without-rows", more={"problems": told})
    hit(request, service, principal, service.settings.rate_batches, "batches")
    with service.store.writing() as session:
        batch = new_batch(
            session, principal.account_id, wanted.name, wanted.rubric, asked, problems, whole=wanted.whole
        )
        if not remember(session, known, batch_id=batch.id):
            session.rollback()
            if earlier := _earlier(service, known):
                return earlier, True
            raise Problem("service.unavailable", "answering")
        audit(session, principal, "batch.start", batch.id, f"{batch.rows} rows")
        view = view_of(session, batch)
    service.metrics.accepted.labels("batch").inc(len(asked))
    service.executor.wake()
    return view, False


def _understood(service: Service, wanted: _Wanted) -> tuple[list[Asked], list[tuple[int, str, str]]]:
    asked, problems = [], []
    english = load_texts()  # what is kept is English; pages say it in the language that is asked for
    for row in wanted.rows:
        if row.problem:
            told = english.kept("problem.row.engine", what=row.problem)
            problems.append((row.line, told, english.kept("problem.row.address")))
            continue
        for url in row.urls:
            if is_account(url, service.settings.git_hosts):
                told = english.kept("problem.row.account", url=url)
                problems.append((row.line, told, english.kept("problem.row.accounts")))
                continue
            try:
                understood = parse_asked(
                    service.settings,
                    url,
                    ref=row.ref,
                    subdir=row.subdir,
                    rubric=wanted.rubric,
                    label=row.label,
                    line=row.line,
                )
            except UsageError as error:
                problems.append((row.line, english.kept("problem.row.engine", what=error.what), error.hint))
            else:
                asked.append(understood)
    return asked, problems


@router.get("", responses=documented("access.unauthenticated", "access.forbidden", "request.cursor"))
def list_batches(
    service: ServiceDep,
    principal: Reader,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str, Query(max_length=300, description="next of the page before")] = "",
) -> BatchList:
    """The batches of the account, the newest first."""
    with service.store.reading() as session:
        query = select(Batch).where(Batch.account_id == principal.account_id)
        if cursor:
            try:
                moment, last = from_cursor(cursor, moment_of)
            except ValueError as error:
                raise Problem("request.cursor", "cursor") from error
            query = query.where((Batch.created_at < moment) | ((Batch.created_at == moment) & (Batch.id < last)))
        rows = session.scalars(query.order_by(Batch.created_at.desc(), Batch.id.desc()).limit(limit + 1)).all()
        items = [
            BatchSummary(
                id=row.id,
                name=row.name,
                rubric=row.rubric,
                rows=row.rows,
                finished=row.finished,
                created_at=row.created_at,
            )
            for row in rows[:limit]
        ]
    more = len(rows) > limit
    return BatchList(items=items, next=as_cursor(items[-1].created_at.isoformat(), items[-1].id) if more else None)


@router.get("/{batch_id}", responses=documented("resource.unknown", "access.unauthenticated", "access.forbidden"))
def show_batch(batch_id: BatchId, service: ServiceDep, principal: Reader, blind: Blind = False) -> BatchView:
    """How far a batch is."""
    with service.store.reading() as session:
        return view_of(session, find_batch(session, batch_id, principal), blind=blind)


@router.post("/{batch_id}/cancel", responses=documented("resource.unknown", "batch.state", *_ACCESS))
def cancel_rows(batch_id: BatchId, service: ServiceDep, principal: Writer) -> BatchView:
    """Cancel the rows that have not ended; what is done stays."""
    with service.store.writing() as session:
        batch = find_batch(session, batch_id, principal, lock=True)
        if batch.finished_at:
            raise Problem("batch.state", "batch-ended")
        count = cancel_batch(session, batch)
        audit(session, principal, "batch.cancel", batch.id, f"{count} rows")
        session.flush()
        session.refresh(batch)
        return view_of(session, batch)


@router.post("/{batch_id}/resume", responses=documented("resource.unknown", "batch.state", *_ACCESS))
def resume_rows(batch_id: BatchId, service: ServiceDep, principal: Writer) -> BatchView:
    """Let run again what was cancelled or failed, also in rows that have a score without it."""
    with service.store.writing() as session:
        batch = find_batch(session, batch_id, principal, lock=True)
        count = resume_batch(session, batch)
        if not count:
            raise Problem("batch.state", "batch-nothing-to-resume")
        audit(session, principal, "batch.resume", batch.id, f"{count} rows")
        session.flush()
        view = view_of(session, batch)
    service.executor.wake()
    return view


@router.delete("/{batch_id}", status_code=204, responses=documented("resource.unknown", *_ACCESS))
def remove_batch(batch_id: BatchId, service: ServiceDep, principal: Writer) -> None:
    """Delete a batch with its analyses and reports; what runs of it is ended."""
    with service.store.writing() as session:
        batch = find_batch(session, batch_id, principal, lock=True)
        ids = session.scalars(select(Analysis.id).where(Analysis.batch_id == batch.id)).all()
        delete_batch(session, batch.id)
        audit(session, principal, "batch.delete", batch_id)
    for name in ids:
        service.renderings.forget(name)
    service.store.scrub_soon()


def find_batch(session: Session, batch_id: str, principal: Principal, *, lock: bool = False) -> Batch:
    """A batch of the account.

    Raises:
        Problem: there is none of this id, which is also said of those of others.
    """
    query = select(Batch).where(Batch.id == batch_id)
    batch = session.scalar(query.with_for_update() if lock else query)
    if batch is None or batch.account_id != principal.account_id:
        raise Problem("resource.unknown", "batch-unknown")
    return batch


def view_of(session: Session, batch: Batch, *, blind: bool = False) -> BatchView:
    """The view of a batch; where names are hidden, without its own and without what was typed."""
    problems = [RowProblem(line=row.line, what=row.what, hint=row.hint) for row in problems_of(session, batch.id)]
    return BatchView.of(batch, *counts_of(session, batch.id), problems, blind=blind)


def _earlier(service: Service, key: Remembered | None) -> BatchView | None:
    if key is None:
        return None
    with service.store.reading() as session:
        name = key.find(session)
        batch = session.get(Batch, name) if name else None
        return view_of(session, batch) if batch else None
