"""Analyses: start, follow, list, delete."""

from __future__ import annotations

import hmac
from typing import Annotated

from fastapi import APIRouter, Header, Path, Query, Request, Response
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.accounts.audit import audit
from api.accounts.principal import Anyone, Principal, Reader
from api.problems import Problem, documented
from api.routes.idempotency import Remembered, remember, remembered
from api.routes.pace import hit
from api.schemas import AnalysisList, AnalysisRequest, AnalysisView, Status
from api.service import Service, ServiceDep
from api.store.analyses import cancel, new_analysis, next_seq, page_of, parse_asked, position, reuse
from api.store.models import Analysis, Batch
from api.store.retention import delete_analyses

__all__ = ["AnalysisId", "find_analysis", "manage_token", "may_see", "router", "start"]

router = APIRouter(prefix="/api/v1/analyses", tags=["analyses"])

AnalysisId = Annotated[
    str, Path(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_-]+$", examples=["pO1vJr3eMCT0hc7dQ2bR0aXy"])
]
IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=200,
        pattern=r"^[\x21-\x7e]+$",
        description="the same key and request of one account, or without one of one address, start one analysis, however "
        "often they are sent within a day; of a key shorter than 32 characters only the first answer has a manage_token",
    ),
]


@router.post(
    "",
    status_code=202,
    responses={
        202: {
            "description": "Accepted, or answered from the store at once (then its status is done)",
            "headers": {
                "Location": {"description": "address of the analysis", "schema": {"type": "string"}},
                "Idempotency-Replayed": {
                    "description": "true where an earlier request with this key started the analysis",
                    "schema": {"type": "string"},
                },
            },
        },
        **documented(
            "target.invalid",
            "idempotency.mismatch",
            "access.unauthenticated",
            "access.forbidden",
            "access.csrf",
            "request.media-type",
            "request.too-large",
            "queue.full",
        ),
    },
)
def start_analysis(
    asked: AnalysisRequest,
    request: Request,
    response: Response,
    service: ServiceDep,
    principal: Anyone,
    idempotency_key: IdempotencyKey = None,
) -> AnalysisView:
    """Start the analysis of a repository."""
    view, replayed = start(request, service, principal, asked, idempotency_key)
    response.headers["Location"] = view.links["self"]
    if replayed:
        response.headers["Idempotency-Replayed"] = "true"
    return view


def start(
    request: Request, service: Service, principal: Principal, asked: AnalysisRequest, idempotency_key: str | None = None
) -> tuple[AnalysisView, bool]:
    """Start an analysis, or find the one that the same Idempotency-Key started; the second value says which.

    Raises:
        Problem: the key may not, there were too many, or the key was used for something else.
        UsageError: the repository is not understood.
    """
    if principal.account_id is not None and "write" not in principal.scopes:
        raise Problem("access.forbidden", "scope", {"scope": "write"})
    understood = parse_asked(
        service.settings, asked.url, ref=asked.ref, subdir=asked.subdir, rubric=asked.rubric, badge=asked.badge
    )
    keyed = principal.account_id is not None
    key = remembered(principal.share, idempotency_key, asked.model_dump())
    known = _earlier(service, key)
    if known is not None:
        return known, True
    rates = service.settings
    hit(request, service, principal, rates.rate_keyed if keyed else rates.rate_anonymous, "analyses")
    with service.store.writing() as session:
        if not keyed:
            _check_queue(session, service)
        analysis = new_analysis(
            session,
            understood,
            seq=next_seq(session),
            lane="keyed" if keyed else "anonymous",
            share=principal.share,
            account_id=principal.account_id,
        )
        if not remember(session, key, analysis_id=analysis.id):
            session.rollback()  # another request with the same key came in between
            return _must(_earlier(service, key)), True
        if keyed:
            audit(session, principal, "analysis.start", analysis.id, analysis.url)
        done = reuse(session, service.settings, analysis, understood.target)
        view = AnalysisView.of(analysis, position(session, analysis), _token_for(service, analysis))
    service.metrics.accepted.labels(analysis.lane).inc()
    if not done:
        service.executor.wake()
    return view, False


@router.get(
    "",
    responses=documented("access.unauthenticated", "access.forbidden", "request.cursor", "resource.unknown"),
)
def list_analyses(
    service: ServiceDep,
    principal: Reader,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str, Query(max_length=300, description="next of the page before")] = "",
    status: Annotated[Status | None, Query()] = None,
    batch: Annotated[str | None, Query(max_length=64, description="the rows of this batch, in order")] = None,
) -> AnalysisList:
    """The analyses of the account, the newest first."""
    assert principal.account_id
    with service.store.reading() as session:
        if batch is not None:
            owned = session.scalar(select(Batch.account_id).where(Batch.id == batch))
            if owned != principal.account_id:
                raise Problem("resource.unknown", "batch-unknown")
        try:
            page = page_of(session, principal.account_id, limit=limit, cursor=cursor, status=status or "", batch=batch)
        except ValueError as error:
            raise Problem("request.cursor", "cursor") from error
        items = [AnalysisView.of(row) for row in page.rows]
    with service.store.writing() as session:
        audit(session, principal, "analysis.list", batch or "", f"{len(items)} analyses")
    return AnalysisList(items=items, next=page.cursor or None)


