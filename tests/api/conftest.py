"""The service on both of its stacks: SQLite with the local pool, and PostgreSQL with Redis and Celery."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest

from api.accounts.keys import make_key, new_account
from api.settings import Settings
from api.store import Store, open_store
from tests.api.servers import PATIENCE, Postgres, Program, Redis, Running, postgres, redis, running, wait_for
from tests.conftest import commit_all, git, write_files
from tests.git_server import GitServer, serve

SECRET = "a-secret-of-tests-that-is-long-enough"
FILES = {
    "README.md": "# Delay\n\nPredicts the delay of trains.\n",
    "src/train.py": "from sklearn.svm import SVC\n\nSVC().fit([[1]], [1])\n",
    "Dockerfile": 'FROM python:3.12-slim\nCOPY src /src\nCMD ["python", "/src/train.py"]\n',
    "project/train.py": "import mlflow\n\nmlflow.log_metric('rmse', 1.0)\n",
}


@pytest.fixture(scope="package")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GitServer]:
    """A git server with the repositories ``octocat/delay`` and ``octocat/r0`` to ``r9``."""
    root = tmp_path_factory.mktemp("hub")
    with serve(root) as server:
        work = tmp_path_factory.mktemp("work")
        git(work, "init", "-q", "-b", "main")
        write_files(work, FILES)
        commit_all(work)
        server.publish(work, "octocat/delay")
        for number in range(10):
            write_files(work, {"NUMBER": str(number)})
            commit_all(work, f"number {number}")
            server.publish(work, f"octocat/r{number}")
        yield server


@pytest.fixture(scope="package")
def postgres_server() -> Iterator[Postgres]:
    with postgres() as server:
        yield server


@pytest.fixture(scope="package")
def redis_server() -> Iterator[Redis]:
    with redis() as server:
        yield server


def settings_of(folder: Path, hub: GitServer, **more: Any) -> dict[str, Any]:
    """Settings of a service for tests: impatient, and without limits of rate."""
    many = "100000/minute"
    return {
        "data_folder": folder,
        "hosts": hub.base,
        "secret_key": SECRET,
        "poll_seconds": 0.1,
        "lease_seconds": 20,
        "fresh_seconds": 0,
        "log_level": "warning",
        "rate_anonymous": many,
        "rate_keyed": many,
        "rate_batches": many,
        "rate_sign_in": many,
        "rate_requests": many,
        **more,
    }


@dataclass
class Stack:
    """A running service with what a test needs to look behind it."""

    name: str
    service: Running
    store: Store
    hub: GitServer

    def account(self, role: str = "recruiter", scopes: str = "read write") -> httpx2.Client:
        """A client with the key of a new account."""
        return self.service.client(new_key(self.store, role, scopes))

    def anyone(self) -> httpx2.Client:
        """A client without a key."""
        return self.service.client()


def new_key(store: Store, role: str = "recruiter", scopes: str = "read write", days: float = 1) -> str:
    """A key of a new account."""
    import secrets

    with store.writing() as session:
        account = new_account(session, f"{role}-{secrets.token_hex(4)}", role)
        return make_key(session, account, "test", scopes, days)[1]


def ended(client: httpx2.Client, link: str) -> dict[str, Any]:
    """The analysis or batch at a link when it has ended."""

    def ask() -> dict[str, Any] | None:
        shown = client.get(link).json()
        if "counts" in shown:
            return shown if shown["finished_at"] else None
        return shown if shown["status"] in ("done", "failed", "cancelled") else None

    return wait_for(f"{link} to end", ask)


@pytest.fixture(scope="package", params=["local", "celery"])
def stack(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, hub: GitServer) -> Iterator[Stack]:
    """The service; every test with this fixture runs on both stacks."""
    folder = tmp_path_factory.mktemp(request.param)
    if request.param == "local":
        settings = settings_of(folder, hub)
        with running(Settings(**settings)) as service:
            store = open_store(service.settings.database)
            yield Stack("local", service, store, hub)
            store.close()
        return
    cluster: Postgres = request.getfixturevalue("postgres_server")
    broker: Redis = request.getfixturevalue("redis_server")
    settings = settings_of(
        folder, hub, database_url=cluster.database(), executor="celery", broker_url=broker.url, redis_url=broker.url
    )
    with running(Settings(**settings)) as service:
        worker = Program("worker", settings, folder / "worker.log").start()
        store = open_store(service.settings.database)
        try:
            yield Stack("celery", service, store, hub)
        finally:
            worker.stop()
            store.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """An empty, migrated database of each kind."""
    if request.param == "sqlite":
        opened = open_store(f"sqlite:///{tmp_path}/test.sqlite3")
    else:
        cluster: Postgres = request.getfixturevalue("postgres_server")
        opened = open_store(cluster.database().replace("postgresql://", "postgresql+psycopg://"))
    opened.migrate()
    yield opened
    opened.close()


__all__ = ["FILES", "PATIENCE", "SECRET", "Stack", "ended", "new_key", "settings_of"]
