"""Who and what was named: users and organisations, files with lists, addresses and paths of repositories."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from msgspec import Struct

from analyzer.errors import UsageError
from analyzer.snapshot import find_git_dir
from analyzer.target import LOGIN, Host, place_of

__all__ = ["Account", "Named", "account_in", "named_in", "read_list", "seen_from"]

_LOGIN = re.compile(rf"@?({LOGIN})")
_LONGEST_LIST = 1024 * 1024
_MOST = 1000


class Account(Struct, frozen=True):
    """A user or organisation. ``host`` is None where the name alone was given: the host that is asked by default."""

    login: str
    host: Host | None = None


Named = str | Account
"""A repository as it was typed, or an account."""


def named_in(targets: Sequence[str], hosts: tuple[Host, ...]) -> tuple[Named, ...]:
    """Return what the targets name, each once, in order.

    A path of a file is a list; what is neither a path nor ``OWNER/REPO`` nor a URL with both is an account.

    Raises:
        UsageError: nothing was named, a list cannot be read, or a word may be an account as well as a folder.
    """
    found: dict[object, Named] = {}
    for named in _each(targets, hosts):
        same = (named.login.lower(), named.host) if isinstance(named, Account) else place_of(named, hosts=hosts)
        found.setdefault(same, named)
    if not found:
        raise UsageError(
            "No repository was named", "Give a user, an organisation, addresses, paths, or a file of them."
        )
    if len(found) > _MOST:
        raise UsageError(f"{len(found):,} repositories were named", f"At most {_MOST:,} make a portfolio.")
    return tuple(found.values())


def _each(targets: Sequence[str], hosts: tuple[Host, ...]) -> Iterator[Named]:
    for target in targets:
        text = target.strip()
        if text and _is_file(text):
            for line in read_list(Path(text).expanduser()):
                yield account_in(line, hosts) or line
        elif text:
            account = account_in(text, hosts)
            if account is None and _may_be_login(text):
                raise UsageError(
                    f"{text} may be an account, and is a folder here that belongs to no git repository",
                    f"Give @{text} for the account, ./{text} for the folder.",
                )
            yield account or text


def _may_be_login(text: str) -> bool:
    """Whether a word that is a folder here has no more to speak for the folder than for an account of that name."""
    return _LOGIN.fullmatch(text) is not None and find_git_dir(Path(text)) is None


def _is_file(text: str) -> bool:
    try:
        return "://" not in text and "\0" not in text and Path(text).expanduser().is_file()
    except (OSError, RuntimeError):
        return False


def read_list(path: Path) -> tuple[str, ...]:
    """Return the lines of a list: one repository or account a line; ``#`` begins a comment. Paths are as in `seen_from`.

    Raises:
        UsageError: it cannot be read, or is no text.
    """
    try:
        with path.open("rb") as file:
            content = file.read(_LONGEST_LIST + 1)
        text = content.decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            f"The list {path} cannot be read: {error}", "Give a text file, one repository a line."
        ) from error
    if len(content) > _LONGEST_LIST:
        raise UsageError(f"The list {path} is larger than {_LONGEST_LIST:,} bytes", "Give one repository a line.")
    lines = (re.sub(r"(?:^|\s)#.*", "", line).strip() for line in text.splitlines())
    return tuple(seen_from(line, path.parent) for line in lines if line)


def seen_from(text: str, folder: Path) -> str:
    """What a list names, with a relative path as seen from the folder of the list; where nothing is there, as it stands."""
    if "://" in text or text.startswith(("/", "~", "git@", "@")):
        return text
    beside = folder / text
    try:
        return str(beside) if beside.exists() else text
    except (OSError, ValueError):
        return text


def account_in(text: str, hosts: tuple[Host, ...]) -> Account | None:
    """The account that a text means, if it means one: a login, or the address of a profile on one of the hosts."""
    if "://" in text:
        parts = urlsplit(text)
        host = next((item for item in hosts if item.base.partition("://")[2] == parts.netloc.lower()), None)
        segments = [part for part in parts.path.split("/") if part]
        if segments[:1] == ["orgs"]:
            segments = segments[1:2]
        login = _LOGIN.fullmatch(segments[0]) if host and len(segments) == 1 else None
        return Account(login.group(1), host) if login and host else None
    if any((part := host.name) and text.lower().startswith(f"{part}/") for host in hosts):
        return account_in(f"https://{text}", hosts)
    login = _LOGIN.fullmatch(text)
    if not login or (not text.startswith("@") and Path(text).exists()):
        return None
    return Account(login.group(1))
