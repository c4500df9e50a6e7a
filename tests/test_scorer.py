"""Decisions to a score."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.findings import Status
from analyzer.scorer import as_if_met, score
from tests.support import card, criterion, decision, rubric

RUBRIC = rubric(criterion("a.x", 3), criterion("a.y", 1), criterion("b.z", 4), criterion("b.extra", 2, bonus=True))


@pytest.mark.parametrize(
    ("statuses", "value", "assessed"),
    [
        ({"a_x": "met", "a_y": "met", "b_z": "met"}, 100.0, 1.0),
        ({"a_x": "met", "a_y": "missing", "b_z": "missing"}, 37.5, 1.0),
        ({"a_x": "partial", "a_y": "missing", "b_z": "missing"}, 18.8, 1.0),
        ({"a_x": "met", "a_y": "met", "b_z": "unknown"}, 100.0, 0.5),
        ({"a_x": "met", "a_y": "met"}, 100.0, 0.5),
        ({"a_x": "missing", "a_y": "missing", "b_z": "missing", "b_extra": "met"}, 2.0, 1.0),
        ({"a_x": "missing", "a_y": "missing", "b_z": "missing", "b_extra": "partial"}, 1.0, 1.0),
        ({"a_x": "met", "a_y": "met", "b_z": "met", "b_extra": "met"}, 100.0, 1.0),
        ({"a_x": "unknown", "a_y": "unknown", "b_z": "unknown"}, 0.0, 0.0),
    ],
)
def test_score_and_share(statuses, value, assessed):
    result = card(RUBRIC, **statuses)
    assert (result.score, result.assessed) == (value, assessed)


def test_the_grade_is_that_of_the_rubric():
    assert card(RUBRIC, a_x="met", a_y="met", b_z="missing").grade == "good"
    assert card(RUBRIC, a_x="met", a_y="missing", b_z="missing").grade == "begun"


def test_sections_keep_bonus_and_unknown_apart():
    first, second = card(RUBRIC, a_x="partial", a_y="unknown", b_z="met", b_extra="met").sections
    assert (first.score, first.max_score, first.bonus) == (1.5, 3, 0)
    assert (second.score, second.max_score, second.bonus) == (4, 4, 2)


def test_what_was_not_decided_is_unknown():
    result = card(RUBRIC, a_x="met")
    assert [item.decision.status for item in result.criteria][1:] == [Status.UNKNOWN] * 3
    assert result.criteria[1].decision.summary == "not looked at"


def test_points_to_be_earned_leave_out_what_could_not_be_assessed():
    result = card(RUBRIC, a_x="partial", a_y="unknown", b_z="missing", b_extra="met")
    assert [item.lost for item in result.criteria] == [1.5, 0, 4, 0]


def test_decisions_of_other_rubrics_are_left_out():
    assert score([decision("c.other", "met")], RUBRIC).score == 0


@given(st.lists(st.sampled_from(["met", "partial", "missing", "unknown"]), min_size=4, max_size=4))
def test_any_decisions_give_a_score_from_0_to_100(statuses):
    names = [item.id for item in RUBRIC.criteria]
    decisions = [decision(name, status) for name, status in zip(names, statuses, strict=True)]
    result = score(decisions, RUBRIC)
    assert 0 <= result.score <= 100
    assert 0 <= result.assessed <= 1
    assert score(reversed(decisions), RUBRIC) == result
    better = [decision(name, "met") for name in names]
    assert result.score <= score(better, RUBRIC).score


@given(st.data())
def test_as_if_met_is_the_score_of_those_decisions(data):
    statuses = {item.id: data.draw(st.sampled_from(Status)) for item in RUBRIC.criteria}
    chosen = data.draw(st.sets(st.sampled_from(sorted(statuses))))
    before = score([decision(name, status) for name, status in statuses.items()], RUBRIC)
    after = score(
        [
            decision(name, "met" if name in chosen and status is not Status.UNKNOWN else status)
            for name, status in statuses.items()
        ],
        RUBRIC,
    )
    assert as_if_met(before, RUBRIC, chosen) == (after.score, after.grade)
