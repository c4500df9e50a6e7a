"""What an owner's word does to a report: never more than the rest earns, and nothing in secret."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from analyzer import Options, Report, analyze
from analyzer.annotations import MOST_SHARE, AppliedAnnotation, excuse, weaker
from analyzer.cli import main
from analyzer.configuration import Annotation, Configuration
from analyzer.engine import Decision
from analyzer.errors import ConfigurationError, UsageError
from analyzer.findings import Status
from analyzer.reporters.html import render_html
from analyzer.reporters.json_report import as_document, from_document
from analyzer.reporters.markdown import render_markdown
from analyzer.reporters.text import render_text
from analyzer.scorer import score
from tests.conftest import BuildGit, commit_all, git, write_files
from tests.support import criterion, decision, rubric

REASON = "Scoring is a nightly job on one machine."
TEN = rubric(*(criterion(f"a.{name}", points=1) for name in "bcdefghijk"), criterion("x.bonus", points=5, bonus=True))
PROJECT = {
    "train.py": "import mlflow\nmlflow.log_metric('rmse', 1.2)\n",
    "broken.py": "def train(:\n",
    "README.md": "# Parking spaces\nPredicts how many spaces of the car park are free.\n",
}


def said(*criteria: str) -> Configuration:
    entries = tuple(Annotation(name, REASON, line) for line, name in enumerate(criteria, 1))
    return Configuration(".folioscope.yaml", not_applicable=entries)


def test_what_does_not_apply_leaves_the_possible_points() -> None:
    decisions = [decision("a.b", "met", "x:1"), *(decision(f"a.{name}", "missing") for name in "cdefghijk")]
    excused, applied = excuse(decisions, said("a.c"), TEN)
    assert applied == (AppliedAnnotation("a.c", REASON, 1),)
    assert excused[1].summary == f"does not apply, by the owner's word (.folioscope.yaml:1): {REASON}"
    assert (score(decisions, TEN).score, score(excused, TEN).score) == (10.0, 11.1)
    assert score(excused, TEN).assessed == 1.0


@pytest.mark.parametrize(
    ("name", "status", "why"),
    [
        ("a.b", "met", "something was found for it"),
        ("a.b", "partial", "something was found for it"),
        ("a.b", "unknown", "it could not be assessed"),
        ("x.bonus", "missing", "a bonus takes nothing from those who do not earn it"),
        ("a.z", "missing", "the rubric has no such criterion"),
    ],
)
def test_a_word_without_effect_says_why(name: str, status: str, why: str) -> None:
    decisions = (decision(name, status, *(["x:1"] if status in ("met", "partial") else [])),)
    excused, applied = excuse(decisions, said(name), TEN)
    assert excused == decisions
    assert [item.refused for item in applied] == [why]


def test_no_more_than_a_tenth_of_the_points_is_taken_out() -> None:
    decisions = [decision(f"a.{name}", "missing") for name in "bcdefghijk"]
    excused, applied = excuse(decisions, said("a.b", "a.c", "a.d"), TEN)
    assert [bool(item.refused) for item in applied] == [False, True, True]
    assert sum(item.excused for item in excused) == MOST_SHARE * 10


# -- paths left out --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("whole", Status)
@pytest.mark.parametrize("reduced", Status)
@pytest.mark.parametrize("withheld", [False, True])
def test_leaving_out_never_earns(whole: Status, reduced: Status, withheld: bool) -> None:
    first = Decision("a.b", whole, "with all files")
    second = Decision("a.b", reduced, "without some", withheld=withheld and reduced is Status.UNKNOWN)
    chosen = weaker(first, second)
    others = [decision(f"a.{name}", "met", "x:1") for name in "cdefg"]
    assert score([chosen, *others], TEN).score <= score([first, *others], TEN).score


def configured(folder: Path, text: str, **files: str) -> Path:
    folder.mkdir()
    git(folder, "init", "-q", "-b", "main")
    write_files(folder, {**PROJECT, **files, ".folioscope.yaml": text})
    commit_all(folder)
    return folder


def test_a_broken_module_left_out_lifts_nothing(tmp_path: Path) -> None:
    files = {"train.py": "import broken\nimport mlflow\n\nbroken.train()\nmlflow.log_metric('rmse', 1.2)\n"}
    honest = configured(tmp_path / "honest", "", **files)
    tricky = configured(tmp_path / "tricky", "leave-out: [broken.py, README.md]\n", **files)
    assert analyze(str(honest)).defects
    report = analyze(str(tricky), Options(configured=True))
    assert report.scorecard.score <= analyze(str(honest)).scorecard.score
    assert all(item.path != "README.md" for each in report.scorecard.criteria for item in each.decision.evidence)
    assert report.configuration
    assert (report.configuration.leave_out, report.configuration.left_out_files) == (("broken.py", "README.md"), 2)


def test_evidence_of_other_files_stays(tmp_path: Path) -> None:
    folder = configured(tmp_path / "r", "leave-out: [old/]\n", **{"old/train.py": PROJECT["train.py"]})
    found = analyze(str(folder), Options(configured=True))
    [tracking] = [each for each in found.scorecard.criteria if each.criterion.id == "e2e.experiment-tracking"]
    assert [item.path for item in tracking.decision.evidence] == ["train.py"]


# -- whose word counts when ------------------------------------------------------------------------------------------


SETTINGS = f"rubric: startup\nfail-under: 99\nleave-out: [train.py]\nnot-applicable:\n  - {{criterion: iac.kubernetes, reason: {REASON}}}\n"


def test_settings_count_for_the_owner_alone(tmp_path: Path) -> None:
    folder = configured(tmp_path / "r", SETTINGS)
    stranger, owner = analyze(str(folder)), analyze(str(folder), Options(configured=True, rubric=""))
    assert (stranger.rubric.id, owner.rubric.id) == ("mlops", "startup")
    assert stranger.configuration
    assert (stranger.configuration.fail_under, stranger.configuration.leave_out) == (None, ())
    assert [item.refused for item in stranger.configuration.annotations] == [""]
    assert owner.configuration
    assert owner.configuration.fail_under == 99


def test_the_command_line_comes_before_the_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = str(configured(tmp_path / "r", SETTINGS))
    assert main(["analyze", folder, "--with-config", "--quiet"]) == 1
    assert "is below 99" in capsys.readouterr().err
    assert main(["analyze", folder, "--with-config", "--fail-under", "0", "--rubric", "mlops", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["rubric"]["id"] == "mlops"
    assert main(["analyze", folder, "--quiet"]) == 0


def test_the_commit_is_judged_by_the_file_of_the_commit(tmp_path: Path) -> None:
    folder = configured(tmp_path / "r", SETTINGS)
    write_files(folder, {".folioscope.yaml": "rubric: enterprise\n"})
    assert analyze(str(folder), Options(configured=True, rubric="")).rubric.id == "startup"
    assert analyze(str(folder), Options(configured=True, rubric="", worktree=True)).rubric.id == "enterprise"


def test_a_link_is_no_configuration(tmp_path: Path, git_repository: BuildGit) -> None:
    folder = git_repository(PROJECT)
    write_files(tmp_path, {"elsewhere.yaml": SETTINGS})
    (folder / ".folioscope.yaml").symlink_to(tmp_path / "elsewhere.yaml")
    commit_all(folder)
    for worktree in (False, True):
        with pytest.raises(ConfigurationError, match="There is no configuration"):
            analyze(str(folder), Options(configured=True, worktree=worktree))


def test_an_owners_mistake_stops_and_a_strangers_is_told(tmp_path: Path) -> None:
    folder = str(configured(tmp_path / "r", "fail-under: 60\nscore: 100\n"))
    with pytest.raises(ConfigurationError, match=r"^\.folioscope\.yaml, line 2: there is no key 'score' here"):
        analyze(folder, Options(configured=True))
    problems = [item for item in analyze(folder).problems if item.where == ".folioscope.yaml"]
    assert [item.what for item in problems] == ["has no effect: .folioscope.yaml, line 2: there is no key 'score' here"]


def test_an_owners_unknown_criterion_stops(tmp_path: Path) -> None:
    folder = configured(tmp_path / "r", f"not-applicable:\n  - {{criterion: iac.k8s, reason: {REASON}}}\n")
    with pytest.raises(ConfigurationError, match=r"line 2: the rubric mlops has no criterion 'iac\.k8s'"):
        analyze(str(folder), Options(configured=True))


def test_a_repository_elsewhere_is_never_taken_as_ones_own() -> None:
    with pytest.raises(UsageError, match="--with-config is for a repository of your own on this machine"):
        analyze("octocat/Hello-World", Options(configured=True))


# -- shown -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def annotated(tmp_path: Path) -> Report:
    text = (
        f"not-applicable:\n  - {{criterion: iac.kubernetes, reason: {REASON}}}\n"
        f"  - {{criterion: e2e.experiment-tracking, reason: We do not see why one would.}}\n"
    )
    return analyze(str(configured(tmp_path / "r", text)))


def test_every_report_shows_words_and_reasons(annotated: Report) -> None:
    text = " ".join(render_text(annotated).split())
    assert f"iac.kubernetes does not apply (.folioscope.yaml:2): {REASON}" in text
    assert "[no effect: something was found for it]" in text
    assert "Without these annotations the score is" in text
    assert "Scoring is a nightly job on one machine" in render_markdown(annotated)
    assert "Scoring is a nightly job on one machine" in render_html(annotated)


def test_ignored_words_have_no_effect(annotated: Report, tmp_path: Path) -> None:
    ignored = analyze(str(tmp_path / "r"), Options(annotations=False))
    assert ignored.configuration is None
    assert annotated.configuration
    assert ignored.scorecard.score == annotated.configuration.score_without <= annotated.scorecard.score


def test_the_document_carries_them_there_and_back(annotated: Report, validate) -> None:
    document = as_document(annotated)
    validate(document)
    again = from_document(document, annotated.rubric, annotated.target.input)
    assert again.configuration == annotated.configuration
    assert as_document(again) == document
