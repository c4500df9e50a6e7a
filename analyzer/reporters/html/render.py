"""From a report to HTML."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import BaseLoader, ChoiceLoader, Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from analyzer.report import Report
from analyzer.reporters.html.texts import LANGUAGES, Texts, load_texts
from analyzer.reporters.html.view import EVIDENCE_SHOWN, OUTCOMES_SHOWN, TIES_SHOWN, ReportView
from analyzer.reporters.words import number, sentence, visible

__all__ = ["REPORT_STATIC", "html_environment", "render_html", "render_in", "report_context"]

_HERE = Path(__file__).parent
REPORT_STATIC = _HERE / "static"
"""The style sheet and the script of a report, which a service links and a file embeds."""


def html_environment(extra: Sequence[BaseLoader] = ()) -> Environment:
    """The environment of the templates; ``extra`` loaders come first.

    Every value is escaped, and before that its control and bidi characters are shown as escapes: text of a repository
    can neither become markup nor turn the words around it.
    """
    made = Environment(
        loader=ChoiceLoader([*extra, FileSystemLoader(_HERE / "templates")]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_shown,
    )
    made.filters["number"] = number
    made.globals["number"] = number
    return made


def _shown(value: Any) -> Any:
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value


@lru_cache(maxsize=1)
def _own() -> Environment:
    return html_environment()


def report_context(report: Report, texts: Texts) -> dict[str, Any]:
    """What the templates of a report read."""
    return {
        "t": texts,
        "view": ReportView(report, texts),
        "report": report,
        "card": report.scorecard,
        "target": report.target,
        "sentence": texts.said(sentence(report)),
        "EVIDENCE_SHOWN": EVIDENCE_SHOWN,
        "OUTCOMES_SHOWN": OUTCOMES_SHOWN,
        "TIES_SHOWN": TIES_SHOWN,
    }


def render_html(report: Report, language: str = LANGUAGES[0]) -> str:
    """Return the report as one self-contained page; the same report gives the same bytes.

    Raises:
        KeyError: there are no texts of this language.
    """
    return render_in(report, load_texts(language))


def render_in(report: Report, texts: Texts) -> str:
    """Return the report as one self-contained page, in the language of some texts.

    The page allows itself its own style and script by their hashes and nothing else, so that nothing that a repository
    says could load or run anything.
    """
    style = (REPORT_STATIC / "report.css").read_text("utf-8")
    script = (REPORT_STATIC / "report.js").read_text("utf-8")
    return (
        _own()
        .get_template("report/file.html")
        .render(
            report_context(report, texts),
            style=style,
            script=script,
            style_hash=_hash(style),
            script_hash=_hash(script),
        )
    )


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")
