"""One case of the hostile corpus: what is built, what is asked, and what must come out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

__all__ = ["REPORT", "TARGET", "TOO_MUCH", "WRONG_USE", "Case", "Place"]

REPORT, WRONG_USE, TARGET, TOO_MUCH = 0, 2, 3, 4
"""Exit codes: a report, or an error of its kind."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a case lives: its folder, the marks that nothing may make, the git server and a trap that nobody may ask."""

    folder: Path
    served: Path
    server: str
    trap: str

    @property
    def mark(self) -> Path:
        """A file that exists only when something of the case was executed."""
        return self.folder / "marks" / "executed"

    @property
    def repository(self) -> Path:
        """Where a case may build its repository."""
        return self.folder / "input" / "repository"


@dataclass(frozen=True, slots=True)
class Case:
    """A hostile target.

    Args:
        name: what it is, unique.
        group: ``url``, ``egress``, ``remote``, ``git``, ``file``, ...
        build: builds what is analyzed and returns what is typed.
        exits: the exit codes that are right.
        says: a regular expression that the error must match.
        problem: a regular expression that a problem of the report must match.
        options: further arguments of the command.
        resolves: what names resolve to, as a hostile name server would answer.
        cpu: seconds of processor time that are enough.
        memory: bytes of resident memory that are enough.
    """

    name: str
    group: str
    build: Callable[[Place], str]
    exits: tuple[int, ...] = (REPORT,)
    says: str = ""
    problem: str = ""
    options: tuple[str, ...] = ()
    resolves: Mapping[str, str] = field(default_factory=dict)
    network: bool = False
    cpu: float = 60
    memory: int = 700 * 1024 * 1024
