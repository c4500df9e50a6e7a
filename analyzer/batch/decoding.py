"""Lines of a text whose encoding nobody states."""

from __future__ import annotations

import codecs
from collections.abc import Generator
from pathlib import Path

from analyzer.errors import UsageError

__all__ = ["text_lines"]

_HEAD = 4096
_UTF_32 = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def text_lines(path: Path) -> Generator[str, None, None]:
    """The lines of a file with their ends, without a byte order mark.

    UTF-16 and UTF-32 by their mark, UTF-16 also by its zeros. Else each line is UTF-8 or, where it is not, what Windows
    writes: one line of another program, pasted into a file, garbles no other.

    Raises:
        UsageError: it is no text.
    """
    with path.open("rb") as file:
        encoding = _wide(file.read(_HEAD), path)
    if encoding:
        try:
            with path.open("r", encoding=encoding, newline="") as text:
                for number, line in enumerate(text):
                    yield line if number else line.removeprefix("\ufeff")
        except UnicodeDecodeError as error:
            raise UsageError(f"{path} begins like {encoding} and is none", "Save it anew as CSV UTF-8.") from error
        return
    with path.open("rb") as file:
        file.seek(len(codecs.BOM_UTF8) if file.read(len(codecs.BOM_UTF8)) == codecs.BOM_UTF8 else 0)
        for lines in file:
            yield from map(_decoded, lines.splitlines(keepends=True))


def _wide(head: bytes, path: Path) -> str:
    """The encoding of a text that has zeros, or an empty string where it has none to speak of."""
    if head.startswith(_UTF_32):
        return "utf-32"
    if head.startswith(_UTF_16):
        return "utf-16"
    first, second, most = head[::2].count(0), head[1::2].count(0), len(head) // 8
    if max(first, second) <= most:
        return ""
    if min(first, second) > most:
        raise UsageError(f"{path} is no text: it is full of zeros", "Save it anew as CSV UTF-8.")
    return "utf-16-be" if first > second else "utf-16-le"


def _decoded(line: bytes) -> str:
    for encoding in ("utf-8", "cp1252"):
        try:
            return line.decode(encoding)
        except UnicodeDecodeError:
            pass
    return line.decode("latin-1")
