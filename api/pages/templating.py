"""Pages from templates, with what every page needs."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from fastapi import Request
from jinja2 import Environment, FileSystemLoader
from starlette.responses import HTMLResponse

from analyzer import BUILT_IN, Report, html_environment, load_texts, report_context
from api.accounts.principal import Principal
from api.pages.assets import asset

__all__ = ["is_partial", "page", "report_page_context"]


@lru_cache(maxsize=1)
def _environment() -> Environment:
    made = html_environment([FileSystemLoader(Path(__file__).parent / "templates")])
    made.globals["asset"] = asset
    made.globals["rubrics"] = BUILT_IN
    return made


def is_partial(request: Request) -> bool:
    """Whether htmx asks for a part of a page."""
    return request.headers.get("hx-request") == "true"


def page(
    request: Request, template: str, *, status: int = 200, headers: Mapping[str, str] | None = None, **context: Any
) -> HTMLResponse:
    """Answer with a page."""
    principal = getattr(request.state, "principal", None)
    known = principal if isinstance(principal, Principal) else None
    values = {"t": load_texts(), "principal": known, "csrf": known.csrf if known else "", **context}
    return HTMLResponse(_environment().get_template(f"pages/{template}").render(values), status, dict(headers or {}))


def report_page_context(report: Report) -> dict[str, Any]:
    """What the templates of a report read."""
    return report_context(report, load_texts())
