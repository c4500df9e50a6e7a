"""JSON by the published schema, and back."""

from __future__ import annotations

import copy
import json

import pytest
from jsonschema import Draft202012Validator

from analyzer import Options, analyze
from analyzer.claims import Claim
from analyzer.report import ReportTarget
from analyzer.reporters.json_report import as_document, from_document, render_json
from analyzer.reporters.schema import report_schema, schema_text
from analyzer.rubric import load_rubric
from analyzer.snapshot import Problem
from analyzer.technologies import Technology
from tests.conftest import FIXTURES
from tests.support import COMMIT, criterion, decision, report, rubric

RUBRIC = rubric(criterion("a.x", 3), criterion("a.y", 1, bonus=True, builds_on="a.x"), criterion("b.z", 2))
WHOLE = report(
    RUBRIC,
    decision("a.x", "met", "src/a b.py:3"),
    decision("a.y", "missing"),
    decision("b.z", "partial", "caf\udce9.py:7"),
    technologies=(Technology("mlflow", "lifecycle", decision("a.x", "met", "m.py:1").evidence),),
    problems=(Problem("x\udcff.md", "not read"),),
)
NAMES = sorted(path.name for path in FIXTURES.iterdir())


def test_the_schema_is_a_schema():
    Draft202012Validator.check_schema(report_schema())
    assert json.loads(schema_text()) == report_schema()


def test_the_schema_is_closed_wherever_the_contract_is_fixed():
    def walk(node: object, path: str = "") -> list[str]:
        if isinstance(node, list):
            return [found for index, item in enumerate(node) for found in walk(item, f"{path}/{index}")]
        if not isinstance(node, dict):
            return []
        open_here = [path] if "properties" in node and "type" in node and "additionalProperties" not in node else []
        return open_here + [found for key, item in node.items() for found in walk(item, f"{path}/{key}")]

    assert walk(report_schema()) == []


@pytest.mark.parametrize("name", NAMES)
def test_every_fixture_fits_the_schema_and_comes_back(name, validate):
    made = analyze(str(FIXTURES / name), Options(standalone=True))
    document = as_document(made)
    validate(document)
    assert as_document(from_document(document, made.rubric, made.target.input)) == document


@pytest.mark.parametrize("name", ["startup", "midsize", "enterprise"])
def test_every_rubric_fits_the_schema(name, validate):
    validate(as_document(analyze(str(FIXTURES / "dvc-cml"), Options(standalone=True, rubric=name))))


def test_a_report_by_hand_fits_the_schema(validate):
    document = as_document(WHOLE)
    validate(document)
    first = document["criteria"][0]["evidence"][0]
    assert first == {
        "path": "src/a b.py",
        "line": 3,
        "end_line": 3,
        "snippet": "line 3 of src/a b.py",
        "url": f"https://github.com/o/r/blob/{COMMIT}/src/a%20b.py#L3",
    }


def test_bytes_that_are_no_utf8_are_escapes_in_text_and_exact_in_links():
    found = as_document(WHOLE)["criteria"][2]["evidence"][0]
    assert (found["path"], found["url"].rsplit("/", 1)[1]) == ("caf\\xe9.py", "caf%E9.py#L7")
    render_json(WHOLE).encode("utf-8")


def test_a_document_comes_back_as_the_report():
    again = from_document(as_document(WHOLE), RUBRIC, "typed anew")
    assert again.target.input == "typed anew"
    assert again.scorecard.criteria[2].decision.evidence[0].path == "caf\udce9.py"
    assert [step.gain for step in again.next_steps] == [step.gain for step in WHOLE.next_steps]
    assert render_json(again) == render_json(WHOLE).replace('"input": "o/r"', '"input": "typed anew"')
    assert again.scorecard.scale == WHOLE.scorecard.scale


def test_nothing_assessed_comes_back_too():
    nothing = report(RUBRIC)
    assert render_json(from_document(as_document(nothing), RUBRIC, "o/r")) == render_json(nothing)


def test_criteria_of_another_rubric_are_left_out():
    document = as_document(WHOLE)
    other = rubric(criterion("a.x", 3))
    assert [item.criterion.id for item in from_document(document, other, "x").scorecard.criteria] == ["a.x"]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda document: document.update(more=1),
        lambda document: document.pop("grade"),
        lambda document: document.update(score=101),
        lambda document: document.update(schema_version=2),
        lambda document: document["tool"].update(name="other"),
        lambda document: document["target"].update(commit="main"),
        lambda document: document["target"].update(url="javascript:x"),
        lambda document: document["criteria"][0].update(status="failed"),
        lambda document: document["criteria"][0].update(evidence=[]),
        lambda document: document["criteria"][1].update(points=1),
        lambda document: document["criteria"][0]["evidence"][0].update(line=0),
        lambda document: document["criteria"][0]["evidence"][0].update(path=""),
        lambda document: document["next_steps"][0].update(effort="a year"),
        lambda document: document["rubric"].update(sha256="x"),
    ],
)
def test_the_schema_refuses_what_is_no_report(spoil):
    document = copy.deepcopy(as_document(WHOLE))
    spoil(document)
    assert list(Draft202012Validator(report_schema()).iter_errors(document))


def test_links_name_the_lines_at_the_commit():
    target = ReportTarget("o/r", "o", "r", "", "sub", COMMIT, "", "https://github.com/o/r")
    assert target.name == "o/r (sub)"
    assert target.link("a#b.py", 1, 1).endswith("/a%23b.py#L1")
    assert target.link("a.py", 1, 4).endswith("/a.py#L1-L4")
    assert ReportTarget("x", "", "", "", "", COMMIT, "", "").link("a.py", 1, 1) == ""
    assert ReportTarget("x", "", "", "", "", "", "", "https://github.com/o/r").link("a.py", 1, 1) == ""
    assert ReportTarget("typed", "", "", "", "", "", "", "").name == "typed"


def test_the_names_of_criteria_are_those_of_the_rubric():
    made = analyze(str(FIXTURES / "notebook-only"), Options(standalone=True))
    assert [item["id"] for item in as_document(made)["criteria"]] == [item.id for item in load_rubric().criteria]


def test_claims_are_plain_values(validate):
    made = analyze(str(FIXTURES / "empty-claims"), Options(standalone=True))
    assert made.claims
    assert all(isinstance(item, Claim) for item in made.claims)
    validate(as_document(made))