@router.get("/{analysis_id}", responses=documented("resource.unknown", "access.unauthenticated"))
def show_analysis(analysis_id: AnalysisId, service: ServiceDep, principal: Anyone) -> AnalysisView:
    """Where an analysis stands."""
    with service.store.reading() as session:
        analysis = find_analysis(session, analysis_id, principal)
        return AnalysisView.of(analysis, position(session, analysis))


@router.post(
    "/{analysis_id}/cancel",
    responses=documented("resource.unknown", "access.unauthenticated", "access.forbidden", "access.csrf"),
)
def cancel_analysis(
    analysis_id: AnalysisId,
    service: ServiceDep,
    principal: Anyone,
    manage: Annotated[str | None, Header(alias="Manage-Token", max_length=128)] = None,
) -> AnalysisView:
    """Stop an analysis that has not ended; one that has stays as it is."""
    with service.store.writing() as session:
        analysis = _managed(session, service, principal, analysis_id, manage)
        if cancel(session, analysis) and principal.account_id:
            audit(session, principal, "analysis.cancel", analysis.id)
        return AnalysisView.of(analysis)


@router.delete(
    "/{analysis_id}",
    status_code=204,
    responses=documented("resource.unknown", "access.unauthenticated", "access.forbidden", "access.csrf"),
)
def delete_analysis(
    analysis_id: AnalysisId,
    service: ServiceDep,
    principal: Anyone,
    manage: Annotated[str | None, Header(alias="Manage-Token", max_length=128)] = None,
) -> None:
    """Delete an analysis, its events and its report; what runs of it is ended and its clone removed."""
    with service.store.writing() as session:
        analysis = _managed(session, service, principal, analysis_id, manage)
        cancel(session, analysis)
        session.flush()
        delete_analyses(session, [analysis.id])
        if principal.account_id:
            audit(session, principal, "analysis.delete", analysis_id)
    service.renderings.forget(analysis_id)
    service.store.scrub_soon()


def may_see(analysis: Analysis, principal: Principal) -> bool:
    """Whose the analysis of an account is sees it, with the right to read; one without an account, who has its link."""
    if analysis.account_id is None:
        return True
    return analysis.account_id == principal.account_id and "read" in principal.scopes


def find_analysis(session: Session, analysis_id: str, principal: Principal, *, lock: bool = False) -> Analysis:
    """An analysis that may be seen.

    Raises:
        Problem: there is none of this id, which is also said of those of others.
    """
    query = select(Analysis).where(Analysis.id == analysis_id)
    analysis = session.scalar(query.with_for_update() if lock else query)
    if analysis is None or not may_see(analysis, principal):
        raise Problem("resource.unknown", "unknown")
    return analysis


def manage_token(service: Service, analysis_id: str) -> str:
    """What shows that someone started an analysis without a key: derived from its id, kept nowhere."""
    return hmac.new(service.settings.secret.encode(), f"manage:{analysis_id}".encode(), "sha256").hexdigest()


def _managed(session: Session, service: Service, principal: Principal, name: str, token: str | None) -> Analysis:
    analysis = find_analysis(session, name, principal, lock=True)
    if analysis.account_id is None:
        if not hmac.compare_digest((token or "").encode(), manage_token(service, name).encode()):
            raise Problem("access.forbidden", "for-readers")
    elif "write" not in principal.scopes:
        raise Problem("access.forbidden", "scope", {"scope": "write"})
    return analysis


def _token_for(service: Service, analysis: Analysis) -> str | None:
    return manage_token(service, analysis.id) if analysis.account_id is None else None


def _earlier(service: Service, key: Remembered | None) -> AnalysisView | None:
    if key is None:
        return None
    with service.store.reading() as session:
        name = key.find(session)
        analysis = session.get(Analysis, name) if name else None
        if analysis is None:
            return None
        token = _token_for(service, analysis) if key.secret else None
        return AnalysisView.of(analysis, position(session, analysis), token)


def _must(view: AnalysisView | None) -> AnalysisView:
    if view is None:
        raise Problem("service.unavailable", "answering")
    return view


def _check_queue(session: Session, service: Service) -> None:
    waiting = session.scalar(select(func.count()).where(Analysis.status == "queued", Analysis.lane == "anonymous")) or 0
    if waiting >= service.settings.queue_most:
        raise Problem("queue.full", "waiting", {"waiting": f"{waiting:,}"}, {"Retry-After": "120"})
