"""What a worker does for one applicant: look up, analyze what is not known, and put the line together.

Projects inside a repository are judged each for itself beside the whole, so that weak neighbours lower none of them.
A repository is read in a confined process of its own (``analyzer.isolation``). Workers write nothing but their own
temporary clones; the line, the store and the journal are the batch's.
"""

from __future__ import annotations

import contextlib
import os
import resource
import signal
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field
from msgspec.structs import replace

from analyzer.analysis import Options, Result, analyze
from analyzer.batch.entry import basis_of, done_line, entry_of, error_of, failed_line
from analyzer.batch.lines import dump
from analyzer.batch.locate import Located, check_local, locate, read_located
from analyzer.batch.merge import inside_of, left_out_of, merged, together
from analyzer.batch.rows import Row, is_account
from analyzer.batch.store import Store, open_store
from analyzer.errors import FolioscopeError
from analyzer.examples import example_folder
from analyzer.plugins import discover
from analyzer.prints import FilePrint
from analyzer.report import Report
from analyzer.reporters.json_report import as_document, from_document
from analyzer.rubric import Rubric, load_rubric

if TYPE_CHECKING:
    from analyzer.portfolio import Portfolio

__all__ = ["Fresh", "Outcome", "Setting", "Worker", "now", "prepare", "readable", "work"]


class Setting(Struct, frozen=True):
    """What all workers of a batch have in common. With ``whole``, projects inside a repository are not told apart."""

    options: Options
    store: Path
    whole: bool = False


class Fresh(Struct, frozen=True):
    """An entry that the store does not have yet, with its key, the place of its repository and its fingerprints."""

    key: str
    place: str
    document: Mapping[str, Any]
    prints: tuple[FilePrint, ...] | None
    """None for a project inside a repository: those of the repository hold its files."""
    report: Mapping[str, Any] | None = None
    """The whole report, where the row is judged as a portfolio: one is made of reports."""


class Outcome(Struct):
    """The line of a row, and what the batch must keep.

    Args:
        text: the line as it is written, by the form of ``analyzer.batch.entry``.
        done: whether it has a score.
        fresh: entries to keep.
        sources: sources in the store that the row named.
        made: when the analysis was done that the score comes from: now, or when the store says.
        seconds: time that the row took.
        peak: largest memory of the worker so far, in bytes.
    """

    text: bytes
    done: bool
    fresh: list[Fresh] = field(default_factory=list)
    sources: list[int] = field(default_factory=list)
    made: str = ""
    seconds: float = 0.0
    peak: int = 0


_WARM = 3


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
    _own[:] = [Worker(setting.options, store, whole=setting.whole)]

    def end(number: int, frame: object) -> None:
        del number, frame
        if _busy:
            raise _Ended
        os._exit(1)  # between two rows there is nothing to clean up

    signal.signal(signal.SIGTERM, end)


def work(row: Row) -> Outcome:
    """Look at one applicant in a worker that was prepared."""
    _busy.append(row)
    try:
        return _own[0].look_at(row)
    except _Ended:
        os._exit(1)
    finally:
        _busy.clear()


class _Looked(Struct):
    """One repository: what is kept of it, from the store or new, and the projects inside.

    ``errors`` are those of projects that could not be judged.
    """

    target: str
    document: dict[str, Any]
    made: str
    source: int = 0
    fresh: Fresh | None = None
    report: Report | None = None
    inside: list[_Looked] = field(default_factory=list)
    errors: list[dict[str, Any]] = field(default_factory=list)

    @property
    def repository(self) -> dict[str, Any]:
        """What a line says of it."""
        return {"target": self.target, **self.document["repository"]}

    @property
    def reports(self) -> Iterator[tuple[str, Report]]:
        """Its report and those of the projects inside, each with the target."""
        for item in (self, *self.inside):
            assert item.report
            yield item.target, item.report


