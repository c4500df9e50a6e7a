"""The history behind a commit, read from git objects."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from analyzer.artifacts.markdown import parse_markdown
from analyzer.files_on_disk import open_folder
from analyzer.fingerprints import fingerprint
from analyzer.history import History, _parse, read_history
from analyzer.limits import Limits
from analyzer.queries.stated import statements
from analyzer.snapshot import open_git
from tests.conftest import BuildGit, commit_all, git, write_files


def history(folder: Path) -> History:
    with open_git(folder / ".git", "", Limits()) as snapshot:
        found = read_history(snapshot)
    assert found
    return found


def test_commits_come_newest_first_with_what_they_add(git_repository: BuildGit):
    folder = git_repository({"a.py": "a = 1\n"})
    write_files(folder, {"a.py": "a = 2\n", "sub/b.py": "b = 1\n"})
    commit_all(folder, "more")

    found = history(folder)

    assert [commit.added for commit in found.commits] == [("sub/b.py",), ("a.py",)]
    assert [commit.day for commit in found.commits] == ["2026-01-02", "2026-01-02"]
    assert found.complete


def test_merges_add_nothing_themselves(git_repository: BuildGit):
    folder = git_repository({"a.py": "a = 1\n"})
    git(folder, "checkout", "-q", "-b", "side")
    write_files(folder, {"b.py": "b = 1\n"})
    commit_all(folder, "side")
    git(folder, "checkout", "-q", "main")
    write_files(folder, {"c.py": "c = 1\n"})
    commit_all(folder, "main")
    git(folder, "merge", "-q", "--no-ff", "-m", "merge", "side")

    assert {commit.parents: commit.added for commit in history(folder).commits}[2] == ()


def test_file_names_of_any_kind_are_read(git_repository: BuildGit):
    folder = git_repository({"tab\there\nand there.py": "a = 1\n"})

    assert history(folder).commits[0].added == ("tab\there\nand there.py",)


def test_configuration_of_the_repository_starts_nothing(git_repository: BuildGit, tmp_path: Path):
    folder = git_repository({"a.py": "a = 1\n"})
    trap = tmp_path / "started"
    for key in ("diff.external", "core.pager", "gpg.program", "core.fsmonitor"):
        git(folder, "config", key, f"touch {trap}; true")
    git(folder, "config", "log.showSignature", "true")

    assert len(history(folder).commits) == 1
    assert not trap.exists()


def test_a_linked_work_tree_has_the_same_history(git_repository: BuildGit, tmp_path: Path):
    folder = git_repository({"a.py": "a = 1\n"})
    git(folder, "worktree", "add", "-q", str(tmp_path / "linked"))

    assert history(tmp_path / "linked") == history(folder)


def test_a_folder_has_none(tmp_path: Path):
    assert read_history(open_folder(write_files(tmp_path, {"a.py": "a = 1\n"}), Limits())) is None


@given(st.binary(max_size=400))
def test_any_bytes_are_read_without_an_exception(content: bytes):
    list(_parse(content))
    fingerprint(content)


@given(st.text(alphabet="0123456789.,-%$ |accurymsRMSE\n~from to by reduced", max_size=200))
def test_any_line_is_read_without_an_exception(text: str):
    for item in statements(parse_markdown("README.md", f"# Results\n\n{text}\n")):
        assert item.shown
        assert isinstance(item.value, float)
