"""Events of analyses and batches for many readers: one look at the database serves them all."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.exc import SQLAlchemyError

from api.store import Store
from api.store.models import Event

__all__ = ["Feed", "Happening"]

_LOG = logging.getLogger("folioscope.api")
_AT_A_TIME = 1000


@dataclass(frozen=True, slots=True)
class Happening:
    """An event as readers see it."""

    id: int
    kind: str
    data: dict[str, Any]


@dataclass(eq=False)
class _Reader:
    topic: tuple[str, str]
    last: int
    queue: asyncio.Queue[Happening] = field(default_factory=asyncio.Queue)


class Feed:
    """Hands events on as they come, from whatever process wrote them."""

    def __init__(self, store: Store, poll_seconds: float) -> None:
        self._store, self._poll_seconds = store, poll_seconds
        self._readers: set[_Reader] = set()
        self._task: asyncio.Task[None] | None = None

    async def read(self, kind: str, subject: str, last: int) -> AsyncIterator[Happening]:
        """The events of an ``analysis`` or a ``batch`` after one, those that were and those that come; never ends."""
        reader = _Reader((kind, subject), last)
        self._readers.add(reader)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._look())
        try:
            while True:
                yield await reader.queue.get()
        finally:
            self._readers.discard(reader)

    async def close(self) -> None:
        """Stop looking."""
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _look(self) -> None:
        while self._readers:
            readers = list(self._readers)
            try:
                found = await asyncio.to_thread(self._after, {(r.topic, r.last) for r in readers})
            except SQLAlchemyError as error:
                _LOG.warning("events cannot be read, trying again: %s", error)
                found = {}
            for reader in readers:
                for happening in found.get(reader.topic, []):
                    if happening.id > reader.last:
                        reader.last = happening.id
                        reader.queue.put_nowait(happening)
            await asyncio.sleep(self._poll_seconds)

    def _after(self, wanted: set[tuple[tuple[str, str], int]]) -> dict[tuple[str, str], list[Happening]]:
        columns = {"analysis": Event.analysis_id, "batch": Event.batch_id}
        found: dict[tuple[str, str], list[Happening]] = {}
        items = sorted(wanted)
        with self._store.reading() as session:
            for start in range(0, len(items), 200):
                after = [
                    (columns[kind] == subject) & (Event.id > last)
                    for (kind, subject), last in items[start : start + 200]
                ]
                rows = session.scalars(select(Event).where(or_(*after)).order_by(Event.id).limit(_AT_A_TIME))
                for row in rows:
                    topic = ("analysis", row.analysis_id) if row.analysis_id else ("batch", row.batch_id)
                    found.setdefault((topic[0], topic[1] or ""), []).append(Happening(row.id, row.kind, row.data))
        return found
