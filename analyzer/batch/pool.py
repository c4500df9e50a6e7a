"""A pool of worker processes (pebble): a hard time limit for each row, and a new worker for one that died."""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Iterator
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from concurrent.futures.process import BrokenProcessPool
from queue import SimpleQueue

from analyzer.batch.rows import Row
from analyzer.batch.work import Outcome, Setting, prepare, work
from analyzer.errors import FolioscopeError, LimitError, TargetError

__all__ = ["run_rows"]

_AHEAD = 4
"""Rows waiting for each worker: enough that none is idle, few enough that memory stays flat."""
_TASKS = 200
"""Rows after which a worker is replaced, so that what it holds cannot grow."""
_BROKEN = 3


def run_rows(
    rows: Iterator[Row], setting: Setting, jobs: int, seconds: float
) -> Iterator[tuple[Row, Outcome | FolioscopeError]]:
    """Run every row in one of ``jobs`` processes; yield each with its outcome, or the cause of its end, as it finishes.

    Raises:
        TargetError: workers cannot be started at all.
    """
    again: list[Row] = []
    broken = 0
    while True:
        done = 0
        for row, found in _one_pool(_chained(again, rows), setting, jobs, seconds):
            if isinstance(found, BrokenProcessPool):
                again.append(row)
            else:
                done += 1
                yield row, found
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
    rows: Iterator[Row], setting: Setting, jobs: int, seconds: float
) -> Iterator[tuple[Row, Outcome | FolioscopeError | BrokenProcessPool]]:
    """Run rows until they are out or the pool is broken; then what it held comes back as broken."""
    from pebble import ProcessPool

    # A server process forks workers: it has no threads, and the engine is imported once.
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["analyzer.batch.work", "analyzer.acquire"])
    finished: SimpleQueue[tuple[Row, Future[Outcome]]] = SimpleQueue()
    pool = ProcessPool(jobs, _TASKS, prepare, (setting,), context)
    waiting = 0
    broken = False
    try:
        while True:
            while not broken and waiting < jobs * _AHEAD and (row := next(rows, None)) is not None:
                future: Future[Outcome] = pool.schedule(work, (row,), timeout=seconds * max(1, len(row.targets)))
                future.add_done_callback(lambda future, row=row: finished.put((row, future)))  # type: ignore[misc]
                waiting += 1
            if not waiting:
                break
            row, future = finished.get()
            waiting -= 1
            found = _outcome(row, future, seconds)
            broken = broken or isinstance(found, BrokenProcessPool)
            yield row, found
        pool.close()  # type: ignore[no-untyped-call]
    except BaseException:
        pool.stop()  # type: ignore[no-untyped-call]
        raise
    finally:
        if broken:
            pool.stop()  # type: ignore[no-untyped-call]
        pool.join()


def _outcome(row: Row, future: Future[Outcome], seconds: float) -> Outcome | FolioscopeError | BrokenProcessPool:
    from pebble import ProcessExpired

    name = ", ".join(row.targets)
    try:
        return future.result()
    except BrokenProcessPool as error:
        return error
    except FutureTimeout:
        return LimitError(
            f"The analysis of {name} took longer than {seconds * max(1, len(row.targets)):g} seconds",
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
