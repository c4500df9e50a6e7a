"""``folioscope keys``: accounts and their keys, by whoever runs the machine."""

from __future__ import annotations

import argparse
from contextlib import closing
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

HELP = "make, list and revoke keys of the API"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """One command below for each deed."""
    below = parser.add_subparsers(metavar="WHAT", required=True, dest="deed")
    add = below.add_parser("add", help="make a key and print it, this once")
    add.add_argument("account", metavar="ACCOUNT", help="name of the account; a new one is made")
    add.add_argument("--owner", action="store_true", help="a new account is an owner, who manages keys")
    add.add_argument("--email", help="address by which a new account may sign in at the OpenID provider")
    add.add_argument("--name", default="key", help="what the key is for")
    add.add_argument("--scopes", default="read write", help="words out of: read write admin (default: read write)")
    add.add_argument("--days", type=float, default=90, help="days until it is over (default: 90)")
    below.add_parser("list", help="list keys")
    revoke = below.add_parser("revoke", help="revoke a key")
    revoke.add_argument("key", metavar="ID", help="the part of the key between the first two underscores")


def run(arguments: argparse.Namespace) -> int:
    """Do it."""
    from api.settings import load_settings
    from api.store import open_store

    settings = load_settings()
    with closing(open_store(settings.database)) as store:
        if settings.migrate:
            store.migrate()
        with store.writing() as session:
            return {"add": _add, "list": _list, "revoke": _revoke}[arguments.deed](session, arguments)


def _add(session: Session, arguments: argparse.Namespace) -> int:
    from analyzer import UsageError
    from api.accounts.keys import SCOPES, account_named, make_key, new_account
    from api.store.models import AuditEntry

    scopes = list(dict.fromkeys(arguments.scopes.split()))
    unknown = [scope for scope in scopes if scope not in SCOPES]
    if unknown or not scopes:
        raise UsageError(f"There is no scope {' '.join(unknown)!r}", f"Scopes: {', '.join(SCOPES)}.")
    if arguments.days <= 0:
        raise UsageError("The key would be over at once", "Give --days above 0.")
    role = "owner" if arguments.owner else "recruiter"
    account = account_named(session, arguments.account) or new_account(
        session, arguments.account, role, arguments.email
    )
    if "admin" in scopes and account.role != "owner":
        raise UsageError(f"{account.name} is no owner", "Leave out the scope admin, or make the account with --owner.")
    key, secret = make_key(session, account, arguments.name, " ".join(scopes), arguments.days)
    detail = f"{account.id}: {key.scopes}"
    session.add(AuditEntry(actor="operator", via="command", action="key.make", subject=key.id, detail=detail))
    print(secret)
    return 0


def _list(session: Session, arguments: argparse.Namespace) -> int:
    from sqlalchemy import select

    from api.store.models import Account, ApiKey

    del arguments
    rows = session.execute(
        select(ApiKey, Account).join(Account, Account.id == ApiKey.account_id).order_by(Account.name, ApiKey.created_at)
    )
    for key, account in rows:
        state = "revoked" if key.revoked_at else f"until {key.expires_at:%Y-%m-%d}"
        used = f"used {key.used_at:%Y-%m-%d}" if key.used_at else "never used"
        print(f"{key.id}  {account.name} ({account.role})  {key.name}  {key.scopes}  {state}, {used}")
    return 0


def _revoke(session: Session, arguments: argparse.Namespace) -> int:
    from analyzer import UsageError
    from api.store.columns import now
    from api.store.models import ApiKey, AuditEntry

    key = session.get(ApiKey, arguments.key)
    if key is None:
        raise UsageError(f"There is no key {arguments.key!r}", "folioscope keys list shows them.")
    key.revoked_at = key.revoked_at or now()
    session.add(AuditEntry(actor="operator", via="command", action="key.revoke", subject=key.id))
    print(f"{key.id} is revoked")
    return 0
