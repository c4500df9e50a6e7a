"""What a repository says about its own check: ``.folioscope.yaml``, or ``[tool.folioscope]`` of ``pyproject.toml``.

Two kinds of words stand there. Annotations, criteria that do not apply with the reason, are read of every repository.
Settings (rubric, threshold, paths to leave out) count where the owner says ``--with-config`` about a repository on this
machine, and nowhere else: a repository does not choose how strangers judge it. Neither names rules, commands or files.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from fnmatch import translate
from itertools import islice
from pathlib import Path
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from analyzer.artifacts.text import decode
from analyzer.artifacts.yaml_reader import Node, read_yaml
from analyzer.errors import ConfigurationError
from analyzer.rubric import BUILT_IN, Rubric

__all__ = [
    "FILES",
    "MOST_ANNOTATIONS",
    "Annotation",
    "Configuration",
    "config_schema",
    "config_schema_text",
    "find_configuration",
]

FILES = (".folioscope.yaml", ".folioscope.yml", "pyproject.toml")
"""Names of the file in the judged folder or the root; the first that has something to say is read."""

MOST_ANNOTATIONS = 5
_MOST_PATTERNS = 50
_LONGEST_PATTERN = 200
_SHORTEST_REASON, _LONGEST_REASON = 20, 300
_MOST_BYTES = 262_144
_LEVELS = 3
_KEYS = ("rubric", "fail-under", "leave-out", "not-applicable")
_FORM = "The form stands in docs/configuration.md; folioscope schema config prints it for editors."


class Annotation(Struct, frozen=True):
    """A criterion that does not apply here, by the owner's word, with the reason and the line where that stands."""

    criterion: str
    reason: str
    line: int


class Configuration(Struct, frozen=True):
    """What one file says. ``rubric`` is empty and ``fail_under`` None where it says nothing about them."""

    path: str
    rubric: str = ""
    fail_under: float | None = None
    leave_out: tuple[str, ...] = ()
    not_applicable: tuple[Annotation, ...] = ()

    def leaves_out(self) -> Callable[[str], bool]:
        """Whether a path of the repository is to be left out.

        A pattern with a slash at its end is a folder. ``*`` and ``?`` stand for any characters; a pattern without a
        slash is about names in every folder.
        """
        parts = [_pattern(item) for item in self.leave_out]
        matches = re.compile("|".join(parts) or r"(?!)").match
        return lambda path: bool(matches(path))

    def check_criteria(self, rubric: Rubric) -> None:
        """Complain of a criterion that the rubric does not have.

        Raises:
            ConfigurationError: with file, line and reason.
        """
        from analyzer.snapshot import nearest

        for item in self.not_applicable:
            if rubric.criterion(item.criterion) is None:
                near = nearest(item.criterion, [known.id for known in rubric.criteria])
                raise ConfigurationError(
                    f"{self.path}, line {item.line}: the rubric {rubric.id} has no criterion {item.criterion!r}", near
                )


def _pattern(text: str) -> str:
    body = text.removeprefix("/")
    anywhere = "" if "/" in body.rstrip("/") or text.startswith("/") else r"(?:.*/)?"
    plain = translate(body.rstrip("/")).removesuffix(r"\Z").removesuffix(r"\z")
    return rf"{anywhere}{plain}/" if body.endswith("/") else rf"{anywhere}{plain}(?:/|\Z)"


def find_configuration(read: Callable[[str], bytes | None], subdir: str = "") -> Configuration | None:
    """The configuration of a repository, or None where it has none.

    Args:
        read: returns the content of a path of the snapshot, or None.
        subdir: the folder that is judged; its file comes before that of the root.

    Raises:
        ConfigurationError: the file is wrong; the message names file, line and reason.
    """
    folders = dict.fromkeys((f"{subdir}/" if subdir else "", ""))
    answers = (_said(f"{folder}{name}", read) for folder in folders for name in FILES)
    return next((found for found in answers if found is not None), None)


def _said(path: str, read: Callable[[str], bytes | None]) -> Configuration | None:
    """What one file says; None where it is not there or says nothing."""
    content = read(path)
    if content is None or (path.endswith(".toml") and b"folioscope" not in content):
        return None
    if len(content) > _MOST_BYTES:
        raise ConfigurationError(f"{path} is over {_MOST_BYTES:,} bytes long", "That much is read at most.")
    text = decode(content)
    if text is None:
        raise ConfigurationError(f"{path}, line 1: it is no text", _FORM)
    return _read_toml(path, text) if path.endswith(".toml") else _read_yaml(path, text)


