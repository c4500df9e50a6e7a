"""SARIF for code scanning: by the schema of OASIS, one rule a criterion, gaps where the fix belongs."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from jsonschema import Draft4Validator

from analyzer import Options, analyze
from analyzer.report import Report
from analyzer.reporters.sarif import as_sarif, render_sarif
from analyzer.rubric import load_rubric
from analyzer.snapshot import Problem
from analyzer.soundness import Defect
from tests.conftest import FIXTURES
from tests.node_packages import sarif_schema
from tests.support import COMMIT, criterion, decision, report, rubric

NAMES = sorted(path.name for path in FIXTURES.iterdir())
WORKFLOW = ".github/workflows/ci.yml"
RUBRIC = rubric(
    criterion("ci.pipeline", 3),
    criterion("ci.tests", 3, after=("ci.pipeline", "tests.unit"), builds_on="tests.unit", example="- run: pytest"),
    criterion("tests.unit", 2),
    criterion("doc.results", 1, builds_on="ci.pipeline"),
    criterion("mon.drift", 1, bonus=True),
)


@pytest.fixture(scope="module")
def validator() -> Draft4Validator:
    return Draft4Validator(sarif_schema())


def run_of(made: Report) -> dict[str, Any]:
    run: dict[str, Any] = as_sarif(made)["runs"][0]
    return run


def result(made: Report, rule: str) -> dict[str, Any]:
    return next(item for item in run_of(made)["results"] if item["ruleId"] == rule)


def where(found: dict[str, Any]) -> tuple[str, int]:
    place = found["locations"][0]["physicalLocation"]
    return place["artifactLocation"]["uri"], place["region"]["startLine"]


@pytest.mark.parametrize("name", NAMES)
def test_every_fixture_fits_the_schema_of_oasis(name, validator):
    log = json.loads(render_sarif(analyze(str(FIXTURES / name), Options(standalone=True))))
    assert [error.message for error in validator.iter_errors(log)] == []
    for item in log["runs"][0]["results"]:
        assert item["locations"][0]["physicalLocation"]["region"]["startLine"] >= 1


def test_the_schema_refuses_what_is_no_sarif(validator):
    log = copy.deepcopy(as_sarif(report(RUBRIC, decision("ci.tests", "missing"))))
    log["runs"][0]["results"][0]["level"] = "bad"
    assert list(validator.iter_errors(log))


def test_each_criterion_is_a_rule_with_help():
    made = analyze(str(FIXTURES / "notebook-only"), Options(standalone=True))
    rules = run_of(made)["tool"]["driver"]["rules"]
    assert [item["id"] for item in rules] == [item.id for item in load_rubric().criteria]
    assert all(item["help"]["text"] and item["help"]["markdown"] and item["fullDescription"]["text"] for item in rules)
    for found in run_of(made)["results"]:
        assert rules[found["ruleIndex"]]["id"] == found["ruleId"]


def test_a_missing_test_step_is_shown_at_the_workflow():
    made = report(
        RUBRIC,
        decision("ci.pipeline", "met", f"{WORKFLOW}:4"),
        decision("ci.tests", "missing"),
        decision("tests.unit", "met", "tests/test_a.py:1"),
    )
    found = result(made, "ci.tests")
    assert where(found) == (WORKFLOW, 4)
    assert found["level"] == "warning"
    assert found["message"]["text"].endswith("How ci.tests. (+37.5 points)")


def test_what_nothing_shows_belongs_to_the_front_page():
    made = report(RUBRIC, decision("ci.tests", "missing"), decision("doc.results", "missing"), front_page="README.rst")
    assert {where(item) for item in run_of(made)["results"]} == {("README.rst", 1)}


def test_prose_belongs_to_the_front_page_whatever_else_is_there():
    made = report(
        RUBRIC,
        decision("ci.pipeline", "met", f"{WORKFLOW}:4"),
        decision("doc.results", "missing"),
        front_page="README.md",
    )
    assert where(result(made, "doc.results")) == ("README.md", 1)


def test_an_empty_repository_is_told_to_begin_with_a_readme():
    assert where(result(report(RUBRIC, decision("ci.pipeline", "missing")), "ci.pipeline")) == ("README.md", 1)


def test_what_would_not_run_is_shown_where_it_stands():
    defect = Defect("src/a.py", 7, "undefined-name", "x is not defined", ("tests.unit",))
    made = report(RUBRIC, decision("tests.unit", "partial", "tests/test_a.py:1"), defects=(defect,))
    found = result(made, "tests.unit")
    assert where(found) == ("src/a.py", 7)
    assert found["relatedLocations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "tests/test_a.py"


def test_a_moved_line_keeps_its_fingerprint():
    def mark(line: int, path: str = "t.py", text: str = "") -> str:
        item = decision("tests.unit", "partial", f"{path}:{line}")
        evidence = item.evidence[0]
        moved = type(evidence)(path, line, line, text or "def test_a():")
        made = report(RUBRIC, type(item)(item.criterion, item.status, item.summary, (moved,)))
        return str(result(made, "tests.unit")["partialFingerprints"]["folioscopeGap/v1"])

    assert mark(3) == mark(90)
    assert mark(3) != mark(3, "u.py")
    assert mark(3) != mark(3, text="def test_b():")


def test_the_commit_is_named_where_the_repository_has_an_address():
    made = report(RUBRIC, decision("ci.tests", "missing"))
    assert run_of(made)["versionControlProvenance"] == [
        {
            "repositoryUri": "https://github.com/o/r",
            "mappedTo": {"uriBaseId": "%SRCROOT%"},
            "revisionId": COMMIT,
            "branch": "main",
        }
    ]
    bare = type(made.target)("x", "", "x", "", "", COMMIT, "", "")
    run = run_of(report(RUBRIC, target=bare))
    assert "versionControlProvenance" not in run
    assert run["properties"]["commit"] == COMMIT


def test_what_was_not_looked_at_is_a_notification_and_no_result():
    made = report(
        RUBRIC,
        decision("ci.tests", "unknown"),
        decision("mon.drift", "missing"),
        problems=(Problem("big\x1b.py", "not read"),),
    )
    run = run_of(made)
    notes = run["invocations"][0]["toolExecutionNotifications"]
    assert notes[0]["message"]["text"] == "big\\x1b.py: not read"
    assert any(note.get("associatedRule", {}).get("id") == "ci.tests" for note in notes)
    assert [item["ruleId"] for item in run["results"]] == ["mon.drift"]


def test_paths_are_addresses_with_their_exact_bytes():
    made = report(RUBRIC, decision("tests.unit", "partial", "a b/caf\udce9#.py:3"))
    assert where(result(made, "tests.unit")) == ("a%20b/caf%E9%23.py", 3)
    render_sarif(made).encode("utf-8")
