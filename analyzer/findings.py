"""What rules say: findings, each with a status and the places that show it."""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol

from msgspec import Struct

__all__ = ["Evidence", "Finding", "Located", "Place", "Status", "met", "partial"]


class Status(StrEnum):
    """What is decided about a criterion. ``UNKNOWN`` means it could not be looked at."""

    MET = "met"
    PARTIAL = "partial"
    MISSING = "missing"
    UNKNOWN = "unknown"

    @property
    def rank(self) -> int:
        """Order by strength: unknown and missing lowest, met highest."""
        return {Status.UNKNOWN: 0, Status.MISSING: 0, Status.PARTIAL: 1, Status.MET: 2}[self]


class Place(Struct, frozen=True, order=True):
    """Lines of a file of the repository, counted from 1, both ends included."""

    path: str
    line: int = 1
    end_line: int = 0

    @property
    def last(self) -> int:
        """The last line; the first one where no end was given."""
        return max(self.line, self.end_line)


class Located(Protocol):
    """Anything that knows where it stands."""

    @property
    def place(self) -> Place:
        """The lines of this thing."""
        ...


class Evidence(Struct, frozen=True, order=True):
    """A place with the text that stands there (at most 200 characters of the first line)."""

    path: str
    line: int
    end_line: int
    snippet: str


class Finding(Struct, frozen=True):
    """One answer of one rule. ``rule`` and ``criterion`` are filled in by the engine."""

    status: Status
    message: str
    places: tuple[Place, ...]
    rule: str = ""
    criterion: str = ""


def _places(at: tuple[Located | Place, ...]) -> tuple[Place, ...]:
    return tuple(item if isinstance(item, Place) else item.place for item in at)


def met(message: str, *at: Located | Place) -> Finding:
    """The criterion is met; ``at`` are the decisive places, the most telling first."""
    return Finding(Status.MET, message, _places(at))


def missing(message: str) -> Finding:
    """Why a criterion is not met, where that can be said better than in the rule's title."""
    return Finding(Status.MISSING, message, ())


def partial(message: str, *at: Located | Place) -> Finding:
    """The criterion is partly met; ``message`` says what is missing."""
    return Finding(Status.PARTIAL, message, _places(at))
