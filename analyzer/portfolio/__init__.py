"""A person's work: many repositories to one portfolio, in which the best evidence counts.

from analyzer.portfolio import analyze_portfolio
whole = analyze_portfolio(["owner/one", "owner/two"])
print(whole.score, [item.title for item in whole.skills if item.level == "strong"])
"""

from __future__ import annotations

from collections.abc import Sequence

from analyzer.analysis import Options, Progress, analyze_each
from analyzer.errors import FolioscopeError, TargetError
from analyzer.github.facts import OwnerFacts
from analyzer.github.platform import Platform, platform_for
from analyzer.portfolio.choose import Choice, choose, unreadable
from analyzer.portfolio.merge import merge, merged_technologies, ranked, strongest
from analyzer.portfolio.model import Failure, Portfolio, Unit
from analyzer.portfolio.plan import plan_steps
from analyzer.portfolio.skills import skills_matrix
from analyzer.portfolio.sources import Account, Named, named_in
from analyzer.portfolio.tips import judge_whole
from analyzer.report import Report
from analyzer.roles import role_shares
from analyzer.rubric import Rubric, load_rubric
from analyzer.version import VERSION

__all__ = ["MOST", "Portfolio", "Unit", "analyze_portfolio", "portfolio_of"]

MOST = 12
"""Repositories of one portfolio that are analyzed in full, where no other number is given."""


def _quiet(stage: str, detail: str) -> None:
    del stage, detail


def analyze_portfolio(
    targets: Sequence[str],
    options: Options = Options(),
    progress: Progress = _quiet,
    *,
    jobs: int = 1,
    most: int = MOST,
    everything: bool = False,
    split: bool = False,
    platform: Platform | None = None,
    ask: bool = False,
) -> Portfolio:
    """Choose among what the targets name, analyze it, and merge the reports.

    Args:
        targets: users, organisations, addresses or paths of repositories, or files that list them.
        options: how each is analyzed.
        progress: told each stage and a detail.
        jobs: processes that analyze.
        most: repositories that are analyzed in full, the most promising first.
        everything: whether what does not look like machine learning is analyzed too.
        split: whether each project inside a repository is a unit of its own.
        platform: the platform that lists an account's repositories; by default the one that the environment describes,
            asked only where an account is named or with ``ask``, and none with ``options.offline``.
        ask: whether the platform is asked about each repository that was analyzed; its word stands beside the score.

    Raises:
        FolioscopeError: nothing could be read, or the arguments are wrong. One target that cannot be read costs itself alone.
    """
    rubric = load_rubric(options.rubric)
    named = named_in(targets, options.hosts)
    accounts = [item for item in named if isinstance(item, Account)]
    made = platform is None and bool(accounts or ask) and not options.offline
    if made:
        platform = platform_for(accounts[0].host if accounts else options.hosts[0], progress=progress)
    try:
        return _analyzed(named, options, progress, platform, rubric, jobs, most, everything, split, ask)
    finally:
        if made and platform:
            platform.close()


def _analyzed(
    named: Sequence[Named],
    options: Options,
    progress: Progress,
    platform: Platform | None,
    rubric: Rubric,
    jobs: int,
    most: int,
    everything: bool,
    split: bool,
    ask: bool,
) -> Portfolio:
    choice = choose(named, options, progress, platform, most=most, everything=everything, split=split)
    units: list[Unit] = []
    work = [(item.target, item.options) for item in choice.candidates]
    if work:
        progress("analyze", f"{len(work)} repositories" if len(work) > 1 else choice.candidates[0].name)
    for candidate, result in zip(choice.candidates, analyze_each(work, jobs=jobs), strict=True):
        if result.report is not None:
            report = _asked(result.report, platform, options) if ask else result.report
            units.append(Unit(candidate.name, candidate.target, report, candidate.look))
            progress("analyzed", f"{candidate.name} ({len(units)} of {len(work)})")
        else:
            assert result.error is not None
            choice.failures.append(Failure(candidate.name, result.error))
    if not units:
        raise unreadable(choice.failures) if choice.failures else _nothing_left(choice)
    name = ", ".join(item.login for item in named if isinstance(item, Account))
    return portfolio_of(units, rubric, name=name, choice=choice)


def _asked(report: Report, platform: Platform | None, options: Options) -> Report:
    from analyzer.beside import with_platform

    return with_platform(report, platform, "--offline was given" if options.offline else "")


def _nothing_left(choice: Choice) -> FolioscopeError:
    reasons = "; ".join(f"{item.name}: {item.reason}" for item in choice.left_out[:3])
    return TargetError(
        f"None of the repositories deserves a full analysis ({reasons or 'there is none'})",
        "--all analyzes them all the same.",
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
