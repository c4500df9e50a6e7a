"""The presentation tips of the guide that concern the whole: organisation, READMEs, a site, outcomes in numbers."""

from __future__ import annotations

from collections.abc import Sequence

from analyzer.findings import Status
from analyzer.github.facts import OwnerFacts
from analyzer.knowledge.signs import SITE_NAME
from analyzer.portfolio.merge import ranked
from analyzer.portfolio.model import Look, Tip, Unit

__all__ = ["judge_whole"]

_LOOSE = 8
"""Files with code at the root, beside folders, from which on a repository is hard to find one's way in."""
_CLUTTER = 2


def judge_whole(
    units: Sequence[Unit], looks: Sequence[tuple[str, Look]], owners: Sequence[OwnerFacts]
) -> tuple[Tip, ...]:
    """Return the four tips.

    Args:
        units: what was analyzed.
        looks: every repository that was looked at, with its name; those that were left out too.
        owners: what the platform says about the users or organisations that were named.
    """
    ordered = ranked(units)
    return (_organisation(looks), _readmes(looks), _site(ordered, owners), _outcomes(ordered))


def _judged(held: Sequence[str], among: int) -> Status:
    """Met where nothing holds it back, partial where at least half of all are fine."""
    if not among:
        return Status.UNKNOWN
    if not held:
        return Status.MET
    return Status.PARTIAL if len(held) * 2 <= among else Status.MISSING


def _organisation(looks: Sequence[tuple[str, Look]]) -> Tip:
    reasons = {name: why for name, look in looks if (why := _untidy(look))}
    said = "; ".join(f"{name}: {why}" for name, why in list(reasons.items())[:5])
    sentence = (
        f"{_share(len(looks) - len(reasons), len(looks))} a clean organisation" + (f" ({said})" if said else "") + "."
    )
    return Tip("organisation", "Clean organisation", _judged(list(reasons), len(looks)), sentence, tuple(reasons))


def _untidy(look: Look) -> str:
    """What a visitor stumbles over at first sight."""
    if look.strays:
        return f"{look.strays:,} generated or installed {'file is' if look.strays == 1 else 'files are'} committed"
    if len(look.clutter) >= _CLUTTER:
        return f"left-overs such as {look.clutter[0]}"
    if look.loose > _LOOSE:
        return f"{look.loose} files with code lie loose at the root"
    return ""


def _readmes(looks: Sequence[tuple[str, Look]]) -> Tip:
    without = [name for name, look in looks if not look.readme]
    without += [
        f"{name}/{project.path}"
        for name, look in looks
        if len(look.projects) > 1
        for project in look.projects
        if not project.has_readme
    ]
    among = len(looks) + sum(len(look.projects) for _, look in looks if len(look.projects) > 1)
    sentence = f"{_share(among - len(without), among)} a README" + (
        f"; {_few(without)} {'has' if len(without) == 1 else 'have'} none." if without else "."
    )
    return Tip("readmes", "READMEs everywhere", _judged(without, among), sentence, tuple(without))


def _site(units: Sequence[Unit], owners: Sequence[OwnerFacts]) -> Tip:
    linked = [
        (unit.name, item.decision.evidence[0])
        for unit in units
        for item in unit.report.scorecard.criteria
        if item.criterion.id == "doc.site" and item.decision.status is Status.MET and item.decision.evidence
    ]
    title = "A personal site, Notion page or project page"
    for owner in owners:
        if owner.website:
            return Tip("site", title, Status.MET, f"The profile of {owner.login} names {owner.website}.")
        site = next((item for item in owner.repositories if SITE_NAME.fullmatch(item.name.rpartition("/")[2])), None)
        if site:
            return Tip("site", title, Status.MET, f"{site.name} holds a site.")
    if linked:
        name, evidence = linked[0]
        return Tip("site", title, Status.MET, f"{name} links one ({evidence.path}:{evidence.line}).")
    more = "" if owners else "; the profile was not asked for"
    return Tip("site", title, Status.MISSING, f"No repository links one{more}.")


def _outcomes(units: Sequence[Unit]) -> Tip:
    """Of each repository; what one of its projects states, it states."""
    by_target: dict[str, list[Unit]] = {}
    for unit in units:
        by_target.setdefault(unit.target, []).append(unit)
    without = [same[0].name for same in by_target.values() if not any(_quantified(unit) for unit in same)]
    backed = sum(max(sum(item.backed for item in unit.report.outcomes) for unit in same) for same in by_target.values())
    shown = f"; {backed:,} of their figures {'is' if backed == 1 else 'are'} shown by a file" if backed else ""
    among = len(by_target)
    sentence = f"{_share(among - len(without), among)} outcomes in numbers{shown}."
    return Tip("outcomes", "Quantified outcomes", _judged(without, among), sentence, tuple(without))


def _quantified(unit: Unit) -> bool:
    return any(
        item.criterion.id == "doc.quantified" and item.decision.status is Status.MET
        for item in unit.report.scorecard.criteria
    )


def _share(number: int, among: int) -> str:
    if number == among:
        return "It has" if among == 1 else f"All {among} have"
    return f"{number} of {among} {'has' if number == 1 else 'have'}"


def _few(names: Sequence[str]) -> str:
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
