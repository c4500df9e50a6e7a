"""How often one account or address may ask."""

from __future__ import annotations

from fastapi import Request

from api.accounts.principal import Principal, address_share, principal_of
from api.service import Service, service_of

__all__ = ["hit", "paced"]


async def paced(request: Request) -> None:
    """Count the request against the general rate."""
    # Every request comes by here: what it needs is asked for directly, since each dependency of its own costs as much.
    service, principal = service_of(request), await principal_of(request)
    hit(request, service, principal, service.settings.rate_requests, "requests")


def hit(request: Request, service: Service, principal: Principal, rate: str, what: str, cost: int = 1) -> None:
    """Count something against a rate; the answer tells what is left.

    Raises:
        Problem: it was one too many.
    """
    share = principal.share or address_share(service, request)
    request.state.rate_headers = tuple(service.limiter.hit(rate, what, share, cost=cost).items())
