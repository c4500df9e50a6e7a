"""One repository as GitHub knows it, in PyGithub's words turned into facts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from analyzer.github.facts import Deployment, Release, RepositoryFacts, Run
from analyzer.github.platform import Asker
from analyzer.github.settings import Settings

if TYPE_CHECKING:
    from github import Github
    from github.Repository import Repository

__all__ = ["commits_ahead", "day", "read_paths", "read_repository"]

_RELEASES = 30
_ENVIRONMENTS = 5
"""Environments whose latest deployment is asked for."""
_NEEDS_TOKEN = "GitHub tells it to a token alone"  # nosec B105  # noqa: S105 a sentence


def read_repository(github: Github, name: str, settings: Settings) -> RepositoryFacts:
    """Ask for one repository: one request for itself, and at most one each for what hangs on it.

    Raises:
        Exception: as PyGithub raises it, where the repository itself is not given.
    """
    repo = github.get_repo(name)
    asker = Asker()
    owner = repo.owner.login
    branch = repo.default_branch
    pages: str | None = ""
    if repo.has_pages:
        pages = asker.ask("pages", lambda: _pages(repo))
    if settings.authenticated:
        packages = asker.ask("packages", lambda: _packages(repo, owner))
    else:
        from analyzer.github.facts import Unknown

        packages = None
        asker.unknown.append(Unknown("packages", _NEEDS_TOKEN))
    return RepositoryFacts(
        name=repo.full_name,
        url=repo.html_url,
        fork=repo.fork,
        parent=repo.parent.full_name if repo.fork and repo.parent else "",
        own_commits=asker.ask("own commits", lambda: commits_ahead(repo)) if repo.fork else None,
        is_template=bool(repo.is_template),
        template_of=repo.template_repository.full_name if repo.template_repository else "",
        archived=bool(repo.archived),
        private=bool(repo.private),
        description=repo.description or "",
        topics=tuple(repo.topics or ()),
        homepage=(repo.homepage or "").strip(),
        licence=(repo.license.spdx_id or "") if repo.license else "",
        default_branch=branch or "",
        created=day(repo.created_at),
        pushed=day(repo.pushed_at),
        pages=pages,
        releases=asker.ask("releases", lambda: _releases(repo)),
        packages=packages,
        environments=asker.ask("environments", lambda: tuple(item.name for item in _first(repo.get_environments()))),
        deployments=asker.ask("deployments", lambda: _deployments(repo)),
        runs=asker.ask("workflow runs", lambda: _runs(repo, branch)),
        unknown=tuple(asker.unknown),
    )


def commits_ahead(repo: Repository) -> int | None:
    """Commits that a fork has and its parent does not; None for what is no fork. A fork never pushed to has none."""
    if not repo.fork or not repo.parent:
        return None
    if repo.pushed_at and repo.created_at and repo.pushed_at <= repo.created_at:
        return 0
    base = f"{repo.parent.owner.login}:{repo.parent.default_branch}"
    return int(repo.compare(base, repo.default_branch).ahead_by)


def read_paths(github: Github, name: str, branch: str) -> tuple[str, ...] | None:
    """The paths of all files of a branch, by one request; None where GitHub cut the list off.

    Raises:
        Exception: as PyGithub raises it.
    """
    _, tree = github.requester.requestJsonAndCheck(
        "GET", f"/repos/{name}/git/trees/{quote(branch or 'HEAD')}", parameters={"recursive": "1"}
    )
    if tree.get("truncated"):
        return None
    return tuple(str(item["path"]) for item in tree["tree"] if item.get("type") == "blob")


def day(moment: datetime | None) -> str:
    """The day of a moment (UTC, ISO 8601), or an empty string."""
    return moment.astimezone(UTC).strftime("%Y-%m-%d") if moment else ""


def _first(items: Any) -> Iterable[Any]:
    """The first page of a list: one request."""
    return items.get_page(0)  # type: ignore[no-any-return]


def _pages(repo: Repository) -> str:
    _, answer = repo.requester.requestJsonAndCheck("GET", f"{repo.url}/pages")
    return str(answer.get("html_url") or "")


def _packages(repo: Repository, owner: str) -> tuple[str, ...]:
    kind = "orgs" if repo.owner.type == "Organization" else "users"
    _, answer = repo.requester.requestJsonAndCheck(
        "GET", f"/{kind}/{owner}/packages", parameters={"package_type": "container", "per_page": 100}
    )
    own = (item for item in answer if (item.get("repository") or {}).get("full_name") == repo.full_name)
    return tuple(sorted(str(item["name"]) for item in own))


def _releases(repo: Repository) -> tuple[Release, ...]:
    published = (item for item in _first(repo.get_releases()) if not item.draft)
    return tuple(
        Release(item.tag_name, day(item.published_at), bool(item.prerelease)) for item in islice(published, _RELEASES)
    )


def _deployments(repo: Repository) -> tuple[Deployment, ...]:
    latest: dict[str, Any] = {}
    for item in _first(repo.get_deployments()):
        latest.setdefault(item.environment, item)
    found = []
    for environment, item in islice(latest.items(), _ENVIRONMENTS):
        status = next(iter(_first(item.get_statuses())), None)
        found.append(
            Deployment(
                environment,
                day(item.created_at),
                status.state if status else "",
                (status.environment_url or status.target_url or "") if status else "",
            )
        )
    return tuple(found)


def _runs(repo: Repository, branch: str) -> tuple[Run, ...]:
    """The latest run of each workflow; the server lists the newest first."""
    latest: dict[int, Any] = {}
    for item in _first(repo.get_workflow_runs(branch=branch)):  # type: ignore[arg-type]
        latest.setdefault(item.workflow_id, item)
    found = (
        Run(item.name or "", item.event, item.conclusion or "", item.head_sha, day(item.created_at), item.html_url)
        for item in latest.values()
    )
    return tuple(sorted(found, key=lambda item: (item.workflow, item.url)))
