"""How long a connection may take its time: to send its request, and to take the answer.

uvicorn waits for ever for the head of a request and for a reader that does not read. Each such connection costs a file and
some memory, so a few thousand of them would keep everyone else out.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import uvicorn
from uvicorn.protocols.http.auto import AutoHTTPProtocol

if TYPE_CHECKING:
    from fastapi import FastAPI

    from api.settings import Settings

__all__ = ["server_config"]


def server_config(app: FastAPI, settings: Settings, **more: Any) -> uvicorn.Config:
    """How the service is served by uvicorn."""
    protocol = type("Protocol", (_Patient,), {"seconds": settings.patience_seconds})
    usual: dict[str, Any] = {
        "host": settings.host,
        "port": settings.port,
        "proxy_headers": bool(settings.trusted_proxies),
        "forwarded_allow_ips": settings.trusted_proxies or None,
        "server_header": False,
        "access_log": False,
        "log_config": None,
        "timeout_graceful_shutdown": 5,
        "ws": "none",
        "http": protocol,
    }
    return uvicorn.Config(app, **(usual | more))


class _Patient(AutoHTTPProtocol):  # type: ignore[misc, valid-type]
    """Ends a connection whose request does not come, or whose answer is not taken."""

    seconds = 30.0
    _head: asyncio.TimerHandle | None = None
    _answer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:
        """Begin to wait for the head of the first request."""
        super().connection_made(transport)
        self._watch()

    def data_received(self, data: bytes) -> None:
        """Wait on where the head of a request is not whole yet."""
        super().data_received(data)
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait for nothing any more."""
        self._head = self._stopped(self._head)
        self._answer = self._stopped(self._answer)
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        """The reader does not keep up: it has some time to."""
        super().pause_writing()
        self._answer = self._answer or self.loop.call_later(self.seconds, self.transport.abort)

    def resume_writing(self) -> None:
        """It does."""
        super().resume_writing()
        self._answer = self._stopped(self._answer)

    def _watch(self) -> None:
        """From the first byte of a head on there is a time; each further byte gives no more."""
        if self.cycle is not None and not self.cycle.response_complete:
            self._head = self._stopped(self._head)
        elif self._head is None and not self.transport.is_closing():
            self._head = self.loop.call_later(self.seconds, self.transport.abort)

    @staticmethod
    def _stopped(timer: asyncio.TimerHandle | None) -> None:
        if timer is not None:
            timer.cancel()
