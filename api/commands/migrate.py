"""``folioscope migrate``: brings the database up to date before servers and workers start, which then need not."""

from __future__ import annotations

import argparse

HELP = "bring the database of the service up to date"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Where the database is."""
    parser.add_argument("--data-folder", metavar="FOLDER", help="where the database is kept, unless it is elsewhere")


def run(arguments: argparse.Namespace) -> int:
    """Migrate. Of several processes that do so at a time, one does it and the others wait."""
    from api.logs import configure
    from api.settings import load_settings
    from api.store import open_store

    settings = load_settings(data_folder=arguments.data_folder)
    configure(settings.log_level)
    store = open_store(settings.database)
    try:
        store.migrate()
    finally:
        store.close()
    print("The database is up to date.")
    return 0
