"""Comments and code scanning of GitHub, and notes of GitLab, on loopback: requests are kept and checked, answers are theirs.

Bodies of requests are checked by GitHub's own API description (@octokit/openapi); comments are made from the comment of
@octokit/webhooks-examples.
"""

from __future__ import annotations

import copy
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from jsonschema import Draft202012Validator

from tests.node_packages import MODULES

__all__ = ["Platform", "event", "serve_platform"]

_OWN = "x-own"


@dataclass
class Platform:
    """A running platform. ``failures`` are statuses that the next requests of a method are answered with."""

    base: str = ""
    comments: list[dict[str, Any]] = field(default_factory=list)
    uploads: list[dict[str, Any]] = field(default_factory=list)
    requests: list[tuple[str, str, str]] = field(default_factory=list)
    failures: dict[str, list[int]] = field(default_factory=dict)

    def say(self, body: str, *, own: bool = True) -> None:
        """Put a comment there; one that is not ours cannot be changed."""
        made = copy.deepcopy(event("issue_comment", "created")["comment"])
        made |= {"id": 1000 + len(self.comments), "body": body, _OWN: own}
        self.comments.append(made)


@cache
def _examples() -> dict[str, Any]:
    path = MODULES / "@octokit" / "webhooks-examples" / "api.github.com" / "index.json"
    return {item["name"]: item["examples"] for item in json.loads(path.read_text("utf-8"))}


def event(name: str, action: str = "", number: int = 0) -> dict[str, Any]:
    """A payload of GitHub's published examples."""
    found = [item for item in _examples()[name] if not action or item.get("action") == action]
    return copy.deepcopy(found[number])


@cache
def _description() -> Any:
    path = MODULES / "@octokit" / "openapi" / "generated" / "api.github.com.json"
    return json.loads(path.read_text("utf-8"))


def _body_problems(method: str, path: str, body: object) -> list[str]:
    operation = _description()["paths"][path][method.lower()]
    schema = operation["requestBody"]["content"]["application/json"]["schema"]
    whole = {**schema, "components": _description()["components"]}
    return [error.message for error in Draft202012Validator(whole).iter_errors(body)]


@contextmanager
def serve_platform() -> Iterator[Platform]:
    """Serve on a free port of loopback until the block ends."""
    platform = Platform()

    class Handler(_Handler):
        state = platform

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = False
    platform.base = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield platform
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


_COMMENTS = "/repos/{owner}/{repo}/issues/{issue_number}/comments"
_COMMENT = "/repos/{owner}/{repo}/issues/comments/{comment_id}"
_SCANNING = "/repos/{owner}/{repo}/code-scanning/sarifs"


class _Handler(BaseHTTPRequestHandler):
    state: Platform

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 the name is the base's
        pass

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def do_PATCH(self) -> None:
        self._answer()

    def do_PUT(self) -> None:
        self._answer()

    def _answer(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = json.loads(self.rfile.read(length)) if length else None
        token = self.headers.get("Authorization") or self.headers.get("PRIVATE-TOKEN") or ""
        self.state.requests.append((self.command, self.path, token))
        waiting = self.state.failures.get(self.command)
        if waiting:
            self._send(waiting.pop(0), {"message": "as the test wants"})
        elif not token:
            self._send(401, {"message": "Requires authentication"})
        else:
            self._send(*self._act(body))

    def _act(self, body: Any) -> tuple[int, object]:
        parts = urlsplit(self.path)
        if re.fullmatch(r"/repos/[^/]+/[^/]+/code-scanning/sarifs", parts.path) and self.command == "POST":
            problems = _body_problems("POST", _SCANNING, body)
            self.state.uploads.append(body)
            return (422, {"message": str(problems)}) if problems else (202, {"id": "1", "url": f"{self.state.base}/1"})
        one = re.fullmatch(
            r"/repos/[^/]+/[^/]+/issues/comments/(\d+)|/projects/7/merge_requests/\d+/notes/(\d+)", parts.path
        )
        if one and self.command in ("PATCH", "PUT"):
            if self.command == "PATCH" and (problems := _body_problems("PATCH", _COMMENT, body)):
                return 422, {"message": str(problems)}
            comment = next(item for item in self.state.comments if str(item["id"]) in one.groups())
            if not comment[_OWN]:
                return 403, {"message": "Resource not accessible by integration"}
            comment["body"] = body["body"]
            return 200, comment
        if re.fullmatch(r"/repos/[^/]+/[^/]+/issues/\d+/comments|/projects/7/merge_requests/\d+/notes", parts.path):
            if self.command == "GET":
                query = parse_qs(parts.query)
                size, page = int(query["per_page"][0]), int(query["page"][0])
                return 200, self.state.comments[(page - 1) * size : page * size]
            if parts.path.startswith("/repos") and (problems := _body_problems("POST", _COMMENTS, body)):
                return 422, {"message": str(problems)}
            self.state.say(body["body"])
            return 201, self.state.comments[-1]
        return 404, {"message": "Not Found"}

    def _send(self, status: int, document: object) -> None:
        content = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)
