"""What a platform says about a repository and about its owner: plain values beside the score, never in it.

``None`` stands for what was not asked or could not be known; each has its reason in ``unknown``.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Deployment", "Listed", "OwnerFacts", "PlatformView", "Release", "RepositoryFacts", "Run", "Unknown"]


@dataclass(frozen=True, slots=True)
class Unknown:
    """Something that the platform did not tell, and why."""

    what: str
    why: str


@dataclass(frozen=True, slots=True)
class Run:
    """The latest run of a workflow on the default branch. ``conclusion`` is empty while it runs."""

    workflow: str
    event: str
    conclusion: str
    commit: str
    created: str
    url: str


@dataclass(frozen=True, slots=True)
class Release:
    """A release: its tag and day (UTC, ISO 8601)."""

    tag: str
    published: str
    prerelease: bool


@dataclass(frozen=True, slots=True)
class Deployment:
    """A deployment: environment, day, the latest state that was reported (empty for none), and its address."""

    environment: str
    created: str
    state: str
    url: str


@dataclass(frozen=True, slots=True)
class RepositoryFacts:
    """A repository as its platform knows it.

    Args:
        name: ``owner/name``.
        url: its page.
        parent: ``owner/name`` of what it was forked from; empty for none.
        own_commits: commits that the parent does not have, for a fork; None where it is no fork or not known.
        is_template: whether others may make repositories from it.
        template_of: ``owner/name`` of the template it was made from; empty for none.
        homepage: the address that its owner gave; Folioscope does not call it.
        licence: SPDX id, or empty.
        pages: address of its GitHub Pages; empty for none.
        releases: the newest releases, at most 30.
        packages: names of the packages that it publishes.
        environments: names of its deployment environments.
        deployments: the newest deployments, one an environment.
        runs: the latest run of each workflow on the default branch.
    """

    name: str
    url: str
    fork: bool
    parent: str
    own_commits: int | None
    is_template: bool
    template_of: str
    archived: bool
    private: bool
    description: str
    topics: tuple[str, ...]
    homepage: str
    licence: str
    default_branch: str
    created: str
    pushed: str
    pages: str | None = None
    releases: tuple[Release, ...] | None = None
    packages: tuple[str, ...] | None = None
    environments: tuple[str, ...] | None = None
    deployments: tuple[Deployment, ...] | None = None
    runs: tuple[Run, ...] | None = None
    unknown: tuple[Unknown, ...] = ()


@dataclass(frozen=True, slots=True)
class Listed:
    """A repository in the list of its owner: enough to decide whether to look closer.

    ``untouched`` says that nothing was pushed since it was made, as in a fork that was never worked on.
    """

    name: str
    url: str
    fork: bool
    archived: bool
    private: bool
    empty: bool
    untouched: bool
    description: str
    language: str
    topics: tuple[str, ...]
    homepage: str
    default_branch: str
    created: str
    pushed: str


@dataclass(frozen=True, slots=True)
class OwnerFacts:
    """A user or an organisation as the platform knows it. Names, photos and followers are not read.

    ``profile_readme`` says whether a README stands on the profile; ``pinned`` names pinned repositories.
    """

    login: str
    kind: str
    url: str
    website: str
    profile_readme: bool | None
    pinned: tuple[str, ...] | None
    repositories: tuple[Listed, ...]
    unknown: tuple[Unknown, ...] = ()


@dataclass(frozen=True, slots=True)
class PlatformView:
    """What a platform was asked about one repository: the facts, or ``why`` there are none.

    ``source`` is the address of the interface that was asked.
    """

    source: str
    repository: RepositoryFacts | None
    why: str = ""
