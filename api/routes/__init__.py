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

__all__ = ["OPERATION", "ROUTERS", "UPLOADS"]

ROUTERS = (
    reports.router,
    events.router,
    analyses.router,
    comparisons.router,
    results.router,
    badge.router,
    me.router,
    keys.router,
    signing_in.router,
    reference.router,
)
"""Routes with small requests; what is asked for most is looked at first."""

OPERATION = health.router
"""Routes of the platform, not of users: no rate and no account counts there."""

UPLOADS = batches.router
"""Routes that take uploads."""
