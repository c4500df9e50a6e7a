"""Events as they happen (server-sent events), to be resumed with Last-Event-ID."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Header, Response
from fastapi.concurrency import run_in_threadpool
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session
from sse_starlette import EventSourceResponse, ServerSentEvent

from api.accounts.principal import Anyone, Principal, Reader
from api.problems import Problem, documented
from api.routes.analyses import AnalysisId, find_analysis
from api.routes.batches import BatchId, find_batch
from api.service import Service, ServiceDep
from api.store.models import Event
from api.store.states import FINAL

__all__ = ["router"]

router = APIRouter(prefix="/api/v1", tags=["events"])

_PING_SECONDS = 15
_RETRY_MILLISECONDS = 2000
_Last = Annotated[
    int,
    Header(alias="Last-Event-ID", ge=0, le=2**62, description="id of the last event that was seen", examples=[0]),
]
_STREAM: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Events, each with id, event and data (JSON); the stream ends after the last one",
        "content": {
            "text/event-stream": {
                "schema": {"type": "string"},
                "example": 'id: 42\nevent: progress\ndata: {"status": "acquiring", "stage": "clone", "detail": "1.2 MB"}\n\n',
            }
        },
    },
    204: {"description": "There is nothing more to come; a browser does not ask again"},
}


@router.get(
    "/analyses/{analysis_id}/events",
    response_class=EventSourceResponse,
    responses={**_STREAM, **documented("resource.unknown", "access.unauthenticated")},
)
async def analysis_events(analysis_id: AnalysisId, service: ServiceDep, principal: Anyone, last: _Last = 0) -> Response:
    """What happens to an analysis: queued, acquiring, analyzing, progress; then done, failed or cancelled."""

    def is_over() -> bool:
        with service.store.reading() as session:
            over = find_analysis(session, analysis_id, principal).status in FINAL
            return over and not _more(session, Event.analysis_id == analysis_id, last)

    if await run_in_threadpool(is_over):
        return Response(status_code=204)
    return _stream(service, principal, "analysis", analysis_id, last, FINAL)


@router.get(
    "/batches/{batch_id}/events",
    response_class=EventSourceResponse,
    responses={**_STREAM, **documented("resource.unknown", "access.unauthenticated", "access.forbidden")},
)
async def batch_events(batch_id: BatchId, service: ServiceDep, principal: Reader, last: _Last = 0) -> Response:
    """The rows of a batch as they are finished (row), and the end (finished)."""

    def is_over() -> bool:
        with service.store.reading() as session:
            over = find_batch(session, batch_id, principal).finished_at is not None
            return over and not _more(session, Event.batch_id == batch_id, last)

    if await run_in_threadpool(is_over):
        return Response(status_code=204)
    return _stream(service, principal, "batch", batch_id, last, ("finished",))


def _more(session: Session, which: ColumnElement[bool], last: int) -> bool:
    return session.scalar(select(Event.id).where(which, Event.id > last).limit(1)) is not None


def _stream(
    service: Service, principal: Principal, kind: str, subject: str, last: int, final: tuple[str, ...]
) -> EventSourceResponse:
    share = principal.share
    if service.streams[share] >= service.settings.streams:
        raise Problem("rate.exceeded", "streams", {"open": service.streams[share]}, {"Retry-After": "15"})

    async def events() -> AsyncIterator[ServerSentEvent]:
        yield ServerSentEvent(retry=_RETRY_MILLISECONDS, comment="folioscope")
        service.metrics.streams.inc()
        service.streams[share] += 1
        try:
            async for happening in service.feed.read(kind, subject, last):
                data = json.dumps(happening.data, ensure_ascii=False)
                yield ServerSentEvent(data, event=happening.kind, id=str(happening.id))
                if happening.kind in final:
                    return
        finally:
            service.metrics.streams.dec()
            service.streams[share] -= 1
            if not service.streams[share]:
                del service.streams[share]

    return EventSourceResponse(events(), ping=_PING_SECONDS, headers={"Cache-Control": "no-store"})
