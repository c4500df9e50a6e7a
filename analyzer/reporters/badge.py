"""A badge with score and grade: as SVG, and as JSON for the endpoint badge of shields.io."""

from __future__ import annotations

import json
from html import escape

from analyzer.report import Report
from analyzer.reporters.words import number, visible

__all__ = ["badge_svg", "render_badge", "render_shields"]

_LABEL = "folioscope"
_COLOURS = ((70.0, "1a7f37"), (50.0, "0969da"), (30.0, "8250df"), (0.0, "57606a"))
"""Colours by the least score; white text on each has a contrast of at least 4.5 to 1 (WCAG AA)."""
_UNKNOWN = "57606a"
_NARROW, _WIDE = set("fijlrtI.,:;!|()[]/ '"), set("mwMW%@")


def render_badge(report: Report) -> str:
    """Return the badge as SVG; a screen reader hears its text."""
    return badge_svg(_LABEL, _message(report), _colour(report))


def render_shields(report: Report) -> str:
    """Return the JSON that shields.io draws an endpoint badge from (schema version 1)."""
    document = {"schemaVersion": 1, "label": _LABEL, "message": _message(report), "color": _colour(report)}
    return json.dumps(document, ensure_ascii=False) + "\n"


def badge_svg(label: str, message: str, colour: str) -> str:
    """Return a flat badge of 20 pixels' height.

    Args:
        label: the left half.
        message: the right half.
        colour: of the right half, six hexadecimal digits.
    """
    left, right = _width(label) + 10, _width(message) + 10
    label, message = escape(visible(label)), escape(visible(message))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{left + right}" height="20" viewBox="0 0 {left + right} 20" '
        f'role="img" aria-label="{label}: {message}">\n'
        f"<title>{label}: {message}</title>\n"
        f'<clipPath id="folioscope-round"><rect width="{left + right}" height="20" rx="3"/></clipPath>\n'
        f'<g clip-path="url(#folioscope-round)">'
        f'<rect width="{left}" height="20" fill="#24292f"/>'
        f'<rect x="{left}" width="{right}" height="20" fill="#{colour}"/></g>\n'
        f'<g fill="#fff" font-family="Verdana,Geneva,DejaVu Sans,sans-serif" font-size="11" aria-hidden="true">\n'
        f'<text x="5" y="14" textLength="{left - 10}" lengthAdjust="spacingAndGlyphs">{label}</text>\n'
        f'<text x="{left + 5}" y="14" textLength="{right - 10}" lengthAdjust="spacingAndGlyphs">{message}</text>\n'
        "</g>\n</svg>\n"
    )


def _message(report: Report) -> str:
    card = report.scorecard
    return f"{number(card.score)}/100 {card.grade}" if card.scale else "not assessed"


def _colour(report: Report) -> str:
    card = report.scorecard
    return next(colour for least, colour in _COLOURS if card.score >= least) if card.scale else _UNKNOWN


def _width(text: str) -> int:
    """About the width of a text in Verdana of 11 pixels; ``textLength`` makes the drawing fit it."""
    return round(sum(4.3 if one in _NARROW else 10.4 if one in _WIDE else 7.0 for one in text))
