"""``folioscope data``: what is kept about a person, handed over or erased; and the upkeep of the database."""

from __future__ import annotations

import argparse
import json
import sys
from contextlib import closing
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from api.settings import Settings
    from api.store import Store

HELP = "export or erase what the service keeps about a person; purge what is old"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """One command below for each deed."""
    below = parser.add_subparsers(metavar="WHAT", required=True, dest="deed")
    for name, text in (
        ("export", "print everything about a person as JSON"),
        ("erase", "delete everything about a person"),
    ):
        one = below.add_parser(name, help=text)
        one.add_argument(
            "person", metavar="PERSON", help="owner of repositories, label of rows, or name, e-mail or id of an account"
        )
        if name == "export":
            one.add_argument("--output", metavar="FILE", help="write to a file instead of standard output")
    below.add_parser("purge", help="delete now what is older than the settings say")


def run(arguments: argparse.Namespace) -> int:
    """Do it."""
    from api.settings import load_settings
    from api.store import open_store

    settings = load_settings()
    with closing(open_store(settings.database)) as store:
        if settings.migrate:
            store.migrate()
        return _DEEDS[arguments.deed](store, settings, arguments)


def _export(store: Store, settings: Settings, arguments: argparse.Namespace) -> int:
    from analyzer import UsageError
    from api.store.people import export

    del settings
    with store.reading() as session:
        document = export(session, arguments.person)
    _note(store, "person.export")
    text = json.dumps(document, ensure_ascii=False, indent=1) + "\n"
    if not arguments.output:
        sys.stdout.write(text)
        return 0
    try:
        with open(arguments.output, "w", encoding="utf-8") as file:  # noqa: PTH123 as it was typed
            file.write(text)
    except OSError as error:
        raise UsageError(f"{arguments.output} cannot be written: {error.strerror}", "Give another file.") from error
    return 0


def _erase(store: Store, settings: Settings, arguments: argparse.Namespace) -> int:
    from api.store.people import erase

    del settings
    with store.writing() as session:
        erased = erase(session, arguments.person)
    store.scrub()
    _note(store, "person.erase")
    print(
        f"erased: {erased.analyses} analyses, {erased.batches} batches, {erased.accounts} accounts, "
        f"{erased.mentions} mentions"
    )
    return 0


def _purge(store: Store, settings: Settings, arguments: argparse.Namespace) -> int:
    from api.store.retention import purge

    del arguments
    print(f"deleted: {purge(store, settings)} analyses")
    return 0


def _note(store: Store, action: str) -> None:
    """The audit log tells that it was done, and not of whom."""
    from api.store.models import AuditEntry

    with store.writing() as session:
        session.add(AuditEntry(actor="operator", via="command", action=action))


_DEEDS = {"export": _export, "erase": _erase, "purge": _purge}
