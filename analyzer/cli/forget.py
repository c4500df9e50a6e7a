"""``folioscope forget``: erase what batches keep about repositories."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime, timedelta
from pathlib import Path

from analyzer.errors import UsageError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What to erase, and where."""
    parser.description = (
        "Erase results and fingerprints from the store of batches. Folders of results are yours: remove them yourself."
    )
    parser.add_argument("names", metavar="NAME", nargs="*", help="OWNER/REPO, the address or the path of a repository")
    parser.add_argument("--older-than", type=int, metavar="DAYS", help="erase what was made more than DAYS days ago")
    parser.add_argument("--store", metavar="FILE", help="the store (default: in the cache folder of the user)")


def run(arguments: argparse.Namespace) -> int:
    """Erase, and say how many results are gone."""
    from analyzer.batch.store import default_store, open_store

    if not arguments.names and arguments.older_than is None:
        raise UsageError("Nothing to erase was named", "Give repositories, or --older-than DAYS.")
    if arguments.older_than is not None and arguments.older_than < 0:
        raise UsageError(f"--older-than is {arguments.older_than}", "Give a number of days.")
    before = ""
    if arguments.older_than is not None:
        moment = datetime.now(UTC) - timedelta(days=arguments.older_than)
        before = moment.strftime("%Y-%m-%dT%H:%M:%SZ")
    path = Path(arguments.store) if arguments.store else default_store()
    if not path.exists():
        raise UsageError(f"There is no store {path}", "Nothing is known, or it is elsewhere: see --store.")
    with open_store(path) as store:
        gone = store.forget([_place(name) for name in arguments.names], before)
    print(f"{gone:,} results erased")
    return 0


def _place(name: str) -> str:
    """The whole path of a folder here, under which it is kept."""
    return str(Path(name).resolve()) if Path(name).exists() else name
