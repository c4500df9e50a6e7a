"""The same commit gives the same bytes: from any copy, in any folder, with any order of hashes."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import FIXTURES, commit_all, git

PROGRAM = """
import sys
from analyzer import Options, analyze
from analyzer.reporters.json_report import render_json
from analyzer.reporters.markdown import render_markdown
from analyzer.reporters.text import render_text
for path in sys.argv[1:]:
    report = analyze(path)
    text = render_json(report) + render_markdown(report) + render_text(report, verbose=True)
    sys.stdout.buffer.write(text.encode("utf-8") + b"\\0")
"""


def outputs(*paths: Path, seed: str, **environment: str) -> list[bytes]:
    """All reports of some paths, made by a new process."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *map(str, paths)],
        env={**os.environ, "PYTHONHASHSEED": seed, **environment}, capture_output=True, check=True,
    )  # fmt: skip
    return done.stdout.split(b"\0")[:-1]


@pytest.fixture(scope="module")
def copies(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """A work tree, a bare clone, a linked work tree and a copy, all of one name and commit."""
    base = tmp_path_factory.mktemp("copies")
    work = base / "work" / "shop"
    shutil.copytree(FIXTURES / "exemplary", work)
    (work / "caf\udce9.md").write_text("# Notes\n")
    git(work, "init", "-q", "-b", "main")
    commit_all(work)
    (base / "bare").mkdir()
    git(base / "bare", "clone", "-q", "--bare", str(work), "shop.git")
    (base / "elsewhere" / "deep").mkdir(parents=True)
    git(work, "worktree", "add", "-q", "-b", "other", str(base / "linked" / "shop"))
    shutil.copytree(work, base / "elsewhere" / "deep" / "shop", symlinks=True)
    (base / "elsewhere" / "deep" / "shop" / "uncommitted.py").write_text("import torch\n")
    return [
        work, base / "bare" / "shop.git", base / "linked" / "shop",
        base / "elsewhere" / "deep" / "shop",
    ]  # fmt: skip


def test_the_same_bytes_from_every_copy_and_with_every_hash_seed(copies):
    first = outputs(*copies, seed="0")
    assert len(first) == len(copies)
    assert set(first) == {first[0]}
    assert outputs(copies[1], seed="4294967295", LC_ALL="C", COLUMNS="40", TZ="Asia/Tokyo") == first[:1]


@pytest.mark.parametrize("name", ["monorepo-services", "azureml-gitlab"])
def test_the_same_bytes_of_a_folder_with_every_hash_seed(name, tmp_path: Path):
    found = set()
    for seed in ("1", "77"):
        folder = tmp_path / seed / name
        shutil.copytree(FIXTURES / name, folder)
        found.update(outputs(folder, seed=seed))
    assert len(found) == 1
