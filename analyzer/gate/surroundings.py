"""Where the check runs: read from the environment and the event that the CI system hands over.

GitHub: "Variables" and "Events that trigger workflows" of its documentation. GitLab: "Predefined CI/CD variables". Jenkins:
the variables of the Pipeline Multibranch and Git plugins.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from msgspec import Struct

__all__ = ["ChangeRequest", "Surroundings", "read_surroundings"]

_LONGEST_EVENT = 32 * 1024 * 1024
_GITHUB_PULL = re.compile(r"/([^/]+/[^/]+)/pull/(\d+)")
_GITLAB_MERGE = re.compile(r"/(.+)/-/merge_requests/(\d+)")


class ChangeRequest(Struct, frozen=True):
    """A pull or merge request: the system that has it, its API, the project there, its number, and the token.

    ``system`` is ``github`` or ``gitlab``; ``project`` is ``owner/name`` there, an id or a quoted path here.
    """

    system: str
    api: str
    project: str
    number: int
    token: str = ""


class Surroundings(Struct, frozen=True):
    """What the check knows of where it runs.

    ``base`` is the commit or ref to compare with, empty where there is none. ``outputs`` and ``summary`` are the files that
    the system reads, if it has them. ``api``, ``project``, ``ref``, ``commit`` and ``token`` are those of GitHub, for code
    scanning.
    """

    system: str = "shell"
    base: str = ""
    base_name: str = ""
    change: ChangeRequest | None = None
    outputs: str = ""
    summary: str = ""
    api: str = ""
    project: str = ""
    ref: str = ""
    commit: str = ""
    token: str = ""


def read_surroundings(environ: Mapping[str, str]) -> Surroundings:
    """Tell from the environment where the check runs."""
    if environ.get("GITHUB_ACTIONS") == "true":
        return _github(environ)
    if environ.get("GITLAB_CI"):
        return _gitlab(environ)
    if environ.get("JENKINS_URL"):
        return _jenkins(environ)
    return Surroundings()


def _commit(value: object) -> str:
    """A commit that an event names; nothing for the zeros that stand for none."""
    text = value if isinstance(value, str) else ""
    return text if re.fullmatch(r"[0-9a-f]{40}(?:[0-9a-f]{24})?", text) and text.strip("0") else ""


def _github(environ: Mapping[str, str]) -> Surroundings:
    event = _event(environ.get("GITHUB_EVENT_PATH", ""))
    api = environ.get("GITHUB_API_URL") or "https://api.github.com"
    project, token = environ.get("GITHUB_REPOSITORY", ""), environ.get("GITHUB_TOKEN", "")
    pull = event.get("pull_request")
    base, name, change = "", "", None
    if isinstance(pull, dict) and isinstance(pull.get("base"), dict):
        base, name = _commit(pull["base"].get("sha")), str(pull["base"].get("ref", ""))
        number = pull.get("number")
        change = ChangeRequest("github", api, project, number, token) if isinstance(number, int) else None
    elif isinstance(event.get("merge_group"), dict):
        base = _commit(event["merge_group"].get("base_sha"))
        name = str(event["merge_group"].get("base_ref", "")).removeprefix("refs/heads/")
    elif "before" in event:
        base, name = _commit(event["before"]), "the commit before"
    return Surroundings(
        "github",
        base,
        name or base[:10],
        change,
        environ.get("GITHUB_OUTPUT", ""),
        environ.get("GITHUB_STEP_SUMMARY", ""),
        api,
        project,
        environ.get("GITHUB_REF", ""),
        environ.get("GITHUB_SHA", ""),
        token,
    )


def _event(path: str) -> dict[str, Any]:
    """The event; nothing where it is not there or cannot be read."""
    try:
        file = Path(path)
        if not path or file.stat().st_size > _LONGEST_EVENT:
            return {}
        event = json.loads(file.read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    return event if isinstance(event, dict) else {}


def _gitlab(environ: Mapping[str, str]) -> Surroundings:
    merge = environ.get("CI_MERGE_REQUEST_IID", "")
    base = _commit(environ.get("CI_MERGE_REQUEST_DIFF_BASE_SHA" if merge else "CI_COMMIT_BEFORE_SHA"))
    name = environ.get("CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "") if merge else "the commit before"
    change = None
    if merge.isdigit():
        api, project = environ.get("CI_API_V4_URL", ""), environ.get("CI_PROJECT_ID", "")
        change = ChangeRequest("gitlab", api, project, int(merge), environ.get("FOLIOSCOPE_TOKEN", ""))
    return Surroundings("gitlab", base, name or base[:10], change)


def _jenkins(environ: Mapping[str, str]) -> Surroundings:
    target = environ.get("CHANGE_TARGET", "")
    if not target:
        previous = environ.get("GIT_PREVIOUS_SUCCESSFUL_COMMIT") or environ.get("GIT_PREVIOUS_COMMIT")
        return Surroundings("jenkins", _commit(previous), "the last build")
    return Surroundings("jenkins", f"origin/{target}", target, _of_address(environ))


def _of_address(environ: Mapping[str, str]) -> ChangeRequest | None:
    """The request that the address of a change names."""
    address = urlsplit(environ.get("CHANGE_URL", ""))
    token, host = environ.get("FOLIOSCOPE_TOKEN", ""), f"{address.scheme}://{address.netloc}"
    if pull := _GITHUB_PULL.fullmatch(address.path):
        api = "https://api.github.com" if address.netloc == "github.com" else f"{host}/api/v3"
        return ChangeRequest("github", environ.get("GITHUB_API_URL") or api, pull[1], int(pull[2]), token)
    if merge := _GITLAB_MERGE.fullmatch(address.path):
        project = merge[1].replace("/", "%2F")
        return ChangeRequest("gitlab", f"{host}/api/v4", project, int(merge[2]), token)
    return None
