"""The portfolio as one self-contained page, in the look of a report; it loads and runs nothing."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

from jinja2 import FileSystemLoader

from analyzer.findings import Evidence
from analyzer.github.words import owner_sentences
from analyzer.portfolio.model import Portfolio
from analyzer.reporters.html.render import REPORT_STATIC, html_environment
from analyzer.reporters.html.texts import LANGUAGES, Texts, load_texts

__all__ = ["render_html", "render_in"]

_TEMPLATES = Path(__file__).parent / "templates"
_MATRIX = """
.matrix{border-collapse:collapse;width:100%;font-size:14px}
.matrix th,.matrix td{text-align:start;vertical-align:top;padding:8px 12px;border-block-end:1px solid var(--line)}
.matrix thead th{color:var(--quiet);font-weight:400;white-space:nowrap}
.matrix tbody tr:last-child>*{border-block-end:0}
"""
_LEVEL_STATUS = {"strong": "met", "shown": "met", "begun": "partial", "not shown": "missing"}


def render_html(portfolio: Portfolio, language: str = LANGUAGES[0]) -> str:
    """Return the page; the same portfolio gives the same bytes.

    Raises:
        KeyError: there are no texts of this language.
    """
    return render_in(portfolio, load_texts(language))


def render_in(portfolio: Portfolio, texts: Texts) -> str:
    """Return the page in the language of some texts."""
    style = (REPORT_STATIC / "report.css").read_text("utf-8") + _MATRIX
    targets = {unit.name: unit.report.target for unit in portfolio.units}

    def link(unit: str, found: Evidence) -> str:
        return targets[unit].link(found.path, found.line, found.end_line)

    title = texts("portfolio.of", name=portfolio.name) if portfolio.name else texts("portfolio.title")
    page: str = (
        html_environment([FileSystemLoader(_TEMPLATES)])
        .get_template("portfolio.html")
        .render(
            t=texts,
            whole=portfolio,
            card=portfolio.scorecard,
            title=title,
            link=link,
            level_status=_LEVEL_STATUS,
            platform=[line for owner in portfolio.owners for line in owner_sentences(owner)],
            style=style,
            style_hash="sha256-" + base64.b64encode(hashlib.sha256(style.encode()).digest()).decode("ascii"),
        )
    )
    return page
