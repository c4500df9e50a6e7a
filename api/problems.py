"""Errors of the API as problem details (RFC 9457), each with a stable code."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.exc import DataError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException
from starlette.routing import Match, Mount

from analyzer import FolioscopeError, Texts, load_texts

if TYPE_CHECKING:
    from starlette.responses import Response

__all__ = [
    "CODES",
    "NOWHERE",
    "OURS",
    "UNKEPT",
    "UNREACHED",
    "Problem",
    "ProblemDetails",
    "add_handlers",
    "documented",
    "problem_response",
    "unexpected",
    "unknown_type",
]

_LOG = logging.getLogger("folioscope.api")
_MEDIA_TYPE = "application/problem+json"

CODES: Mapping[str, int] = {
    "request.malformed": 400,
    "request.not-allowed": 405,
    "request.not-acceptable": 406,
    "request.timeout": 408,
    "request.too-large": 413,
    "request.media-type": 415,
    "request.invalid": 422,
    "request.cursor": 422,
    "request.last-event-id": 422,
    "target.invalid": 422,
    "idempotency.mismatch": 422,
    "access.unauthenticated": 401,
    "access.forbidden": 403,
    "access.csrf": 403,
    "access.sign-in": 400,
    "resource.unknown": 404,
    "report.not-ready": 409,
    "analysis.failed": 409,
    "analysis.cancelled": 409,
    "batch.state": 409,
    "batch.empty": 422,
    "batch.too-many-rows": 422,
    "rate.exceeded": 429,
    "queue.full": 503,
    "service.unavailable": 503,
    "service.error": 500,
}
"""The status of each code; its title stands in the texts. Codes are part of the interface: added, never changed."""

_BY_STATUS = {
    400: "request.malformed",
    401: "access.unauthenticated",
    403: "access.forbidden",
    404: "resource.unknown",
    405: "request.not-allowed",
    406: "request.not-acceptable",
    408: "request.timeout",
    413: "request.too-large",
    415: "request.media-type",
    422: "request.invalid",
    429: "rate.exceeded",
    503: "service.unavailable",
}


class ProblemDetails(BaseModel):
    """What an error looks like (RFC 9457)."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(examples=["/api/docs#resource.unknown"])
    title: str = Field(examples=["There is no such resource"])
    status: int = Field(examples=[404])
    code: str = Field(examples=["resource.unknown"], description="stable; programs may rely on it")
    detail: str = Field("", examples=["There is no analysis of this id."])
    hint: str = Field("", description="what to do", examples=["Check the link."])


@dataclass
class Problem(Exception):  # noqa: N818 the name that RFC 9457 gives it
    """An answer that is an error. ``code`` is one of :data:`CODES`.

    What is said beyond the title of the code is the text ``problem.said.SAYS``, with ``values`` filled in; ``words``,
    detail and hint, are those of the engine, kept in English; pages say them in the language of the reader. ``ours`` is
    the key of the text that stands for what they call :data:`OURS`.
    """

    code: str
    says: str = ""
    values: Mapping[str, object] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    more: Mapping[str, Any] = field(default_factory=dict)
    words: tuple[str, str] = ("", "")
    ours: str = ""

    @classmethod
    def of(cls, code: str, error: FolioscopeError) -> Problem:
        """What the engine refused."""
        return cls(code, words=(f"{error.what}.", error.hint))

    @property
    def status(self) -> int:
        """The HTTP status of the code."""
        return CODES[self.code]

    def title(self, texts: Texts) -> str:
        """The code in words."""
        return texts(f"problem.title.{self.code}")

    def detail(self, texts: Texts) -> str:
        """What happened; empty where there is no more to say than the title."""
        return self._words(0, texts) or self._said("detail", texts)

    def hint(self, texts: Texts) -> str:
        """What to do, or empty."""
        return self._words(1, texts) or self._said("hint", texts)

    def _words(self, index: int, texts: Texts) -> str:
        said = texts.said(self.words[index])
        return said.replace(OURS, texts(self.ours)) if self.ours else said

    def _said(self, part: str, texts: Texts) -> str:
        key = f"problem.said.{self.says}.{part}"
        return texts(key, **self.values) if self.says and texts.has(key) else ""


OURS = "\ue000"
"""Stands in words of the engine for what is called otherwise than there: a file that the sender knows under no such path."""
NOWHERE = "/{path:page}"
"""The route of addresses that lead nowhere."""
_METHODS = ("DELETE", "GET", "PATCH", "POST", "PUT")
UNKEPT = Problem("request.invalid", "unkept")
"""For what PostgreSQL refuses as a value, as NUL in a text."""
UNREACHED = Problem("service.unavailable", "database", headers={"Retry-After": "5"})
"""For a database that does not answer."""


