"""Records of a file, whatever it is: CSV with any delimiter, an Excel sheet, JSON lines, a JSON list, a plain list.

Files are streamed; a record that cannot be read becomes one with a ``problem``, and the others are read.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from datetime import datetime, time
from itertools import chain, islice
from pathlib import Path
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from analyzer.batch.columns import TARGETS, Column, Header, column_of, find_header, looks_like_target, read_header
from analyzer.batch.decoding import text_lines
from analyzer.batch.delimited import csv_rows, delimiter_of
from analyzer.batch.sheet_links import SheetLinks, sheet_links
from analyzer.batch.sheets import UNPACKED, sheet_rows
from analyzer.errors import UsageError

__all__ = ["Record", "read_records", "sheet_rows"]

_SAMPLE = 50
_SPACE = "\ufeff \t\r\n"
_SAYS_DELIMITER = re.compile(r'"?sep=(.)"?\s*$', re.IGNORECASE)
_COMMENT = re.compile(r"(?:^|\s)#.*", re.DOTALL)
"""What a line of a plain list says for people, as in a list of a portfolio; ``#`` within an address is part of it."""
_CARRIED = (Column.NAME, Column.FIRST_NAME, Column.LAST_NAME, Column.ID, Column.OTHER)
_BEYOND = "beyond the last column"
_LONGEST_JSON = 64 * 1024 * 1024
_WITHOUT_VALUE = (
    "line {} has a formula in place of its repository, whose value the file does not hold; "
    "a spreadsheet program that opens and saves the file writes it"
)
_WAY_OUT = (
    "Give a CSV or XLSX file with a column 'repo' or 'url' (or 'github', for accounts), JSON lines, or a list with one "
    "repository a line."
)


class TargetCell(Struct, frozen=True):
    """A cell that names what to look at, what its column may hold, and the name of that column."""

    text: str
    column: Column
    name: str = ""


class Record(Struct, frozen=True):
    """One record: its line in the file (rows of a sheet count as lines), and its cells by what they hold.

    ``given`` are the cells of other columns and of names and ids, by the name of their column.
    """

    line: int
    cells: tuple[TargetCell, ...] = ()
    name: str = ""
    id: str = ""
    ref: str = ""
    folder: str = ""
    given: tuple[tuple[str, str], ...] = ()
    problem: str = ""

    @property
    def targets(self) -> tuple[str, ...]:
        """The texts of the cells that name what to look at."""
        return tuple(cell.text for cell in self.cells)


def read_records(path: Path, *, unpacked: int = UNPACKED) -> Iterator[Record]:
    """The records of a file, in order. An Excel file may unpack to so many bytes.

    Raises:
        UsageError: the file cannot be read, or has no column that names repositories.
    """
    try:
        with path.open("rb") as file:
            head = file.read(4096)
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}", "Check the path.") from error
    if head.startswith(b"PK\x03\x04"):
        yield from _sheet(path, unpacked)
        return
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        raise UsageError(f"{path} is an old Excel file (.xls)", "Save it as .xlsx or CSV.")
    with closing(text_lines(path)) as lines:
        beginning = next((text[0] for line in lines if (text := line.strip(_SPACE))), "")
    with closing(text_lines(path)) as lines:
        if beginning == "{":
            yield from _json_lines(lines)
        elif beginning == "[":
            yield from _json_list(lines, path)
        else:
            yield from _table_or_list(lines, path)


# -- tables ------------------------------------------------------------------------------------------------------


