"""What somebody has to do now and then, whoever it is: every server and worker does it, and it harms nobody twice."""

from __future__ import annotations

import logging
from datetime import timedelta

from sqlalchemy import delete, or_, select

from api.jobs.claim import ALIVE_SECONDS
from api.settings import Settings
from api.store import Store
from api.store.columns import now
from api.store.database import insert_into
from api.store.models import Analysis, Turn, Worker
from api.store.retention import purge
from api.store.states import RUNNING, finish, requeue

__all__ = ["Upkeep", "beat", "leave", "release"]

_LOG = logging.getLogger("folioscope.jobs")


def beat(store: Store, worker: str, slots: int) -> None:
    """Say that a worker is there."""
    with store.writing() as session:
        row = insert_into(session, Worker).values(id=worker, slots=slots, seen_at=now())
        changes = {"seen_at": row.excluded.seen_at, "slots": row.excluded.slots}
        session.execute(row.on_conflict_do_update(index_elements=["id"], set_=changes))


def leave(store: Store, worker: str) -> None:
    """Say that a worker is gone."""
    with store.writing() as session:
        session.execute(delete(Worker).where(Worker.id == worker))


def release(store: Store, settings: Settings, dead: list[str] | None = None) -> int:
    """Put jobs back whose lease is over, or whose worker is known to be dead; return how many.

    A job that was begun as often as it may be fails: whatever it is that ends its workers, it does not block the others.
    """
    moment = now()
    over = [
        Analysis.lease_until < moment,
        *(Analysis.lease.startswith(f"{worker}/", autoescape=True) for worker in dead or []),
    ]
    with store.writing() as session:
        if dead:
            session.execute(delete(Worker).where(Worker.id.in_(dead)))
        lost = session.scalars(
            select(Analysis).where(Analysis.status.in_(RUNNING), or_(*over)).with_for_update(skip_locked=True)
        ).all()
        for analysis in lost:
            _LOG.warning("analysis %s: its worker was lost in attempt %d", analysis.id, analysis.attempts)
            if analysis.attempts >= settings.attempts:
                what = f"The worker was lost while it read the repository, {analysis.attempts} times."
                finish(session, analysis, "failed", code="job.worker-lost", what=what, hint="Try again later.")
            else:
                requeue(session, analysis, moment, "the worker was lost")
        return len(lost)


class Upkeep:
    """Does what is due; called often."""

    def __init__(self, store: Store, settings: Settings, worker: str = "", slots: int = 0) -> None:
        self._store, self._settings, self._worker, self._slots = store, settings, worker, slots
        self._due = {"beat": 0.0, "release": 0.0, "purge": 0.0}

    def run(self, moment: float) -> None:
        """Do what is due at this moment of the monotonic clock."""
        if self._worker and self._is_due("beat", moment, ALIVE_SECONDS / 6):
            beat(self._store, self._worker, self._slots)
        if self._is_due("release", moment, min(self._settings.lease_seconds / 3, 5)):
            release(self._store, self._settings)
        if self._is_due("purge", moment, 600):
            purge(self._store, self._settings)
            with self._store.writing() as session:
                day_ago = now() - timedelta(days=1)
                session.execute(delete(Turn).where(Turn.at < day_ago))
                session.execute(delete(Worker).where(Worker.seen_at < day_ago))

    def _is_due(self, what: str, moment: float, every: float) -> bool:
        if moment < self._due[what]:
            return False
        self._due[what] = moment + every
        return True
