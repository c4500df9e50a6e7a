"""The checklist as data: sections, criteria, points, reasons and instructions, read from a YAML file and checked."""

from __future__ import annotations

from functools import lru_cache

from msgspec import Struct

__all__ = ["BUILT_IN", "Change", "Criterion", "Grade", "Rubric", "Section", "load_rubric"]

BUILT_IN: tuple[str, ...] = ("mlops", "startup", "midsize", "enterprise")


class Criterion(Struct, frozen=True):
    """One line of the checklist.

    ``points`` are earned in full when met and by half when partial; those of a ``bonus`` come on top.
    ``after`` are criteria that should be earned first; ``builds_on`` one whose evidence helps to earn this.
    """

    id: str
    section: str
    title: str
    points: float
    why: str
    how: str
    bonus: bool = False
    effort: str = "an evening"
    example: str = ""
    after: tuple[str, ...] = ()
    builds_on: str = ""


class Section(Struct, frozen=True):
    """A group of criteria; ``source`` is the section of the career guide that asks for it.

    ``full_with_chain``: a complete chain from data to alert earns all points of the section.
    """

    id: str
    title: str
    source: str
    criteria: tuple[Criterion, ...]
    full_with_chain: bool = False


class Grade(Struct, frozen=True):
    """A grade in words for scores of at least ``least``."""

    least: float
    name: str


class Change(Struct, frozen=True):
    """Points of a criterion that differ from those of the rubric that was extended, and the reason."""

    criterion: str
    before: float
    points: float
    reason: str


class Rubric(Struct, frozen=True):
    """A rubric.

    ``sha256`` is the hash of the file it was read from, and of the files that it extends. ``extends`` is the id
    of the rubric it inherits from, if any; ``changes`` are the points in which it differs from that one.
    """

    id: str
    version: str
    title: str
    sections: tuple[Section, ...]
    grades: tuple[Grade, ...]
    sha256: str
    extends: str = ""
    changes: tuple[Change, ...] = ()

    @property
    def criteria(self) -> tuple[Criterion, ...]:
        """All criteria, in order."""
        return tuple(item for section in self.sections for item in section.criteria)

    def criterion(self, name: str) -> Criterion | None:
        """The criterion of that id."""
        return next((item for item in self.criteria if item.id == name), None)

    def change(self, name: str) -> Change | None:
        """What this rubric changes in the points of a criterion, if anything."""
        return next((item for item in self.changes if item.criterion == name), None)

    def grade(self, score: float) -> str:
        """The grade of a score."""
        return next(grade.name for grade in self.grades if score >= grade.least)


def load_rubric(name: str = "mlops") -> Rubric:
    """Read a rubric by its name, or from a file; the form of a file is described in ``docs/rubrics.md``.

    Raises:
        RubricError: there is no such rubric, or the file is wrong; the message has line and reason.
    """
    from analyzer.rubric_file import read_rubric

    return _built_in(name) if name in BUILT_IN else read_rubric(name)


@lru_cache(maxsize=len(BUILT_IN))
def _built_in(name: str) -> Rubric:
    """A rubric that does not change while the program runs, as a file may."""
    from analyzer.rubric_file import read_rubric

    return read_rubric(name)
