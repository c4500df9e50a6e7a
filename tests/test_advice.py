"""What to do next, and in which order."""

from __future__ import annotations

from analyzer.advice import next_steps
from analyzer.scorer import score
from tests.support import card, criterion, decision, rubric


def names(result) -> list[str]:
    return [step.criterion for step in next_steps(result)]


def test_steps_are_ordered_by_gain_then_by_effort():
    given = rubric(
        criterion("a.small", 1),
        criterion("a.slow", 3, effort="a weekend"),
        criterion("a.quick", 3, effort="an hour"),
        criterion("a.large", 5),
    )
    assert names(card(given, a_small="missing", a_slow="missing", a_quick="missing", a_large="missing")) == [
        "a.large", "a.quick", "a.slow", "a.small",
    ]  # fmt: skip


def test_what_is_earned_or_unknown_is_no_step():
    given = rubric(criterion("a.met"), criterion("a.unknown"), criterion("a.half", 2), criterion("a.missing"))
    assert names(card(given, a_met="met", a_unknown="unknown", a_half="partial", a_missing="missing")) == [
        "a.half", "a.missing",
    ]  # fmt: skip


def test_a_step_waits_for_what_comes_first():
    given = rubric(criterion("a.pipeline", 9, after=("a.training",)), criterion("a.training", 1))
    assert names(card(given, a_pipeline="missing", a_training="missing")) == ["a.training", "a.pipeline"]
    assert names(card(given, a_pipeline="missing", a_training="partial")) == ["a.pipeline", "a.training"]


def test_gains_are_points_of_the_score():
    given = rubric(criterion("a.x", 3), criterion("a.y", 1), criterion("a.extra", 2, bonus=True))
    steps = next_steps(card(given, a_x="partial", a_y="met", a_extra="missing"))
    assert [(step.criterion, step.gain) for step in steps] == [("a.x", 37.5), ("a.extra", 2.0)]


def test_at_most_five_steps():
    given = rubric(*(criterion(f"a.n{index}") for index in range(9)))
    result = card(given, **{f"a_n{index}": "missing" for index in range(9)})
    assert len(next_steps(result)) == 5
    assert len(next_steps(result, most=2)) == 2


def test_a_step_begins_at_its_own_evidence_or_at_that_of_its_ground():
    given = rubric(
        criterion("a.alert", builds_on="a.metric"), criterion("a.metric"), criterion("a.half", builds_on="a.metric")
    )
    result = score(
        [
            decision("a.alert", "missing"),
            decision("a.metric", "met", "m.py:4"),
            decision("a.half", "partial", "h.py:2"),
        ],
        given,
    )
    steps = {step.criterion: step for step in next_steps(result)}
    assert steps["a.alert"].builds_on
    assert steps["a.alert"].builds_on.path == "m.py"
    assert steps["a.half"].builds_on
    assert steps["a.half"].builds_on.path == "h.py"
    assert (steps["a.alert"].missing, steps["a.half"].missing) == ("", "a.half is partial")


def test_without_evidence_a_step_begins_anywhere():
    given = rubric(criterion("a.alert", builds_on="a.metric"), criterion("a.metric"))
    steps = next_steps(card(given, a_alert="missing", a_metric="missing"))
    assert [step.builds_on for step in steps] == [None, None]
