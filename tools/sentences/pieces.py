"""What is followed through the engine's code: expressions in their context, placeholders, and what a text may be."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from functools import cached_property

from tools.sentences.code import Function, Pick, Value

__all__ = ["Bound", "Flow", "Hole", "Parts", "merged", "unique"]

_CONTEXTS: dict[tuple[object, ...], int] = {}


@dataclass(frozen=True)
class Bound:
    """An expression in a context: what the parameters of its function stand for, where that is known."""

    value: Value
    given: tuple[tuple[str, Bound], ...] = ()
    of: Function | None = None
    depth: int = 0

    @cached_property
    def key(self) -> tuple[object, ...]:
        """What makes it the same as another one; contexts are numbered, or keys would grow with each call."""
        given = tuple((name, item.key) for name, item in self.given)
        return id(self.value.expr), self.value.pick, _CONTEXTS.setdefault(given, len(_CONTEXTS))

    def at(self, expr: ast.expr, pick: Pick = None) -> Bound:
        """Another expression of the same function."""
        return Bound(Value(expr, self.value.module, self.value.function, pick), self.given, self.of, self.depth)

    def beside(self, value: Value) -> Bound:
        """Another value of the same function, or of one around it."""
        return Bound(value, self.given, self.of, self.depth)


@dataclass(frozen=True)
class Hole:
    """A placeholder, and what is filled in."""

    name: str
    filled: Bound


Parts = tuple[str | Hole, ...]


@dataclass
class Flow:
    """What an expression may be: texts of its own, and what else it takes them from.

    ``closed`` are sources that may be written out within a sentence, ``open`` those that are too many for that. ``far``
    are those that share no more with it than the name of a field or method: sentences from there count, words do not.
    ``unknown`` says that it may be anything besides.
    """

    texts: list[Parts] = field(default_factory=list)
    closed: list[Bound] = field(default_factory=list)
    open: list[Bound] = field(default_factory=list)
    far: list[Bound] = field(default_factory=list)
    unknown: bool = False

    def add(self, other: Flow) -> None:
        """Take what another one may be."""
        self.texts += other.texts
        self.closed += other.closed
        self.open += other.open
        self.far += other.far
        self.unknown |= other.unknown


def merged(parts: Parts) -> Parts:
    """With literals in a row as one."""
    found: list[str | Hole] = []
    for part in parts:
        if isinstance(part, str) and found and isinstance(found[-1], str):
            found[-1] += part
        elif part != "":
            found.append(part)
    return tuple(found)


def unique(parts: Parts) -> Parts:
    """With a name for each placeholder, and one alone."""
    seen: dict[str, int] = {}
    found: list[str | Hole] = []
    for part in parts:
        if isinstance(part, Hole):
            base = part.name.rstrip("0123456789")
            seen[base] = seen.get(base, 0) + 1
            found.append(Hole(f"{base}{seen[base]}" if seen[base] > 1 else base, part.filled))
        else:
            found.append(part)
    return tuple(found)
