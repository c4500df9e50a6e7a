"""One state of a repository, read without touching it."""

from __future__ import annotations

import contextlib
import os
import subprocess
from pathlib import Path

import pytest

from analyzer.errors import LimitError, TargetError
from analyzer.files_on_disk import open_folder, open_worktree
from analyzer.limits import Limits
from analyzer.sides import commit_of
from analyzer.snapshot import EntryKind, Snapshot, common_dir, find_git_dir, nearest, open_git
from tests.conftest import BuildGit, commit_all, git, write_files

POINTER = "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n"
LIMITS = Limits()


def problems(snapshot: Snapshot) -> dict[str, str]:
    return {problem.where: problem.what for problem in snapshot.problems}


# -- commits -----------------------------------------------------------------------------------------------------


def test_a_commit_has_paths_sizes_and_a_date(git_repository: BuildGit):
    work = git_repository({"a.txt": "four", "src/run.sh": "#!/bin/sh\n"})
    (work / "src/run.sh").chmod(0o755)
    commit = commit_all(work)
    with open_git(work / ".git", "", LIMITS) as snapshot:
        assert snapshot.commit == commit
        assert snapshot.committed == "2026-01-02T03:04:05Z"
        assert list(snapshot.entries) == ["a.txt", "src/run.sh"]
        assert snapshot.entries["a.txt"].size == 4
        assert snapshot.entries["src/run.sh"].executable
        assert snapshot.read("a.txt") == b"four"
        assert snapshot.read("missing") is None


def test_what_was_read_stays_after_the_end(git_repository: BuildGit):
    snapshot = open_git(git_repository({"a.txt": "four"}) / ".git", "", LIMITS)
    snapshot.fetch(["a.txt"])
    snapshot.close()
    snapshot.close()
    assert snapshot.read("a.txt") == b"four"


@pytest.mark.parametrize("ref", ["dev/x", "v1", "full", "short", "refs/heads/dev/x", "HEAD"])
def test_a_ref_may_be_a_branch_a_tag_or_a_commit(git_repository: BuildGit, ref):
    work = git_repository({"a.txt": "1"})
    git(work, "branch", "dev/x")
    git(work, "tag", "-a", "-m", "one", "v1")
    commit = git(work, "rev-parse", "HEAD")
    name = {"full": commit, "short": commit[:8]}.get(ref, ref)
    with open_git(work / ".git", name, LIMITS) as snapshot:
        assert snapshot.commit == commit


@pytest.mark.parametrize("ref", ["HEAD", "HEAD~0", "@", "HEAD^{commit}"])
def test_head_is_that_of_this_repository_and_not_of_origin(git_repository: BuildGit, ref):
    work = git_repository({"a.txt": "1"})
    git(work, "update-ref", "refs/remotes/origin/HEAD", "HEAD")
    commit = commit_all(write_files(work, {"a.txt": "2"}))
    with open_git(work / ".git", ref, LIMITS) as snapshot:
        assert snapshot.commit == commit
    assert commit_of(work, ref) == commit


def test_a_branch_comes_before_a_tag_of_its_name(git_repository: BuildGit):
    work = git_repository({"a.txt": "1"})
    git(work, "tag", "same")
    commit = commit_all(write_files(work, {"a.txt": "2"}))
    git(work, "branch", "same")
    with open_git(work / ".git", "same", LIMITS) as snapshot:
        assert snapshot.commit == commit


def test_a_remote_branch_is_found_by_its_short_name(git_repository: BuildGit, tmp_path: Path):
    work = git_repository({"a.txt": "1"})
    git(work, "branch", "dev")
    git(tmp_path, "clone", "-q", str(work), "copy")
    with open_git(tmp_path / "copy" / ".git", "dev", LIMITS) as snapshot:
        assert snapshot.commit == git(work, "rev-parse", "dev")


def test_a_ref_that_does_not_exist_is_answered_with_the_nearest(git_repository: BuildGit):
    work = git_repository({"a.txt": "1"})
    git(work, "branch", "develop")
    with pytest.raises(TargetError) as caught:
        open_git(work / ".git", "develpo", LIMITS)
    assert caught.value.what == "There is no branch, tag or commit 'develpo'"
    assert caught.value.hint == "There is: develop."


