"""Who is asking."""

from __future__ import annotations

from fastapi import APIRouter

from api.accounts.principal import Anyone
from api.problems import documented
from api.schemas import Me

__all__ = ["router"]

router = APIRouter(prefix="/api/v1", tags=["accounts"])


@router.get("/me", responses=documented("access.unauthenticated"))
async def me(principal: Anyone) -> Me:
    """The account of the key or sign-in, and what it may do; without one, nobody in particular."""
    return Me(
        account=principal.account_id,
        name=principal.name,
        role=principal.role,
        scopes=sorted(principal.scopes),
        via=principal.via,
        csrf_token=principal.csrf,
    )
