"""The commits of a repository at which it is judged, and what changed between them: from git objects alone.

Two processes answer for all of them, however many there are: one lists what differs from one commit to the next, one
tells the sizes of the new files.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from analyzer.errors import UsageError
from analyzer.git import run
from analyzer.limits import Limits
from analyzer.snapshot import Entry, EntryKind

__all__ = ["Choice", "Difference", "Moment", "choose", "differences", "seconds_of"]

_MOST_BYTES = 64 * 1024 * 1024
_UNITS = {"d": 86_400, "w": 7 * 86_400, "m": 30 * 86_400, "y": 365 * 86_400}
_PERIODS = ("1d", "3d", "1w", "2w", "1m", "3m", "1y")
"""What is tried in turn where no period is named."""
_KINDS = {"120000": EntryKind.SYMLINK, "160000": EntryKind.SUBMODULE}


class Moment(Struct, frozen=True):
    """A commit: its tree, its date (committer, seconds since 1970 in UTC), and the tags that point at it."""

    commit: str
    tree: str
    seconds: int
    subject: str
    tags: tuple[str, ...] = ()

    @property
    def date(self) -> str:
        """The date in UTC (ISO 8601); empty for one that is none."""
        try:
            return datetime.fromtimestamp(self.seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        except (ValueError, OverflowError, OSError):
            return ""


class Choice(Struct, frozen=True):
    """Which commits: one in ``every`` so many seconds, or those with ``tags``, or the ``last`` so many; one of the three.

    Where it is none of them, it is the shortest of some periods that gives at most ``few`` points. At most ``most`` are
    judged, the newest.
    """

    every: int = 0
    tags: bool = False
    last: int = 0
    few: int = 26
    most: int = 10_000


class Difference(Struct, frozen=True):
    """What one commit has otherwise than the one before: paths that are gone, and new or changed entries."""

    gone: tuple[str, ...]
    changed: tuple[Entry, ...]


def seconds_of(text: str) -> int:
    """The seconds of a period: ``3d``, ``1w``, ``2m`` (of 30 days), ``1y`` (of 365 days).

    Raises:
        UsageError: it is none.
    """
    match = re.fullmatch(r"([1-9]\d{0,3})([dwmy])", text)
    if not match:
        raise UsageError(f"{text!r} is no period", "Give a number and a unit, such as 3d, 1w, 2m or 1y.")
    return int(match[1]) * _UNITS[match[2]]


def choose(git_dir: Path, commit: str, choice: Choice, limits: Limits) -> tuple[Moment, ...]:
    """The chosen commits, the oldest first.

    ``last`` and ``every`` follow the first parents of the commit, so that a merge counts as the one change that it was.
    ``every`` takes the newest commit at or before each end of a period; periods end at the newest commit's date. A commit
    that is dated after its child counts as old as the child. ``tags`` are those of the whole repository, by their commits'
    dates.

    Raises:
        TargetError: git cannot tell.
    """
    tags = _tags(git_dir, limits)
    chain = _tagged(git_dir, tags, limits) if choice.tags else _first_parents(git_dir, commit, choice, limits)
    chain = [replace(item, tags=tags[item.commit]) if item.commit in tags else item for item in chain]
    if choice.tags or choice.last or not chain:
        return tuple(chain[-choice.most :])
    if choice.every:
        return tuple(_periodic(chain, choice.every)[-choice.most :])
    for period in _PERIODS:
        chosen = _periodic(chain, seconds_of(period))
        if len(chosen) <= choice.few:
            break
    return tuple(chosen[-choice.few :])


def _first_parents(git_dir: Path, commit: str, choice: Choice, limits: Limits) -> list[Moment]:
    bound = (f"--max-count={min(choice.last, choice.most)}",) if choice.last else ()
    listing = run(
        git_dir,
        "rev-list",
        "--first-parent",
        *bound,
        "--encoding=UTF-8",
        "--format=%H%x00%T%x00%ct%x00%s%x00",
        commit,
        "--",
        seconds=limits.read_seconds,
        most=_MOST_BYTES,
    )
    return list(_moments(listing.decode("utf-8", "replace")))[::-1]


def _moments(listing: str) -> Iterator[Moment]:
    fields = listing.split("\0")
    for start in range(0, len(fields) - 4, 4):
        oid, tree, seconds, subject = fields[start : start + 4]
        yield Moment(oid.split()[-1], tree, int(seconds) if seconds.lstrip("-").isdigit() else 0, subject)


def _tags(git_dir: Path, limits: Limits) -> dict[str, tuple[str, ...]]:
    """The names of the tags on each commit that has one."""
    names = run(
        git_dir,
        "for-each-ref",
        "--format=%(refname:strip=2)%00%(objecttype)%00%(objectname)%00%(*objecttype)%00%(*objectname)",
        "refs/tags",
        seconds=limits.read_seconds,
        most=_MOST_BYTES,
    )
    tags: dict[str, list[str]] = {}
    for line in names.decode("utf-8", "replace").splitlines():
        name, kind, oid, inner_kind, inner = line.split("\0")
        if "commit" in (kind, inner_kind):
            tags.setdefault(inner if inner_kind == "commit" else oid, []).append(name)
    return {oid: tuple(sorted(names)) for oid, names in tags.items()}


def _tagged(git_dir: Path, tags: dict[str, tuple[str, ...]], limits: Limits) -> list[Moment]:
    if not tags:
        return []
    listing = run(
        git_dir,
        "rev-list",
        "--no-walk=unsorted",
        "--encoding=UTF-8",
        "--format=%H%x00%T%x00%ct%x00%s%x00",
        "--stdin",
        seconds=limits.read_seconds,
        most=_MOST_BYTES,
        stdin="".join(f"{oid}\n" for oid in tags).encode(),
    )
    found = _moments(listing.decode("utf-8", "replace"))
    return sorted(found, key=lambda item: (item.seconds, tags[item.commit]))


def _periodic(chain: list[Moment], period: int) -> list[Moment]:
    kept: list[Moment] = []
    end = newest = chain[-1].seconds
    for item in reversed(chain):
        newest = min(newest, item.seconds)
        if not kept or newest <= end:
            kept.append(item)
            end -= period * (1 + max(0, end - newest) // period)
    return kept[::-1]


def differences(git_dir: Path, moments: Iterable[Moment], limits: Limits) -> list[Difference]:
    """For each moment what differs from the one before; for the first, all that it has.

    Raises:
        TargetError: objects are missing, or git cannot tell.
        LimitError: there is more than may be read.
    """
    chosen = list(moments)
    pairs = [f"{item.commit} {before.commit}\n" for before, item in pairwise(chosen)]
    first = run(
        git_dir, "ls-tree", "-r", "-z", "--full-tree", chosen[0].commit, seconds=limits.read_seconds, most=_MOST_BYTES
    )
    listings = [_tree(first.decode("utf-8", "surrogateescape"))]
    if pairs:
        listing = run(
            git_dir,
            "diff-tree",
            "--stdin",
            "-r",
            "-z",
            "--raw",
            "--no-abbrev",
            "--no-renames",
            "--no-ext-diff",
            "--always",
            seconds=limits.read_seconds,
            most=_MOST_BYTES,
            stdin="".join(pairs).encode(),
        )
        found = _raw(listing.decode("utf-8", "surrogateescape"))
        listings += [found.get(item.commit, ([], [])) for item in chosen[1:]]
    sizes = _sizes(git_dir, {oid for _, new in listings for _, mode, oid in new if mode != "160000"}, limits)
    return [
        Difference(
            tuple(gone),
            tuple(
                Entry(path, sizes.get(oid, -1), oid, _KINDS.get(mode, EntryKind.FILE), mode == "100755")
                for path, mode, oid in new
            ),
        )
        for gone, new in listings
    ]


_Listing = tuple[list[str], list[tuple[str, str, str]]]
"""Paths that are gone, and (path, mode, blob) of what is new."""


def _tree(listing: str) -> _Listing:
    new = []
    for record in listing.split("\0"):
        if record:
            head, _, path = record.partition("\t")
            mode, _, oid = head.split()
            new.append((path, mode, oid))
    return [], new


def _raw(listing: str) -> dict[str, _Listing]:
    found: dict[str, _Listing] = {}
    current: _Listing = ([], [])
    fields = iter(listing.split("\0"))
    for record in fields:
        if not record.startswith(":"):
            if record:
                current = found.setdefault(record.strip(), ([], []))
            continue
        _, mode, _, oid, status = record[1:].split()
        path = next(fields)
        if status == "D":
            current[0].append(path)
        else:
            current[1].append((path, mode, oid))
    return found


def _sizes(git_dir: Path, oids: set[str], limits: Limits) -> dict[str, int]:
    """Sizes in bytes of the blobs that are here."""
    if not oids:
        return {}
    listing = run(
        git_dir,
        "cat-file",
        "--batch-check=%(objectname) %(objectsize)",
        seconds=limits.read_seconds,
        most=_MOST_BYTES,
        stdin="".join(f"{oid}\n" for oid in sorted(oids)).encode(),
    )
    sizes = {}
    for line in listing.decode("ascii", "replace").splitlines():
        oid, _, size = line.partition(" ")
        if size.isdigit():
            sizes[oid] = int(size)
    return sizes
