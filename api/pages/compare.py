"""Two commits of one repository side by side."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from analyzer import FolioscopeError
from api.accounts.principal import Anyone, check_origin
from api.pages.analyses import stages
from api.pages.errors import PageRoute
from api.pages.links import keep_manage_token
from api.pages.templating import is_partial, page
from api.problems import Problem
from api.routes.analyses import AnalysisId, find_analysis, start
from api.routes.comparisons import compared
from api.schemas import AnalysisRequest
from api.service import ServiceDep
from api.store.states import FINAL

__all__ = ["router"]

router = APIRouter(route_class=PageRoute)

MOST_LINES = 100
"""Lines of evidence that a page shows of each kind; the API has all."""


def _form(request: Request, typed: dict[str, str], problem: Problem | None = None) -> Response:
    status = problem.status if problem else 200
    return page(request, "compare_form.html", status=status, typed=typed, problem=problem)


@router.get("/compare")
def ask(
    request: Request, principal: Anyone, url: str = "", base: str = "", head: str = "", subdir: str = "",
    rubric: str = "mlops",
) -> Response:  # fmt: skip
    """Ask which repository and which two commits."""
    del principal
    typed = {"url": url[:2048], "base": base[:250], "head": head[:250], "subdir": subdir[:1000], "rubric": rubric[:64]}
    return _form(request, typed)


@router.post("/compare")
def begin(
    request: Request,
    service: ServiceDep,
    principal: Anyone,
    url: Annotated[str, Form(max_length=2048)] = "",
    base: Annotated[str, Form(max_length=250)] = "",
    head: Annotated[str, Form(max_length=250)] = "",
    subdir: Annotated[str, Form(max_length=1000)] = "",
    rubric: Annotated[str, Form(max_length=64)] = "mlops",
) -> Response:
    """Analyze both, and lead to the comparison. A commit that is known is answered from the store at once."""
    check_origin(request)
    typed = {"url": url, "base": base, "head": head, "subdir": subdir, "rubric": rubric}
    if not url.strip() or not base.strip():
        return _form(request, typed, Problem("target.invalid", "compare-fields"))
    try:
        asked = (
            AnalysisRequest(url=url.strip(), ref=ref.strip(), subdir=subdir.strip(), rubric=rubric)
            for ref in (base, head)
        )
        first, second = (start(request, service, principal, one)[0] for one in asked)
    except FolioscopeError as error:
        return _form(request, typed, Problem.of("target.invalid", error))
    except Problem as problem:
        return _form(request, typed, problem)
    answer = RedirectResponse(f"/compare/{first.id}/{second.id}", 303)
    for view in (first, second):
        keep_manage_token(service, answer, view.id, view.manage_token)
    return answer


@router.get("/compare/{base}/{head}")
def show(request: Request, base: AnalysisId, head: AnalysisId, service: ServiceDep, principal: Anyone) -> Response:
    """The comparison; until both are analyzed, how far they are."""
    part = "_part" if is_partial(request) else ""
    with service.store.reading() as session:
        both = [find_analysis(session, name, principal) for name in (base, head)]
        waiting = [item for item in both if item.status not in FINAL]
        failed = [item for item in both if item.status in ("failed", "cancelled")]
    if waiting or failed:
        sides = [(item, stages(item)) for item in both]
        return page(request, f"compare_progress{part}.html", sides=sides, running=bool(waiting), base=base, head=head)
    found = compared(service, principal, base, head)
    target = found.head["target"]
    titles = {item["id"]: item["title"] for item in found.head["criteria"]}
    return page(
        request, f"compare_result{part}.html", change=found.change, titles=titles, base=base, head=head,
        repository=f"{target['owner']}/{target['repo']}", most=MOST_LINES,
    )  # fmt: skip
