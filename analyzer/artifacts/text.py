"""Bytes of a file to text, whatever editor wrote them."""

from __future__ import annotations

import codecs
import re

__all__ = ["bounded", "decode", "line_starts"]

_LONGEST_LINE = 10_000
_LONGEST_GAP = 200
_SHORT = 500
_LONG_GAP = re.compile(r"[ \t\x0b\x0c]{201,}")
_LONG = " " * 201
_LONG_WORD = re.compile(r"\S{501,}")

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def decode(content: bytes) -> str | None:
    """Return the text with line feeds as line ends, or None when the bytes are no text.

    A byte-order mark decides the encoding; else UTF-8, else Latin-1, which accepts any byte. A NUL byte
    without such a mark means a binary file.
    """
    for mark, encoding in _BOMS:
        if content.startswith(mark):
            text = content.decode(encoding, "replace")
            break
    else:
        if b"\0" in content[:8192]:
            return None
        try:
            text = content.decode("utf-8")
        except UnicodeDecodeError:
            text = content.decode("latin-1")
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def bounded(path: str, text: str) -> str:
    """The text of a file with bounds on what nobody writes, and what takes a search for words the square of its length.

    Gaps within a line have at most 200 blanks; lines at most 10,000 characters, but for Python, whose grammar would
    break; words of prose at most 500. Lines stay where they are. JSON, often on one line, is left as it is.
    """
    if len(text) <= _SHORT or path.endswith((".json", ".ipynb")):
        return text
    if not _has_long_line(text):
        return text  # as nearly every file
    longest = max(map(len, text.split("\n")))
    if _LONG in text.replace("\t", " ").replace("\x0b", " ").replace("\x0c", " "):  # far faster than the expression
        text = _LONG_GAP.sub(lambda match: match.group()[:_LONGEST_GAP], text)
    if path.endswith((".md", ".rst", ".txt", ".markdown")):
        text = _LONG_WORD.sub(lambda match: match.group()[:500], text)
    if not path.endswith(".py") and longest > _LONGEST_LINE:
        return "\n".join(line[:_LONGEST_LINE] for line in text.split("\n"))
    return text


def _has_long_line(text: str) -> bool:
    """Whether a line is longer than the longest gap; looks at one place in two hundred."""
    begin = 0
    while begin + _LONGEST_GAP < len(text):
        end = text.rfind("\n", begin, begin + _LONGEST_GAP + 1)
        if end < 0:
            return True
        begin = end + 1
    return False


def line_starts(text: str) -> list[int]:
    """Return the offset at which each line begins; line n (from 1) begins at index n - 1."""
    starts = [0]
    position = text.find("\n")
    while position >= 0:
        starts.append(position + 1)
        position = text.find("\n", position + 1)
    return starts
