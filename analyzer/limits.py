"""The bounds within which a repository is acquired and read."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

from analyzer.errors import UsageError

__all__ = ["Limits"]

_MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on one analysis. All are inclusive and positive.

    The blob limit is part of what decides a score, so it is the same for a clone and a local
    repository; the others end an analysis with :class:`~analyzer.errors.LimitError`.
    """

    blob_bytes: int = _MIB
    """Files above this size are not fetched or read, and reported as not assessed."""
    text_bytes: int = 96 * _MIB
    """All text read from one repository."""
    clone_bytes: int = 1024 * _MIB
    """Disk space of one clone."""
    clone_seconds: int = 300
    """Wall-clock time of one clone."""
    read_seconds: int = 60
    """Wall-clock time of one git command that reads objects."""
    analysis_seconds: int = 300
    """Wall-clock and processor time of an analysis in a process of its own."""
    memory_bytes: int = 2048 * _MIB
    """Address space of an analysis in a process of its own, on top of what the program has before it."""
    files: int = 200_000
    """Entries in the tree of the commit."""
    path_depth: int = 64
    """Folders in a path; deeper entries are reported as not assessed."""
    path_bytes: int = 2048
    """Length of a path; longer entries are reported as not assessed."""
    history: int = 500
    """Commits looked at for the history summary."""

    def with_overrides(self, **overrides: int | None) -> Limits:
        """Return a copy with the given limits; ``None`` keeps the default.

        Raises:
            UsageError: a name is no limit, or a value is not positive.
        """
        known = {field.name for field in fields(self)}
        given = {name: value for name, value in overrides.items() if value is not None}
        for name, value in given.items():
            if name not in known:
                raise UsageError(f"There is no limit named {name}", f"Limits: {', '.join(sorted(known))}.")
            if value <= 0:
                raise UsageError(f"The limit {name} is {value}", "Give a number above 0.")
        return replace(self, **given)
