"""Everything about one person: to hand it over, and to erase it.

A person is known here as the owner of repositories, as a label of rows that a recruiter uploaded, or by an account (its
name, e-mail address or id). Rows that were not understood and names of batches may mention them too. Names are compared by
Python: what a database calls the lower case of a letter beyond ASCII depends on its kind and its locale.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, delete, func, or_, select, update
from sqlalchemy.orm import Session

from api.store.applicants import merged_document
from api.store.columns import now
from api.store.models import Account, Analysis, ApiKey, AuditEntry, Batch, BatchProblem, Event, SignIn
from api.store.reports import document_for
from api.store.retention import delete_analyses, delete_batch
from api.store.states import FINAL, finish

__all__ = ["Erased", "erase", "export"]

_AT_A_TIME = 500
"""Values in one question; SQLite takes some thousand."""


@dataclass(frozen=True, slots=True)
class Erased:
    """How much was erased."""

    analyses: int
    batches: int
    accounts: int
    mentions: int
    """Names of batches and rows that were not understood, where the person was named."""


def export(session: Session, person: str) -> dict[str, Any]:
    """All that is kept about a person, as plain values. Hashes of keys are no one's data and stay."""
    accounts = _accounts(session, person)
    ids = [account.id for account in accounts]
    analyses = _analyses(session, person, ids)
    batches = session.scalars(select(Batch).where(Batch.account_id.in_(ids)).order_by(Batch.id)).all()
    subjects = [*ids, *(item.id for item in analyses), *(batch.id for batch in batches)]
    entries = [
        entry
        for start in range(0, max(len(subjects), 1), _AT_A_TIME)
        for entry in session.scalars(
            select(AuditEntry).where(
                or_(
                    AuditEntry.actor.in_(subjects[start : start + _AT_A_TIME]),
                    AuditEntry.subject.in_(subjects[start : start + _AT_A_TIME]),
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
        "mentions": [_plain(row) for row in (*_named_batches(session, person), *_problems(session, person))],
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
        "rows": list(_rows(session, analyses)),
        "audit": [_plain(row) for row in {entry.id: entry for entry in entries}.values()],
    }


def _rows(session: Session, analyses: Sequence[Analysis]) -> Iterator[dict[str, Any]]:
    """What several analyses of a row came to together, of rows that are about nobody else."""
    own = Counter((row.batch_id, row.line) for row in analyses if row.batch_id and row.line is not None)
    for (batch_id, line), count in own.items():
        document = merged_document(session, batch_id, line)
        every = select(func.count()).where(Analysis.batch_id == batch_id, Analysis.line == line)
        if document is not None and session.scalar(every) == count:
            yield {"batch_id": batch_id, "line": line, "judged": document}


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
    others = {item.batch_id for item in analyses if item.batch_id and item.batch_id not in batches}
    for event in session.scalars(select(Event).where(_among(Event.batch_id, sorted(others)))):
        if event.data.get("analysis") in names:
            session.delete(event)
    delete_analyses(session, names)
    for batch_id in batches:
        delete_batch(session, batch_id)
    for start in range(0, len(names), _AT_A_TIME):
        _unname(session, AuditEntry.subject.in_(names[start : start + _AT_A_TIME]))
    for account in accounts:
        session.execute(
            update(AuditEntry).where(AuditEntry.actor == account.id).values(actor="erased", via="", detail="")
        )
        _unname(session, or_(AuditEntry.subject == account.id, AuditEntry.detail.contains(account.id)))
    _unname(session, func.lower(AuditEntry.detail).contains(person.lower(), autoescape=True))
    named, problems = _named_batches(session, person), _problems(session, person)
    for batch in named:
        batch.name = ""
    for problem in problems:  # the line stays, or a row of somebody's list would be lost
        problem.what, problem.hint = "The row was erased.", ""
    session.flush()
    session.execute(delete(Account).where(Account.id.in_(ids)))
    return Erased(len(analyses), len(batches), len(accounts), len(named) + len(problems))


def _unname(session: Session, which: Any) -> None:
    session.execute(update(AuditEntry).where(which).values(subject="erased", detail=""))


def _accounts(session: Session, person: str) -> Sequence[Account]:
    wanted = _folded(person)
    rows = session.execute(select(Account.id, Account.name, Account.email))
    ids = [name for name, *known in rows if name == person or wanted in (_folded(text or "") for text in known)]
    return session.scalars(select(Account).where(_among(Account.id, ids)).order_by(Account.id)).all()


def _analyses(session: Session, person: str, accounts: list[str]) -> Sequence[Analysis]:
    wanted = _folded(person)
    labels = session.scalars(select(Analysis.label).where(Analysis.label != "").distinct())
    same = [label for label in labels if _folded(label) == wanted]
    return session.scalars(
        select(Analysis)
        .where(
            or_(
                Analysis.owner == person.strip().lower(),
                _among(Analysis.label, same),
                Analysis.account_id.in_(accounts),
            )
        )
        .order_by(Analysis.id)
        .with_for_update()
    ).all()


def _named_batches(session: Session, person: str) -> list[Batch]:
    """Batches whose name mentions a person, whoever they belong to."""
    rows = session.execute(select(Batch.id, Batch.name).where(Batch.name != ""))
    ids = [name for name, text in rows if _mentions(text, person)]
    return list(session.scalars(select(Batch).where(_among(Batch.id, ids)).order_by(Batch.id)))


def _problems(session: Session, person: str) -> list[BatchProblem]:
    """Rows of uploads that were not understood, and that mention a person."""
    rows = session.execute(select(BatchProblem.batch_id, BatchProblem.line, BatchProblem.what))
    keys = [(batch, line) for batch, line, what in rows if _mentions(what, person)]
    return [session.get_one(BatchProblem, key) for key in keys]


def _among(column: Any, values: Sequence[str]) -> ColumnElement[bool]:
    """Whether a column has one of these values, however many they are."""
    return or_(False, *(column.in_(values[start : start + _AT_A_TIME]) for start in range(0, len(values), _AT_A_TIME)))


def _folded(text: str) -> str:
    """A name as it is compared: without case, form of accents and doubled blanks."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def _mentions(text: str, person: str) -> bool:
    """Whether a text has a name as a whole word; a part of a longer name is another name."""
    wanted = _folded(person)
    return bool(wanted) and re.search(rf"(?<![\w-]){re.escape(wanted)}(?![\w-])", _folded(text)) is not None


def _plain(row: Any, *hidden: str) -> dict[str, Any]:
    values = {column.key: getattr(row, column.key) for column in row.__mapper__.columns if column.key not in hidden}
    return {name: value.isoformat() if hasattr(value, "isoformat") else value for name, value in values.items()}
