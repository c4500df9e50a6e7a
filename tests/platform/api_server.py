"""A small real HTTP server that answers as GitHub's REST interface does when it is busy, slow, or unchanged."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Answer:
    """One answer: status, values, headers."""

    values: Any = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass
class ApiServer:
    """A running server.

    ``answers`` maps a path (with its query, or without) to what is answered; of a list each is given once, and the last
    one from then on. ``requests`` holds (method, path, headers) in order. Every answer of 200 has an ETag, and a request
    with that ETag is answered by 304.
    """

    base: str = ""
    answers: dict[str, Answer | list[Answer]] = field(default_factory=dict)
    requests: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)

    def asked(self, path: str) -> int:
        """How often a path was asked for."""
        return sum(asked.partition("?")[0] == path for _, asked, _ in self.requests)

    def answer(self, path: str) -> Answer:
        """What is answered now."""
        found = self.answers.get(path, self.answers.get(path.partition("?")[0], Answer({"message": "Not Found"}, 404)))
        if isinstance(found, list):
            return found.pop(0) if len(found) > 1 else found[0]
        return found


@contextmanager
def api_server() -> Iterator[ApiServer]:
    """Start a server on a free port of loopback, and end it."""
    state = ApiServer()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._respond()

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self._respond()

        def _respond(self) -> None:
            state.requests.append((self.command, self.path, dict(self.headers)))
            given = state.answer(self.path)
            body = json.dumps(given.values).encode()
            etag = f'"{hashlib.sha256(body).hexdigest()}"'
            status, headers = given.status, dict(given.headers)
            if status == 200:
                headers = {"ETag": etag, "X-RateLimit-Remaining": "4999", **headers}
                if self.headers.get("If-None-Match") == etag:
                    status, body = 304, b""
            state.statuses.append(status)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Type", "application/json; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 the name of the base class
            del format, arguments

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    state.base = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
