"""``folioscope compare``: what was gained and lost between two commits, folders or reports."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from analyzer.cli import main
from analyzer.compare import Comparison, compare_documents
from analyzer.errors import UsageError
from analyzer.reporters.comparison import render_comparison
from analyzer.reporters.json_report import as_document
from tests.conftest import FIXTURES, BuildGit, commit_all, git, write_files
from tests.support import criterion, decision, report, rubric

RUBRIC = rubric(criterion("a.x", 3), criterion("a.y", 2), criterion("b.z", 5))
TRAIN = "from sklearn.svm import SVC\nSVC().fit([[1]], [1])\n"
WORKFLOW = "on: push\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - run: pytest\n"
TESTS = "from train import double\n\n\ndef test_a():\n    assert double(1) == 2\n\n\ndef test_b():\n    assert double(2) == 4\n"


def documents(*sides: tuple[str, ...]) -> list[dict[str, Any]]:
    """``("a.x met a.py:3", ...)`` for each side."""
    return [as_document(report(RUBRIC, *(decision(*words.split()) for words in side))) for side in sides]


def compared(base: tuple[str, ...], head: tuple[str, ...]) -> Comparison:
    first, second = documents(base, head)
    return compare_documents(first, second, ("before", "now"))


def test_criteria_are_gained_and_lost():
    found = compared(
        ("a.x met m.py:1", "a.y missing", "b.z partial z.py:1"), ("a.x missing", "a.y partial y.py:4", "b.z met z.py:1")
    )
    assert [(item.criterion, item.before, item.after, item.points) for item in found.gained] == [
        ("a.y", "missing", "partial", 1),
        ("b.z", "partial", "met", 2.5),
    ]
    assert [(item.criterion, item.points, item.path, item.line) for item in found.lost] == [("a.x", -3, "m.py", 1)]
    assert found.regression


def test_the_score_alone_may_rise_and_a_lost_criterion_is_still_worse():
    found = compared(("a.x met m.py:1", "a.y missing", "b.z missing"), ("a.x missing", "a.y missing", "b.z met z.py:1"))
    assert (found.difference, found.regression) == (20, True)


def test_what_was_not_assessed_is_neither_gained_nor_lost():
    found = compared(
        ("a.x met m.py:1", "a.y met y.py:1", "b.z missing"), ("a.x met m.py:1", "a.y unknown", "b.z missing")
    )
    assert (found.gained, found.lost) == ((), ())
    assert [item.criterion for item in found.unseen] == ["a.y"]
    assert found.notes == (
        "100% and 80% of the points could be assessed; what was not looked at is neither gained nor lost.",
    )


def test_evidence_is_known_by_rule_path_and_content_not_by_its_line():
    base, head = documents(("a.x met m.py:3",), ("a.x met m.py:3",))
    head["criteria"][0]["evidence"][0] |= {"line": 40, "end_line": 40, "snippet": "line  3 of\tm.py"}
    found = compare_documents(base, head, ("before", "now"))
    assert [(item.path, item.before, item.after) for item in found.moved] == [("m.py", 3, 40)]
    assert (found.appeared, found.vanished) == ((), ())
    head["criteria"][0]["evidence"][0]["path"] = "n.py"
    found = compare_documents(base, head, ("before", "now"))
    assert found.moved == ()
    assert [item.path for item in (*found.vanished, *found.appeared)] == ["m.py", "n.py"]


def test_the_same_line_twice_is_two_places():
    base, head = documents(("a.x met m.py:3",), ("a.x met m.py:3",))
    first = base["criteria"][0]["evidence"][0]
    head["criteria"][0]["evidence"] = [first, {**first, "line": 9, "end_line": 9}]
    found = compare_documents(base, head, ("before", "now"))
    assert (found.moved, [item.line for item in found.appeared]) == ((), [9])


def test_scores_of_two_rubrics_are_not_compared_and_statuses_are():
    base, head = documents(("a.x met m.py:1", "b.z met z.py:1"), ("a.x met m.py:1", "b.z met z.py:1"))
    head["rubric"]["sha256"], head["score"] = "1" * 64, 10
    found = compare_documents(base, head, ("before", "now"))
    assert not found.regression
    assert found.notes[0].startswith("The rubrics differ")


def test_no_difference_is_shown_between_two_rubrics():
    base, head = documents(("a.x met m.py:1",), ("a.x met m.py:1",))
    head["rubric"]["sha256"], head["score"] = "1" * 64, 10
    found = compare_documents(base, head, ("before", "now"))
    assert json.loads(render_comparison(found, "json"))["difference"] is None
    for form in ("text", "markdown"):
        assert "by two rubrics" in render_comparison(found, form)


@pytest.mark.parametrize("score", [10**400, 101, -1])
def test_a_score_that_is_none_is_refused(score):
    base, head = documents(("a.x met m.py:1",), ("a.x met m.py:1",))
    head["score"] = score
    with pytest.raises(UsageError, match="not both reports"):
        compare_documents(base, head, ("before", "now"))


def test_what_the_owner_says_does_not_apply_any_more_is_lost():
    base, head = documents(("a.x met m.py:1", "a.y missing"), ("a.x unknown", "a.y unknown"))
    said = [{"criterion": name, "reason": "r", "line": 1, "refused": ""} for name in ("a.x", "a.y")]
    head["configuration"] = {"annotations": said}
    found = compare_documents(base, head, ("before", "now"))
    assert [(item.criterion, item.points) for item in found.lost] == [("a.x", -3)]
    assert [item.criterion for item in found.unseen] == ["a.y"]  # it never had any points
    assert found.regression
    base["configuration"] = head["configuration"]
    assert compare_documents(base, head, ("before", "now")).lost == ()


def test_criteria_of_one_rubric_alone_are_told_apart():
    base, head = documents(("a.x met m.py:1",), ("a.x met m.py:1",))
    extra = copy.deepcopy(head["criteria"][0]) | {"id": "c.new"}
    head["criteria"].append(extra)
    found = compare_documents(base, head, ("before", "now"))
    assert [(item.criterion, item.before, item.after) for item in found.unseen] == [("c.new", "", "met")]
    for form in ("text", "markdown"):
        assert "not in the rubric to met" in render_comparison(found, form)


def test_text_of_a_repository_is_plain_in_markdown_and_text():
    base, head = documents(("a.x missing",), ("a.x met m.py:1",))
    head["criteria"][0]["summary"] = "@everyone <b>|\x1b[31m"
    found = compare_documents(base, head, ("before", "now"))
    assert "@\u200beveryone \\<b\\>\\|\\\\x1b" in render_comparison(found, "markdown")
    assert "\x1b" not in render_comparison(found, "text")


# -- the command -------------------------------------------------------------------------------------------------


@pytest.fixture
def work(git_repository: BuildGit, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository whose main branch runs its tests, and whose branch ``worse`` does not."""
    folder = git_repository({
        "train.py": f"{TRAIN}\n\ndef double(x):\n    return 2 * x\n",
        "test_train.py": TESTS,
        ".github/workflows/ci.yml": WORKFLOW,
    })  # fmt: skip
    git(folder, "checkout", "-q", "-b", "worse")
    write_files(folder, {".github/workflows/ci.yml": WORKFLOW.replace("pytest", "echo"), "test_train.py": f"\n{TESTS}"})
    commit_all(folder)
    monkeypatch.chdir(folder)
    return folder


