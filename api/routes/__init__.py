"""The routes, one module a resource."""

from api.routes import (
    analyses,
    badge,
    batches,
    comparisons,
    events,
    health,
    keys,
    me,
    reference,
    reports,
    results,
    signing_in,
)

__all__ = ["ROUTERS", "UPLOADS"]

ROUTERS = (
    health.router,
    analyses.router,
    reports.router,
    comparisons.router,
    events.router,
    results.router,
    badge.router,
    me.router,
    keys.router,
    signing_in.router,
    reference.router,
)
"""Routes with small requests."""

UPLOADS = batches.router
"""Routes that take uploads."""
