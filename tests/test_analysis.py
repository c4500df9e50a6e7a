"""From a target on this machine to a report; remote targets are in test_acquire.py."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

import analyzer
from analyzer import Options, analyze, analyze_many
from analyzer.errors import LimitError, TargetError, UsageError
from analyzer.limits import Limits
from analyzer.report import Report
from tests.conftest import FIXTURES, BuildGit, commit_all, git, write_files

FILES = {
    "README.md": "# Shop\n",
    "project/README.md": "# Project\n",
    "project/src/train.py": "from sklearn.svm import SVC\n\nSVC().fit([[1]], [1])\n",
}


def evidence(report: Report, criterion: str) -> list[str]:
    return [
        f"{found.path}:{found.line}"
        for item in report.scorecard.criteria
        if item.criterion.id == criterion
        for found in item.decision.evidence
    ]


@pytest.fixture
def work(git_repository: BuildGit) -> Path:
    return git_repository(FILES, "shop")


# -- every form of a local target --------------------------------------------------------------------------------


def test_a_work_tree_is_read_at_its_commit(work: Path):
    (work / "project/src/train.py").write_text("")
    report = analyze(str(work))
    assert report.target.commit == git(work, "rev-parse", "HEAD")
    assert report.target.name == "shop"
    assert evidence(report, "e2e.training") == ["project/src/train.py:3"]


def test_worktree_reads_what_is_not_committed(work: Path):
    (work / "project/src/train.py").write_text("print()\n")
    report = analyze(str(work), Options(worktree=True))
    assert report.target.commit == ""
    assert evidence(report, "e2e.training") == []


def test_a_bare_repository_is_read(work: Path, tmp_path: Path):
    git(tmp_path, "clone", "-q", "--bare", str(work), "bare/shop.git")
    report = analyze(str(tmp_path / "bare/shop.git"))
    assert (report.target.name, report.target.commit) == ("shop", git(work, "rev-parse", "HEAD"))


def test_the_git_directory_of_a_work_tree_is_read_as_bare(work: Path):
    assert analyze(str(work / ".git")).target.name == "shop"


@pytest.mark.parametrize("given", ["path", "option", "both"])
def test_a_subfolder_of_a_work_tree_is_judged_alone(work: Path, given):
    target, subdir = {"path": ("project/src", ""), "option": ("", "project/src"), "both": ("project", "src")}[given]
    report = analyze(str(work / target), Options(subdir=subdir))
    assert report.target.subdir == "project/src"
    assert evidence(report, "e2e.training") == ["project/src/train.py:3"]


@pytest.mark.parametrize("given", ["path", "option"])
def test_a_subfolder_of_a_bare_repository_is_judged_alone(work: Path, tmp_path: Path, given):
    git(tmp_path, "clone", "-q", "--bare", str(work), "bare.git")
    target, subdir = ("bare.git/project", "") if given == "path" else ("bare.git", "project")
    assert analyze(str(tmp_path / target), Options(subdir=subdir)).target.subdir == "project"


def test_a_relative_path_into_a_bare_repository_is_understood(work: Path, tmp_path: Path, monkeypatch):
    git(tmp_path, "clone", "-q", "--bare", str(work), "bare.git")
    monkeypatch.chdir(tmp_path)
    assert analyze("bare.git/project").target.subdir == "project"


def test_a_folder_that_only_another_ref_has_is_found(work: Path):
    git(work, "tag", "before")
    git(work, "rm", "-rq", "project")
    commit_all(work)
    assert analyze(str(work / "project"), Options(ref="before")).target.subdir == "project"


def test_a_subfolder_given_by_a_file_is_its_folder(work: Path):
    assert analyze(str(work), Options(subdir="project/src/train.py")).target.subdir == "project/src"


def test_a_subfolder_may_be_written_as_in_an_address(git_repository: BuildGit):
    work = git_repository({"my project/a.py": "import os\n", "a%20b/c.py": "import os\n"})
    assert analyze(str(work), Options(subdir="my%20project")).target.subdir == "my project"
    assert analyze(str(work), Options(subdir="a%20b")).target.subdir == "a%20b"


def test_a_plain_folder_is_read(tmp_path: Path):
    report = analyze(str(write_files(tmp_path / "plain", FILES)), Options(subdir="project"))
    assert (report.target.name, report.target.commit) == ("plain (project)", "")


def test_a_folder_within_a_repository_may_stand_alone(work: Path):
    report = analyze(str(work / "project"), Options(standalone=True))
    assert (report.target.name, report.target.subdir, report.target.commit) == ("project", "", "")


def test_a_linked_work_tree_is_read_with_its_own_head(work: Path, tmp_path: Path):
    git(work, "worktree", "add", "-q", "-b", "dev", str(tmp_path / "linked"))
    git(work, "remote", "add", "origin", "https://github.com/o/shop.git")
    commit = commit_all(write_files(tmp_path / "linked", {"new.txt": "x"}))
    report = analyze(str(tmp_path / "linked"))
    assert (report.target.commit, report.target.name) == (commit, "o/shop")


def test_a_folder_without_files_has_a_report(tmp_path: Path):
    report = analyze(str(tmp_path))
    assert (report.files, report.scorecard.score) == (0, 0)


def test_a_ref_is_read(work: Path):
    first = git(work, "rev-parse", "HEAD")
    git(work, "tag", "v1")
    commit_all(write_files(work, {"new.txt": "x"}))
    assert analyze(str(work), Options(ref="v1")).target.commit == first


# -- the name and the links --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "origin",
    [
        "https://github.com/o/r.git",
        "git@github.com:o/r.git",
        "ssh://git@github.com/o/r",
        "https://token:x-oauth-basic@github.com/o/r.git",
    ],
)
def test_a_repository_is_named_by_its_origin_and_linked_where_it_was_pushed(work: Path, origin):
    git(work, "remote", "add", "origin", origin)
    unpushed = analyze(str(work)).target
    assert (unpushed.name, unpushed.url) == ("o/r", "")
    git(work, "update-ref", "refs/remotes/origin/main", "HEAD")
    target = analyze(str(work)).target
    assert (target.input, target.url) == ("o/r", "https://github.com/o/r")
    assert target.link("a b.py", 2, 3) == f"https://github.com/o/r/blob/{target.commit}/a%20b.py#L2-L3"
    commit_all(write_files(work, {"new.txt": "x"}))
    assert analyze(str(work)).target.url == ""


def test_a_bare_clone_is_linked_like_a_work_tree(work: Path, tmp_path: Path):
    git(tmp_path, "clone", "-q", "--bare", str(work), "copy.git")
    git(tmp_path / "copy.git", "remote", "set-url", "origin", "https://github.com/o/r")
    assert analyze(str(tmp_path / "copy.git")).target.url == "https://github.com/o/r"


@pytest.mark.parametrize("origin", ["/srv/git/r.git", "https://git.example.org/o/r", "https://github.com/o"])
def test_an_origin_elsewhere_names_nothing(work: Path, origin):
    git(work, "remote", "add", "origin", origin)
    target = analyze(str(work)).target
    assert (target.name, target.owner, target.url) == ("shop", "", "")


def test_a_configuration_that_cannot_be_read_names_nothing(work: Path):
    from analyzer.analysis import with_origin

    described = analyze(str(work)).target
    assert with_origin(described, work / "gone", described.commit, Options()) == described


# -- what goes wrong ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("target", "options", "error", "cause", "hint"),
    [
        ("README.md", {}, TargetError, "is a file", "Give the folder"),
        ("nowhere", {}, TargetError, "There is no folder 'nowhere'", "project"),
        ("projcet", {}, TargetError, "There is no folder 'projcet'", "There is: project"),
        (".", {"subdir": "project/scr"}, TargetError, "no folder 'project/scr'", "project/src"),
        (".", {"subdir": "../x"}, UsageError, "leaves the repository", "relative to its root"),
        (".", {"subdir": "%2e%2e"}, UsageError, "leaves the repository", "relative to its root"),
        (".", {"ref": "mian"}, TargetError, "no branch, tag or commit 'mian'", "main"),
        (".", {"ref": "-x"}, UsageError, "not a valid branch", "as git shows it"),
        (".", {"worktree": True, "ref": "main"}, UsageError, "files that no ref has", "Leave out"),
        (".git", {"worktree": True}, UsageError, "has no work tree", "Leave out --worktree"),
        (".", {"limits": Limits(files=1)}, LimitError, "over the limit of 1", "--max-files"),
        (".", {"limits": Limits(text_bytes=5)}, LimitError, "more than 5 bytes of text", "--subdir"),
    ],
)
def test_errors_name_cause_and_way_out(work: Path, target, options, error, cause, hint):
    with pytest.raises(error) as caught:
        analyze(str(work / target), Options(**options))
    assert cause in caught.value.what
    assert hint in caught.value.hint


def test_a_path_that_is_not_there_is_answered_with_its_neighbours(tmp_path: Path):
    (tmp_path / "portfolio").mkdir()
    with pytest.raises(TargetError) as caught:
        analyze(str(tmp_path / "portfolo"))
    assert caught.value.hint == "Check the path. There is: portfolio."
    with pytest.raises(TargetError, match="Check the path"):
        analyze(str(tmp_path / "no/such"))


def test_a_pipe_is_no_folder(tmp_path: Path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(TargetError, match="is no folder"):
        analyze(str(tmp_path / "pipe"))


def test_a_plain_folder_has_no_refs(tmp_path: Path):
    with pytest.raises(UsageError, match="is no git repository, so it has no ref 'main'"):
        analyze(str(tmp_path), Options(ref="main"))


def test_an_empty_repository_is_named_so(tmp_path: Path):
    git(tmp_path, "init", "-q")
    with pytest.raises(TargetError, match="is empty: it has no commit yet") as caught:
        analyze(str(tmp_path))
    assert "--worktree" in caught.value.hint
    assert analyze(str(tmp_path), Options(worktree=True)).files == 0


def test_a_remote_target_needs_the_network():
    with pytest.raises(TargetError, match="o/r is not on this machine") as caught:
        analyze("o/r", Options(offline=True))
    assert "--offline" in caught.value.hint


@pytest.mark.parametrize("options", [Options(worktree=True), Options(standalone=True)])
def test_options_for_folders_are_refused_for_remote_targets(options):
    with pytest.raises(UsageError, match="for folders on this machine"):
        analyze("o/r", options)


# -- a hostile repository on this machine ------------------------------------------------------------------------


@pytest.mark.parametrize("worktree", [False, True])
def test_nothing_of_a_local_repository_is_executed(git_repository: BuildGit, tmp_path: Path, worktree):
    mark = tmp_path / "mark"
    work = git_repository(
        {"README.md": "# Work\n", "data.txt": "text\n", ".gitattributes": "* filter=evil diff=evil\n"}
    )
    plain = analyze(str(work), Options(worktree=worktree))
    hooks = tmp_path / "hooks"
    for name in ("post-checkout", "post-index-change", "reference-transaction", "fsmonitor-watchman", "pre-auto-gc"):
        for folder in (hooks, work / ".git/hooks"):
            write_files(folder, {name: f"#!/bin/sh\ntouch {mark}\n"})
            (folder / name).chmod(0o755)
    write_files(work, {".git/evil": f"[core]\n\tfsmonitor = touch {mark}\n\tpager = touch {mark}\n"})
    config = work / ".git/config"
    config.write_text(
        config.read_text()
        + f"""
