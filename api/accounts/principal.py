"""Who a request comes from: a key, a sign-in, or nobody in particular."""

from __future__ import annotations

import hmac
import ipaddress
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Request
from fastapi.concurrency import run_in_threadpool
from sqlalchemy import select, update

from api.accounts.keys import check_key, hashed, is_stale
from api.problems import Problem
from api.service import Service, service_of
from api.store.columns import now
from api.store.models import Account, ApiKey, SignIn

__all__ = [
    "Admin",
    "Anyone",
    "Principal",
    "Reader",
    "Writer",
    "address_share",
    "csrf_token",
    "principal_of",
    "session_cookie",
]

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


@dataclass(frozen=True, slots=True)
class Principal:
    """Who asks. ``share`` takes turns with others; ``via`` is how they showed who they are."""

    share: str
    account_id: str | None = None
    name: str = ""
    role: str = ""
    scopes: frozenset[str] = field(default_factory=frozenset)
    via: str = ""
    csrf: str = ""

    @property
    def actor(self) -> str:
        """For the audit log."""
        return self.account_id or "anonymous"


def session_cookie(service: Service) -> str:
    """The name of the cookie; with https one that no other host and no plain connection can set."""
    return "__Host-folioscope" if service.settings.https else "folioscope"


def csrf_token(service: Service, session_hash: str) -> str:
    """The token that a form of a signed-in user must carry."""
    return _signed(service.settings.secret, f"csrf:{session_hash}")


def address_share(service: Service, request: Request) -> str:
    """A name for the address of a request that does not tell the address; of IPv6, the network counts."""
    return _share_of(service.settings.secret, request.client.host if request.client else "")


@lru_cache(maxsize=4096)
def _share_of(secret: str, host: str) -> str:
    try:
        address = ipaddress.ip_address(host)
        if isinstance(address, ipaddress.IPv6Address):
            host = str(ipaddress.ip_network((address, 64), strict=False))
    except ValueError:
        pass
    return f"address:{_signed(secret, f'address:{host}')[:24]}"


def _signed(secret: str, text: str) -> str:
    return hmac.new(secret.encode(), text.encode(), "sha256").hexdigest()


async def principal_of(request: Request) -> Principal:
    """Who a request comes from.

    Raises:
        Problem: the key is wrong, or the form of a signed-in user has no valid token.
    """
    known = getattr(request.state, "principal", None)
    if isinstance(known, Principal):
        return known
    service = service_of(request)
    authorization = request.headers.get("authorization", "")
    cookie = request.cookies.get(session_cookie(service), "")
    if authorization:
        scheme, _, key = authorization.partition(" ")
        principal = await run_in_threadpool(_by_key, service, key) if scheme.lower() == "bearer" else None
        if principal is None:
            raise Problem("access.unauthenticated", "key-refused", headers={"WWW-Authenticate": "Bearer"})
    elif cookie and (signed_in := await run_in_threadpool(_by_cookie, service, cookie)):
        principal = signed_in
        if request.method not in _SAFE:
            await check_csrf(request, principal)
    else:
        principal = Principal(address_share(service, request))
    request.state.principal = principal
    return principal


async def check_csrf(request: Request, principal: Principal) -> None:
    """Refuse what another site may have let the browser send.

    Raises:
        Problem: the token is missing or wrong, or the request comes from another site.
    """
    check_origin(request)
    given = request.headers.get("x-csrf-token", "")
    form = None
    if not given and request.headers.get("content-type", "").startswith(_FORMS):
        form = await request.form()
        given = str(form.get("csrf_token", ""))
    if not hmac.compare_digest(given.encode(), principal.csrf.encode()):
        if form is not None:
            await form.close()
        raise Problem("access.csrf", "form-old")


def check_origin(request: Request) -> None:
    """Refuse a request that a browser says comes from another site.

    Raises:
        Problem: it does.
    """
    site = request.headers.get("sec-fetch-site", "")
    origin = request.headers.get("origin", "")
    elsewhere = origin and urlsplit(origin).netloc != request.headers.get("host", "")
    if site not in ("", "same-origin", "none") or elsewhere:
        raise Problem("access.csrf", "form-from-elsewhere")


def _by_key(service: Service, text: str) -> Principal | None:
    with service.store.reading() as session:
        found = check_key(session, text)
    if found is None:
        return None
    key, account = found
    if is_stale(key.used_at):
        with service.store.writing() as session:
            session.execute(update(ApiKey).where(ApiKey.id == key.id).values(used_at=now()))
    return Principal(
        f"account:{account.id}", account.id, account.name, account.role, _scopes(account, key.scopes), f"key:{key.id}"
    )


def _by_cookie(service: Service, token: str) -> Principal | None:
    mark, moment = hashed(token), now()
    holds = SignIn.key_id.is_(None) | (ApiKey.revoked_at.is_(None) & (ApiKey.expires_at > moment))
    with service.store.reading() as session:
        row = session.execute(
            select(SignIn, Account)
            .join(Account, Account.id == SignIn.account_id)
            .outerjoin(ApiKey, ApiKey.id == SignIn.key_id)
            .where(SignIn.hash == mark, SignIn.expires_at > moment, Account.disabled_at.is_(None), holds)
        ).one_or_none()
    if row is None:
        return None
    signed_in, account = row
    return Principal(
        f"account:{account.id}",
        account.id,
        account.name,
        account.role,
        _scopes(account, signed_in.scopes),
        "sign-in",
        csrf_token(service, mark),
    )


def _scopes(account: Account, scopes: str) -> frozenset[str]:
    granted = frozenset(scopes.split())
    return granted if account.role == "owner" else granted - {"admin"}


Anyone = Annotated[Principal, Depends(principal_of)]


def _needing(scope: str) -> Callable[[Principal], Awaitable[Principal]]:
    async def check(principal: Anyone) -> Principal:
        if principal.account_id is None:
            raise Problem("access.unauthenticated", "for-accounts", headers={"WWW-Authenticate": "Bearer"})
        if scope not in principal.scopes:
            raise Problem("access.forbidden", "scope", {"scope": scope})
        return principal

    return check


Reader = Annotated[Principal, Depends(_needing("read"))]
Writer = Annotated[Principal, Depends(_needing("write"))]
Admin = Annotated[Principal, Depends(_needing("admin"))]
