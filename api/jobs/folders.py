"""The folder of a worker for its clones, and what dead workers left."""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
import socket
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = ["WorkerFolder", "sweep"]


_LOCK = "lock"
_UNLOCKED = "lock.new"
_MOMENT_SECONDS = 60
"""By then whoever made a lock has taken it, or died."""


class WorkerFolder:
    """A folder below the clones that belongs to one process. Its lock is free as soon as that process is gone."""

    def __init__(self, clones: Path) -> None:
        self.worker = f"{socket.gethostname()[:24]}-{os.getpid()}-{secrets.token_hex(4)}"
        self.path = clones / self.worker
        self.path.mkdir(parents=True, mode=0o700)
        self._lock = os.open(self.path / _UNLOCKED, os.O_CREAT | os.O_RDWR, 0o600)
        fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # Under this name others look whether it is free, and would find it so before it is taken.
        (self.path / _UNLOCKED).rename(self.path / _LOCK)

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
    for path in (*sorted(clones.glob(f"*/{_LOCK}")), *sorted(clones.glob(f"*/{_UNLOCKED}"))):
        try:
            lock = os.open(path, os.O_RDWR)
        except OSError:
            continue
        try:
            if path.name == _UNLOCKED and time.time() - os.fstat(lock).st_mtime < _MOMENT_SECONDS:
                continue
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            continue
        else:
            shutil.rmtree(path.parent, ignore_errors=True)
            dead.append(path.parent.name)
        finally:
            os.close(lock)
    return dead
