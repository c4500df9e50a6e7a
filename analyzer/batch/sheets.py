"""Rows of an Excel file."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

from analyzer.errors import UsageError

__all__ = ["UNPACKED", "UNREADABLE", "no_sheet", "sheet_rows"]

UNPACKED = 512 * 1024 * 1024
"""Bytes that an Excel file may unpack to."""
_BYTES_A_TAG = 32
"""An Excel file may hold as many tags as this goes into those bytes: each costs time and memory, however short it is."""
_ROWS = 1_048_576
"""The most that a sheet of Excel has."""
UNREADABLE = (zipfile.BadZipFile, zlib.error, KeyError, ValueError, OSError, EOFError, SyntaxError, RuntimeError)
"""What reading one raises that is none.

ParseError, of XML that is none, is a SyntaxError; what defusedxml forbids, as entities, is a ValueError. RuntimeError is an
archive with a password, or one packed in a way that is not known.
"""


def sheet_rows(path: Path, unpacked: int = UNPACKED) -> Generator[tuple[int, tuple[Any, ...]], None, None]:
    """The rows of the first sheet of an Excel file that are not empty, with their numbers.

    Raises:
        UsageError: it is no Excel file, or unpacks to too much.
    """
    from openpyxl import load_workbook

    try:
        with zipfile.ZipFile(path) as archive:
            size = sum(item.file_size for item in archive.infolist())
        if size > unpacked:
            raise UsageError(f"{path} unpacks to {size / 1e6:,.0f} MB", "Save the sheet alone, or as CSV.")
        if _tags(path) > unpacked // _BYTES_A_TAG:
            raise UsageError(f"{path} has too many cells", "Save the sheet alone, or as CSV.")
        # By its content: openpyxl refuses a path whose name ends otherwise.
        book = load_workbook(io.BytesIO(path.read_bytes()), read_only=True, data_only=True, keep_links=False)
    except UNREADABLE as error:
        raise no_sheet(path, error) from error
    try:
        sheet = book.worksheets[0]
        sheet.reset_dimensions()  # some programs state a wrong size
        rows = enumerate(sheet.iter_rows(values_only=True), 1)
        while (found := _next(path, rows)) is not None:
            number, row = found
            if number > _ROWS:  # what is not there counts: a row may state any number
                raise UsageError(f"{path} has rows after number {_ROWS:,}", "Save the sheet anew, or as CSV.")
            if any(cell not in (None, "") for cell in row):
                yield number, row
    finally:
        book.close()


def _tags(path: Path) -> int:
    """About how many tags all parts of an archive have together."""
    with zipfile.ZipFile(path) as archive:
        count = 0
        for item in archive.infolist():
            with archive.open(item) as part:
                while chunk := part.read(1 << 20):
                    count += chunk.count(b"<")
    return count


def _next(path: Path, rows: Iterator[tuple[int, tuple[Any, ...]]]) -> tuple[int, tuple[Any, ...]] | None:
    try:
        return next(rows, None)
    except UNREADABLE as error:
        raise no_sheet(path, error) from error


def no_sheet(path: Path, error: Exception) -> UsageError:
    """That a file is no Excel file."""
    said = (str(error).splitlines() or [type(error).__name__])[0]
    return UsageError(f"{path} cannot be read as an Excel file: {said}", "Save it anew as .xlsx or CSV.")
