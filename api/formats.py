"""Which formats of a report the service offers, under which suffix and media type.

Whatever has a row in the engine's table is offered. Where two have the same suffix or media type, the first has it, and
the other is reached under its name.
"""

from __future__ import annotations

from collections.abc import Mapping

from analyzer import FORMATS

__all__ = ["BY_MEDIA_TYPE", "BY_SUFFIX", "SUFFIX_OF"]


def _first_come() -> tuple[Mapping[str, str], Mapping[str, str]]:
    suffixes: dict[str, str] = {}
    kinds: dict[str, str] = {"application/json": "json"}
    for name, form in FORMATS.items():
        suffixes[form.suffix if form.suffix not in suffixes else name] = name
        kinds.setdefault(form.media_type, name)
    return suffixes, kinds


BY_SUFFIX, BY_MEDIA_TYPE = _first_come()
"""The name of the format that has a suffix, or a media type; JSON first, which is what who does not care gets."""

SUFFIX_OF: Mapping[str, str] = {name: suffix for suffix, name in BY_SUFFIX.items()}
