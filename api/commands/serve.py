"""``folioscope serve``: the service in one process, with a local pool of workers unless told otherwise."""

from __future__ import annotations

import argparse
import sys
from contextlib import closing
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from api.settings import Settings

HELP = "serve the web pages and the API"
_TURN_SECONDS = 0.0001  # benchmarks/load.py
"""After so long a thread that works lets another one have its turn: Python's 5 milliseconds would be waited for at each
read and write of a request, while the threads that follow the analyses put their results into the database."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The settings that one changes most; all can be set by environment and file."""
    parser.add_argument("--host", help="address to listen on (default: 127.0.0.1)")
    parser.add_argument("--port", type=int, help="port to listen on (default: 8000)")
    parser.add_argument("--workers", type=int, metavar="N", help="processes that analyze (default: 2)")
    parser.add_argument("--executor", choices=("local", "celery", "none"), help="who runs the jobs (default: local)")
    parser.add_argument("--data-folder", metavar="FOLDER", help="where the database and clones are kept")


def variables() -> list[str]:
    """The variables that the service reads."""
    from api.settings import VARIABLES

    return sorted(VARIABLES)


def run(arguments: argparse.Namespace) -> int:
    """Serve until the process is told to end."""
    import uvicorn

    from api.app import create_app
    from api.logs import configure
    from api.patience import server_config
    from api.settings import load_settings, mistyped

    settings = load_settings(
        host=arguments.host,
        port=arguments.port,
        workers=arguments.workers,
        executor=arguments.executor,
        data_folder=arguments.data_folder,
    )
    settings.check_binding()
    configure(settings.log_level)
    sys.setswitchinterval(_TURN_SECONDS)
    mistyped()
    _check_places(settings)
    server = uvicorn.Server(server_config(create_app(settings), settings))
    server.run()
    return 0 if server.started else 3


def _check_places(settings: Settings) -> None:
    """Look whether the database answers and clones have a place, before there is a service that would fail by them.

    Raises:
        UsageError: one of them cannot be used.
    """
    from sqlalchemy import text
    from sqlalchemy.exc import SQLAlchemyError

    from analyzer import UsageError
    from api.store import open_store

    with closing(open_store(settings.database)) as store:
        try:
            with store.reading() as session:
                session.execute(text("SELECT 1"))
        except SQLAlchemyError as error:
            why = str(getattr(error, "orig", None) or error).strip().partition("\n")[0]
            raise UsageError(f"The database cannot be reached: {why}", "Check FOLIOSCOPE_DATABASE_URL.") from error
    if settings.executor == "local":
        try:
            settings.clones.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise UsageError(
                f"{settings.clones} cannot be made: {error.strerror}", "Set FOLIOSCOPE_CLONE_FOLDER."
            ) from error
