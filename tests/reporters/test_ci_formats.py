"""JUnit XML, GitHub annotations, badges and CSV."""

from __future__ import annotations

import csv
import io
import json
import re
from xml.etree import ElementTree as ET

import pytest

from analyzer import Options, analyze
from analyzer.reporters.annotations import command, render_annotations
from analyzer.reporters.badge import badge_svg, render_badge, render_shields
from analyzer.reporters.csv_report import COLUMNS, render_csv
from analyzer.reporters.formats import FORMATS, render
from analyzer.reporters.junit import render_junit
from analyzer.soundness import Defect
from tests.conftest import FIXTURES
from tests.support import COMMIT, criterion, decision, report, rubric

RUBRIC = rubric(
    criterion("a.met", 3),
    criterion("a.partial", 2),
    criterion("a.missing", 2),
    criterion("b.bonus", 1, bonus=True),
    criterion("b.unknown", 1),
)
MADE = report(
    RUBRIC,
    decision("a.met", "met", "m.py:3"),
    decision("a.partial", "partial", "p.py:5"),
    decision("a.missing", "missing"),
    decision("b.bonus", "missing"),
    decision("b.unknown", "unknown"),
    front_page="README.md",
)


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_every_format_gives_the_same_bytes_again(name):
    made = [analyze(str(FIXTURES / "dvc-cml"), Options(standalone=True)) for _ in range(2)]
    first, second = (render(item, name).encode() for item in made)
    assert first == second
    assert first


# -- JUnit -------------------------------------------------------------------------------------------------------


def cases(text: str) -> dict[str, ET.Element]:
    return {(case.get("name") or "").split()[0]: case for case in ET.fromstring(text).iter("testcase")}


def test_a_gap_is_a_failure_of_its_status():
    found = cases(render_junit(MADE))
    failure = found["a.missing"].find("failure")
    assert failure is not None
    assert (failure.get("type"), failure.get("message")) == ("missing", "a.missing is missing")
    assert failure.text == "0 of 2 points. a.missing is missing.\nHow a.missing.\nBegin at README.md:1"
    partial = found["a.partial"].find("failure")
    assert partial is not None
    assert partial.get("type") == "partial"
    assert (found["a.partial"].get("file"), found["a.partial"].get("line")) == ("p.py", "5")


def test_what_nobody_asks_for_is_skipped():
    found = cases(render_junit(MADE))
    messages = {name: found[name].find("skipped") for name in ("b.bonus", "b.unknown")}
    assert [item.get("message") for item in messages.values() if item is not None] == [
        "a bonus that is not earned: b.bonus is missing",
        "not assessed: b.unknown is unknown",
    ]


def test_the_counts_of_suites_are_those_of_their_cases():
    root = ET.fromstring(render_junit(MADE))
    assert {name: root.get(name) for name in ("tests", "failures", "errors", "skipped")} == {
        "tests": "5",
        "failures": "2",
        "errors": "0",
        "skipped": "2",
    }
    for suite in root:
        assert int(suite.get("tests", "")) == len(suite.findall("testcase"))
        assert int(suite.get("failures", "")) == len(suite.findall("testcase/failure"))
        assert int(suite.get("skipped", "")) == len(suite.findall("testcase/skipped"))


def test_no_text_of_a_repository_breaks_the_xml():
    bad = 'a<b>&"\x00\x1b\ufffe\udce9'
    made = report(RUBRIC, type(decision("a.met", "met"))("a.met", decision("a.met", "partial").status, bad))
    failure = cases(render_junit(made))["a.met"].find("failure")
    assert failure is not None
    assert failure.get("message") == 'a<b>&"\\x00\\x1b\\ufffe\\xe9'


# -- annotations -------------------------------------------------------------------------------------------------


