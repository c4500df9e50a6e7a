"""Rate limits by account or address, counted in memory or, where several processes serve, in Redis."""

from __future__ import annotations

import logging
import time
from functools import lru_cache

from limits import RateLimitItem, parse
from limits.storage import MemoryStorage, Storage, storage_from_string
from limits.strategies import FixedWindowRateLimiter

from api.problems import Problem

__all__ = ["Limiter"]

_LOG = logging.getLogger("folioscope.api")
_BLIND_SECONDS = 5.0


class Limiter:
    """Counts, and refuses what is too much. Without Redis for a while, each process counts for itself."""

    def __init__(self, redis_url: str) -> None:
        self._own = FixedWindowRateLimiter(MemoryStorage())
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


@lru_cache(maxsize=64)
def _parsed(rate: str) -> RateLimitItem:
    return parse(rate)


def _redis(url: str) -> Storage:
    storage = storage_from_string(url, socket_timeout=0.5, socket_connect_timeout=0.5)
    assert not isinstance(storage, MemoryStorage)
    return storage  # type: ignore[return-value]
