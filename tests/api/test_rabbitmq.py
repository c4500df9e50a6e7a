"""RabbitMQ as the broker: the real one, with the service and a Celery worker on it."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from api.settings import Settings
from api.store import open_store
from tests.api.conftest import ended, new_key, settings_of
from tests.api.servers import Postgres, Program, rabbitmq, running
from tests.git_server import GitServer


def test_analyses_and_batches_go_through_rabbitmq(tmp_path: Path, hub: GitServer, postgres_server: Postgres):
    with rabbitmq() as broker:
        settings = settings_of(
            tmp_path, hub, database_url=postgres_server.database(), executor="celery", broker_url=broker
        )
        worker = Program("worker", settings, tmp_path / "worker.log")
        with running(Settings(**settings)) as service, closing(open_store(service.settings.database)) as store:
            try:
                worker.start()
                with service.client(new_key(store)) as client:
                    single = client.post("/api/v1/analyses", json={"url": hub.url("octocat/delay")}).json()
                    rows = [{"url": hub.url(f"octocat/r{number}")} for number in range(3)]
                    batch = client.post("/api/v1/batches", json={"rows": rows}).json()
                    assert ended(client, single["links"]["self"])["status"] == "done"
                    assert ended(client, batch["links"]["self"])["counts"] == {"done": 3}
            finally:
                worker.stop()
        log = (tmp_path / "worker.log").read_text("utf-8", "replace")
        assert "Traceback" not in log, log
