"""Celery: workers on any number of machines.

A message only says that there is work; which job that is, the worker asks the database, as the local pool does. So the
same fairness, leases and attempts hold, a broker that forgets its messages loses nothing, and a message that is
delivered twice does nothing twice. ``Ringer`` sends a message for each job that is accepted, and again from time to
time as long as something waits.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Any

from celery import Celery
from celery.signals import (
    task_received,
    worker_init,
    worker_process_init,
    worker_process_shutdown,
    worker_ready,
    worker_shutdown,
)
from celery.worker import state
from sqlalchemy import func, select

from api.jobs.claim import capacity, claim
from api.jobs.ears import Ears
from api.jobs.folders import WorkerFolder, sweep
from api.jobs.runner import Runner
from api.jobs.upkeep import Upkeep, beat, leave, release
from api.settings import Settings
from api.store import Store, open_store
from api.store.columns import now
from api.store.models import Analysis

__all__ = ["Broken", "CeleryWaker", "make_celery", "run_worker"]

_LOG = logging.getLogger("folioscope.jobs")
_TASK = "folioscope.work"
_QUEUE = "folioscope"
_RING_EVERY = 2.0
_MARGIN_SECONDS = 60


def make_celery(settings: Settings) -> Celery:
    """The Celery app with its one task."""
    app = Celery("folioscope", broker=settings.broker_url.get_secret_value(), set_as_current=False)
    limit = settings.job_seconds + _MARGIN_SECONDS
    app.conf.update(
        task_default_queue=_QUEUE,
        task_ignore_result=True,
        # A message is taken from the queue when its job has ended, and goes back when its process died.
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        task_time_limit=limit,
        task_soft_time_limit=limit - _MARGIN_SECONDS / 2,
        worker_prefetch_multiplier=1,
        worker_hijack_root_logger=False,
        worker_proc_alive_timeout=60,
        worker_cancel_long_running_tasks_on_connection_loss=False,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        broker_transport_options={
            "visibility_timeout": limit + _MARGIN_SECONDS,
            "socket_timeout": 5,
            "socket_connect_timeout": 5,
            "socket_keepalive": True,
            "polling_interval": min(settings.poll_seconds, 1.0),
        },
    )

    @app.task(name=_TASK)  # type: ignore[untyped-decorator]
    def work() -> bool:
        return _Slot.of_this_process(settings).step()

    return app


class _Slot:
    """What a process of a Celery worker works with: made after the fork, for connections do not survive one."""

    _only: _Slot | None = None

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._store = open_store(settings.database)
        settings.clones.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._folder = WorkerFolder(settings.clones)
        self._runner = Runner(self._store, settings, self._folder)

    @classmethod
    def of_this_process(cls, settings: Settings) -> _Slot:
        if cls._only is None:
            cls._only = cls(settings)
        return cls._only

    @classmethod
    def end(cls, **_: Any) -> None:
        if cls._only is not None:
            cls._only._close()
            cls._only = None

    def step(self) -> bool:
        """Run the job whose turn it is; False where there was none."""
        self._runner.prepare()
        job = claim(self._store, self._settings, self._folder.worker)
        if job is None:
            return False
        self._runner.run(job)
        return True

    def _close(self) -> None:
        self._runner.close()
        self._folder.close()
        self._store.close()


class Ringer:
    """Sends messages that there is work, as many as can be worked on."""

    def __init__(self, store: Store, app: Celery) -> None:
        self._store, self._app = store, app
        self.unheard = 0  # messages that waited when it last looked, because there was work

    def ring(self) -> int:
        """Send a message for each job that waits, up to what all processes can take; return how many."""
        self.unheard = 0
        with self._store.reading() as session:
            waiting = session.scalar(
                select(func.count()).where(Analysis.status == "queued", Analysis.not_before <= now())
            )
            wanted = min(waiting or 0, max(capacity(session), 1))
        if not wanted:
            return 0
        with self._app.connection_for_write() as connection:
            connection.ensure_connection(max_retries=1, timeout=2)
            with connection.channel() as channel:
                # Where enough messages wait already, more would only be sent for nothing.
                # RabbitMQ refuses a declaration that differs from the workers', so it is the same one.
                self.unheard = self._app.amqp.queues[_QUEUE].bind(channel).queue_declare().message_count
                wanted -= self.unheard
                for _ in range(max(wanted, 0)):
                    self._app.send_task(_TASK, connection=connection, retry=False)
        return int(max(wanted, 0))


class CeleryWaker:
    """The executor of a server whose jobs Celery runs."""

    def __init__(self, store: Store, settings: Settings) -> None:
        self._store, self._settings = store, settings
        self._ringer = Ringer(store, make_celery(settings))
        self._bell = threading.Event()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to send messages."""
        self._thread = threading.Thread(target=self._keep_ringing, name="ringer")
        self._thread.start()

    def wake(self) -> None:
        """Say that there is something to do; the broker is told by a thread of its own."""
        self._bell.set()

    def stop(self) -> None:
        """Send no more."""
        self._stop.set()
        self._bell.set()
        if self._thread:
            self._thread.join()

    def _keep_ringing(self) -> None:
        upkeep = Upkeep(self._store, self._settings)
        while not self._stop.is_set():
            self._bell.wait(min(_RING_EVERY, self._settings.poll_seconds))
            self._bell.clear()
            try:
                upkeep.run(time.monotonic())
                self._ringer.ring()
            except Exception as error:  # noqa: BLE001 database or broker may be away; the jobs wait in the database
                _LOG.warning("workers cannot be told that there is work, trying again: %s", error)


