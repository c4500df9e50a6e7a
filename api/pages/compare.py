"""Two commits of one repository side by side."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from analyzer import FolioscopeError, compare_documents
from api.accounts.principal import Anyone, check_origin
from api.pages.analyses import stages
from api.pages.errors import PageRoute
from api.pages.templating import is_partial, page
from api.problems import CODES, Problem
from api.routes.analyses import AnalysisId, find_analysis, start
from api.schemas import AnalysisRequest
from api.service import ServiceDep
from api.store.reports import document_for
from api.store.states import FINAL

__all__ = ["router"]

router = APIRouter(route_class=PageRoute)


def _form(request: Request, typed: dict[str, str], problem: Problem | None = None) -> Response:
    status = CODES[problem.code][0] if problem else 200
    return page(request, "compare_form.html", status=status, typed=typed, problem=problem)


@router.get("/compare")
def ask(request: Request, principal: Anyone, url: str = "", base: str = "", head: str = "") -> Response:
    """Ask which repository and which two commits."""
    del principal
    return _form(request, {"url": url[:2048], "base": base[:250], "head": head[:250]})


@router.post("/compare")
def begin(
    request: Request,
    service: ServiceDep,
    principal: Anyone,
    url: Annotated[str, Form(max_length=2048)] = "",
    base: Annotated[str, Form(max_length=250)] = "",
    head: Annotated[str, Form(max_length=250)] = "",
) -> Response:
    """Analyze both, and lead to the comparison. A commit that is known is answered from the store at once."""
    check_origin(request)
    typed = {"url": url, "base": base, "head": head}
    if not url.strip() or not base.strip():
        return _form(request, typed, Problem("target.invalid", "The repository and the first commit are needed."))
    try:
        first, second = (
            start(request, service, principal, AnalysisRequest(url=url.strip(), ref=ref.strip()))[0]
            for ref in (base, head)
        )
    except FolioscopeError as error:
        return _form(request, typed, Problem("target.invalid", f"{error.what}.", error.hint))
    except Problem as problem:
        return _form(request, typed, problem)
    return RedirectResponse(f"/compare/{first.id}/{second.id}", 303)


@router.get("/compare/{base}/{head}")
def show(request: Request, base: AnalysisId, head: AnalysisId, service: ServiceDep, principal: Anyone) -> Response:
    """The comparison; until both are analyzed, how far they are."""
    part = "_part" if is_partial(request) else ""
    with service.store.reading() as session:
        both = [find_analysis(session, name, principal) for name in (base, head)]
        waiting = [item for item in both if item.status not in FINAL]
        failed = [item for item in both if item.status in ("failed", "cancelled")]
        documents = [] if waiting or failed else [document_for(session, item) for item in both]
    if not all(documents):
        raise Problem("report.not-ready", "One of the two reports is not in the store any more.", "Analyze it again.")
    if not documents:
        sides = [(item, stages(item)) for item in both]
        return page(request, f"compare_progress{part}.html", sides=sides, running=bool(waiting), base=base, head=head)
    names = tuple(item.ref or item.commit[:10] for item in both)
    first, second = documents
    assert first
    assert second
    change = compare_documents(first, second, (names[0], names[1]))
    repository = f"{second['target']['owner']}/{second['target']['repo']}"
    return page(
        request, f"compare_result{part}.html", change=change, repository=repository, base=base, head=head,
        links=[item.url for item in both],
    )  # fmt: skip
