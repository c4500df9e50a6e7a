"""What breaks while it works: nothing accepted is lost, nothing is done twice, and the user sees why."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import httpx2
import pytest
from sqlalchemy import func, select

from api.jobs.celery import make_celery
from api.settings import Settings
from api.store import Store, open_store
from api.store.models import Analysis, Event
from tests.api.conftest import ended, new_key, settings_of
from tests.api.servers import Postgres, Program, Redis, free_port, listens, postgres, redis, running, wait_for
from tests.git_server import GitServer

BATCHES = "/api/v1/batches"


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Store]:
    """The SQLite database of a server that a test starts, migrated so that keys can be made."""
    store = open_store(f"sqlite:///{tmp_path}/folioscope.sqlite3")
    store.migrate()
    yield store
    store.close()


@contextmanager
def program(command: str, settings: dict[str, Any], log: Path) -> Iterator[Program]:
    started = Program(command, settings, log).start()
    try:
        yield started
    except BaseException:
        print(f"The log of {command}:\n{log.read_text('utf-8', 'replace')}")  # pytest shows it with what failed
        raise
    finally:
        started.stop()


def client_of(port: int, key: str = "") -> httpx2.Client:
    wait_for("the server", lambda: listens(port))
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    return httpx2.Client(base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=60)


def done_once(store: Store) -> Counter[int]:
    """How often each analysis was told to be done."""
    with store.reading() as session:
        rows = session.execute(
            select(Event.analysis_id, func.count()).where(Event.kind == "done").group_by(Event.analysis_id)
        )
        return Counter(count for _, count in rows)


def test_the_server_is_killed_in_mid_batch(tmp_path: Path, hub: GitServer, opened: Store):
    settings = settings_of(tmp_path, hub, port=free_port())
    rows = [{"url": hub.url(f"octocat/r{number}")} for number in range(5)]
    with program("serve", settings, tmp_path / "log") as server:
        with client_of(int(str(settings["port"])), new_key(opened)) as client:
            link = client.post(BATCHES, json={"rows": rows}).json()["links"]["self"]
            wait_for("the first row", lambda: client.get(link).json()["finished"] >= 1)
            server.kill()
            wait_for("the port to be free", lambda: not listens(int(str(settings["port"]))))
            server.start()
            wait_for("the server", lambda: listens(int(str(settings["port"]))))
            shown = ended(client, link)
            assert shown["counts"] == {"done": 5}
            lines = client.get(shown["links"]["jsonl"]).text.splitlines()
        assert len(lines) == 5
        assert done_once(opened) == {1: 5}
        assert not list((tmp_path / "clones").glob("*/*/*"))


def test_a_process_that_reads_a_repository_is_killed(tmp_path: Path, hub: GitServer):
    hub.publish(hub.root / "octocat" / "delay.git", "octocat/killer")
    hub.faults["octocat/killer"] = "slow"
    with running(Settings(**settings_of(tmp_path, hub, attempts=2))) as service, service.client() as client:
        bad = client.post("/api/v1/analyses", json={"url": hub.url("octocat/killer")}).json()["links"]["self"]
        other = client.post("/api/v1/analyses", json={"url": hub.url("octocat/r0")}).json()["links"]["self"]
        for attempt in (1, 2):
            # Those that were seen: asked a second time, the clone may be over.
            for number in wait_for("its clone", partial(begun, client, bad, service.settings, attempt)):
                os.kill(number, signal.SIGKILL)
        shown = ended(client, bad)
        assert (shown["status"], shown["attempts"]) == ("failed", 2)
        assert shown["cause"]["code"] == "job.worker-lost"
        assert "SIGKILL" in shown["cause"]["what"]
        assert ended(client, other)["status"] == "done"
        again = client.post("/api/v1/analyses", json={"url": hub.url("octocat/r1")}).json()["links"]["self"]
        assert ended(client, again)["status"] == "done"


def begun(client: httpx2.Client, link: str, settings: Settings, attempt: int) -> list[int]:
    """The processes of this attempt, once they are at it."""
    return reading(link, settings) if client.get(link).json()["attempts"] == attempt else []


def reading(link: str, settings: Settings) -> list[int]:
    """The processes that run ``api.jobs.child`` for an analysis: those whose git writes to its folder."""
    name = link.rpartition("/")[2]
    if not list(settings.clones.glob(f"*/{name}-*/*")):
        return []
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "cmdline").read_bytes().split(b"\0")
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
        except (OSError, ValueError):
            continue
        if any(name.encode() in word for word in words) and is_child(parent):
            found.append(parent)
    return sorted(set(found))


def is_child(number: int) -> bool:
    try:
        return b"api.jobs.child" in Path(f"/proc/{number}/cmdline").read_bytes()
    except OSError:
        return False


def test_a_repository_hangs(tmp_path: Path, hub: GitServer):
    hub.publish(hub.root / "octocat" / "delay.git", "octocat/hangs")
    hub.faults["octocat/hangs"] = "hang"
    with running(Settings(**settings_of(tmp_path, hub, job_seconds=3))) as service, service.client() as client:
        bad = client.post("/api/v1/analyses", json={"url": hub.url("octocat/hangs")}).json()["links"]["self"]
        shown = ended(client, bad)
        assert (shown["status"], shown["cause"]["code"]) == ("failed", "job.time-limit")
        assert "longer than 3 seconds" in shown["cause"]["what"]
        assert not list(service.settings.clones.glob("*/*/*"))


def test_the_disk_of_the_clones_is_full(tmp_path: Path, hub: GitServer, monkeypatch: pytest.MonkeyPatch):
    clones = tmp_path / "clones"
    clones.mkdir()
    with full_disk(clones, monkeypatch) as fill:
        settings = Settings(**settings_of(tmp_path, hub, clone_folder=clones, attempts=2))
        with running(settings) as service, service.client() as client:
            fill()
            link = client.post("/api/v1/analyses", json={"url": hub.url("octocat/delay")}).json()["links"]["self"]
            shown = ended(client, link)
    assert (shown["status"], shown["attempts"]) == ("failed", 2)
    assert shown["cause"]["code"] == "server.disk-full"
    assert "no room" in shown["cause"]["what"]


@contextmanager
def full_disk(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], None]]:
    """A folder on a disk of its own, and how to fill it. Where nothing may be mounted, git says what it says then."""
    elevated = [] if os.getuid() == 0 else ["sudo", "-n"]
    mount = [*elevated, "mount", "-t", "tmpfs", "-o", "size=256k,mode=0777", "tmpfs", str(folder)]
    try:
        subprocess.run(mount, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        full_git(folder.parent / "bin", monkeypatch)
        yield lambda: None
        return

    def fill() -> None:
        with contextlib.suppress(OSError), (folder / "filler").open("wb", buffering=0) as file:
            while True:
                file.write(b"x" * 4096)

    try:
        yield fill
    finally:
        subprocess.run([*elevated, "umount", "-l", str(folder)], check=True)


def full_git(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put a git before the real one that cannot write what it fetches."""
    folder.mkdir()
    script = folder / "git"
    script.write_text(
        '#!/bin/sh\nfor word; do [ "$word" = fetch ] && echo "fatal: write error: No space left on device" >&2 && exit 128; '
        f'done\nexec {shutil.which("git")} "$@"\n'
    )
    script.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")


