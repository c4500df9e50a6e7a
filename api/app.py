"""The app: settings in, FastAPI out."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import Depends, FastAPI
from fastapi.concurrency import run_in_threadpool
from starlette.middleware.gzip import GZipMiddleware
from starlette.middleware.sessions import SessionMiddleware

from analyzer import VERSION
from api import pages
from api.events import Feed
from api.limiting import Limiter
from api.metrics import Metrics
from api.middleware import Frame
from api.problems import ProblemDetails, add_handlers
from api.rendering import Renderings
from api.routes import OPERATION, ROUTERS, UPLOADS
from api.routes.pace import paced
from api.schemas import BatchRequest
from api.service import Executor, Nobody, Service
from api.settings import Settings
from api.store import Store, open_store

__all__ = ["create_app"]

_UPLOADS = ("/api/v1/batches", "/batches")
"""Where paths begin that take uploads."""
_LOG = logging.getLogger("folioscope.api")


def create_app(settings: Settings) -> FastAPI:
    """Make the app. Its jobs begin to run when it starts, and end when it stops."""
    store = open_store(settings.database)
    service = Service(
        settings=settings,
        store=store,
        executor=_executor(store, settings),
        feed=Feed(store, min(settings.poll_seconds, 0.5)),
        limiter=Limiter(settings.redis_url.get_secret_value()),
        metrics=Metrics(store),
        renderings=Renderings(store),
    )

    @asynccontextmanager
    async def running(app: FastAPI) -> AsyncIterator[None]:
        del app
        if settings.migrate:
            await run_in_threadpool(store.migrate)
        await run_in_threadpool(service.executor.start)
        try:
            yield
        finally:
            await service.feed.close()
            await run_in_threadpool(service.executor.stop)
            store.close()

    app = FastAPI(
        title="Folioscope",
        version=VERSION,
        summary="Reads GitHub repositories the way a senior MLOps engineer reads a candidate's portfolio",
        lifespan=running,
        openapi_url="/api/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    app.state.service = service
    add_handlers(app)
    for router in ROUTERS:
        app.include_router(router, dependencies=[Depends(paced)])
    app.include_router(OPERATION)
    app.include_router(UPLOADS, dependencies=[Depends(paced)])
    app.include_router(pages.router, dependencies=[Depends(paced)], include_in_schema=False)
    if settings.oidc_issuer:
        from api.accounts.openid import OpenId

        app.state.openid = OpenId(settings)
        app.add_middleware(
            SessionMiddleware,
            secret_key=settings.secret,
            session_cookie="folioscope-signing-in",
            max_age=600,
            same_site="lax",
            https_only=settings.https,
        )
    pages.mount(app)
    app.add_middleware(GZipMiddleware, minimum_size=1000)
    app.add_middleware(
        Frame,
        metrics=service.metrics,
        https=settings.https,
        most=settings.body_bytes,
        uploads=dict.fromkeys(_UPLOADS, settings.upload_bytes),
        seconds=settings.patience_seconds,
    )
    _describe_problems(app)
    return app


def _executor(store: Store, settings: Settings) -> Executor:
    if settings.executor == "local":
        from api.jobs.pool import LocalPool

        return LocalPool(store, settings)
    if settings.executor == "celery":
        from api.jobs.celery import CeleryWaker

        return CeleryWaker(store, settings)
    return Nobody()


def _describe_problems(app: FastAPI) -> None:
    """Put the schema of problems into the OpenAPI document; the responses refer to it."""
    plain = app.openapi

    def whole() -> dict[str, object]:
        document = plain()
        schemas = document.setdefault("components", {}).setdefault("schemas", {})
        template = "#/components/schemas/{model}"
        for model in (ProblemDetails, BatchRequest):  # what no signature names
            described = model.model_json_schema(ref_template=template)
            schemas.update(described.pop("$defs", {}))
            schemas.setdefault(model.__name__, described)
        for unused in ("HTTPValidationError", "ValidationError"):
            schemas.pop(unused, None)
        return document

    app.openapi = whole  # type: ignore[method-assign]
