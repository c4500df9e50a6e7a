"""The start page: one field, and three example reports."""

from __future__ import annotations

from threading import Lock
from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from analyzer import EXAMPLES, FolioscopeError, Options, Report, analyze, example_folder
from api.accounts.principal import Anyone, check_origin
from api.pages.errors import PageRoute
from api.pages.links import keep_manage_token
from api.pages.templating import page, report_page_context
from api.problems import Problem
from api.routes.analyses import start
from api.schemas import AnalysisRequest
from api.service import ServiceDep

__all__ = ["router"]

router = APIRouter(route_class=PageRoute)

_made: dict[str, Report] = {}
_lock = Lock()


def example(name: str) -> Report:
    """The report of a sample, made when it is first asked for."""
    with _lock:
        if name not in _made:
            _made[name] = analyze(str(example_folder(name)), Options(standalone=True, cached=False))
        return _made[name]


@router.get("/")
def start_page(request: Request, principal: Anyone) -> Response:
    """The field and the examples."""
    del principal
    return _start(request)


def _start(request: Request, *, typed: dict[str, str] | None = None, problem: Problem | None = None) -> Response:
    status = problem.status if problem else 200
    empty = {"url": "", "ref": "", "subdir": "", "rubric": "mlops"}
    return page(request, "start.html", status=status, examples=EXAMPLES, typed=typed or empty, problem=problem)


@router.get("/start")
def again() -> Response:
    """Where the form leads that was not understood: whoever loads that address anew gets the form."""
    return RedirectResponse("/", 303)


@router.post("/start")
def begin(
    request: Request,
    service: ServiceDep,
    principal: Anyone,
    url: Annotated[str, Form(max_length=2048)] = "",
    ref: Annotated[str, Form(max_length=250)] = "",
    subdir: Annotated[str, Form(max_length=1000)] = "",
    rubric: Annotated[str, Form(max_length=64)] = "mlops",
) -> Response:
    """Start an analysis and lead to its page; what was not understood is told beside the field, which keeps it."""
    check_origin(request)
    typed = {"url": url, "ref": ref, "subdir": subdir, "rubric": rubric}
    if not url.strip():
        return _start(request, typed=typed, problem=Problem("target.invalid", "field-empty"))
    try:
        asked = AnalysisRequest(url=url.strip(), ref=ref.strip(), subdir=subdir.strip(), rubric=rubric)
        view, _ = start(request, service, principal, asked)
    except FolioscopeError as error:
        return _start(request, typed=typed, problem=Problem.of("target.invalid", error))
    except Problem as problem:
        return _start(request, typed=typed, problem=problem)
    answer = RedirectResponse(f"/r/{view.id}", 303)
    keep_manage_token(service, answer, view.id, view.manage_token)
    return answer


@router.get("/examples/{name}")
def example_page(request: Request, name: str, principal: Anyone) -> Response:
    """The report of a sample repository."""
    del principal
    if name not in EXAMPLES:
        raise Problem("resource.unknown", "example-unknown")
    report = example(name)
    return page(request, "report.html", **report_page_context(request, report), kind="example", id="", may_delete=False)
