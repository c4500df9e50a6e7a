"""``folioscope forget``: erase what batches keep about repositories, or an applicant from a batch."""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from analyzer.errors import UsageError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What to erase, and where."""
    parser.description = (
        "Erase results and fingerprints of repositories from the store of batches; with --batch, an applicant from the "
        "results of a batch, its key file and the store. Ranks and pairs are made anew."
    )
    parser.add_argument("names", metavar="NAME", nargs="*", help="OWNER/REPO, the address or the path of a repository; with --batch, the name, the id or another cell of an applicant")  # fmt: skip
    parser.add_argument("--older-than", type=int, metavar="DAYS", help="erase what was made more than DAYS days ago")
    parser.add_argument("--batch", metavar="FOLDER", help="take applicants out of the results in this folder")
    parser.add_argument("--row", action="append", default=[], metavar="N", help="with --batch: this row, or the code of a blind batch; may be repeated")  # fmt: skip
    parser.add_argument("--key", metavar="KEYFILE", help="with --batch: the key file of a blind batch")
    parser.add_argument("--store", metavar="FILE", help="the store (default: in the cache folder of the user)")


def run(arguments: argparse.Namespace) -> int:
    """Erase, and say how many results are gone."""
    from analyzer.batch.store import default_store, open_store

    path = Path(arguments.store) if arguments.store else default_store()
    if arguments.batch:
        return _from_batch(arguments, path)
    if arguments.row or arguments.key:
        raise UsageError("--row and --key are for --batch", "Name the folder of the results: --batch FOLDER.")
    if not arguments.names and arguments.older_than is None:
        raise UsageError("Nothing to erase was named", "Give repositories, or --older-than DAYS.")
    if arguments.older_than is not None and arguments.older_than < 0:
        raise UsageError(f"--older-than is {arguments.older_than}", "Give a number of days.")
    before = ""
    if arguments.older_than is not None:
        moment = datetime.now(UTC) - timedelta(days=arguments.older_than)
        before = moment.strftime("%Y-%m-%dT%H:%M:%SZ")
    if not path.exists():
        raise UsageError(f"There is no store {path}", "Nothing is known, or it is elsewhere: see --store.")
    with open_store(path) as store:
        gone = store.forget([_place(name) for name in arguments.names], before)
    print(f"{gone:,} results erased")
    return 0


def _from_batch(arguments: argparse.Namespace, store: Path) -> int:
    from analyzer.batch.erase import erase

    if arguments.older_than is not None:
        raise UsageError("--older-than is for the store, and not for a batch", "Leave out one of them.")
    if not arguments.names and not arguments.row:
        raise UsageError("Nobody to erase was named", "Give a name or an id as the list has it, or --row N.")
    key = Path(arguments.key) if arguments.key else None
    found = erase(Path(arguments.batch), arguments.names, arguments.row, store, key)
    print(f"{found.gone:,} erased, {found.left:,} left; take them out of the list of applicants too")
    if not found.stored:
        print(
            f"folioscope: there is no store {store}, so near-duplicates of the batch are not known any more",
            file=sys.stderr,
        )
    return 0


def _place(name: str) -> str:
    """The whole path of a folder here, under which it is kept."""
    return str(Path(name).resolve()) if Path(name).exists() else name
