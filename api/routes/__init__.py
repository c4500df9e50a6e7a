"""The routes, one module a resource."""

from api.routes import analyses, health, reports

__all__ = ["ROUTERS"]

ROUTERS = (health.router, analyses.router, reports.router)
"""In the order in which they are asked: fixed paths before paths with parameters."""
