"""One job from its claim to its end: the same for the local pool and for Celery.

The process that reads the repository knows no database; this side tells its progress, renews the lease, ends it at the
time limit or when the analysis was cancelled, and keeps the result. What is kept is fenced by the lease: a worker that
was thought dead and comes back cannot write.
"""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from msgspec import structs
from sqlalchemy import select
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session

from api.jobs.claim import Job
from api.jobs.folders import WorkerFolder
from api.jobs.process import Died, Process
from api.settings import Settings
from api.store import Store
from api.store.applicants import add_inside, merge_rows
from api.store.columns import now
from api.store.models import Analysis, Batch
from api.store.reports import document_of, keep_report
from api.store.states import RUNNING, finish, lock_batch, record, requeue

__all__ = ["Runner"]

_LOG = logging.getLogger("folioscope.jobs")
_DATABASE_ERRORS = (OperationalError, InterfaceError, PoolTimeout)
_LOOK_EVERY = 0.25
_TELL_EVERY = 0.5
_RETRY_SECONDS = 300.0
_BACK_OFF_SECONDS = 2.0
_STAGES = {"resolve": "acquiring", "clone": "acquiring", "preparation": "acquiring"}


class _Lost(Exception):  # noqa: N818 it says what happened
    """The job is not ours any more: cancelled, deleted, or given to another worker."""


