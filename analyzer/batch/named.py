"""What a cell names: repositories, accounts where its column says so, and words that are neither."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

from analyzer.batch.columns import Column, looks_like_target
from analyzer.portfolio.sources import account_in, seen_from
from analyzer.target import DEFAULT_HOSTS, LOGIN, Host

__all__ = ["Named", "is_account", "is_word", "named_in_cell"]

_BETWEEN = re.compile(r"[\r\n;|,]+")
_ADDRESS = re.compile(r"(?:https?|ssh|git)://|git@|(?:www\.)?github\.com/", re.IGNORECASE)
_PATH = re.compile(r"/|\.\.?/|~")
_AROUND = re.compile(r"[\s<>\"'()\[\]]+")
_SLASHED = re.compile(r"[\w.-]+/\S+")
_WORD = re.compile(rf"@?{LOGIN}")
_NOTHING = frozenset({"", "-", "--", "–", "—", "n/a", "n.a.", "na", "nan", "nil", "no", "none", "null"})
"""What people write into a cell that is empty."""


class Named(Struct, frozen=True):
    """The targets of a cell, and its parts that name nothing."""

    targets: tuple[str, ...] = ()
    rest: tuple[str, ...] = ()


def is_account(target: str, hosts: tuple[Host, ...] = DEFAULT_HOSTS) -> bool:
    """Whether a target names a user or an organisation, not a repository or a folder here."""
    return account_in(target.strip(), hosts) is not None


def is_word(text: str) -> bool:
    """Whether a text is one word as logins are, and says itself that it is no address."""
    return bool(_WORD.fullmatch(text))


def named_in_cell(cell: str, column: Column, folder: Path = Path()) -> Named:
    """What a cell of such a column names.

    Parts are separated by line, comma, semicolon or bar, or by space where each reads as one. Relative paths are as seen
    from ``folder``, that of the list (:func:`analyzer.portfolio.sources.seen_from`).
    """
    text = cell.strip().strip("<>\"'")
    if text.casefold() in _NOTHING:
        return Named()
    if "://" not in text and ("/" in text or column is Column.LINE) and _exists(beside := seen_from(text, folder)):
        return Named((beside,))
    targets: list[str] = []
    rest: list[str] = []
    for piece in _BETWEEN.split(text):
        found = [_beside(word, column, folder) for word in _in_piece(piece.strip(), column)]
        targets += found
        if not found and piece.strip().casefold() not in _NOTHING:
            rest.append(piece.strip())
    return Named(tuple(targets), tuple(rest))


def _in_piece(piece: str, column: Column) -> Iterator[str]:
    if "://" in piece:  # brackets of a sentence or of Markdown around it, and the end of the sentence
        words = [word.rstrip(".!?") for word in _AROUND.split(piece) if word]
    else:
        words = [word for word in (word.strip("<>\"'()") for word in piece.split()) if word]
    if len(words) == 1 and is_word(words[0]) and words[0].casefold() not in _NOTHING:
        if column is not Column.TARGET:
            yield words[0]
    elif words and all(map(looks_like_target, words)):
        yield from (word for word in words if word.casefold() not in _NOTHING)
    elif _PATH.match(piece) or (len(words) == 1 and _SLASHED.fullmatch(piece)):
        yield piece
    else:  # words around an address are no repositories, and a sentence without one is none at all
        yield from (word for word in words if _ADDRESS.match(word))


def _beside(word: str, column: Column, folder: Path) -> str:
    """A word of a cell; an account is none the less one where a folder has its name."""
    if column is Column.ACCOUNT and is_word(word):
        return f"@{word}" if not word.startswith("@") and _exists(word) else word
    return seen_from(word, folder)


def _exists(text: str) -> bool:
    try:
        return Path(text).expanduser().exists()
    except (OSError, ValueError, RuntimeError):
        return False
