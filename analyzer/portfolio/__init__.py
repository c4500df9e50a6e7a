"""A person's work: many repositories to one portfolio, in which the best evidence counts.

from analyzer.portfolio import analyze_portfolio
whole = analyze_portfolio(["owner/one", "owner/two"])
print(whole.score, [item.title for item in whole.skills if item.level == "strong"])
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

from msgspec.structs import replace

from analyzer.analysis import Options, Progress, Result, analyze_each
from analyzer.errors import FolioscopeError, TargetError
from analyzer.github.facts import OwnerFacts
from analyzer.github.platform import Platform, platform_for, waits_in_log
from analyzer.portfolio.choose import Choice, choose, unreadable
from analyzer.portfolio.merge import merge, merged_technologies, ranked, strongest
from analyzer.portfolio.model import Failure, Portfolio, Unit
from analyzer.portfolio.plan import plan_steps
from analyzer.portfolio.skills import skills_matrix
from analyzer.portfolio.sources import Account, named_in
from analyzer.portfolio.tips import judge_whole
from analyzer.report import Report
from analyzer.roles import role_shares
from analyzer.rubric import Rubric, load_rubric
from analyzer.target import Host
from analyzer.version import VERSION

__all__ = ["MOST", "Each", "Portfolio", "Unit", "analyze_portfolio", "choose_among", "judge_choice", "portfolio_of"]


class Each(Protocol):
    """Analyzes many targets, each with its options, as :func:`analyzer.analysis.analyze_each` does."""

    def __call__(self, targets: Iterable[tuple[str, Options]], /, *, jobs: int = 1) -> Iterator[Result]:
        """One result a target, in order."""
        ...


MOST = 12
"""Repositories of one portfolio that are analyzed in full, where no other number is given."""


def analyze_portfolio(
    targets: Sequence[str],
    options: Options = Options(),
    progress: Progress = waits_in_log,
    *,
    jobs: int = 1,
    most: int = MOST,
    everything: bool = False,
    split: bool = False,
    platform: Platform | None = None,
    ask: bool = False,
    each: Each = analyze_each,
) -> Portfolio:
    """Choose among what the targets name, analyze it, and merge the reports.

    Args:
        targets: users, organisations, addresses or paths of repositories, or files that list them.
        options: how each is analyzed.
        progress: told each stage and a detail; by default the log is told what is waited for, and no more.
        jobs: processes that analyze.
        most: repositories that are analyzed in full, the most promising first.
        everything: whether what does not look like machine learning is analyzed too.
        split: whether each project inside a repository is a unit of its own.
        platform: the platform that lists an account's repositories; by default the one that the environment describes,
            asked only where an account is named or with ``ask``, and none with ``options.offline``.
        ask: whether the platform is asked about each repository that was analyzed; its word stands beside the score.
        each: analyzes what was chosen, in order; one that knows reports of earlier runs may take its place.

    Raises:
        FolioscopeError: nothing could be read, or the arguments are wrong. One target that cannot be read costs itself alone.
    """
    rubric = load_rubric(options.rubric)
    named = named_in(targets, options.hosts)
    with _Platforms(platform, progress, offline=options.offline) as platforms:
        choice = choose(named, options, progress, platforms.of, most=most, everything=everything, split=split)
        units = _analyzed(choice, progress, jobs, each)
        if ask:
            units = [replace(unit, report=platforms.asked(unit.report, options)) for unit in units]
    name = ", ".join(item.login for item in named if isinstance(item, Account))
    return portfolio_of(units, rubric, name=name, choice=choice)


def choose_among(
    targets: Sequence[str],
    options: Options,
    progress: Progress = waits_in_log,
    *,
    most: int = MOST,
    split: bool = False,
) -> Choice:
    """What :func:`analyze_portfolio` would analyze, for those who let others do that; see :func:`judge_choice`.

    Raises:
        FolioscopeError: as there.
    """
    with _Platforms(None, progress, offline=options.offline) as platforms:
        choice = choose(named_in(targets, options.hosts), options, progress, platforms.of, most=most, split=split)
    if not choice.candidates:
        raise _without(choice)
    return choice


def judge_choice(choice: Choice, rubric: Rubric, each: Each, progress: Progress = waits_in_log) -> Portfolio:
    """The portfolio of what was chosen, whose reports ``each`` gives.

    Raises:
        FolioscopeError: it gave none.
    """
    return portfolio_of(_analyzed(choice, progress, 1, each), rubric, choice=choice)


def _analyzed(choice: Choice, progress: Progress, jobs: int, each: Each) -> list[Unit]:
    """Analyze what was chosen; what fails is noted with its cause.

    Raises:
        FolioscopeError: there is no report at all.
    """
    units: list[Unit] = []
    work = [(item.target, item.options) for item in choice.candidates]
    if work:
        progress("analyze", f"{len(work)} repositories" if len(work) > 1 else choice.candidates[0].name)
    for candidate, result in zip(choice.candidates, each(work, jobs=jobs), strict=True):
        if result.report is not None:
            units.append(Unit(candidate.name, candidate.target, result.report, candidate.look))
            progress("analyzed", f"{candidate.name} ({len(units)} of {len(work)})")
        else:
            assert result.error is not None
            choice.failures.append(Failure(candidate.name, result.error))
    if not units:
        raise _without(choice)
    return units


class _Platforms:
    """The platforms that are asked, one a host, made when first asked for and closed at the end."""

    def __init__(self, given: Platform | None, progress: Progress, *, offline: bool) -> None:
        self._given = given
        self._progress = progress
        self._offline = offline
        self._made: dict[Host | None, Platform] = {}

    def __enter__(self) -> _Platforms:
        return self

    def __exit__(self, *error: object) -> None:
        for platform in self._made.values():
            platform.close()

    def of(self, host: Host | None) -> Platform | None:
        """The platform of a host; None offline."""
        if self._given is not None or self._offline:
            return self._given
        if host not in self._made:
            self._made[host] = platform_for(host, progress=self._progress)
        return self._made[host]

    def asked(self, report: Report, options: Options) -> Report:
        """The report with what the platform says."""
        from analyzer.beside import host_of, with_platform

        platform = self.of(host_of(report, options.hosts))
        return with_platform(report, platform, "--offline was given" if options.offline else "")


def _without(choice: Choice) -> FolioscopeError:
    """Why a choice gives no portfolio."""
    return unreadable(choice.failures) if choice.failures else _nothing_left(choice)


def _nothing_left(choice: Choice) -> FolioscopeError:
    if not choice.left_out:
        logins = ", ".join(owner.login for owner in choice.owners)
        return TargetError(f"{logins} shows no repository", "Name repositories by their addresses or paths.")
    reasons = "; ".join(f"{item.name}: {item.reason}" for item in choice.left_out[:3])
    return TargetError(
        f"None of the repositories deserves a full analysis ({reasons})",
        "folioscope portfolio --all analyzes what does not look like machine learning too."
        if choice.more
        else "Name repositories that hold work of their own, by their addresses or paths.",
    )


def portfolio_of(units: Sequence[Unit], rubric: Rubric, *, name: str = "", choice: Choice | None = None) -> Portfolio:
    """Merge units that were analyzed by one rubric.

    Raises:
        ValueError: there is no unit.
    """
    if not units:
        raise ValueError("a portfolio needs a unit")
    choice = choice or Choice(looks=[(unit.name, unit.look) for unit in units if unit.look])
    card, criteria = merge(units, rubric)
    owners: tuple[OwnerFacts, ...] = tuple(choice.owners)
    return Portfolio(
        VERSION,
        name,
        rubric,
        card,
        criteria,
        ranked(units),
        tuple(choice.left_out),
        tuple(choice.failures),
        skills_matrix(units, criteria),
        strongest(units, criteria),
        plan_steps(units, card, criteria),
        role_shares(card, merged_technologies(units)),
        judge_whole(units, choice.looks, owners),
        owners,
    )
