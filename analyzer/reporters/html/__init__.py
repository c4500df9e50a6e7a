"""The report as a page: one self-contained file, and the same parts for the service.

``render_html(report)`` gives the file: style and script are embedded, nothing is requested from anywhere. Pages of the
service take :func:`environment` and :func:`report_context` and link ``static/`` instead.
"""

from analyzer.reporters.html.render import STATIC, environment, render_html, report_context

__all__ = ["STATIC", "environment", "render_html", "report_context"]
