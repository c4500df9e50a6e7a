"""Rows of CSV as people and spreadsheets write it: a row that is none is told, and costs no other row."""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence

from msgspec import Struct

__all__ = ["CsvRow", "csv_rows", "delimiter_of"]

_DELIMITERS = ",;\t|"
_MOST_LINES = 1000
"""Lines of one row. A quote that is still open then is one that nobody closed."""

_MOST_CELLS = 16_384
"""Cells of one row: the most that a sheet of Excel has."""


class CsvRow(Struct, frozen=True):
    """One row: the line at which it begins, its cells, and why they cannot be relied on."""

    line: int
    cells: tuple[str, ...]
    problem: str = ""


ReadsAsRow = Callable[[Sequence[str]], bool]


def csv_rows(lines: Iterable[str], delimiter: str, reads_as_row: ReadsAsRow = lambda cells: False) -> Iterator[CsvRow]:
    """The rows of some lines; empty ones too.

    A quote that nothing closes would take all rows after it into its cell. Its row is a problem then, and the next line
    begins a row again.

    Args:
        lines: each with its end.
        delimiter: what is between two cells.
        reads_as_row: whether cells are a row of the table; a quoted cell that has such a line swallowed it.
    """
    ahead: deque[str] = deque()
    source = iter(lines)

    def take() -> str | None:
        return ahead.popleft() if ahead else next(source, None)

    number = 1
    while (first := take()) is not None:
        if first.count(delimiter) >= _MOST_CELLS:
            yield CsvRow(number, (), f"line {number} has more than {_MOST_CELLS:,} cells")
            number += 1
            continue
        if not _is_open(first, delimiter):
            yield _of_one_line(number, first, delimiter)
            number += 1
            continue
        taken = [first]
        row = _of_many_lines(number, taken, take, delimiter, reads_as_row)
        if row is None:
            ahead.extendleft(reversed(taken[1:]))
            del taken[1:]
            row = CsvRow(number, _unquoted(first, delimiter), f"line {number} has a quote that nothing closes")
        yield row
        number += len(taken)


def _is_open(line: str, delimiter: str) -> bool:
    """Whether a quoted cell goes on in the next line."""
    if '"' not in line:
        return False
    reader = csv.reader((line, "\n"), delimiter=delimiter)
    try:
        next(reader, None)
    except csv.Error:  # a cell that is too long: quotes come in pairs but for one that is open
        return line.count('"') % 2 == 1
    return reader.line_num > 1


def _of_one_line(number: int, line: str, delimiter: str) -> CsvRow:
    """The row of a line; quotes within a cell are characters."""
    try:
        return CsvRow(number, tuple(next(csv.reader((line,), delimiter=delimiter), ())))
    except csv.Error as error:
        return _unreadable(number, error)


def _of_many_lines(
    number: int, taken: list[str], take: Callable[[], str | None], delimiter: str, reads_as_row: ReadsAsRow
) -> CsvRow | None:
    """The row that begins with the line in ``taken``, to which the others are added; None where its quote does not close."""

    def following() -> Iterator[str]:
        yield taken[0]
        while len(taken) < _MOST_LINES and (line := take()) is not None:
            taken.append(line)
            yield line

    def swallowed(lines: Iterable[str]) -> bool:
        return any(reads_as_row(_of_one_line(0, line, delimiter).cells) for line in lines)

    rest = following()
    try:
        cells = next(csv.reader(rest, delimiter=delimiter, strict=True))
    except csv.Error as error:
        if sum(map(len, taken)) <= csv.field_size_limit():
            return None
        quotes = sum(line.count('"') for line in taken)
        for line in rest if quotes % 2 else ():
            quotes += line.count('"')
            if quotes % 2 == 0:
                break
        return None if quotes % 2 or swallowed(taken[1:]) else _unreadable(number, error)
    inner = (line for cell in cells for line in cell.splitlines()[1:])
    return None if swallowed(inner) else CsvRow(number, tuple(cells))


def _unquoted(line: str, delimiter: str) -> tuple[str, ...]:
    try:
        return tuple(next(csv.reader((line,), delimiter=delimiter, quoting=csv.QUOTE_NONE), ()))
    except csv.Error:
        return ()


def _unreadable(number: int, error: csv.Error) -> CsvRow:
    return CsvRow(number, (), f"line {number} cannot be read as CSV: {error}")


def delimiter_of(sample: Sequence[str]) -> str:
    """The delimiter by which most of the first lines have the same number of cells, more than one; or an empty string."""
    best, found = 0, ""
    for delimiter in _DELIMITERS:
        widths = [len(row.cells) for row in csv_rows(sample, delimiter) if row.cells]
        if widths and widths[0] > 1:
            same = sum(width == widths[0] for width in widths)
            if same * 1000 + widths[0] > best:
                best, found = same * 1000 + widths[0], delimiter
    return found
