"""Deleting: what is asked for, and what is old enough."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from api.settings import Settings
from api.store.applicants import recount
from api.store.columns import now
from api.store.database import Store
from api.store.models import Analysis, AuditEntry, Batch, Idempotency, SignIn
from api.store.reports import drop_unused
from api.store.states import lock_batch

__all__ = ["delete_analyses", "delete_batch", "purge"]

_AT_A_TIME = 500


def delete_analyses(session: Session, ids: list[str]) -> None:
    """Delete analyses with their events, and their reports where nobody else has the same one; count their batches anew."""
    lines: dict[str, set[int | None]] = {}
    for start in range(0, len(ids), _AT_A_TIME):
        which = Analysis.id.in_(ids[start : start + _AT_A_TIME]), Analysis.batch_id.is_not(None)
        for batch_id, line in session.execute(select(Analysis.batch_id, Analysis.line).where(*which)):
            lines.setdefault(str(batch_id), set()).add(line)
    for batch_id in sorted(lines):
        lock_batch(session, batch_id)
    _delete(session, ids)
    for batch_id, some in lines.items():
        recount(session, batch_id, some)


def _delete(session: Session, ids: list[str]) -> None:
    for start in range(0, len(ids), _AT_A_TIME):
        some = ids[start : start + _AT_A_TIME]
        keys = session.scalars(
            select(Analysis.report_key).where(Analysis.id.in_(some), Analysis.report_key.is_not(None)).distinct()
        ).all()
        session.execute(delete(Analysis).where(Analysis.id.in_(some)))
        drop_unused(session, {key for key in keys if key})


def delete_batch(session: Session, batch_id: str) -> int:
    """Delete a batch with its analyses; return how many those were."""
    rows = list(session.scalars(select(Analysis.id).where(Analysis.batch_id == batch_id)))
    _delete(session, rows)
    session.execute(delete(Batch).where(Batch.id == batch_id))
    return len(rows)


def purge(store: Store, settings: Settings) -> int:
    """Delete what is older than the settings say; return how many analyses that were, those of batches among them."""
    moment = now()
    old = moment - timedelta(days=settings.retention_days)
    with store.writing() as session:
        batches = session.scalars(select(Batch.id).where(Batch.created_at < old)).all()
        count = sum(delete_batch(session, batch_id) for batch_id in batches)
    while True:
        with store.writing() as session:
            some = session.scalars(select(Analysis.id).where(Analysis.created_at < old).limit(_AT_A_TIME)).all()
            if not some:
                break
            delete_analyses(session, list(some))
            count += len(some)
    with store.writing() as session:
        session.execute(delete(AuditEntry).where(AuditEntry.at < moment - timedelta(days=settings.audit_days)))
        session.execute(delete(Idempotency).where(Idempotency.created_at < moment - timedelta(days=1)))
        session.execute(delete(SignIn).where(SignIn.expires_at < moment))
    if count or batches:
        store.scrub()
    return count
