"""A worker that is connected and takes no message any more begins again by itself."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from api.jobs.celery import make_celery
from api.jobs.ears import Ears
from api.settings import Settings
from api.store import open_store
from tests.api.conftest import ended, new_key, settings_of
from tests.api.servers import Program, postgres, redis, running, wait_for
from tests.git_server import GitServer


@pytest.mark.parametrize(
    ("looks", "deaf"),
    [
        ([(1, 0, False), (1, 9, False)], False),  # not long enough
        ([(1, 0, False), (1, 10, False)], True),
        ([(1, 0, False), (0, 5, False), (1, 10, False)], False),  # somebody else took it
        ([(1, 0, False), (1, 5, True), (1, 10, False)], False),  # it was at work
        ([(1, 0, True), (1, 20, True)], False),
        ([(0, 0, False), (0, 20, False)], False),
    ],
)
def test_silence_counts_where_something_waits_and_nothing_is_done(
    looks: list[tuple[int, float, bool]], deaf: bool
) -> None:
    ears = Ears(10)
    assert [ears.are_deaf(messages, at, busy=busy) for messages, at, busy in looks][-1] is deaf


def test_a_message_ends_the_silence() -> None:
    ears = Ears(10)
    assert not ears.are_deaf(1, 0, busy=False)
    ears.hear()
    assert not ears.are_deaf(1, 12, busy=False)
    assert ears.are_deaf(1, 22, busy=False)


def test_a_worker_that_hears_no_more_begins_again(tmp_path: Path, hub: GitServer) -> None:
    """As after a lost broker, of which Celery at times comes back without its queue."""
    with postgres() as cluster, redis() as broker:
        url = cluster.database()
        settings = settings_of(
            tmp_path,
            hub,
            database_url=url,
            executor="celery",
            broker_url=broker.url,
            redis_url=broker.url,
            lease_seconds=6,
        )
        log = tmp_path / "worker.log"
        with running(Settings(**settings)) as service, closing(open_store(service.settings.database)) as opened:
            key = new_key(opened)
            worker = Program("worker", settings, log).start()
            try:
                with service.client(key) as client:

                    def asked(name: str) -> str:
                        answer = client.post("/api/v1/analyses", json={"url": hub.url(name)})
                        return str(answer.json()["links"]["self"])

                    assert ended(client, asked("octocat/r1"))["status"] == "done"
                    make_celery(service.settings).control.cancel_consumer("folioscope", reply=True, timeout=10)
                    assert ended(client, asked("octocat/r2"))["status"] == "done"
                    wait_for("what the log says", lambda: "none has arrived" in log.read_text("utf-8"))
            finally:
                worker.stop()
    assert "begins again" in log.read_text("utf-8")
