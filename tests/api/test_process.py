"""The process that reads repositories: what it is told, what it tells, and how it ends."""

from __future__ import annotations

import os
import signal
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from analyzer import Limits
from api.jobs.child import _hint
from api.jobs.process import Died, Process
from tests.api.servers import wait_for
from tests.git_server import GitServer


@pytest.fixture
def process():
    begun = Process(1024)
    yield begun
    begun.close()


def job(hub: GitServer, folder: Path, name: str = "octocat/r8", **more: Any) -> dict[str, Any]:
    return {
        "input": hub.url(name),
        "ref": "",
        "subdir": "",
        "rubric": "mlops",
        "folder": str(folder),
        "limits": asdict(Limits(clone_seconds=60)),
        "hosts": [structs.asdict(hub.host)],
        **more,
    }


def last(process: Process) -> dict[str, Any]:
    """The message that ends a job; the store is asked and knows nothing."""
    while True:
        message = process.message(120)
        assert message
        if message["kind"] == "ask":
            process.answer({"document": None})
        elif message["kind"] in ("done", "error"):
            return message


def test_it_serves_one_job_after_the_other(hub: GitServer, process: Process, tmp_path: Path):
    process.begin(job(hub, tmp_path))
    first = last(process)
    assert (first["kind"], first["ref"], first["reused"]) == ("done", "main", False)
    process.begin(job(hub, tmp_path, "octocat/nothing"))
    assert last(process)["code"] == "target.unreadable"
    process.begin(job(hub, tmp_path, input="/etc"))
    assert last(process)["code"] == "target.invalid"
    assert list(tmp_path.iterdir()) == []


def test_too_large_a_repository_is_a_limit(hub: GitServer, process: Process, tmp_path: Path):
    process.begin(job(hub, tmp_path, limits=asdict(Limits(files=1))))
    assert last(process)["code"] == "target.limit"


def test_how_it_died_is_told_and_the_next_one_begins(hub: GitServer, process: Process, tmp_path: Path):
    process.begin(job(hub, tmp_path))
    assert process._process
    os.kill(process._process.pid, signal.SIGKILL)
    with pytest.raises(Died, match="SIGKILL"):
        last(process)
    process.close()
    process.begin(job(hub, tmp_path))
    assert last(process)["kind"] == "done"


def test_it_has_no_secret_and_ends_with_its_parent(process: Process, hub: GitServer, tmp_path: Path, monkeypatch):
    monkeypatch.setenv("FOLIOSCOPE_SECRET_KEY", "x" * 40)
    process.begin(job(hub, tmp_path))
    assert process._process
    number = process._process.pid
    assert "FOLIOSCOPE_" not in Path(f"/proc/{number}/environ").read_text()
    last(process)
    process.close()
    wait_for("it to end", lambda: not Path(f"/proc/{number}").exists())


def test_ways_out_are_those_of_a_page():
    assert _hint("Name a branch or a commit with --ref.") == "Name a branch or a commit."
    assert _hint("Check the name.") == "Check the name."
    assert "--" not in _hint("Check the network, or analyze a local clone with --offline.")


def test_it_stands_behind_the_server_when_processors_are_few(process: Process):
    process.prepare()
    assert process._process
    assert os.getpriority(os.PRIO_PROCESS, process._process.pid) == os.getpriority(os.PRIO_PROCESS, 0) + 10
