"""The modules of a repository by the names that imports give them."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable
from functools import cached_property

__all__ = ["LocalModules"]


class LocalModules:
    """Finds the module of this repository that an import names."""

    def __init__(self, paths: Iterable[str]) -> None:
        self._by_name: dict[str, list[str]] = {}
        self._paths = frozenset(paths)
        for path in sorted(self._paths):
            stem = path.removesuffix(".py").removesuffix("/__init__")
            parts = stem.split("/")
            for start in range(len(parts)):
                self._by_name.setdefault(".".join(parts[start:]), []).append(path)

    def find(self, dotted: str, importer: str) -> str | None:
        """Path of a module by its dotted name as ``importer`` writes it; None when it is none of ours."""
        if dotted.startswith("."):
            return self._relative(dotted, importer)
        candidates = self._by_name.get(dotted, ())
        if len(candidates) <= 1:
            return candidates[0] if candidates else None
        if dotted not in self._nearest:
            self._nearest[dotted] = _shortest_below(candidates)
        below, folder = self._nearest[dotted], posixpath.dirname(importer)
        while folder not in below:
            folder = posixpath.dirname(folder) if folder.strip("/") else ""
        return below[folder]

    @cached_property
    def _nearest(self) -> dict[str, dict[str, str]]:
        return {}

    def begins(self, part: str) -> bool:
        """Whether the dotted name of any module begins with that part."""
        return part in self._first_parts

    @cached_property
    def _first_parts(self) -> frozenset[str]:
        return frozenset(name.partition(".")[0] for name in self._by_name)

    def is_package(self, dotted: str) -> bool:
        """Whether a folder of that name holds modules, with or without ``__init__.py``."""
        return f"{dotted}." in self._prefixes

    @cached_property
    def _prefixes(self) -> frozenset[str]:
        found: set[str] = set()
        for name in self._by_name:
            parts = name.split(".")
            found.update(".".join(parts[:end]) + "." for end in range(1, len(parts)))
        return frozenset(found)

    def _relative(self, dotted: str, importer: str) -> str | None:
        level = len(dotted) - len(dotted.lstrip("."))
        base = posixpath.dirname(importer)
        for _ in range(level - 1):
            base = posixpath.dirname(base)
        rest = dotted[level:].replace(".", "/")
        stem = posixpath.join(base, rest) if rest else base
        return next((path for path in (f"{stem}.py", f"{stem}/__init__.py") if path in self._paths), None)


def _shortest_below(paths: Iterable[str]) -> dict[str, str]:
    """For each folder above any of the paths, the root among them, the shortest of those below it."""
    found: dict[str, str] = {}
    for path in sorted(paths, key=lambda path: (len(path), path)):
        folder = path
        while folder:
            folder = posixpath.dirname(folder)
            found.setdefault(folder, path)
    return found
