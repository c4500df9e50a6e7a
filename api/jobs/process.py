"""A process that reads repositories, seen from the one that runs it: begun when needed, replaced when it dies."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

__all__ = ["Died", "Process"]

_LONGEST_MESSAGE = 256 * 1024 * 1024
_MOST_JOBS = 50
_GRACE_SECONDS = 2.0


class Died(Exception):  # noqa: N818 it says what happened
    """The process ended in the middle of a job; the message says how."""


class Process:
    """One process for one job at a time. It serves ``_MOST_JOBS`` jobs and is then replaced, so that it cannot grow."""

    def __init__(self, memory_mb: int) -> None:
        self._memory_mb = memory_mb
        self._process: subprocess.Popen[bytes] | None = None
        self._connection: Connection | None = None
        self._jobs = 0

    def prepare(self) -> None:
        """Have a process that is ready: loading the engine is no part of a job, nor of its lease.

        Raises:
            Died: it does not start.
        """
        if self._jobs >= _MOST_JOBS:
            self.close()
        self._start()

    def begin(self, job: dict[str, Any]) -> None:
        """Hand over a job.

        Raises:
            Died: the process ended meanwhile.
        """
        self.prepare()
        self._jobs += 1
        self.answer(job)

    def answer(self, message: dict[str, Any]) -> None:
        """Send a message.

        Raises:
            Died: the process ended.
        """
        assert self._connection
        try:
            self._connection.send_bytes(json.dumps(message).encode("ascii"))
        except OSError as error:
            raise Died(self._how()) from error

    def message(self, seconds: float) -> dict[str, Any] | None:
        """The next message, or None when there is none for so long.

        Raises:
            Died: the process ended.
        """
        assert self._connection
        try:
            if not self._connection.poll(seconds):
                return None
            message = json.loads(self._connection.recv_bytes(_LONGEST_MESSAGE))
        except (EOFError, OSError, ValueError) as error:
            raise Died(self._how()) from error
        return message if isinstance(message, dict) else None

    def close(self) -> None:
        """End the process with all that it started: first by asking, so that it clears up, then without."""
        process, self._process = self._process, None
        connection, self._connection = self._connection, None
        self._jobs = 0
        if process is not None:
            _end(process)
        if connection is not None:
            connection.close()

    def _start(self) -> None:
        if self._process is not None and self._process.poll() is None:
            return
        self.close()
        ours, theirs = socket.socketpair()
        with theirs:
            os.set_inheritable(theirs.fileno(), True)
            self._process = subprocess.Popen(
                [sys.executable, "-m", "api.jobs.child", str(theirs.fileno()), str(self._memory_mb)],
                env=_environment(),
                stdin=subprocess.DEVNULL,
                pass_fds=(theirs.fileno(),),
                start_new_session=True,
            )
        self._connection = Connection(ours.detach())
        if self.message(120) is None:
            raise Died("it did not start within 120 seconds")

    def _how(self) -> str:
        """How the process ended, in words."""
        process = self._process
        if process is None:
            return "it was ended"
        try:
            code = process.wait(_GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            return "it closed its connection"
        if code >= 0:
            return f"it ended with exit code {code}"
        try:
            return f"it was ended by {signal.Signals(-code).name}"
        except ValueError:
            return f"it was ended by signal {-code}"


def _environment() -> dict[str, str]:
    """The environment without the settings of the service: passwords and keys are none of this process's business."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("FOLIOSCOPE_")}
    here = str(Path(__file__).parents[2])
    kept["PYTHONPATH"] = os.pathsep.join([here, *filter(None, [kept.get("PYTHONPATH")])])
    return kept


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(_GRACE_SECONDS)
    for number in [*_descendants(process.pid), process.pid] if process.poll() is None else []:
        with contextlib.suppress(ProcessLookupError):
            os.kill(number, signal.SIGKILL)
    process.wait()


def _descendants(root: int) -> list[int]:
    """The processes below one, by /proc; git runs in sessions of its own, so that a group does not have them all."""
    parents: dict[int, int] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError, ValueError, IndexError):
            parents[int(folder.name)] = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
    found, wave = [], [root]
    while wave:
        wave = [number for number, parent in parents.items() if parent in wave]
        found += wave
    return found
