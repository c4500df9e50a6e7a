"""Outcomes in numbers that READMEs and docs state, and whether anything in the repository shows them."""

from __future__ import annotations

from msgspec import Struct

from analyzer.claims import place_words
from analyzer.findings import Place
from analyzer.queries.numbers import find_numbers
from analyzer.queries.prose import own_documents
from analyzer.queries.stated import Statement, statements
from analyzer.repository import Repository

__all__ = ["Outcome", "find_outcomes"]

_MOST = 40


class Outcome(Struct, frozen=True):
    """One number that prose states about the project.

    Args:
        metric: which, by the table; ``change`` for a comparison that names none.
        value: as stated, without its unit; the upper end of a range.
        unit: ``%``, ``ms``, ``s``, ``min``, ``h``, ``days``, ``req/s``, ``MB``, ``USD per month``, ``times`` ... or empty.
        direction: ``lower`` or ``higher``, whichever is better; empty where the words do not tell.
        baseline: what it is compared with, in words as stated; empty for an absolute figure.
        path: the file.
        line: the line, from 1.
        backed: whether a file of the repository shows the number.
        evidence: the place that shows it.
        sentence: all of this for people.
    """

    metric: str
    value: float
    unit: str
    direction: str
    baseline: str
    path: str
    line: int
    backed: bool
    evidence: Place | None
    sentence: str


def find_outcomes(repo: Repository) -> tuple[Outcome, ...]:
    """Return the outcomes that the README and docs state, in order, each once, at most forty."""
    found: dict[tuple[str, float, str], Statement] = {}
    for document in own_documents(repo):
        for item in statements(document):
            found.setdefault((item.metric, item.value, item.unit), item)
    stated = tuple(found.values())[:_MOST]
    places = find_numbers(repo, stated) if stated else ()
    return tuple(_outcome(repo, item, place) for item, place in zip(stated, places, strict=True))


def _outcome(repo: Repository, item: Statement, shown: Place | None) -> Outcome:
    versus = f" (compared with {item.baseline})" if item.baseline and item.baseline != "before" else ""
    what = f"{item.metric} {item.shown}"
    if item.change:
        what = f"a change of {item.shown}" if item.metric == "change" else f"a change of {item.metric} by {item.shown}"
    said = f"{place_words(repo, item.path, item.line)} states {what}{versus}"
    end = f"; {shown.path} line {shown.line} shows it." if shown else ": as stated, not verifiable here."
    return Outcome(
        item.metric,
        item.value,
        item.unit,
        item.direction,
        item.baseline,
        item.path,
        item.line,
        bool(shown),
        shown,
        f"{said}{end}",
    )
