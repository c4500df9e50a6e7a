"""What a batch waits for, told on standard error: minutes of silence look like a fault."""

from __future__ import annotations

import logging
import sys

__all__ = ["tell_waits"]


def tell_waits(*, quiet: bool) -> None:
    """From now on say what is waited for, or nothing, over the line of progress that a terminal has."""
    says: logging.Handler = logging.NullHandler() if quiet else logging.StreamHandler()
    over_progress = "\r\x1b[K" if sys.stderr.isatty() else ""
    says.setFormatter(logging.Formatter(f"{over_progress}folioscope: %(message)s"))
    logging.getLogger("folioscope").addHandler(says)
