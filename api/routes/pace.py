"""How often one account or address may ask."""

from __future__ import annotations

from fastapi import Request

from api.accounts.principal import Anyone, Principal, address_share
from api.service import ServiceDep

__all__ = ["hit", "paced"]


async def paced(request: Request, service: ServiceDep, principal: Anyone) -> None:
    """Count the request against the general rate."""
    hit(request, service, principal, service.settings.rate_requests, "requests")


def hit(request: Request, service: ServiceDep, principal: Principal, rate: str, what: str, cost: int = 1) -> None:
    """Count something against a rate; the answer tells what is left.

    Raises:
        Problem: it was one too many.
    """
    share = principal.share or address_share(service, request)
    request.state.rate_headers = tuple(service.limiter.hit(rate, what, share, cost=cost).items())
