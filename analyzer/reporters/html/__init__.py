"""The report as a page: one self-contained file, and the same parts for the service.

``render_html(report)`` gives the file: style and script are embedded, nothing is requested from anywhere. Pages of the
service take :func:`html_environment` and :func:`report_context` and link what is in ``REPORT_STATIC`` instead.
"""

from analyzer.reporters.html.render import REPORT_STATIC, html_environment, render_html, report_context
from analyzer.reporters.html.texts import LANGUAGES, Texts, load_texts

__all__ = ["LANGUAGES", "REPORT_STATIC", "Texts", "html_environment", "load_texts", "render_html", "report_context"]
