"""What a worker does for one applicant: look up, analyze what is not known, and put the line together.

Workers write nothing but their own temporary clones; the line, the store and the journal are the batch's.
"""

from __future__ import annotations

import os
import resource
import signal
import sys
import tempfile
import time
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from analyzer.analysis import Options
from analyzer.batch.entry import basis_of, done_line, entry_of, error_of, failed_line
from analyzer.batch.locate import locate, read_located
from analyzer.batch.merge import merged
from analyzer.batch.prints import FilePrint, PrintTaker
from analyzer.batch.rows import Row
from analyzer.batch.store import Store, open_store
from analyzer.errors import FolioscopeError
from analyzer.plugins import discover
from analyzer.rubric import Rubric, load_rubric

__all__ = ["Fresh", "Outcome", "Setting", "Worker", "prepare", "work"]


@dataclass(frozen=True, slots=True)
class Setting:
    """What all workers of a batch have in common.

    ``scratch`` is the folder of their temporary clones; ``memory`` bounds the address space of each, in bytes.
    """

    options: Options
    store: Path
    scratch: Path
    memory: int


@dataclass(frozen=True, slots=True)
class Fresh:
    """An entry that the store does not have yet, with its key, the place of its repository and its fingerprints."""

    key: str
    place: str
    document: Mapping[str, Any]
    prints: tuple[FilePrint, ...]


@dataclass(slots=True)
class Outcome:
    """The line of a row, and what the batch must keep.

    Args:
        line: the line, by the form of ``analyzer.batch.entry``.
        fresh: entries to keep.
        sources: sources in the store that the row named.
        made: when the analysis was done that the score comes from: now, or when the store says.
        seconds: time that the row took.
        peak: largest memory of the worker so far, in bytes.
    """

    line: dict[str, Any]
    fresh: list[Fresh] = field(default_factory=list)
    sources: list[int] = field(default_factory=list)
    made: str = ""
    seconds: float = 0.0
    peak: int = 0


class _Ended(BaseException):
    """The worker was told to end: clones are removed and git is stopped on the way out."""


_own: list[Worker] = []
"""The worker that this process is."""
_busy: list[Row] = []
"""The row that it is looking at."""
_open = ExitStack()
"""What it holds open until it ends."""


def prepare(setting: Setting) -> None:
    """Make this process a worker."""
    store = _open.enter_context(open_store(setting.store))
    _own[:] = [Worker(setting.options, store)]
    tempfile.tempdir = str(setting.scratch)

    def end(number: int, frame: object) -> None:
        del number, frame
        if _busy:
            raise _Ended
        os._exit(1)  # between two rows there is nothing to clean up

    signal.signal(signal.SIGTERM, end)
    if sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_AS, (setting.memory, setting.memory))


def work(row: Row) -> Outcome:
    """Look at one applicant in a worker that was prepared."""
    _busy.append(row)
    try:
        return _own[0].look_at(row)
    except _Ended:
        os._exit(1)
    finally:
        _busy.clear()


@dataclass(slots=True)
class _Looked:
    """One repository of a row: its entry, from the store or new."""

    document: dict[str, Any]
    made: str
    source: int = 0
    fresh: Fresh | None = None


class Worker:
    """Looks at applicants, one after the other."""

    def __init__(self, options: Options, store: Store) -> None:
        # The store of the batch knows what the cache of single reports would, and the fingerprints too.
        self._options = replace(options, cached=False)
        self._store = store
        self._rubric: Rubric = load_rubric(options.rubric)
        self._basis = basis_of(self._rubric, discover(), options.limits)

    def look_at(self, row: Row) -> Outcome:
        """The outcome of one row; whatever goes wrong is its cause."""
        began = time.perf_counter()
        outcome = self._look(row)
        outcome.seconds = time.perf_counter() - began
        outcome.peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        outcome.made = outcome.made or _now()
        return outcome

    def _look(self, row: Row) -> Outcome:
        looked: list[_Looked] = []
        errors: list[dict[str, Any]] = []
        for target in row.targets:
            try:
                looked.append(self._one(target, row))
            except FolioscopeError as error:
                errors.append(error_of(error, target))
            except Exception as error:  # noqa: BLE001 one repository may fail in any way; the others go on
                errors.append(error_of(error, target))
        if not looked:
            return Outcome(failed_line(row, errors[0], self._basis))
        documents = [item.document for item in looked]
        found = documents[0] if len(documents) == 1 else merged(documents, self._rubric)
        repositories = [item["repository"] for item in documents]
        return Outcome(
            done_line(row, found, repositories, errors, self._basis),
            [item.fresh for item in looked if item.fresh],
            [item.source for item in looked],
            max(item.made for item in looked),
        )

    def _one(self, target: str, row: Row) -> _Looked:
        options = replace(self._options, ref=row.ref, subdir=row.subdir)
        located = locate(target, options)
        known = self._store.get(located.key(located.commit, self._rubric, options)) if located.commit else None
        if known:
            return _Looked(self._named(known.document, target), known.made, known.source)
        taker = PrintTaker()
        report = read_located(located, target, self._rubric, replace(options, observer=taker))
        entry = entry_of(report)
        fresh = None
        if report.target.commit:
            key = located.key(report.target.commit, self._rubric, options)
            fresh = Fresh(key, located.name, entry, tuple(taker.prints))
        return _Looked(self._named(entry, target), _now(), fresh=fresh)

    @staticmethod
    def _named(entry: dict[str, Any], target: str) -> dict[str, Any]:
        return {**entry, "repository": {"target": target, **entry["repository"]}}


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
