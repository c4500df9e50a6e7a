"""A time after which something is ended, watched by one thread for all.

A thread for each question, as ``threading.Timer`` starts it, takes as long as git takes to answer.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

__all__ = ["deadline"]

_Due = tuple[float, Callable[[], object]]


class _Watch:
    """The deadlines of this process; its thread ends when it wakes up and nothing is due any more."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._due: dict[object, _Due] = {}
        self._wakes = 0.0
        self._running = False

    def add(self, seconds: float, action: Callable[[], object]) -> object:
        """Call ``action`` in that many seconds, unless it is taken back by the key that is returned."""
        key = object()
        at = time.monotonic() + seconds
        with self._changed:
            if not self._running:
                # Where no thread can be had, whoever asks is told, and the next one tries again.
                threading.Thread(target=self._watch, name="deadlines", daemon=True).start()
                self._running, self._wakes = True, at
            elif at < self._wakes:
                self._changed.notify()
            self._due[key] = (at, action)
        return key

    def take_back(self, key: object) -> None:
        """Let it be; the thread is not told, it finds out when it wakes up."""
        with self._changed:
            self._due.pop(key, None)

    def _watch(self) -> None:
        while True:
            with self._changed:
                if not self._due:
                    self._running = False
                    return
                self._wakes = min(at for at, _ in self._due.values())
                self._changed.wait(max(0.0, self._wakes - time.monotonic()))
                now = time.monotonic()
                late = [key for key, (at, _) in self._due.items() if at <= now]
                actions = [self._due.pop(key)[1] for key in late]
            for action in actions:
                _begin(action)


def _begin(action: Callable[[], object]) -> None:
    """Call it in a thread of its own, so that one that takes long or fails keeps no other from its time."""
    try:
        threading.Thread(target=action, name="late", daemon=True).start()
    except RuntimeError:  # a process may have its number of threads
        action()


_watch = _Watch()


def _start_anew() -> None:
    """A forked process has none of its parent's threads, and its lock as it happened to be."""
    global _watch  # noqa: PLW0603 a property of the process
    _watch = _Watch()


os.register_at_fork(after_in_child=_start_anew)


@contextmanager
def deadline(seconds: float, action: Callable[[], object]) -> Iterator[None]:
    """Call ``action`` in a thread of its own if the block takes longer than that.

    Raises:
        RuntimeError: if the thread that watches cannot be started.
    """
    watch = _watch
    key = watch.add(seconds, action)
    try:
        yield
    finally:
        watch.take_back(key)