def test_an_empty_repository_is_named_so(tmp_path: Path):
    git(tmp_path, "init", "-q")
    with pytest.raises(TargetError, match="is empty: it has no commit yet"):
        open_git(tmp_path / ".git", "", LIMITS)


def test_a_head_that_points_to_nothing_names_the_branches(git_repository: BuildGit):
    work = git_repository({"a.txt": "1"})
    git(work, "symbolic-ref", "HEAD", "refs/heads/gone")
    with pytest.raises(TargetError) as caught:
        open_git(work / ".git", "", LIMITS)
    assert caught.value.hint == "Name a branch with --ref: main."


def test_what_is_no_repository_is_an_error(tmp_path: Path):
    with pytest.raises(TargetError, match=r"cat-file ended early|could not be read"):
        open_git(tmp_path, "", LIMITS)


def test_a_damaged_tree_is_an_error_with_a_way_out(git_repository: BuildGit):
    work = git_repository({"a.txt": "1"})
    tree = git(work, "rev-parse", "HEAD^{tree}")
    (work / ".git/objects" / tree[:2] / tree[2:]).unlink()
    with pytest.raises(TargetError, match="could not be listed") as caught:
        open_git(work / ".git", "", LIMITS)
    assert "git fsck" in caught.value.hint


def test_a_blob_that_is_not_here_is_reported(git_repository: BuildGit):
    work = git_repository({"a.txt": "one", "b.txt": "two"})
    blob = git(work, "rev-parse", "HEAD:a.txt")
    (work / ".git/objects" / blob[:2] / blob[2:]).unlink()
    with open_git(work / ".git", "", LIMITS) as snapshot:
        snapshot.fetch(["a.txt", "b.txt"])
        assert problems(snapshot) == {"a.txt": "not read: its content is not in this copy of the repository"}
        assert snapshot.read("b.txt") == b"two"


def test_links_submodules_and_pointers_are_no_contents(git_repository: BuildGit):
    work = git_repository({"model.bin": POINTER})
    (work / "link").symlink_to("/etc/passwd")
    git(work, "add", "link")
    git(work, "update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},module")
    git(work, "commit", "-qm", "more")
    with open_git(work / ".git", "", LIMITS) as snapshot:
        assert snapshot.entries["link"].kind is EntryKind.SYMLINK
        assert snapshot.entries["module"].kind is EntryKind.SUBMODULE
        assert [snapshot.read(name) for name in ("link", "module", "model.bin")] == [None, None, None]
        assert "Git LFS pointer" in problems(snapshot)["model.bin"]
        assert "submodule" in problems(snapshot)["module"]


@pytest.mark.parametrize("filtered", [False, True])
def test_a_file_over_the_limit_is_not_read(git_repository: BuildGit, filtered):
    work = git_repository({"big.txt": "x" * 100, "small.txt": "x" * 10})
    limits = Limits(blob_bytes=10)
    with open_git(work / ".git", "", limits, filtered=filtered) as snapshot:
        assert snapshot.read("big.txt") is None
        assert snapshot.read("small.txt") == b"x" * 10
        assert problems(snapshot) == {"big.txt": "not read: larger than 10 bytes, the limit of one file"}


def test_all_text_together_is_bounded(git_repository: BuildGit):
    work = git_repository({"a.txt": "x" * 60, "b.txt": "y" * 60})
    with open_git(work / ".git", "", Limits(text_bytes=100)) as snapshot:
        assert snapshot.read("a.txt")
        with pytest.raises(LimitError, match="more than 100 bytes of text") as caught:
            snapshot.read("b.txt")
        assert caught.value.exit_code == 4


def test_the_number_of_files_is_bounded(git_repository: BuildGit):
    work = git_repository({f"{'long' * 40}{index}.txt": "x" for index in range(3)})
    open_git(work / ".git", "", Limits(files=3)).close()
    with pytest.raises(LimitError, match="has 3 files, over the limit of 2") as caught:
        open_git(work / ".git", "", Limits(files=2))
    assert "--max-files" in caught.value.hint


def test_a_listing_without_end_is_bounded(git_repository: BuildGit, monkeypatch):
    work = git_repository({f"{index}.txt": "x" for index in range(3)})
    monkeypatch.setattr("analyzer.snapshot.listing_bytes", lambda limits: 50)
    with pytest.raises(LimitError, match="more files than the limit"):
        open_git(work / ".git", "", LIMITS)


