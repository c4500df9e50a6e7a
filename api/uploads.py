"""Rows of an uploaded list: what the batch command reads, CSV, an Excel sheet, JSON lines or a plain list."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from analyzer import UsageError, read_rows
from api.problems import OURS, Problem

__all__ = ["UploadedRow", "rows_of"]

_UNPACKED = 64 * 1024 * 1024
"""Bytes that an Excel file may unpack to; a list of 10,000 rows has some."""


@dataclass(frozen=True, slots=True)
class UploadedRow:
    """One applicant: the repositories that a line asks for. ``line`` is counted from 1, ``problem`` says why there is none."""

    line: int
    urls: tuple[str, ...] = ()
    ref: str = ""
    subdir: str = ""
    label: str = ""
    problem: str = ""


def rows_of(content: bytes) -> Iterator[UploadedRow]:
    """The rows of an upload, each with all repositories that its line names.

    Raises:
        Problem: the upload cannot be read, or has no column that names repositories.
    """
    with TemporaryDirectory(prefix="folioscope-upload-") as folder:
        path = Path(folder) / "list.csv"
        path.write_bytes(content)
        try:
            for row in read_rows(path, unpacked=_UNPACKED):
                # The sender knows no path of ours.
                urls = tuple(target.replace(folder, ".") for target in row.targets)
                yield UploadedRow(row.line, urls, row.ref, row.subdir, row.applicant, row.problem)
        except UsageError as error:
            # The sender knows no path of ours.
            said = f"{error.what.replace(str(path), OURS)}."
            raise Problem("request.malformed", words=(said, error.hint), ours="batches.list") from error
