"""The folder of a worker for its clones, and what dead workers left."""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = ["WorkerFolder", "sweep"]


class WorkerFolder:
    """A folder below the clones that belongs to one process. Its lock is free as soon as that process is gone."""

    def __init__(self, clones: Path) -> None:
        self.worker = f"{socket.gethostname()[:24]}-{os.getpid()}-{secrets.token_hex(4)}"
        self.path = clones / self.worker
        self.path.mkdir(parents=True, mode=0o700)
        self._lock = os.open(self.path / "lock", os.O_CREAT | os.O_RDWR, 0o600)
        fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)

    @contextmanager
    def job(self, name: str) -> Iterator[Path]:
        """A folder for one attempt at a job, removed at its end with all that is in it.

        Each attempt has its own: one that was cancelled may still end while the job runs again.
        """
        folder = Path(tempfile.mkdtemp(prefix=f"{name}-", dir=self.path))
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def close(self) -> None:
        """Remove the folder."""
        shutil.rmtree(self.path, ignore_errors=True)
        os.close(self._lock)


def sweep(clones: Path) -> list[str]:
    """Remove what dead workers of this machine left, and return their ids."""
    dead = []
    for folder in sorted(clones.glob("*/lock")):
        try:
            lock = os.open(folder, os.O_RDWR)
        except OSError:
            continue
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            continue
        else:
            shutil.rmtree(folder.parent, ignore_errors=True)
            dead.append(folder.parent.name)
        finally:
            os.close(lock)
    return dead
