"""Sign-in and sign-out of browsers. Forms and links of the pages lead here."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse
from sqlalchemy.orm import Session

from api.accounts.audit import audit
from api.accounts.keys import check_key
from api.accounts.openid import OpenId
from api.accounts.principal import Anyone, Principal, address_share, check_origin, session_cookie
from api.accounts.sessions import forget_cookie, set_cookie, sign_in, sign_out
from api.problems import Problem, documented
from api.routes.pace import hit
from api.service import Service, ServiceDep
from api.store.models import Account

__all__ = ["inside", "router"]

router = APIRouter(prefix="/auth", tags=["accounts"])
_AFTER = "/"
_SCOPES = "read write"


@router.post(
    "/key",
    status_code=303,
    response_class=RedirectResponse,
    responses={303: {"description": "Signed in"}, **documented("access.sign-in", "access.csrf", "request.too-large")},
)
def by_key(request: Request, service: ServiceDep, key: Annotated[str, Form(min_length=1, max_length=200)]) -> Response:
    """Sign in with a key; the sign-in may do what the key may."""
    check_origin(request)
    stranger = Principal(address_share(service, request))
    hit(request, service, stranger, service.settings.rate_sign_in, "sign-in")
    with service.store.writing() as session:
        found = check_key(session, key)
        if found is None:
            audit(session, stranger, "sign-in.refused", "", "key")
        else:
            key_row, account = found
            answer = _signed_in(session, service, account, key_row.scopes, f"key:{key_row.id}", key_row.id)
    if found is None:
        raise Problem("access.sign-in", "key-wrong")
    return answer


@router.get(
    "/login",
    status_code=303,
    response_class=RedirectResponse,
    responses={303: {"description": "To the provider"}, **documented("resource.unknown")},
)
async def by_provider(
    request: Request,
    service: ServiceDep,
    next: Annotated[str, Query(max_length=500, description="page to come back to")] = _AFTER,  # noqa: A002 the name in the address
) -> Response:
    """Sign in at the OpenID provider."""
    stranger = Principal(address_share(service, request))
    hit(request, service, stranger, service.settings.rate_sign_in, "sign-in")
    provider = _provider(request)
    request.session["after"] = inside(next, _AFTER)
    answer = await provider.begin(request, _callback(request, service))
    answer.status_code = 303
    return answer


@router.get(
    "/callback",
    status_code=303,
    response_class=RedirectResponse,
    responses={303: {"description": "Signed in"}, **documented("resource.unknown", "access.sign-in")},
)
async def from_provider(request: Request, service: ServiceDep) -> Response:
    """Where the OpenID provider sends the browser back to."""
    provider = _provider(request)
    claims = await provider.finish(request)
    after = inside(str(request.session.get("after", "")), _AFTER)
    request.session.clear()

    def accept() -> Response:
        with service.store.writing() as session:
            account = provider.account(session, claims)
            scopes = f"{_SCOPES} admin" if account.role == "owner" else _SCOPES
            return _signed_in(session, service, account, scopes, "openid")

    answer = await run_in_threadpool(accept)
    answer.headers["Location"] = after
    return answer


@router.post(
    "/logout",
    status_code=303,
    response_class=RedirectResponse,
    responses={303: {"description": "Signed out"}, **documented("access.csrf", "access.unauthenticated")},
)
def end(request: Request, service: ServiceDep, principal: Anyone) -> Response:
    """Sign out."""
    answer = RedirectResponse(_AFTER, 303)
    with service.store.writing() as session:
        sign_out(session, request.cookies.get(session_cookie(service), ""))
        if principal.account_id:
            audit(session, principal, "sign-out")
    forget_cookie(service, answer)
    return answer


def _signed_in(
    session: Session, service: Service, account: Account, scopes: str, via: str, key_id: str | None = None
) -> Response:
    token = sign_in(session, service, account, scopes, key_id)
    audit(session, Principal("", account.id, via=via), "sign-in")
    answer = RedirectResponse(_AFTER, 303)
    set_cookie(service, answer, token)
    return answer


def inside(target: str, usual: str) -> str:
    """Where to go after signing in: a page of ours, never another site."""
    ours = target.startswith("/") and not target.startswith(("//", "/\\")) and target.isprintable()
    return target[:500] if ours and "\\" not in target else usual


def _provider(request: Request) -> OpenId:
    provider = getattr(request.app.state, "openid", None)
    if provider is None:
        raise Problem("resource.unknown", "provider-none")
    assert isinstance(provider, OpenId)
    return provider


def _callback(request: Request, service: Service) -> str:
    if service.settings.public_url:
        return f"{service.settings.public_url.rstrip('/')}/auth/callback"
    return str(request.url_for("from_provider"))
