"""What every answer gets: security headers, a place in the metrics, and HEAD beside GET.

Plain ASGI, since every answer pays for it.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING

from starlette.exceptions import HTTPException

from api.problems import unexpected
from api.routes.negotiation import takes_gzip

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from api.metrics import Metrics

__all__ = ["Frame"]

CONTENT_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "content-security-policy": CONTENT_POLICY,
    "x-content-type-options": "nosniff",
    # The address of a report is all that is needed to read it: no other site is told.
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "x-frame-options": "DENY",
    "cache-control": "no-store",
}
"""Sent where a route did not send its own."""
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
"""Methods that the metrics name; a stranger may make up any other, and each name would be kept for ever."""


class Frame:
    """Adds the headers and counts."""

    def __init__(
        self, app: ASGIApp, metrics: Metrics, *, https: bool, most: int, uploads: Mapping[str, int], seconds: float
    ) -> None:
        self._app, self._metrics, self._most, self._uploads = app, metrics, most, uploads
        self._seconds = seconds
        headers = _HEADERS | ({"strict-transport-security": "max-age=31536000"} if https else {})
        self._headers = [(name.encode(), value.encode()) for name, value in headers.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = time.perf_counter()
        head = scope["method"] == "HEAD"
        method = scope["method"] if scope["method"] in _METHODS else "other"
        scope = _understood(scope)
        bounded = self._bounded(scope, receive)
        status, stream, begun_to_answer = 500, False, False

        async def framed(message: Message) -> None:
            nonlocal status, stream, begun_to_answer
            if message["type"] != "http.response.start" and head:
                return
            if message["type"] == "http.response.start":
                begun_to_answer = True
                status = message["status"]
                sent = message.setdefault("headers", [])
                names = {name.lower() for name, _ in sent}
                stream = any(name == b"content-type" and b"event-stream" in value for name, value in sent)
                extra = scope.get("state", {}).get("rate_headers", ())
                message["headers"] = [
                    *sent,
                    *(header for header in self._headers if header[0] not in names),
                    *((name.lower().encode(), value.encode()) for name, value in extra),
                ]
            await send(message)
            if head:  # all is said; a stream of events ends with it
                await send({"type": "http.response.body", "body": b"", "more_body": False})

        try:
            await self._app(scope, bounded, framed)
        except Exception as error:
            answer = unexpected(scope["method"], scope["path"], error)
            if begun_to_answer:
                raise
            await answer(scope, receive, framed)
        finally:
            route = getattr(scope.get("route"), "path", "unmatched")
            self._metrics.requests.labels(method, route, str(status)).inc()
            if not stream:
                self._metrics.seconds.labels(method, route).observe(time.perf_counter() - begun)

    def _bounded(self, scope: Scope, receive: Receive) -> Receive:
        """The body of a request, up to the limit of its path; ``most`` where the path has none of its own.

        It must have come within ``seconds``, counted from when it was first asked for.
        """
        most = next((size for path, size in self._uploads.items() if scope["path"].startswith(path)), self._most)
        stated = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
        read = 0
        whole = False
        until = 0.0

        async def bounded() -> Message:
            nonlocal read, whole, until
            if whole:  # what comes now is the end of the connection
                return await receive()
            if stated.isdigit() and int(stated) > most:
                raise HTTPException(413, f"It has {int(stated):,} bytes; at most {most:,} are read.")
            until = until or time.monotonic() + self._seconds
            try:
                async with asyncio.timeout(until - time.monotonic()):
                    message = await receive()
            except TimeoutError:
                said = f"Its body did not come within {self._seconds:g} seconds."
                raise HTTPException(408, said, {"Connection": "close"}) from None
            whole = not message.get("more_body", False)
            read += len(message.get("body", b""))
            if read > most:
                raise HTTPException(413, f"It has more than {most:,} bytes.")
            return message

        return bounded


def _understood(scope: Scope) -> Scope:
    """A request as the routes read it: HEAD is GET, and an encoding that is refused by ``q=0`` is not named."""
    if scope["method"] == "HEAD":
        scope = {**scope, "method": "GET"}
    wanted = next((value for name, value in scope["headers"] if name == b"accept-encoding"), b"")
    if b"q=0" in wanted and not takes_gzip(wanted.decode("latin-1")):
        headers = [header for header in scope["headers"] if header[0] != b"accept-encoding"]
        scope = {**scope, "headers": headers}
    return scope
