"""Pre-commit configuration (https://pre-commit.com/#pre-commit-configyaml---hooks)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

from analyzer.artifacts.yaml_reader import EMPTY, read_yaml
from analyzer.findings import Place

__all__ = ["Hook", "PreCommitFile", "parse_precommit"]


_ID = re.compile(r"\s*-\s+id\s*:\s*[\"']?([\w.-]+)")


class Hook(Struct, frozen=True):
    """One hook; ``entry`` is the command of a local hook, ``args`` what it is given besides, ``stages`` when it runs."""

    path: str
    id: str
    repo: str
    entry: str
    line: int
    args: tuple[str, ...] = ()
    stages: tuple[str, ...] = ()

    @property
    def place(self) -> Place:
        """The line of the hook."""
        return Place(self.path, self.line)


class PreCommitFile(Struct, frozen=True):
    """A .pre-commit-config.yaml. With an ``error``, which pre-commit stops at, the hooks are those whose ids can be told."""

    path: str
    hooks: tuple[Hook, ...]
    error: str = ""

    @property
    def place(self) -> Place:
        """The first hook, or the first line."""
        return self.hooks[0].place if self.hooks else Place(self.path, 1)


def parse_precommit(path: str, text: str) -> PreCommitFile:
    """Parse a pre-commit configuration; never raises."""
    file = read_yaml(text)
    root = file.documents[0] if file.documents else EMPTY
    repos = root.get("repos") or root
    hooks = tuple(
        Hook(
            path,
            hook.get("id").text,
            repo.get("repo").text,
            hook.get("entry").text,
            hook.line,
            tuple(hook.get("args").texts()),
            (hook.get("stages") or root.get("default_stages")).texts(),
        )
        for repo in repos
        for hook in repo.get("hooks")
        if hook.get("id").text
    )
    return PreCommitFile(path, tuple(_heads(path, text)) if file.error else hooks, file.error)


def _heads(path: str, text: str) -> Iterator[Hook]:
    for number, line in enumerate(text.split("\n"), 1):
        if match := _ID.match(line):
            yield Hook(path, match.group(1), "", "", number)
