"""Bytes of a file to text, whatever editor wrote them."""

from __future__ import annotations

import codecs

__all__ = ["decode", "line_starts"]

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


def line_starts(text: str) -> list[int]:
    """Return the offset at which each line begins; line n (from 1) begins at index n - 1."""
    starts = [0]
    position = text.find("\n")
    while position >= 0:
        starts.append(position + 1)
        position = text.find("\n", position + 1)
    return starts
