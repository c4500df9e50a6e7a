"""Batches: an upload, a table that fills while it runs, and rows side by side."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from api.accounts.audit import audit
from api.accounts.principal import Principal, Reader, Writer, check_origin
from api.blind import coder
from api.pages.errors import PageRoute
from api.pages.rows import Filters, Row, read_rows, tabled
from api.pages.templating import is_partial, page, texts_of
from api.problems import Problem
from api.routes.batches import (
    BatchId,
    cancel_rows,
    find_batch,
    list_batches,
    read_upload,
    remove_batch,
    resume_rows,
    start_from,
    view_of,
)
from api.service import Service, ServiceDep
from api.store.applicants import merge_rows, merged_document, told_of
from api.store.models import Analysis
from api.store.reports import document_for

__all__ = ["router"]

router = APIRouter(route_class=PageRoute)

SAMPLE = (
    "url,ref,subdir,label\n"
    "https://github.com/octocat/Hello-World,,,candidate-1\n"
    "octocat/Spoon-Knife,main,,candidate-2\n"
)  # fmt: skip
COMPARED = (2, 4)


@router.get("/batches")
def overview(request: Request, service: ServiceDep, principal: Reader) -> Response:
    """The upload, and the batches that there are."""
    return _overview(request, service, principal)


def _overview(
    request: Request, service: Service, principal: Principal, *, typed: dict[str, str] | None = None,
    problem: Problem | None = None,
) -> Response:  # fmt: skip
    batches = list_batches(service, principal, 100, "")
    status = problem.status if problem else 200
    kept = typed or {"name": "", "rubric": "mlops"}
    return page(request, "batches.html", status=status, typed=kept, problem=problem, batches=batches.items)


@router.get("/batches/sample.csv")
def sample() -> Response:
    """A file to begin with."""
    headers = {"Content-Disposition": 'attachment; filename="folioscope-sample.csv"'}
    return PlainTextResponse(SAMPLE, media_type="text/csv; charset=utf-8", headers=headers)


@router.post("/batches")
async def begin(request: Request, service: ServiceDep, principal: Writer) -> Response:
    """Start a batch from a file."""
    check_origin(request)
    form = await request.form()
    typed = {name: str(form.get(name) or "")[:200] for name in ("name", "rubric")}
    try:
        wanted = await read_upload(request, "", "mlops", service.settings.batch_rows)
        view, _ = await run_in_threadpool(start_from, request, service, principal, wanted)
    except Problem as problem:
        told = problem  # its name ends with this block
        return await run_in_threadpool(lambda: _overview(request, service, principal, typed=typed, problem=told))
    return RedirectResponse(f"/batches/{view.id}", 303)


@router.get("/batches/{batch_id}")
def show(request: Request, batch_id: BatchId, service: ServiceDep, principal: Reader) -> Response:
    """The table of a batch; its filters stand in the address."""
    filters, part = Filters.of(request.query_params), is_partial(request)
    with service.store.reading() as session:
        find_batch(session, batch_id, principal)
    merge_rows(service.store, batch_id)
    with service.store.reading() as session:
        batch = view_of(session, find_batch(session, batch_id, principal), blind=filters.blind)
        code = coder(service.settings.secret) if filters.blind else None
        table = tabled(read_rows(session, batch_id, code), filters)
    if not part:  # a table that fills itself anew is looked at once
        with service.store.writing() as session:
            audit(session, principal, "batch.view", batch_id, "names hidden" if filters.blind else "")
    may_write = "write" in principal.scopes
    template = "batch_part.html" if part else "batch.html"
    return page(
        request, template, batch=batch, table=table, filters=filters, may_write=may_write, part=part, told_of=told_of
    )


@router.get("/batches/{batch_id}/compare")
def side_by_side(request: Request, batch_id: BatchId, service: ServiceDep, principal: Reader) -> Response:
    """Two to four rows side by side."""
    wanted = request.query_params.getlist("row")[:20]
    blind = request.query_params.get("blind") == "1"
    chosen: list[tuple[Row, dict[str, Any]]] = []
    with service.store.reading() as session:
        find_batch(session, batch_id, principal)
    merge_rows(service.store, batch_id)
    with service.store.reading() as session:
        if COMPARED[0] <= len(wanted) <= COMPARED[1]:
            all_rows = read_rows(session, batch_id, coder(service.settings.secret) if blind else None)
            rows = {row.code if blind else row.id: row for row in all_rows}
            for name in wanted:
                row = rows.get(name)
                if row is None or row.score is None:
                    continue
                if row.parts:
                    document = merged_document(session, batch_id, row.line)
                else:
                    document = document_for(session, session.get_one(Analysis, row.id))
                if document:
                    chosen.append((row, document))
    if len(chosen) > 1:
        with service.store.writing() as session:
            for row, _ in chosen:
                for name in [part.id for part in row.parts] or [row.id]:
                    audit(session, principal, "report.view", name, "side by side")
    template = "side_by_side_part.html" if is_partial(request) else "side_by_side.html"
    return page(request, template, chosen=chosen, batch_id=batch_id, blind=blind)


def _back(request: Request, batch_id: str) -> Response:
    """To the batch; with names hidden where they were."""
    hidden = "?blind=1" if request.query_params.get("blind") == "1" else ""
    return RedirectResponse(f"/batches/{batch_id}{hidden}", 303)


@router.post("/batches/{batch_id}/cancel")
async def cancel(request: Request, batch_id: BatchId, service: ServiceDep, principal: Writer) -> Response:
    """Cancel the rows that have not ended."""
    check_origin(request)
    await run_in_threadpool(cancel_rows, batch_id, service, principal)
    return _back(request, batch_id)


@router.post("/batches/{batch_id}/resume")
async def resume(request: Request, batch_id: BatchId, service: ServiceDep, principal: Writer) -> Response:
    """Run the rows again that were cancelled or failed."""
    check_origin(request)
    await run_in_threadpool(resume_rows, batch_id, service, principal)
    return _back(request, batch_id)


@router.get("/batches/{batch_id}/delete")
def ask_delete(request: Request, batch_id: BatchId, service: ServiceDep, principal: Writer) -> Response:
    """Ask once more: hours of work may be in it."""
    blind = request.query_params.get("blind") == "1"
    with service.store.reading() as session:
        batch = view_of(session, find_batch(session, batch_id, principal), blind=blind)
    what = batch.name or texts_of(request)("batches.unnamed", day=batch.created_at.date())
    return page(
        request, "delete.html", title="batches.delete_title", said="batches.delete_what", what=what,
        back=f"/batches/{batch_id}", query="?blind=1" if blind else "",
    )  # fmt: skip


@router.post("/batches/{batch_id}/delete")
async def delete(request: Request, batch_id: BatchId, service: ServiceDep, principal: Writer) -> Response:
    """Delete a batch and its reports."""
    check_origin(request)
    await run_in_threadpool(remove_batch, batch_id, service, principal)
    return RedirectResponse("/batches", 303)
