"""Who runs next, and what happens to jobs whose worker is lost: asked of the database alone, on both kinds."""

from __future__ import annotations

import fcntl
import os
import threading
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from api.jobs.claim import Job, claim
from api.jobs.folders import WorkerFolder, sweep
from api.jobs.process import Process
from api.jobs.runner import Runner
from api.jobs.upkeep import beat, release
from api.settings import Settings
from api.store import Store
from api.store.analyses import Asked, new_analysis, next_seq, parse_asked, position
from api.store.batches import new_batch
from api.store.columns import now
from api.store.models import Account, Analysis, Event
from api.store.states import finish

SETTINGS = Settings(secret_key="x" * 32, lease_seconds=5)


def asked(name: str = "o/r") -> Asked:
    return parse_asked(SETTINGS, name)


def add(store: Store, lane: str, share: str, count: int = 1) -> list[str]:
    with store.writing() as session:
        return [new_analysis(session, asked(), seq=next_seq(session), lane=lane, share=share).id for _ in range(count)]


def add_batch(store: Store, count: int, account: str = "a") -> str:
    with store.writing() as session:
        if session.get(Account, account) is None:
            session.add(Account(id=account, name=account, role="recruiter"))
            session.flush()
        return new_batch(session, account, "", "mlops", [asked() for _ in range(count)], []).id


def lane_of(store: Store, job: Job | None) -> str:
    assert job
    with store.reading() as session:
        return session.get_one(Analysis, job.id).lane


def share_of(store: Store, job: Job | None) -> str:
    assert job
    with store.reading() as session:
        return session.get_one(Analysis, job.id).share


def end(store: Store, job: Job | None) -> None:
    assert job
    with store.writing() as session:
        finish(session, session.get_one(Analysis, job.id), "failed", code="job.error")


def test_first_come_is_first_served(store: Store):
    names = add(store, "anonymous", "x", 3)
    claimed = [claim(store, SETTINGS, "w") for _ in range(3)]
    assert [job.id for job in claimed if job] == names
    assert claim(store, SETTINGS, "w") is None


def test_a_batch_of_ten_thousand_leaves_a_process_free(store: Store):
    beat(store, "w", 3)
    add_batch(store, 10_000)
    assert [lane_of(store, claim(store, SETTINGS, "w")) for _ in range(2)] == ["batch", "batch"]
    assert claim(store, SETTINGS, "w") is None
    add(store, "anonymous", "x")
    assert lane_of(store, claim(store, SETTINGS, "w")) == "anonymous"


def test_with_one_process_a_batch_still_runs(store: Store):
    beat(store, "w", 1)
    add_batch(store, 2)
    assert lane_of(store, claim(store, SETTINGS, "w")) == "batch"
    assert claim(store, SETTINGS, "w") is None


def test_lanes_share_by_their_weights(store: Store):
    beat(store, "w", 11)
    add_batch(store, 50)
    add(store, "anonymous", "x", 50)
    add(store, "keyed", "y", 50)
    lanes = Counter(lane_of(store, claim(store, SETTINGS, "w")) for _ in range(10))
    assert lanes == {"anonymous": 4, "keyed": 4, "batch": 2}


def test_shares_of_a_lane_take_turns(store: Store):
    beat(store, "w", 2)
    first, second = add_batch(store, 20), add_batch(store, 20, "b")
    served = []
    for _ in range(6):
        job = claim(store, SETTINGS, "w")
        served.append(share_of(store, job))
        end(store, job)
    assert Counter(served) == {f"batch:{first}": 3, f"batch:{second}": 3}
    assert served[0] != served[1]


def test_one_address_does_not_hold_up_another(store: Store):
    add(store, "anonymous", "greedy", 20)
    modest = add(store, "anonymous", "modest")
    claim(store, SETTINGS, "w")
    job = claim(store, SETTINGS, "w")
    assert job
    assert [job.id] == modest


def test_the_position_in_the_queue_is_told(store: Store):
    names = add(store, "anonymous", "x", 3)
    with store.reading() as session:
        assert [position(session, session.get_one(Analysis, name)) for name in names] == [1, 2, 3]
    claim(store, SETTINGS, "w")
    with store.reading() as session:
        assert [position(session, session.get_one(Analysis, name)) for name in names] == [None, 1, 2]


