"""``folioscope worker``: runs jobs of a service elsewhere, told by Celery that there are some."""

from __future__ import annotations

import argparse
import logging
import os
import sys
import time

_LOG = logging.getLogger("folioscope.jobs")
_PAUSE_SECONDS = 1.0  # so that one that breaks again and again takes no whole core

HELP = "run jobs of a service as a Celery worker"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """How many jobs at a time; all else comes from the settings."""
    parser.add_argument("--workers", type=int, metavar="N", help="processes that analyze (default: 2)")


def run(arguments: argparse.Namespace) -> int:
    """Work until the process is told to end."""
    from api.jobs.celery import Broken, run_worker
    from api.logs import configure
    from api.settings import load_settings, mistyped

    settings = load_settings(workers=arguments.workers)
    configure(settings.log_level)
    mistyped()
    try:
        return run_worker(settings, settings.workers)
    except Broken:
        _LOG.warning("the worker ended by an error of its own, and begins again")
        time.sleep(_PAUSE_SECONDS)
        # The command that this process is.
        os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])  # noqa: S606  # nosec B606
