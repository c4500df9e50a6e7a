"""The checklist as data: sections, criteria, points, reasons and instructions, read from a YAML file and checked."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from analyzer.artifacts.yaml_reader import EMPTY, Node, read_yaml
from analyzer.errors import RubricError

__all__ = ["BUILT_IN", "Criterion", "Grade", "Rubric", "Section", "load_rubric"]

_FOLDER = Path(__file__).parent / "rubrics"
BUILT_IN: tuple[str, ...] = ("mlops",)
_EFFORTS = ("an hour", "an evening", "a weekend")


@dataclass(frozen=True, slots=True)
class Criterion:
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


@dataclass(frozen=True, slots=True)
class Section:
    """A group of criteria; ``source`` is the section of the career guide that asks for it."""

    id: str
    title: str
    source: str
    criteria: tuple[Criterion, ...]


@dataclass(frozen=True, slots=True)
class Grade:
    """A grade in words for scores of at least ``least``."""

    least: float
    name: str


@dataclass(frozen=True, slots=True)
class Rubric:
    """A rubric. ``sha256`` is the hash of the file it was read from."""

    id: str
    version: str
    title: str
    sections: tuple[Section, ...]
    grades: tuple[Grade, ...]
    sha256: str

    @property
    def criteria(self) -> tuple[Criterion, ...]:
        """All criteria, in order."""
        return tuple(item for section in self.sections for item in section.criteria)

    def criterion(self, name: str) -> Criterion | None:
        """The criterion of that id."""
        return next((item for item in self.criteria if item.id == name), None)

    def grade(self, score: float) -> str:
        """The grade of a score."""
        return next(grade.name for grade in self.grades if score >= grade.least)


@lru_cache(maxsize=16)
def load_rubric(name: str = "mlops") -> Rubric:
    """Read a rubric by its name, or from a file.

    Raises:
        RubricError: there is no such rubric, or the file is wrong; the message has line and reason.
    """
    path = _FOLDER / f"{name}.yaml" if name in BUILT_IN else Path(name)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise RubricError(
            f"The rubric {name!r} cannot be read: {error.strerror}",
            f"Give the path of a YAML file or one of: {', '.join(BUILT_IN)}.",
        ) from error
    if len(content) > 1_000_000:
        raise RubricError(f"The rubric {name!r} is {len(content):,} bytes long", "At most 1,000,000 are read.")
    return _Reader(name, content).rubric()


class _Reader:
    """Checks one file; every complaint names its line."""

    def __init__(self, name: str, content: bytes) -> None:
        self._name, self._content = name, content

    def _fail(self, node: Node, what: str) -> RubricError:
        return RubricError(f"{self._name}, line {node.line}: {what}", "See docs/rubrics.md for the form of a rubric.")

    def rubric(self) -> Rubric:
        try:
            file = read_yaml(self._content.decode("utf-8"))
        except UnicodeDecodeError as error:
            raise RubricError(f"{self._name} is not UTF-8 text: {error}") from error
        if file.error:
            raise RubricError(f"{self._name}, {file.error}", "The file must be valid YAML.")
        root = file.documents[0] if file.documents else EMPTY
        if root.kind != "mapping":
            raise RubricError(f"{self._name}, line 1: a rubric is a mapping with id, version, grades and sections")
        self._known(root, "id", "version", "title", "grades", "sections")
        sections = tuple(self._section(node) for node in self._list(root, "sections"))
        rubric = Rubric(
            self._text(root, "id"),
            self._text(root, "version"),
            self._text(root, "title"),
            sections,
            self._grades(root),
            hashlib.sha256(self._content).hexdigest(),
        )
        self._check_ids(root, rubric)
        return rubric

    def _section(self, node: Node) -> Section:
        self._known(node, "id", "title", "source", "criteria")
        name = self._text(node, "id")
        criteria = tuple(self._criterion(item, name) for item in self._list(node, "criteria"))
        return Section(name, self._text(node, "title"), node.get("source").text, criteria)

    def _criterion(self, node: Node, section: str) -> Criterion:
        self._known(node, "id", "title", "points", "why", "how", "bonus", "effort", "example", "after", "builds_on")
        effort = node.get("effort").text or "an evening"
        if effort not in _EFFORTS:
            raise self._fail(node.get("effort"), f"effort is {effort!r}; it is one of: {', '.join(_EFFORTS)}")
        return Criterion(
            id=self._text(node, "id"),
            section=section,
            title=self._text(node, "title"),
            points=self._number(node, "points", lambda value: 0 <= value <= 100, "from 0 to 100"),
            why=self._text(node, "why"),
            how=self._text(node, "how"),
            bonus=self._flag(node, "bonus"),
            effort=effort,
            example=node.get("example").text.rstrip("\n"),
            after=node.get("after").texts(),
            builds_on=node.get("builds_on").text,
        )

    def _grades(self, root: Node) -> tuple[Grade, ...]:
        grades = [
            Grade(
                self._number(node, "from", lambda value: 0 <= value <= 100, "from 0 to 100"), self._text(node, "name")
            )
            for node in self._list(root, "grades")
        ]
        ordered = tuple(sorted(grades, key=lambda grade: -grade.least))
        if ordered[-1].least != 0:
            raise self._fail(root.get("grades"), "the lowest grade must be from 0")
        return ordered

    def _check_ids(self, root: Node, rubric: Rubric) -> None:
        nodes = {node.get("id").text: node for section in root.get("sections") for node in section.get("criteria")}
        seen: set[str] = set()
        for item in rubric.criteria:
            if item.id in seen:
                raise self._fail(nodes[item.id], f"the criterion {item.id} stands there twice")
            seen.add(item.id)
        for item in rubric.criteria:
            for other in (*item.after, *([item.builds_on] if item.builds_on else [])):
                if other not in seen:
                    raise self._fail(
                        nodes[item.id], f"{item.id} refers to {other}, which is no criterion of this rubric"
                    )
        if sum(item.points for item in rubric.criteria if not item.bonus) <= 0:
            raise self._fail(root, "the criteria that are no bonus have no points at all")

    def _known(self, node: Node, *keys: str) -> None:
        if node.kind != "mapping":
            raise self._fail(node, f"a mapping with {', '.join(keys)} was expected")
        for key, line, _ in node.items():
            if key not in keys:
                raise RubricError(
                    f"{self._name}, line {line}: there is no key {key!r} here", f"Known: {', '.join(keys)}."
                )

    def _list(self, node: Node, key: str) -> list[Node]:
        found = list(node.get(key))
        if not found:
            raise self._fail(node, f"{key} must be a list with at least one entry")
        return found

    def _text(self, node: Node, key: str) -> str:
        value = node.get(key)
        if not value.text.strip():
            raise self._fail(value or node, f"{key} is missing or empty")
        return " ".join(value.text.split())

    def _flag(self, node: Node, key: str) -> bool:
        value = node.get(key)
        if value and value.text not in ("true", "false"):
            raise self._fail(value, f"{key} is {value.text!r}; it is true or false")
        return value.text == "true"

    def _number(self, node: Node, key: str, valid: Callable[[float], bool], wanted: str) -> float:
        value = node.get(key)
        try:
            number = float(value.text)
        except ValueError:
            raise self._fail(value or node, f"{key} is {value.text!r}; a number {wanted} was expected") from None
        if not valid(number):
            raise self._fail(value, f"{key} is {value.text}; a number {wanted} was expected")
        return number