# -- PostgreSQL, Redis and Celery --------------------------------------------------------------------------------


@pytest.fixture
def cluster() -> Iterator[Postgres]:
    with postgres() as server:
        yield server


@pytest.fixture
def broker() -> Iterator[Redis]:
    with redis() as server:
        yield server


def on_celery(settings: dict[str, Any], cluster: Postgres, broker: Redis) -> dict[str, Any]:
    """The settings, for a database of its own, workers of Celery and a lease that ends soon."""
    return {
        **settings,
        "database_url": cluster.database(),
        "executor": "celery",
        "broker_url": broker.url,
        "redis_url": broker.url,
        "lease_seconds": 6,
    }


def test_workers_redis_and_the_database_are_lost_one_after_the_other(
    tmp_path: Path, hub: GitServer, cluster: Postgres, broker: Redis
):
    """One batch that outlives them all."""
    settings = on_celery(settings_of(tmp_path, hub, attempts=10), cluster, broker)
    rows = [{"url": hub.url(f"octocat/r{number}")} for number in range(8)]
    with (
        running(Settings(**settings)) as service,
        program("worker", settings, tmp_path / "worker.log") as worker,
        closing(open_store(service.settings.database)) as opened,
    ):
        key = new_key(opened)
        with service.client(key) as client:
            link = client.post(BATCHES, json={"rows": rows}).json()["links"]["self"]

            def finished() -> int:
                return int(client.get(link).json()["finished"])

            wait_for("the first rows", lambda: finished() >= 1)
            for number in slots_of(worker):  # Celery's own processes
                os.kill(number, signal.SIGKILL)
            broker.kill()
            # What is sent meanwhile is accepted: the database is the truth.
            accepted = client.post("/api/v1/analyses", json={"url": hub.url("octocat/r9")})
            assert accepted.status_code == 202
            broker.start()
            before = finished()
            wait_for("a row after the restart of Redis", lambda: finished() > min(before, 6))
            worker.kill()  # the whole worker, by signal 9
            worker.start()
            cluster.stop()
            away = client.get(link)
            assert (away.status_code, away.json()["code"]) == (503, "service.unavailable")
            assert away.headers["retry-after"]
            assert client.get("/readyz").status_code == 503
            cluster.start()
            shown = ended(client, link)
            assert shown["counts"] == {"done": 8}
            assert ended(client, accepted.json()["links"]["self"])["status"] == "done"
        assert done_once(opened) == {1: 9}


