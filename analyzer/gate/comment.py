"""One comment on a pull or merge request, which is updated and never repeated: a hidden mark in it tells it again."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

from analyzer.errors import UsageError
from analyzer.gate.http import ApiError, call
from analyzer.gate.surroundings import ChangeRequest

__all__ = ["mark_of", "put_comment"]

_LONGEST = 65_000
"""Characters that GitHub takes in one comment, with room for an ending."""
_PAGES = 30
_PER_PAGE = 100


def mark_of(subdir: str, rubric: str) -> str:
    """The mark of the comment about one folder by one rubric: two checks of one repository have a comment each."""
    name = hashlib.sha256(f"{subdir}\0{rubric}".encode("utf-8", "surrogateescape")).hexdigest()[:12]
    return f"<!-- folioscope:{name} -->"


def put_comment(change: ChangeRequest, mark: str, text: str) -> str:
    """Write the comment, or write it anew where it is already there.

    A comment with the mark that somebody else wrote cannot be changed, and is left alone.

    Returns:
        ``updated`` or ``created``.

    Raises:
        UsageError: there is no token.
        ApiError: the platform refused.
    """
    if not change.token:
        variable = "GITHUB_TOKEN" if change.system == "github" else "FOLIOSCOPE_TOKEN"
        raise UsageError("A comment needs a token", f"Set {variable}.")
    body = f"{mark}\n{text}"
    if len(body) > _LONGEST:
        body = f"{body[:_LONGEST]}\n\n...\n"
    for item in _comments(change):
        if not str(item.get("body") or "").lstrip().startswith(mark):
            continue
        try:
            _call(change, *_address(change, item["id"]), {"body": body})
        except ApiError as error:
            if error.status not in (403, 404):
                raise
        else:
            return "updated"
    _call(change, "POST", _all(change), {"body": body})
    return "created"


def _comments(change: ChangeRequest) -> Iterator[dict[str, Any]]:
    """The comments, the oldest first."""
    order = "&sort=asc&order_by=created_at" if change.system == "gitlab" else ""
    for page in range(1, _PAGES + 1):
        found = _call(change, "GET", f"{_all(change)}?per_page={_PER_PAGE}&page={page}{order}")
        if not isinstance(found, list):
            return
        yield from (item for item in found if isinstance(item, dict) and "id" in item)
        if len(found) < _PER_PAGE:
            return


def _all(change: ChangeRequest) -> str:
    if change.system == "gitlab":
        return f"{change.api}/projects/{change.project}/merge_requests/{change.number}/notes"
    return f"{change.api}/repos/{change.project}/issues/{change.number}/comments"


def _address(change: ChangeRequest, comment: object) -> tuple[str, str]:
    if change.system == "gitlab":
        return "PUT", f"{_all(change)}/{comment}"
    return "PATCH", f"{change.api}/repos/{change.project}/issues/comments/{comment}"


def _call(change: ChangeRequest, method: str, url: str, body: object = None) -> Any:
    if change.system == "gitlab":
        headers = {"PRIVATE-TOKEN": change.token}
    else:
        headers = {"Authorization": f"Bearer {change.token}", "X-GitHub-Api-Version": "2022-11-28"}
    return call(method, url, headers, body)
