"""The values that this package is about."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import Struct

from analyzer.findings import Place
from analyzer.knowledge.defects import DEFECT_KINDS, DefectKind

__all__ = ["Defect", "joined"]


class Defect(Struct, frozen=True, order=True):
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


def joined(defects: Iterable[Defect]) -> Iterator[Defect]:
    """The defects, those of several names that one line imports from one module as one."""
    groups: dict[tuple[str, int, str, str], list[str]] = {}
    for item in defects:
        name, _, rest = item.sentence.partition(" is ")
        if not rest.startswith("imported from ") or len(name.split()) != 1:
            name, rest = "", item.sentence
        groups.setdefault((item.path, item.line, item.kind, rest), []).append(name)
    for (path, line, kind, rest), names in groups.items():
        if not names[0]:
            yield Defect(path, line, kind, rest)
        elif len(names) == 1:
            yield Defect(path, line, kind, f"{names[0]} is {rest}")
        else:
            yield Defect(path, line, kind, f"{', '.join(names[:-1])} and {names[-1]} are {rest}")
