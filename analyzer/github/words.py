"""What the platform says, in neutral sentences."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from analyzer.github.facts import OwnerFacts, PlatformView, RepositoryFacts, Run, Unknown

__all__ = ["owner_sentences", "sentences"]

_GREEN = frozenset({"success", "neutral", "skipped"})


def sentences(view: PlatformView) -> tuple[str, ...]:
    """The facts about a repository; the last one names what is unknown."""
    if view.repository is None:
        return (f"What the platform says is unknown: {view.why}.",)
    return tuple(_about(view.repository))


def owner_sentences(owner: OwnerFacts) -> tuple[str, ...]:
    """The facts about an account."""
    found = [
        f"{owner.login} ({owner.kind.lower()}) shows {_count(len(owner.repositories), 'repository', 'repositories')}."
    ]
    if owner.profile_readme is not None:
        found.append(f"A README stands on the profile: {'yes' if owner.profile_readme else 'no'}.")
    if owner.website:
        found.append(f"The profile names the site {owner.website}.")
    if owner.pinned:
        found.append(f"Pinned: {', '.join(owner.pinned)}.")
    return (*found, *_unknown(owner.unknown))


def _about(facts: RepositoryFacts) -> Iterator[str]:
    yield _origin(facts)
    if facts.archived:
        yield "It is archived: its owner has closed it for changes."
    words = f'It describes itself as "{facts.description}"' if facts.description else "It has no description"
    topics = f"with the topics {', '.join(facts.topics)}" if facts.topics else "without topics"
    yield f"{words}, {topics}."
    yield f"Its licence is {facts.licence}." if facts.licence else "GitHub recognises no licence."
    if facts.homepage:
        yield f"Its homepage field names {facts.homepage}, which was not called."
    if facts.pages:
        yield f"GitHub Pages publishes {facts.pages}."
    yield from _runs(facts.runs)
    yield from _released(facts)
    yield from _unknown(facts.unknown)


def _origin(facts: RepositoryFacts) -> str:
    if facts.fork:
        own = "" if facts.own_commits is None else f" with {_count(facts.own_commits, 'commit', 'commits')} of its own"
        return f"It is a fork of {facts.parent or 'another repository'}{own}."
    if facts.template_of:
        return f"It was made from the template {facts.template_of}."
    return "It is neither a fork nor made from a template" + (
        ", and is a template itself." if facts.is_template else "."
    )


def _runs(runs: tuple[Run, ...] | None) -> Iterator[str]:
    if runs is None:
        return
    if not runs:
        yield "No workflow has run on the default branch."
        return
    done = [item for item in runs if item.conclusion]
    green = [item for item in done if item.conclusion in _GREEN]
    if not done:
        yield "The latest workflow runs on the default branch have not ended yet."
        return
    other = [
        f"{item.workflow or 'a workflow'}: {item.conclusion} on {item.created}" for item in done if item not in green
    ]
    rest = f" ({'; '.join(other[:3])})" if other else ""
    yield f"Of {_count(len(done), 'workflow', 'workflows')} that ran on the default branch, the latest run of {len(green)} succeeded{rest}."


def _released(facts: RepositoryFacts) -> Iterator[str]:
    if facts.releases is not None:
        if facts.releases:
            newest = facts.releases[0]
            more = (
                f"{len(facts.releases)} or more releases"
                if len(facts.releases) >= 30
                else _count(len(facts.releases), "release", "releases")
            )
            yield f"{more}, the newest {newest.tag} of {newest.published}."
        else:
            yield "It has no release."
    if facts.packages:
        yield f"It publishes the package{'s' if len(facts.packages) > 1 else ''} {', '.join(facts.packages)}."
    if facts.deployments:
        said = "; ".join(
            f"{item.environment} on {item.created}{f' ({item.state})' if item.state else ''}{f', {item.url}' if item.url else ''}"
            for item in facts.deployments
        )
        yield f"Latest deployments: {said}."
    elif facts.environments:
        yield f"Environments without a deployment: {', '.join(facts.environments)}."


def _unknown(items: tuple[Unknown, ...]) -> Iterator[str]:
    if items:
        by_reason: dict[str, list[str]] = {}
        for item in items:
            by_reason.setdefault(item.why, []).append(item.what)
        said = "; ".join(f"{', '.join(what)} ({why})" for why, what in by_reason.items())
        yield f"Unknown: {said}."


def _count(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"
