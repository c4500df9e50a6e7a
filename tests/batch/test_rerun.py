"""A line of a batch holds years later, or says what it needs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from analyzer.batch.lines import dump
from analyzer.cli import main
from tests.batch.conftest import RunBatch, lines_of
from tests.conftest import BuildGit, commit_all, write_files


@pytest.fixture
def work(git_repository: BuildGit, batch_of: RunBatch, tmp_path: Path) -> Path:
    """A repository that went on after its batch."""
    work = git_repository({"README.md": "# Work\n", "train.py": "from sklearn.svm import SVC\nSVC().fit([[1]], [1])\n"})
    (tmp_path / "list.csv").write_text(f"name,repo\nAda,{work}\nBob,/not/there\n")
    batch_of(tmp_path / "list.csv")
    write_files(work, {"train.py": "", "Dockerfile": "FROM scratch\n"})
    commit_all(work)
    return work


def rerun(tmp_path: Path, change: Any = None, *more: str) -> int:
    line = lines_of(tmp_path / "out")[0]
    if change:
        change(line)
    (tmp_path / "line.jsonl").write_bytes(dump(line))
    return main(["rerun", str(tmp_path / "line.jsonl"), *more])


def test_a_line_holds_when_the_repository_went_on(work, tmp_path, capsys):
    assert rerun(tmp_path) == 0
    score = lines_of(tmp_path / "out")[0]["score"]
    assert capsys.readouterr().out == f"row 1: {score:g}, as the line says\n"


def test_a_line_that_was_changed_does_not_hold(work, tmp_path, capsys):
    def better(line: dict[str, Any]) -> None:
        line["score"] = 99.0
        line["criteria"][0]["status"] = "met"

    assert rerun(tmp_path, better) == 1
    said = capsys.readouterr().out
    assert "now, 99 in the line" in said
    assert "met then, missing now" in said


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        (("tool", "version"), "0.0.1", "pip install folioscope==0.0.1"),
        (("rubric", "sha256"), "0" * 64, "Give the file of that time with --rubric"),
        (("rubric", "id"), "ours", "The line needs the rubric ours 1"),
        (("rules",), "0" * 64, "needs other rules"),
    ],
)
def test_a_line_says_what_it_needs(work, tmp_path, capsys, path, value, words):
    def other(line: dict[str, Any]) -> None:
        place = line["basis"]
        for name in path[:-1]:
            place = place[name]
        place[path[-1]] = value

    assert rerun(tmp_path, other) == 2
    assert words in capsys.readouterr().err


def test_a_rubric_file_can_be_given(batch_of: RunBatch, git_repository, tmp_path, capsys):
    from analyzer.analysis import Options

    rubric = tmp_path / "ours.yaml"
    rubric.write_text("extends: mlops\nid: ours\nversion: '1'\ntitle: Ours\n")
    work = git_repository({"README.md": "# Work\n"})
    (tmp_path / "list.txt").write_text(f"{work}\n")
    batch_of(tmp_path / "list.txt", options=Options(rubric=str(rubric)))
    assert rerun(tmp_path, None, "--rubric", str(rubric)) == 0
    assert rerun(tmp_path) == 2
    assert "Give its file with --rubric" in capsys.readouterr().err


def test_rows_are_chosen_by_number(work, tmp_path, capsys):
    results = str(tmp_path / "out" / "results.jsonl")
    assert main(["rerun", results, "--row", "1"]) == 0
    assert main(["rerun", results]) == 2
    assert "row 2: Row 2 has no score" in capsys.readouterr().err
    assert main(["rerun", results, "--row", "7"]) == 2
    assert "has no row 7" in capsys.readouterr().err


def test_a_commit_that_is_gone_is_told(work, tmp_path, capsys):
    def gone(line: dict[str, Any]) -> None:
        line["repositories"][0]["commit"] = "1" * 40

    assert rerun(tmp_path, gone) == 3
    assert "1111111111" in capsys.readouterr().err


def test_a_blind_line_is_restored_first(tmp_path, capsys):
    (tmp_path / "line.jsonl").write_text('{"code": "ABCDEFGH"}\n')
    assert main(["rerun", str(tmp_path / "line.jsonl")]) == 2
    assert "folioscope unblind" in capsys.readouterr().err


@pytest.mark.parametrize("text", ["", "{", "nonsense\n", "[1]\n", '{"row": 1}\n'])
def test_what_is_no_line_is_told(tmp_path, text, capsys):
    (tmp_path / "line.jsonl").write_text(text)
    assert main(["rerun", str(tmp_path / "line.jsonl")]) == 2
    assert capsys.readouterr().err


def test_a_line_without_a_commit_cannot_be_repeated(work, tmp_path, capsys):
    assert rerun(tmp_path, lambda line: line["repositories"][0].update(commit="")) == 3
    assert "without a commit" in capsys.readouterr().err


@pytest.mark.parametrize("row", ["{work}/service,", "{work},service", "{work}/service,app"])
def test_a_folder_of_a_repository_is_run_again(batch_of: RunBatch, git_repository: BuildGit, tmp_path, row):
    work = git_repository({"service/README.md": "# Work\n", "service/app/README.md": "# App\n"})
    (tmp_path / "list.csv").write_text(f"repo,subdir\n{row.format(work=work)}\n")
    batch_of(tmp_path / "list.csv")
    assert rerun(tmp_path) == 0


def test_several_repositories_are_run_again_together(batch_of: RunBatch, projects, tmp_path):
    (tmp_path / "list.jsonl").write_text(json.dumps({"repos": [str(projects[1]), str(projects[3])]}) + "\n")
    batch_of(tmp_path / "list.jsonl")
    assert rerun(tmp_path) == 0
