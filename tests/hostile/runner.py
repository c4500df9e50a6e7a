"""Runs cases in children of a small process that has everything imported, and measures them.

    python -m tests.hostile.runner

reads a JSON object a line (a :class:`Job`), and answers with one. A child is held twice: Landlock lets it write below
the folder of its case alone, whatever the analyzer does; and without ``network`` seccomp lets it open no socket. On a
kernel without Landlock the first is missing, and the tests see what was written by looking.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

__all__ = ["Job", "Outcome", "Runner"]

SECONDS = 120


@dataclass(frozen=True, slots=True)
class Job:
    """What a child does: the arguments of the command, where, and a good target for afterwards."""

    arguments: tuple[str, ...]
    folder: str
    good: str
    resolves: Mapping[str, str]
    network: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """How it ended: exit code (negative for a signal), CPU and wall-clock seconds, peak of resident memory in bytes."""

    exit: int
    cpu: float
    seconds: float
    memory: int
    left: tuple[str, ...]


class Runner:
    """The process that runs cases, one after the other."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.hostile.runner"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def run(self, job: Job) -> Outcome:
        """Run one case to its end."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(asdict(job)) + "\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline())
        return Outcome(**{**answer, "left": tuple(answer["left"])})

    def close(self) -> None:
        """End the process."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.close()
        self._process.wait(10)
        self._process.stdout.close()


# -- in the process ----------------------------------------------------------------------------------------------


def main() -> None:
    """Answer jobs until the input ends."""
    from analyzer.analysis import Options, analyze
    from analyzer.reporters.formats import FORMATS, render

    # What a first analysis imports and compiles is there before a case begins.
    sample = Path(__file__).parents[2] / "fixtures" / "repos" / "k8s-helm-prometheus"
    report = analyze(str(sample), Options(standalone=True))
    for name in FORMATS:
        render(report, name)
    for line in sys.stdin:
        given = json.loads(line)
        print(json.dumps(_measured(Job(**{**given, "arguments": tuple(given["arguments"])}))), flush=True)


def _measured(job: Job) -> dict[str, Any]:
    started = time.monotonic()
    child = os.fork()
    if child == 0:
        code = 70
        try:
            code = _work(job)
        finally:
            os._exit(code)
    status, usage = _wait(child, started)
    left = _left(job.folder)
    return {
        "exit": os.waitstatus_to_exitcode(status),
        "cpu": usage.ru_utime + usage.ru_stime,
        "seconds": time.monotonic() - started,
        "memory": usage.ru_maxrss * 1024,
        "left": left,
    }


def _wait(child: int, started: float) -> tuple[int, resource.struct_rusage]:
    while True:
        found, status, usage = os.wait4(child, os.WNOHANG)
        if found:
            return status, usage
        if time.monotonic() - started > SECONDS:
            os.kill(child, signal.SIGKILL)
        time.sleep(0.002)


def _left(folder: str) -> list[str]:
    """Processes that still work for a case, after a moment to end; found by its folder in their environment."""
    for _ in range(50):
        found = []
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                try:
                    shown = (entry / "environ").read_bytes() + (entry / "cmdline").read_bytes()
                except OSError:
                    continue
                if os.fsencode(folder) in shown:
                    found.append(shown.decode("utf-8", "replace")[-200:])
        if not found:
            break
        time.sleep(0.02)
    return found


def _work(job: Job) -> int:
    from analyzer.isolation import landlock, seccomp

    folder = Path(job.folder)
    os.setsid()
    for number, name in ((1, "stdout"), (2, "stderr")):
        os.dup2(os.open(folder / "out" / name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), number)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    for name in ("home", "tmp", "cwd", "cache"):
        (folder / name).mkdir(exist_ok=True)
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "LANG")}
    os.environ.clear()
    os.environ.update(
        kept,
        HOME=f"{folder}/home",
        TMPDIR=f"{folder}/tmp",
        XDG_CACHE_HOME=f"{folder}/cache",
        SECRET_TOKEN="of-the-caller",
    )
    os.chdir(folder / "cwd")
    landlock.restrict([Path("/")], [folder, Path("/dev/null")], network=True)
    if not job.network:
        seccomp.refuse(network=False)
    return _command(job, folder)


def _command(job: Job, folder: Path) -> int:
    """The command, every format of its report, and the good target after it."""
    import analyzer.analysis as module
    from analyzer.cli import main as command
    from analyzer.reporters.formats import FORMATS, render

    reports = []
    analyze = module.analyze

    def recorded(*arguments: Any, **named: Any) -> Any:
        reports.append(analyze(*arguments, **named))
        return reports[-1]

    module.analyze = recorded
    _answer_names(job.resolves)
    code = 0
    try:
        code = command(["analyze", *job.arguments])
    except SystemExit as ended:  # argparse refuses
        code = ended.code if isinstance(ended.code, int) else 70
    for report in reports:
        for name, form in FORMATS.items():
            text = render(report, name)
            (folder / "out" / f"report-{name}.{form.suffix}").write_bytes(text.encode("utf-8", "surrogateescape"))
    after = render(analyze(job.good), "json")
    (folder / "out" / "after.json").write_text(after)
    sys.stdout.flush()
    sys.stderr.flush()
    return code


def _answer_names(resolves: Mapping[str, str]) -> None:
    """Let names resolve as a hostile name server would have them."""
    import socket

    ask = socket.getaddrinfo

    def answer(name: Any, port: Any, *rest: Any, **named: Any) -> Any:
        if name in resolves:
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, port)) for each in resolves[name].split()]
        return ask(name, port, *rest, **named)

    socket.getaddrinfo = answer  # type: ignore[assignment]


if __name__ == "__main__":
    main()