class Worker:
    """Looks at applicants, one after the other."""

    def __init__(self, options: Options, store: Store, *, whole: bool = False) -> None:
        # The store of the batch knows what the cache of single reports would, and the fingerprints too.
        self._options = replace(options, cached=False, isolated=True, prints=True)
        self._store = store
        self._whole = whole
        self._rubric: Rubric = load_rubric(options.rubric)
        self._read = 0
        self._basis = basis_of(self._rubric, discover(options.rules), options.limits, whole=whole)

    def look_at(self, row: Row) -> Outcome:
        """The outcome of one row; whatever goes wrong is its cause."""
        began = time.perf_counter()
        outcome = self._look(row)
        outcome.seconds = time.perf_counter() - began
        own, children = (resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
        outcome.peak = max(own, children) * 1024
        outcome.made = outcome.made or now()
        return outcome

    def _look(self, row: Row) -> Outcome:
        options = replace(self._options, ref=row.ref, subdir=row.subdir)
        looked: list[_Looked] = []
        try:
            if row.names_account(options.hosts):
                return self._portfolio_of_account(row, options, looked)
            if len(row.targets) > 1:
                return self._portfolio_of_repositories(row, options, looked)
            looked.append(self._one(row.targets[0], options))
        except FolioscopeError as error:
            return self._failed(row, error)
        except Exception as error:  # noqa: BLE001 one row may fail in any way; the others go on
            return self._failed(row, error)
        found = looked[0]
        if found.inside:
            return self._merged(row, together(found.reports, self._rubric), looked, found.errors)
        return self._outcome(done_line(row, found.document, [found.repository], found.errors, self._basis), looked)

    def _failed(self, row: Row, error: Exception) -> Outcome:
        return Outcome(dump(failed_line(row, error_of(error, ", ".join(row.targets)), self._basis)), done=False)

    @staticmethod
    def _outcome(line: dict[str, Any], looked: Sequence[_Looked]) -> Outcome:
        return Outcome(
            dump(line),
            True,
            [item.fresh for whole in looked for item in (whole, *whole.inside) if item.fresh],
            [item.source for item in looked],
            max((item.made for item in looked), default=""),
        )

    # -- one repository --------------------------------------------------------------------------------------------

    def _one(self, target: str, options: Options, *, report: bool = False) -> _Looked:
        """Look at one repository and the projects inside; with ``report``, its report is needed in any case."""
        located = locate(target, options)
        if located.commit and (known := self._known(located, target, options, report=report)):
            return known
        self._warm_up()
        read, inside = read_located(located, target, self._rubric, options, self._inside)
        fresh = self._fresh(located, target, read, options, printed=True, kept=report or bool(inside))
        for result in inside:
            if result.report is not None:
                fresh.inside.append(self._fresh(located, target, result.report, options, printed=False, kept=True))
            else:
                assert result.error
                fresh.errors.append(error_of(result.error, f"{target} ({result.target})"))
        return fresh

    def _inside(self, report: Report) -> Sequence[str]:
        """The folders of a repository that are projects of their own, where they are told apart."""
        return () if self._whole or not report.target.commit else inside_of(report)

    def _known(self, located: Located, target: str, options: Options, *, report: bool) -> _Looked | None:
        """What the store knows, if that is all that is needed."""
        key = located.key(located.commit, self._rubric, options)
        found = self._store.get(key)
        if found is None or not found.printed:
            return None
        folders = () if self._whole else found.document.get("inside", ())
        known = _Looked(target, found.document, found.made, found.source)
        if not report and not folders:
            return known
        known.report = self._report(key, target)
        for folder in folders:
            key = replace(located, subdir=folder).key(located.commit, self._rubric, options)
            if part := self._store.get(key):
                known.inside.append(
                    _Looked(target, part.document, part.made, part.source, report=self._report(key, target))
                )
        whole = len(known.inside) == len(folders) and all(item.report for item in (known, *known.inside))
        return known if whole else None

    def _report(self, key: str, target: str) -> Report | None:
        document = self._store.report(key)
        return from_document(document, self._rubric, target) if document else None

    def _fresh(
        self, located: Located, target: str, report: Report, options: Options, *, printed: bool, kept: bool
    ) -> _Looked:
        """A report that was just made, to be kept where it has a commit; whole where that is asked.

        Such a one is what its document says from now on: what comes from the store later must give the same bytes.
        """
        entry = entry_of(report, inside_of(report) if printed else ())
        prints = report.prints if printed else None
        document = as_document(report) if kept else None
        if document:
            report = from_document(document, self._rubric, target)
        fresh = None
        if report.target.commit:
            named = located if printed else replace(located, subdir=report.target.subdir)
            key = named.key(report.target.commit, self._rubric, options)
            fresh = Fresh(key, located.name, entry, prints, document)
        return _Looked(target, entry, now(), fresh=fresh, report=report)

    def _warm_up(self) -> None:
        """Before the third repository, analyze a sample in this process.

        What that imports and compiles is there in each confined copy of this process, which must do it anew otherwise:
        an analysis takes nearly twice the time then. With one or two repositories the sample takes longer than it saves.
        """
        self._read += 1
        if self._read == _WARM:
            with contextlib.suppress(FolioscopeError):  # a package without samples is slower, and no more
                analyze(str(example_folder("exemplary")), Options(standalone=True, cached=False, prints=True))

    # -- several ---------------------------------------------------------------------------------------------------

    def _portfolio_of_repositories(self, row: Row, options: Options, looked: list[_Looked]) -> Outcome:
        """All that the row names."""
        errors: list[tuple[FolioscopeError, str]] = []
        reports: list[tuple[str, Report]] = []
        for target in row.targets:
            try:
                item = self._one(target, options, report=True)
            except FolioscopeError as error:
                errors.append((error, target))
            else:
                looked.append(item)
                reports += item.reports
        if not reports:
            return self._failed(row, errors[0][0])
        told = [error_of(error, target) for error, target in errors]
        told += [error for item in looked for error in item.errors]
        return self._merged(row, together(reports, self._rubric), looked, told)

    def _portfolio_of_account(self, row: Row, options: Options, looked: list[_Looked]) -> Outcome:
        """What of an account deserves a look, and what else the row names."""
        from analyzer.portfolio import analyze_portfolio
        from analyzer.portfolio.look import subdir_of

        inside: dict[tuple[str, str], Report] = {}

        def each(work: Iterable[tuple[str, Options]], *, jobs: int = 1) -> Iterator[Result]:
            del jobs
            for target, chosen in work:
                if chosen.subdir and (found := inside.get((target, chosen.subdir))):
                    yield Result(target, found)
                    continue
                try:
                    item = self._one(target, chosen, report=True)
                except FolioscopeError as error:
                    yield Result(target, error=error)
                else:
                    looked.append(item)
                    judged = item.document["repository"]["subdir"]
                    for part in item.inside:
                        assert part.report
                        folder = subdir_of(part.report.target.subdir, judged, target, chosen)
                        inside[target, folder] = part.report
                    yield Result(target, item.report)

        # A portfolio reads a file as a list of more; the rows of strangers may not.
        targets, errors = readable(row.targets, options)
        found = analyze_portfolio(targets, options, split=not self._whole, each=each)
        errors += [error_of(item.error, item.target) for item in found.failures]
        return self._merged(row, found, looked, errors)

    def _merged(
        self, row: Row, found: Portfolio, looked: Sequence[_Looked], errors: Sequence[Mapping[str, Any]]
    ) -> Outcome:
        repositories = [item.repository for item in looked]
        whole = merged(found, [item.document for item in looked])
        line = done_line(row, whole, repositories, errors, self._basis)
        line["projects"] = [part.repository for item in looked for part in item.inside]
        line["left_out"] = left_out_of(found)
        return self._outcome(line, looked)


def readable(targets: Iterable[str], options: Options) -> tuple[list[str], list[dict[str, Any]]]:
    """The accounts, and the repositories that may be looked at; and the errors of the others."""
    found: list[str] = []
    errors: list[dict[str, Any]] = []
    for target in targets:
        try:
            if not is_account(target, options.hosts):
                check_local(target, options)
        except FolioscopeError as error:
            errors.append(error_of(error, target))
        else:
            found.append(target)
    return found, errors


def now() -> str:
    """This moment (UTC, ISO 8601)."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