class _Value(Struct, frozen=True):
    """A value with its line and that of each key or entry below it. A scalar of YAML is its text."""

    value: Any
    line: int
    below: Mapping[str | int, _Value]


def _read_yaml(path: str, text: str) -> Configuration | None:
    file = read_yaml(text)
    if file.error:
        raise ConfigurationError(f"{path}, {file.error}", "The file must be valid YAML.")
    root = file.documents[0] if file.documents else None
    if root is None or root.kind == "empty" or (root.kind == "scalar" and not root.text.strip()):
        return None
    return _Reader(path).configuration(_from_yaml(path, root))


def _from_yaml(path: str, node: Node, depth: int = 0) -> _Value:
    """The node three levels deep, of each level no more than can be right: aliases make small files large."""
    if node.kind == "mapping" and depth < _LEVELS:
        keys: dict[str | int, _Value] = {}
        for key, line, item in islice(node.items(), 2 * len(_KEYS)):
            if key in keys:
                raise ConfigurationError(
                    f"{path}, line {line}: {key[:60]!r} stands there twice",
                    f"Keep one; line {keys[key].line} has it too.",
                )
            keys[key] = replace(_from_yaml(path, item, depth + 1), line=line)
        return _Value(dict.fromkeys(keys), node.line, keys)
    if node.kind == "sequence" and depth < _LEVELS:
        entries = list(islice(node, _MOST_PATTERNS + 1))
        below: dict[str | int, _Value] = {
            index: _from_yaml(path, item, depth + 1) for index, item in enumerate(entries)
        }
        return _Value([None] * len(entries), node.line, below)
    return _Value(node.text if node.kind == "scalar" else None, node.line, {})


def _read_toml(path: str, text: str) -> Configuration | None:
    try:
        tool = tomllib.loads(text).get("tool")
    except (ValueError, RecursionError) as error:
        at = re.search(r"at line (\d+)", str(error))
        raise ConfigurationError(
            f"{path}, line {at.group(1) if at else 1}: {error}", "The file must be valid TOML."
        ) from error
    table = tool.get("folioscope") if isinstance(tool, dict) else None
    if table is None:
        return None
    return _Reader(path).configuration(_from_toml(table, text))


_TABLE = re.compile(r"^[ \t]*\[\[?\s*tool\s*\.\s*[\"']?folioscope\b", re.MULTILINE)


def _from_toml(table: object, text: str) -> _Value:
    """TOML's reader tells no lines: each key is looked for from the table's head on, entries one after another."""
    start = _TABLE.search(text)
    first = text.count("\n", 0, start.end()) + 1 if start else 1
    lines = text.split("\n")

    def where(word: str, after: int) -> int:
        wanted = re.compile(rf"(?<![\w-]){re.escape(word)}(?![\w-])")
        return next((n for n in range(after, len(lines) + 1) if wanted.search(lines[n - 1].partition("#")[0])), after)

    def build(value: object, line: int) -> _Value:
        if isinstance(value, dict):
            below: dict[str | int, _Value] = {key: build(item, where(str(key), line)) for key, item in value.items()}
            return _Value(value, line, below)
        if isinstance(value, list):
            entries: dict[str | int, _Value] = {}
            for index, item in enumerate(value):
                told = (
                    next((part for part in item.values() if isinstance(part, str)), "")
                    if isinstance(item, dict)
                    else item
                )
                line = where(str(told), line) if told else line
                entries[index] = build(item, line)
            return _Value(value, line, entries)
        return _Value(value, line, {})

    return build(table, first)


