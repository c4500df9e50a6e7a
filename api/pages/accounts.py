"""Signing in, and the keys, for those who have an account."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from pydantic import ValidationError
from starlette.responses import RedirectResponse, Response

from api.accounts.principal import Admin, Anyone, Principal, check_origin
from api.pages.errors import PageRoute
from api.pages.templating import page
from api.problems import Problem
from api.routes.keys import add_key, list_keys, revoke_key
from api.routes.signing_in import by_key, inside
from api.schemas import KeyMade, KeyRequest
from api.service import Service, ServiceDep

__all__ = ["router"]

router = APIRouter(route_class=PageRoute)

_HOME = "/batches"


def _inside(target: str) -> str:
    return inside(target, _HOME)


@router.get("/sign-in")
def ask(request: Request, service: ServiceDep, principal: Anyone, next: str = _HOME) -> Response:  # noqa: A002 the name in the address
    """The form."""
    if principal.account_id:
        return RedirectResponse(_inside(next), 303)
    return _form(request, service, _inside(next))


def _form(request: Request, service: Service, after: str, *, wrong: bool = False) -> Response:
    provider = bool(service.settings.oidc_issuer)
    return page(request, "sign_in.html", status=400 if wrong else 200, after=after, wrong=wrong, provider=provider)


@router.post("/sign-in")
def begin(
    request: Request,
    service: ServiceDep,
    key: Annotated[str, Form(max_length=200)] = "",
    after: Annotated[str, Form(alias="next", max_length=500)] = _HOME,
) -> Response:
    """Sign in by a key, and go where one wanted to go."""
    try:
        answer = by_key(request, service, key)
    except Problem as problem:
        if problem.code != "access.sign-in":
            raise
        return _form(request, service, _inside(after), wrong=True)
    answer.headers["Location"] = _inside(after)
    return answer


# -- keys ------------------------------------------------------------------------------------------------------------


@router.get("/keys")
def keys(request: Request, service: ServiceDep, principal: Admin) -> Response:
    """All keys, and a form for another."""
    return _keys(request, service, principal)


def _keys(
    request: Request, service: Service, principal: Principal, *, made: KeyMade | None = None,
    problem: Problem | None = None, typed: KeyRequest | None = None,
) -> Response:  # fmt: skip
    items = list_keys(service, principal).items
    status = problem.status if problem else 201 if made else 200
    return page(request, "keys.html", status=status, keys=items, made=made, problem=problem, typed=typed)


@router.post("/keys")
def make(
    request: Request,
    service: ServiceDep,
    principal: Admin,
    account: Annotated[str, Form(min_length=1, max_length=200)],
    name: Annotated[str, Form(min_length=1, max_length=100)],
    days: Annotated[float, Form(gt=0, le=3660)] = 90,
    scopes: Annotated[list[str] | None, Form()] = None,
) -> Response:
    """Make a key, and show it this once."""
    check_origin(request)
    chosen = [scope for scope in ("read", "write", "admin") if scope in (scopes or ["read", "write"])]
    typed: dict[str, Any] = {"account": account.strip(), "name": name.strip(), "scopes": chosen, "days": days}
    try:
        asked = KeyRequest.model_validate(typed)
    except ValidationError:
        blank = Problem("request.invalid", "key-fields")
        return _keys(request, service, principal, problem=blank, typed=KeyRequest.model_construct(**typed))
    try:
        made = add_key(asked, service, principal)
    except Problem as problem:
        return _keys(request, service, principal, problem=problem, typed=asked)
    return _keys(request, service, principal, made=made)


@router.post("/keys/{key_id}/revoke")
def revoke(request: Request, key_id: str, service: ServiceDep, principal: Admin) -> Response:
    """Revoke a key."""
    check_origin(request)
    revoke_key(key_id[:16], service, principal)
    return RedirectResponse("/keys", 303)
