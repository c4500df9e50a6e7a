"""Conditional requests: answers are kept on disk with their ETag, and asked for again with ``If-None-Match``.

An answer that has not changed costs nothing of GitHub's rate limit. Answers are kept by who asks, and no secret is
written: a general HTTP cache writes the header ``Authorization`` beside an answer that varies by it, as GitHub's do.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from requests.structures import CaseInsensitiveDict

from analyzer.user_folders import keep_whole

__all__ = ["AnswerCache", "ConditionalAdapter"]

_KEPT_HEADERS = ("Content-Type", "Link", "ETag", "Last-Modified")
_LARGEST = 8 * 1024 * 1024
_MOST = 4000
"""Answers that are kept; the oldest half goes when there are more."""


@dataclass(frozen=True, slots=True)
class _Answer:
    headers: Mapping[str, str]
    body: str


class AnswerCache:
    """Answers by address and asker. A folder that cannot be read or written is as good as none."""

    def __init__(self, folder: Path | None, identity: str) -> None:
        self._folder = folder
        self._identity = identity

    def get(self, request: requests.PreparedRequest) -> _Answer | None:
        """The kept answer to a request."""
        if self._folder is None:
            return None
        try:
            document = json.loads(self._path(request).read_bytes())
            return _Answer(
                {str(name): str(value) for name, value in document["headers"].items()}, str(document["body"])
            )
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return None

    def put(self, request: requests.PreparedRequest, response: requests.Response) -> None:
        """Keep an answer; replaced in one step, readable by the user alone."""
        if self._folder is None or len(response.content) > _LARGEST:
            return
        headers = {name: value for name in _KEPT_HEADERS if (value := response.headers.get(name))}
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._prune()
            document = {"url": request.url, "headers": headers, "body": response.text}
            keep_whole(self._path(request), json.dumps(document).encode("ascii"))
        except OSError:
            return

    def _path(self, request: requests.PreparedRequest) -> Path:
        assert self._folder is not None
        parts = (self._identity, request.url or "", str(request.headers.get("Accept", "")))
        return self._folder / f"{hashlib.sha256(chr(0).join(parts).encode()).hexdigest()}.json"

    def _prune(self) -> None:
        assert self._folder is not None
        kept = list(self._folder.glob("*.json"))
        if len(kept) > _MOST:
            for path in sorted(kept, key=lambda item: item.stat().st_mtime)[: len(kept) // 2]:
                path.unlink(missing_ok=True)


class ConditionalAdapter(HTTPAdapter):
    """Sends a GET with the ETag of the kept answer, and gives that answer when the server says it still holds."""

    def __init__(self, cache: AnswerCache, **kwargs: Any) -> None:
        self._cache = cache
        super().__init__(**kwargs)

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        """Send one request."""
        if request.method != "GET":
            return super().send(request, *args, **kwargs)
        kept = self._cache.get(request)
        if kept is not None:
            if etag := kept.headers.get("ETag"):
                request.headers["If-None-Match"] = etag
            elif changed := kept.headers.get("Last-Modified"):
                request.headers["If-Modified-Since"] = changed
        response = super().send(request, *args, **kwargs)
        if response.status_code == 304 and kept is not None:
            return _revived(response, kept)
        if response.status_code == 200 and ("ETag" in response.headers or "Last-Modified" in response.headers):
            self._cache.put(request, response)
        return response


def _revived(response: requests.Response, kept: _Answer) -> requests.Response:
    """The kept answer with what the server says now about the rate limit."""
    _ = response.content  # read to its end, so that the connection can be used again
    response.status_code = 200
    response.reason = "OK"
    response.headers = CaseInsensitiveDict({**kept.headers, **dict(response.headers)})
    response._content = kept.body.encode()
    response.encoding = "utf-8"
    return response
