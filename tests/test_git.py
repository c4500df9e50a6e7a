"""git as it is run: disarmed, bounded, ended as a group."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from analyzer.errors import LimitError
from analyzer.git import GitError, ObjectReader, command, environment, run
from tests.conftest import BuildGit, git

MANY = 1 << 20


@pytest.fixture
def fake_git(tmp_path: Path, monkeypatch):
    """Put a shell script in the place of git."""

    def install(script: str) -> None:
        folder = tmp_path / "bin"
        folder.mkdir(exist_ok=True)
        program = folder / "git"
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)
        monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")

    return install


def test_a_command_prints_what_git_prints(git_repository: BuildGit):
    work = git_repository({"a.txt": "text"})
    head = run(work / ".git", "rev-parse", "HEAD", seconds=10, most=MANY)
    assert head.decode().strip() == git(work, "rev-parse", "HEAD")


def test_input_is_handed_on(git_repository: BuildGit):
    work = git_repository({"a.txt": "text"})
    answer = run(work / ".git", "cat-file", "--batch-check", seconds=10, most=MANY, stdin=b"HEAD:a.txt\n")
    assert b" blob 4" in answer


def test_a_failure_says_what_git_said(git_repository: BuildGit):
    work = git_repository({})
    with pytest.raises(GitError, match="rev-parse failed") as caught:
        run(work / ".git", "rev-parse", "--verify", "nothing", seconds=10, most=MANY)
    assert "fatal" in caught.value.stderr


def test_a_failure_without_words_has_its_status(fake_git):
    fake_git("exit 7")
    with pytest.raises(GitError, match="exit status 7"):
        run(None, "version", seconds=10, most=MANY)


def test_output_is_bounded(git_repository: BuildGit):
    work = git_repository({"a.txt": "x" * 5000})
    with pytest.raises(LimitError, match="more than 100 bytes"):
        run(work / ".git", "cat-file", "blob", "HEAD:a.txt", seconds=10, most=100)


def test_time_is_bounded_for_the_whole_process_group(fake_git, tmp_path: Path):
    fake_git(f"(sleep 0.6; touch {tmp_path}/survived) & sleep 30")
    with pytest.raises(LimitError, match=r"longer than 0\.2 seconds"):
        run(None, "version", seconds=0.2, most=MANY)
    time.sleep(0.7)
    assert not (tmp_path / "survived").exists()


def test_input_that_nobody_reads_does_no_harm(fake_git):
    fake_git("exit 0")
    assert run(None, "version", seconds=10, most=MANY, stdin=b"x" * 1_000_000) == b""


def test_without_git_the_way_out_is_named(tmp_path: Path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(GitError) as caught:
        run(None, "version", seconds=10, most=MANY)
    assert caught.value.what == "git was not found on this machine"
    assert "Install git" in caught.value.hint
    assert caught.value.exit_code == 3


def test_a_group_that_cannot_be_ended_is_ended_by_its_leader(fake_git, monkeypatch):
    def refuse(*_: object) -> None:
        raise PermissionError

    fake_git("exec sleep 30")
    monkeypatch.setattr("os.killpg", refuse)
    with pytest.raises(LimitError):
        run(None, "version", seconds=0.1, most=MANY)


def test_the_environment_is_ours(monkeypatch):
    for name in ("GIT_DIR", "GIT_CONFIG_COUNT", "GIT_SSH_COMMAND", "LD_PRELOAD", "HOME", "http_proxy"):
        monkeypatch.setenv(name, "of-the-caller")
    here = environment()
    assert "of-the-caller" not in here.values()
    assert here["GIT_ALLOW_PROTOCOL"] == "none"
    assert here["GIT_NO_LAZY_FETCH"] == "1"
    assert environment("https")["http_proxy"] == "of-the-caller"


def test_options_come_before_the_command():
    argv = command(Path("/x/.git"), "ls-tree", "--", "-z")
    assert argv[0] == "git"
    assert argv.index("--git-dir=/x/.git") < argv.index("ls-tree")
    assert "core.fsmonitor=false" in argv


# -- objects -----------------------------------------------------------------------------------------------------


def test_objects_are_read_in_the_order_of_their_names(git_repository: BuildGit):
    work = git_repository({f"{index}.txt": f"text {index}" for index in range(450)})
    with ObjectReader(work / ".git", 10) as reader:
        found = list(reader.read([f"HEAD:{index}.txt" for index in range(450)]))
    assert [item[1] for item in found if item] == [f"text {index}".encode() for index in range(450)]


def test_an_object_that_is_not_here_is_none(git_repository: BuildGit):
    work = git_repository({"a.txt": "text"})
    with ObjectReader(work / ".git", 10) as reader:
        assert [bool(item) for item in reader.read(["0" * 40, "HEAD:a.txt", "HEAD:\udcff"])] == [False, True, False]


def test_reading_has_its_time(fake_git):
    fake_git("sleep 30")
    with ObjectReader(Path("/x"), 0.1) as reader, pytest.raises(LimitError, match="Reading objects took longer"):
        list(reader.read(["HEAD"]))


def test_a_process_that_ends_early_is_an_error(fake_git):
    fake_git("read name; exit 1")
    with ObjectReader(Path("/x"), 10) as reader, pytest.raises(GitError, match="ended early"):
        list(reader.read(["HEAD", "HEAD"]))


def test_a_content_that_ends_early_is_an_error(fake_git):
    fake_git("read name; printf 'abc blob 100\\nshort'")
    with ObjectReader(Path("/x"), 10) as reader, pytest.raises(GitError, match="damaged"):
        list(reader.read(["HEAD"]))
