"""The audit log: who saw and changed what."""

from __future__ import annotations

from sqlalchemy.orm import Session

from api.accounts.principal import Principal
from api.store.models import AuditEntry

__all__ = ["audit"]


def audit(session: Session, principal: Principal, action: str, subject: str = "", detail: str = "") -> None:
    """Write an entry, in the transaction of what it tells of."""
    entry = AuditEntry(
        actor=principal.actor, via=principal.via, action=action, subject=subject[:120], detail=detail[:500]
    )
    session.add(entry)
