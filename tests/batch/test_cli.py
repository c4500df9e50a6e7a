"""The command: words, exit codes, progress."""

from __future__ import annotations

import csv
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

import analyzer.batch.run
from analyzer.batch.run import Batch, Counts
from analyzer.cli import main
from analyzer.cli.batch import _Progress
from tests.conftest import git


def run(file: Path, *more: object) -> int:
    return main(
        ["batch", str(file), "--jobs", "1", "--offline", "--store", str(file.with_name("s.sqlite")), *map(str, more)]
    )


def test_a_summary_and_the_exit_code(applicants, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(_Progress, "_EVERY", 3600)
    assert run(applicants) == 3
    out, err = capsys.readouterr()
    assert out.startswith("9 rows: 8 with a score, 1 failed\n")
    assert "a second; 0 from the store; a worker used at most" in out
    assert "applicants-batch/batch.html" in out
    assert err == ""
    applicants.write_text("".join(applicants.read_text().splitlines(keepends=True)[:-1]))
    assert run(applicants, "--output", tmp_path / "fine", "--quiet") == 0
    assert capsys.readouterr().out == ""
    assert run(applicants, "--output", tmp_path / "fine", "--resume") == 0
    assert "8 were done before" in capsys.readouterr().out


def test_a_row_that_was_read_in_part_is_told(projects, git_repository, tmp_path, capsys):
    tagged = git_repository({"README.md": "# Work\n"})
    git(tagged, "tag", "v9")
    file = tmp_path / "list.csv"
    file.write_text(f"name,repo,repo 2,tag\nAda,{projects[0]},owner/gone,\nBob,{tagged},{projects[1]},v9\n")
    assert run(file) == 3
    out = capsys.readouterr().out
    assert out.startswith("2 rows: 2 with a score, 0 failed; 2 of those with a score read in part\n")
    assert "causes are in the tables" in out
    with (tmp_path / "list-batch" / "batch.csv").open(encoding="utf-8-sig", newline="") as table:
        causes = {row["applicant"]: row["cause"] for row in csv.DictReader(table)}
    assert causes["Ada"].startswith("owner/gone is not on this machine. ")
    assert causes["Bob"].startswith(f"{projects[1]}: There is no")


def test_one_row_is_one_row(projects, tmp_path, capsys):
    file = tmp_path / "one.txt"
    file.write_text(f"{projects[0]}\n")
    assert run(file) == 0
    assert capsys.readouterr().out.startswith("1 row: 1 with a score, 0 failed\n1 row in 0:0")
    assert run(file, "--resume") == 0
    assert "1 was done before" in capsys.readouterr().out


@pytest.mark.parametrize("words", [["--jobs", "0"], ["--rubric", "none"]])
def test_wrong_use(applicants, words, capsys):
    assert run(applicants, *words) == 2
    assert capsys.readouterr().err


def test_a_limit_of_nothing_names_its_option(applicants, capsys):
    with pytest.raises(SystemExit) as left:
        run(applicants, "--max-memory", "0")
    assert left.value.code == 2
    assert "--max-memory: 0 is no limit" in capsys.readouterr().err


def test_an_interrupted_batch_says_how_to_go_on(applicants, monkeypatch, capsys):
    def interrupted(batch: Batch, tell: object) -> Counts:
        raise KeyboardInterrupt

    monkeypatch.setattr(analyzer.batch.run, "run_batch", interrupted)
    assert run(applicants) == 130
    assert "--resume goes on" in capsys.readouterr().err


def test_progress_has_rate_and_time_left(capsys, monkeypatch):
    monkeypatch.setattr(_Progress, "_EVERY", 0)
    progress = _Progress(quiet=False)
    progress.tell(Counts(1000, before=100, ran=50, done=40, failed=10, seconds=10.0))
    progress.tell(Counts(100_000, ran=1, done=1, seconds=1.0))
    progress.tell(Counts(5))
    progress.end()
    assert capsys.readouterr().err == (
        "150 of 1,000 rows, 5.0 a second, 2:50 left, 10 failed\n"
        "1 of 100,000 rows, 1.0 a second, 27:46:39 left\n"
        "0 of 5 rows, 0.0 a second\n"
    )


def test_a_terminal_shows_one_line(applicants):
    command = [sys.executable, "-m", "analyzer.cli", "batch", str(applicants), "--jobs", "1", "--offline"]
    outside, inside = pty.openpty()
    try:
        done = subprocess.run(
            [*command, "--store", str(applicants.with_name("s.sqlite"))],
            stdout=subprocess.PIPE,
            stderr=inside,
            check=False,
        )
        os.close(inside)
        said = b""
        try:
            while chunk := os.read(outside, 65_536):
                said += chunk
        except OSError:
            pass  # the end of a terminal
    finally:
        os.close(outside)
    assert done.returncode == 3
    assert b"9 of 9 rows" in said or b" of 9 rows" in said
    assert b"\n" not in said
