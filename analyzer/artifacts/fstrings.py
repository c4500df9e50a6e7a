"""F-strings as Python 3.12 allows them, written as older versions read them.

Since PEP 701 an expression within an f-string may use the quotes of the string, backslashes, comments and line breaks.
A module that does so must be read by every Python that runs us, or two machines would report differently.
"""

from __future__ import annotations

import re

__all__ = ["as_before_pep_701"]

_OPENING = re.compile(r"(?i)(?<![\w.])([bruft]{0,3})(\"\"\"|'''|\"|')")
_CLOSES = {"(": ")", "[": "]", "{": "}"}


def as_before_pep_701(source: str) -> str:
    """The same module with strings within the fields of f-strings in other quotes, without backslashes.

    Lines stay where they are. What cannot be told apart is left as it is.
    """
    out: list[str] = []
    position = 0
    while position < len(source):
        letter = source[position]
        if letter == "#":
            end = source.find("\n", position)
            end = len(source) if end < 0 else end
            out.append(source[position:end])
            position = end
        elif opening := _OPENING.match(source, position):
            text, position = _string(source, opening, "")
            out.append(text)
        else:
            out.append(letter)
            position += 1
    return "".join(out)


def _string(source: str, opening: re.Match[str], around: str) -> tuple[str, int]:
    """A string and where it ends; ``around`` are the quotes of the f-strings that it stands in."""
    prefix, quote = opening.group(1), opening.group(2)
    position = opening.end()
    body: list[str] = []
    formatted = "f" in prefix.lower()
    raw = "r" in prefix.lower()
    broken = False  # a line break within a field
    inner = around + quote
    while position < len(source):
        letter = source[position]
        if source.startswith(quote, position):
            position += len(quote)
            return _written(prefix, quote, "".join(body), around, broken=broken), position
        if (letter == "\\" and not raw) or (formatted and source.startswith(("{{", "}}"), position)):
            body.append(source[position : position + 2])
            position += 2
        elif formatted and letter == "{":
            field, position = _field(source, position, inner)
            broken = broken or ("\n" in field and len(quote) == 1)
            body.append(field)
        else:
            body.append(letter)
            position += 1
    return source[opening.start() :], len(source)


def _field(source: str, position: int, around: str) -> tuple[str, int]:
    """A replacement field, its braces included, and where it ends."""
    waiting = ["}"]
    out = ["{"]
    position += 1
    while position < len(source) and waiting:
        letter = source[position]
        if letter == "#" and (end := source.find("\n", position)) >= 0:
            position = end
            continue
        if opening := _OPENING.match(source, position):
            text, position = _string(source, opening, around)
            out.append(text)
            continue
        if letter in _CLOSES:
            waiting.append(_CLOSES[letter])
        elif letter == waiting[-1]:
            waiting.pop()
        out.append(letter)
        position += 1
    return "".join(out), position


def _written(prefix: str, quote: str, body: str, around: str, *, broken: bool) -> str:
    """A string as an older Python reads it at this place."""
    if around:
        free = [item for item in ("'", '"') if item not in around]
        if not free:
            return "''" if "'" not in around else '""' if '"' not in around else "0"
        quote = free[0]
        body = body.replace("\\", "").replace(quote, "").replace("\n", " ")
    elif broken:
        quote = quote * 3
    return f"{prefix}{quote}{body}{quote}"
