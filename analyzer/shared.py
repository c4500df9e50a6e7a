"""What snapshots of one repository share: contents, texts and parsed artifacts of files that are the same in both.

A file is the same where its path and its blob are. What is kept must depend on them alone.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

__all__ = ["Shared"]

_Made = TypeVar("_Made")


@dataclass(slots=True)
class Shared:
    """Contents by blob, and what was made of a file by its path, its blob and the name of the maker."""

    contents: dict[str, bytes | None] = field(default_factory=dict)
    made: dict[tuple[str, str, str], Any] = field(default_factory=dict)

    def once(self, path: str, oid: str, maker: str, make: Callable[[], _Made]) -> _Made:
        """What ``make`` returns; asked once for a path, a blob and the name of a maker."""
        key = (path, oid, maker)
        if key not in self.made:
            self.made[key] = make()
        return cast("_Made", self.made[key])

    def keep_only(self, files: Collection[tuple[str, str]]) -> None:
        """Let go of all that belongs to other files than these, each a path and a blob."""
        wanted = set(files)
        oids = {oid for _, oid in wanted}
        self.contents = {oid: content for oid, content in self.contents.items() if oid in oids}
        self.made = {key: value for key, value in self.made.items() if key[:2] in wanted}
