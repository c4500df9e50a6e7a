"""Is it there, can it work, and what does Prometheus want to know."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Response
from fastapi.responses import PlainTextResponse
from pydantic import BaseModel, Field

from api.problems import Problem, documented
from api.service import ServiceDep

router = APIRouter(tags=["operation"])


class Health(BaseModel):
    """All is well."""

    status: Annotated[str, Field(examples=["ok"])] = "ok"


@router.get("/healthz", responses=documented())
async def healthz() -> Health:
    """The process lives."""
    return Health()


@router.get("/readyz", responses=documented())
def readyz(service: ServiceDep) -> Health:
    """The database answers and its tables are not older than this version, so that requests can be served."""
    if service.store.outdated():
        raise Problem("service.unavailable", "migration")
    return Health()


@router.get("/metrics", response_class=PlainTextResponse, responses=documented())
def metrics(service: ServiceDep) -> Response:
    """Metrics in Prometheus' text format."""
    return Response(service.metrics.text(), media_type="text/plain; version=0.0.4; charset=utf-8")
