"""Is it there, can it work, and what does Prometheus want to know."""

from __future__ import annotations

import hmac
import ipaddress
from typing import Annotated

from fastapi import APIRouter, Request, Response
from fastapi.responses import PlainTextResponse
from pydantic import BaseModel, Field

from api.problems import Problem, documented
from api.service import ServiceDep
from api.settings import Settings

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


@router.get("/metrics", response_class=PlainTextResponse, responses=documented("access.unauthenticated"))
def metrics(request: Request, service: ServiceDep) -> Response:
    """Metrics in Prometheus' text format, for whoever has the token that the settings name, or one of their addresses."""
    if not _may_measure(request, service.settings):
        raise Problem("access.unauthenticated", "metrics", headers={"WWW-Authenticate": "Bearer"})
    return Response(service.metrics.text(), media_type="text/plain; version=0.0.4; charset=utf-8")


def _may_measure(request: Request, settings: Settings) -> bool:
    token = settings.metrics_token.get_secret_value()
    given = request.headers.get("authorization", "").encode("utf-8", "replace")
    if token and hmac.compare_digest(given, f"Bearer {token}".encode()):
        return True
    try:
        address = ipaddress.ip_address(request.client.host if request.client else "")
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address):
        address = address.ipv4_mapped or address  # as a socket for both kinds names an IPv4 address
    if settings.metrics_networks:
        return any(address in ipaddress.ip_network(network) for network in settings.metrics_networks)
    # A proxy on this machine makes everybody an address of it, so that where it serves the public none is believed.
    return address.is_loopback and not (token or settings.public)
