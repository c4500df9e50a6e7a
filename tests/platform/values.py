"""Answers of the interface, as small as the reader needs them; all of an account from GitHub's own examples."""

from __future__ import annotations

from typing import Any

from tests.platform.api_server import Answer, ApiServer


def repository(api: ApiServer, name: str = "octocat/Hello-World", **more: Any) -> dict[str, Any]:
    """A repository of the list, and of itself."""
    login, _, short = name.partition("/")
    return {
        "id": sum(name.encode()),
        "name": short,
        "full_name": name,
        "url": f"{api.base}/repos/{name}",
        "html_url": f"https://github.com/{name}",
        "owner": {"login": login, "type": "User", "url": f"{api.base}/users/{login}"},
        "fork": False,
        "archived": False,
        "private": False,
        "is_template": False,
        "template_repository": None,
        "size": 12,
        "description": "",
        "language": "Python",
        "topics": [],
        "homepage": "",
        "license": None,
        "has_pages": False,
        "default_branch": "main",
        "created_at": "2024-01-02T03:04:05Z",
        "pushed_at": "2025-01-02T03:04:05Z",
        **more,
    }


def account(api: ApiServer, *repositories: dict[str, Any], login: str = "octocat", **more: Any) -> None:
    """Serve a user with repositories."""
    api.answers[f"/users/{login}"] = Answer(
        {
            "login": login,
            "type": "User",
            "url": f"{api.base}/users/{login}",
            "html_url": f"https://github.com/{login}",
            "blog": "",
            **more,
        }
    )
    api.answers[f"/users/{login}/repos"] = Answer(list(repositories))
    for item in repositories:
        api.answers[f"/repos/{item['full_name']}"] = Answer(item)


def tree(api: ApiServer, name: str, *paths: str, truncated: bool = False) -> None:
    """Serve the tree of the branch ``main``."""
    entries = [{"path": path, "type": "blob", "mode": "100644", "sha": "0" * 40} for path in paths]
    api.answers[f"/repos/{name}/git/trees/main"] = Answer({"sha": "0" * 40, "tree": entries, "truncated": truncated})


LIMIT = {"message": "API rate limit exceeded for 127.0.0.1. (But here's the good news: ...)"}
SECONDARY = {"message": "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."}
