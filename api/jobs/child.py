"""The process that reads repositories: ``python -m api.jobs.child FD MEGABYTES``.

It has neither the database nor a secret: it is told a job through a socket, tells its progress and its result there,
and asks there whether the report of a commit is known. What a repository does to it, it does to no one else.
"""

from __future__ import annotations

import json
import os
import re
import resource
import signal
import sys
import tempfile
import threading
from multiprocessing.connection import Connection
from typing import Any

__all__ = ["main"]

_GRACE_SECONDS = 3.0
_NICE = 10
"""How far it stands behind the server: who looks at a report waits for milliseconds, who waits for an analysis for seconds."""


class _Remote:
    """The cache of :func:`analyzer.analyze`, kept by whoever started this process."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.key = ""
        self.reused = False

    def get(self, key: str) -> dict[str, Any] | None:
        """Ask for a document."""
        self.key = key
        _say(self._connection, "ask", key=key)
        document = json.loads(self._connection.recv_bytes())["document"]
        self.reused = document is not None
        return document if isinstance(document, dict) else None

    def put(self, key: str, document: dict[str, Any]) -> None:
        """Hand a document over."""
        self.key, self.reused = key, False
        _say(self._connection, "put", key=key, document=document)


def main(argv: list[str]) -> int:
    """Serve jobs until the socket closes."""
    os.nice(_NICE)
    memory = int(argv[1]) * 1024 * 1024
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGTERM, _end)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C ends the server, which ends this
    with Connection(int(argv[0])) as connection:
        _watch_parent(os.getppid())
        from analyzer import analyze, load_rubric  # heavy, and the same for every job

        load_rubric()
        _say(connection, "ready")
        while True:
            try:
                _run(connection, analyze, json.loads(connection.recv_bytes()))
            except (EOFError, ConnectionError):  # whoever began this process is gone
                return 0


def _run(connection: Connection, analyze: Any, job: dict[str, Any]) -> None:
    from analyzer import FolioscopeError, Host, Limits, Options

    tempfile.tempdir = job["folder"]
    os.environ["TMPDIR"] = job["folder"]
    remote = _Remote(connection)
    options = Options(
        ref=job["ref"],
        subdir=job["subdir"],
        rubric=job["rubric"],
        limits=Limits(**job["limits"]),
        hosts=tuple(Host(**host) for host in job["hosts"]),
        local=False,
    )

    def tell(stage: str, detail: str) -> None:
        _say(connection, "stage", stage=stage, detail=detail)

    try:
        report = analyze(job["input"], options, tell, remote)
    except FolioscopeError as error:
        _say(connection, "error", code=_code(error), what=f"{error.what}.", hint=_hint(error.hint))
    except MemoryError:
        _say(
            connection,
            "error",
            code="job.memory-limit",
            what="Reading the repository took more memory than an analysis may use.",
            hint="Analyze it on your own machine with folioscope analyze, or name a subfolder.",
        )
    except ConnectionError:
        raise  # of the socket to whoever began this process
    except OSError as error:
        full = error.errno in (28, 122)  # ENOSPC, EDQUOT
        _say(connection, "error", code="server.disk-full" if full else "job.error", what=f"{error.strerror}.", hint="")
    except Exception as error:  # noqa: BLE001 whatever a repository causes is told, and the next job is served
        what = f"The analysis stopped with {type(error).__name__}: {str(error)[:300]}"
        _say(connection, "error", code="job.error", what=what, hint="This is a defect of Folioscope; please report it.")
    else:
        target = report.target
        _say(
            connection,
            "done",
            key=remote.key,
            reused=remote.reused,
            commit=target.commit,
            ref=target.ref,
            subdir=target.subdir,
            score=report.scorecard.score,
            grade=report.scorecard.grade,
        )


def _hint(hint: str) -> str:
    """A way out that a page can offer: options of the command are none, but what --ref and --subdir name has fields."""
    plain = re.sub(r"\s+with --(?:ref|subdir)\b", "", hint)
    return "Try again later, or analyze it on your own machine with folioscope analyze." if "--" in plain else plain


def _code(error: Exception) -> str:
    from analyzer import LimitError, UsageError

    if "no space left" in str(error).lower() or "disk quota" in str(error).lower():
        return "server.disk-full"
    if isinstance(error, LimitError):
        return "target.limit"
    return "target.invalid" if isinstance(error, UsageError) else "target.unreadable"


def _say(connection: Connection, kind: str, **message: Any) -> None:
    text = json.dumps({"kind": kind, **message}, ensure_ascii=True)
    connection.send_bytes(text.encode("ascii"))


def _end(number: int, frame: object) -> None:
    del number, frame
    # In the main thread this unwinds the analysis, which ends its git processes and removes its clone.
    raise SystemExit(0)


def _watch_parent(parent: int) -> None:
    """End with the process that started this one, however that one ends."""

    def watch() -> None:
        while os.getppid() == parent:
            _PAUSE.wait(0.5)
        os.kill(os.getpid(), signal.SIGTERM)
        _PAUSE.wait(_GRACE_SECONDS)
        os._exit(1)

    threading.Thread(target=watch, daemon=True, name="parent").start()


_PAUSE = threading.Event()

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
