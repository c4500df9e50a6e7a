"""Events of analyses and batches for many readers: one look at the database serves them all."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.exc import SQLAlchemyError

from api.store import Store
from api.store.models import Analysis, Batch, Event

__all__ = ["Feed", "Happening"]

_LOG = logging.getLogger("folioscope.api")
_TABLE = Event.__tablename__
_COLUMNS = {"analysis": "analysis_id", "batch": "batch_id"}
_AT_A_TIME = 1000
_TOPICS_AT_A_TIME = 200
_GONE_SECONDS = 3.0
"""How often it is looked whether what readers wait for is still there."""


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
    queue: asyncio.Queue[Happening | None] = field(default_factory=asyncio.Queue)
    """None says that nothing more can come."""


class Feed:
    """Hands events on as they come, from whatever process wrote them."""

    def __init__(self, store: Store, poll_seconds: float) -> None:
        self._store, self._poll_seconds = store, poll_seconds
        self._readers: set[_Reader] = set()
        self._task: asyncio.Task[None] | None = None

    async def read(self, kind: str, subject: str, last: int) -> AsyncIterator[Happening]:
        """The events of an ``analysis`` or a ``batch`` after one, those that were and those that come.

        It ends when what they are about is deleted.
        """
        reader = _Reader((kind, subject), last)
        self._readers.add(reader)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._look())
        try:
            while (happening := await reader.queue.get()) is not None:
                yield happening
        finally:
            self._readers.discard(reader)

    async def close(self) -> None:
        """Stop looking."""
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _look(self) -> None:
        looked = time.monotonic()
        while self._readers:
            readers = list(self._readers)
            gone: set[tuple[str, str]] = set()
            try:
                found = await asyncio.to_thread(self._after, {(r.topic, r.last) for r in readers})
                if time.monotonic() - looked > _GONE_SECONDS:
                    gone = await asyncio.to_thread(self._gone, {reader.topic for reader in readers})
                    looked = time.monotonic()
            except SQLAlchemyError as error:
                _LOG.warning("events cannot be read, trying again: %s", error)
                found = {}
            for reader in readers:
                for happening in found.get(reader.topic, []):
                    if happening.id > reader.last:
                        reader.last = happening.id
                        reader.queue.put_nowait(happening)
                if reader.topic in gone:
                    reader.queue.put_nowait(None)
            await asyncio.sleep(self._poll_seconds)

    def _after(self, wanted: set[tuple[tuple[str, str], int]]) -> dict[tuple[str, str], list[Happening]]:
        found: dict[tuple[str, str], list[Happening]] = {}
        items = sorted(wanted)
        with self._store.reading() as session:
            for start in range(0, len(items), _TOPICS_AT_A_TIME):
                part = items[start : start + _TOPICS_AT_A_TIME]
                # As text: an expression of so many parts takes longer to put together than the database to answer, twice
                # a second and whether or not anything happened.
                after = " OR ".join(
                    f"({_TABLE}.{_COLUMNS[kind]} = :subject{number} AND {_TABLE}.id > :last{number})"
                    for number, ((kind, _), _) in enumerate(part)
                )
                values: dict[str, Any] = {f"subject{number}": subject for number, ((_, subject), _) in enumerate(part)}
                values |= {f"last{number}": last for number, (_, last) in enumerate(part)}
                asked = select(Event).where(text(after)).order_by(Event.id).limit(_AT_A_TIME)
                for row in session.scalars(asked, values):
                    topic = ("analysis", row.analysis_id) if row.analysis_id else ("batch", row.batch_id)
                    found.setdefault((topic[0], topic[1] or ""), []).append(Happening(row.id, row.kind, row.data))
        return found

    def _gone(self, topics: set[tuple[str, str]]) -> set[tuple[str, str]]:
        """Those that there is no row of any more."""
        there: set[tuple[str, str]] = set()
        items = sorted(topics)
        with self._store.reading() as session:
            for start in range(0, len(items), _TOPICS_AT_A_TIME):
                names = [name for _, name in items[start : start + _TOPICS_AT_A_TIME]]
                for kind, column in (("analysis", Analysis.id), ("batch", Batch.id)):
                    there |= {(kind, name) for name in session.scalars(select(column).where(column.in_(names)))}
        return topics - there