def test_no_job_is_given_twice(store: Store):
    names = add(store, "anonymous", "x", 30)
    taken: list[str] = []

    def take() -> None:
        while job := claim(store, SETTINGS, threading.current_thread().name):
            taken.append(job.id)

    threads = [threading.Thread(target=take) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(taken) == sorted(names)


def test_a_lost_job_is_begun_again_and_fails_after_its_attempts(store: Store):
    (name,) = add(store, "anonymous", "x")
    for attempt in (1, 2, 3):
        job = claim(store, SETTINGS, "w")
        assert job
        assert job.attempt == attempt
        assert release(store, SETTINGS) == 0  # its lease holds
        with store.writing() as session:
            session.execute(update(Analysis).values(lease_until=now() - timedelta(seconds=1)))
        assert release(store, SETTINGS) == 1
    with store.reading() as session:
        analysis = session.get_one(Analysis, name)
        kinds = list(session.scalars(select(Event.kind).order_by(Event.id)))
    assert (analysis.status, analysis.cause_code) == ("failed", "job.worker-lost")
    assert "3 times" in analysis.cause
    assert kinds == ["queued", "acquiring", "queued", "acquiring", "queued", "acquiring", "failed"]
    assert claim(store, SETTINGS, "w") is None


def test_jobs_of_a_worker_that_is_known_to_be_dead_are_put_back_at_once(store: Store):
    add(store, "anonymous", "x", 2)
    claim(store, SETTINGS, "dead-1")
    claim(store, SETTINGS, "alive")
    assert release(store, SETTINGS, ["dead-1"]) == 1
    again = claim(store, SETTINGS, "alive")
    assert again
    assert again.attempt == 2


class Scripted(Process):
    """A process that says what a test wants it to say."""

    def __init__(self, *messages: Any) -> None:
        super().__init__(128)
        self.messages = list(messages)
        self.closed = False

    def prepare(self) -> None:
        pass

    def begin(self, job: dict[str, Any]) -> None:
        pass

    def answer(self, message: dict[str, Any]) -> None:
        pass

    def message(self, seconds: float) -> dict[str, Any] | None:
        act = self.messages.pop(0)
        message: dict[str, Any] | None = act() if callable(act) else act
        return message

    def close(self) -> None:
        self.closed = True


@pytest.fixture
def folder(tmp_path: Path):
    made = WorkerFolder(tmp_path / "clones")
    yield made
    made.close()


DONE = {
    "kind": "done",
    "key": "k",
    "reused": False,
    "commit": "c",
    "ref": "main",
    "subdir": "",
    "score": 1.0,
    "grade": "g",
}
REPORT = {"target": {"owner": "O"}, "score": 1.0, "criteria": [], "sections": [], "technologies": [], "next_steps": []}
PUT = {"kind": "put", "key": "k", "document": REPORT}


def run(store: Store, folder: WorkerFolder, *messages: Any, settings: Settings = SETTINGS) -> Scripted:
    job = claim(store, settings, folder.worker)
    assert job
    runner = Runner(store, settings, folder)
    runner.process = process = Scripted(*messages)
    runner.run(job)
    return process


def only(store: Store) -> Analysis:
    with store.reading() as session:
        return session.scalars(select(Analysis)).one()


def test_a_worker_that_lost_its_lease_cannot_write(store: Store, folder: WorkerFolder):
    """Two workers end the same job: the result is kept once, of the one that has the lease."""
    (name,) = add(store, "anonymous", "x")

    def taken_over() -> dict[str, Any]:
        assert release(store, SETTINGS, [folder.worker]) == 1
        assert claim(store, SETTINGS, "other")
        return PUT

    run(store, folder, taken_over, DONE)
    analysis = only(store)
    assert (analysis.status, analysis.report_key) == ("acquiring", None)
    assert str(analysis.lease).startswith("other/2/")
    assert analysis.id == name


def test_a_result_is_kept_with_its_report(store: Store, folder: WorkerFolder):
    add(store, "anonymous", "x")
    run(store, folder, {"kind": "stage", "stage": "analyze", "detail": "7 files"}, PUT, DONE)
    analysis = only(store)
    assert (analysis.status, analysis.score, analysis.report_key, analysis.attempts) == ("done", 1.0, "k", 1)


def test_a_job_that_takes_too_long_is_ended_and_fails_alone(store: Store, folder: WorkerFolder):
    add(store, "anonymous", "x")
    process = run(store, folder, None, settings=SETTINGS.model_copy(update={"job_seconds": 0.0}))
    analysis = only(store)
    assert process.closed
    assert (analysis.status, analysis.cause_code) == ("failed", "job.time-limit")


def test_a_full_disk_is_tried_again_later(store: Store, folder: WorkerFolder):
    add(store, "anonymous", "x")
    full = {"kind": "error", "code": "server.disk-full", "what": "", "hint": ""}
    for attempt in (1, 2, 3):
        run(store, folder, full)
        analysis = only(store)
        if attempt < 3:
            assert (analysis.status, analysis.attempts) == ("queued", attempt)
            assert claim(store, SETTINGS, "w") is None  # not at once
            with store.writing() as session:
                session.execute(update(Analysis).values(not_before=now()))
    assert (analysis.status, analysis.cause_code) == ("failed", "server.disk-full")
    assert "3 times" in analysis.cause


def test_folders_of_dead_workers_are_swept_and_of_live_ones_kept(tmp_path: Path, folder: WorkerFolder):
    dead = WorkerFolder(folder.path.parent)
    os.close(dead._lock)
    (dead.path / "job").mkdir()
    assert sweep(folder.path.parent) == [dead.worker]
    assert not dead.path.exists()
    assert folder.path.exists()


def test_a_folder_whose_lock_is_being_taken_is_not_swept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    swept: list[list[str]] = []
    take = fcntl.flock

    def looked_at_meanwhile(number: int, how: int) -> None:
        if not swept:
            swept.append([])
            swept[0] = sweep(tmp_path)
        take(number, how)

    monkeypatch.setattr(fcntl, "flock", looked_at_meanwhile)
    made = WorkerFolder(tmp_path)
    assert swept == [[]]
    with made.job("a") as folder:
        assert folder.is_dir()
    made.close()


def test_a_folder_whose_maker_died_before_it_had_a_lock_is_swept(tmp_path: Path):
    left = tmp_path / "host-1-a"
    left.mkdir()
    lock = left / "lock.new"
    lock.touch()
    assert sweep(tmp_path) == []
    os.utime(lock, (0, 0))
    assert sweep(tmp_path) == ["host-1-a"]
    assert not left.exists()
