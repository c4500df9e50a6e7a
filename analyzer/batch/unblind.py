"""From codes back to people: results, or a table that somebody went on with, and the key file of the batch."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from analyzer.batch.blind import KeyFile
from analyzer.batch.cells import harmless
from analyzer.batch.lines import dump, read_lines
from analyzer.errors import UsageError

__all__ = ["restored"]

_ADDED = ("row", "applicant", "targets", "repositories", "commits", "analyzed (UTC)")


def restored(path: Path, key: Path) -> Iterator[bytes]:
    """The file with people in place of codes: JSON lines whole, tables with the columns of the person beside the code.

    Raises:
        UsageError: the file has no codes, the key file is none, or belongs to another batch.
    """
    places = KeyFile.lines(key)
    with key.open("rb") as file:

        def kept(code: str) -> dict[str, Any]:
            if code not in places:
                raise UsageError(f"The key file {key} does not know the code {code[:20]!r}", "Give that of this batch.")
            file.seek(places[code])
            found: dict[str, Any] = json.loads(file.readline())
            return found

        if path.suffix.lower() in (".csv", ".xlsx"):
            table = _sheet(path) if path.suffix.lower() == ".xlsx" else _csv(path)
            yield from _table(table, path, kept)
            return
        try:
            for _, line in read_lines(path):
                yield dump(kept(str(line["code"]))["line"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise UsageError(f"{path} holds no blind results", "Give results.jsonl or batch.csv.") from error


def _csv(path: Path) -> Iterator[list[str]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            yield from csv.reader(file)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UsageError(f"{path} cannot be read: {error}", "Save it as CSV in UTF-8.") from error


def _sheet(path: Path) -> Iterator[list[str]]:
    from analyzer.batch.tables import sheet_rows

    for _, row in sheet_rows(path):
        yield ["" if cell is None else str(cell) for cell in row]


def _table(table: Iterator[list[str]], path: Path, kept: Any) -> Iterator[bytes]:
    header = next(table, [])
    if "code" not in header:
        raise UsageError(f"{path} has no column 'code'", "Give a table of a blind batch.")
    at = header.index("code")
    rows = ((cells, kept(cells[at])) for cells in table if len(cells) > at and cells[at])
    first = next(rows, None)
    if first is None:
        return
    given = list(first[1]["line"]["given"])
    yield _row([*header[: at + 1], *given, *_ADDED, *header[at + 1 :]], mark=True)
    yield _restored_row(first, at, given)
    for item in rows:
        yield _restored_row(item, at, given)


def _restored_row(item: tuple[list[str], Mapping[str, Any]], at: int, given: list[str]) -> bytes:
    cells, found = item
    line = found["line"]
    repositories = line["repositories"]
    who = [
        *(line["given"].get(name, "") for name in given),
        line["row"],
        line["applicant"],
        ", ".join(line["targets"]),
        ", ".join(item["name"] for item in repositories),
        ", ".join(item["commit"] for item in repositories),
        found["made"],
    ]
    return _row([*cells[: at + 1], *who, *cells[at + 1 :]])


def _row(cells: list[Any], *, mark: bool = False) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerow([harmless(cell) for cell in cells])
    return (b"\xef\xbb\xbf" if mark else b"") + text.getvalue().encode("utf-8", "backslashreplace")
