"""Pre-commit configuration (https://pre-commit.com/#pre-commit-configyaml---hooks)."""

from __future__ import annotations

from dataclasses import dataclass

from analyzer.artifacts.yaml_reader import EMPTY, read_yaml
from analyzer.findings import Place

__all__ = ["Hook", "PreCommitFile", "parse_precommit"]


@dataclass(frozen=True, slots=True)
class Hook:
    """One hook; ``entry`` is the command of a local hook."""

    path: str
    id: str
    repo: str
    entry: str
    line: int

    @property
    def place(self) -> Place:
        """The line of the hook."""
        return Place(self.path, self.line)


@dataclass(frozen=True, slots=True)
class PreCommitFile:
    """A .pre-commit-config.yaml."""

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
        Hook(path, hook.get("id").text, repo.get("repo").text, hook.get("entry").text, hook.line)
        for repo in repos
        for hook in repo.get("hooks")
        if hook.get("id").text
    )
    return PreCommitFile(path, hooks, file.error)
