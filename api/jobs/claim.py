"""Which job runs next, and who has it.

Three lanes share what there is: analyses without a key, analyses with one, and rows of batches. The lane that runs
least by its weight comes first; in a lane, shares (an account, a batch, an address) take turns; in a share, first come
is first served. Rows of batches never use the reserved processes, so that a single analysis finds one free.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.settings import Settings
from api.store import Store
from api.store.columns import now
from api.store.database import insert_into
from api.store.models import Analysis, Turn, Worker
from api.store.states import LANES, RUNNING, record

__all__ = ["Job", "capacity", "claim"]

_LOCK = 0x636C6169
"""Number of PostgreSQL's advisory lock under which jobs are claimed; SQLite has one writer at a time anyway."""
ALIVE_SECONDS = 60
"""A worker that was not heard of for this long does not count."""


@dataclass(frozen=True, slots=True)
class Job:
    """What a worker needs to know of a claimed analysis."""

    id: str
    lease: str
    attempt: int
    input: str
    ref: str
    subdir: str
    rubric: str
    batch_id: str | None = None
    line: int | None = None


def claim(store: Store, settings: Settings, worker: str) -> Job | None:
    """Take the next job for a worker, or None where there is none that may run now."""
    with store.writing() as session:
        if not store.sqlite:  # two that count at the same time would both see the last free process
            session.execute(select(func.pg_advisory_xact_lock(_LOCK)))
        running = _running(session)
        for lane in _order(session, settings, running):
            analysis = _next(session, lane, running, locking=not store.sqlite)
            if analysis is not None:
                return _take(session, settings, worker, analysis)
    return None


def capacity(session: Session) -> int:
    """How many jobs all live workers can run at a time."""
    alive = now() - timedelta(seconds=ALIVE_SECONDS)
    return session.scalar(select(func.coalesce(func.sum(Worker.slots), 0)).where(Worker.seen_at > alive)) or 0


def _running(session: Session) -> dict[tuple[str, str], int]:
    """How many jobs run, by lane and share."""
    rows = session.execute(
        select(Analysis.lane, Analysis.share, func.count())
        .where(Analysis.status.in_(RUNNING))
        .group_by(Analysis.lane, Analysis.share)
    )
    return {(lane, share): count for lane, share, count in rows}


def _order(session: Session, settings: Settings, running: dict[tuple[str, str], int]) -> list[str]:
    """The lanes that may run something, the one with the smallest part of its due first."""
    by_lane = dict.fromkeys(LANES, 0)
    for (lane, _), count in running.items():
        by_lane[lane] += count
    # Where everything is reserved, rows of batches would never run: one process is theirs.
    most = max(capacity(session) - settings.reserved, 1)
    lanes = [lane for lane in LANES if lane != "batch" or by_lane[lane] < most]
    return sorted(lanes, key=lambda lane: by_lane[lane] / LANES[lane])


def _next(session: Session, lane: str, running: dict[tuple[str, str], int], *, locking: bool) -> Analysis | None:
    moment = now()
    shares = session.execute(
        select(Analysis.share, func.min(Analysis.seq), func.max(Turn.at))
        .outerjoin(Turn, (Turn.lane == Analysis.lane) & (Turn.share == Analysis.share))
        .where(Analysis.status == "queued", Analysis.lane == lane, Analysis.not_before <= moment)
        .group_by(Analysis.share)
    ).all()

    def turn(share: str, first: int, served: datetime | None) -> tuple[int, float, int]:
        return running.get((lane, share), 0), served.timestamp() if served else 0.0, first

    for share, _, _ in sorted(shares, key=lambda row: turn(*row)):
        query = (
            select(Analysis)
            .where(
                Analysis.status == "queued",
                Analysis.lane == lane,
                Analysis.share == share,
                Analysis.not_before <= moment,
            )
            .order_by(Analysis.seq)
            .limit(1)
        )
        found = session.scalar(query.with_for_update(skip_locked=True) if locking else query)
        if found is not None:
            return found
    return None


def _take(session: Session, settings: Settings, worker: str, analysis: Analysis) -> Job:
    moment = now()
    analysis.status, analysis.stage, analysis.detail = "acquiring", "start", ""
    analysis.attempts += 1
    # The same worker may take a job again whose attempts were set back, while its first attempt still ends.
    analysis.lease = f"{worker}/{analysis.attempts}/{secrets.token_hex(4)}"
    analysis.lease_until = moment + timedelta(seconds=settings.lease_seconds)
    analysis.started_at = analysis.started_at or moment
    record(session, analysis, "acquiring", status="acquiring", attempt=analysis.attempts)
    served = insert_into(session, Turn).values(lane=analysis.lane, share=analysis.share, at=moment)
    session.execute(served.on_conflict_do_update(index_elements=["lane", "share"], set_={"at": served.excluded.at}))
    return Job(
        analysis.id,
        analysis.lease,
        analysis.attempts,
        analysis.input,
        analysis.ref,
        analysis.subdir,
        analysis.rubric,
        analysis.batch_id,
        analysis.line,
    )
