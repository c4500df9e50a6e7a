"""The pages: what people see of the service. Every form works without JavaScript; htmx makes some of them live."""

from __future__ import annotations

from fastapi import APIRouter, FastAPI

from api.pages import accounts, analyses, assets, batches, compare, errors, start

__all__ = ["mount", "router"]

router = APIRouter()
for _part in (start, analyses, compare, batches, accounts):
    router.include_router(_part.router)


def mount(app: FastAPI) -> None:
    """Add what is no route: files, and the page that says that there is none."""
    assets.mount(app)
    errors.mount(app)
