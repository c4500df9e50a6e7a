"""The states of an analysis, the lanes, and how a state changes together with its event."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from api.store.columns import now
from api.store.models import Analysis, Batch, Event

__all__ = [
    "FINAL",
    "LANES",
    "ROW_ORDER",
    "RUNNING",
    "STATUSES",
    "finish",
    "lock_batch",
    "record",
    "requeue",
    "status_of",
]

STATUSES = ("queued", "acquiring", "analyzing", "done", "failed", "cancelled")
RUNNING = ("acquiring", "analyzing")
FINAL = ("done", "failed", "cancelled")
ROW_ORDER = ("analyzing", "acquiring", "queued", "cancelled", "done", "failed")
"""The state of a row of a batch is the first of these that one of its analyses has. A row of which something was cancelled
has no score: half of it would be none."""

LANES = {"anonymous": 2, "keyed": 2, "batch": 1}
"""Lanes with their weights: of what runs, each gets a share like its weight as long as it has something to do."""


def status_of(statuses: Collection[str]) -> str:
    """The state of a row of a batch by those of its analyses, at least one."""
    return min(statuses, key=ROW_ORDER.index)


def lock_batch(session: Session, batch_id: str | None) -> None:
    """Hold a batch, before its analyses: whoever changes several of them takes turns with who ends one."""
    if batch_id is not None:
        session.execute(select(Batch.id).where(Batch.id == batch_id).with_for_update())


def record(session: Session, analysis: Analysis, kind: str, **data: Any) -> None:
    """Keep an event of an analysis. The row of the analysis is locked by then, so that its events are in order."""
    session.add(Event(analysis_id=analysis.id, kind=kind, data=data))


def finish(
    session: Session, analysis: Analysis, status: str, *, code: str = "", what: str = "", hint: str = ""
) -> None:
    """Bring an analysis to a final state, and tell its readers and those of its batch."""
    analysis.status = status
    analysis.finished_at = now()
    analysis.lease = analysis.lease_until = None
    analysis.cause_code, analysis.cause, analysis.hint = code, what, hint
    told: dict[str, Any] = {"status": status}
    if status == "done":
        told |= {"score": analysis.score, "grade": analysis.grade, "reused": analysis.reused}
    if code:
        told["cause"] = {"code": code, "what": what, "hint": hint}
    record(session, analysis, status, **told)
    if analysis.batch_id:
        _count(session, analysis.batch_id, analysis, told)


def _count(session: Session, batch_id: str, analysis: Analysis, told: dict[str, Any]) -> None:
    """Count a row of a batch when its last analysis has ended; the lock on the batch keeps its events in order."""
    lock_batch(session, batch_id)
    session.flush()
    same = select(Analysis.id, Analysis.status).where(Analysis.batch_id == batch_id, Analysis.line == analysis.line)
    parts = session.execute(same.order_by(Analysis.seq, Analysis.inside, Analysis.subdir, Analysis.id)).all()
    statuses = [status for _, status in parts]
    if any(status not in FINAL for status in statuses):
        return
    if len(parts) > 1:  # its score is that of all together, and each has events of its own
        told = {"status": status_of(statuses), "analyses": len(parts)}
    counted = session.execute(
        update(Batch)
        .where(Batch.id == batch_id)
        .values(finished=Batch.finished + 1)
        .returning(Batch.finished, Batch.rows)
    ).one()
    finished, rows = counted
    row = {"analysis": parts[0].id, "line": analysis.line, **told, "finished": finished, "rows": rows}
    session.add(Event(batch_id=batch_id, kind="row", data=row))
    if finished == rows:
        session.execute(update(Batch).where(Batch.id == batch_id).values(finished_at=now()))
        session.add(Event(batch_id=batch_id, kind="finished", data={"finished": finished, "rows": rows}))


def requeue(session: Session, analysis: Analysis, not_before: datetime, why: str = "") -> None:
    """Put an analysis back into the queue, at its old place."""
    analysis.status = "queued"
    analysis.lease = analysis.lease_until = None
    analysis.not_before = not_before
    analysis.stage, analysis.detail = "", why[:300]
    record(session, analysis, "queued", status="queued", why=why)


def reopen(session: Session, batch: Batch, analyses: list[Analysis]) -> None:
    """Let cancelled or failed analyses of a batch run again."""
    for analysis in analyses:
        analysis.attempts = 0
        analysis.cause_code = analysis.cause = analysis.hint = ""
        analysis.finished_at = None
        requeue(session, analysis, now())
    ids = [analysis.id for analysis in analyses]
    session.execute(delete(Event).where(Event.analysis_id.in_(ids), Event.kind.in_(FINAL)))
    batch.cancelled_at = batch.finished_at = None
