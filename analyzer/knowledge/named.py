"""Which technologies a text names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache

from analyzer.knowledge.caseless import Caseless
from analyzer.knowledge.technologies import TECHNOLOGIES

__all__ = ["technologies_named"]

_WORD = re.compile(r"\w+")


def technologies_named(text: str) -> Iterator[tuple[Caseless, str]]:
    """The expression and the id of each technology that a text names, in the order of the table.

    Looking for their words first spares nearly all expressions.
    """
    lower = text.lower()
    told = _by_word().keys() & _WORD.findall(lower)
    for index in sorted({index for word in told for index in _by_word()[word]}):
        if any(_stands_alone(word, lower) for word in _words(index)):
            yield _pattern(index), TECHNOLOGIES[index].id


def _stands_alone(word: str, text: str) -> bool:
    """Whether a text holds a word that no letter, digit, underscore or dash touches.

    An expression says the same and takes ten times as long: one that begins by looking back is tried everywhere.
    """
    at = text.find(word)
    while at >= 0:
        before, after = text[at - 1 : at], text[at + len(word) : at + len(word) + 1]
        if not (_touches(before) or _touches(after)):
            return True
        at = text.find(word, at + 1)
    return False


def _touches(character: str) -> bool:
    return character.isalnum() or character in ("_", "-")


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
