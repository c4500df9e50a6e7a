"""The values that this package is about."""

from __future__ import annotations

from dataclasses import dataclass

from analyzer.findings import Place
from analyzer.knowledge.defects import DEFECT_KINDS, DefectKind

__all__ = ["Defect"]


@dataclass(frozen=True, slots=True, order=True)
class Defect:
    """Something that would stop the project when somebody runs it, told from the files alone.

    ``kind`` is an id of :data:`~analyzer.knowledge.defects.DEFECT_KINDS`. ``sentence`` names the fact without a full
    stop. ``criteria`` are those that leaned on it and became partial; filled in by the engine.
    """

    path: str
    line: int
    kind: str
    sentence: str
    criteria: tuple[str, ...] = ()

    @property
    def place(self) -> Place:
        """The line."""
        return Place(self.path, self.line)

    @property
    def meaning(self) -> DefectKind:
        """What the kind is, and how far it reaches."""
        return DEFECT_KINDS[self.kind]
