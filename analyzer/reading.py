"""One snapshot, or a folder of it, as paths and texts: whose a file is, what it says, and what could not be read."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Hashable, Iterator
from functools import cached_property
from typing import TypeVar

from analyzer.artifacts.text import bounded, decode
from analyzer.findings import Place
from analyzer.fingerprints import COMPARED_KINDS, may_be_copy, origin_of
from analyzer.inventory import Inventory, Kind, Owner, kind_of, take_inventory
from analyzer.path_index import PathIndex
from analyzer.remembered import remembered
from analyzer.snapshot import EntryKind, Problem, Snapshot
from analyzer.sniff import json_worth_reading
from analyzer.startmark import ORIGIN, is_start

__all__ = ["Reading"]

_Artifact = TypeVar("_Artifact")
_NO_START = frozenset({Kind.OTHER, Kind.JSON, Kind.PROGRAM, Kind.LOCK, Kind.SQL, Kind.NOTEBOOK})


class Reading:
    """The paths of a snapshot or of a folder of it, their texts, and what parsers make of them. Reading is lazy."""

    def __init__(self, snapshot: Snapshot, subdir: str = "", left_out: Callable[[str], bool] | None = None) -> None:
        self.snapshot = snapshot
        self.subdir = subdir
        self.inventory: Inventory = take_inventory(
            (path for path, entry in snapshot.entries.items() if entry.kind is EntryKind.FILE), subdir
        )
        self._texts: dict[str, str | None] = {}
        self._problems: dict[str, str] = {}
        if left_out:
            self.inventory = self.inventory.leaving(left_out)
        snapshot.fetch(self._worth_reading())
        alone = self.inventory.course_only
        self.inventory = self.inventory.without({**self._copies(), **self._starts()}, starts=ORIGIN)
        if self.inventory.course_only and not alone:  # the course work counts after all, but for what is copied
            snapshot.fetch(self._worth_reading())
            self.inventory = self.inventory.without({**self.inventory.copies, **self._copies()}, starts=ORIGIN)

    def _copies(self) -> dict[str, str]:
        """The candidate's files that are unchanged copies of a template, with its name."""
        # Of all at once: an entry that is asked for by its name counts as looked at in a history.
        sizes = {path: entry.size for path, entry in self.snapshot.entries.items()}
        found = {}
        for path in self.paths:
            size = sizes[path]
            if kind_of(path) in COMPARED_KINDS and size <= self.snapshot.limits.blob_bytes and may_be_copy(size):
                origin = self.of_file(path, origin_of, self.snapshot.read(path))
                if origin:
                    found[path] = origin
        return found

    def _starts(self) -> dict[str, str]:
        """Files that ``folioscope fix`` wrote and nobody has worked on since, with their origin."""
        kinds = (kind for kind in self.inventory.by_kind if kind not in _NO_START)
        paths = (*self.inventory.of(*kinds), *self.inventory.serving)
        return {
            path: ORIGIN
            for path in paths
            if (content := self.snapshot.read(path)) and is_start(content, document=kind_of(path) is Kind.DOCUMENT)
        }

    def _worth_reading(self) -> Iterator[str]:
        skipped = {Kind.OTHER, Kind.JSON, Kind.PROGRAM, Kind.LOCK, Kind.SQL}
        for kind, paths in self.inventory.by_kind.items():
            if kind not in skipped:
                yield from paths
        for path in self.inventory.of(Kind.JSON):
            if json_worth_reading(path, self.snapshot.entries[path].size):
                yield path
        yield from self.inventory.serving

    # -- reading ---------------------------------------------------------------------------------------------

    @property
    def paths(self) -> tuple[str, ...]:
        """All paths that are the candidate's, those of the root that serve a subfolder included."""
        return (*self.inventory.own, *self.inventory.serving)

    def has(self, path: str) -> bool:
        """Whether a file or folder of that path is in the snapshot, whoever's it is."""
        return path in self.snapshot.entries or path in self._folders or path in ("", ".")

    @cached_property
    def index(self) -> PathIndex:
        """All paths of the snapshot, whoever's they are."""
        return PathIndex(self.snapshot.entries)

    def is_candidates(self, path: str) -> bool:
        """Whether a path is among ``paths``."""
        return self.inventory.owners.get(path) is Owner.OWN or path in self._serving_paths

    @cached_property
    def _serving_paths(self) -> frozenset[str]:
        return frozenset(self.inventory.serving)

    def is_filled(self, path: str) -> bool:
        """Whether a file of the snapshot holds anything, whatever that is."""
        return path in self._filled

    @cached_property
    def _filled(self) -> frozenset[str]:
        return frozenset(path for path, entry in self.snapshot.entries.items() if entry.size)

    @cached_property
    def _folders(self) -> frozenset[str]:
        found: set[str] = set()
        for path in self.snapshot.entries:
            folder = posixpath.dirname(path)
            while folder and folder not in found:
                found.add(folder)
                folder = posixpath.dirname(folder)
        return frozenset(found)

    def text(self, path: str) -> str | None:
        """The text of a file, or None when it is no text or was not read."""
        if path not in self._texts:
            content = self.snapshot.read(path)
            self._texts[path] = None if content is None else self.of_file(path, _as_text, path, content)
        return self._texts[path]

    def of_file(self, path: str, make: Callable[..., _Artifact], *given: object, by: Hashable = None) -> _Artifact:
        """What ``make(*given)`` makes of one file; other commits that have the same file share it.

        It must depend on the path and the content of the file, and on ``by``, alone.
        """
        shared = self.snapshot.shared
        if shared is None:
            return make(*given)
        name = f"{make.__module__}.{make.__qualname__}"
        return shared.once(path, self.snapshot.entries[path].oid, (name, by), lambda: make(*given))

    def _parsed(self, parse: Callable[[str, str], _Artifact], path: str, text: str) -> _Artifact:
        return self.of_file(path, parse, path, text)

    def line(self, place: Place) -> str:
        """The first line of a place as it stands in the file; empty when it cannot be read."""
        lines = self.lines(place.path)
        return lines[place.line - 1] if len(lines) >= place.line else ""

    @remembered
    def lines(self, path: str) -> tuple[str, ...]:
        """The lines of a file without their ends; none when it cannot be read."""
        text = self.text(path)
        return () if text is None else tuple(text.split("\n"))

    def find(self, name: str, folder: str = "") -> str | None:
        """The path that a command in ``folder`` means by a name, or None.

        A name from the root of a container is one of the repository where this one has it: its folders are copied or
        mounted there.
        """
        plain = name.strip("\"'")
        for prefix in ("$(pwd)/", "${PWD}/", "$PWD/", "./", "/app/", "/opt/app/", "/usr/src/app/", "/code/"):
            plain = plain.removeprefix(prefix)
        plain = plain.lstrip("/")
        if not plain or plain.startswith(("$", "~")) or "{" in plain:
            return None
        for base in dict.fromkeys((folder, self.subdir, "")):
            path = posixpath.normpath(posixpath.join(base, plain))
            if path in self.snapshot.entries:
                return path
        return None

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What could not be read or parsed, so far, in order of paths."""
        unread = {
            problem for problem in self.snapshot.problems if self.is_candidates(problem.where) or "..." in problem.where
        }
        submodules = {problem for problem in self.snapshot.problems if "submodule" in problem.what}
        parsed = {Problem(path, what) for path, what in self._problems.items()}
        return tuple(sorted(unread | submodules | parsed))

    def _parse(
        self,
        kinds: tuple[Kind, ...],
        parse: Callable[[str, str], _Artifact],
        *,
        serving: bool = False,
        alone: bool = True,
    ) -> tuple[_Artifact, ...]:
        """The artifacts of files of these kinds; ``alone`` says that nothing but the file itself tells what it is."""
        found: list[_Artifact] = []
        for path in (*self.inventory.of(*kinds), *(self._serving(*kinds) if serving else ())):
            text = self.text(path)
            if text and not text.isspace():
                artifact = self._parsed(parse, path, text) if alone else parse(path, text)
                error = getattr(artifact, "error", "")
                if error:
                    self._problems[path] = f"read in part: {error}"
                found.append(artifact)
        return tuple(found)

    def _serving(self, *kinds: Kind) -> Iterator[str]:
        """Files of the root that mention the subfolder, or whose kind serves the whole repository."""
        name = self.subdir.rsplit("/", 1)[-1]
        for path in self.inventory.serving:
            if kind_of(path) in kinds and (Kind.PRE_COMMIT in kinds or name in (self.text(path) or "")):
                yield path


def _as_text(path: str, content: bytes) -> str | None:
    text = decode(content)
    return None if text is None else bounded(path, text)
