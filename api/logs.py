"""Logs as lines on standard error, which whoever runs the service collects."""

from __future__ import annotations

import logging

__all__ = ["configure"]


def configure(level: str) -> None:
    """Log from this level on. Libraries say warnings alone."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    for name in ("folioscope", "uvicorn.error"):
        logging.getLogger(name).setLevel(level.upper())
