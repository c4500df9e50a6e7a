"""DVC files (https://dvc.org/doc/user-guide/project-structure): stages, tracked files, remotes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import islice

from msgspec import Struct
from msgspec.structs import replace

from analyzer.artifacts.shell import ShellCommand, parse_shell
from analyzer.artifacts.yaml_reader import EMPTY, Node, read_yaml
from analyzer.findings import Place

__all__ = [
    "DvcFile",
    "DvcStage",
    "filled",
    "parse_dvc_config",
    "parse_dvc_pipeline",
    "parse_dvc_pointer",
    "parse_values",
]

_REMOTE = re.compile(r"^[ \t]*\[\s*'?remote\s+\"([^\"]+)\"'?\s*\]", re.MULTILINE)
_URL = re.compile(r"^[ \t]*url\s*=\s*(\S+)", re.MULTILINE)


class DvcStage(Struct, frozen=True):
    """One stage of a dvc.yaml."""

    path: str
    name: str
    line: int
    command: str
    deps: tuple[str, ...] = ()
    outs: tuple[str, ...] = ()
    metrics: tuple[str, ...] = ()

    @property
    def place(self) -> Place:
        """The line of the stage's name."""
        return Place(self.path, self.line)

    @property
    def written(self) -> tuple[str, ...]:
        """All its texts in which DVC puts values."""
        return (self.command, *self.deps, *self.outs, *self.metrics)

    @property
    def commands(self) -> tuple[ShellCommand, ...]:
        """What the stage runs."""
        return parse_shell(self.command)


class DvcFile(Struct, frozen=True):
    """A dvc.yaml (``stages``), a ``.dvc`` pointer (``tracked``) or a ``.dvc/config`` (``remotes``).

    ``variables`` are the files of values that ``vars`` names, ``values`` those that stand in the file itself, by dotted name.
    """

    path: str
    stages: tuple[DvcStage, ...] = ()
    tracked: tuple[str, ...] = ()
    remotes: tuple[str, ...] = ()
    line: int = 1
    error: str = ""
    variables: tuple[str, ...] = ()
    values: tuple[tuple[str, str], ...] = ()

    @property
    def place(self) -> Place:
        """The decisive line."""
        return Place(self.path, self.line)


def parse_dvc_pipeline(path: str, text: str) -> DvcFile:
    """Parse a dvc.yaml; never raises."""
    file = read_yaml(text)
    root = file.documents[0] if file.documents else EMPTY
    stages = []
    for name, line, node in root.get("stages").items():
        body = node.get("do") or node
        command = body.get("cmd")
        text_of = command.text or "\n".join(command.texts())
        stages.append(
            DvcStage(
                path,
                name,
                line,
                text_of,
                _names(body.get("deps")),
                _names(body.get("outs")),
                _names(body.get("metrics")),
            )
        )
    named = root.get("vars")
    return DvcFile(
        path,
        tuple(stages),
        line=root.get("stages").line,
        error=file.error,
        variables=named.texts(),
        values=tuple(islice((pair for node in named for pair in _flat(node)), _MOST_VALUES)),
    )


def parse_values(path: str, text: str) -> tuple[tuple[str, str], ...]:
    """The scalars of a YAML file such as params.yaml, by their dotted names; of a broken file what can be read."""
    file = read_yaml(text)
    return _flat(file.documents[0]) if file.documents else ()


def _flat(root: Node) -> tuple[tuple[str, str], ...]:
    """The scalars below a mapping, by their dotted names; so many and so deep as a file of values has them."""
    found: list[tuple[str, str]] = []
    pending = [("", root, 0)]
    visited = 0
    while pending and visited < _MOST_VALUES:
        before, node, depth = pending.pop()
        for key, _, value in node.items():
            visited += 1
            if visited >= _MOST_VALUES:
                break
            if value.kind == "scalar":
                found.append((f"{before}{key}", value.text[:_LONGEST_VALUE]))
            elif depth < _DEEPEST:
                pending.append((f"{before}{key}.", value, depth + 1))
    return tuple(found)


_MOST_VALUES = 5_000  # aliases may lead to the same mapping again and again
_DEEPEST = 8
_LONGEST_VALUE = 200
_TEMPLATE = re.compile(r"\$\{\s*([\w.-]+)\s*\}")
_LONGEST = 10_000


def filled(file: DvcFile, values: Mapping[str, str]) -> DvcFile:
    """The file with ``${name}`` replaced by values (DVC: "Templating"); a name without a value stays as it is."""

    def fill(text: str) -> str:
        return _TEMPLATE.sub(lambda match: values.get(match.group(1), match.group()), text[:_LONGEST])

    def all_filled(texts: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(fill(text) if "${" in text else text for text in texts)

    stages = (
        replace(
            stage,
            command=fill(stage.command),
            deps=all_filled(stage.deps),
            outs=all_filled(stage.outs),
            metrics=all_filled(stage.metrics),
        )
        for stage in file.stages
    )
    return replace(file, stages=tuple(stages))


def _names(node: Node) -> tuple[str, ...]:
    """Entries of ``deps`` or ``outs``: names, or mappings from a name to options."""
    return tuple(item.text or next((key for key, _, _ in item.items()), "") for item in node)


def parse_dvc_pointer(path: str, text: str) -> DvcFile:
    """Parse a ``name.dvc`` file; never raises."""
    file = read_yaml(text)
    root = file.documents[0] if file.documents else EMPTY
    outs = root.get("outs")
    tracked = tuple(name for item in outs if (name := item.get("path").text))
    inside = (f"{item.get('path').text}/{file.get('relpath').text}" for item in outs for file in item.get("files"))
    tracked += tuple(islice(inside, _MOST_FILES))
    return DvcFile(path, tracked=tracked, line=outs.line, error=file.error)


_MOST_FILES = 200
"""Files of a folder that are kept by name, where the pointer lists them."""


def parse_dvc_config(path: str, text: str) -> DvcFile:
    """Read the remotes of a ``.dvc/config``."""
    match = _REMOTE.search(text)
    line = text.count("\n", 0, match.start()) + 1 if match else 1
    return DvcFile(path, remotes=tuple(_URL.findall(text)) if match else (), line=line)
