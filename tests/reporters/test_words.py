"""Words and safe text that reporters share."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.findings import Evidence
from analyzer.reporters.words import gaps, number, place, sentence, strengths, visible
from tests.support import criterion, decision, report, rubric

RUBRIC = rubric(criterion("alpha.x", 4), criterion("beta.y", 2), criterion("gamma.z", 2))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain text", "plain text"),
        ("Größe → 3 µs", "Größe → 3 µs"),
        ("\x1b[31mred", "\\x1b[31mred"),
        ("a\nb\tc", "a\\x0ab\\x09c"),
        ("\u202eevil", "\\u202eevil"),
        ("zero\u200bwidth", "zero\\u200bwidth"),
        ("caf\udce9", "caf\\xe9"),
        ("no\u00a0break", "no break"),
    ],
)
def test_what_acts_or_hides_is_shown_as_an_escape(text, shown):
    assert visible(text) == shown


@given(st.text(st.characters(codec=None)))
def test_any_text_becomes_printable(text):
    shown = visible(text)
    assert shown.isprintable()
    assert visible(shown) == shown
    shown.encode("utf-8")


@pytest.mark.parametrize(("value", "shown"), [(3.0, "3"), (1.5, "1.5"), (0, "0"), (33.33, "33.3")])
def test_numbers_have_no_needless_decimal(value, shown):
    assert number(value) == shown


def test_a_place_is_path_and_line():
    assert place(Evidence("a\x07.py", 3, 9, "")) == "a\\x07.py:3"


def test_strengths_and_gaps_are_ordered_by_points():
    made = report(
        RUBRIC,
        decision("alpha.x", "met", "a.py:1"),
        decision("beta.y", "missing"),
        decision("gamma.z", "partial", "b.py:1"),
    )
    assert [item.criterion.id for item in strengths(made)] == ["alpha.x"]
    assert [item.criterion.id for item in gaps(made)] == ["beta.y", "gamma.z"]


@pytest.mark.parametrize(
    ("statuses", "words"),
    [
        (("met", "met", "met"), "Strong in alpha and beta, and no section falls far behind."),
        (("met", "missing", "missing"), "Strong in alpha; beta and gamma have most to gain."),
        (("met", "met", "missing"), "Strong in alpha and beta; gamma has most to gain."),
        (("missing", "missing", "missing"), "Alpha and beta have most to gain."),
        (("partial", "partial", "partial"), "Every section is half-way; the next steps say where to go on."),
        (("unknown", "unknown", "unknown"), "Nothing of the checklist could be assessed."),
    ],
)
def test_the_score_in_one_sentence(statuses, words):
    names = [item.id for item in RUBRIC.criteria]
    made = report(RUBRIC, *(decision(name, status) for name, status in zip(names, statuses, strict=True)))
    assert sentence(made) == words
