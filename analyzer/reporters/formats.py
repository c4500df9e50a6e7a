"""The formats of a report: one row each, with what carries it and who renders it."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from analyzer.report import Report

__all__ = ["FORMATS", "Format", "render"]


class Format(Struct, frozen=True):
    """A format: its media type, the suffix of its files, and the function ``module:name`` that renders it.

    The function takes a report and, with ``verbose``, the keyword of that name.
    """

    media_type: str
    suffix: str
    renderer: str
    verbose: bool = False


FORMATS: Mapping[str, Format] = {
    "text": Format("text/plain", "txt", "analyzer.reporters.text:render_text", verbose=True),
    "json": Format("application/json", "json", "analyzer.reporters.json_report:render_json"),
    "markdown": Format("text/markdown", "md", "analyzer.reporters.markdown:render_markdown"),
    "html": Format("text/html", "html", "analyzer.reporters.html:render_html"),
    "csv": Format("text/csv", "csv", "analyzer.reporters.csv_report:render_csv"),
    "sarif": Format("application/sarif+json", "sarif", "analyzer.reporters.sarif:render_sarif"),
    "junit": Format("application/xml", "xml", "analyzer.reporters.junit:render_junit"),
    "annotations": Format("text/plain", "txt", "analyzer.reporters.annotations:render_annotations"),
    "badge": Format("image/svg+xml", "svg", "analyzer.reporters.badge:render_badge"),
    "shields": Format("application/json", "json", "analyzer.reporters.badge:render_shields"),
}


def render(report: Report, name: str, *, verbose: bool = False) -> str:
    """The report in the format of this name.

    Raises:
        KeyError: there is no format of this name.
    """
    wanted = FORMATS[name]
    module, _, function = wanted.renderer.partition(":")
    renderer = getattr(import_module(module), function)
    return str(renderer(report, verbose=verbose) if wanted.verbose else renderer(report))