def test_refs_of_the_repository_here(work, capsys):
    assert main(["compare", "main", "worse", "--format", "json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert "ci.tests" in [item["criterion"] for item in said["criteria"]["lost"]]
    assert {(item["before"], item["after"]) for item in said["evidence"]["moved"]} == {(4, 5), (8, 9)}
    assert said["regression"] is True


def test_fail_on_regression_exits_with_1(work, capsys):
    assert main(["compare", "main", "--fail-on-regression"]) == 1
    assert "worse than main" in capsys.readouterr().err
    assert main(["compare", "worse", "main", "--fail-on-regression"]) == 0
    assert "Gained" in capsys.readouterr().out


def test_refs_of_another_repository_and_older_commits(work, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["compare", "HEAD~1", "worse", "--repo", str(work), "--format", "markdown"]) == 0
    assert "**Lost**" in capsys.readouterr().out


def test_kept_reports_and_paths(work, tmp_path, capsys):
    kept = tmp_path / "main.json"
    main(["analyze", str(work), "--ref", "main", "--format", "json", "--output", str(kept)])
    assert main(["compare", str(kept), ".", "--output", str(tmp_path / "said.md"), "--format", "markdown"]) == 0
    assert "CI runs the tests" in (tmp_path / "said.md").read_text("utf-8")
    assert main(["compare", str(kept), str(kept), "--fail-on-regression"]) == 0
    assert "No criterion changed." in capsys.readouterr().out


def test_folders_of_their_own(capsys):
    names = [str(FIXTURES / name) for name in ("notebook-only", "exemplary")]
    assert main(["compare", *names, "--standalone", "--fail-on-regression"]) == 0
    assert main(["compare", *reversed(names), "--standalone", "--fail-on-regression"]) == 1
    capsys.readouterr()


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("nowhere", None, "neither a report, nor a ref"),
        ("a.json", "{", "is no JSON"),
        ("a.json", "[]", "is JSON, but no report"),
        (
            "a.json",
            '{"schema_version": 2, "criteria": []}',
            "is a report of version 2; this folioscope reads version 1",
        ),
        ("a.json", '{"schema_version": "two", "criteria": []}', "is a report of an unknown version"),
        ("a.json", '{"schema_version": 1, "criteria": [{}]}', "not both reports"),
        ("a.json", '{"schema_version": 1, "criteria": [], "score": NaN}', "NaN is no number"),
        ("--x", None, ""),
    ],
)
def test_what_is_no_side_is_said(work, capsys, name, text, said):
    if text is not None:
        Path(name).write_text(text)
    if name.startswith("-"):
        with pytest.raises(SystemExit):
            main(["compare", name])
        return
    assert main(["compare", name]) in (2, 3)
    assert said in capsys.readouterr().err


