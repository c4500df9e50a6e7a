"""``folioscope worker``: runs jobs of a service elsewhere, told by Celery that there are some."""

from __future__ import annotations

import argparse

HELP = "run jobs of a service as a Celery worker"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """How many jobs at a time; all else comes from the settings."""
    parser.add_argument("--workers", type=int, metavar="N", help="processes that analyze (default: 2)")


def run(arguments: argparse.Namespace) -> int:
    """Work until the process is told to end."""
    from api.jobs.celery import run_worker
    from api.logs import configure
    from api.settings import load_settings, mistyped

    settings = load_settings(workers=arguments.workers)
    configure(settings.log_level)
    mistyped()
    return run_worker(settings, settings.workers)
