"""Everything about one person: to hand it over, and to erase it.

A person is known here as the owner of repositories, as a label of rows that a recruiter uploaded, or by an account (its
name, e-mail address or id).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.orm import Session

from api.store.columns import now
from api.store.models import Account, Analysis, ApiKey, AuditEntry, Batch, Event, SignIn
from api.store.reports import document_for
from api.store.retention import delete_analyses, delete_batch
from api.store.states import FINAL, finish

__all__ = ["Erased", "erase", "export"]


@dataclass(frozen=True, slots=True)
class Erased:
    """How much was erased."""

    analyses: int
    batches: int
    accounts: int


def export(session: Session, person: str) -> dict[str, Any]:
    """All that is kept about a person, as plain values. Hashes of keys are no one's data and stay."""
    accounts = _accounts(session, person)
    ids = [account.id for account in accounts]
    analyses = _analyses(session, person, ids)
    batches = session.scalars(select(Batch).where(Batch.account_id.in_(ids)).order_by(Batch.id)).all()
    subjects = [*ids, *(item.id for item in analyses), *(batch.id for batch in batches)]
    entries = [
        entry
        for start in range(0, max(len(subjects), 1), 500)
        for entry in session.scalars(
            select(AuditEntry).where(
                or_(
                    AuditEntry.actor.in_(subjects[start : start + 500]),
                    AuditEntry.subject.in_(subjects[start : start + 500]),
                )
            )
        )
    ]
    return {
        "person": person,
        "exported_at": now().isoformat(),
        "accounts": [_plain(row) for row in accounts],
        "keys": [_plain(row, "hash") for row in session.scalars(select(ApiKey).where(ApiKey.account_id.in_(ids)))],
        "sign_ins": [_plain(row, "hash") for row in session.scalars(select(SignIn).where(SignIn.account_id.in_(ids)))],
        "batches": [_plain(row) for row in batches],
        "analyses": [
            {
                **_plain(row, "lease", "lease_until", "share"),
                "events": [
                    _plain(event)
                    for event in session.scalars(select(Event).where(Event.analysis_id == row.id).order_by(Event.id))
                ],
                "report": document_for(session, row),
            }
            for row in analyses
        ],
        "audit": [_plain(row) for row in {entry.id: entry for entry in entries}.values()],
    }


def erase(session: Session, person: str) -> Erased:
    """Delete all that is kept about a person.

    Entries of the audit log stay, for they protect others, but do not name the person any more. Rows of batches of
    others are told as cancelled before they go, so that these batches come to an end.
    """
    accounts = _accounts(session, person)
    ids = [account.id for account in accounts]
    batches = session.scalars(select(Batch.id).where(Batch.account_id.in_(ids))).all()
    analyses = _analyses(session, person, ids)
    names = [item.id for item in analyses]
    for item in analyses:
        if item.status not in FINAL:
            finish(session, item, "cancelled", code="job.cancelled", what="It was erased.")
    session.flush()
    counts: dict[str, list[int]] = {}
    for item in analyses:
        if item.batch_id and item.batch_id not in batches:
            counts.setdefault(item.batch_id, []).append(1)
    for batch_id, rows in counts.items():  # the batches of others have so many rows less
        session.execute(
            update(Batch)
            .where(Batch.id == batch_id)
            .values(rows=Batch.rows - len(rows), finished=Batch.finished - len(rows))
        )
        for event in session.scalars(select(Event).where(Event.batch_id == batch_id)):
            if event.data.get("analysis") in names:
                session.delete(event)
    delete_analyses(session, names)
    for batch_id in batches:
        delete_batch(session, batch_id)
    for start in range(0, len(names), 500):
        _unname(session, AuditEntry.subject.in_(names[start : start + 500]))
    for account in accounts:
        session.execute(
            update(AuditEntry).where(AuditEntry.actor == account.id).values(actor="erased", via="", detail="")
        )
        _unname(session, or_(AuditEntry.subject == account.id, AuditEntry.detail.contains(account.id)))
    _unname(session, func.lower(AuditEntry.detail).contains(person.lower(), autoescape=True))
    session.execute(delete(Account).where(Account.id.in_(ids)))
    return Erased(len(analyses), len(batches), len(accounts))


def _unname(session: Session, which: Any) -> None:
    session.execute(update(AuditEntry).where(which).values(subject="erased", detail=""))


def _accounts(session: Session, person: str) -> Sequence[Account]:
    wanted = person.lower()
    return session.scalars(
        select(Account).where(
            or_(func.lower(Account.name) == wanted, func.lower(Account.email) == wanted, Account.id == person)
        )
    ).all()


def _analyses(session: Session, person: str, accounts: list[str]) -> Sequence[Analysis]:
    wanted = person.lower()
    return session.scalars(
        select(Analysis)
        .where(
            or_(
                Analysis.owner == wanted,
                func.lower(Analysis.label) == wanted,
                Analysis.account_id.in_(accounts),
            )
        )
        .order_by(Analysis.id)
        .with_for_update()
    ).all()


def _plain(row: Any, *hidden: str) -> dict[str, Any]:
    values = {column.key: getattr(row, column.key) for column in row.__mapper__.columns if column.key not in hidden}
    return {name: value.isoformat() if hasattr(value, "isoformat") else value for name, value in values.items()}
