"""Expressions for words in any case, faster than ``re.IGNORECASE``, which gives up the shortcuts of the search."""

from __future__ import annotations

import re
from collections.abc import Iterator

__all__ = ["Caseless"]


class Caseless:
    """An expression in lower case that is looked for in the text's lower case. Matches are of that text.

    Raises:
        ValueError: the expression holds a capital, which would never be found.
    """

    __slots__ = ("_expression",)

    def __init__(self, expression: str) -> None:
        plain = re.sub(r"\\.", "", expression)
        if plain != plain.lower():
            raise ValueError(f"not in lower case: {expression}")
        self._expression = re.compile(expression)

    def search(self, text: str) -> re.Match[str] | None:
        """The first match, or None."""
        return self._expression.search(text.lower())

    def findall(self, text: str) -> list[str]:
        """All matches."""
        return self._expression.findall(text.lower())

    def finditer(self, text: str) -> Iterator[re.Match[str]]:
        """All matches, one after the other."""
        return self._expression.finditer(text.lower())
