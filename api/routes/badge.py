"""Badges: the score of a repository for its README, where someone let it be shown."""

from __future__ import annotations

import hashlib
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from sqlalchemy import func, select

from analyzer import LOGIN, badge_svg, render
from api.problems import documented
from api.service import Service, ServiceDep
from api.store.models import Analysis
from api.store.reports import report_of

__all__ = ["router"]

router = APIRouter(tags=["badge"])
_FRESH = "public, max-age=300"
_GREY = "57606a"


@router.get(
    "/badge/{owner}/{repo}.svg",
    response_class=Response,
    responses={
        200: {"description": "The badge", "content": {"image/svg+xml": {"schema": {"type": "string"}}}},
        304: {"description": "Unchanged since the ETag in If-None-Match"},
        **documented("resource.unknown"),
    },
)
def badge(
    owner: Annotated[str, Path(pattern=rf"^{LOGIN}$", examples=["octocat"])],
    repo: Annotated[str, Path(max_length=100, pattern=r"^[A-Za-z0-9._-]+$", examples=["Hello-World"])],
    request: Request,
    service: ServiceDep,
    rubric: Annotated[str, Query(max_length=64)] = "mlops",
) -> Response:
    """The newest score of the default branch among the analyses that were started with ``badge``."""
    body = _svg(service, owner, repo, rubric).encode()
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {"ETag": etag, "Cache-Control": _FRESH, "Cross-Origin-Resource-Policy": "cross-origin"}
    if etag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(body, media_type="image/svg+xml", headers=headers)


def _svg(service: Service, owner: str, repo: str, rubric: str) -> str:
    urls = [f"{host.base}/{owner}/{repo}".lower() for host in service.settings.git_hosts]
    with service.store.reading() as session:
        newest = session.scalar(
            select(Analysis)
            .where(
                Analysis.owner == owner.lower(),
                Analysis.badge.is_(True),
                Analysis.status == "done",
                Analysis.ref == "",
                Analysis.subdir == "",
                Analysis.report_subdir == "",
                Analysis.rubric == rubric,
                func.lower(Analysis.url).in_(urls),
            )
            .order_by(Analysis.finished_at.desc())
            .limit(1)
        )
        report = report_of(session, newest) if newest else None
    if report is None:
        return badge_svg("folioscope", "not analyzed", _GREY)
    return render(report, "badge")
