"""How the command ``folioscope`` begins and ends: both as quickly as a short command needs it."""

from __future__ import annotations

import os
import sys
import threading
from typing import NoReturn

from analyzer.collector import paused_collector
from analyzer.kept_expressions import kept_expressions

__all__ = ["main"]

_ENDS_AT_ONCE = frozenset({"analyze", "compare"})
"""Commands that have nothing left to do when their result is written."""


def main() -> NoReturn:
    """Run the command and end the process with its exit code.

    Freeing a parsed repository piece by piece takes longer than the command's last steps, so the process ends without it
    where nothing is left to do: no other thread runs, and no tool watches this process until its end.
    """
    with kept_expressions():
        with paused_collector():
            from analyzer.cli import main as run

        code = run()
    sys.stderr.flush()
    if sys.argv[1:2] and sys.argv[1] in _ENDS_AT_ONCE and threading.active_count() == 1 and not _is_watched():
        os._exit(code)
    sys.exit(code)


def _is_watched() -> bool:
    """Whether a debugger or a tool that measures coverage has its last word at the end of the process."""
    return sys.gettrace() is not None or sys.getprofile() is not None or "coverage" in sys.modules
