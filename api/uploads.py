"""Rows of an uploaded list: CSV with a header, or one repository a line."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass

from api.problems import Problem

__all__ = ["UploadedRow", "rows_of_csv"]

_COLUMNS = {
    "url": ("url", "repo", "repository", "repository_url", "github", "link"),
    "ref": ("ref", "branch", "tag", "commit"),
    "subdir": ("subdir", "folder", "path", "directory"),
    "label": ("label", "name", "id", "candidate", "applicant"),
}


@dataclass(frozen=True, slots=True)
class UploadedRow:
    """What one line asks for; ``line`` is counted from 1."""

    line: int
    url: str
    ref: str = ""
    subdir: str = ""
    label: str = ""


def rows_of_csv(content: bytes) -> Iterator[UploadedRow]:
    """The rows of an upload, without empty ones.

    Raises:
        Problem: the text cannot be read.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Problem("request.malformed", "The list is not encoded as UTF-8.", "Save it as CSV UTF-8.") from error
    sample = text[:4096].partition("\n")[0]
    delimiter = max(",;\t|", key=sample.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    places: dict[str, int] | None = None
    try:
        for record in reader:
            cells = [cell.strip() for cell in record]
            if not any(cells) or cells[0].startswith("#"):
                continue
            if places is None:
                found = _places(cells)
                places = found or {"url": 0}
                if found:
                    continue
            row = {name: cells[place] for name, place in places.items() if place < len(cells)}
            yield UploadedRow(reader.line_num, **row)
    except csv.Error as error:
        raise Problem("request.malformed", f"Line {reader.line_num} is no CSV: {error}.") from error


def _places(header: list[str]) -> dict[str, int]:
    """Where each column stands, or nothing where the first line is no header."""
    names = [cell.lower().replace(" ", "_") for cell in header]
    places = {
        name: next(names.index(known) for known in aliases if known in names)
        for name, aliases in _COLUMNS.items()
        if any(known in names for known in aliases)
    }
    return places if "url" in places else {}
