"""The documentation says what is: links lead somewhere, commands are understood, examples hold."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import pytest

from analyzer.cli import main
from analyzer.findings import Status
from tests.conftest import BuildRepository, commit_all, decide_one, git

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "benchmarks").rglob("*.md")])
LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]+)[^)]*\)")
COMMAND = re.compile(r"`(folioscope [^`]+)`")


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_to_files(path: Path) -> None:
    text = re.sub(r"```.*?```", "", path.read_text("utf-8"), flags=re.DOTALL)
    links = [link for link in LINK.findall(text) if not link.startswith(("http://", "https://", "mailto:"))]
    # Pages of docs/reference are made when the site is built; its own test follows the links to them.
    made = ROOT / "docs" / "reference"
    targets = [(path.parent / link).resolve() for link in links]
    assert [target for target in targets if not target.exists() and made not in target.parents] == []


def test_modules_that_the_architecture_names_exist() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    named = set(re.findall(r"\b(?:analyzer|rules)/[\w/]+(?:\.\w+)?", text))
    assert [name for name in sorted(named) if not (ROOT / name).exists()] == []


@pytest.mark.parametrize("command", sorted(set(COMMAND.findall((ROOT / "README.md").read_text("utf-8")))))
def test_commands_of_the_readme_run(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    fixture = str(ROOT / "fixtures" / "repos" / "course-subfolder")
    words = [fixture if word in ("TARGET", ".") else word for word in shlex.split(command)[1:]]
    if "--worktree" in words:
        shutil.copytree(fixture, tmp_path / "work")
        git(tmp_path / "work", "init", "--quiet")
        commit_all(tmp_path / "work")
        words[words.index(fixture)] = "work"
    try:
        code = main(words)
    except SystemExit as stopped:  # --help
        code = int(stopped.code or 0)
    said = capsys.readouterr()
    assert code in (0, 1), said.err


def test_the_example_of_a_new_rule_holds(repository: BuildRepository) -> None:
    assert "decide_one(repo" in (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    repo = repository({"train.py": "import mlflow\nmlflow.log_metric('rmse', 1.2)\n"})
    assert decide_one(repo, "e2e.experiment-tracking").status is Status.MET


def test_every_option_is_told_by_help(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["analyze", "--help"])
    said = capsys.readouterr().out
    for option in ("--ref", "--subdir", "--rubric", "--format", "--output", "--fail-under", "--offline", "--no-color"):
        assert option in said