def problem_response(problem: Problem) -> Response:
    """The answer that tells a problem."""
    english = load_texts()  # programs read it; pages speak the language that is asked for
    details = ProblemDetails(
        type=f"/api/docs#{problem.code}",
        title=problem.title(english),
        status=problem.status,
        code=problem.code,
        detail=problem.detail(english),
        hint=problem.hint(english),
        **problem.more,
    )
    headers = {"Cache-Control": "no-store", **problem.headers}
    return JSONResponse(details.model_dump(), problem.status, headers=headers, media_type=_MEDIA_TYPE)


def documented(*codes: str) -> dict[int | str, dict[str, Any]]:
    """The responses of an operation that can end in these problems, for its OpenAPI entry."""
    found: dict[int | str, dict[str, Any]] = {}
    for code in (*codes, *_EVERYWHERE):
        status, title = CODES[code], Problem(code).title(load_texts())
        example = {
            "type": f"/api/docs#{code}",
            "title": title,
            "status": status,
            "code": code,
            "detail": "",
            "hint": "",
        }
        entry = found.setdefault(
            status,
            {
                "description": title,
                "content": {
                    _MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemDetails"}, "examples": {}},
                },
            },
        )
        entry["content"][_MEDIA_TYPE]["examples"][code] = {"summary": title, "value": example}
    return found


# A key that is wrong, over or revoked is refused wherever it is sent.
_EVERYWHERE = (
    "request.malformed",
    "request.invalid",
    "access.unauthenticated",
    "rate.exceeded",
    "service.unavailable",
)


def add_handlers(app: FastAPI) -> None:
    """Let every error of an app be told as a problem."""

    @app.exception_handler(Problem)
    async def _problem(request: Request, error: Problem) -> Response:
        del request
        return problem_response(error)

    @app.exception_handler(RequestValidationError)
    async def _invalid(request: Request, error: RequestValidationError) -> Response:
        if any(item.get("type") == "json_invalid" for item in error.errors()):
            return problem_response(Problem("request.malformed", "no-json"))
        if any(item.get("type") == "model_attributes_type" and item["loc"] == ("body",) for item in error.errors()):
            kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
            if kind != "application/json" and not kind.endswith("+json"):
                return problem_response(unknown_type(kind, "application/json"))
        return problem_response(
            Problem("request.invalid", words=(_first(error.errors()), ""), more={"errors": _told(error.errors())})
        )

    @app.exception_handler(HTTPException)
    async def _http(request: Request, error: HTTPException) -> Response:
        if error.status_code == 405:
            return problem_response(_not_allowed(request))
        code = _BY_STATUS.get(error.status_code, "service.error" if error.status_code >= 500 else "request.malformed")
        said = "" if error.status_code in (404, 405) else str(error.detail)
        return problem_response(Problem(code, words=(said, ""), headers=error.headers or {}))

    @app.exception_handler(FolioscopeError)
    async def _engine(request: Request, error: FolioscopeError) -> Response:
        del request
        return problem_response(Problem.of("target.invalid", error))

    async def _database(request: Request, error: Exception) -> Response:
        _LOG.warning("%s %s: the database cannot be asked: %s", request.method, request.url.path, error)
        return problem_response(UNREACHED)

    @app.exception_handler(DataError)
    async def _value(request: Request, error: DataError) -> Response:
        del request, error
        return problem_response(UNKEPT)

    for kind in (OperationalError, InterfaceError, PoolTimeout):
        app.add_exception_handler(kind, _database)


def unknown_type(kind: str, taken: str) -> Problem:
    """The problem of a body that is none of the media types that are taken."""
    return Problem("request.media-type", "media-type" if kind else "media-type-none", {"kind": kind, "taken": taken})


def unexpected(method: str, path: str, error: Exception) -> Response:
    """The answer to what nobody thought of: a number, under which the log has the rest."""
    number = secrets.token_hex(4)
    _LOG.error("%s %s: error %s", method, path, number, exc_info=error)
    return problem_response(Problem("service.error", "error", {"number": number}))


def _not_allowed(request: Request) -> Problem:
    """What may be done at an address (RFC 9110: all of it), or that there is none; the router looks at one route."""
    routes = [route for route in request.app.routes if getattr(route, "path", "") != NOWHERE]
    scope = {**request.scope, "root_path": request.scope.get("app_root_path", "")}  # a mount moves it
    methods = {
        method
        for method in _METHODS
        if any(
            route.matches({**scope, "method": method})[0] is Match.FULL
            for route in routes
            if method == "GET" or not isinstance(route, Mount)  # files are read, and take any method to refuse it
        )
    }
    if not methods:
        return Problem("resource.unknown", "nowhere")
    allowed = methods | ({"HEAD"} if "GET" in methods else set())
    return Problem("request.not-allowed", headers={"Allow": ", ".join(sorted(allowed))})


def _told(errors: Iterable[Any]) -> list[dict[str, str]]:
    return [{"where": ".".join(map(str, item["loc"])), "what": item["msg"]} for item in errors][:50]


def _first(errors: Iterable[Any]) -> str:
    told = _told(errors)
    return f"{told[0]['where']}: {told[0]['what']}." if told else ""