def test_paths_too_deep_or_too_long_are_reported(git_repository: BuildGit):
    work = git_repository({"a/b/c/d.txt": "x", "n" * 60: "x", "fine.txt": "x"})
    with open_git(work / ".git", "", Limits(path_depth=3, path_bytes=50)) as snapshot:
        assert list(snapshot.entries) == ["fine.txt"]
        assert len(snapshot.problems) == 2
        assert all("too deep or too long" in problem.what for problem in snapshot.problems)


def test_paths_that_are_no_utf8_are_kept(git_repository: BuildGit):
    work = git_repository({})
    (work / "caf\udce9.txt").write_bytes(b"latin")
    commit_all(work)
    with open_git(work / ".git", "", LIMITS) as snapshot:
        assert snapshot.read("caf\udce9.txt") == b"latin"


@pytest.mark.parametrize("line", ["committer T <t@e> 99999999999999999999 +0000", "committer T <t@e> x +0000"])
def test_a_date_that_cannot_be_is_left_out(git_repository: BuildGit, line):
    work = git_repository({"a.txt": "1"})
    text = f"tree {git(work, 'rev-parse', 'HEAD^{tree}')}\nauthor T <t@e> 1 +0000\n{line}\n\nm\n"
    made = subprocess.run(
        ["git", "hash-object", "-t", "commit", "-w", "--literally", "--stdin"],
        cwd=work, input=text.encode(), capture_output=True, check=True,
    )  # fmt: skip
    with open_git(work / ".git", made.stdout.decode().strip(), LIMITS) as snapshot:
        assert snapshot.committed == ""


# -- folders and work trees --------------------------------------------------------------------------------------


def test_a_plain_folder_is_read_without_links_and_git_folders(tmp_path: Path):
    write_files(tmp_path, {"a.txt": "one", "sub/b.txt": "two", ".git/config": "x", "sub/.git/config": "x"})
    (tmp_path / "out").symlink_to("/etc")
    (tmp_path / "file").symlink_to("/etc/passwd")
    os.mkfifo(tmp_path / "pipe")
    snapshot = open_folder(tmp_path, LIMITS)
    kinds = {path: entry.kind for path, entry in snapshot.entries.items()}
    assert list(kinds) == ["a.txt", "file", "out", "sub/b.txt"]
    assert kinds["out"] is kinds["file"] is EntryKind.SYMLINK
    assert snapshot.read("a.txt") == b"one"
    assert snapshot.read("file") is None
    assert snapshot.commit == ""


def test_a_file_that_becomes_a_link_is_not_followed(tmp_path: Path):
    write_files(tmp_path, {"a.txt": "one", "gone.txt": "x"})
    snapshot = open_folder(tmp_path, LIMITS)
    (tmp_path / "a.txt").unlink()
    (tmp_path / "a.txt").symlink_to("/etc/passwd")
    (tmp_path / "gone.txt").unlink()
    assert snapshot.read("a.txt") is None
    assert snapshot.read("gone.txt") is None
    assert set(problems(snapshot)) == {"a.txt", "gone.txt"}


def test_the_files_of_a_folder_are_bounded(tmp_path: Path):
    write_files(tmp_path, {"a.txt": "1", "b.txt": "2", "x/y/z.txt": "3"})
    with pytest.raises(LimitError, match="more files than the limit of 2"):
        open_folder(tmp_path, Limits(files=2))
    assert list(open_folder(tmp_path, Limits(path_depth=2)).entries) == ["a.txt", "b.txt"]


def test_a_work_tree_has_uncommitted_files_but_no_ignored_ones(git_repository: BuildGit):
    work = git_repository({"a.txt": "old", "gone.txt": "x", ".gitignore": "*.log\n"})
    write_files(work, {"a.txt": "new", "new.txt": "new", "x.log": "x"})
    (work / "gone.txt").unlink()
    snapshot = open_worktree(work, work / ".git", LIMITS)
    assert list(snapshot.entries) == [".gitignore", "a.txt", "new.txt"]
    assert snapshot.read("a.txt") == b"new"


