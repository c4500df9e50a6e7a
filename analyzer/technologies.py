"""Technologies with evidence from code or configuration, and claims: names without any."""

from __future__ import annotations

from dataclasses import dataclass

from analyzer.findings import Evidence

__all__ = ["Claim", "Technology"]


@dataclass(frozen=True, slots=True)
class Technology:
    """A technology of the checklist that code or configuration shows."""

    id: str
    area: str
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Claim:
    """A technology that prose or a dependency file names and nothing shows."""

    technology: str
    path: str
    line: int


def find_technologies(repository):  # type: ignore[no-untyped-def]
    return (), ()
