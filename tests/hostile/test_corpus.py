"""The hostile corpus: every case ends within its limits, with a true report or a clear error, and harms nobody."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from analyzer.reporters.formats import FORMATS
from tests.conftest import commit_all, git, write_files
from tests.git_server import GitServer, serve
from tests.hostile.case import REPORT, Case, Place
from tests.hostile.corpus import CASES
from tests.hostile.runner import Job, Outcome, Runner

pytestmark = pytest.mark.timeout(180)

_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069]")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GitServer]:
    with serve(tmp_path_factory.mktemp("served")) as running:
        yield running


@pytest.fixture(scope="module")
def trap() -> Iterator[tuple[str, list[str]]]:
    """A server on loopback that nobody may connect to, and who did."""
    asked: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def accept() -> None:
            while True:
                try:
                    connection, _ = listening.accept()
                except OSError:
                    return
                with connection:
                    asked.append(connection.recv(200).decode("latin-1"))

        threading.Thread(target=accept, daemon=True).start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}", asked
        listening.shutdown(socket.SHUT_RDWR)


@pytest.fixture(scope="module")
def runner() -> Iterator[Runner]:
    running = Runner()
    yield running
    running.close()


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory, runner: Runner) -> tuple[Path, str]:
    """The target that comes after each case, and its report when nothing came before."""
    folder = tmp_path_factory.mktemp("good")
    git(folder, "init", "-q", "-b", "main")
    write_files(
        folder,
        {
            "README.md": "# Rides\n\nPredicts durations.\n",
            "train.py": "import mlflow\nmlflow.log_metric('rmse', 1.0)\n",
        },
    )
    commit_all(folder)
    first = tmp_path_factory.mktemp("first")
    for name in ("out", "marks"):
        (first / name).mkdir()
    outcome = runner.run(Job((str(folder),), str(first), str(folder), {}, network=False))
    assert outcome.exit == REPORT, (first / "out" / "stderr").read_text()
    return folder, (first / "out" / "after.json").read_text()


def run(case: Case, place: Place, server: GitServer, good: Path, runner: Runner) -> Outcome:
    """Build a case and run it."""
    for name in ("out", "marks", "input"):
        (place.folder / name).mkdir(parents=True, exist_ok=True)
    target = case.build(place)
    arguments = [*case.options, "--isolate", "--format", "json"]
    if case.network:
        arguments += ["--host", server.base]
    arguments += ["--output", str(place.folder / "out" / "printed.json"), "--", target]
    return runner.run(Job(tuple(arguments), str(place.folder), str(good), case.resolves, network=case.network))


# Every case but of the files one in five, unless all are asked for: FOLIOSCOPE_HOSTILE=all.
_FILES = [case for case in CASES if case.group not in ("url", "argument", "egress", "git", "folder")]
SHOWN = CASES if os.environ.get("FOLIOSCOPE_HOSTILE") == "all" else [case for case in CASES if case not in _FILES]
SHOWN = [*SHOWN, *(() if SHOWN is CASES else _FILES[::5])]


@pytest.mark.parametrize("case", SHOWN, ids=[f"{case.group}: {case.name}" for case in SHOWN])
def test_case(case: Case, tmp_path: Path, server, trap, runner, good, validate):
    address, asked = trap
    place = Place(tmp_path, server.root, server.base, address)
    outcome = run(case, place, server, good[0], runner)
    said = (tmp_path / "out" / "stderr").read_text("utf-8", "replace")

    assert outcome.exit in case.exits, said
    assert (tmp_path / "out" / "after.json").read_text() == good[1], "the target after it has another report"
    assert outcome.left == (), "processes are left"
    assert list((tmp_path / "marks").iterdir()) == [], "something was executed"
    assert [list((tmp_path / name).iterdir()) for name in ("tmp", "home", "cwd")] == [[], [], []], "files are left"
    assert asked == [], "somebody was asked"
    assert outcome.cpu <= case.cpu
    assert outcome.memory <= case.memory
    assert "Traceback" not in said
    assert not _CONTROLS.search(said), repr(said[:500])
    if outcome.exit == REPORT:
        check_report(case, tmp_path / "out", validate)
    else:
        assert re.search(case.says, said), said
        assert len(said) < 5000
        assert not (tmp_path / "out" / "printed.json").exists()


def check_report(case: Case, out: Path, validate: Callable[[object], None]) -> None:
    """What holds for every report, whatever it is about."""
    document = json.loads((out / "printed.json").read_bytes())
    validate(document)
    problems = "\n".join(f"{item['where']}: {item['what']}" for item in document["problems"])
    assert re.search(case.problem, problems), problems
    assert not re.search(r"the rule \S+ failed|checks of \w+ failed|could not be drawn|no question:", problems), (
        problems
    )
    for name, form in FORMATS.items():
        check_format(name, (out / f"report-{name}.{form.suffix}").read_bytes())


def check_format(name: str, content: bytes) -> None:
    """No format lets text of a repository act: on a terminal, in a browser, in a spreadsheet."""
    text = content.decode("utf-8")
    if name == "text":
        assert not _CONTROLS.search(text)
    if name in ("html", "markdown", "badge"):
        assert not re.search(
            r"(?<!\\)<(?:script>\s*alert|img[^>]+onerror|svg[^>]+onload=|[^>]*(?:href|src)=[\"']?\s*javascript:)",
            text,
            re.IGNORECASE,
        )
    if name == "csv":
        for row in csv.reader(io.StringIO(text)):
            for cell in row:
                assert not re.match(r"[=+@\t\r]|-(?![\d.]+$)", cell), cell
    if name in ("json", "sarif"):
        json.loads(text)
