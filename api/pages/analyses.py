"""One analysis: its progress while it runs, then its report; what failed, why, and what was typed."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response

from api.accounts.principal import Anyone, Principal, check_origin
from api.pages.errors import PageRoute
from api.pages.links import manage_token_of
from api.pages.templating import is_partial, page, report_page_context
from api.problems import Problem
from api.routes.analyses import AnalysisId, cancel_analysis, delete_analysis, find_analysis, manage_token
from api.service import Service, ServiceDep
from api.store.analyses import position
from api.store.models import Analysis
from api.store.reports import report_of

__all__ = ["STAGES", "router"]

router = APIRouter(route_class=PageRoute)

STAGES = ("queued", "resolve", "clone", "read", "analyze", "score")
"""The stages as a page names them; what an analysis tells is put into these by :data:`_STAGE_OF`."""
_STAGE_OF = {
    "": "queued", "start": "resolve", "resolve": "resolve", "preparation": "clone", "clone": "clone", "cache": "score",
    "read": "read", "analyze": "analyze", "score": "score",
}  # fmt: skip
FORMATS_OFFERED = ("html", "json", "md", "sarif", "csv")


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage as the page shows it: ``done``, ``now`` or ``ahead``; ``detail`` where there is one."""

    name: str
    state: str
    detail: str


def stages(analysis: Analysis) -> tuple[Stage, ...]:
    """How far an analysis is."""
    current = "queued" if analysis.status == "queued" else _STAGE_OF.get(analysis.stage, "analyze")
    at = STAGES.index(current)
    return tuple(
        Stage(name, "done" if index < at else "now" if index == at else "ahead", analysis.detail if index == at else "")
        for index, name in enumerate(STAGES)
    )


@router.get("/r/{analysis_id}")
def show(request: Request, analysis_id: AnalysisId, service: ServiceDep, principal: Anyone) -> Response:
    """The page of an analysis."""
    return _page(request, service, principal, analysis_id, "report.html", "progress.html")


@router.get("/r/{analysis_id}/live")
def live(request: Request, analysis_id: AnalysisId, service: ServiceDep, principal: Anyone) -> Response:
    """The part of the page that changes. When there is a report, it takes the place of the whole page's content."""
    if not is_partial(request):
        return RedirectResponse(f"/r/{analysis_id}", 303)
    return _page(request, service, principal, analysis_id, "report_part.html", "progress_part.html")


def _page(
    request: Request, service: Service, principal: Principal, name: str, finished: str, unfinished: str
) -> Response:
    with service.store.reading() as session:
        analysis = find_analysis(session, name, principal)
        place = position(session, analysis)
        report = report_of(session, analysis) if analysis.status == "done" else None
    may = _may_manage(request, service, principal, analysis)
    if report is None:
        values = _progress(analysis, place, may_cancel=may)
        return page(request, unfinished, **values)
    if analysis.account_id:
        _note_view(service, principal, name)
    return page(
        request, finished, **report_page_context(request, report), kind="analysis", id=name, may_delete=may,
        owned=analysis.account_id is not None, rubric_name=analysis.rubric,
    )  # fmt: skip


def _progress(analysis: Analysis, place: int | None, *, may_cancel: bool) -> dict[str, Any]:
    begun = analysis.started_at or analysis.created_at
    elapsed = max(0, int((datetime.now(UTC) - begun).total_seconds()))
    return {
        "analysis": analysis,
        "stages": stages(analysis),
        "position": place,
        "elapsed": elapsed,
        "may_cancel": may_cancel,
        "typed": {
            "url": analysis.input, "ref": analysis.ref, "subdir": analysis.subdir, "rubric": analysis.rubric
        },
    }  # fmt: skip


def _note_view(service: Service, principal: Principal, name: str) -> None:
    from api.accounts.audit import audit

    with service.store.writing() as session:
        audit(session, principal, "report.view", name, "page")


def _may_manage(request: Request, service: Service, principal: Principal, analysis: Analysis) -> bool:
    if analysis.account_id is not None:
        return analysis.account_id == principal.account_id and "write" in principal.scopes
    given = manage_token_of(request) or ""
    return hmac.compare_digest(given.encode(), manage_token(service, analysis.id).encode())


@router.post("/r/{analysis_id}/cancel")
async def cancel(request: Request, analysis_id: AnalysisId, service: ServiceDep, principal: Anyone) -> Response:
    """Stop an analysis."""
    check_origin(request)
    await run_in_threadpool(cancel_analysis, analysis_id, service, principal, manage_token_of(request))
    return RedirectResponse(f"/r/{analysis_id}", 303)


@router.get("/r/{analysis_id}/delete")
def ask_delete(request: Request, analysis_id: AnalysisId, service: ServiceDep, principal: Anyone) -> Response:
    """Ask once more."""
    with service.store.reading() as session:
        analysis = find_analysis(session, analysis_id, principal)
    if not _may_manage(request, service, principal, analysis):
        raise Problem("access.forbidden", "for-who-began")
    return page(
        request, "delete.html", title="page.delete_title", said="page.delete_what", what=analysis.input,
        back=f"/r/{analysis_id}", query="",
    )  # fmt: skip


@router.post("/r/{analysis_id}/delete")
async def delete(request: Request, analysis_id: AnalysisId, service: ServiceDep, principal: Anyone) -> Response:
    """Delete an analysis and its report."""
    check_origin(request)
    await run_in_threadpool(delete_analysis, analysis_id, service, principal, manage_token_of(request))
    return page(request, "deleted.html")
