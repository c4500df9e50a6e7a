"""API keys: made, found, revoked.

A key is ``fs_<id>_<secret>``. The secret has 256 random bits, so that one SHA-256 is enough to keep it: there is nothing
to guess that a slow hash would have to slow down. It is shown once, when it is made.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.store.columns import now
from api.store.models import Account, ApiKey

__all__ = ["SCOPES", "account_named", "check_key", "hashed", "make_key", "new_account"]

SCOPES = {
    "read": "see the analyses and batches of the account",
    "write": "start, cancel, resume and delete them",
    "admin": "manage accounts and keys and read the audit log; for owners alone",
}
_PREFIX = "fs"
_USED_EVERY = timedelta(minutes=1)


def hashed(secret: str) -> str:
    """What is kept of a secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


def new_account(session: Session, name: str, role: str, email: str | None = None) -> Account:
    """Make an account."""
    account = Account(id=secrets.token_hex(8), name=name, role=role, email=email.lower() if email else None)
    session.add(account)
    session.flush()
    return account


def account_named(session: Session, name: str) -> Account | None:
    """The account of a name, an e-mail address or an id."""
    return session.scalar(
        select(Account).where((Account.name == name) | (Account.email == name.lower()) | (Account.id == name))
    )


def make_key(session: Session, account: Account, name: str, scopes: str, days: float) -> tuple[ApiKey, str]:
    """Make a key; return what is kept, and the whole key, which is not."""
    secret = secrets.token_urlsafe(32)
    key = ApiKey(
        id=secrets.token_hex(6),
        account_id=account.id,
        name=name,
        hash=hashed(secret),
        scopes=scopes,
        created_at=now(),
        expires_at=now() + timedelta(days=days),
    )
    session.add(key)
    session.flush()
    return key, f"{_PREFIX}_{key.id}_{secret}"


def check_key(session: Session, text: str) -> tuple[ApiKey, Account] | None:
    """The key of this text and its account, or None where it is wrong, over, revoked, or its account disabled."""
    prefix, _, rest = text.strip().partition("_")
    number, _, secret = rest.partition("_")
    if prefix != _PREFIX or not secret:
        return None
    row = session.execute(
        select(ApiKey, Account).join(Account, Account.id == ApiKey.account_id).where(ApiKey.id == number)
    ).one_or_none()
    if row is None or not hmac.compare_digest(row[0].hash, hashed(secret)):
        return None
    key, account = row
    moment = now()
    if key.revoked_at or key.expires_at <= moment or account.disabled_at:
        return None
    return key, account


def is_stale(used_at: datetime | None) -> bool:
    """Whether the moment of last use should be written again; not for every request."""
    return used_at is None or now() - used_at > _USED_EVERY