def slots_of(worker: Program) -> list[int]:
    """The processes that Celery forked."""
    assert worker.process
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
        except (OSError, ValueError, IndexError):
            continue
        if parent == worker.process.pid:
            found.append(int(folder.name))
    assert found
    return found


def test_a_repository_that_kills_its_celery_process_fails_alone(
    tmp_path: Path, hub: GitServer, cluster: Postgres, broker: Redis
):
    hub.publish(hub.root / "octocat" / "delay.git", "octocat/poison")
    hub.faults["octocat/poison"] = "slow"
    settings = on_celery(settings_of(tmp_path, hub, attempts=2), cluster, broker)
    with (
        running(Settings(**settings)) as service,
        program("worker", settings, tmp_path / "worker.log") as worker,
        closing(open_store(service.settings.database)) as opened,
    ):
        with service.client() as client:
            bad = client.post("/api/v1/analyses", json={"url": hub.url("octocat/poison")}).json()["links"]["self"]
            for attempt in (1, 2):
                wait_for("it to be read", partial(begun, client, bad, service.settings, attempt))
                for number in slots_of(worker):
                    os.kill(number, signal.SIGKILL)
            shown = ended(client, bad)
            assert (shown["status"], shown["cause"]["code"]) == ("failed", "job.worker-lost")
            good = client.post("/api/v1/analyses", json={"url": hub.url("octocat/r2")}).json()["links"]["self"]
            assert ended(client, good)["status"] == "done"
        with opened.reading() as session:
            assert session.scalar(select(func.count()).where(Analysis.status == "done")) == 1


def test_a_worker_that_hears_no_more_begins_again(tmp_path: Path, hub: GitServer, cluster: Postgres, broker: Redis):
    """As after a lost broker, of which Celery at times comes back without its queue."""
    settings = on_celery(settings_of(tmp_path, hub), cluster, broker)
    log = tmp_path / "worker.log"
    with (
        running(Settings(**settings)) as service,
        program("worker", settings, log),
        closing(open_store(service.settings.database)) as opened,
        service.client(new_key(opened)) as client,
    ):

        def asked(name: str) -> str:
            answer = client.post("/api/v1/analyses", json={"url": hub.url(name)})
            return str(answer.json()["links"]["self"])

        assert ended(client, asked("octocat/r1"))["status"] == "done"
        make_celery(service.settings).control.cancel_consumer("folioscope", reply=True, timeout=10)
        assert ended(client, asked("octocat/r2"))["status"] == "done"
        wait_for("what the log says", lambda: "none has arrived" in log.read_text("utf-8"))
    assert "begins again" in log.read_text("utf-8")