@dataclass
class Runner:
    """Runs jobs one after the other in a process of its own."""

    store: Store
    settings: Settings
    folder: WorkerFolder
    stopping: Callable[[], bool] = lambda: False
    process: Process = field(init=False)

    def __post_init__(self) -> None:
        self.process = Process(self.settings.job_memory_mb)

    def prepare(self) -> None:
        """Have a process ready before a job is claimed.

        Raises:
            Died: it does not start.
        """
        self.process.prepare()

    def run(self, job: Job) -> None:
        """Run a claimed job to its end; whatever happens is kept with its cause."""
        with self.folder.job(job.id) as folder:
            try:
                self._follow(job, folder)
            except Died as died:
                self.process.close()
                self._retry(job, "job.worker-lost", f"The process that read the repository stopped: {died}.")
            except _Lost:
                self.process.close()
            except BaseException:
                self.process.close()
                with contextlib.suppress(*_DATABASE_ERRORS):
                    self._give_back(job)
                raise

    def close(self) -> None:
        """End the process."""
        self.process.close()

    # -- following the process -----------------------------------------------------------------------------------
    def _follow(self, job: Job, folder: Path) -> None:
        self.process.begin(self._spec(job, folder))
        deadline = time.monotonic() + self.settings.job_seconds
        told = _Told(self.settings.lease_seconds / 3)
        document: dict[str, Any] | None = None
        while True:
            message = self.process.message(_LOOK_EVERY)
            if self.stopping():
                self.process.close()
                self._give_back(job)
                return
            if message is None or message["kind"] == "stage":
                told.hear(message)
                if told.due():
                    self._tell(job, told)
            elif message["kind"] == "ask":
                self.process.answer({"document": self._patiently(partial(self._stored, message["key"]))})
            elif message["kind"] == "put":
                document = message["document"]
            elif message["kind"] == "error":
                self._fail(job, message)
                return
            elif message["kind"] == "done":
                self._patiently(partial(self._keep, job, message, document))
                self._judge_row(job)
                return
            if time.monotonic() > deadline:
                self.process.close()
                self._finish(
                    job,
                    "job.time-limit",
                    f"The analysis took longer than {self.settings.job_seconds:g} seconds.",
                    "Try again later, name a subfolder, or analyze it on your own machine with folioscope analyze.",
                )
                return

    def _spec(self, job: Job, folder: Path) -> dict[str, Any]:
        return {
            "input": job.input,
            "ref": job.ref,
            "subdir": job.subdir,
            "rubric": job.rubric,
            "folder": str(folder),
            "limits": asdict(self.settings.limits),
            "hosts": [structs.asdict(host) for host in self.settings.git_hosts],
        }

    def _stored(self, key: str) -> dict[str, Any] | None:
        with self.store.reading() as session:
            return document_of(session, key)

    # -- telling the database ------------------------------------------------------------------------------------
    def _tell(self, job: Job, told: _Told) -> None:
        """Renew the lease and keep the progress. A database that is away is no reason to stop."""
        try:
            with self.store.writing() as session:
                analysis = self._ours(session, job)
                analysis.lease_until = now() + timedelta(seconds=self.settings.lease_seconds)
                if told.news:
                    analysis.stage, analysis.detail = told.stage, told.detail[:300]
                    status = _STAGES.get(told.stage, "analyzing")
                    changed, analysis.status = status != analysis.status, status
                    kind = status if changed else "progress"
                    record(session, analysis, kind, status=status, stage=told.stage, detail=told.detail[:300])
        except _DATABASE_ERRORS as error:
            _LOG.warning("analysis %s: progress cannot be kept: %s", job.id, error)
            told.failed()
        else:
            told.done()

    def _keep(self, job: Job, done: dict[str, Any], document: dict[str, Any] | None) -> None:
        with self.store.writing() as session:
            lock_batch(session, job.batch_id)
            analysis = self._ours(session, job)
            if document is not None:
                keep_report(session, done["key"], document, job.rubric)
            elif document_of(session, done["key"]) is None:  # deleted since it was found
                requeue(session, analysis, now(), "the stored report was deleted meanwhile")
                return
            analysis.commit, analysis.report_key = done["commit"], done["key"]
            analysis.report_ref, analysis.report_subdir = done["ref"], done["subdir"]
            analysis.score, analysis.grade, analysis.reused = done["score"], done["grade"], done["reused"]
            analysis.stage, analysis.detail = "", ""
            if job.batch_id and not analysis.inside and not session.get_one(Batch, job.batch_id).whole:
                add_inside(session, analysis)
            finish(session, analysis, "done")

    def _judge_row(self, job: Job) -> None:
        """Judge the row of a batch together where this was its last analysis; who reads the row does it otherwise."""
        if job.batch_id is not None and job.line is not None:
            try:
                merge_rows(self.store, job.batch_id, job.line)
            except _DATABASE_ERRORS as error:
                _LOG.warning("batch %s: line %s is judged when it is read: %s", job.batch_id, job.line, error)

    def _fail(self, job: Job, error: dict[str, Any]) -> None:
        if error["code"] == "server.disk-full":
            self._retry(job, error["code"], "The server has no room left to fetch the repository.")
        else:
            self._finish(job, error["code"], error["what"], error["hint"])

    def _retry(self, job: Job, code: str, what: str) -> None:
        """Begin again later, or, after the last attempt, say why not."""
        if job.attempt >= self.settings.attempts:
            times = f" It was tried {job.attempt} times." if job.attempt > 1 else ""
            self._finish(job, code, what + times, "Try again later, or analyze it on your own machine.")
            return

        def again() -> None:
            with self.store.writing() as session:
                later = now() + timedelta(seconds=_BACK_OFF_SECONDS * job.attempt)
                requeue(session, self._ours(session, job), later, what)

        self._patiently(again)

    def _finish(self, job: Job, code: str, what: str, hint: str) -> None:
        def failed() -> None:
            with self.store.writing() as session:
                lock_batch(session, job.batch_id)
                finish(session, self._ours(session, job), "failed", code=code, what=what, hint=hint)

        self._patiently(failed)
        self._judge_row(job)

    def _give_back(self, job: Job) -> None:
        """Put the job back as if it had not been begun."""
        with contextlib.suppress(_Lost), self.store.writing() as session:
            analysis = self._ours(session, job)
            analysis.attempts -= 1
            requeue(session, analysis, now(), "the worker was stopped")

    def _ours(self, session: Session, job: Job) -> Analysis:
        """The row of the job, locked.

        Raises:
            _Lost: it is not ours any more.
        """
        analysis = session.scalar(
            select(Analysis)
            .where(Analysis.id == job.id, Analysis.lease == job.lease, Analysis.status.in_(RUNNING))
            .with_for_update()
        )
        if analysis is None:
            raise _Lost
        return analysis

    def _patiently(self, act: Callable[[], Any]) -> Any:
        """Do it, and where the database is away try again: a result that took minutes is worth waiting for."""
        until = time.monotonic() + _RETRY_SECONDS
        while True:
            try:
                return act()
            except _DATABASE_ERRORS as error:
                if time.monotonic() > until or self.stopping():
                    raise
                _LOG.warning("the database cannot be reached, trying again: %s", error)
                time.sleep(0.5)


@dataclass
class _Told:
    """What the process said last, and whether it is time to pass it on."""

    beat_every: float
    stage: str = ""
    detail: str = ""
    news: bool = False
    changed: bool = False
    last: float = field(default_factory=time.monotonic)

    def hear(self, message: dict[str, Any] | None) -> None:
        if message is None:
            return
        self.changed = self.changed or message["stage"] != self.stage
        self.news = self.news or self.changed or message["detail"] != self.detail
        self.stage, self.detail = message["stage"], message["detail"]

    def due(self) -> bool:
        waited = time.monotonic() - self.last
        return self.changed or waited > self.beat_every or (self.news and waited > _TELL_EVERY)

    def done(self) -> None:
        self.last, self.news, self.changed = time.monotonic(), False, False

    def failed(self) -> None:
        self.last, self.changed = time.monotonic(), False
