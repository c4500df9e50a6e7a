"""What an anonymous visitor's browser keeps: the right to cancel and delete the analysis that it started."""

from __future__ import annotations

from fastapi import Request
from starlette.responses import Response

from api.service import Service

__all__ = ["keep_manage_token", "manage_token_of"]

_NAME = "manage"
_DAY = 86_400


def keep_manage_token(service: Service, answer: Response, analysis_id: str, token: str | None) -> None:
    """Let the browser keep the token for the pages of this analysis alone; no other site can make it send it."""
    if token:
        answer.set_cookie(
            _NAME,
            token,
            max_age=service.settings.retention_days * _DAY,
            path=f"/r/{analysis_id}",
            secure=service.settings.https,
            httponly=True,
            samesite="strict",
        )


def manage_token_of(request: Request) -> str | None:
    """The token that the browser kept."""
    return request.cookies.get(_NAME)
