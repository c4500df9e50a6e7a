"""The runbook's backups are restored, by its own commands, to what they were made of."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import func, select, text

from api.settings import Settings
from api.store import Store, open_store
from api.store.analyses import new_analysis, next_seq, parse_asked
from api.store.models import Analysis
from tests.api.servers import free_port, postgres
from tests.deploy.conftest import ROOT
from tests.deploy.engine.terminal import Machine, well

RUNBOOK = (ROOT / "docs" / "runbook.md").read_text("utf-8")
BLOCKS = re.findall(r"```sh\n(.*?)```", RUNBOOK, re.DOTALL)


def commands(word: str) -> str:
    """The one block of commands that this word is in."""
    found = [block for block in BLOCKS if word in block]
    assert len(found) == 1, word
    return str(found[0])


def bash(script: str, folder: Path, **env: str) -> None:
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=folder,
        env=os.environ | env,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def ask(store: Store, name: str) -> None:
    with store.writing() as session:
        asked = parse_asked(Settings(secret_key="x" * 32), name)
        new_analysis(session, asked, seq=next_seq(session), lane="anonymous", share="x")


def held(store: Store) -> int:
    with store.reading() as session:
        return session.scalar(select(func.count()).select_from(Analysis)) or 0


def test_what_postgresql_held_comes_back_also_after_an_upgrade(
    machine: Machine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """What would run in the container of PostgreSQL runs here, beside a server of ours; Compose hands on what is piped."""
    newest = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    if newest:
        monkeypatch.setenv("PATH", f"{newest[-1]}:{os.environ['PATH']}")
    with postgres() as server:
        where = f"127.0.0.1:{server.port}"
        with psycopg.connect(f"postgresql://tester@{where}/postgres", autocommit=True) as connection:
            connection.execute("CREATE ROLE folioscope LOGIN SUPERUSER")
            connection.execute("CREATE DATABASE folioscope")
        machine.engine.variables |= {"PGHOST": "127.0.0.1", "PGPORT": str(server.port)}
        store = open_store(f"postgresql+psycopg://folioscope@{where}/folioscope")
        store.migrate()
        ask(store, "octocat/kept")
        machine.run(commands("pg_dump"))
        ask(store, "octocat/later")
        with store.engine.begin() as connection:  # as the next version might
            connection.execute(text("CREATE TABLE next_ones (id varchar(32) REFERENCES analyses (id))"))
            connection.execute(text("UPDATE alembic_version SET version_num = 'later'"))
        store.close()
        since = len(machine.engine.happened)
        machine.run(commands("pg_restore"))
        assert held(store) == 1
        store.migrate()
        assert not store.outdated()
        with store.reading() as session:
            assert session.scalar(text("SELECT to_regclass('next_ones')")) is None
        store.close()
    happened = machine.engine.happened[since:]
    stopped = [(what, name) for what, name in happened if "stopped" in what]
    assert sorted(name for _, name in stopped) == ["web", "worker", "worker"]
    assert {name for _, name in happened} == {"migrate", "web", "worker"}, "the stores run on"
    assert happened.index(("started", "migrate")) > max(happened.index(each) for each in stopped)
    assert well(machine.engine)


def test_a_backup_that_fails_fails(machine: Machine):
    """Also through Compose: PostgreSQL's error is shown, and the command does not end well."""
    machine.engine.variables |= {"PGHOST": "127.0.0.1", "PGPORT": str(free_port())}
    done = machine.attempt(commands("pg_dump"))
    assert done.returncode == 1
    assert "pg_dump: error: connection" in done.stderr


def test_what_sqlite_held_comes_back(tmp_path: Path):
    data = tmp_path / "data"
    store = open_store(f"sqlite:///{data}/folioscope.sqlite3")
    store.migrate()
    ask(store, "octocat/kept")
    bash(commands('sqlite3 "'), tmp_path, FOLIOSCOPE_DATA_FOLDER=str(data))
    ask(store, "octocat/later")
    store.close()
    bash(commands("install -m 600"), tmp_path, FOLIOSCOPE_DATA_FOLDER=str(data))
    assert held(store) == 1
    store.close()
    assert (data / "folioscope.sqlite3").stat().st_mode & 0o077 == 0
