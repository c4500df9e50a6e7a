"""The formats of a portfolio: one row each, with what carries it and who renders it."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module

from analyzer.portfolio.model import Portfolio
from analyzer.reporters.formats import Format

__all__ = ["PORTFOLIO_FORMATS", "render_portfolio"]

_HERE = "analyzer.portfolio.reporters"

PORTFOLIO_FORMATS: Mapping[str, Format] = {
    "text": Format("text/plain", "txt", f"{_HERE}.text:render_text", verbose=True),
    "json": Format("application/json", "json", f"{_HERE}.document:render_json"),
    "markdown": Format("text/markdown", "md", f"{_HERE}.markdown:render_markdown"),
    "html": Format("text/html", "html", f"{_HERE}.html:render_html"),
    "csv": Format("text/csv", "csv", f"{_HERE}.table:render_csv"),
}


def render_portfolio(portfolio: Portfolio, name: str, *, verbose: bool = False) -> str:
    """The portfolio in the format of this name.

    Raises:
        KeyError: there is no format of this name.
    """
    wanted = PORTFOLIO_FORMATS[name]
    module, _, function = wanted.renderer.partition(":")
    renderer = getattr(import_module(module), function)
    return str(renderer(portfolio, verbose=verbose) if wanted.verbose else renderer(portfolio))
