"""What a table needs of a report: kept beside it, so that a list of thousands opens no report."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.store.models import StoredReport

__all__ = ["Bar", "Summary", "summaries_of", "summary"]

_KEPT = 20_000
_AT_A_TIME = 500
"""Keys in one question; SQLite takes some thousand values."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A section of a report: points earned and possible, bonus left out."""

    id: str
    title: str
    score: float
    most: float

    @property
    def share(self) -> float:
        """From 0 to 1."""
        return self.score / self.most if self.most else 0.0


@dataclass(frozen=True, slots=True)
class Summary:
    """A report in a line; ``strength`` and ``gap`` are titles of criteria, empty where there is none: that which earns most, and the next step."""

    sections: tuple[Bar, ...]
    strength: str
    gap: str
    technologies: tuple[str, ...]

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> Summary:
        """What :func:`summary` made."""
        bars = tuple(Bar(*section) for section in kept["sections"])
        return cls(bars, kept["strength"], kept["gap"], tuple(kept["technologies"]))


def summary(document: Mapping[str, Any]) -> dict[str, Any]:
    """The summary of a report as it is kept."""
    met = (item for item in document["criteria"] if item["status"] == "met" and not item["bonus"])
    best = max(met, key=lambda item: item["points"], default=None)
    return {
        "sections": [[item["id"], item["title"], item["score"], item["max_score"]] for item in document["sections"]],
        "strength": best["title"] if best else "",
        "gap": next((step["title"] for step in document["next_steps"]), ""),
        "technologies": [item["id"] for item in document["technologies"]],
    }


class _Known:
    """Summaries by the key of their report, which never changes under its key."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, Summary] = OrderedDict()
        self._lock = Lock()

    def of(self, keys: Iterable[str]) -> dict[str, Summary]:
        """Those that are known."""
        found = {}
        with self._lock:
            for key in keys:
                if key in self._kept:
                    self._kept.move_to_end(key)
                    found[key] = self._kept[key]
        return found

    def keep(self, new: Mapping[str, Summary]) -> None:
        """Know these too."""
        with self._lock:
            self._kept.update(new)
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)


_KNOWN = _Known()


def summaries_of(session: Session, keys: Iterable[str]) -> dict[str, Summary]:
    """The summaries of reports by their keys; those that are not in the store are left out."""
    wanted = set(keys)
    found = _KNOWN.of(wanted)
    missing = sorted(wanted - found.keys())
    new: dict[str, Summary] = {}
    for start in range(0, len(missing), _AT_A_TIME):
        which = StoredReport.key.in_(missing[start : start + _AT_A_TIME])
        rows = session.execute(select(StoredReport.key, StoredReport.summary).where(which))
        new |= {key: Summary.of(kept) for key, kept in rows}
    _KNOWN.keep(new)
    return found | new