def test_what_a_sparse_checkout_leaves_out_is_not_assessed(git_repository: BuildGit):
    work = git_repository({"a.txt": "1", "src/b.txt": "2", "src/c.txt": "3"})
    git(work, "sparse-checkout", "set", "--no-cone", "/a.txt", "/src/c.txt")
    (work / "src/c.txt").unlink()  # deleted, not left out
    snapshot = open_worktree(work, work / ".git", LIMITS)
    assert list(snapshot.entries) == ["a.txt", "src/b.txt"]
    assert snapshot.read("src/b.txt") is None
    assert "not in this copy" in problems(snapshot)["src/b.txt"]


def test_files_in_conflict_are_read_once(git_repository: BuildGit):
    work = git_repository({"a.txt": "1\n"})
    git(work, "checkout", "-q", "-b", "other")
    commit_all(write_files(work, {"a.txt": "2\n"}))
    git(work, "checkout", "-q", "main")
    commit_all(write_files(work, {"a.txt": "3\n"}))
    with contextlib.suppress(subprocess.CalledProcessError):
        git(work, "merge", "-q", "other")
    snapshot = open_worktree(work, work / ".git", LIMITS)
    assert list(snapshot.entries) == ["a.txt"]
    assert b"<<<<<<<" in (snapshot.read("a.txt") or b"")


def test_a_broken_work_tree_is_named_with_the_way_out(git_repository: BuildGit):
    work = git_repository({"a.txt": "1"})
    (work / ".git/HEAD").unlink()
    with pytest.raises(TargetError, match="could not be listed: fatal: not a git repository") as caught:
        open_worktree(work, work / ".git", LIMITS)
    assert "git fsck" in caught.value.hint
    with pytest.raises(TargetError, match="could not be read as a git repository") as caught:
        open_git(work / ".git", "", LIMITS)
    assert "--standalone" in caught.value.hint


def test_a_work_tree_is_not_left_through_a_link(git_repository: BuildGit, tmp_path: Path):
    work = git_repository({"data/secret.txt": "mine"})
    write_files(tmp_path, {"outside/secret.txt": "theirs"})
    (work / "data/secret.txt").unlink()
    (work / "data").rmdir()
    (work / "data").symlink_to(tmp_path / "outside")
    snapshot = open_worktree(work, work / ".git", LIMITS)
    assert "data/secret.txt" not in snapshot.entries


def test_repositories_within_a_work_tree_are_reported(git_repository: BuildGit):
    work = git_repository({"a.txt": "1"})
    inner = work / "inner"
    inner.mkdir()
    git(inner, "init", "-q", "-b", "main")
    commit_all(write_files(inner, {"b.txt": "2"}))
    git(work, "-c", "advice.addEmbeddedRepo=false", "add", "inner")
    for _ in range(2):  # as a submodule of the index, then as an unknown folder
        snapshot = open_worktree(work, work / ".git", LIMITS)
        assert "submodule" in problems(snapshot)["inner"]
        git(work, "rm", "-q", "-f", "--cached", "--ignore-unmatch", "inner")


# -- where a repository is ---------------------------------------------------------------------------------------


def test_the_git_directory_is_found_from_below(git_repository: BuildGit, tmp_path: Path):
    work = git_repository({"src/a.txt": "1"})
    git(tmp_path, "clone", "-q", "--bare", str(work), "bare.git")
    git(work, "worktree", "add", "-q", str(tmp_path / "linked"))
    bare = (tmp_path / "bare.git").resolve()
    assert find_git_dir(work / "src") == (work.resolve() / ".git", work.resolve())
    assert find_git_dir(bare / "no/such/folder") == (bare, bare)
    assert find_git_dir(tmp_path / "linked") == (tmp_path.resolve() / "linked/.git", tmp_path.resolve() / "linked")


def test_a_folder_outside_belongs_to_none(tmp_path: Path):
    assert find_git_dir(tmp_path) is None


def test_a_linked_work_tree_shares_its_git_directory(git_repository: BuildGit, tmp_path: Path):
    work = git_repository({"a.txt": "1"})
    git(work, "worktree", "add", "-q", str(tmp_path / "linked"))
    assert common_dir(tmp_path / "linked" / ".git") == work.resolve() / ".git"
    assert common_dir(work / ".git") == work / ".git"
    (tmp_path / "broken").write_bytes(b"gitdir: \0")
    assert common_dir(tmp_path / "broken")


def test_nearest_names():
    assert nearest("mian", ["main", "dev"]) == "There is: main."
    assert nearest("zzz", ["b", "a"]) == "There is: a, b."
    assert nearest("x", []) == ""
