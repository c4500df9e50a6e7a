"""DVC files (https://dvc.org/doc/user-guide/project-structure): stages, tracked files, remotes."""

from __future__ import annotations

import re
from itertools import islice

from msgspec import Struct

from analyzer.artifacts.shell import ShellCommand, parse_shell
from analyzer.artifacts.yaml_reader import EMPTY, Node, read_yaml
from analyzer.findings import Place

__all__ = ["DvcFile", "DvcStage", "parse_dvc_config", "parse_dvc_pipeline", "parse_dvc_pointer"]

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
    def commands(self) -> tuple[ShellCommand, ...]:
        """What the stage runs."""
        return parse_shell(self.command)


class DvcFile(Struct, frozen=True):
    """A dvc.yaml (``stages``), a ``.dvc`` pointer (``tracked``) or a ``.dvc/config`` (``remotes``)."""

    path: str
    stages: tuple[DvcStage, ...] = ()
    tracked: tuple[str, ...] = ()
    remotes: tuple[str, ...] = ()
    line: int = 1
    error: str = ""

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
    return DvcFile(path, tuple(stages), line=root.get("stages").line, error=file.error)


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
