"""The applicants of a batch: what each row of the file asks to look at."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from msgspec import Struct

from analyzer.batch.named import is_account, is_word, named_in_cell
from analyzer.batch.sheets import UNPACKED
from analyzer.batch.tables import Record, read_records
from analyzer.errors import UsageError
from analyzer.target import Host, place_of

__all__ = ["Row", "count_rows", "digest_of", "is_account", "read_rows"]

_MOST_TARGETS = 50


class Row(Struct, frozen=True):
    """One applicant.

    Args:
        number: counted from 1, over all rows of the file.
        line: where it stands in the file.
        applicant: name or id as the file has it; empty where it has none.
        targets: repositories and accounts to look at.
        ref: branch, tag or commit, where a column names it.
        subdir: folder, where a column names it.
        given: all cells that are not about the repository, by the name of their column.
        problem: why the row cannot be run, or an empty string.
    """

    number: int
    line: int
    applicant: str
    targets: tuple[str, ...]
    ref: str = ""
    subdir: str = ""
    given: tuple[tuple[str, str], ...] = ()
    problem: str = ""

    def names_account(self, hosts: tuple[Host, ...]) -> bool:
        """Whether it asks to look at an account of one of the hosts."""
        return any(is_account(target, hosts) for target in self.targets)


def read_rows(
    path: Path, absent: Callable[[int], bool] = lambda number: False, *, unpacked: int = UNPACKED
) -> Iterator[Row]:
    """The rows of a file, one at a time. Numbers that are ``absent`` are left out: those rows were in it once.

    An Excel file may unpack to so many bytes.

    Raises:
        UsageError: the file cannot be read, or has no column that names repositories.
    """
    number = 0
    for record in read_records(path, unpacked=unpacked):
        number += 1
        while absent(number):
            number += 1
        yield _row(number, record, path.parent)


def count_rows(path: Path) -> int:
    """How many rows a file has.

    Raises:
        UsageError: as :func:`read_rows`.
    """
    return sum(1 for _ in read_records(path))


def digest_of(path: Path) -> str:
    """The SHA-256 of a file, by which a resumed batch knows that it is the same one.

    Raises:
        UsageError: the file cannot be read.
    """
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}", "Check the path.") from error


def _row(number: int, record: Record, folder: Path) -> Row:
    found = [(cell, named_in_cell(cell.text, cell.column, folder)) for cell in record.cells]
    spelled: dict[object, str] = {}
    for target in (target for _, named in found for target in named.targets):
        spelled.setdefault(place_of(target), target)
    targets = tuple(spelled.values())
    unclear = [word for _, named in found for word in named.rest]
    # What names nothing is shown as cells of other columns are.
    given = (*record.given, *((cell.name, cell.text) for cell, named in found if named.rest and cell.name))
    problem = record.problem
    if not problem and not targets:
        problem = f"line {record.line} names no repository: {_why_none(unclear)}"
    elif len(targets) > _MOST_TARGETS:
        problem = f"line {record.line} names {len(targets)} repositories; a row may name {_MOST_TARGETS}"
    applicant = record.name or record.id
    return Row(number, record.line, applicant, targets, record.ref, record.folder, given, problem)


def _why_none(unclear: Sequence[str]) -> str:
    if not unclear:
        return "its cell is empty"
    accounts = "; accounts stand in a column named 'github'" if any(map(is_word, unclear)) else ""
    return f"{', '.join(unclear)[:200]!r} is neither OWNER/REPO nor an address{accounts}"
