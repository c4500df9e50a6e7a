"""A batch from its file to its tables."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path

from msgspec import Struct

from analyzer.analysis import Options
from analyzer.batch.entry import basis_of, error_of, failed_line
from analyzer.batch.finish import finish, sections_of
from analyzer.batch.likeness import compare
from analyzer.batch.lines import dump
from analyzer.batch.pool import run_rows
from analyzer.batch.results import BatchFolder, Written, asked_by
from analyzer.batch.rows import Row, count_rows
from analyzer.batch.store import Store, open_store
from analyzer.batch.work import Outcome, Setting, now
from analyzer.errors import FolioscopeError, UsageError
from analyzer.plugins import discover
from analyzer.rubric import load_rubric

__all__ = ["Batch", "Counts", "Tell", "run_batch"]


class Batch(Struct, frozen=True):
    """What to run.

    Args:
        file: the applicants.
        output: the folder of the results.
        options: how repositories are analyzed.
        store: the file of what is known.
        jobs: worker processes.
        resume: go on with the results that are there.
        retry: also run those again that failed.
        key: the key file, for a blind batch.
        quiet: say nothing of what is waited for.
        whole: projects inside a repository are not told apart.
        row_seconds: time of one repository of a row, after which its worker is ended; by default what its limits allow.
    """

    file: Path
    output: Path
    options: Options
    store: Path
    jobs: int = 1
    resume: bool = False
    retry: bool = False
    key: Path | None = None
    quiet: bool = False
    whole: bool = False
    row_seconds: float | None = None


class Counts(Struct):
    """How far a batch is.

    ``before`` were done by an earlier run, ``ran`` by this one, ``stored`` came from the store; ``failed`` are those of
    this run, and in the end of all runs; ``partial`` are those with a score, of all runs, that name a repository which
    gave an error; ``peak`` is the largest memory of a worker.
    """

    total: int
    before: int = 0
    ran: int = 0
    done: int = 0
    failed: int = 0
    partial: int = 0
    stored: int = 0
    peak: int = 0
    seconds: float = 0.0

    @property
    def finished(self) -> int:
        """Rows that have a line."""
        return self.before + self.ran

    @property
    def rate(self) -> float:
        """Rows a second of this run."""
        return self.ran / self.seconds if self.seconds else 0.0

    @property
    def left(self) -> float | None:
        """Seconds until the end at this rate; None while nothing is known."""
        return (self.total - self.finished) / self.rate if self.rate else None


Tell = Callable[[Counts], None]


def run_batch(batch: Batch, tell: Tell = lambda counts: None) -> Counts:
    """Run all rows that have no line yet, and write the tables. Returns the counts.

    Raises:
        FolioscopeError: the file cannot be read, the folder cannot be written, or holds another batch.
    """
    if batch.jobs < 1:
        raise UsageError(f"--jobs is {batch.jobs}", "Give a number of at least 1.")
    rubric = load_rubric(batch.options.rubric)
    basis = basis_of(rubric, discover(batch.options.rules), batch.options.limits, whole=batch.whole)
    if not count_rows(batch.file):
        raise UsageError(f"{batch.file} holds no applicant", "Give one a line.")
    with open_store(batch.store) as store:
        with closing(
            BatchFolder(
                batch.output,
                batch.file,
                basis=basis,
                key=batch.key,
                resume=batch.resume,
                retry=batch.retry,
            )
        ) as folder:
            counts = Counts(folder.total, before=len(folder.done))
            _run(batch, folder, store, counts, tell)
        counts.failed, counts.partial = finish(folder, store, sections_of(rubric))
    return counts


def _run(batch: Batch, folder: BatchFolder, store: Store, counts: Counts, tell: Tell) -> None:
    setting = Setting(batch.options, batch.store, batch.whole)
    limits = batch.options.limits
    # Clone and analysis end by limits of their own; this one is for what neither of them sees.
    # Projects inside a repository take together what the whole takes.
    seconds = batch.row_seconds or 2 * limits.clone_seconds + 2 * limits.analysis_seconds + 60
    began = time.monotonic()

    def count(outcome_done: bool, stored: bool = False, peak: int = 0) -> None:
        counts.ran += 1
        counts.done += outcome_done
        counts.failed += not outcome_done
        counts.stored += stored
        counts.peak = max(counts.peak, peak)
        counts.seconds = time.monotonic() - began
        tell(counts)

    def runnable() -> Iterator[Row]:
        """Rows that have no line yet; those that cannot be run get theirs at once."""
        for row in folder.rows():
            if folder.name(row.number) in folder.done:
                continue
            if row.problem:
                folder.write(_written(row, UsageError(row.problem, "Correct the row in the file."), folder))
                count(outcome_done=False)
            else:
                yield row

    for group in run_rows(runnable(), setting, batch.jobs, seconds, quiet=batch.quiet):
        _keep(store, folder.manifest.batch, [(row, found) for row, found in group if isinstance(found, Outcome)])
        written = [_written(row, found, folder) for row, found in group]
        folder.write(*written)
        for item, (_, found) in zip(written, group, strict=True):
            count(isinstance(found, Outcome) and found.done, item.stored, item.peak)


def _written(row: Row, found: Outcome | FolioscopeError, folder: BatchFolder) -> Written:
    if isinstance(found, Outcome):
        stored = not found.fresh and bool(found.sources) and all(found.sources)
        return Written(row.number, found.text, asked_by(row), found.made, found.seconds, found.peak, stored)
    line = failed_line(row, error_of(found, ", ".join(row.targets)), folder.manifest.basis)
    return Written(row.number, dump(line), asked_by(row), now())


def _keep(store: Store, batch: str, group: Sequence[tuple[Row, Outcome]]) -> None:
    """Keep what is new before the lines say that the rows are done: a run that ends in between finds it in the store."""
    if not group:
        return
    with store.writing():
        for row, outcome in group:
            sources = list(outcome.sources)
            for fresh in outcome.fresh:
                source, new = store.put(
                    fresh.key, fresh.place, fresh.document, fresh.prints, outcome.made, fresh.report
                )
                if new:
                    compare(store, source)
                if fresh.prints is not None:
                    sources.append(source)
            store.remember(batch, row.number, sources, _who(row))


def _who(row: Row) -> str:
    """What the file says of who an applicant is: the name or id, else all that the row holds."""
    return row.applicant or "\n".join((*(cell for _, cell in row.given if cell), *row.targets))
