"""A user or organisation as GitHub knows it. Names, photos, mail addresses and followers are not read."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from analyzer.github.facts import Listed, OwnerFacts, Unknown
from analyzer.github.platform import Asker
from analyzer.github.repositories import day
from analyzer.github.settings import Settings

if TYPE_CHECKING:
    from github import Github

__all__ = ["read_owner"]

_MOST = 500
"""Repositories that are listed: five pages."""

_PINNED = """
query($login: String!) {
  repositoryOwner(login: $login) {
    ... on ProfileOwner { pinnedItems(first: 6, types: [REPOSITORY]) { nodes { ... on Repository { nameWithOwner } } } }
  }
}
"""


def read_owner(github: Github, login: str, settings: Settings) -> OwnerFacts:
    """Ask for an account: itself, the list of its repositories, its profile README, and what it pinned.

    Raises:
        Exception: as PyGithub raises it, where the account or its list is not given.
    """
    account = github.get_user(login)
    organisation = account.type == "Organization"
    listing = github.get_organization(account.login).get_repos(sort="pushed") if organisation else account.get_repos(sort="pushed")  # fmt: skip
    asker = Asker()
    repositories = _list(listing, asker)
    names = {item.name.lower() for item in repositories}
    profile: bool | None = False
    home = f"{account.login}/{'.github' if organisation else account.login}"
    if home.lower() in names:
        profile = asker.ask("profile README", lambda: _has_readme(github, home, organisation=organisation))
    if settings.authenticated:
        pinned = asker.ask("pinned repositories", lambda: _pinned(github, account.login))
    else:
        pinned = None
        asker.unknown.append(Unknown("pinned repositories", "GitHub tells it to a token alone"))
    return OwnerFacts(
        account.login,
        account.type,
        account.html_url,
        (account.blog or "").strip(),
        profile,
        pinned,
        repositories,
        tuple(asker.unknown),
    )


def _list(listing: Any, asker: Asker) -> tuple[Listed, ...]:
    """The repositories of all pages; where a later page fails, those of the pages before it.

    Raises:
        Exception: as PyGithub raises it, where not even the first page is given.
    """
    found: list[Listed] = []
    rest = iter(listing)
    found += [_listed(item) for item in islice(rest, 1)]

    def others() -> None:
        found.extend(_listed(item) for item in islice(rest, _MOST - 1))

    asker.ask("further repositories", others)
    return tuple(found)


def _listed(item: Any) -> Listed:
    return Listed(
        name=item.full_name,
        url=item.html_url,
        fork=bool(item.fork),
        archived=bool(item.archived),
        private=bool(item.private),
        empty=item.size == 0,
        untouched=bool(item.pushed_at and item.created_at and item.pushed_at <= item.created_at),
        description=item.description or "",
        language=item.language or "",
        topics=tuple(item.topics or ()),
        homepage=(item.homepage or "").strip(),
        default_branch=item.default_branch or "",
        created=day(item.created_at),
        pushed=day(item.pushed_at),
    )


def _has_readme(github: Github, home: str, *, organisation: bool) -> bool:
    from github import UnknownObjectException

    what = "contents/profile/README.md" if organisation else "readme"
    try:
        github.requester.requestJsonAndCheck("GET", f"/repos/{home}/{what}")
    except UnknownObjectException:
        return False
    return True


def _pinned(github: Github, login: str) -> tuple[str, ...]:
    _, answer = github.requester.graphql_query(_PINNED, {"login": login})
    owner = (answer.get("data") or {}).get("repositoryOwner") or {}
    nodes = (owner.get("pinnedItems") or {}).get("nodes") or ()
    return tuple(str(node["nameWithOwner"]) for node in nodes if node)
