"""What the commits behind a snapshot say about how it grew: read from git objects, bounded in number, bytes and time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from analyzer.errors import LimitError
from analyzer.git import GitError, run
from analyzer.limits import Limits
from analyzer.snapshot import Snapshot, common_dir

__all__ = ["Commit", "History", "is_shallow", "read_history"]

_MOST_BYTES = 16 * 1024 * 1024
_SECONDS = 20


class Commit(Struct, frozen=True):
    """One commit. ``authored`` is in seconds since 1970 (UTC); ``added`` are the paths that it adds.

    ``added`` is None where the folders of the commit or of its parent are not in this copy.
    """

    oid: str
    parents: int
    authored: int
    name: str
    email: str
    added: tuple[str, ...] | None = None

    @property
    def day(self) -> str:
        """The day on which it was authored (UTC, ISO 8601), or an empty string for a date that is none."""
        try:
            return datetime.fromtimestamp(self.authored, UTC).strftime("%Y-%m-%d")
        except (ValueError, OverflowError, OSError):
            return ""


class History(Struct, frozen=True):
    """Commits from the newest back. ``complete``: the first commit is among them; else there are more, here or elsewhere."""

    commits: tuple[Commit, ...]
    complete: bool


def read_history(snapshot: Snapshot) -> History | None:
    """Return the history of the snapshot's commit; None where there is none or git cannot tell it in time.

    Two plumbing commands, which read objects and neither start the repository's programs nor need file contents.
    """
    if not snapshot.commit:
        return None
    limits = snapshot.limits
    seconds = min(_SECONDS, limits.read_seconds)
    try:
        listing = run(
            snapshot.where,
            "rev-list",
            f"--max-count={limits.history + 1}",
            "--encoding=UTF-8",
            "--format=%H%x00%P%x00%at%x00%an%x00%ae%x00",
            snapshot.commit,
            "--",
            seconds=seconds,
            most=_MOST_BYTES,
        )
    except (GitError, LimitError):
        return None
    commits = list(_parse(listing))
    complete = len(commits) <= limits.history and not is_shallow(snapshot.where)
    commits = commits[: limits.history]
    added = _added(snapshot.where, commits, limits, seconds)
    if added is None:
        return History(tuple(commits), complete)
    # The last commit before a cut looks as if it added everything that came before it.
    cut = set() if complete else {item.oid for item in commits if not item.parents} | {commits[-1].oid}
    return History(
        tuple(item if item.oid in cut else replace(item, added=added.get(item.oid, ())) for item in commits), complete
    )


def _parse(listing: bytes) -> Iterator[Commit]:
    fields = listing.decode("utf-8", "replace").split("\0")
    for start in range(0, len(fields) - 5, 5):
        oid, parents, authored, name, email = fields[start : start + 5]
        seconds = int(authored) if authored.lstrip("-").isdigit() else 0
        yield Commit(oid.split()[-1], len(parents.split()), seconds, name.strip(), email.strip())


def is_shallow(git_dir: Path) -> bool:
    """Whether history was cut when it was fetched (gitrepository-layout(5), "shallow")."""
    mark = common_dir(git_dir) / "shallow"
    try:
        return mark.is_file() and mark.stat().st_size > 0
    except (OSError, ValueError):
        return False


def _added(git_dir: Path, commits: list[Commit], limits: Limits, seconds: float) -> dict[str, tuple[str, ...]] | None:
    """The paths that each commit adds, without merges; None where the folders are not here, or are too many."""
    asked = "".join(f"{commit.oid}\n" for commit in commits if commit.parents < 2)
    try:
        listing = run(
            git_dir,
            "diff-tree",
            "--stdin",
            "-r",
            "-z",
            "--root",
            "--no-renames",
            "--no-ext-diff",
            "--diff-filter=A",
            "--name-only",
            seconds=seconds,
            most=min(_MOST_BYTES, limits.files * 200),
            stdin=asked.encode(),
        )
    except (GitError, LimitError):
        return None
    known = {commit.oid for commit in commits}
    found: dict[str, list[str]] = {}
    current = ""
    for field in listing.decode("utf-8", "surrogateescape").split("\0"):
        if field in known:
            current = field
        elif field and current:
            found.setdefault(current, []).append(field)
    return {oid: tuple(paths) for oid, paths in found.items()}
