"""Rubric files: read, checked, and joined with the rubric that they extend (the form: ``docs/rubrics.md``)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator
from pathlib import Path

from msgspec.structs import replace

from analyzer.artifacts.yaml_reader import EMPTY, Node, read_yaml
from analyzer.errors import RubricError
from analyzer.rubric import BUILT_IN, Change, Criterion, Grade, Rubric, Section
from analyzer.snapshot import nearest

__all__ = ["read_rubric"]

_FOLDER = Path(__file__).parent / "rubrics"
_EFFORTS = ("an hour", "an evening", "a weekend")
_MOST_BYTES = 1_000_000
_MOST_GENERATIONS = 8
_ID = re.compile(r"[A-Za-z0-9][\w.-]*", re.ASCII)
_FORM = "See docs/rubrics.md for the form of a rubric."


def read_rubric(name: str) -> Rubric:
    """Read a built-in rubric by its name, or a file by its path, with everything that it extends.

    Raises:
        RubricError: it cannot be read or is wrong; the message has line and reason.
    """
    path = _locate(name, Path())
    return _Reader(name, _content(name, path), path, ()).rubric()


def _locate(name: str, folder: Path) -> Path:
    """The file of a rubric; a path in a rubric file is relative to the folder of that file."""
    return _FOLDER / f"{name}.yaml" if name in BUILT_IN else folder / name


def _content(name: str, path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(_MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        raise RubricError(
            f"The rubric {name!r} cannot be read: {getattr(error, 'strerror', None) or error}",
            f"Give the path of a YAML file or one of: {', '.join(BUILT_IN)}.",
        ) from error
    if len(content) > _MOST_BYTES:
        raise RubricError(f"The rubric {name!r} is over {_MOST_BYTES:,} bytes long", "That much is read at most.")
    return content


class _Reader:
    """Checks one file; every complaint names its line."""

    def __init__(self, name: str, content: bytes, path: Path, children: tuple[Path, ...]) -> None:
        self._name, self._content, self._path, self._children = name, content, path, children

    def _fail(self, node: Node, what: str, hint: str = _FORM) -> RubricError:
        return RubricError(f"{self._name}, line {node.line}: {what}", hint)

    def rubric(self) -> Rubric:
        root = self._root()
        parent = self._parent(root) if root.get("extends") else None
        if parent:
            self._known(root, "id", "version", "title", "extends", "grades", "changes", "sections")
        else:
            self._known(root, "id", "version", "title", "grades", "sections")
        rubric = Rubric(
            id=self._text(root, "id"),
            version=self._text(root, "version"),
            title=self._text(root, "title"),
            sections=self._sections(root) if root.get("sections") or not parent else (),
            grades=self._grades(root) if root.get("grades") or not parent else (),
            sha256=hashlib.sha256(self._content).hexdigest(),
        )
        if parent:
            rubric = self._joined(root, rubric, parent)
        self._check_ids(root, rubric)
        return rubric

    def _root(self) -> Node:
        try:
            file = read_yaml(self._content.decode("utf-8"))
        except UnicodeDecodeError as error:
            raise RubricError(f"{self._name} is not UTF-8 text: {error}") from error
        if file.error:
            raise RubricError(f"{self._name}, {file.error}", "The file must be valid YAML.")
        root = file.documents[0] if file.documents else EMPTY
        for further in file.documents[1:]:
            raise self._fail(further, "a rubric is one document, and another begins here")
        if root.kind != "mapping":
            raise RubricError(f"{self._name}, line 1: a rubric is a mapping with id, version, grades and sections")
        return root

    # -- inheritance -----------------------------------------------------------------------------------------

    def _parent(self, root: Node) -> Rubric:
        node, name = root.get("extends"), self._text(root, "extends")
        path = _locate(name, self._path.parent)
        family = (*self._children, self._path.resolve())
        if path.resolve() in family:
            raise self._fail(node, f"extends {name!r} leads back to this file")
        if len(family) > _MOST_GENERATIONS:
            raise self._fail(node, f"more than {_MOST_GENERATIONS} rubrics extend each other")
        try:
            content = _content(name, path)
        except RubricError as error:
            raise self._fail(node, f"it extends {name!r}, which cannot be used: {error.what}", error.hint) from error
        return _Reader(name, content, path, family).rubric()

    def _joined(self, root: Node, own: Rubric, parent: Rubric) -> Rubric:
        """The parent with the file's changes; sections of the file's own follow those of the parent."""
        sections, changes = parent.sections, []
        seen: set[str] = set()
        for node in root.get("changes"):
            name, criterion = self._changed(node, parent)
            if name in seen:
                raise self._fail(node, f"the change of {name} stands there twice")
            seen.add(name)
            before = parent.criterion(name)
            if before and before.points != criterion.points:
                changes.append(Change(name, before.points, criterion.points, self._text(node, "reason")))
            sections = tuple(_with(section, criterion) for section in sections)
        if root.get("changes") and not seen:
            raise self._fail(root.get("changes"), "changes must be a list with at least one entry")
        return replace(
            own,
            sections=(*sections, *own.sections),
            grades=own.grades or parent.grades,
            sha256=hashlib.sha256(f"{parent.sha256}\n".encode() + self._content).hexdigest(),
            extends=parent.id,
            changes=tuple(changes),
        )

    def _changed(self, node: Node, parent: Rubric) -> tuple[str, Criterion]:
        self._known(node, "criterion", "points", "reason", "title", "why", "how")
        name = self._text(node, "criterion")
        criterion = parent.criterion(name)
        if criterion is None:
            hint = nearest(name, [item.id for item in parent.criteria])
            raise self._fail(node.get("criterion"), f"{parent.id} has no criterion {name!r}", hint)
        words = {key: self._text(node, key) for key in ("title", "why", "how") if node.get(key)}
        points = self._points(node) if node.get("points") else criterion.points
        if node.get("points"):
            self._text(node, "reason")
        elif not words:
            raise self._fail(node, f"the change of {name} changes nothing: give points, title, why or how")
        return name, replace(
            criterion,
            points=points,
            title=words.get("title", criterion.title),
            why=words.get("why", criterion.why),
            how=words.get("how", criterion.how),
        )

    # -- parts -----------------------------------------------------------------------------------------------

    def _sections(self, root: Node) -> tuple[Section, ...]:
        return tuple(self._section(node) for node in self._list(root, "sections"))

    def _section(self, node: Node) -> Section:
        self._known(node, "id", "title", "source", "criteria", "full_with_chain")
        name = self._id(node)
        criteria = tuple(self._criterion(item, name) for item in self._list(node, "criteria"))
        whole = self._flag(node, "full_with_chain")
        return Section(name, self._text(node, "title"), node.get("source").text, criteria, whole)

    def _criterion(self, node: Node, section: str) -> Criterion:
        self._known(node, "id", "title", "points", "why", "how", "bonus", "effort", "example", "after", "builds_on")
        effort = node.get("effort").text or "an evening"
        if effort not in _EFFORTS:
            raise self._fail(node.get("effort"), f"effort is {effort!r}; it is one of: {', '.join(_EFFORTS)}")
        return Criterion(
            id=self._id(node),
            section=section,
            title=self._text(node, "title"),
            points=self._points(node),
            why=self._text(node, "why"),
            how=self._text(node, "how"),
            bonus=self._flag(node, "bonus"),
            effort=effort,
            example=node.get("example").text.rstrip("\n"),
            after=node.get("after").texts(),
            builds_on=node.get("builds_on").text,
        )

    def _grades(self, root: Node) -> tuple[Grade, ...]:
        grades = []
        for node in self._list(root, "grades"):
            self._known(node, "from", "name")
            least = self._number(node, "from", lambda value: 0 <= value <= 100, "from 0 to 100")
            grades.append(Grade(least, self._text(node, "name")))
            if [grade.least for grade in grades].count(least) > 1:
                raise self._fail(node.get("from"), f"a grade from {least:g} stands there twice")
        ordered = tuple(sorted(grades, key=lambda grade: -grade.least))
        if ordered[-1].least != 0:
            raise self._fail(root.get("grades"), "the lowest grade must be from 0")
        return ordered

    def _check_ids(self, root: Node, rubric: Rubric) -> None:
        """Complain of ids that stand there twice or lead nowhere; inherited ones were checked in their own file."""
        nodes = dict(_own_nodes(root))
        for kind, names in (
            ("section", [item.id for item in rubric.sections]),
            ("criterion", [item.id for item in rubric.criteria]),
        ):
            for name in names:
                if names.count(name) > 1:
                    raise self._fail(nodes.get(name, root), f"the {kind} {name} stands there twice")
        known = {item.id for item in rubric.criteria}
        for item in rubric.criteria:
            for other in (*item.after, *([item.builds_on] if item.builds_on else [])):
                if other not in known:
                    raise self._fail(
                        nodes.get(item.id, root), f"{item.id} refers to {other}, which is no criterion of this rubric"
                    )
        if sum(item.points for item in rubric.criteria if not item.bonus) <= 0:
            raise self._fail(root, "the criteria that are no bonus have no points at all")

    # -- values ----------------------------------------------------------------------------------------------

    def _known(self, node: Node, *keys: str) -> None:
        if node.kind != "mapping":
            raise self._fail(node, f"a mapping with {', '.join(keys)} was expected")
        seen: set[str] = set()
        for key, line, _ in node.items():
            if key in seen:
                raise RubricError(f"{self._name}, line {line}: the key {key!r} stands there twice", _FORM)
            seen.add(key)
            if key not in keys:
                raise RubricError(
                    f"{self._name}, line {line}: there is no key {key!r} here", f"Known: {', '.join(keys)}."
                )

    def _list(self, node: Node, key: str) -> list[Node]:
        found = list(node.get(key))
        if not found:
            raise self._fail(node.get(key) or node, f"{key} must be a list with at least one entry")
        return found

    def _text(self, node: Node, key: str) -> str:
        value = node.get(key)
        if not value.text.strip():
            raise self._fail(value or node, f"{key} is missing or empty")
        return " ".join(value.text.split())

    def _id(self, node: Node) -> str:
        name = self._text(node, "id")
        if not _ID.fullmatch(name):
            raise self._fail(
                node.get("id"), f"id is {name[:80]!r}; it has letters, digits, dots, dashes and underscores"
            )
        return name

    def _flag(self, node: Node, key: str) -> bool:
        value = node.get(key)
        if value and value.text not in ("true", "false"):
            raise self._fail(value, f"{key} is {value.text!r}; it is true or false")
        return value.text == "true"

    def _points(self, node: Node) -> float:
        return self._number(node, "points", lambda value: 0 <= value <= 100, "from 0 to 100")

    def _number(self, node: Node, key: str, valid: Callable[[float], bool], wanted: str) -> float:
        value = node.get(key)
        try:
            number = float(value.text)
        except ValueError:
            raise self._fail(value or node, f"{key} is {value.text!r}; a number {wanted} was expected") from None
        if not valid(number):
            raise self._fail(value, f"{key} is {value.text}; a number {wanted} was expected")
        return number


def _with(section: Section, criterion: Criterion) -> Section:
    """The section with one of its criteria replaced."""
    return replace(section, criteria=tuple(criterion if item.id == criterion.id else item for item in section.criteria))


def _own_nodes(root: Node) -> Iterator[tuple[str, Node]]:
    for section in root.get("sections"):
        yield section.get("id").text, section
        for node in section.get("criteria"):
            yield node.get("id").text, node
