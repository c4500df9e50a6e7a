"""Where programs of a user keep what is theirs."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

__all__ = ["cache_home", "keep_whole"]


def cache_home() -> Path:
    """The folder in which programs of this user keep what they can make anew."""
    try:
        return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    except RuntimeError:  # a user without a home folder
        return Path(os.devnull)


def keep_whole(place: Path, content: bytes) -> None:
    """Write a file that its user alone may read, replaced in one step, so that a reader never sees half of one.

    Raises:
        OSError: it cannot be written; what stood there before still does.
    """
    with tempfile.NamedTemporaryFile(dir=place.parent, delete=False) as file:
        whole = Path(file.name)
        try:
            file.write(content)
            file.close()
            whole.replace(place)
        except OSError:
            whole.unlink(missing_ok=True)
            raise
