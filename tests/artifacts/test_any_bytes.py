"""What holds for every parser and every text: no exception, and lines that the file has."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from functools import cached_property
from typing import Any

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from msgspec import Struct

from analyzer.artifacts.ci.model import Step
from analyzer.artifacts.dockerfile import Dockerfile
from analyzer.artifacts.dvc import DvcStage
from analyzer.artifacts.tasks import Task
from analyzer.artifacts.text import decode
from analyzer.artifacts.yaml_reader import Node
from tests.artifacts.formats import FORMATS, Format

LINE_FIELDS = frozenset({"line", "error_line", "script_line", "run_line", "build_line", "schedule_line", "end_line"})
NONE_IS_ZERO = LINE_FIELDS - {"line"}
RELATIVE = (Step, Task, DvcStage, Dockerfile)  # the lines of their commands count from the script's first line
JUNK = (
    "\x85",
    "\u2028",
    "\ufeff",
    "\x1b[0m",
    "\x93",
    "\U0001f600",
    "\x0b",
    "\x0c",
    "\x1c",
    "(" * 160,
    "[" * 260,
    "- " * 250,
)

BY_NAME = {form.name: form for form in FORMATS}
NUMBERS = st.integers(0, 2**16)
TREES = st.recursive(
    NUMBERS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NUMBERS, inner, max_size=5), max_leaves=20
)
LEAVES = (None, True, 3, "", "a\nb\nc\nd", "é")

enough = settings(
    max_examples=150, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)


def lines_of(value: object) -> Iterator[tuple[str, int]]:
    """Every line that an artifact names, its properties asked for too."""
    if isinstance(value, Node):
        for node in value.walk():
            yield f"{node!r}.line", node.line
            yield f"{node!r}.end_line", node.end_line
            yield from ((f"key {key!r}", line) for key, line, _ in node.items())
    elif isinstance(value, tuple | list | frozenset):
        for item in value:
            yield from lines_of(item)
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from lines_of(item)
    elif isinstance(value, Struct) or (is_dataclass(value) and not isinstance(value, type)):
        yield from _lines_of_artifact(value)


def _lines_of_artifact(value: Any) -> Iterator[tuple[str, int]]:
    kind = type(value)
    names = list(kind.__struct_fields__ if isinstance(value, Struct) else (field.name for field in fields(value)))
    names += [name for name, member in vars(kind).items() if isinstance(member, property | cached_property)]
    for name in names:
        inner = getattr(value, name)
        if name in LINE_FIELDS and not (name in NONE_IS_ZERO and inner == 0):
            yield f"{kind.__name__}.{name}", inner
        elif name in ("checks", "stops") and isinstance(inner, tuple):
            yield from ((f"{kind.__name__}.{name}", line) for line in inner)
        elif name in ("shell", "markdown") and isinstance(inner, tuple):
            yield from ((f"{kind.__name__}.{name}", line) for line, _ in inner)
        elif not (name == "commands" and isinstance(value, RELATIVE)):
            yield from lines_of(inner)
    if isinstance(value, Step | Task):
        yield from ((f"{kind.__name__}.place_of", value.place_of(command).line) for command in value.commands)


def check(name: str, text: str) -> None:
    """Parse, and look at every line of the result."""
    last = text.count("\n") + 1
    wrong = [(where, line) for where, line in lines_of(BY_NAME[name].parse(text)) if not 1 <= line <= last]
    assert not wrong, name


def check_all(text: str) -> None:
    """What holds for a text, whichever parser gets it."""
    for name in BY_NAME:
        check(name, text)


def as_text(raw: str) -> str:
    """The text as the repository hands it to parsers."""
    return decode(raw.encode()) or ""


def grown_from(form: Format, numbers: list[int]) -> str:
    """A text of the format's own fragments, with junk between them."""
    pieces = (*form.fragments, *form.fragments, *JUNK)
    return "".join(pieces[number % len(pieces)] for number in numbers)


def with_keys(tree: Any, keys: tuple[str, ...]) -> Any:
    """The tree with keys that a parser looks for, and leaves of any kind, in place of numbers."""
    if isinstance(tree, dict):
        return {keys[number % len(keys)]: with_keys(inner, keys) for number, inner in tree.items()}
    if isinstance(tree, list):
        return [with_keys(inner, keys) for inner in tree]
    leaves = (*keys, *LEAVES)
    return leaves[tree % len(leaves)]


@enough
@example(content=b"")
@example(content=b"\xef\xbb\xbfname: x\r\njobs:\r\n")
@example(content="caf\u00e9: \u00fc\n".encode("latin-1"))
@example(content=b"title: \x93smart\x94 \x96 quotes\n")
@example(content="numpy==1.26\n".encode("utf-16"))
@example(content=b"\x00\x01\x02")
@example(content=b"a: b\rc: d\r")
@given(content=st.binary(max_size=120))
def test_any_bytes(content: bytes) -> None:
    text = decode(content)
    if text is not None:
        check_all(text)


@enough
@example(raw="\x85\u2028\u2029a: b\x85c: d")
@example(raw="[" * 5000)
@example(raw="{" * 5000)
@example(raw="(" * 5000)
@example(raw='{"a":' * 5000)
@example(raw="- " * 5000)
@example(raw="? " * 5000)
@example(raw="".join(" " * depth + "a:\n" for depth in range(300)))
@example(raw="a: &a [*a]\nb: &b\n  <<: *b\n")
@example(raw="a: \x1b[0m\n\tb: c\n")
@example(raw="\\\n" * 50)
@example(raw="<<EOF\n")
@example(raw='"' * 99)
@given(raw=st.text(max_size=80))
def test_any_text(raw: str) -> None:
    check_all(as_text(raw))


@enough
@given(numbers=st.lists(NUMBERS, max_size=20))
def test_texts_of_its_own_fragments(numbers: list[int]) -> None:
    for name, form in BY_NAME.items():
        check(name, as_text(grown_from(form, numbers)))


@enough
@given(tree=TREES, indent=st.sampled_from([None, 1]))
def test_documents_of_its_own_keys(tree: Any, indent: int | None) -> None:
    for name, form in BY_NAME.items():
        if form.keys:
            check(name, json.dumps(with_keys(tree, form.keys), indent=indent))
