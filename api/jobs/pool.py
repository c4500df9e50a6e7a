"""The local pool: threads of the server, each with a process that reads repositories."""

from __future__ import annotations

import logging
import threading
import time

from api.jobs.claim import claim
from api.jobs.folders import WorkerFolder, sweep
from api.jobs.runner import Runner
from api.jobs.upkeep import Upkeep, beat, leave, release
from api.settings import Settings
from api.store import Store

__all__ = ["LocalPool"]

_LOG = logging.getLogger("folioscope.jobs")


class LocalPool:
    """``settings.workers`` processes, and one more where one alone would leave none for single analyses."""

    def __init__(self, store: Store, settings: Settings) -> None:
        self._store, self._settings = store, settings
        self._slots = max(settings.workers, settings.reserved + 1)
        self._stop = threading.Event()
        self._work = threading.Condition()
        self._threads: list[threading.Thread] = []
        self._folder: WorkerFolder | None = None

    def start(self) -> None:
        """Take up what a server that was killed left, and begin to work."""
        self._settings.clones.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._folder = WorkerFolder(self._settings.clones)
        dead = sweep(self._settings.clones)
        taken = release(self._store, self._settings, dead)
        if taken:
            _LOG.info("%d unfinished analyses are taken up again", taken)
        beat(self._store, self._folder.worker, self._slots)
        self._threads = [
            threading.Thread(target=self._serve, name=f"worker-{number}") for number in range(1, self._slots + 1)
        ]
        self._threads.append(threading.Thread(target=self._keep_up, name="upkeep"))
        for thread in self._threads:
            thread.start()

    def wake(self) -> None:
        """Say that there is something to do."""
        with self._work:
            self._work.notify()

    def stop(self) -> None:
        """End all processes; what they were at is put back and taken up by the next server."""
        self._stop.set()
        with self._work:
            self._work.notify_all()
        for thread in self._threads:
            thread.join()
        self._threads = []
        if self._folder:
            try:
                leave(self._store, self._folder.worker)
            except Exception:  # noqa: BLE001 the database may be gone; the row is old soon
                _LOG.exception("the worker could not sign off")
            self._folder.close()
            self._folder = None

    def _serve(self) -> None:
        assert self._folder
        runner = Runner(self._store, self._settings, self._folder, self._stop.is_set)
        try:
            while not self._stop.is_set():
                if not self._step(runner):
                    with self._work:
                        if not self._stop.is_set():
                            self._work.wait(self._settings.poll_seconds)
        finally:
            runner.close()

    def _step(self, runner: Runner) -> bool:
        """Run one job; False where there was none, or none could be had."""
        assert self._folder
        try:
            runner.prepare()
            job = claim(self._store, self._settings, self._folder.worker)
            if job is None:
                return False
            runner.run(job)
        except Exception:  # noqa: BLE001 a worker outlives everything; what is wrong is in the log
            _LOG.exception("a job could not be run")
            return False
        return True

    def _keep_up(self) -> None:
        assert self._folder
        upkeep = Upkeep(self._store, self._settings, self._folder.worker, self._slots)
        while not self._stop.wait(min(self._settings.poll_seconds, 1.0)):
            try:
                upkeep.run(time.monotonic())
            except Exception:  # noqa: BLE001
                _LOG.exception("upkeep failed, and is tried again")
