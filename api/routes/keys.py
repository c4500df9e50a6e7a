"""Keys and the audit log, for the owner."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query
from sqlalchemy import select

from api.accounts.audit import audit
from api.accounts.keys import account_named, make_key, new_account
from api.accounts.principal import Admin
from api.problems import Problem, documented
from api.schemas import AuditList, AuditView, KeyList, KeyMade, KeyRequest, KeyView
from api.service import ServiceDep
from api.store.columns import now
from api.store.models import Account, ApiKey, AuditEntry

__all__ = ["router"]

router = APIRouter(prefix="/api/v1", tags=["accounts"])
_ACCESS = ("access.unauthenticated", "access.forbidden")


@router.get("/keys", responses=documented(*_ACCESS))
def list_keys(service: ServiceDep, principal: Admin) -> KeyList:
    """All keys, without their secrets."""
    with service.store.reading() as session:
        rows = session.execute(
            select(ApiKey, Account)
            .join(Account, Account.id == ApiKey.account_id)
            .order_by(ApiKey.created_at, ApiKey.id)
        )
        return KeyList(items=[KeyView.of(key, account) for key, account in rows])


@router.post(
    "/keys", status_code=201, responses=documented(*_ACCESS, "access.csrf", "request.media-type", "request.too-large")
)
def add_key(asked: KeyRequest, service: ServiceDep, principal: Admin) -> KeyMade:
    """Make a key; its secret is told in this answer and never again."""
    with service.store.writing() as session:
        account = account_named(session, asked.account) or new_account(session, asked.account, "recruiter")
        if "admin" in asked.scopes and account.role != "owner":
            raise Problem("access.forbidden", "recruiter-admin")
        scopes = " ".join(dict.fromkeys(asked.scopes))
        key, secret = make_key(session, account, asked.name, scopes, asked.days)
        audit(session, principal, "key.make", key.id, f"{account.id}: {scopes}")
        return KeyMade(**KeyView.of(key, account).model_dump(), key=secret)


@router.delete("/keys/{key_id}", status_code=204, responses=documented(*_ACCESS, "access.csrf", "resource.unknown"))
def revoke_key(
    key_id: Annotated[str, Path(max_length=16, pattern=r"^[0-9a-f]+$", examples=["0123456789ab"])],
    service: ServiceDep,
    principal: Admin,
) -> None:
    """Revoke a key, at once and for good."""
    with service.store.writing() as session:
        key = session.get(ApiKey, key_id)
        if key is None:
            raise Problem("resource.unknown", "key-unknown")
        key.revoked_at = key.revoked_at or now()
        audit(session, principal, "key.revoke", key_id)


@router.get("/audit", responses=documented(*_ACCESS, "request.cursor"))
def read_audit(
    service: ServiceDep,
    principal: Admin,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    cursor: Annotated[str, Query(max_length=20, description="next of the page before")] = "",
    subject: Annotated[str, Query(max_length=120, description="what was seen or changed")] = "",
) -> AuditList:
    """Who saw and changed what, the newest first."""
    query = select(AuditEntry)
    if cursor:
        if not (cursor.isascii() and cursor.isdigit()) or int(cursor) >= 2**62:
            raise Problem("request.cursor", "cursor")
        query = query.where(AuditEntry.id < int(cursor))
    if subject:
        query = query.where(AuditEntry.subject == subject)
    with service.store.reading() as session:
        rows = session.scalars(query.order_by(AuditEntry.id.desc()).limit(limit + 1)).all()
    items = [AuditView.of(row) for row in rows[:limit]]
    return AuditList(items=items, next=str(items[-1].id) if len(rows) > limit else None)