def _table_or_list(lines: Iterator[str], path: Path) -> Iterator[Record]:
    first = list(islice(lines, _SAMPLE))
    lines = chain(first, lines)
    sample = list(_uncommented(first))
    delimiter = _said_delimiter(first) or delimiter_of(sample)
    table = [
        row for row in csv_rows(sample, delimiter or ",") if row.problem or any(cell.strip() for cell in row.cells)
    ]
    if table and not table[0].cells:
        raise UsageError(f"{path} cannot be read: {table[0].problem}", _WAY_OUT)
    named = path.suffix.lower() in (".csv", ".tsv")
    found = find_header([row.cells for row in table], maybe_list=not named)
    if found is not None:
        place, header = found
        yield from _csv_records(lines, delimiter or ",", header, after=table[place].line)
        return
    unnamed = _unnamed(table[0].cells) if table and named else None
    if unnamed is not None and delimiter:
        yield from _csv_records(lines, delimiter, unnamed, after=0)
    elif named and table and unnamed is None:
        raise _no_column(path, [row.cells for row in table])
    else:
        yield from _list(lines)


def _no_column(path: Path, table: Sequence[Sequence[str]]) -> UsageError:
    """That no column names repositories, with those that there are."""
    names = next((row for row in table if sum(map(bool, row)) > 1), table[0] if table else ())
    found = ", ".join(repr(name.strip()[:40]) for name in names[:20] if name.strip())
    return UsageError(f"{path} has no column that names repositories: its columns are {found or 'empty'}", _WAY_OUT)


def _csv_records(lines: Iterable[str], delimiter: str, header: Header, after: int) -> Iterator[Record]:
    """The records below a line."""

    def reads_as_row(cells: Sequence[str]) -> bool:
        """As wide as the header, with a repository where one stands, and with something else."""
        found = [looks_like_target(cell) for cell in cells]
        return len(cells) == len(header.names) and any(found[place] for place in header.targets) and not all(found)

    for row in csv_rows(_uncommented(lines), delimiter, reads_as_row):
        if row.line > after and (row.problem or any(cell.strip() for cell in row.cells)):
            yield replace(_record(row.line, row.cells, header), problem=row.problem)


def _uncommented(lines: Iterable[str]) -> Iterator[str]:
    """The lines; what is above the first row, comments and Excel's word on the delimiter, becomes empty lines."""
    before = True
    for line in lines:
        text = line.strip(_SPACE)
        before = before and (not text or text.startswith("#") or bool(_SAYS_DELIMITER.match(line)))
        yield "\n" if before else line


def _said_delimiter(lines: Sequence[str]) -> str:
    """The delimiter that the first line states for Excel, ``sep=;``, or an empty string."""
    said = _SAYS_DELIMITER.match(lines[0]) if lines else None
    return said.group(1) if said else ""


def _record(line: int, cells: Sequence[Any], header: Header) -> Record:
    texts = [_text(cell).strip() for cell in cells]

    def filled(*columns: Column) -> list[int]:
        return [place for place in header.places(*columns) if place < len(texts) and texts[place]]

    def first(column: Column) -> str:
        return next((texts[place] for place in filled(column)), "")

    given = [(header.names[place], texts[place]) for place in filled(*_CARRIED)]
    beyond = " | ".join(filter(None, texts[len(header.names) :]))
    return Record(
        line,
        tuple(TargetCell(texts[place], header.columns[place], header.names[place]) for place in filled(*TARGETS)),
        first(Column.NAME) or f"{first(Column.FIRST_NAME)} {first(Column.LAST_NAME)}".strip(),
        first(Column.ID),
        first(Column.REF),
        first(Column.FOLDER),
        (*given, (_BEYOND, beyond)) if beyond else tuple(given),
    )


def _text(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime) and cell.time() == time.min:  # a day, which a sheet keeps as its midnight
        return str(cell.date())
    return str(cell)


def _list(lines: Iterable[str]) -> Iterator[Record]:
    for number, line in enumerate(lines, 1):
        text = _COMMENT.sub("", line).strip(_SPACE)
        if text:
            yield Record(number, (TargetCell(text, Column.LINE),))


# -- Excel -------------------------------------------------------------------------------------------------------


