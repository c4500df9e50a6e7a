"""Pages from templates, with what every page needs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from fastapi import Request
from jinja2 import Environment, FileSystemLoader
from starlette.responses import HTMLResponse

from analyzer import BUILT_IN, LANGUAGES, Report, Texts, html_environment, load_texts, report_context
from api.accounts.principal import Principal
from api.pages.assets import asset
from api.routes.negotiation import ranges

__all__ = ["is_partial", "language_of", "page", "report_page_context", "texts_of"]


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
    values = {"t": texts_of(request), "principal": known, "csrf": known.csrf if known else "", **context}
    return HTMLResponse(_environment().get_template(f"pages/{template}").render(values), status, dict(headers or {}))


def report_page_context(request: Request, report: Report) -> dict[str, Any]:
    """What the templates of a report read."""
    return report_context(report, texts_of(request))


def texts_of(request: Request) -> Texts:
    """The texts in the language that a browser asks for, as far as there is one."""
    return load_texts(language_of(request.headers.get("accept-language", ""), LANGUAGES))


def language_of(header: str, languages: Sequence[str]) -> str:
    """The language that an Accept-Language header prefers among those that there are; the first where it names none.

    A language serves those who ask for it as it is spoken somewhere (``ar-EG``).
    """
    asked = {kind.partition("-")[0]: quality for kind, quality in reversed(ranges(header))}
    best = max(languages, key=lambda language: asked.get(language, 0.0))
    return best if asked.get(best, 0.0) > 0 else languages[0]
