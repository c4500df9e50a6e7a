"""Fingerprints of text files, and the public templates whose files they are compared with.

A fingerprint does not change with line ends, a byte order mark, the kind of quotes (formatters choose them), or space at
the ends of lines and of the file.
The table holds hashes alone; ``tools/template_fingerprints.py`` makes it from public repositories and wheels.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files

from msgspec import Struct

from analyzer.inventory import Kind

__all__ = [
    "COMPARED_KINDS",
    "SHORTEST",
    "Templates",
    "fingerprint",
    "may_be_copy",
    "normalised",
    "origin_of",
    "possible_sizes",
]

SHORTEST = 60
"""Bytes of normalised text; shorter files are the same by chance."""
_DIGITS = 12

_NOT_COMPARED = {
    Kind.OTHER,
    Kind.LOCK,
    Kind.REQUIREMENTS,
    Kind.DVC_POINTER,
    Kind.PACKAGE_JSON,
    Kind.CONDA,
    Kind.DIAGRAM,
}
COMPARED_KINDS = frozenset(Kind) - _NOT_COMPARED
"""Kinds of files whose text is somebody's work. Two lists of the same dependencies say nothing."""


def normalised(content: bytes) -> bytes:
    """Return the text with one kind of quotes, and without byte order mark, carriage returns and space at ends."""
    lines = content.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n").replace(b"'", b'"').split(b"\n")
    return b"\n".join(line.rstrip() for line in lines).strip(b"\n")


def fingerprint(content: bytes) -> str:
    """Return the fingerprint of a file, or an empty string when it is too short to have one."""
    text = normalised(content)
    return hashlib.sha256(text).hexdigest()[:_DIGITS] if len(text) >= SHORTEST else ""


def possible_sizes(content: bytes) -> set[int]:
    """Return the sizes in bytes that a copy of this file can have: either line end, with or without space at ends."""
    found: set[int] = set()
    for text in (normalised(content), content.replace(b"\r\n", b"\n").rstrip(b"\n")):
        returns = text.count(b"\n")
        found |= {len(text), len(text) + 1, len(text) + returns, len(text) + returns + 2}
    return found | {len(content)}


class Templates(Struct, frozen=True):
    """The table: sizes that occur, and the fingerprints of each template by its name."""

    sizes: frozenset[int]
    prints: Mapping[str, frozenset[str]]

    def origin(self, content: bytes) -> str:
        """The template that a file is an unchanged copy from, or an empty string."""
        found = fingerprint(content)
        return next((name for name, known in self.prints.items() if found in known), "") if found else ""


@lru_cache(maxsize=1)
def _templates() -> Templates:
    text = (files("analyzer.knowledge") / "templates.txt").read_text("ascii")
    _, sizes, *blocks = text.split("\n>")
    prints = {}
    for block in blocks:
        name, *found = block.split()
        prints[name] = frozenset(found)
    return Templates(frozenset(map(int, sizes.split()[1:])), prints)


def may_be_copy(size: int) -> bool:
    """Whether a file of this size in bytes is compared with the templates."""
    return size in _templates().sizes


def origin_of(content: bytes | None) -> str:
    """The template that a file is an unchanged copy from, or an empty string."""
    return _templates().origin(content) if content else ""
