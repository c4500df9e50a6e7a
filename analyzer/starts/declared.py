"""Which packages an installation of a project brings by itself, and which come with an extra or a group of it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Iterator, Mapping

from msgspec import Struct, field

from analyzer.artifacts.dependencies import normalise, setup_cfg_requirements, table_in

__all__ = ["Declared", "declared_in"]

_NAME = re.compile(r"\s*([A-Za-z0-9][\w.-]*)(?:\s*\[([\w\s,.-]*)\])?")
_PLAIN = re.compile(r"[A-Za-z0-9][\w.-]*", re.ASCII)
_DEEPEST = 8
_FIRST = ("test", "tests", "testing", "dev", "develop", "development", "lint")

_Groups = Mapping[str, frozenset[str]]


class Declared(Struct, frozen=True):
    """Normalised names of packages: those that always come, those of extras and groups, and for development.

    Those for development are named in tables that uv or Poetry alone knows.
    """

    always: frozenset[str] = frozenset()
    extras: _Groups = field(default_factory=dict)
    groups: _Groups = field(default_factory=dict)
    managed: frozenset[str] = frozenset()

    def extras_for(self, tools: Collection[str]) -> tuple[str, ...]:
        """The extras that bring these tools."""
        return _that_bring(tools, self.extras)

    def groups_for(self, tools: Collection[str]) -> tuple[str, ...]:
        """The groups that bring these tools."""
        return _that_bring(tools, self.groups)

    def of(self, extras: Collection[str] = (), groups: Collection[str] = ()) -> frozenset[str]:
        """What comes with these extras and groups."""
        return frozenset().union(*(self.extras[name] for name in extras), *(self.groups[name] for name in groups))


def _that_bring(tools: Collection[str], groups: _Groups) -> tuple[str, ...]:
    """Names of groups, one for each tool; those that are called as what they are for come first."""
    ordered = sorted(groups, key=lambda name: _FIRST.index(name) if name in _FIRST else len(_FIRST))
    found = (next((name for name in ordered if normalise(tool) in groups[name]), "") for tool in tools)
    return tuple(name for name in dict.fromkeys(found) if name)


def declared_in(pyproject: str, setup_cfg: str) -> Declared:
    """What both files declare; nothing where they cannot be read."""
    try:
        document: object = tomllib.loads(pyproject)
    except (ValueError, RecursionError):
        document = {}
    project, tool = table_in(document, "project"), table_in(document, "tool")
    poetry, options = table_in(tool, "poetry"), _options(setup_cfg)
    always = {*_names(project.get("dependencies")), *_names(options.pop("", [])), *_of_poetry(poetry, "dependencies")}
    extras = {**options, **table_in(poetry, "extras"), **table_in(project, "optional-dependencies")}
    return Declared(
        frozenset(always),
        _resolved(extras, normalise(str(project.get("name", "")))),
        _resolved(table_in(document, "dependency-groups"), ""),
        frozenset([*_names(table_in(tool, "uv").get("dev-dependencies")), *_for_work(poetry)]),
    )


def _for_work(poetry: dict[str, object]) -> Iterator[str]:
    yield from _of_poetry(poetry, "dev-dependencies")
    for group in table_in(poetry, "group").values():
        if isinstance(group, dict) and not _is_optional(group):
            yield from _of_poetry(group, "dependencies")


def _of_poetry(part: dict[str, object], key: str) -> Iterator[str]:
    return (normalise(name) for name, value in table_in(part, key).items() if not _is_optional(value))


def _is_optional(value: object) -> bool:
    return isinstance(value, dict) and value.get("optional") is True


def _options(text: str) -> dict[str, list[str]]:
    try:
        return setup_cfg_requirements(text)
    except ValueError:
        return {}


def _resolved(table: Mapping[str, object], own: str) -> _Groups:
    """The names of each group, with those of the groups that it includes."""

    def names(group: str, depth: int) -> Iterator[str]:
        values = table.get(group)
        for value in values if isinstance(values, list) and depth < _DEEPEST else ():
            if isinstance(value, dict):
                yield from names(str(value.get("include-group", "")), depth + 1)
            elif match := _NAME.match(value) if isinstance(value, str) else None:
                yield normalise(match.group(1))
                if own and normalise(match.group(1)) == own:
                    for extra in (match.group(2) or "").split(","):
                        yield from names(extra.strip(), depth + 1)

    return {group: frozenset(names(group, 0)) for group in table if _PLAIN.fullmatch(group)}


def _names(values: object) -> list[str]:
    texts = [value for value in values if isinstance(value, str)] if isinstance(values, list) else []
    return [normalise(match.group(1)) for text in texts if (match := _NAME.match(text))]
