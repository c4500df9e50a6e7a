"""Errors as pages: what went wrong, what to do, and what was typed."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Coroutine
from typing import Any
from urllib.parse import quote

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from sqlalchemy.exc import DataError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.convertors import StringConvertor, register_url_convertor
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from analyzer import FolioscopeError
from api.pages.templating import is_partial, page
from api.problems import NOWHERE, UNKEPT, UNREACHED, Problem

__all__ = ["PageRoute", "error_page", "mount"]

_LOG = logging.getLogger("folioscope.api")


class PageRoute(APIRoute):
    """A route whose errors are pages, where those of the API are JSON."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler, with errors told as pages."""
        inner = super().get_route_handler()

        async def handler(request: Request) -> Response:
            try:
                return await inner(request)
            except Exception as error:  # noqa: BLE001 every error is told; what is unknown is logged too
                problem = _problem_of(request, error)
                if problem.code == "access.unauthenticated" and request.method == "GET":
                    query = f"?{request.url.query}" if request.url.query else ""  # it says whether names are hidden
                    sign_in = f"/sign-in?next={quote(request.url.path + query)}"
                    # A part of a page cannot become the form: the whole page leads there.
                    return (
                        Response(headers={"HX-Redirect": sign_in})
                        if is_partial(request)
                        else RedirectResponse(sign_in, 303)
                    )
                if is_partial(request) and problem.status == 404:  # what the page shows was deleted: it says so
                    return Response(headers={"HX-Refresh": "true"})
                return error_page(request, problem)

        return handler


def _problem_of(request: Request, error: Exception) -> Problem:
    if isinstance(error, Problem):
        return error
    if isinstance(error, FolioscopeError):
        return Problem.of("target.invalid", error)
    if isinstance(error, RequestValidationError):
        return Problem("request.invalid", "form-field")
    if isinstance(error, DataError):
        return UNKEPT
    if isinstance(error, (OperationalError, InterfaceError, PoolTimeout)):
        _LOG.warning("%s %s: the database cannot be asked: %s", request.method, request.url.path, error)
        return UNREACHED
    if isinstance(error, HTTPException) and error.status_code < 500:
        codes = {
            404: "resource.unknown",
            405: "request.not-allowed",
            408: "request.timeout",
            413: "request.too-large",
        }
        return Problem(codes.get(error.status_code, "request.malformed"))
    number = secrets.token_hex(4)
    _LOG.error("%s %s: error %s", request.method, request.url.path, number, exc_info=error)
    return Problem("service.error", "error", {"number": number})


def error_page(request: Request, problem: Problem) -> Response:
    """The page that tells a problem."""
    return page(request, "error.html", status=problem.status, headers=problem.headers, problem=problem)


class _Pages(StringConvertor):
    """Every path that is none of the API's."""

    regex = r"(?!api(?:/|$)|auth/|static/|badge/|metrics$|healthz$|readyz$).*"


register_url_convertor("page", _Pages())


def mount(app: FastAPI) -> None:
    """Answer for addresses that lead nowhere."""

    async def nowhere(request: Request) -> Response:
        return error_page(request, Problem("resource.unknown", "nowhere"))

    plain: Any = app.exception_handlers[Problem]

    async def told(request: Request, problem: Problem) -> Response:
        """Of signing in, what a browser shows to a person; the routes themselves are the API's."""
        people = request.url.path.startswith("/auth/") and "text/html" in request.headers.get("accept", "")
        return error_page(request, problem) if people else await plain(request, problem)

    app.add_exception_handler(Problem, told)  # type: ignore[arg-type]
    app.add_api_route(NOWHERE, nowhere, methods=["GET"], include_in_schema=False)
