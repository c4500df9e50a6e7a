"""Idempotency-Key: a request that is sent again starts nothing again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from api.problems import Problem
from api.store.database import insert_into
from api.store.models import Idempotency

_UNGUESSED = 32
"""Characters of a key that nobody else has by chance, such as a UUID's."""

__all__ = ["Remembered", "remember", "remembered"]


@dataclass(frozen=True, slots=True)
class Remembered:
    """A key of someone, and what was asked with it.

    Without an account, someone is an address, which others may share; ``secret`` says that they cannot know the key.
    """

    principal: str
    key: str
    fingerprint: str
    secret: bool

    def find(self, session: Session) -> str | None:
        """The id of what the key started, or None.

        Raises:
            Problem: the key was used for another request.
        """
        row = session.get(Idempotency, (self.principal, self.key))
        if row is None:
            return None
        if row.fingerprint != self.fingerprint:
            raise Problem("idempotency.mismatch", "key-used")
        return row.analysis_id or row.batch_id


def remembered(principal: str, key: str | None, request: Mapping[str, Any]) -> Remembered | None:
    """The key of a request, if it has one."""
    if key is None:
        return None
    content = json.dumps(request, sort_keys=True, default=str).encode("utf-8", "surrogatepass")
    kept, asked = (hashlib.sha256(part).hexdigest() for part in (key.encode(), content))
    return Remembered(principal, kept, asked, len(key) >= _UNGUESSED)


def remember(
    session: Session, key: Remembered | None, *, analysis_id: str | None = None, batch_id: str | None = None
) -> bool:
    """Keep what a key started, in the same transaction; False where another request with it was faster."""
    if key is None:
        return True
    row = {
        "principal": key.principal,
        "key": key.key,
        "fingerprint": key.fingerprint,
        "analysis_id": analysis_id,
        "batch_id": batch_id,
    }
    kept = insert_into(session, Idempotency).values(row).on_conflict_do_nothing().returning(Idempotency.key)
    return session.scalar(kept) is not None
