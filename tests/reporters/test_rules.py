"""The checklist and its rules, listed and explained."""

from __future__ import annotations

import io
import re

import pytest

from analyzer.errors import UsageError
from analyzer.reporters.rules import print_criterion, print_rules
from analyzer.reporters.text import console_for
from analyzer.rubric import load_rubric
from tests.support import criterion, rubric


def shown(function, *arguments) -> str:
    stream = io.StringIO()
    function(*arguments, console_for(stream))
    return stream.getvalue()


def test_every_criterion_has_its_points_and_rules():
    text = shown(print_rules, load_rubric())
    assert all(item.id in text for item in load_rubric().criteria)
    assert re.search(r"ci\.model-gate +\+\d", text)
    assert "no rule installed" not in text


def test_criteria_without_rules_and_rules_without_criteria_are_named():
    text = shown(print_rules, rubric(criterion("own.x", title="Mine [really]")))
    assert "no rule installed" in text
    assert "Mine [really]" in text
    assert "Rules for criteria that this rubric does not have" in text
    assert "e2e.container" in text


def test_one_criterion_is_explained_with_why_how_and_example():
    text = shown(print_criterion, load_rubric(), "e2e.pipeline")
    assert "4 points when met, half when partial; about a weekend" in text
    assert "After  e2e.training" in text
    assert "@flow" in text
    assert "when it finds nothing:" in text


def test_one_rule_shows_itself_alone():
    text = shown(print_criterion, load_rubric(), "e2e.container")
    names = [line.strip() for line in text.splitlines() if line.strip().startswith("e2e.container/")]
    alone = shown(print_criterion, load_rubric(), names[0])
    assert names[0] in alone
    assert all(name not in alone for name in names[1:])


def test_a_bonus_is_called_so():
    assert "bonus points when met" in shown(print_criterion, load_rubric(), "ci.model-gate")


@pytest.mark.parametrize(
    ("name", "nearest"),
    [("e2e.contianer", "e2e.container"), ("e2e.container/x", "e2e.container/"), ("x/y", "There is")],
)
def test_an_unknown_name_is_answered_with_the_nearest(name, nearest):
    with pytest.raises(UsageError) as caught:
        shown(print_criterion, load_rubric(), name)
    assert nearest in caught.value.hint


def test_examples_are_coloured_on_a_terminal(monkeypatch):
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    for name in ("e2e.pipeline", "ci.pipeline"):
        stream = Terminal()
        print_criterion(load_rubric(), name, console_for(stream))
        assert "\x1b[" in stream.getvalue()
