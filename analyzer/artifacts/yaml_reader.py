"""YAML as nodes that know their lines (YAML 1.2, https://yaml.org/spec/1.2.2/), read as far as it can be read.

libyaml (through ruamel.yaml's binding) composes the node graph; nothing is constructed, so tags create no objects
and aliases are not expanded. That libyaml is one of YAML 1.1: what it refuses and 1.2 allows is composed by ruamel.yaml itself.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from _ruamel_yaml import CParser
from msgspec import Struct
from ruamel.yaml.error import YAMLError
from ruamel.yaml.events import CollectionEndEvent, CollectionStartEvent

__all__ = ["EMPTY", "Node", "YamlFile", "read_yaml"]

_DEEPEST = 200
_RETRIES = 8
_OF_OLD = "found unexpected ':'"
"""What libyaml says of a colon within a word of a flow collection (``ports: [8000:8000]``), which YAML 1.2 allows."""
_SLOWLY = 32_000
"""Most characters that ruamel.yaml's own composer is given, which takes some 20 microseconds for each."""
_TEMPLATE_LINE = re.compile(r"^[ \t]*\{[%{#].*$", re.MULTILINE)
_TEMPLATE_VALUE = re.compile(r"\{\{.*?\}\}|\{%.*?%\}")
_DEEP_LINE = re.compile(rf"^[ \t?:-]{{{_DEEPEST},}}", re.MULTILINE)
_UNREADABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]")
_MERGE = "<<"


class _Composer(CParser):  # type: ignore[misc]
    """Composes nodes without asking what type a plain scalar has: every scalar is its text here."""

    def resolve(self, kind: Any, value: Any, implicit: Any) -> None:
        """No tag but those that are written."""

    def descend_resolver(self, parent: Any, index: Any) -> None:
        """Nothing depends on where a node stands."""

    def ascend_resolver(self) -> None:
        """Nothing depends on where a node stands."""


def _composed(text: str) -> Iterator[Any]:
    composer = _Composer(text)
    try:
        while composer.check_node():
            yield composer.get_node()
    finally:
        composer.dispose()


def _composed_anew(text: str) -> list[Any]:
    from ruamel.yaml import YAML  # its own composer is asked rarely, and takes its time to import
    from ruamel.yaml.error import ReusedAnchorWarning

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ReusedAnchorWarning)
        return list(YAML(typ="safe", pure=True).compose_all(text))


def _events(text: str) -> Iterator[Any]:
    parser = _Composer(text)
    try:
        while parser.check_event():
            yield parser.get_event()
    finally:
        parser.dispose()


class Node:
    """One value of a YAML document. Missing values are :data:`EMPTY`, so look-ups can be chained."""

    __slots__ = ("_raw",)

    def __init__(self, raw: Any) -> None:
        self._raw = raw

    def __bool__(self) -> bool:
        return self._raw is not None

    def __repr__(self) -> str:
        return f"Node({self.kind}, line {self.line})"

    @property
    def kind(self) -> str:
        """``mapping``, ``sequence``, ``scalar`` or ``empty``."""
        return str(self._raw.id) if self._raw is not None else "empty"

    @property
    def line(self) -> int:
        """First line, from 1; 1 for an empty node."""
        if self._raw is None:
            return 1
        mark = self._raw.start_mark
        absent = self.kind == "scalar" and not self._raw.value and not mark.column
        return max(int(mark.line) + (0 if absent else 1), 1)  # a value left out is marked where the next thing begins

    @property
    def end_line(self) -> int:
        """Last line of the node, from 1."""
        if self._raw is None:
            return 1
        mark = self._raw.end_mark
        outside = not mark.column or (self.kind != "scalar" and not self._raw.flow_style)
        return max(self.line, int(mark.line) + (0 if outside else 1))  # a block ends where the next thing begins

    @property
    def tag(self) -> str:
        """The tag with its exclamation mark (``!Ref``), or an empty string for the core tags."""
        tag = str(self._raw.tag) if self._raw is not None and self._raw.tag else ""
        return tag if tag.startswith("!") else ""

    @property
    def text(self) -> str:
        """The scalar's text, or an empty string."""
        return str(self._raw.value) if self.kind == "scalar" else ""

    @property
    def block(self) -> bool:
        """Whether the scalar is a block (``|`` or ``>``), whose text begins on the next line."""
        return self.kind == "scalar" and self._raw.style in ("|", ">")

    @property
    def plain(self) -> bool:
        """Whether the scalar stands without quotes, so that YAML may read it as a number or truth value."""
        return self.kind == "scalar" and not self._raw.style

    def get(self, *path: str) -> Node:
        """Follow mapping keys; :data:`EMPTY` when one is not there."""
        node = self
        for key in path:
            node = node._child(key)
        return node

    def _child(self, key: str) -> Node:
        if self._raw is None or self._raw.id != "mapping":
            return EMPTY
        own, merges = None, False
        for name, value in self._raw.value:
            if name.value == key:
                own = value
            elif name.value == _MERGE:
                merges = True
        if own is not None or not merges:  # as nearly all
            return EMPTY if own is None else Node(own)
        for raw in self._mappings():
            found = [value for name, value in raw.value if name.value == key]
            if found:
                return Node(found[-1])
        return EMPTY

    def _mappings(self) -> Iterator[Any]:
        """The raw mapping and those merged into it (``<<``), each once, in order of precedence."""
        seen: set[int] = set()
        stack = [self._raw] if self.kind == "mapping" else []
        while stack:
            raw = stack.pop()
            if raw.id != "mapping" or id(raw) in seen:
                continue
            seen.add(id(raw))
            yield raw
            merged: list[Any] = []
            for name, value in raw.value:
                if name.value == _MERGE:
                    merged += value.value if value.id == "sequence" else [value]
            stack += reversed(merged)

    def items(self) -> Iterator[tuple[str, int, Node]]:
        """Yield (key, line of the key, value) of a mapping, merged ones last; keys that are no scalars are left out."""
        own: set[str] = set()
        for raw in self._mappings():
            pairs = [(str(name.value), name, value) for name, value in raw.value if name.id == "scalar"]
            for key, name, value in pairs:
                if key != _MERGE and key not in own:
                    yield key, int(name.start_mark.line) + 1, Node(value)
            own.update(key for key, _, _ in pairs)

    def __iter__(self) -> Iterator[Node]:
        if self.kind == "sequence":
            for value in self._raw.value:
                yield Node(value)

    def texts(self) -> tuple[str, ...]:
        """The scalars of a sequence, or the one scalar."""
        if self.kind == "scalar":
            return (self.text,) if self.text else ()
        return tuple(node.text for node in self if node.kind == "scalar")

    def walk(self) -> Iterator[Node]:
        """Yield this node and all below it, each node once, in document order."""
        seen: set[int] = set()
        stack = [self]
        while stack:
            node = stack.pop()
            if not node or id(node._raw) in seen:
                continue
            seen.add(id(node._raw))
            yield node
            if node.kind == "mapping":
                stack += [Node(value) for _, value in reversed(node._raw.value)]
            elif node.kind == "sequence":
                stack += [Node(value) for value in reversed(node._raw.value)]


