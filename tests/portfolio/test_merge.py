"""Many reports, one scorecard: the best evidence counts, and a neighbour never lowers it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from analyzer.advice import next_steps
from analyzer.findings import Status
from analyzer.portfolio import portfolio_of
from analyzer.portfolio.merge import merge, ranked, strongest
from analyzer.portfolio.plan import plan_steps
from analyzer.scorer import score
from analyzer.soundness import Defect
from analyzer.wiring.chain import Chain, Link
from tests.portfolio.kit import RUBRIC, unit
from tests.support import decision

STATUSES = st.sampled_from(["met", "partial", "missing", "unknown"])
UNITS = st.lists(
    st.fixed_dictionaries({item.id.replace(".", "_"): STATUSES for item in RUBRIC.criteria}), min_size=1, max_size=4
)


def test_of_two_repositories_each_gives_its_best():
    card, criteria = merge([unit("x", a_one="met"), unit("y", a_one="partial", b_three="met")], RUBRIC)
    assert [(item.criterion.id, item.status.value, item.unit, item.also) for item in criteria] == [
        ("a.one", "met", "x", ("y",)),
        ("a.two", "missing", "", ()),
        ("b.three", "met", "y", ()),
        ("b.bonus", "missing", "", ()),
    ]
    assert card.score == round(100 * 7 / 9, 1)


def test_of_equal_evidence_that_of_the_stronger_repository_is_named():
    _, criteria = merge([unit("weak", a_one="met"), unit("strong", a_one="met", b_three="met")], RUBRIC)
    assert criteria[0].unit == "strong"
    assert criteria[0].also == ("weak",)


def test_what_one_cannot_be_asked_about_and_none_shows_is_not_assessed():
    _, criteria = merge([unit("x", a_one="unknown"), unit("y")], RUBRIC)
    assert criteria[0].status is Status.UNKNOWN
    assert criteria[0].scored.counts  # another one could be asked: it stays in the maximum
    assert "(in x)" in criteria[0].scored.decision.summary
    _, criteria = merge([unit("x", a_one="unknown"), unit("y", a_one="unknown")], RUBRIC)
    assert not criteria[0].scored.counts


@given(UNITS, st.randoms())
def test_neither_order_nor_a_neighbour_lowers_the_whole(statuses, random):
    units = [unit(f"u{number}", **item) for number, item in enumerate(statuses)]
    card, criteria = merge(units, RUBRIC)
    shuffled = list(units)
    random.shuffle(shuffled)
    assert merge(shuffled, RUBRIC) == (card, criteria)
    assert all(card.score >= item.score for item in units)
    for item in criteria:
        statuses_of_it = [
            each.decision.status.rank
            for u in units
            for each in u.report.scorecard.criteria
            if each.criterion == item.criterion
        ]
        assert item.status.rank == max(statuses_of_it)


def test_a_complete_chain_in_one_repository_counts_for_the_whole():
    given_rubric = replace(
        RUBRIC, sections=tuple(replace(item, full_with_chain=item.id == "a") for item in RUBRIC.sections)
    )
    one = unit("x", given=given_rubric, a_one="met")
    whole = score([decision("a.one", "met", "x:1"), decision("a.two", "missing")], given_rubric, chain_complete=True)
    chained = replace(
        one,
        report=replace(
            one.report,
            scorecard=whole,
            wiring=replace(one.report.wiring, chain=Chain((Link("data", "found", "data", "x.py", 1, "it reads"),))),
        ),
    )
    _, criteria = merge([chained], given_rubric)
    assert criteria[1].points == 2
    assert criteria[1].status is Status.MISSING


def test_the_strongest_are_told_by_what_no_other_meets():
    units = [unit("x", a_one="met", b_three="met"), unit("y", a_one="met")]
    _, criteria = merge(units, RUBRIC)
    assert [(item.unit, item.best_in) for item in strongest(units, criteria)] == [
        ("x", ("Title of b.three",)),
        ("y", ()),
    ]


def test_projects_of_one_repository_are_one_among_the_strongest():
    whole, part = unit("x", a_one="met"), replace(unit("x (part)", a_one="met", b_three="met"), target="x")
    units = [whole, part, unit("y")]
    _, criteria = merge(units, RUBRIC)
    assert [item.unit for item in strongest(units, criteria)] == ["x (part)", "y"]
    assert strongest(units, criteria)[0].best_in == ("Title of a.one", "Title of b.three")


def test_a_step_is_planned_where_its_ground_is_laid():
    units = [unit("strong", b_three="met", a_two="missing"), unit("ground", a_one="partial")]
    whole = portfolio_of(units, RUBRIC)
    assert ranked(units)[0].name == "strong"
    assert [(item.unit, item.step.criterion) for item in whole.plan][:2] == [("ground", "a.one"), ("ground", "a.two")]
    assert whole.plan[1].step.builds_on is not None
    assert whole.plan[1].step.builds_on.path == "ground/a.one.py"


def test_nothing_is_advised_that_another_repository_shows():
    whole = portfolio_of([unit("x", a_one="met"), unit("y", a_two="met", b_three="met", b_bonus="met")], RUBRIC)
    assert whole.plan == ()
    assert whole.missing == ()
    assert whole.score == 100


def test_mending_comes_first_and_only_where_it_wins_points():
    defect = Defect("train.py", 3, "import", "pandas is declared nowhere", ("a.one",))
    broken = unit("x", a_one="partial")
    broken = replace(broken, report=replace(broken.report, defects=(defect,)))
    card, criteria = merge([broken, unit("y", b_three="met")], RUBRIC)
    steps = plan_steps([broken, unit("y", b_three="met")], card, criteria)
    assert (steps[0].unit, steps[0].step.title) == ("x", "Mend what would not run")
    assert steps[0].step.gain == next(item.gain for item in next_steps(card, most=9) if item.criterion == "a.one")
    assert "a.one" not in [item.step.criterion for item in steps[1:]]
    mended_elsewhere = [broken, unit("y", a_one="met")]
    card, criteria = merge(mended_elsewhere, RUBRIC)
    assert all(item.step.title != "Mend what would not run" for item in plan_steps(mended_elsewhere, card, criteria))


def test_what_does_not_apply_in_one_is_asked_of_the_others():
    excused = unit("x", a_one="met")
    scored = tuple(
        replace(item, decision=replace(item.decision, status=Status.UNKNOWN, excused=True))
        if item.criterion.id == "b.three"
        else item
        for item in excused.report.scorecard.criteria
    )
    excused = replace(
        excused, report=replace(excused.report, scorecard=replace(excused.report.scorecard, criteria=scored))
    )
    _, criteria = merge([excused, unit("y")], RUBRIC)
    assert criteria[2].status is Status.MISSING
    _, criteria = merge([excused], RUBRIC)
    assert criteria[2].scored.decision.excused
