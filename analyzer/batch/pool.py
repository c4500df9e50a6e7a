"""A pool of worker processes (pebble): a hard time limit for each row, and a new worker for one that died."""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Iterator
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from concurrent.futures.process import BrokenProcessPool
from queue import Empty, SimpleQueue
from typing import TypeAlias

from analyzer.batch.rows import Row, is_account
from analyzer.batch.waits import tell_waits
from analyzer.batch.work import Outcome, Setting, prepare, work
from analyzer.errors import FolioscopeError, LimitError, TargetError
from analyzer.portfolio import MOST

__all__ = ["run_rows"]

_AHEAD = 8
"""Rows waiting for each worker: enough that none is idle, few enough that memory stays flat."""
_TASKS = 1000
"""Rows after which a worker is replaced, so that what it holds cannot grow."""
_BROKEN = 3


_Finished: TypeAlias = "tuple[Row, Future[Outcome]]"
Found: TypeAlias = "Outcome | FolioscopeError"
"""What came of a row: its outcome, or the cause of its end."""


def run_rows(
    rows: Iterator[Row], setting: Setting, jobs: int, seconds: float, *, quiet: bool = False
) -> Iterator[list[tuple[Row, Found]]]:
    """Run every row in one of ``jobs`` processes; yield what came of those that finished since the last time.

    Unless it is to be ``quiet``, workers say on standard error what they wait for.

    Raises:
        TargetError: workers cannot be started at all.
    """
    again: list[Row] = []
    broken = 0
    while True:
        done = 0
        for group in _one_pool(_chained(again, rows), setting, jobs, seconds, quiet):
            again += [row for row, found in group if isinstance(found, BrokenProcessPool)]
            whole = [(row, found) for row, found in group if not isinstance(found, BrokenProcessPool)]
            if whole:
                done += len(whole)
                yield whole
        if not again:
            return
        broken = 0 if done else broken + 1
        if broken >= _BROKEN:
            raise TargetError("Worker processes die as soon as they start", "Check memory and limits of this machine.")


def _chained(again: list[Row], rows: Iterator[Row]) -> Iterator[Row]:
    while again:
        yield again.pop()
    yield from rows


def _one_pool(
    rows: Iterator[Row], setting: Setting, jobs: int, seconds: float, quiet: bool
) -> Iterator[list[tuple[Row, Found | BrokenProcessPool]]]:
    """Run rows until they are out or the pool is broken; then what it held comes back as broken."""
    from pebble import ProcessPool

    # A server process forks workers: it has no threads, and the engine is imported once.
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["analyzer.batch.work", "analyzer.acquire"])
    finished: SimpleQueue[_Finished] = SimpleQueue()
    pool = ProcessPool(jobs, _TASKS, _start, (setting, quiet), context)
    waiting = 0
    broken = False
    try:
        while True:
            while not broken and waiting < jobs * _AHEAD and (row := next(rows, None)) is not None:
                future: Future[Outcome] = pool.schedule(work, (row,), timeout=_allowed(row, setting, seconds))
                future.add_done_callback(lambda future, row=row: finished.put((row, future)))  # type: ignore[misc]
                waiting += 1
            if not waiting:
                break
            group = [(row, _outcome(row, future, _allowed(row, setting, seconds))) for row, future in _all_of(finished)]
            waiting -= len(group)
            broken = broken or any(isinstance(found, BrokenProcessPool) for _, found in group)
            yield group
        pool.close()  # type: ignore[no-untyped-call]
    except BaseException:
        pool.stop()  # type: ignore[no-untyped-call]
        raise
    finally:
        if broken:
            pool.stop()  # type: ignore[no-untyped-call]
        pool.join()


def _start(setting: Setting, quiet: bool) -> None:
    """Make this process a worker."""
    prepare(setting)
    tell_waits(quiet=quiet)


def _allowed(row: Row, setting: Setting, seconds: float) -> float:
    """The time of a row: that of one repository for each that it names; an account is as many as are chosen from it."""
    hosts = setting.options.hosts
    return seconds * max(1, sum(MOST if is_account(target, hosts) else 1 for target in row.targets))


def _all_of(finished: SimpleQueue[_Finished]) -> Iterator[_Finished]:
    """What is in a queue, at least one: what is kept and written together costs little more than one alone."""
    yield finished.get()
    while True:
        try:
            yield finished.get_nowait()
        except Empty:
            return


def _outcome(row: Row, future: Future[Outcome], seconds: float) -> Found | BrokenProcessPool:
    from pebble import ProcessExpired

    name = ", ".join(row.targets)
    try:
        return future.result()
    except BrokenProcessPool as error:
        return error
    except FutureTimeout:
        return LimitError(
            f"The analysis of {name} took longer than {seconds:g} seconds",
            "Analyze it alone, to see what takes so long.",
        )
    except ProcessExpired as error:
        return TargetError(f"The worker that analyzed {name} ended: {_ending(error.exitcode)}", "Analyze it alone.")
    except FolioscopeError as error:
        return error
    except MemoryError:
        return LimitError(f"There was not enough memory to analyze {name}", "Run it with fewer --jobs.")
    except Exception as error:  # noqa: BLE001 one row may fail in any way; the others go on
        return TargetError(f"{name} could not be analyzed: {type(error).__name__}: {error}"[:500])


def _ending(code: int | None) -> str:
    if code is not None and code < 0:
        try:
            return f"killed by {signal.Signals(-code).name}"
        except ValueError:
            return f"killed by signal {-code}"
    return f"exit status {code}"