def _sheet(path: Path, unpacked: int) -> Iterator[Record]:
    with closing(sheet_rows(path, unpacked)) as rows:
        sample = list(islice(rows, _SAMPLE))
        beside = sheet_links(path)
        texts = [[_text(cell) for cell in row] for _, row in sample]
        linked = [[_text(cell) for cell in _linked(number, row, beside)] for number, row in sample]
        place, header = find_header(texts) or find_header(linked) or (-1, _unnamed(linked[0] if linked else ()))
        if header is None:
            raise _no_column(path, texts)
        for number, row in chain(sample[place + 1 :], rows):
            record = _record(number, _linked(number, row, beside, header.targets), header)
            if any((number, place) in beside.without_value for place in header.targets):
                record = replace(record, problem=_WITHOUT_VALUE.format(number))
            yield record


def _linked(line: int, row: Sequence[Any], beside: SheetLinks, places: Iterable[int] | None = None) -> list[Any]:
    """The cells of a row; one that only leads to an address, as 'my work' does, has that as its text."""
    cells = list(row)
    for place in range(len(cells)) if places is None else places:
        link = beside.links.get((line, place), "")
        if place < len(cells) and looks_like_target(link) and not looks_like_target(_text(cells[place])):
            cells[place] = link
    return cells


def _unnamed(cells: Sequence[str]) -> Header | None:
    """The header of a table without one, told from its first record; None where no cell is a repository."""
    kinds = tuple(Column.TARGET if looks_like_target(cell) else Column.OTHER for cell in cells)
    return (
        Header(tuple(f"column {place + 1}" for place in range(len(kinds))), kinds) if Column.TARGET in kinds else None
    )


# -- JSON --------------------------------------------------------------------------------------------------------


def _json_lines(lines: Iterable[str]) -> Iterator[Record]:
    for number, line in enumerate(lines, 1):
        text = line.strip(_SPACE)
        if not text:
            continue
        try:
            value = json.loads(text)
        except (ValueError, RecursionError) as error:
            yield Record(number, problem=f"line {number} is no JSON: {error}")
            continue
        yield _from_json(number, value)


def _json_list(lines: Iterable[str], path: Path) -> Iterator[Record]:
    read: list[str] = []
    size = 0
    for line in lines:
        read.append(line)
        size += len(line)
        if size > _LONGEST_JSON:
            raise UsageError(
                f"{path} is a JSON list of more than {_LONGEST_JSON:,} characters", "Write one object a line."
            )
    try:
        values = json.loads("".join(read))
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{path} is no JSON: {error}", _WAY_OUT) from error
    for number, value in enumerate(values, 1):
        yield _from_json(number, value)


def _from_json(number: int, value: Any) -> Record:
    if isinstance(value, str):
        return Record(number, (TargetCell(value, Column.LINE),))
    if not isinstance(value, dict):
        return Record(number, problem=f"line {number} is neither an object nor a text")
    try:
        named = list(_leaves(value))
    except RecursionError as error:
        return Record(number, problem=f"line {number} is nested too deep: {error}")
    names, cells = [name for name, _ in named], [cell for _, cell in named]
    header = read_header(names, [cells])
    if header is None:
        return Record(number, problem=f"line {number} names no repository: its keys are {', '.join(names)[:200]}")
    return _record(number, cells, header)


def _leaves(value: dict[str, Any], above: str = "") -> Iterator[tuple[str, str]]:
    """Names and texts of an object; what is in an object in it has both names, or its own where only that is known."""
    for key, item in value.items():
        name = f"{above} {key}".strip()
        inner = item if isinstance(item, list) else [item]
        for part in inner:
            if isinstance(part, dict):
                yield from _leaves(part, name)
        plain = [part for part in inner if not isinstance(part, dict)]
        if plain:
            own = above and column_of(name) is Column.OTHER
            own = own and (column_of(key) in TARGETS or column_of(above) is Column.NAME)
            yield (key if own else name), _joined(plain)


def _joined(cell: Any) -> str:
    """The text of a value; a list is one item a line, as in a cell of a sheet."""
    if isinstance(cell, list):
        return "\n".join(_joined(item) for item in cell)
    return _text(cell) if not isinstance(cell, bool) else str(cell).lower()
