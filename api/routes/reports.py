"""Reports and events of an analysis."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Header, Path, Request, Response
from fastapi.concurrency import run_in_threadpool

from api.accounts.principal import Principal, principal_of
from api.formats import BY_MEDIA_TYPE, BY_SUFFIX
from api.problems import Problem, documented
from api.rendering import Rendering
from api.routes.analyses import AnalysisId, find_analysis
from api.routes.negotiation import accepted, encoded
from api.service import Service, service_of

__all__ = ["router"]

router = APIRouter(prefix="/api/v1/analyses", tags=["reports"])

_CODES = (
    "resource.unknown",
    "report.not-ready",
    "access.unauthenticated",
    "request.not-acceptable",
)
_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The report",
        "content": {kind: {"schema": {"type": "string"}} for kind in BY_MEDIA_TYPE}
        | {"application/json": {"schema": {"type": "object"}}},
        "headers": {
            "ETag": {"schema": {"type": "string"}, "description": "changes with the bytes"},
            "Cache-Control": {"schema": {"type": "string"}},
        },
    },
    304: {"description": "Unchanged since the ETag in If-None-Match"},
}


@router.get("/{analysis_id}/report", response_class=Response, responses={**_ANSWERS, **documented(*_CODES)})
async def report(
    analysis_id: AnalysisId,
    request: Request,
    accept: Annotated[str, Header(description="JSON where it is missing")] = "*/*",
) -> Response:
    """The report in the format that Accept asks for."""
    wanted = accepted(accept, list(BY_MEDIA_TYPE))
    if wanted is None:
        raise Problem("request.not-acceptable", "offered", {"all": ", ".join(BY_MEDIA_TYPE)})
    answer = await _answer(request, analysis_id, BY_MEDIA_TYPE[wanted])
    answer.headers["Vary"] = "Accept, Accept-Encoding"
    return answer


@router.get("/{analysis_id}/report.{suffix}", response_class=Response, responses={**_ANSWERS, **documented(*_CODES)})
async def report_in_format(
    analysis_id: AnalysisId,
    suffix: Annotated[str, Path(max_length=16, examples=["json", "md"], description=", ".join(BY_SUFFIX))],
    request: Request,
) -> Response:
    """The report in the format of a suffix."""
    if suffix not in BY_SUFFIX:
        raise Problem("resource.unknown", "format-unknown", {"name": suffix, "all": ", ".join(BY_SUFFIX)})
    return await _answer(request, analysis_id, BY_SUFFIX[suffix])


async def _answer(request: Request, name: str, form: str) -> Response:
    """A report, which many clients ask for again and again: a dependency for each part would cost as much as the rest."""
    service, principal = service_of(request), await principal_of(request)
    rendering = service.renderings.fresh(name, form)
    if rendering is None or rendering.account:
        rendering = await run_in_threadpool(_rendered, service, principal, name, form)
    return encoded(request, rendering)


def _rendered(service: Service, principal: Principal, name: str, form: str) -> Rendering:
    with service.store.reading() as session:
        analysis = find_analysis(session, name, principal)
    if analysis.account_id:
        from api.accounts.audit import audit

        with service.store.writing() as session:
            audit(session, principal, "report.view", name, form)
    return service.renderings.get(name, form)
