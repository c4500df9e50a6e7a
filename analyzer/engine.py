"""Runs rules over a repository and decides each criterion by its strongest finding."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from functools import partial

from msgspec import Struct
from msgspec.structs import replace

from analyzer.errors import LimitError
from analyzer.excerpts import evidence_at
from analyzer.findings import Evidence, Finding, Status
from analyzer.inventory import kind_of
from analyzer.plugins import Rule
from analyzer.repository import Repository
from analyzer.snapshot import Problem
from analyzer.soundness import Defect
from analyzer.soundness.effects import Effects

__all__ = ["Decision", "decide", "with_criteria"]

_ADDRESS = re.compile(r"\b0x[0-9a-f]{6,}\b")
_MOST_EVIDENCE = 20


class Decision(Struct, frozen=True):
    """What is decided about one criterion: status, a sentence, and all evidence with the decisive first."""

    criterion: str
    status: Status
    summary: str
    evidence: tuple[Evidence, ...] = ()
    rules: tuple[str, ...] = ()
    stopped_by: Defect | None = None
    """What would stop it from running, where that made it partial."""
    withheld: bool = False
    """Whether it is unknown because of files of the repository itself, not because of us."""
    excused: bool = False
    """Whether it does not apply, by the owner's word."""


def decide(
    repository: Repository,
    rules: Iterable[Rule],
    criteria: Sequence[str],
    defects: Iterable[Defect] = (),
    *,
    evidence: bool = True,
) -> tuple[tuple[Decision, ...], tuple[Problem, ...]]:
    """Decide every criterion.

    What leans on code that a defect stops is partial at most. A rule that raises makes its own criterion unknown, unless
    another rule found something; nothing else is touched. Without ``evidence``, no further rule is asked once a
    criterion is met: the statuses are the same, but what proves them and what failed is not all told.

    Returns the decisions in the order of ``criteria``, and a problem for each rule that failed.
    """
    by_criterion: dict[str, list[Rule]] = {}
    for item in rules:
        by_criterion.setdefault(item.criterion, []).append(item)
    problems: list[Problem] = []
    decisions = []
    effects = Effects(repository, defects)
    for criterion in criteria:
        own = by_criterion.get(criterion, [])
        until = None if evidence else partial(_is_beyond_doubt, effects, criterion)
        findings, failures, settled = _findings(repository, own, until)
        problems += failures
        if settled:
            course = repository.inventory.course_only
            decisions.append(Decision(criterion, Status.PARTIAL if course else Status.MET, ""))
            continue
        failed = failures[-1].what if failures else ""
        stopped = {found: defect for found in findings if (defect := effects.on(found, criterion))}
        # What would be met if it ran comes before what is partial anyway: it is nearer, and says what to mend.
        findings.sort(key=lambda found: not (found in stopped and found.status is Status.MET))
        findings = [_lessened(found, stopped.get(found)) for found in findings]
        beyond = effects.out_of_reach(criterion) if stopped else frozenset()
        if beyond and not any(found.status is Status.MET for found in findings):
            others, *_ = _findings(repository.without(beyond), own, until)
            findings += [found for found in others if found.status is Status.MET and not effects.on(found, criterion)]
        decision = _decision(repository, criterion, own, findings, failed, evidence=evidence)
        by = next((defect for found, defect in stopped.items() if _summary(found, defect) == decision.summary), None)
        decisions.append(replace(decision, stopped_by=by) if by else decision)
    return tuple(decisions), tuple(sorted(problems))


def _is_beyond_doubt(effects: Effects, criterion: str, found: Finding) -> bool:
    return found.status is Status.MET and effects.on(found, criterion) is None


def _findings(
    repository: Repository, rules: Iterable[Rule], until: Callable[[Finding], bool] | None = None
) -> tuple[list[Finding], list[Problem], bool]:
    """What the rules find, and whether they stopped at the first rule with a finding of which ``until`` holds."""
    findings: list[Finding] = []
    problems: list[Problem] = []
    for item in rules:
        try:
            found = [_signed(found, item) for found in item.check(repository)] if item.needs(repository) else []
        except (LimitError, MemoryError):  # of the whole analysis, whoever meets it
            raise
        except Exception as error:  # noqa: BLE001 whatever a rule raises must cost its criterion alone
            # Without addresses of objects, which differ from run to run.
            said = _ADDRESS.sub("0x", str(error))
            problems.append(Problem(item.id, f"the rule {item.id} failed: {type(error).__name__}: {said}"[:300]))
            continue
        findings += found
        if until and any(map(until, found)):
            return findings, problems, True
    return findings, problems, False


def _signed(found: Finding, rule: Rule) -> Finding:
    if found.status.rank and not found.places:
        raise ValueError(f"it says {found.status} without a place that shows it")
    return replace(found, rule=rule.id, criterion=rule.criterion)


def with_criteria(defects: Iterable[Defect], decisions: Iterable[Decision]) -> tuple[Defect, ...]:
    """The defects with the criteria that each made partial."""
    lowered: dict[Defect, list[str]] = {}
    for decision in decisions:
        if decision.stopped_by:
            lowered.setdefault(decision.stopped_by, []).append(decision.criterion)
    return tuple(replace(item, criteria=tuple(lowered.get(item, ()))) for item in defects)


def _summary(found: Finding, defect: Defect) -> str:
    return f"{found.message}, but it would not run: {defect.sentence} ({defect.path}:{defect.line})"


def _lessened(found: Finding, defect: Defect | None) -> Finding:
    return replace(found, status=Status.PARTIAL, message=_summary(found, defect)) if defect else found


def _decision(
    repository: Repository,
    criterion: str,
    rules: Sequence[Rule],
    findings: list[Finding],
    failed: str,
    *,
    evidence: bool,
) -> Decision:
    ranked = sorted(findings, key=lambda found: -found.status.rank)
    best = ranked[0] if ranked else None
    if best and best.status.rank:
        status, summary = best.status, best.message
        if repository.inventory.course_only and status is Status.MET:
            status, summary = Status.PARTIAL, f"{summary}; all of it is course work"
        # What shows the half of it is no evidence of the whole.
        ranked = [found for found in ranked if found.status is best.status]
        places = dict.fromkeys(place for found in ranked for place in found.places)
        shown = tuple(evidence_at(repository, place) for place in list(places)[:_MOST_EVIDENCE]) if evidence else ()
        return Decision(criterion, status, summary, shown, tuple(sorted({found.rule for found in ranked})))
    if failed:
        return Decision(criterion, Status.UNKNOWN, failed)
    if not rules:
        return Decision(criterion, Status.UNKNOWN, "no installed rule looks at this criterion")
    unread = _unread(repository, rules)
    if unread:
        return Decision(criterion, Status.UNKNOWN, f"could not be assessed: {unread} was not read", withheld=True)
    note = best.message if best else ""
    return Decision(criterion, Status.MISSING, note or rules[0].title)


def _unread(repository: Repository, rules: Sequence[Rule]) -> str:
    """A file that a rule needed and that could not be read, or an empty string."""
    kinds = {kind for item in rules for kind in item.reads}
    unread = (item.where for item in repository.snapshot.problems if kind_of(item.where) in kinds)
    return next((path for path in unread if repository.is_candidates(path)), "")
