"""What the routes work with: settings, store, jobs, events, limits, metrics; one object an app."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Annotated, Protocol

from fastapi import Depends, Request

from api.events import Feed
from api.limiting import Limiter
from api.metrics import Metrics
from api.rendering import Renderings
from api.settings import Settings
from api.store import Store

__all__ = ["Executor", "Service", "ServiceDep", "service_of"]


class Executor(Protocol):
    """Runs what is queued in the database: the local pool, or workers elsewhere."""

    def start(self) -> None:
        """Begin."""

    def wake(self) -> None:
        """Say that there is something to do. Returns at once and never fails."""

    def stop(self) -> None:
        """End."""


class Nobody:
    """Runs nothing: the jobs wait for workers elsewhere."""

    def start(self) -> None:
        """Nothing to begin."""

    def wake(self) -> None:
        """Nobody to tell."""

    def stop(self) -> None:
        """Nothing to end."""


@dataclass
class Service:
    """The parts of a running service."""

    settings: Settings
    store: Store
    executor: Executor
    feed: Feed
    limiter: Limiter
    metrics: Metrics
    renderings: Renderings
    streams: Counter[str] = field(default_factory=Counter)
    """Open event streams of this process by whose they are."""


def service_of(request: Request) -> Service:
    """The service that answers this request."""
    service = request.app.state.service
    assert isinstance(service, Service)
    return service


async def _service(request: Request) -> Service:
    """For routes: what is not async would be asked in a thread, each time."""
    return service_of(request)


ServiceDep = Annotated[Service, Depends(_service)]
