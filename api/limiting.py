"""Rate limits by account or address, counted in memory or, where several processes serve, in Redis."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from functools import lru_cache

from limits import RateLimitItem, parse
from limits.storage import Storage, storage_from_string
from limits.strategies import FixedWindowRateLimiter

from api.problems import Problem

__all__ = ["Counters", "Limiter"]

_LOG = logging.getLogger("folioscope.api")
_BLIND_SECONDS = 5.0
_SWEEP_SECONDS = 60.0


class Limiter:
    """Counts, and refuses what is too much. Without Redis for a while, each process counts for itself."""

    def __init__(self, redis_url: str) -> None:
        self._own = FixedWindowRateLimiter(Counters())
        self._shared = FixedWindowRateLimiter(_redis(redis_url)) if redis_url else None
        self._blind_until = 0.0

    def hit(self, rate: str, *names: str, cost: int = 1) -> dict[str, str]:
        """Count one request; return the headers that tell what is left.

        Raises:
            Problem: it was one too many.
        """
        item = _parsed(rate)
        limiter = self._limiter()
        try:
            allowed = limiter.hit(item, *names, cost=cost)
            stats = limiter.get_window_stats(item, *names)
        except Exception as error:  # noqa: BLE001 whatever the client of Redis raises: a counter must not stop the service
            _LOG.warning("rate limits: Redis cannot be asked, counting in memory: %s", error)
            self._blind_until = time.monotonic() + _BLIND_SECONDS
            allowed = self._own.hit(item, *names, cost=cost)
            stats = self._own.get_window_stats(item, *names)
        wait = max(int(stats.reset_time - time.time()) + 1, 1)
        headers = {
            "RateLimit-Limit": str(item.amount),
            "RateLimit-Remaining": str(max(stats.remaining, 0)),
            "RateLimit-Reset": str(wait),
        }
        if not allowed:
            raise Problem(
                "rate.exceeded",
                f"rate.{item.GRANULARITY.name}",
                {"most": item.amount, "n": item.multiples, "wait": wait},
                {**headers, "Retry-After": str(wait)},
            )
        return headers

    def _limiter(self) -> FixedWindowRateLimiter:
        if self._shared is None or time.monotonic() < self._blind_until:
            return self._own
        return self._shared


class Counters(Storage):
    """Counters of this process; those whose time is over go at the next count after a while.

    The library's own start a thread for nearly every count, which costs a busy server more than a report does.
    """

    STORAGE_SCHEME = None

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        super().__init__()
        self._clock = clock
        self._kept: dict[str, tuple[int, float]] = {}
        self._lock = threading.Lock()
        self._swept = clock()

    @property
    def base_exceptions(self) -> type[Exception]:
        """Nothing here fails."""
        return ValueError

    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        """Count, and return how many there were since the first in this window."""
        moment = self._clock()
        with self._lock:
            count, until = self._kept.get(key, (0, 0.0))
            count, until = (count + amount, until) if until > moment else (amount, moment + expiry)
            self._kept[key] = count, until
            if moment - self._swept > _SWEEP_SECONDS:
                self._swept = moment
                self._kept = {key: kept for key, kept in self._kept.items() if kept[1] > moment}
        return count

    def get(self, key: str) -> int:
        """How many there were in this window."""
        count, until = self._kept.get(key, (0, 0.0))
        return count if until > self._clock() else 0

    def get_expiry(self, key: str) -> float:
        """When the window ends."""
        return self._kept.get(key, (0, self._clock()))[1]

    def check(self) -> bool:
        """It is always there."""
        return True

    def reset(self) -> int:
        """Forget all; return how many there were."""
        with self._lock:
            count, self._kept = len(self._kept), {}
        return count

    def clear(self, key: str) -> None:
        """Forget one."""
        with self._lock:
            self._kept.pop(key, None)


@lru_cache(maxsize=64)
def _parsed(rate: str) -> RateLimitItem:
    return parse(rate)


def _redis(url: str) -> Storage:
    return storage_from_string(url, socket_timeout=0.5, socket_connect_timeout=0.5)  # type: ignore[return-value]
