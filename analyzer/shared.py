"""What snapshots of one repository share: contents, texts and parsed artifacts of files that are the same in both.

A file is the same where its path and its blob are. What is kept must depend on them, and on what its key names, alone.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable
from typing import Any, TypeVar, cast

from msgspec import Struct, field

__all__ = ["Shared"]

_Made = TypeVar("_Made")


class Shared(Struct):
    """Contents by blob, and what was made of a file by its path, its blob and the name of the maker."""

    contents: dict[str, bytes | None] = field(default_factory=dict)
    made: dict[tuple[str, str, Hashable], Any] = field(default_factory=dict)
    _tables: dict[Hashable, dict[str, Any]] = field(default_factory=dict)
    _tables_before: dict[Hashable, dict[str, Any]] = field(default_factory=dict)

    def once(self, path: str, oid: str, maker: Hashable, make: Callable[[], _Made]) -> _Made:
        """What ``make`` returns; asked once for a path, a blob and a maker: its name, and what else it depends on."""
        key = (path, oid, maker)
        if key not in self.made:
            self.made[key] = make()
        return cast("_Made", self.made[key])

    def table(self, name: Hashable) -> dict[str, Any]:
        """A table of answers that who fills it must check; it goes when a whole snapshot has not asked for it."""
        if name not in self._tables:
            self._tables[name] = self._tables_before.get(name, {})
        return self._tables[name]

    def keep_only(self, files: Collection[tuple[str, str]]) -> None:
        """Let go of all that belongs to other files than these, each a path and a blob."""
        wanted = set(files)
        oids = {oid for _, oid in wanted}
        self.contents = {oid: content for oid, content in self.contents.items() if oid in oids}
        self.made = {key: value for key, value in self.made.items() if key[:2] in wanted}
        self._tables_before, self._tables = self._tables, {}
