"""The applicants of a batch: what each row of the file asks to look at."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from analyzer.batch.columns import looks_like_target
from analyzer.batch.tables import Record, read_records
from analyzer.errors import UsageError
from analyzer.portfolio.sources import account_in
from analyzer.target import DEFAULT_HOSTS, Host

__all__ = ["Row", "count_rows", "digest_of", "is_account", "read_rows"]

_BETWEEN = re.compile(r"[\r\n;|,]+")
_ADDRESS = re.compile(r"(?:https?|ssh|git)://|git@|(?:www\.)?github\.com/", re.IGNORECASE)
_MOST_TARGETS = 50


@dataclass(frozen=True, slots=True)
class Row:
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


def read_rows(path: Path) -> Iterator[Row]:
    """The rows of a file, one at a time.

    Raises:
        UsageError: the file cannot be read, or has no column that names repositories.
    """
    for number, record in enumerate(read_records(path), 1):
        yield _row(number, record)


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


def is_account(target: str, hosts: tuple[Host, ...] = DEFAULT_HOSTS) -> bool:
    """Whether a target names a user or an organisation, not a repository or a folder here."""
    return account_in(target.strip(), hosts) is not None


def _row(number: int, record: Record) -> Row:
    targets = tuple(dict.fromkeys(part for cell in record.targets for part in _split(cell)))
    problem = record.problem
    if not problem and not targets:
        problem = f"line {record.line} names no repository: its cell is empty"
    elif len(targets) > _MOST_TARGETS:
        problem = f"line {record.line} names {len(targets)} repositories; a row may name {_MOST_TARGETS}"
    applicant = record.name or record.id
    return Row(number, record.line, applicant, targets, record.ref, record.folder, record.given, problem)


def _split(cell: str) -> list[str]:
    """The targets of a cell: separated by line, comma, semicolon, bar, or by space where each part reads as one."""
    text = cell.strip().strip("<>\"'")
    if not text or ("://" not in text and _exists(text)):
        return [text] if text else []
    found: list[str] = []
    for piece in _BETWEEN.split(text):
        words = [word for word in (word.strip("<>\"'()") for word in piece.split()) if word]
        if len(words) > 1 and not all(map(looks_like_target, words)):
            # Words around an address are no repositories, and a sentence without one is none at all.
            words = [word for word in words if _ADDRESS.match(word)] or [piece.strip()]
        found += words
    return found


def _exists(text: str) -> bool:
    try:
        return Path(text).expanduser().exists()
    except (OSError, ValueError, RuntimeError):
        return False
