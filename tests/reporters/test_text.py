"""The report for a terminal."""

from __future__ import annotations

import io

import pytest

from analyzer import Options, analyze
from analyzer.claims import Claim
from analyzer.report import ReportTarget
from analyzer.reporters.text import console_for, print_report, render_text
from analyzer.snapshot import Problem
from analyzer.technologies import Technology
from tests.conftest import FIXTURES
from tests.support import criterion, decision, report, rubric

RUBRIC = rubric(
    criterion("a.x", 3, title="Trains [well]"),
    criterion("a.y", 1, bonus=True, builds_on="a.x"),
    criterion("b.z", 2),
    criterion("c.u"),
)
DECISIONS = (
    decision("a.x", "met", "src/train.py:3"),
    decision("a.y", "met", "gate.py:1"),
    decision("b.z", "partial", "k8s.yaml:7", "k8s.yaml:8", "k8s.yaml:9"),
)
FOLDER = ReportTarget("work", "", "work", "", "", "", "", "")


def test_score_and_grade_come_first_then_bars_steps_and_checklist():
    text = render_text(report(RUBRIC, *DECISIONS))
    lines = text.splitlines()
    assert lines[0] == "o/r  0123456789  2026-01-02"
    assert lines[1] == "81 of 100 points: good   83% of the points could be assessed"
    order = ["A  ", "B  ", "Next steps, by points gained", "Strengths", "Checklist", "Rubric tiny 1"]
    assert [text.index(words) for words in order] == sorted(text.index(words) for words in order)
    assert "3 of 3 +1" in text
    assert "not assessed" in text
    assert max(map(len, lines)) <= 80


def test_a_step_says_what_is_missing_how_and_where_to_begin():
    text = " ".join(render_text(report(RUBRIC, *DECISIONS)).split())
    assert "1. Title of b.z +20 an evening b.z is partial. How b.z. Begin at k8s.yaml:7." in text


def test_evidence_is_path_and_line_two_at_most():
    text = render_text(report(RUBRIC, *DECISIONS))
    assert "k8s.yaml:8" in text
    assert "k8s.yaml:9" not in text
    assert "k8s.yaml:9" in render_text(report(RUBRIC, *DECISIONS), verbose=True)


def test_a_long_path_is_never_broken():
    path = "a" * 40 + "/" + "b" * 50 + ".py"
    assert f"  {path}:3" in render_text(report(RUBRIC, decision("a.x", "met", f"{path}:3"))).splitlines()


def test_verbose_adds_instructions_and_the_lines_themselves():
    text = render_text(report(RUBRIC, *DECISIONS), verbose=True)
    assert "How: How b.z." in text
    assert "line 3 of src/train.py" in text


def test_words_of_a_rubric_are_no_markup():
    assert "Trains [well]" in render_text(report(RUBRIC, *DECISIONS))


def test_text_of_a_repository_cannot_act_on_the_terminal():
    hostile = decision("a.x", "partial", "\x1b]8;;evil\x07.py:3")
    text = render_text(
        report(
            RUBRIC,
            hostile,
            problems=(Problem("\x1b[2Jx", "\x07"),),
            claims=(Claim("helm", "\u202ex.md", 2, "README line 2 mentions Helm; no chart was found"),),
        )
    )
    assert "\x1b" not in text
    assert "\x07" not in text
    assert "\u202e" not in text


def test_technologies_claims_and_problems_are_listed():
    problems = tuple(Problem(f"{index}.md", "not read: too large") for index in range(7))
    made = report(
        RUBRIC,
        *DECISIONS,
        technologies=(Technology("mlflow", "lifecycle", ()),),
        claims=(Claim("helm", "README.md", 2, "README line 2 mentions Helm; no chart was found"),),
        problems=problems,
    )
    text = render_text(made)
    assert "mlflow" in text
    assert "README line 2 mentions Helm" in text
    assert "4.md: not read: too large" in text
    assert "and 2 more; --verbose shows all" in text
    assert "6.md: not read: too large" in render_text(made, verbose=True)


def test_a_folder_without_commit_has_a_name_alone():
    assert render_text(report(RUBRIC, *DECISIONS, target=FOLDER)).splitlines()[0] == "work"


def test_nothing_to_gain_and_nothing_shown_have_no_headings():
    best = render_text(report(rubric(criterion("a.x")), decision("a.x", "met", "a.py:1")))
    assert "Next steps" not in best
    assert "100 of 100 points: good" in best
    nothing = render_text(report(rubric(criterion("a.x"))))
    assert "Strengths" not in nothing
    assert "Nothing of the checklist could be assessed." in nothing


@pytest.mark.parametrize(("color", "coloured"), [(None, True), (False, False)])
def test_colour_and_links_are_for_terminals(monkeypatch, color, coloured):
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.delenv("NO_COLOR", raising=False)
    stream = Terminal()
    console = console_for(stream, color=color)
    assert console.width == 100
    print_report(report(RUBRIC, *DECISIONS), console)
    assert ("\x1b[32m" in stream.getvalue()) is coloured
    assert "]8;" in stream.getvalue()
    assert "github.com/o/r/blob/" in stream.getvalue()


def test_a_stream_that_is_no_terminal_has_80_columns():
    stream = io.StringIO()
    console = console_for(stream)
    print_report(report(RUBRIC, *DECISIONS), console)
    assert console.width == 80
    assert stream.getvalue() == render_text(report(RUBRIC, *DECISIONS))
    assert not [line for line in stream.getvalue().splitlines() if line != line.rstrip()]


def test_a_file_is_plain_whatever_the_environment_says(monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "40")
    assert "\x1b" not in render_text(report(RUBRIC, *DECISIONS))


@pytest.mark.parametrize("name", ["exemplary", "empty-claims", "course-subfolder"])
def test_reports_of_fixtures_fit_80_columns(name):
    text = render_text(analyze(str(FIXTURES / name), Options(standalone=True)), verbose=True)
    assert max(map(len, text.splitlines())) <= 80