[core]
    fsmonitor = touch {mark}; false
    hooksPath = {hooks}
    pager = touch {mark}
    sshCommand = touch {mark}
    gitProxy = touch {mark}
    askPass = touch {mark}
    editor = touch {mark}
    alternateRefsCommand = touch {mark}
    attributesFile = {work}/.gitattributes
[filter "evil"]
    clean = touch {mark}
    smudge = touch {mark}
    process = touch {mark}
    required = true
[diff "evil"]
    textconv = touch {mark}
    command = touch {mark}
[include]
    path = evil
[credential]
    helper = !touch {mark}
[alias]
    ls-tree = !touch {mark}
    cat-file = !touch {mark}
[gpg]
    program = touch {mark}
[uploadpack]
    packObjectsHook = touch {mark}
[pager]
    ls-tree = touch {mark}
    for-each-ref = touch {mark}
[extensions]
    partialClone = origin
[remote "origin"]
    url = ext::sh -c "touch% {mark}"
    promisor = true
    vcs = evil
    uploadpack = touch {mark}
"""
    )
    blob = git(work, "-c", "core.fsmonitor=false", "rev-parse", "HEAD:data.txt")
    (work / ".git/objects" / blob[:2] / blob[2:]).unlink()  # git would ask the promisor for it
    mark.unlink(missing_ok=True)
    report = analyze(str(work), Options(worktree=worktree))
    assert not mark.exists()
    assert report.scorecard == plain.scorecard
    # The same configuration does act on git itself, so the test is none of nothing.
    subprocess.run(["git", "status"], cwd=work, capture_output=True, check=False)
    assert mark.exists()


def test_alternates_are_objects_and_run_nothing(work: Path, tmp_path: Path):
    git(tmp_path, "clone", "-q", "--shared", "--bare", str(work), "shared.git")
    assert (tmp_path / "shared.git/objects/info/alternates").exists()
    assert analyze(str(tmp_path / "shared.git")).target.commit == git(work, "rev-parse", "HEAD")


def test_a_partial_clone_is_read_without_the_network(work: Path, tmp_path: Path):
    git(work, "config", "uploadpack.allowFilter", "true")
    git(tmp_path, "clone", "-q", "--bare", "--filter=blob:none", f"file://{work}", "partial.git")
    report = analyze(str(tmp_path / "partial.git"))
    assert {item.what for item in report.problems} == {"not read: its content is not in this copy of the repository"}
    assert {item.where for item in report.problems} >= set(FILES)
    statuses = {item.criterion.id: item.decision.status.value for item in report.scorecard.criteria}
    assert statuses["e2e.training"] == "unknown"
    assert report.scorecard.assessed < 1


# -- many --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("jobs", [1, 2])
def test_one_target_may_fail_the_others_go_on(work: Path, tmp_path: Path, jobs):
    targets = [str(work), str(tmp_path / "gone"), str(work / "project")]
    results = list(analyze_many(targets, jobs=jobs))
    assert [result.target for result in results] == targets
    assert [result.report is not None for result in results] == [True, False, True]
    error = results[1].error
    assert error
    assert "There is no folder" in error.what
    assert error.hint.startswith("Check the path.")


def test_an_unforeseen_error_costs_one_target(work: Path, monkeypatch):
    def fail(*_: object) -> Report:
        raise ZeroDivisionError("by chance")

    monkeypatch.setattr("analyzer.analysis.analyze", fail)
    (result,) = analyze_many([str(work)])
    assert result.error
    assert "ZeroDivisionError: by chance" in result.error.what


def test_the_public_names_are_imported_when_they_are_used():
    assert {name for name in analyzer.__all__ if getattr(analyzer, name)} == set(analyzer.__all__)
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        _ = analyzer.nothing


def test_the_fixture_repositories_are_found():
    assert len(list(FIXTURES.iterdir())) >= 14
