"""Answers that are found once and kept with what they are about."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any, ParamSpec, TypeVar

__all__ = ["remembered"]

_Given = ParamSpec("_Given")
_Answer = TypeVar("_Answer")


class _Replay:
    """What an iterator gives, for any number of readers. It is asked no further than the furthest reader wants."""

    def __init__(self, source: Iterator[Any]) -> None:
        self._source = source
        self._seen: list[Any] = []
        self._error: Exception | None = None

    def __iter__(self) -> Iterator[Any]:
        index = 0
        while True:
            if index == len(self._seen):
                if self._error:
                    raise self._error
                try:
                    self._seen.append(next(self._source))
                except StopIteration:
                    return
                except Exception as error:
                    self._error = error
                    raise
            yield self._seen[index]
            index += 1


def remembered(query: Callable[_Given, _Answer]) -> Callable[_Given, _Answer]:
    """Let a query about an object answer each question once; rules that ask the same share the answer.

    The first argument is what the query is about; the answers are kept in it, as ``functools.cached_property``
    does, and go with it. The other arguments must be hashable, and the object must not change. A generator goes on
    where it stopped, so nothing is computed that nobody asked for.
    """
    name = f"{query.__module__}.{query.__qualname__}"

    @wraps(query)
    def answer(*given: _Given.args, **named: _Given.kwargs) -> _Answer:
        answers = given[0].__dict__.setdefault("_remembered", {})
        question = (name, *given[1:], *named.items()) if named else (name, *given[1:])
        try:
            known = answers[question]
        except KeyError:
            found = query(*given, **named)
            known = answers[question] = _Replay(found) if isinstance(found, Iterator) else found
        return iter(known) if type(known) is _Replay else known  # type: ignore[return-value]

    return answer
