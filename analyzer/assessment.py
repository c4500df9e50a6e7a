"""From one snapshot to its report: everything that is found out about it, and the score that rests on it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import closing

from msgspec import Struct
from msgspec.structs import replace

from analyzer.advice import next_steps
from analyzer.annotations import Applied, AppliedAnnotation, OwnersWord, excuse, weaker
from analyzer.authenticity import look_beside
from analyzer.claims import find_claims
from analyzer.engine import Decision, decide, with_criteria
from analyzer.errors import LimitError
from analyzer.excerpts import cut_excerpts
from analyzer.findings import Evidence
from analyzer.history import read_history
from analyzer.interview import interview_questions
from analyzer.outcomes import find_outcomes
from analyzer.plugins import Rule, discover
from analyzer.prints import take_prints
from analyzer.projects import several_projects
from analyzer.report import Report, ReportTarget
from analyzer.repository import Repository
from analyzer.roles import role_shares
from analyzer.rubric import Rubric
from analyzer.scorer import Scorecard, score
from analyzer.snapshot import Problem, Snapshot
from analyzer.soundness import Defect, find_defects
from analyzer.technologies import find_technologies
from analyzer.version import VERSION
from analyzer.wiring import WiringSummary, summarize

__all__ = ["Judged", "assess", "judge"]


def assess(
    snapshot: Snapshot,
    target: ReportTarget,
    rubric: Rubric,
    rules: tuple[Rule, ...] | None = None,
    owner: str = "",
    word: OwnersWord = OwnersWord(),
    *,
    prints: bool = False,
) -> Report:
    """Assess one snapshot, or the folder of it that the target names.

    ``owner`` is whose share of the commits is reported, ``prints`` asks for fingerprints; neither touches the score.
    ``word`` is what the repository's configuration says, as far as it counts.

    Raises:
        LimitError: the repository holds more text than may be read.
    """
    from concurrent.futures import ThreadPoolExecutor

    left_out = word.left_out()
    with ThreadPoolExecutor(1) as aside, closing(Repository(snapshot, target.subdir, left_out)) as repository:
        history = aside.submit(read_history, snapshot)  # git reads it while this process parses
        judged = judge(repository, rubric, discover() if rules is None else rules, word)
        card, defects, wiring, applied = judged.scorecard, judged.defects, judged.wiring, judged.applied
        technologies = find_technologies(repository)
        claims = find_claims(repository, technologies)
        interview, unasked = interview_questions(repository, card, claims)
        outcomes = find_outcomes(repository)
        beside = look_beside(repository, history.result(), owner)
        return Report(
            VERSION,
            target,
            rubric,
            card,
            technologies,
            claims,
            outcomes,
            beside,
            next_steps(card, defects),
            problems=tuple(sorted({*repository.problems, *judged.problems, *unasked, *word.problems})),
            files=len(repository.inventory.own),
            wiring=wiring,
            interview=interview,
            roles=role_shares(card, technologies),
            defects=defects,
            configuration=applied,
            front_page=repository.front_page,
            projects=several_projects(repository.inventory),
            excerpts=cut_excerpts(repository, _by_weight(card)),
            prints=take_prints(repository) if prints else (),
        )


class Judged(Struct, frozen=True):
    """What decides the score of one repository: all that a report says rests on it."""

    scorecard: Scorecard
    defects: tuple[Defect, ...]
    wiring: WiringSummary
    applied: Applied | None
    problems: tuple[Problem, ...]


def judge(
    repository: Repository,
    rubric: Rubric,
    rules: tuple[Rule, ...],
    word: OwnersWord = OwnersWord(),
    *,
    evidence: bool = True,
) -> Judged:
    """Decide all criteria of a repository and score them. What ``word`` leaves out, ``repository`` is without.

    Without ``evidence`` the scorecard says the same, but does not show what proves it.
    """
    names = tuple(item.id for item in rubric.criteria)
    defects, unchecked = find_defects(repository)
    decisions, failures = decide(repository, rules, names, defects, evidence=evidence)
    defects = with_criteria(defects, decisions)
    wiring, broken = _wiring(repository)
    snapshot, complete, left_out = repository.snapshot, wiring.chain.complete, word.left_out()
    if left_out:
        decisions, complete = _no_stronger(snapshot, repository.subdir, decisions, rules, complete=complete)
    card, applied = _scored(decisions, rubric, word, complete=complete)
    if applied and left_out:
        applied = replace(applied, left_out_files=sum(map(left_out, snapshot.entries)))
    return Judged(card, defects, wiring, applied, (*failures, *broken, *unchecked))


def _no_stronger(
    snapshot: Snapshot, subdir: str, reduced: Iterable[Decision], rules: tuple[Rule, ...], *, complete: bool
) -> tuple[tuple[Decision, ...], bool]:
    """The decisions and whether the chain is complete, no stronger than with all files: leaving out earns nothing."""
    with closing(Repository(snapshot, subdir)) as whole:
        ordered = tuple(reduced)
        defects, _ = find_defects(whole)
        decisions, _ = decide(whole, rules, tuple(item.criterion for item in ordered), defects)
        complete = complete and _wiring(whole)[0].chain.complete
    return tuple(weaker(first, second) for first, second in zip(decisions, ordered, strict=True)), complete


def _scored(
    decisions: tuple[Decision, ...], rubric: Rubric, word: OwnersWord, *, complete: bool
) -> tuple[Scorecard, Applied | None]:
    card = score(decisions, rubric, chain_complete=complete)
    said = word.configuration
    if said is None:
        return card, None
    applied: tuple[AppliedAnnotation, ...] = ()
    without = card.score
    if word.annotations:
        decisions, applied = excuse(decisions, said, rubric)
        card = score(decisions, rubric, chain_complete=complete)
    if not word.settings:
        return card, Applied(said.path, applied, without) if applied else None
    return card, Applied(said.path, applied, without, True, said.fail_under, said.leave_out)


def _by_weight(card: Scorecard) -> Iterator[Evidence]:
    """All evidence, the most telling of each criterion first."""
    yield from (found for item in card.criteria for found in item.decision.evidence[:1])
    yield from (found for item in card.criteria for found in item.decision.evidence[1:])


def _wiring(repository: Repository) -> tuple[WiringSummary, tuple[Problem, ...]]:
    """The wiring; where it cannot be drawn, none, and the problem that says so."""
    try:
        return summarize(repository), ()
    except (LimitError, MemoryError):  # of the whole analysis, whoever meets it
        raise
    except Exception as error:  # noqa: BLE001 whatever goes wrong here must not cost the report
        return WiringSummary(), (Problem("wiring", f"could not be drawn: {type(error).__name__}: {error}"[:300]),)
