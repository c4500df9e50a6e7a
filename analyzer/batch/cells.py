"""Cells of CSV and Excel files: text of strangers that no spreadsheet takes for a formula."""

from __future__ import annotations

import re
from typing import TypeAlias

__all__ = ["Cell", "harmless"]

Cell: TypeAlias = str | int | float | None
_BEGINS = re.compile(r"^[\s\x00-\x20\u00a0\u200b\ufeff]*[=+\-@\uff1d\uff0b\uff0d\uff20|%\t\r\n]")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_LONGEST = 32_000
"""Characters; Excel takes 32,767 in a cell."""


def harmless(value: Cell) -> Cell:
    """The value of a cell as it may be written; numbers stay numbers.

    A text that begins as a formula does (``=``, ``+``, ``-``, ``@``, their full-width forms, a bar or percent sign, with
    whatever space before) gets an apostrophe first, as the OWASP advises; control characters, of which a tab or line end
    first also starts one, are left out.
    """
    if not isinstance(value, str):
        return value
    text = _CONTROL.sub("", value)
    text = f"'{text}" if _BEGINS.match(text) else text
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."