def test_a_report_that_was_judged_takes_no_rubric(work, tmp_path, capsys):
    kept = tmp_path / "kept.json"
    main(["analyze", str(work), "--ref", "main", "--format", "json", "--output", str(kept)])
    assert main(["compare", str(kept), "worse", "--rubric", "startup"]) == 2
    assert "judged already" in capsys.readouterr().err


def test_where_there_is_no_ref_the_reason_is_said(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["compare", "main", "--repo", "nowhere"]) == 2
    assert "There is no folder nowhere" in capsys.readouterr().err
    assert main(["compare", "main"]) == 3
    assert "is in no git repository" in capsys.readouterr().err
    git(tmp_path, "init", "-q")
    assert main(["compare", "main"]) == 3
    assert "has no commit yet" in capsys.readouterr().err
    assert main(["compare"]) == 2
    assert "There is no BASE" in capsys.readouterr().err


def test_before_a_push_the_base_is_what_the_remote_has(work, tmp_path, monkeypatch, capsys):
    asked = ["compare", "--before-push", "--fail-on-regression"]
    assert main(asked) == 0
    assert "nothing to compare with" in capsys.readouterr().err
    monkeypatch.setenv("PRE_COMMIT_FROM_REF", git(work, "rev-parse", "main"))
    monkeypatch.setenv("PRE_COMMIT_TO_REF", git(work, "rev-parse", "worse"))
    assert main(asked) == 1
    monkeypatch.setenv("PRE_COMMIT_TO_REF", git(work, "rev-parse", "main"))
    assert main(asked) == 0
    assert main(["compare", "main", "--before-push"]) == 2
    capsys.readouterr()


def test_with_config_both_sides_are_judged_as_their_owner_wants(work, capsys):
    write_files(work, {".folioscope.yaml": "rubric: startup\nleave-out: [test_train.py]\n"})
    commit_all(work)
    assert main(["compare", "worse~1", "--with-config", "--format", "json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["same_rubric"], said["head"]["rubric"].split()[0]) == (False, "startup")


# -- the check ---------------------------------------------------------------------------------------------------


def test_a_base_that_cannot_be_judged_fails_where_a_regression_would(git_repository: BuildGit, monkeypatch, capsys):
    work = git_repository({"train.py": TRAIN, ".folioscope.yaml": "fail_under: 50\n"})
    write_files(work, {".folioscope.yaml": "fail-under: 0\n"})
    commit_all(work)
    monkeypatch.chdir(work)
    assert main(["ci", "--base", "HEAD~1"]) == 0
    assert "note: Not compared with HEAD~1: .folioscope.yaml" in capsys.readouterr().out
    assert main(["ci", "--base", "HEAD~1", "--fail-on-regression"]) == 3
    assert "HEAD~1, with which to compare, cannot be judged: .folioscope.yaml" in capsys.readouterr().err


def test_reports_of_the_check_are_no_documents_of_the_repository(git_repository: BuildGit, monkeypatch, capsys):
    work = git_repository({"train.py": TRAIN})
    monkeypatch.chdir(work)
    assert main(["ci"]) == 0
    assert git(work, "status", "--porcelain") == ""
    git(work, "add", "--force", "folioscope-reports")
    commit_all(work)
    before = capsys.readouterr().out.splitlines()[-1]
    assert main(["ci"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == before
