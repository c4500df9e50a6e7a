"""Sign-in by OpenID Connect (Authlib): the code flow with PKCE, state and nonce."""

from __future__ import annotations

from typing import Any

from authlib.integrations.starlette_client import OAuth
from fastapi import Request, Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from api.accounts.keys import new_account
from api.problems import Problem
from api.settings import Settings
from api.store.models import Account

__all__ = ["OpenId"]

_SECONDS = 10


class OpenId:
    """The provider that the settings name. What is under way stands in a signed cookie for ten minutes."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        oauth = OAuth()
        oauth.register(
            "provider",
            client_id=settings.oidc_client_id,
            client_secret=settings.oidc_client_secret.get_secret_value(),
            server_metadata_url=f"{settings.oidc_issuer.rstrip('/')}/.well-known/openid-configuration",
            client_kwargs={"scope": "openid email profile", "code_challenge_method": "S256", "timeout": _SECONDS},
        )
        self._client = oauth.create_client("provider")

    async def begin(self, request: Request, callback: str) -> Response:
        """Send the browser to the provider.

        Raises:
            Problem: the provider cannot be reached.
        """
        try:
            answer = await self._client.authorize_redirect(request, callback)
        except Exception as error:  # whatever the HTTP client or the metadata of a stranger raise
            raise Problem("service.unavailable", "provider") from error
        assert isinstance(answer, Response)
        return answer

    async def finish(self, request: Request) -> dict[str, Any]:
        """The claims about who came back, checked: signature, issuer, audience, nonce, time.

        Raises:
            Problem: the sign-in failed; nothing more is said to who may be trying.
        """
        try:
            token = await self._client.authorize_access_token(request)
            claims = dict(token["userinfo"])
        except Exception as error:
            raise Problem("access.sign-in", "provider-answer") from error
        if claims["iss"].rstrip("/") != self._settings.oidc_issuer.rstrip("/") or not claims["sub"]:
            raise Problem("access.sign-in", "provider-other")
        return claims

    def account(self, session: Session, claims: dict[str, Any]) -> Account:
        """The account of who signed in: by the provider's id, else by a verified address, else a new one.

        Raises:
            Problem: there is none, and none may be made.
        """
        issuer, subject = claims["iss"], claims["sub"]
        account = session.scalar(select(Account).where(Account.issuer == issuer, Account.subject == subject))
        email = str(claims.get("email", "")).lower() if claims.get("email_verified") is True else ""
        if account is None and email:
            account = session.scalar(select(Account).where(Account.email == email))
            if account is not None and account.subject:
                account = None  # the address belongs to another person at the provider by now
            elif account is None and email.rpartition("@")[2] in self._settings.oidc_domains:
                account = new_account(session, email, "recruiter", email)
            if account is not None:
                account.issuer, account.subject = issuer, subject
        if account is None or account.disabled_at:
            raise Problem("access.sign-in", "provider-stranger")
        return account
