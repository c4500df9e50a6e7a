"""Which technologies a text names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache

from analyzer.knowledge.caseless import Caseless
from analyzer.knowledge.technologies import TECHNOLOGIES
from analyzer.knowledge.words import has_word

__all__ = ["technologies_named"]

_WORD = re.compile(r"\w+")


def technologies_named(text: str) -> Iterator[tuple[Caseless, str]]:
    """The expression and the id of each technology that a text names, in the order of the table.

    Looking for their words first spares nearly all expressions.
    """
    lower = text.lower()
    told = _by_word().keys() & _WORD.findall(lower)
    for index in sorted({index for word in told for index in _by_word()[word]}):
        if any(has_word(lower, word, joined="-") for word in _words(index)):
            yield _pattern(index), TECHNOLOGIES[index].id


@cache
def _words(index: int) -> tuple[str, ...]:
    return tuple(word.lower() for word in TECHNOLOGIES[index].words)


@cache
def _pattern(index: int) -> Caseless:
    """The expression of a technology, which most texts do not need."""
    words = "|".join(map(re.escape, _words(index)))
    return Caseless(rf"(?<![\w-])(?:{words})(?![\w-])")


@lru_cache(maxsize=1)
def _by_word() -> Mapping[str, frozenset[int]]:
    """The longest word of each name, with the indexes of the expressions that can only match where it stands."""
    found: dict[str, set[int]] = {}
    for index, marks in enumerate(TECHNOLOGIES):
        for name in marks.words:
            found.setdefault(max(_WORD.findall(name.lower()), key=len), set()).add(index)
    return {word: frozenset(indexes) for word, indexes in found.items()}
