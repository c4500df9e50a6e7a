"""Sign-ins of browsers: begun by a key or by an OpenID provider, ended by signing out."""

from __future__ import annotations

import secrets
from datetime import timedelta

from fastapi import Response
from sqlalchemy import delete
from sqlalchemy.orm import Session

from api.accounts.keys import hashed
from api.accounts.principal import session_cookie
from api.service import Service
from api.store.columns import now
from api.store.models import Account, SignIn

__all__ = ["forget_cookie", "set_cookie", "sign_in", "sign_out"]


def sign_in(session: Session, service: Service, account: Account, scopes: str, key_id: str | None = None) -> str:
    """Begin a sign-in, which ends with its key where it has one.

    Returns the token for the cookie, of which the hash alone is kept.
    """
    token = secrets.token_urlsafe(32)
    expires = now() + timedelta(hours=service.settings.session_hours)
    session.add(SignIn(hash=hashed(token), account_id=account.id, scopes=scopes, key_id=key_id, expires_at=expires))
    return token


def sign_out(session: Session, token: str) -> None:
    """End a sign-in."""
    session.execute(delete(SignIn).where(SignIn.hash == hashed(token)))


def set_cookie(service: Service, response: Response, token: str) -> None:
    """Give the cookie: not for scripts, not for other sites, and with https for nothing else."""
    response.set_cookie(
        session_cookie(service),
        token,
        max_age=int(service.settings.session_hours * 3600),
        path="/",
        secure=service.settings.https,
        httponly=True,
        samesite="lax",
    )


def forget_cookie(service: Service, response: Response) -> None:
    """Take the cookie back."""
    response.delete_cookie(
        session_cookie(service), path="/", secure=service.settings.https, httponly=True, samesite="lax"
    )
