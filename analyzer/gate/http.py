"""Calls of a platform's API: JSON in, JSON out, over https (or loopback), without redirects, a few tries."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from analyzer.errors import FolioscopeError
from analyzer.version import VERSION

__all__ = ["ApiError", "call"]

_SECONDS = 20
_TRIES = 3
_MOST_BYTES = 32 * 1024 * 1024
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


class ApiError(FolioscopeError):
    """A platform refused or could not be reached; ``status`` is that of HTTP, 0 without an answer."""

    def __init__(self, what: str, hint: str = "", status: int = 0) -> None:
        super().__init__(what, hint)
        self.status = status


class _NoRedirect(HTTPRedirectHandler):
    """A token is for the address that it was given for."""

    def redirect_request(self, *args: Any, **keywords: Any) -> None:
        del args, keywords


def call(method: str, url: str, headers: Mapping[str, str], body: object = None, pause: float = 1.0) -> Any:
    """Call an API and return the JSON of its answer.

    Args:
        method: of HTTP.
        url: the address.
        headers: those of authentication.
        body: what is sent as JSON.
        pause: seconds before the second try; each further one waits twice as long. Only a server's own failure (5xx), a
            limit of requests (429) and a lost connection are tried again.

    Raises:
        ApiError: the answer is no success, or there is none.
    """
    parts = urlsplit(url)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
        raise ApiError(f"{url} is not an https address", "A token goes over https alone.")
    data = None if body is None else json.dumps(body).encode()
    told = {"User-Agent": f"folioscope/{VERSION}", "Accept": "application/json", **headers}
    if data is not None:
        told["Content-Type"] = "application/json"
    opener = build_opener(_NoRedirect)
    for attempt in range(1, _TRIES + 1):
        request = Request(url, data=data, headers=told, method=method)  # noqa: S310 the scheme is checked above
        try:
            with opener.open(request, timeout=_SECONDS) as answer:
                content = answer.read(_MOST_BYTES)
            return json.loads(content) if content.strip() else None
        except HTTPError as error:
            with error:
                said = _message(error.read(65_536))
            if attempt == _TRIES or (error.code < 500 and error.code != 429):
                raise ApiError(
                    f"{method} {parts.path} was answered with {error.code} {said}".rstrip(), "", error.code
                ) from error
        except (URLError, TimeoutError, ConnectionError) as error:
            if attempt == _TRIES:
                raise ApiError(f"{parts.netloc} could not be reached: {getattr(error, 'reason', error)}") from error
        except ValueError as error:
            raise ApiError(f"{method} {parts.path} was answered with what is no JSON") from error
        time.sleep(pause * 2 ** (attempt - 1))
    raise AssertionError


def _message(content: bytes) -> str:
    """What the platform said about its refusal."""
    try:
        said = json.loads(content)
    except ValueError:
        return ""
    return str(said.get("message", ""))[:200] if isinstance(said, dict) else ""
