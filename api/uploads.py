"""Rows of an uploaded list: what the batch command reads, CSV, an Excel sheet, JSON lines or a plain list."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from analyzer import UsageError, read_records
from api.problems import Problem

__all__ = ["UploadedRow", "rows_of"]

_UNPACKED = 64 * 1024 * 1024
"""Bytes that an Excel file may unpack to; a list of 10,000 rows has some."""


@dataclass(frozen=True, slots=True)
class UploadedRow:
    """One repository that a line asks for; ``line`` is counted from 1, ``problem`` says why it cannot be read."""

    line: int
    url: str
    ref: str = ""
    subdir: str = ""
    label: str = ""
    problem: str = ""


def rows_of(content: bytes) -> Iterator[UploadedRow]:
    """The rows of an upload, one for each repository that a line names.

    Raises:
        Problem: the upload cannot be read, or has no column that names repositories.
    """
    with TemporaryDirectory(prefix="folioscope-upload-") as folder:
        path = Path(folder) / "list.csv"
        path.write_bytes(content)
        try:
            for record in read_records(path, unpacked=_UNPACKED):
                problem = record.problem or ("" if record.targets else "Its cell for the repository is empty")
                for target in record.targets or ("",):
                    label = record.name or record.id
                    yield UploadedRow(record.line, target, record.ref, record.folder, label, problem)
        except UsageError as error:
            # The sender knows no path of ours.
            raise Problem(
                "request.malformed", words=(f"{error.what.replace(str(path), 'The list')}.", error.hint)
            ) from error
