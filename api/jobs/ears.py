"""Whether a worker still hears: Celery can be connected and take no message any more."""

from __future__ import annotations

__all__ = ["Ears"]


class Ears:
    """Notices that messages wait, that nothing is being worked on, and that none arrives.

    A worker that lost its broker for a moment may be in that state for good, and says nothing of it
    (https://github.com/celery/celery/issues/8030 and those that follow it). Only a new one helps.

    Args:
        patience: seconds of silence after which a worker is deaf.
    """

    def __init__(self, patience: float) -> None:
        self._patience = patience
        self._since: float | None = None

    def hear(self) -> None:
        """A message arrived."""
        self._since = None

    def are_deaf(self, messages: int, at: float, *, busy: bool) -> bool:
        """Whether the silence is too long.

        Args:
            messages: how many wait in the queue.
            at: seconds of a clock that never goes back.
            busy: whether the worker has a message that it has not done with.
        """
        if busy or not messages:
            self._since = None
            return False
        if self._since is None:
            self._since = at
        return at - self._since >= self._patience
