"""How the evidence leans between the roles that the career guide tells apart. It describes; it is no part of the score."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import Struct

from analyzer.findings import Evidence, Status
from analyzer.knowledge.roles import CRITERION_WEIGHTS, NOTEBOOK_WEIGHTS, ROLES, TECHNOLOGY_WEIGHTS
from analyzer.scorer import Scorecard
from analyzer.technologies import Technology

__all__ = ["Reason", "RoleShare", "role_shares"]

_OF_A_TECHNOLOGY = 0.5
"""A technology counts half of a criterion: most of what it shows is in a criterion already."""
_FEWEST = 4
"""Pieces of evidence below which nothing can be said."""
_MOST_REASONS = 3
_SUBSTITUTED = frozenset({"iac.kubernetes"})
"""Criteria of which a part is shown by something else (a compose file), which speaks for nobody's work on the thing itself."""
_STRENGTH = {Status.MET: 1.0, Status.PARTIAL: 0.5}


class Reason(Struct, frozen=True):
    """A criterion, or a technology, that speaks for a role. The other one is empty."""

    criterion: str
    technology: str
    path: str
    line: int


class RoleShare(Struct, frozen=True):
    """The share of one role in the evidence, 0 to 1 in hundredths, with what speaks most for it."""

    role: str
    share: float
    because: tuple[Reason, ...]


class _Piece(Struct, frozen=True):
    reason: Reason
    weights: tuple[float, ...]


def role_shares(card: Scorecard, technologies: Iterable[Technology]) -> tuple[RoleShare, ...]:
    """Return the shares of all roles, the largest first; they add up to 1. Empty where there is hardly any evidence.

    Each met criterion counts with its row of the table of roles, a partial one and a technology with half of it.
    What stands in notebooks alone speaks for a data scientist.
    """
    pieces = [*_of_criteria(card), *_of_technologies(technologies)]
    sums = [sum(piece.weights[index] for piece in pieces) for index in range(len(ROLES))]
    if len(pieces) < _FEWEST or not sum(sums):
        return ()
    found = [
        RoleShare(role, share / 100, _because(pieces, index))
        for index, (role, share) in enumerate(zip(ROLES, _hundredths(sums), strict=True))
    ]
    return tuple(sorted(found, key=lambda item: -item.share))


def _of_criteria(card: Scorecard) -> Iterator[_Piece]:
    for item in card.criteria:
        strength, evidence = _STRENGTH.get(item.decision.status), item.decision.evidence
        if not strength or not evidence or item.criterion.id not in CRITERION_WEIGHTS:
            continue
        if item.decision.status is Status.PARTIAL and item.criterion.id in _SUBSTITUTED:
            continue
        in_notebook = evidence[0].path.endswith(".ipynb")
        row = NOTEBOOK_WEIGHTS if in_notebook else CRITERION_WEIGHTS[item.criterion.id]
        yield _Piece(_reason(evidence[0], criterion=item.criterion.id), tuple(strength * weight for weight in row))


def _of_technologies(technologies: Iterable[Technology]) -> Iterator[_Piece]:
    for item in technologies:
        row = TECHNOLOGY_WEIGHTS.get(item.id)
        if row and item.evidence:
            if all(place.path.endswith(".ipynb") for place in item.evidence):
                row = (max(row), *[0] * (len(row) - 1))
            weights = tuple(_OF_A_TECHNOLOGY * weight for weight in row)
            yield _Piece(_reason(item.evidence[0], technology=item.id), weights)


def _reason(evidence: Evidence, *, criterion: str = "", technology: str = "") -> Reason:
    return Reason(criterion, technology, evidence.path, evidence.line)


def _because(pieces: list[_Piece], index: int) -> tuple[Reason, ...]:
    """What speaks most for a role, and for it rather than for another."""
    speaking = [piece for piece in pieces if piece.weights[index]]
    ranked = sorted(speaking, key=lambda piece: -(piece.weights[index] ** 2) / sum(piece.weights))
    return tuple(piece.reason for piece in ranked[:_MOST_REASONS])


def _hundredths(sums: list[float]) -> list[int]:
    """Whole hundredths that add up to 100: rounded down, the rest to the largest remainders, the first of equals first."""
    exact = [100 * value / sum(sums) for value in sums]
    floors = [int(value) for value in exact]
    by_remainder = sorted(range(len(sums)), key=lambda index: (floors[index] - exact[index], index))
    for index in by_remainder[: 100 - sum(floors)]:
        floors[index] += 1
    return floors
