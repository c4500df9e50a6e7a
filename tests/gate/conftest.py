"""Repositories that the check runs on: a good one, a weak one, and one that gets worse."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Protocol

import pytest

from tests.conftest import FIXTURES, commit_all, git


class BuildSample(Protocol):
    """``sample("dvc-cml")`` returns a clone of a repository with that sample on its main branch, at a branch ``change``."""

    def __call__(self, name: str, remove: str = "") -> Path: ...


@pytest.fixture
def sample(tmp_path: Path) -> BuildSample:
    """Build a repository and a shallow clone of its branch, as a runner checks it out."""

    def build(name: str, remove: str = "") -> Path:
        origin = tmp_path / f"origin-{name}"
        shutil.copytree(FIXTURES / name, origin, ignore=shutil.ignore_patterns("expected.yaml"))
        git(origin, "init", "-q", "-b", "main")
        commit_all(origin)
        git(origin, "checkout", "-q", "-b", "change")
        if remove:
            (origin / remove).unlink()
        else:
            (origin / "NOTES.txt").write_text("A note.\n")
        commit_all(origin, "change")
        clone = tmp_path / name
        git(tmp_path, "clone", "-q", "--depth=1", "--branch=change", origin.as_uri(), str(clone))
        return clone

    return build
