"""Private temporary folders that are always removed: at the end of the block, or by the next one after a kill.

A lock on a file of the folder tells whose owner still lives (flock(2)): the kernel lets go of it when the process ends,
however it ends.
"""

from __future__ import annotations

import contextlib
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from analyzer.errors import TargetError

__all__ = ["private_folder"]

_PREFIX = "folioscope-"
_LOCK = ".in-use"
_YOUNG = 60.0
_MOST_SWEPT = 64


@contextmanager
def private_folder() -> Iterator[Path]:
    """A new folder that no other user can enter, removed at the end whatever it holds by then.

    Raises:
        TargetError: none can be made.
    """
    try:
        folder = Path(tempfile.mkdtemp(prefix=_PREFIX)).resolve()
    except OSError as error:
        raise TargetError(
            f"No temporary folder could be made: {error.strerror}", "Check TMPDIR and the free space of its disk."
        ) from error
    lock = _take(folder)
    try:
        _sweep(folder.parent, folder)
        yield folder
    finally:
        _remove(folder)
        if lock:
            lock.close()


def _take(folder: Path) -> IO[bytes] | None:
    """Mark the folder as in use, until the file is closed or this process ends."""
    try:
        import fcntl

        file = (folder / _LOCK).open("wb")
    except (ImportError, OSError):
        return None
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        return None
    return file


def _sweep(parent: Path, own: Path) -> None:
    """Remove what a killed process of ours left behind."""
    with contextlib.suppress(OSError):
        left = [path for path in parent.glob(f"{_PREFIX}*/{_LOCK}") if path.parent != own]
        for path in left[:_MOST_SWEPT]:
            if time.time() - path.lstat().st_mtime > _YOUNG and _is_free(path):
                _remove(path.parent)


def _is_free(path: Path) -> bool:
    """Whether nobody holds the lock of a folder; not known counts as held."""
    try:
        import fcntl

        with path.open("rb+") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (ImportError, OSError):
        return False
    return True


def _remove(folder: Path) -> None:
    """Remove a folder, also while a process that was just ended still lets go of it."""
    for _ in range(20):
        shutil.rmtree(folder, ignore_errors=True)
        if not folder.exists():
            return
        _open_folders(folder)
        time.sleep(0.05)


def _open_folders(folder: Path) -> None:
    """Give this user back the right to empty folders that a program closed."""
    for path in (folder, *folder.rglob("*")):
        with contextlib.suppress(OSError):
            if path.is_dir() and not path.is_symlink():
                path.chmod(0o700)
