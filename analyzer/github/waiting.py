"""Patience: rate limits and faults are waited for, honestly and within bounds, and retried with jitter."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from github.GithubException import RateLimitExceededExceedsMaxWait
from github.GithubRetry import GithubRetry
from urllib3 import BaseHTTPResponse, Retry

from analyzer.errors import PlatformError

__all__ = ["HonestRetry", "Waiter"]

Progress = Callable[[str, str], None]

_TRIES = 5
_CONNECTIONS = 2
"""Tries to connect: a machine without a network should know soon."""
_SECONDARY_WAIT = 60.0
"""Seconds to wait after a secondary limit that names none (https://docs.github.com/rest/using-the-rest-api/best-practices-for-using-the-rest-api)."""
_SLICE = 15.0
_NOTICED = 3.0
"""Seconds from which on waiting is told."""


def _quiet(stage: str, detail: str) -> None:
    del stage, detail


@dataclass(slots=True)
class Waiter:
    """Sleeps, says why and until when, and refuses where it would take longer than ``longest`` seconds in all."""

    longest: float
    progress: Progress = _quiet
    sleep: Callable[[float], None] = time.sleep
    now: Callable[[], float] = time.time
    waited: float = field(default=0.0)

    def wait(self, seconds: float, why: str) -> None:
        """Wait.

        Raises:
            PlatformError: the wait would exceed what is allowed.
        """
        if self.waited + seconds > self.longest:
            until = datetime.fromtimestamp(self.now() + seconds, UTC)
            raise PlatformError(
                f"GitHub is to be asked again in {seconds:,.0f} seconds, at {until:%H:%M:%S} UTC ({why})",
                f"At most {self.longest:,.0f} seconds are waited; try later, use a token, "
                "or raise FOLIOSCOPE_GITHUB_MAX_WAIT.",
            )
        self.waited += seconds
        left = seconds
        while left > 0:
            if seconds >= _NOTICED:
                until = datetime.fromtimestamp(self.now() + left, UTC)
                self.progress("wait", f"{why}: {left:,.0f} s more, until {until:%H:%M:%S} UTC")
            step = min(left, _SLICE)
            self.sleep(step)
            left -= step


class HonestRetry(GithubRetry):
    """PyGithub's retry, which knows GitHub's rate limits, with our waiting, and with 429, which GitHub answers too."""

    def __init__(self, *, waiter: Waiter, **kwargs: Any) -> None:
        self.waiter = waiter
        kwargs.setdefault("status_forcelist", [429, *range(500, 600)])
        super().__init__(**kwargs)

    @classmethod
    def patient(cls, waiter: Waiter) -> HonestRetry:
        """The retry of a platform: five tries, growing pauses with jitter, all waiting through ``waiter``."""
        return cls(
            waiter=waiter,
            secondary_rate_wait=_SECONDARY_WAIT,
            max_rate_limit_wait=waiter.longest,
            total=_TRIES,
            connect=_CONNECTIONS,
            read=_CONNECTIONS,
            backoff_factor=1.0,
            backoff_jitter=1.0,
            backoff_max=30.0,
            raise_on_status=False,
        )

    def new(self, **kw: Any) -> HonestRetry:
        """A copy, with its waiter."""
        return super().new(waiter=self.waiter, **kw)

    def increment(self, *args: Any, **kwargs: Any) -> Retry:  # type: ignore[override]
        """The retry after an answer.

        Raises:
            PlatformError: the limit is lifted later than may be waited for.
        """
        response = kwargs.get("response", args[2] if len(args) > 2 else None)
        try:
            if response is not None and response.status == 429:
                return self._after_429(response.headers, *args, **kwargs)
            return super().increment(*args, **kwargs)
        except RateLimitExceededExceedsMaxWait as error:
            self.waiter.wait(error.wait or self.waiter.longest + 1, "its rate limit is used up")
            raise

    def _after_429(self, headers: Mapping[str, str], *args: Any, **kwargs: Any) -> Retry:
        following = Retry.increment(self, *args, **kwargs)
        reset = headers.get("X-RateLimit-Reset", "")
        if "Retry-After" not in headers:
            spent = headers.get("X-RateLimit-Remaining") == "0" and reset.isdigit()
            pause = max(int(reset) - self.waiter.now(), 0) + 1 if spent else _SECONDARY_WAIT
            following.get_backoff_time = lambda: pause  # type: ignore[method-assign]
        return following

    def sleep(self, response: BaseHTTPResponse | None = None) -> None:
        """Wait as the answer asks, or with a growing pause."""
        asked = self.get_retry_after(response) if response is not None and self.respect_retry_after_header else None
        seconds = asked or self.get_backoff_time()
        if seconds > 0:
            self.waiter.wait(seconds, self._why())

    def _why(self) -> str:
        last = self.history[-1] if self.history else None
        if last is None or last.status is None:
            return "the connection failed"
        if last.status in (403, 429):
            return "a rate limit of GitHub is used up"
        return f"GitHub answered {last.status}"