class Broken(Exception):  # noqa: N818 it says what happened
    """Celery gave up by itself or hears no more, as it may where the broker, or broker and processes at once, are lost."""


def run_worker(settings: Settings, slots: int) -> int:
    """Run a Celery worker until it is told to end.

    Returns:
        Its exit code: 1 where it could not begin.

    Raises:
        Broken: it had begun, and ended without having been told.
    """
    app = make_celery(settings)
    store = open_store(settings.database)
    if settings.migrate:
        store.migrate()
    settings.clones.mkdir(parents=True, exist_ok=True, mode=0o700)
    folder = WorkerFolder(settings.clones)
    ringer, upkeep = Ringer(store, app), Upkeep(store, settings, folder.worker, slots)
    ears, deaf, was_ready = Ears(settings.lease_seconds), list[bool](), threading.Event()

    def tend() -> None:
        if dead := sweep(settings.clones):
            release(store, settings, dead)
        upkeep.run(time.monotonic())
        ringer.ring()
        if ears.are_deaf(ringer.unheard, time.monotonic(), busy=bool(state.reserved_requests)):
            _LOG.warning("messages wait and none has arrived for %s seconds", settings.lease_seconds)
            deaf.append(True)
            state.should_terminate = 1

    def ready(sender: Any, **_: Any) -> None:
        was_ready.set()
        beat(store, folder.worker, slots)
        sender.timer.call_repeatedly(min(_RING_EVERY, settings.poll_seconds), _quietly(tend))

    def over(**_: Any) -> None:
        _quietly(lambda: leave(store, folder.worker))()

    task_received.connect(lambda **_: ears.hear(), weak=False)
    worker_ready.connect(ready, weak=False)
    worker_shutdown.connect(over, weak=False)
    worker_process_init.connect(lambda **_: store.engine.dispose(close=False), weak=False)
    worker_process_shutdown.connect(_Slot.end, weak=False)
    words = ["worker", f"--concurrency={slots}", "--pool=prefork", f"--loglevel={settings.log_level}"]
    words += ["--without-gossip", "--without-mingle", f"--hostname={folder.worker}@%h", "--queues", _QUEUE]
    made: list[Any] = []

    def begun(sender: Any, **_: Any) -> None:
        made.append(sender)

    worker_init.connect(begun, weak=False)
    try:
        app.worker_main(words)
    finally:
        folder.close()
        store.close()
    failed = any(worker.exitcode for worker in made) and not _told_to_end()  # which worker_main tells nobody
    if deaf or (failed and was_ready.is_set()):
        raise Broken
    return int(failed)


def _told_to_end() -> bool:
    """Whether a signal ended the worker (celery.worker.state)."""
    return any(told is not None and told is not False for told in (state.should_stop, state.should_terminate))


def _quietly(act: Callable[[], Any]) -> Callable[[], None]:
    """The same, but what goes wrong is logged: database or broker may be away for a while."""

    def quiet() -> None:
        try:
            act()
        except Exception as error:  # noqa: BLE001
            _LOG.warning("the worker could not do its upkeep, trying again: %s", error)

    return quiet
