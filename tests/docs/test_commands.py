"""The commands that pages list without what they print: each is run, on repositories that stand for what it names."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import pytest

from analyzer.cli import main
from tests.conftest import FIXTURES, commit_all, git

ROOT = Path(__file__).parents[2]
PAGES = ("batch.md", "ci.md", "compare.md", "history.md", "portfolio.md", "rubrics.md")
BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
NAMES = {
    "PATH": "../other",
    "OWNER/REPO": "../other",
    "OWNER/ONE": "../other",
    "OWNER/TWO": "../third",
    "octocat/Hello-World": "../other",
    "Ada Lovelace": "Applicant 1",
}
"""What stands for a repository, and the one here that it is."""
ASKS_GITHUB = "USER"
"""Accounts are asked of the platform: tests/portfolio has one."""


def lines_of(page: str) -> list[str]:
    blocks = BLOCK.findall((ROOT / "docs" / page).read_text("utf-8"))
    lines = [line.partition(" #")[0].strip() for block in blocks for line in block.splitlines()]
    return [line for line in lines if line.startswith("folioscope ") and ASKS_GITHUB not in line.split()]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A clone with two releases beside two other repositories, and the files that the pages speak of."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    for name, fixture in (("origin", "dvc-cml"), ("other", "sam-lambda"), ("third", "feast-store")):
        shutil.copytree(FIXTURES / fixture, tmp_path / name)
        git(tmp_path / name, "init", "-q", "-b", "main")
        commit_all(tmp_path / name)
        git(tmp_path / name, "tag", "v1.0")
    git(tmp_path, "clone", "-q", "origin", "work")
    for name in ("work", "other"):
        (tmp_path / name / "NOTES.md").write_text("# Notes\n")
        commit_all(tmp_path / name)
        git(tmp_path / name, "tag", "v1.1")
    work = tmp_path / "work"
    monkeypatch.chdir(work)
    for name, ref in (("old.json", "v1.0"), ("new.json", "v1.1")):
        assert main(["analyze", ".", "--ref", ref, "--format", "json", "--output", name]) == 0
    rows = "".join(f"Applicant {number},{tmp_path / 'other'}\n" for number in range(1, 8))
    (work / "applicants.csv").write_text(f"name,repo\n{rows}")
    (work / "list.txt").write_text("# two of them\n../other\n../third\n")
    (work / "my-rubric.yaml").write_text(RUBRIC)
    return work


RUBRIC = """\
id: mine
version: "1"
title: Mine
extends: mlops
changes:
  - criterion: mon.alerting
    points: 4
    reason: This team runs what it builds, also at night.
"""


@pytest.mark.parametrize("page", PAGES)
def test_every_listed_command_runs(page: str, here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = lines_of(page)
    assert lines
    for line in lines:
        if "--blind" in line:
            shutil.rmtree(here / "applicants-batch")  # another batch, which has a folder of its own
        arguments = [NAMES.get(word, word) for word in shlex.split(line)[1:]]
        code = main(arguments)
        said = capsys.readouterr()
        assert code in (0, 1), f"{line}\n{said.out}{said.err}"
