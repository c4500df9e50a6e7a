"""What this machine offers an analysis: versions, protections that are really in force, limits, places."""

from __future__ import annotations

import os
import platform
import re
import shutil
import tempfile
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, fields
from enum import StrEnum
from pathlib import Path

from analyzer.cache import ReportCache
from analyzer.egress import checked_addresses, proxied
from analyzer.environment import mistyped_variables
from analyzer.errors import FolioscopeError, TargetError
from analyzer.git import run
from analyzer.isolation import CAN_FORK, Confinement, run_confined
from analyzer.kept_expressions import place_of_expressions
from analyzer.limits import Limits
from analyzer.target import DEFAULT_HOSTS, Host
from analyzer.version import VERSION

__all__ = ["Check", "State", "examine"]

_LIBRARIES = (
    *("gitpython", "lark", "msgspec", "python-hcl2", "pyromark", "rich", "ruamel.yaml", "ruamel.yaml.clib"),
    *("tree-sitter", "tree-sitter-bash", "tree-sitter-hcl"),
)
_GIT_NEEDED, _GIT_PINS = (2, 30), (2, 37)


class State(StrEnum):
    """Whether a thing is as it should be."""

    GOOD = "ok"
    WEAK = "weak"
    """It works with less protection than it could have."""
    BAD = "bad"
    """An analysis cannot be made, or a protection does not hold."""
    PLAIN = ""
    """Nothing to judge."""


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the examination: its section, its name, what was found, and how that is."""

    section: str
    name: str
    found: str
    state: State = State.PLAIN


def examine(
    hosts: Sequence[Host] = DEFAULT_HOSTS, *, offline: bool = False, variables: Collection[str] | None = None
) -> Iterator[Check]:
    """Look at everything; protections are tried in a confined process, not believed.

    ``variables`` are those that other packages read.
    """
    yield from _versions()
    yield from _protections()
    yield from _network(hosts, offline=offline)
    yield from _places()
    for name, alike in mistyped_variables(os.environ, variables):
        meant = f"; {' or '.join(alike)} is read" if alike else ""
        yield Check("environment", name, f"nothing reads it{meant}", State.WEAK)
    for field in fields(Limits):
        yield Check("limits", field.name, f"{getattr(Limits(), field.name):,}")


def _versions() -> Iterator[Check]:
    from importlib.metadata import PackageNotFoundError, version

    yield Check("versions", "folioscope", VERSION)
    yield Check("versions", "python", f"{platform.python_version()} on {platform.system()} {platform.release()}")
    yield _git()
    for name in _LIBRARIES:
        try:
            yield Check("versions", name, version(name))
        except PackageNotFoundError:
            continue


def _git() -> Check:
    try:
        said = run(None, "version", seconds=10, most=4096).decode("utf-8", "replace").strip()
    except FolioscopeError as error:
        return Check("versions", "git", str(error), State.BAD)
    number = re.search(r"(\d+)\.(\d+)", said)
    known = (int(number[1]), int(number[2])) if number else (0, 0)
    found = f"{said.removeprefix('git version ')} at {shutil.which('git')}"
    if known < _GIT_NEEDED:
        return Check("versions", "git", f"{found}; 2.30 or newer is needed", State.BAD)
    if known < _GIT_PINS:
        return Check("versions", "git", f"{found}; from 2.37 on it connects to checked addresses alone", State.WEAK)
    return Check("versions", "git", found, State.GOOD)


# -- protections -------------------------------------------------------------------------------------------------


def _protections() -> Iterator[Check]:
    section = "protections of a confined analysis"
    if not CAN_FORK:
        yield Check(section, "own process", "this system cannot copy a process; it runs in this one", State.WEAK)
        return
    try:
        tried: dict[str, str] = run_confined(_try, (str(Path.home()),), Confinement())
    except FolioscopeError as error:
        yield Check(section, "own process", str(error), State.BAD)
        return
    yield Check(section, "own process", "yes, leads a group that ends with it", State.GOOD)
    yield Check(
        section, "limits of the kernel", tried["limits"] or "none", State.GOOD if tried["limits"] else State.WEAK
    )
    for name, by, expected in (
        ("no writing outside its folder", tried["files"], tried["write"]),
        ("home and /etc out of reach", tried["files"], tried["read"]),
        ("no network", tried["network"], tried["socket"]),
        ("no inherited environment", "cleaned", tried["environment"]),
        ("private temporary folder", "made and removed", tried["temporary"]),
    ):
        if expected == "holds":
            yield Check(section, name, f"holds ({by})", State.GOOD)
        else:
            yield Check(section, name, f"{expected}" + (f", although {by} is active" if by else ""), State.WEAK)
    for line in filter(None, tried["missing"].split("\n")):
        name, _, why = line.partition("\t")
        yield Check(section, name, f"not in force: {why}", State.WEAK)
    yield _bubblewrap(section, tried["files"])


def _bubblewrap(section: str, files: str) -> Check:
    """Whether a program is there that could do from outside what the kernel does not offer from inside."""
    found = shutil.which("bwrap")
    where = f"installed at {found}" if found else "not installed"
    if files:
        return Check(section, "bubblewrap", f"{where}; not used, {files} and seccomp are in force without it")
    how = "folioscope does not start it; run folioscope inside it, as docs/security.md shows"
    return Check(section, "bubblewrap", f"{where}; {how}", State.WEAK)


def _try(home: str) -> dict[str, str]:
    """Run in a confined process: what can be done there after all."""
    import socket

    from analyzer.isolation.process import last_active

    active = last_active()
    private = Path(tempfile.gettempdir())
    secrets = [name for name in os.environ if re.search(r"TOKEN|SECRET|PASS|KEY|CREDENTIAL", name)]

    outside = private.parent / f"{private.name}-outside"

    def holds(*attempts: Callable[[], object]) -> str:
        for attempt in attempts:
            try:
                attempt()
            except OSError:
                continue
            outside.unlink(missing_ok=True)
            return "does not hold"
        return "holds"

    return {
        "limits": ", ".join(active.limits),
        "files": active.files,
        "network": active.network,
        "missing": "\n".join(f"{name}\t{why}" for name, why in active.missing),
        "write": holds(outside.touch),
        "read": holds(lambda: list(Path(home).iterdir()), Path("/etc/hosts").read_bytes),
        "socket": holds(socket.socket),
        "environment": "does not hold" if secrets or "SSH_AUTH_SOCK" in os.environ else "holds",
        "temporary": "holds" if (private / ".in-use").exists() or not list(private.iterdir()) else "does not hold",
    }


# -- network and places ------------------------------------------------------------------------------------------


def _network(hosts: Sequence[Host], *, offline: bool) -> Iterator[Check]:
    for host in hosts:
        if proxied(host):
            yield Check(
                "network", host.base, "through the proxy of the environment, which resolves its name", State.WEAK
            )
        elif offline:
            yield Check("network", host.base, "not looked up (--offline)")
        else:
            try:
                found = ", ".join(map(str, checked_addresses(host)))
                yield Check("network", host.base, f"resolves to {found}; connections are pinned there", State.GOOD)
            except TargetError as error:
                yield Check("network", host.base, error.what, State.WEAK)


def _places() -> Iterator[Check]:
    cache = ReportCache().folder
    kept = list(cache.glob("*.json")) if cache.is_dir() else []
    size = sum(path.stat().st_size for path in kept)
    yield Check("places", "cache of reports", f"{cache}: {len(kept):,} reports, {size:,} bytes")
    expressions = place_of_expressions()
    made = f"{expressions.stat().st_size:,} bytes" if expressions.is_file() else "not made yet"
    yield Check("places", "compiled expressions", f"{expressions}: {made}")
    folder = Path(tempfile.gettempdir())
    free = shutil.disk_usage(folder).free
    enough = free >= Limits().clone_bytes
    yield Check("places", "temporary folders", f"{folder}: {free:,} bytes free", State.GOOD if enough else State.WEAK)