def test_annotations_are_workflow_commands():
    assert render_annotations(MADE).splitlines() == [
        "::warning file=README.md,line=1,title=Title of a.missing%3A missing::a.missing is missing. How a.missing. (+28.6 points)",
        "::warning file=README.md,line=1,title=Title of b.bonus%3A missing::b.bonus is missing. How b.bonus. (+1 points)",
        "::notice file=p.py,line=5,title=Title of a.partial%3A partial::a.partial is partial. How a.partial. (+14.3 points)",
        "::notice title=Folioscope::57.1 of 100, good",
    ]


def test_what_would_not_run_comes_first():
    made = report(RUBRIC, defects=(Defect("x.py", 2, "syntax", "line 2 is no Python", ()),))
    assert render_annotations(made).startswith("::warning file=x.py,line=2,title=Would it run::line 2 is no Python. It")


def test_no_more_annotations_than_github_shows():
    many = rubric(*(criterion(f"a.x{index}") for index in range(40)))
    decisions = [
        decision(f"a.x{index}", "partial" if index % 2 else "missing", f"f{index}.py:1") for index in range(40)
    ]
    lines = render_annotations(report(many, *decisions)).splitlines()
    levels = [line[2:].split()[0] for line in lines]
    assert (levels.count("warning"), levels.count("notice")) == (10, 10)
    assert lines[-1].endswith("; 21 more in the report")


def test_no_text_ends_a_command_or_begins_another():
    line = command("notice", "100%\r\n::error::x", title="a,b:c%", path="x\n,file=y", line=1)
    assert line == "::notice file=x%0A%2Cfile=y,line=1,title=a%2Cb%3Ac%25::100%25%0D%0A::error::x"


# -- badge -------------------------------------------------------------------------------------------------------


def luminance(colour: str) -> float:
    parts = (int(colour[at : at + 2], 16) / 255 for at in (0, 2, 4))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("status", ["met", "partial", "missing", "unknown"])
def test_a_badge_says_its_text_and_can_be_read(status):
    made = report(rubric(criterion("a.x")), decision("a.x", status, "x.py:1"))
    root = ET.fromstring(render_badge(made))
    said = json.loads(render_shields(made))["message"]
    assert root.get("role") == "img"
    assert root.get("aria-label") == f"folioscope: {said}"
    assert root[0].text == f"folioscope: {said}"
    fills = re.findall(r'height="20" fill="#(\w{6})"', render_badge(made))
    assert len(fills) == 2
    for fill in fills:  # WCAG 2.2, 1.4.3: 4.5 to 1
        assert 1.05 / (luminance(fill) + 0.05) >= 4.5


def test_the_endpoint_of_shields_has_its_fields():
    assert json.loads(render_shields(MADE)) == {
        "schemaVersion": 1,
        "label": "folioscope",
        "message": "57.1/100 good",
        "color": "0969da",
    }
    assert json.loads(render_shields(report(RUBRIC)))["message"] == "not assessed"


def test_words_of_a_rubric_are_text_in_a_badge():
    root = ET.fromstring(badge_svg("a", '<script>"&\x00', "1a7f37"))
    assert root[0].text == 'a: <script>"&\\x00'


# -- CSV ---------------------------------------------------------------------------------------------------------


def test_csv_has_one_row_a_criterion():
    rows = list(csv.DictReader(io.StringIO(render_csv(MADE), newline="")))
    assert list(rows[0]) == list(COLUMNS)
    assert [row["status"] for row in rows] == ["met", "partial", "missing", "missing", "unknown"]
    assert rows[0]["url"] == f"https://github.com/o/r/blob/{COMMIT}/m.py#L3"
    assert (rows[0]["path"], rows[0]["line"], rows[3]["bonus"]) == ("m.py", "3", "yes")


def test_no_cell_is_a_formula():
    made = report(RUBRIC, type(decision("a.met", "met"))("a.met", decision("a.met", "missing").status, "=1+1"))
    rows = list(csv.DictReader(io.StringIO(render_csv(made), newline="")))
    assert rows[0]["summary"] == "'=1+1"
