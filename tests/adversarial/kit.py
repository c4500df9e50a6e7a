"""Builds weak repositories with tricks in them, and rates them: by Folioscope, and by file presence alone."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from analyzer import Report, analyze
from tests.conftest import FIXTURES, git

__all__ = ["Link", "Submodule", "Tree", "build", "fixture", "presence", "rate"]


@dataclass(frozen=True)
class Link:
    """A symbolic link."""

    target: str


@dataclass(frozen=True)
class Submodule:
    """A commit of another repository."""

    commit: str = "1" * 40


Content = str | bytes | Link | Submodule
Tree = Mapping[str, Content]


@lru_cache(maxsize=8)
def fixture(name: str) -> dict[str, Content]:
    """The files of a sample repository, without what the analyzer must say about it."""
    root = FIXTURES / name
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file() and path.name != "expected.yaml"
    }


def build(folder: Path, tree: Tree) -> Path:
    """Write a tree into a new git repository with one commit and return its folder."""
    folder.mkdir(parents=True)
    git(folder, "init", "-q", "-b", "main")
    for name, content in tree.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, Link):
            path.symlink_to(content.target)
        elif not isinstance(content, Submodule):
            path.write_bytes(content.encode() if isinstance(content, str) else content)
    git(folder, "add", "-A", "-f")
    for name, content in tree.items():
        if isinstance(content, Submodule):
            git(folder, "update-index", "--add", "--cacheinfo", f"160000,{content.commit},{name}")
    git(folder, "commit", "-q", "--allow-empty", "-m", "work")
    return folder


def rate(folder: Path, tree: Tree) -> Report:
    """The report on a repository with these files."""
    return analyze(str(build(folder, tree)))


_PRESENCE = (
    r"dockerfile",
    r"compose",
    r"\.tf$|pulumi\.yaml|template\.ya?ml",
    r"test",
    r"makefile$",
    r"\.pre-commit",
    r"poetry\.lock|pipfile\.lock|uv\.lock|requirements",
    r"^\.github/workflows/",
    r"integ",
    r"\.(png|jpg|jpeg|svg)$",
)


def presence(tree: Tree) -> int:
    """The baseline: ten yes/no questions about file names, ten points each."""
    names = [name.lower() for name in tree]
    return 10 * sum(any(re.search(kind, name) for name in names) for kind in _PRESENCE)
