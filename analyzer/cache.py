"""Reports of unchanged commits, kept in the user's cache folder."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any, Protocol

from analyzer.limits import Limits
from analyzer.plugins import Rule
from analyzer.rubric import Rubric
from analyzer.user_folders import cache_home, keep_whole
from analyzer.version import VERSION

__all__ = ["Cache", "ReportCache", "report_key"]


def report_key(name: str, commit: str, subdir: str, rubric: Rubric, rules: tuple[Rule, ...], limits: Limits) -> str:
    """Return the key under which the report of a commit is kept: everything that decides its content.

    ``name`` is the address of the repository, which stands in the report's links, with what else the user typed.
    """
    bounds = (limits.blob_bytes, limits.path_depth, limits.path_bytes, limits.history)
    parts = [VERSION, name, commit, subdir, rubric.sha256, *map(str, bounds), *(rule.id for rule in rules)]
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogateescape")).hexdigest()


class Cache(Protocol):
    """Where documents of reports are kept by their key."""

    def get(self, key: str) -> dict[str, Any] | None:
        """The document of a key, or None."""

    def put(self, key: str, document: dict[str, Any]) -> None:
        """Keep a document."""


class ReportCache:
    """JSON documents by key. A cache that cannot be read or written is as good as none."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or cache_home() / "folioscope" / "reports"

    def get(self, key: str) -> dict[str, Any] | None:
        """The document of a key, or None."""
        try:
            document = json.loads((self.folder / f"{key}.json").read_bytes())
        except (OSError, ValueError):
            return None
        return document if isinstance(document, dict) else None

    def put(self, key: str, document: dict[str, Any]) -> None:
        """Keep a document; replaced in one step, so that a reader never sees half of one."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            keep_whole(self.folder / f"{key}.json", json.dumps(document).encode("ascii"))
        except OSError:
            return
