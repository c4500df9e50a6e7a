"""From codes back to people: results, or a table that somebody went on with, and the key file of the batch."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from itertools import chain, islice
from pathlib import Path
from typing import Any

from analyzer.batch.blind import KeyFile, is_code
from analyzer.batch.cells import harmless
from analyzer.batch.decoding import text_lines
from analyzer.batch.delimited import delimiter_of
from analyzer.batch.export import MADE, PAIR_ROWS, Shown, person_columns
from analyzer.batch.given import columns_of
from analyzer.batch.lines import dump, read_lines
from analyzer.errors import UsageError

__all__ = ["restored"]

_SAMPLE = 50
"""Lines by which the delimiter is told."""


def restored(path: Path, key: Path) -> Iterator[bytes]:
    """The file with people in place of codes: lines whole, tables with the columns of the person, pairs with the names.

    Raises:
        UsageError: the file has no codes, the key file is none, or belongs to another batch.
    """
    if not path.is_file():
        raise UsageError(f"There is no file {path}", "Give results.jsonl or batch.csv.")
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
    """The rows of a table as this program wrote it, or as a spreadsheet saved it: by semicolons, in its own encoding."""
    try:
        with closing(text_lines(path)) as lines:
            first = list(islice(lines, _SAMPLE))
            yield from csv.reader(chain(first, lines), delimiter=delimiter_of(first) or ",")
    except (OSError, csv.Error) as error:
        raise UsageError(f"{path} cannot be read: {error}", "Save it as CSV in UTF-8.") from error


def _sheet(path: Path) -> Iterator[list[str]]:
    from analyzer.batch.tables import sheet_rows

    for _, row in sheet_rows(path):
        yield ["" if cell is None else str(cell) for cell in row]


def _table(table: Iterator[list[str]], path: Path, kept: Callable[[str], dict[str, Any]]) -> Iterator[bytes]:
    header = next(table, [])
    if set(PAIR_ROWS) <= set(header):
        yield from _pairs(header, table, kept)
        return
    if "code" not in header:
        raise UsageError(f"{path} has no column 'code'", "Give a table of a blind batch.")
    at = header.index("code") + 1
    made = header.index(MADE) if MADE in header else -1
    rows = [cells for cells in table if len(cells) >= at and cells[at - 1]]
    # Each line is read twice: a row leaves out the cells that are empty, so that all tell the columns, and all are large.
    person = person_columns(columns_of(tuple(kept(cells[at - 1])["line"]["given"]) for cells in rows))
    yield _row([*header[:at], *(name for name, _ in person), *header[at:]], mark=True)
    for cells in rows:
        found = kept(cells[at - 1])
        shown = Shown(found["line"])
        if 0 <= made < len(cells):
            cells[made] = found["made"]
        yield _row([*cells[:at], *(take(shown) for _, take in person), *cells[at:]])


def _pairs(header: list[str], table: Iterator[list[str]], kept: Callable[[str], dict[str, Any]]) -> Iterator[bytes]:
    """The near-duplicates, with the people beside their codes."""

    def people(cell: str) -> str:
        codes = [word for word in cell.split(", ") if is_code(word)]
        return ", ".join(Shown(kept(code)["line"]).label for code in codes)

    places = [header.index(name) for name in PAIR_ROWS]
    yield _row(_beside(header, places, list(PAIR_ROWS.values())), mark=True)
    for cells in table:
        if len(cells) > max(places):
            yield _row(_beside(cells, places, [people(cells[place]) for place in places]))


def _beside(cells: list[Any], places: Sequence[int], values: Sequence[str]) -> list[Any]:
    """Cells with a value after each of some places."""
    found = dict(zip(places, values, strict=True))
    return [item for at, cell in enumerate(cells) for item in ((cell, found[at]) if at in found else (cell,))]


def _row(cells: list[Any], *, mark: bool = False) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerow([harmless(cell) for cell in cells])
    return (b"\xef\xbb\xbf" if mark else b"") + text.getvalue().encode("utf-8", "backslashreplace")
