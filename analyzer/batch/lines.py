"""Files of JSON lines that survive the end of the program at any moment."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

__all__ = ["dump", "read_lines", "replace_file", "replacing", "whole_lines"]


def dump(value: Mapping[str, Any]) -> bytes:
    """One line: JSON in UTF-8 with its newline; the same value gives the same bytes."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "backslashreplace") + b"\n"


def whole_lines(path: Path) -> None:
    """Cut off a last line that was not written to its end."""
    with path.open("rb+") as file:
        size = file.seek(0, os.SEEK_END)
        at = size
        while at > 0:
            begin = max(0, at - 65_536)
            file.seek(begin)
            cut = file.read(at - begin).rfind(b"\n")
            if cut >= 0:
                at = begin + cut + 1
                break
            at = begin
        if at < size:
            file.truncate(at)


def read_lines(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Each whole line of a file with its place in bytes."""
    with path.open("rb") as file:
        while True:
            place = file.tell()
            text = file.readline()
            if not text.endswith(b"\n"):
                return
            yield place, json.loads(text)


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a place beside a file to write to, and put it there in one step, so that a reader never sees half of it."""
    whole = path.with_name(f".{path.name}.new")
    try:
        yield whole
        with whole.open("rb") as file:
            os.fsync(file.fileno())
        whole.replace(path)
    except BaseException:
        whole.unlink(missing_ok=True)
        raise


def replace_file(path: Path, write: Callable[[Path], None]) -> None:
    """Write a file and put it in its place in one step."""
    with replacing(path) as whole:
        write(whole)
