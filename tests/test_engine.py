"""Rules decide criteria by their strongest finding; one that fails costs its own criterion."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from analyzer.engine import Decision, decide
from analyzer.findings import Evidence, Finding, Place, Status, met, partial
from analyzer.inventory import Kind
from analyzer.limits import Limits
from analyzer.plugins import Check, Rule
from analyzer.repository import Repository
from analyzer.snapshot import open_git
from tests.conftest import BuildGit, BuildRepository

FILES = {"a.py": "one = 1\n  two   =  2\n", "b.py": "import os\n"}


def rule(check: Check, criterion: str = "a.x", reads: tuple[Kind, ...] = ()) -> Rule:
    return Rule(f"{criterion}/{check.__name__}", criterion, f"Nothing of {check.__name__}", check, reads)


def says(*findings: Finding, name: str = "check") -> Check:
    def check(repository: Repository) -> Iterator[Finding]:
        yield from findings

    check.__name__ = name
    return check


def fails(repository: Repository) -> Iterator[Finding]:
    yield partial("before it failed", Place("a.py"))
    raise LookupError(f"no {object()!r}")


def one(repository: Repository, *rules: Rule) -> Decision:
    (decision,), _ = decide(repository, rules, ["a.x"])
    return decision


def test_the_strongest_finding_decides_and_weaker_ones_are_no_evidence_of_it(repository: BuildRepository):
    weak = rule(says(partial("half", Place("b.py", 2)), name="weak"))
    strong = rule(says(met("whole", Place("a.py", 2), Place("b.py", 1)), name="strong"))
    decision = one(repository(FILES), weak, strong)
    assert (decision.status, decision.summary) == (Status.MET, "whole")
    assert decision.evidence == (Evidence("a.py", 2, 2, "two = 2"), Evidence("b.py", 1, 1, "import os"))
    assert decision.rules == ("a.x/strong",)


def test_without_findings_a_criterion_is_missing_and_says_why(repository: BuildRepository):
    assert one(repository(FILES), rule(says())).summary == "Nothing of check"
    note = Finding(Status.MISSING, "the folder is empty", ())
    decision = one(repository(FILES), rule(says(note)))
    assert (decision.status, decision.summary, decision.evidence) == (Status.MISSING, "the folder is empty", ())


def test_a_rule_that_fails_costs_its_criterion_alone(repository: BuildRepository):
    rules = (rule(fails), rule(says(met("fine", Place("a.py"))), "a.y"))
    decisions, problems = decide(repository(FILES), rules, ["a.x", "a.y"])
    assert [item.status for item in decisions] == [Status.UNKNOWN, Status.MET]
    assert [problem.where for problem in problems] == ["a.x/fails"]
    assert decisions[0].summary == "the rule a.x/fails failed: LookupError: no <object object at 0x>"


def test_another_rule_may_still_decide(repository: BuildRepository):
    decision = one(repository(FILES), rule(fails), rule(says(met("fine", Place("a.py")))))
    assert decision.status is Status.MET


def fails_late(repository: Repository) -> Iterator[Finding]:
    yield met("before it failed", Place("a.py"))
    raise LookupError


@pytest.mark.parametrize(
    "rules",
    [
        (rule(says(met("whole", Place("a.py")))), rule(fails)),
        (rule(fails), rule(says(partial("half", Place("a.py"))))),
        (rule(says(partial("half", Place("a.py")))), rule(says(met("whole", Place("a.py")), name="last"))),
        (rule(fails_late),),
        (rule(says()),),
        (),
    ],
    ids=["met, fails", "fails, partial", "partial, met", "fails after met", "nothing", "no rule"],
)
def test_without_evidence_the_status_is_the_same(rules: tuple[Rule, ...], repository: BuildRepository):
    repo = repository(FILES)
    (full,), _ = decide(repo, rules, ["a.x"])
    (short,), _ = decide(repo, rules, ["a.x"], evidence=False)
    assert (short.status, short.evidence) == (full.status, ())


def test_without_evidence_no_rule_is_asked_after_one_that_settles(repository: BuildRepository):
    decisions, problems = decide(
        repository(FILES), (rule(says(met("whole", Place("a.py")))), rule(fails)), ["a.x"], evidence=False
    )
    assert (decisions[0].status, problems) == (Status.MET, ())


def test_without_evidence_course_work_is_partial_all_the_same(repository: BuildRepository):
    repo = repository({"homework/01/a.py": "x = 1\n"})
    rules = (rule(says(met("whole", Place("homework/01/a.py")))),)
    (full,), _ = decide(repo, rules, ["a.x"])
    (short,), _ = decide(repo, rules, ["a.x"], evidence=False)
    assert full.status is short.status is Status.PARTIAL


def test_a_finding_without_a_place_is_none(repository: BuildRepository):
    decision = one(repository(FILES), rule(says(met("trust me"))))
    assert decision.status is Status.UNKNOWN
    assert "met without a place" in decision.summary


def test_a_criterion_without_rules_is_unknown(repository: BuildRepository):
    assert one(repository(FILES)).summary == "no installed rule looks at this criterion"


def test_what_was_not_read_makes_nothing_found_unknown(git_repository: BuildGit):
    work = git_repository({"a.py": "x = 1\n" * 100, "README.md": "# Small\n"})
    with open_git(work / ".git", "", Limits(blob_bytes=50)) as snapshot:
        seen = Repository(snapshot)
        needs, needs_not = rule(says(), reads=(Kind.PYTHON,)), rule(says(), reads=(Kind.DOCKERFILE,))
        assert one(seen, needs).summary == "could not be assessed: a.py was not read"
        assert one(seen, needs_not).status is Status.MISSING


def test_course_work_alone_is_partial_at_most(repository: BuildRepository):
    seen = repository({"homework/train.py": "x = 1\n"})
    decision = one(seen, rule(says(met("trained", Place("homework/train.py")))))
    assert (decision.status, decision.summary) == (Status.PARTIAL, "trained; all of it is course work")


def test_evidence_is_bounded(repository: BuildRepository):
    places = [Place("a.py", line) for line in range(1, 200)]
    decision = one(repository({"a.py": "x" * 500 + "\n"}), rule(says(met("many", *places))))
    assert len(decision.evidence) == 20
    assert len(decision.evidence[0].snippet) == 200
    assert decision.evidence[1].snippet == ""


def test_decisions_come_in_the_order_of_the_criteria(repository: BuildRepository):
    decisions, _ = decide(repository(FILES), (rule(says(), "b"), rule(says(), "a")), ["b", "a", "c"])
    assert [item.criterion for item in decisions] == ["b", "a", "c"]