EMPTY = Node(None)


class YamlFile(Struct, frozen=True):
    """The documents of a file. ``error`` says why reading stopped or what had to be mended, if anything."""

    documents: tuple[Node, ...]
    error: str = ""


def read_yaml(text: str) -> YamlFile:
    """Read every document of a YAML (or JSON) text; never raises.

    Tabs and template directives are mended; after an error the text before it is kept.
    """
    error = ""
    text = _UNREADABLE.sub(" ", text)
    composed: Callable[[str], Iterable[Any]] = _composed
    for attempt in range(_RETRIES):
        if _too_deep(text):
            return YamlFile((), "nested too deeply")
        try:
            documents = tuple(Node(raw) for raw in composed(text) if raw is not None)
        except YAMLError as problem:
            if getattr(problem, "problem", "") == _OF_OLD and composed is _composed and len(text) <= _SLOWLY:
                composed = _composed_anew
                continue
            error = error or _describe(problem)
            text = _mend(text, attempt, problem)
            if not text.strip():
                break
        except (ValueError, RecursionError, OverflowError, AttributeError, TypeError) as problem:
            return YamlFile((), f"cannot be read: {problem}"[:200])
        else:
            return YamlFile(documents, error)
    return YamlFile((), error)


def _mend(text: str, attempt: int, problem: YAMLError) -> str:
    if attempt == 0 and ("\t" in text or "{{" in text or "{%" in text):
        plain = _TEMPLATE_LINE.sub("", text.expandtabs(2))
        return _TEMPLATE_VALUE.sub("template", plain)
    mark = getattr(problem, "problem_mark", None) or getattr(problem, "context_mark", None)
    lines = text.split("\n")
    keep = min(int(mark.line) if mark else len(lines) // 2, len(lines) - 1)
    while keep > 0 and attempt > 1 and lines[keep - 1][:1].isspace():
        keep -= 1  # a broken block is left out as a whole after the line alone did not help
    return "\n".join(lines[:keep])


def _too_deep(text: str) -> bool:
    """Whether composing would recurse too deeply; the composer is C code, whose stack ends the process."""
    if text.count("[") + text.count("{") < _DEEPEST and not _DEEP_LINE.search(text):
        return False
    depth = 0
    try:
        for event in _events(text):
            depth += isinstance(event, CollectionStartEvent) - isinstance(event, CollectionEndEvent)
            if depth > _DEEPEST:
                return True
    except (YAMLError, ValueError, OverflowError, AttributeError, TypeError):
        return False  # composing stops at the same place
    return False


def _describe(problem: YAMLError) -> str:
    mark = getattr(problem, "problem_mark", None)
    what = getattr(problem, "problem", None) or str(problem).split("\n", 1)[0]
    return f"line {mark.line + 1}: {what}" if mark else str(what)
