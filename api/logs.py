"""Logs as lines on standard error, which whoever runs the service collects."""

from __future__ import annotations

import logging

__all__ = ["OneLine", "configure"]


class OneLine(logging.Formatter):
    """A record is one line: addresses and error texts of strangers may hold line ends and escapes of a terminal."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 the name is the base's
        """The line; a traceback after it is set by the base."""
        line = super().formatMessage(record)
        return "".join(one if one.isprintable() else ascii(one)[1:-1] for one in line)


def configure(level: str) -> None:
    """Log from this level on. Libraries say warnings alone."""
    handler = logging.StreamHandler()
    handler.setFormatter(OneLine("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler])
    for name in ("folioscope", "uvicorn.error"):
        logging.getLogger(name).setLevel(level.upper())
