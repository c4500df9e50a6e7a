"""Which repositories deserve a full analysis: by what the platform lists, then by a first look at file names."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from msgspec import Struct, field
from msgspec.structs import replace

from analyzer.analysis import Options, Progress
from analyzer.errors import FolioscopeError, TargetError, UsageError
from analyzer.github.facts import Listed, OwnerFacts
from analyzer.github.platform import Platform
from analyzer.knowledge.signs import DOTFILES, SITE_NAME
from analyzer.portfolio.look import look_at, look_of, subdir_of, why_not
from analyzer.portfolio.model import Failure, LeftOut, Look
from analyzer.portfolio.sources import Account, Named
from analyzer.target import Host, place_of

__all__ = ["Candidate", "Choice", "Platforms", "choose", "unreadable"]

Platforms = Callable[[Host | None], Platform | None]
"""Gives the platform of a host (None: the one that is asked by default), or None where none can be asked."""

_MOST_LOOKS = 60
"""Repositories of one account that are looked at; the rest are older and said to be so."""


class Candidate(Struct, frozen=True):
    """A repository, or a project of one, that is to be analyzed: what to analyze, and with which options."""

    name: str
    target: str
    options: Options
    look: Look


class Choice(Struct):
    """What was chosen, what was left out, what could not be read.

    ``more`` says whether something was left out that would be analyzed with ``everything``. ``places`` are those that
    were looked at: a repository may be named beside the account that it belongs to.
    """

    candidates: list[Candidate] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    looks: list[tuple[str, Look]] = field(default_factory=list)
    owners: list[OwnerFacts] = field(default_factory=list)
    more: bool = False
    places: set[object] = field(default_factory=set)


def choose(
    named: Sequence[Named],
    options: Options,
    progress: Progress,
    platforms: Platforms,
    *,
    most: int,
    everything: bool = False,
    split: bool = False,
) -> Choice:
    """Choose among what was named.

    Args:
        named: repositories and accounts.
        options: how targets are read.
        progress: told the stages.
        platforms: gives the platform that lists the repositories of an account.
        most: the number of repositories that are analyzed in full, the most promising first.
        everything: whether nothing but forks without own commits and empty repositories is left out.
        split: whether each project inside a repository is a unit of its own.

    Raises:
        UsageError: an account was named and no platform can be asked.
    """
    choice = Choice()
    for item in named:
        if isinstance(item, Account):
            _look_at_account(item, choice, options, progress, platforms(item.host), everything=everything)
        else:
            _look_at_one(item, choice, options, progress, everything=everything)
    choice.candidates = list({item.name: item for item in choice.candidates}.values())
    _keep_best(choice, most)
    if split:
        choice.candidates = [part for item in choice.candidates for part in _parts(item)]
    return choice


def _keep_best(choice: Choice, most: int) -> None:
    ordered = sorted(choice.candidates, key=lambda item: (-item.look.weight, item.name))
    beyond = {item.name for item in ordered[most:]}
    others = f"{most} others promise" if most > 1 else "one other promises"
    choice.left_out += [
        LeftOut(item.name, f"{others} more at first sight; --most raises the number", item.look.impression)
        for item in ordered[most:]
    ]
    choice.candidates = [item for item in choice.candidates if item.name not in beyond]


def _take(
    name: str, target: str, look: Look, choice: Choice, options: Options, *, everything: bool, named: bool = False
) -> None:
    choice.looks.append((name, look))
    reason = why_not(name, look)
    if reason and not (everything and look.files):
        hint = "; --all analyzes it" if named and look.files else ""
        choice.left_out.append(LeftOut(name, reason + hint, look.impression))
        choice.more |= look.files > 0
    else:
        choice.candidates.append(Candidate(name, target, options, look))


def _look_at_one(target: str, choice: Choice, options: Options, progress: Progress, *, everything: bool) -> None:
    place = _place(target, options)
    if place in choice.places:
        return
    choice.places.add(place)
    name = _name_of(target, options)
    progress("look", name)
    try:
        look = look_at(target, options, progress)
    except FolioscopeError as error:
        choice.failures.append(Failure(target, error))
        return
    taken = {item.name for item in choice.candidates} | {item.name for item in choice.left_out}
    _take(_unique(name, target, taken), target, look, choice, options, everything=everything, named=True)


def _place(target: str, options: Options) -> object:
    """What is the same however a target is spelled."""
    return place_of(target, ref=options.ref, subdir=options.subdir, hosts=options.hosts, local=options.local)


def _unique(name: str, target: str, taken: set[str]) -> str:
    """Two folders of one name are told apart by what was typed."""
    return name if name not in taken else target


def _name_of(target: str, options: Options) -> str:
    """``owner/name``, or the name of a folder, with the subfolder."""
    from analyzer.target import parse_target

    try:
        parsed = parse_target(target, ref=options.ref, subdir=options.subdir, hosts=options.hosts)
    except UsageError:
        return target
    if parsed.path is None:
        folder = "/".join((*parsed.tail[1:], *([parsed.subdir] if parsed.subdir else [])))
        base = f"{parsed.owner}/{parsed.repo}"
        return f"{base} ({folder})" if folder else base
    path = parsed.path.resolve()
    name = path.parent.name if path.name in (".git", "repo") else path.name
    return name.removesuffix(".git") or target


# -- accounts ----------------------------------------------------------------------------------------------------


def _look_at_account(
    account: Account,
    choice: Choice,
    options: Options,
    progress: Progress,
    platform: Platform | None,
    *,
    everything: bool,
) -> None:
    if platform is None:
        raise UsageError(
            f"The repositories of {account.login} can only be listed by asking the platform",
            "Leave out --offline, or name the repositories (addresses, paths, or a file of them).",
        )
    progress("list", account.login)
    try:
        owner = platform.owner(account.login)
    except FolioscopeError as error:
        choice.failures.append(Failure(account.login, error))
        return
    choice.owners.append(owner)
    worth: list[Listed] = []
    for item in owner.repositories:
        if _place(item.url, options) in choice.places:
            continue
        reason = _why_not_listed(item, owner, platform)
        if reason:
            choice.left_out.append(LeftOut(item.name, reason))
        else:
            worth.append(item)
    recent = sorted(worth, key=lambda item: (item.pushed, item.name), reverse=True)
    for item in recent[_MOST_LOOKS:]:
        reason = f"{_MOST_LOOKS} other repositories of {owner.login} were changed later"
        choice.left_out.append(LeftOut(item.name, reason))
    for item in recent[:_MOST_LOOKS]:
        _look_at_listed(item, choice, options, progress, platform, everything=everything)


def _why_not_listed(item: Listed, owner: OwnerFacts, platform: Platform) -> str:
    name = item.name.rpartition("/")[2]
    if item.empty:
        return "it is empty"
    if item.fork:
        own = 0 if item.untouched else platform.own_commits(item.name)
        if own is None:
            return "a fork; whether it has commits of its own is unknown"
        if own == 0:
            return "a fork without commits of its own"
    if DOTFILES.fullmatch(name):
        return "its name says that it holds settings"
    if name.lower() == owner.login.lower():
        return "it holds the README of the profile"
    if SITE_NAME.fullmatch(name):
        return "it holds a personal site"
    return ""


def _look_at_listed(
    item: Listed, choice: Choice, options: Options, progress: Progress, platform: Platform, *, everything: bool
) -> None:
    choice.places.add(_place(item.url, options))
    progress("look", item.name)
    try:
        paths = platform.paths(item.name, item.default_branch)
        # A tree that the platform cuts off, and one that it does not give, is fetched without contents.
        look = look_of(paths) if paths is not None else look_at(item.url, options, progress)
    except FolioscopeError as error:
        choice.failures.append(Failure(item.name, error))
        return
    look = replace(look, branch=item.default_branch)
    _take(item.name, item.url, look, choice, options, everything=everything)


# -- projects inside ---------------------------------------------------------------------------------------------


def _parts(item: Candidate) -> Iterator[Candidate]:
    """The projects of a repository as candidates, and the whole beside them; what is one project stays one."""
    yield item
    for project in item.look.projects:
        look = Look(
            project.files,
            project.signs,
            project.impression,
            item.look.weight,
            project.has_readme,
        )
        folder = subdir_of(project.path, item.look.folder, item.target, item.options)
        yield Candidate(f"{item.name} ({folder})", item.target, replace(item.options, subdir=folder), look)


def unreadable(failures: Iterable[Failure]) -> FolioscopeError:
    """The error where nothing could be read: the first cause."""
    causes = list(failures)
    first = causes[0].error
    more = f" (and {len(causes) - 1} more could not be read)" if len(causes) > 1 else ""
    error = TargetError(f"{first.what}{more}", first.hint)
    error.__cause__ = first
    return error