class _Reader:
    """Checks one file; every complaint names file and line."""

    def __init__(self, path: str) -> None:
        self._path = path

    def _fail(self, at: _Value, what: str, hint: str = _FORM) -> ConfigurationError:
        return ConfigurationError(f"{self._path}, line {at.line}: {what}", hint)

    def configuration(self, root: _Value) -> Configuration:
        self._known(root, _KEYS)
        return Configuration(
            self._path,
            self._rubric(root.below.get("rubric")),
            self._fail_under(root.below.get("fail-under")),
            self._leave_out(root.below.get("leave-out")),
            self._not_applicable(root.below.get("not-applicable")),
        )

    def _known(self, value: _Value, keys: Sequence[str]) -> None:
        if not isinstance(value.value, dict):
            raise self._fail(value, f"a mapping with {', '.join(keys)} was expected")
        for key, item in value.below.items():
            if key == "rules":
                hint = "Install the package, or name it with --rules; a repository does not bring its own judges."
                raise self._fail(item, "rule packages are not named here", hint)
            if key not in keys:
                raise self._fail(item, f"there is no key {str(key)[:60]!r} here", f"Known: {', '.join(keys)}.")

    def _rubric(self, value: _Value | None) -> str:
        if value is None:
            return ""
        if value.value not in BUILT_IN:
            hint = "A file of your own is given on the command line, with --rubric FILE."
            raise self._fail(value, f"rubric is {_shown(value.value)}; it is one of: {', '.join(BUILT_IN)}", hint)
        return str(value.value)

    def _fail_under(self, value: _Value | None) -> float | None:
        if value is None:
            return None
        number = value.value
        try:
            least = float(number) if isinstance(number, (int, float, str)) and not isinstance(number, bool) else -1.0
        except ValueError:
            least = -1.0
        if not 0 <= least <= 100:
            raise self._fail(value, f"fail-under is {_shown(number)}; a number from 0 to 100 was expected")
        return least

    def _list(self, value: _Value | None, name: str, most: int) -> list[_Value]:
        if value is None:
            return []
        if not isinstance(value.value, list):
            raise self._fail(value, f"{name} must be a list")
        if len(value.value) > most:
            raise self._fail(value, f"{name} has more than {most} entries; at most {most} are taken")
        return list(value.below.values())

    def _leave_out(self, value: _Value | None) -> tuple[str, ...]:
        found = []
        for item in self._list(value, "leave-out", _MOST_PATTERNS):
            text = item.value
            if not isinstance(text, str) or not text.strip("/ ") or len(text) > _LONGEST_PATTERN or "\n" in text:
                raise self._fail(item, "an entry of leave-out is a path or a pattern, such as notebooks/scratch/")
            if ".." in text.split("/"):
                raise self._fail(item, f"{text!r} leaves the repository", "Give a path relative to its root.")
            if text.count("*") > 4:
                raise self._fail(item, f"{text!r} has more than four asterisks", "Give several simpler patterns.")
            found.append(text)
        return tuple(found)

    def _not_applicable(self, value: _Value | None) -> tuple[Annotation, ...]:
        found: dict[str, Annotation] = {}
        for item in self._list(value, "not-applicable", MOST_ANNOTATIONS):
            self._known(item, ("criterion", "reason"))
            criterion, reason = (item.below.get(key) for key in ("criterion", "reason"))
            if criterion is None or not isinstance(criterion.value, str) or not criterion.value.strip():
                raise self._fail(item, "an entry of not-applicable has no criterion")
            name = criterion.value.strip()
            words = " ".join(reason.value.split()) if reason and isinstance(reason.value, str) else ""
            if not _SHORTEST_REASON <= len(words) <= _LONGEST_REASON or len(words.split()) < 4:
                bounds = f"{_SHORTEST_REASON} to {_LONGEST_REASON} characters"
                raise self._fail(
                    reason or item,
                    f"{name[:60]} needs a reason of {bounds}",
                    "Say why it does not apply to this project; it stands in the report.",
                )
            if name in found:
                raise self._fail(item, f"{name[:60]} stands there twice")
            found[name] = Annotation(name, words, item.line)
        return tuple(found.values())


def _shown(value: object) -> str:
    kinds = {dict: "a mapping", list: "a list", type(None): "empty"}
    return kinds.get(type(value)) or repr(value)[:80]


def config_schema_text() -> str:
    """The text of ``config.schema.json``, the JSON Schema of a configuration for editors."""
    return (Path(__file__).parent / "config.schema.json").read_text("utf-8")


def config_schema() -> dict[str, Any]:
    """The schema as values."""
    schema: dict[str, Any] = json.loads(config_schema_text())
    return schema
