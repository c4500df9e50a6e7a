"""Questions and roles in every report, and back from the cache."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from analyzer.analysis import Options, analyze
from analyzer.interview import Interview, Question
from analyzer.report import Report
from analyzer.reporters.json_report import as_document, from_document, render_json
from analyzer.reporters.markdown import render_markdown
from analyzer.reporters.text import render_text
from analyzer.rubric import load_rubric
from tests.conftest import FIXTURES


def report(name: str = "exemplary") -> Report:
    """The report of a fixture."""
    return analyze(str(FIXTURES / name), Options(standalone=True))


@pytest.mark.parametrize("name", ["exemplary", "notebook-only", "empty-claims"])
def test_a_cached_report_has_the_same_questions_and_roles(name):
    made = report(name)
    again = from_document(as_document(made), load_rubric(), made.target.input)
    assert (again.interview, again.roles) == (made.interview, made.roles)
    assert render_json(again) == render_json(made)


def test_json_names_place_and_covers():
    first = as_document(report())["interview"][0]
    assert set(first) == {"topic", "question", "path", "line", "covers"}
    assert f"{first['path']}:{first['line']}" in first["question"]


def test_json_says_what_speaks_for_a_role():
    first = as_document(report())["roles"][0]
    assert set(first) == {"role", "share", "because"}
    assert set(first["because"][0]) == {"criterion", "path", "line"}


def test_text_shows_two_questions_and_where_the_others_are():
    text = render_text(report())
    assert "2 of 8 questions; --verbose shows all" in text
    assert "Leans to: MLOps engineer" in text
    assert max(len(line) for line in text.splitlines()) <= 80


def test_verbose_text_shows_all_with_what_a_good_answer_covers():
    made = report()
    text = " ".join(render_text(made, verbose=True).split())
    for item in made.interview.questions:
        assert item.covers[0] in text


def test_a_line_of_code_stays_apart_without_colour():
    made = report()
    odd = Question("decision", "`a.py:1` lets a model through on `a < b`. Why?", "a.py", 1, ("x",))
    assert "a.py:1 lets a model through on `a < b`. Why?" in render_text(replace(made, interview=Interview((odd,))))


def test_few_questions_are_explained():
    assert "questions: nothing was found that trains" in render_text(report("empty-claims"), verbose=True)
    assert "questions: nothing was found that trains" in render_markdown(report("empty-claims"))


def test_markdown_folds_the_questions():
    text = render_markdown(report())
    assert "<details><summary>To talk about: 8 questions</summary>" in text
    assert "**Leans to:** MLOps engineer" in text


def test_text_of_the_repository_does_not_act_on_a_page():
    made = report()
    odd = Question("results", "`R.md:1` says `<b>[x](y) \x1b[31m`. **Why** <script>?", "R.md", 1, ("<i>",))
    odd_report = replace(made, interview=Interview((odd,)))
    markdown, text = render_markdown(odd_report), render_text(odd_report)
    assert "`<b>[x](y) \\x1b[31m`" in markdown
    assert "<script>" not in markdown
    assert "\x1b" not in text
