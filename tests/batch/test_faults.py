"""A real git server with faults, and processes that are killed: every row ends with a result or its true cause."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from analyzer.analysis import Options
from analyzer.batch.pool import _allowed, run_rows
from analyzer.batch.rows import Row
from analyzer.batch.work import Setting
from analyzer.errors import FolioscopeError
from analyzer.limits import Limits
from analyzer.portfolio import MOST
from tests.batch.conftest import RunBatch, lines_of, sorted_bytes
from tests.conftest import BuildGit
from tests.git_server import GitServer, serve

FAULTS = {
    "404": ("TargetError", "was not found, or is private"),
    "429": ("TargetError", "limits how often it may be asked"),
    "503": ("TargetError", "has a problem"),
    "reset": ("TargetError", "could not be reached"),
    "truncate": ("TargetError", "could not be reached"),
    "no-pack": ("TargetError", "has a problem"),
    "endless": ("LimitError", "is larger than 8 MB"),
}
"""What the server does, and the cause that the row must have."""
WAITING = ("hang", "slow")
"""What ends by the clock alone; under a limit so short that on a busy machine nothing else would end in it."""


@pytest.fixture
def server(tmp_path: Path, git_repository: BuildGit) -> Iterator[GitServer]:
    """One good repository, and one for each fault."""
    work = git_repository(
        {"README.md": "# Work\n" + "words " * 4000, "train.py": "from sklearn.svm import SVC\nSVC().fit([[1]], [1])\n"}
    )
    with serve(tmp_path / "served") as running:
        running.root.mkdir()
        for name in ("good", *(fault.replace("-", "") for fault in (*FAULTS, *WAITING))):
            running.publish(work, f"o/{name}")
        running.faults.update({f"o/{fault.replace('-', '')}": fault for fault in (*FAULTS, *WAITING)})
        yield running


def listed(server: GitServer, tmp_path: Path, *names: str) -> Path:
    file = tmp_path / "list.csv"
    addresses = (server.url("o/" + name.replace("-", "")) for name in names)
    file.write_text("\n".join(["repo", *addresses]) + "\n")
    return file


def causes(lines: list[dict[str, Any]]) -> list[tuple[str, str]]:
    assert {line["score"] for line in lines} == {None}
    return [(line["error"]["kind"], line["error"]["what"]) for line in lines]


def test_every_row_ends_with_a_result_or_its_true_cause(server: GitServer, batch_of: RunBatch, tmp_path: Path):
    file = listed(server, tmp_path, "good", *FAULTS)
    options = Options(hosts=(server.host,), limits=Limits(clone_bytes=8_000_000))
    counts = batch_of(file, jobs=4, options=options)
    good, *failed = lines_of(tmp_path / "out")
    assert (counts.done, counts.failed) == (1, len(FAULTS))
    assert good["repositories"][0]["name"] == "o/good"
    for (kind, what), (expected, words) in zip(causes(failed), FAULTS.values(), strict=True):
        assert kind == expected
        assert words in what

    server.faults.clear()
    counts = batch_of(file, jobs=4, options=options, retry=True)
    assert (counts.before, counts.done, counts.failed) == (1, len(FAULTS), 0)
    assert len({line["score"] for line in lines_of(tmp_path / "out")}) == 1


def test_a_server_that_keeps_us_waiting_costs_the_time_limit(server: GitServer, batch_of: RunBatch, tmp_path: Path):
    options = Options(hosts=(server.host,), limits=Limits(clone_seconds=2))
    batch_of(listed(server, tmp_path, *WAITING), jobs=2, options=options)
    for kind, what in causes(lines_of(tmp_path / "out")):
        assert kind == "LimitError"
        assert "took longer than 2 seconds" in what


def test_a_second_batch_fetches_refs_alone(server: GitServer, batch_of: RunBatch, tmp_path: Path):
    file = tmp_path / "list.txt"
    file.write_text(f"{server.url('o/good')}\n")
    options = Options(hosts=(server.host,))
    batch_of(file, options=options)
    server.requests.clear()
    assert batch_of(file, "again", options=options).stored == 1
    # Protocol v2: one question for what the server can do, one for its refs; no pack.
    assert [method for method, _, _ in server.requests] == ["GET", "POST"]
    assert sorted_bytes(tmp_path / "again") == sorted_bytes(tmp_path / "out")


# -- processes ---------------------------------------------------------------------------------------------------------


def _setting(tmp_path: Path) -> Setting:
    return Setting(Options(offline=True), tmp_path / "store.sqlite")


def test_a_row_over_its_time_ends_and_the_others_go_on(projects, tmp_path, monkeypatch):
    rows = [Row(number, number, "", (str(path),)) for number, path in enumerate(projects[:3], 1)]
    found = dict(chain.from_iterable(run_rows(iter(rows), _setting(tmp_path), 2, 0.001)))
    assert len(found) == 3
    late = [error for error in found.values() if isinstance(error, FolioscopeError)]
    assert late
    assert all("took longer than 0.001 seconds" in str(error) for error in late)


def test_an_account_may_take_the_time_of_all_that_is_chosen_from_it(tmp_path):
    rows = [Row(1, 1, "", targets) for targets in (("o/r",), ("o/r", "o/s"), ("octocat",), ("octocat", "o/r"))]
    assert [_allowed(row, _setting(tmp_path), 10.0) for row in rows] == [10, 20, 10 * MOST, 10 * (MOST + 1)]


def test_a_worker_that_is_killed_costs_its_row_alone(projects, tmp_path):
    rows = [Row(number, number, "", (str(path),)) for number, path in enumerate(projects, 1)]
    killed: list[int] = []
    outcomes = []
    for row, found in chain.from_iterable(run_rows(iter(rows), _setting(tmp_path), 1, 60)):
        outcomes.append((row.number, found))
        if not killed:
            killed += [pid for pid in _workers() if _kill(pid)]
    assert killed
    assert sorted(number for number, _ in outcomes) == list(range(1, len(rows) + 1))
    lost = [found for _, found in outcomes if isinstance(found, FolioscopeError)]
    assert len(lost) <= 1
    assert all("killed by SIGKILL" in str(error) for error in lost)


def _workers() -> list[int]:
    """The worker processes of this one: grandchildren, through the server that forks them."""
    found = []
    parents = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = status.read_text().rpartition(")")[2].split()
            parents[int(status.parent.name)] = int(fields[1])
    for pid, parent in parents.items():
        if parents.get(parent) == os.getpid():
            with contextlib.suppress(OSError):
                if b"forkserver" in Path(f"/proc/{pid}/cmdline").read_bytes():
                    found.append(pid)
    return found


def _kill(pid: int) -> bool:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return False
    return True


def test_killed_at_any_moment_and_resumed_gives_the_bytes_of_an_uninterrupted_run(projects, tmp_path):
    file = tmp_path / "list.txt"
    file.write_text("".join(f"{path}\n" for path in [*projects, *projects]))
    program = [sys.executable, "-m", "analyzer.cli", "batch", str(file), "--jobs", "2", "--offline", "--quiet"]

    def command(name: str, *more: str) -> list[str]:
        return [*program, "--output", str(tmp_path / name), "--store", str(tmp_path / f"{name}.sqlite"), *more]

    subprocess.run(command("whole"), check=True)
    results = tmp_path / "killed" / "results.jsonl"
    more: tuple[str, ...] = ()
    for lines in (1, 7):
        process = subprocess.Popen(command("killed", *more))
        until = time.monotonic() + 300
        while process.poll() is None and time.monotonic() < until:
            if results.exists() and results.read_bytes().count(b"\n") >= lines:
                break
            time.sleep(0.002)
        process.kill()
        process.wait()
        more = ("--resume",)
    subprocess.run(command("killed", "--resume"), check=True)
    assert sorted_bytes(tmp_path / "killed") == sorted_bytes(tmp_path / "whole")
    assert (tmp_path / "killed" / "batch.csv").exists()


def test_a_limit_that_no_worker_survives_is_told(projects, tmp_path):
    rows = [Row(1, 1, "", (str(projects[0]),))]
    with pytest.raises(FolioscopeError, match="die as soon as they start"):
        list(run_rows(iter(rows), replace(_setting(tmp_path), store=tmp_path), 1, 60))
