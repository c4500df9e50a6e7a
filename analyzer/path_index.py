"""Paths of a repository, looked up: what is below a folder, in it, or ends with a name.

Questions that are asked once a Dockerfile, a command or a test would each look at every path, which is quadratic in a
repository where both grow. Here each costs as much as its answer.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import islice

__all__ = ["PathIndex"]

_AFTER_SLASH = chr(ord("/") + 1)


class PathIndex:
    """A fixed set of paths."""

    def __init__(self, paths: Iterable[str]) -> None:
        self.ordered: Sequence[str] = tuple(sorted(paths))

    def below(self, folder: str) -> Sequence[str]:
        """The files in a folder and in all folders below it; all for the empty string."""
        return self.starting(f"{folder}/") if folder else self.ordered

    def starting(self, prefix: str) -> Sequence[str]:
        """The paths that begin with a text."""
        start = bisect_left(self.ordered, prefix)
        if prefix.endswith("/"):
            return self.ordered[start : bisect_left(self.ordered, prefix[:-1] + _AFTER_SLASH, start)]
        end = start
        while end < len(self.ordered) and self.ordered[end].startswith(prefix):
            end += 1
        return self.ordered[start:end]

    def within(self, folder: str) -> Sequence[str]:
        """The files that lie in a folder itself."""
        return self._by_folder.get(folder, ())

    def ending(self, plain: str) -> Iterator[str]:
        """The files and folders that have this path, or one that ends with a slash and this."""
        places, whole = self._backwards, plain[::-1]
        exact = bisect_left(places, whole)
        if exact < len(places) and places[exact] == whole:
            yield plain
        deeper = bisect_left(places, f"{whole}/", exact)
        for place in islice(places, deeper, bisect_left(places, whole + _AFTER_SLASH, deeper)):
            yield place[::-1]

    def ends_with(self, plain: str) -> bool:
        """Whether there is one of those."""
        return next(self.ending(plain), None) is not None

    def has_file(self, *names: str) -> bool:
        """Whether a file has one of these names, in whatever folder."""
        return not self._file_names.isdisjoint(names)

    def count_of(self, segment: str) -> int:
        """How many paths have a file or folder of this name in them."""
        return self._segments.get(segment, 0)

    @cached_property
    def _by_folder(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for path in self.ordered:
            found.setdefault(path.rpartition("/")[0], []).append(path)
        return found

    @cached_property
    def _file_names(self) -> frozenset[str]:
        return frozenset(path.rpartition("/")[2] for path in self.ordered)

    @cached_property
    def _backwards(self) -> Sequence[str]:
        """All files and folders, read from their ends."""
        found: set[str] = set()
        for path in self.ordered:
            place = path
            while place and place not in found:
                found.add(place)
                place = place.rpartition("/")[0]
        return sorted(place[::-1] for place in found)

    @cached_property
    def _segments(self) -> dict[str, int]:
        found: dict[str, int] = {}
        for path in self.ordered:
            for segment in set(path.split("/")):
                found[segment] = found.get(segment, 0) + 1
        return found
