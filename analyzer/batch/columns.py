"""What columns of an applicant list are called. One more name is one more word."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

__all__ = ["Column", "Header", "looks_like_target", "read_header"]


class Column(StrEnum):
    """What a column holds. ``OTHER`` is carried along and shown."""

    TARGET = "target"
    NAME = "name"
    ID = "id"
    REF = "ref"
    FOLDER = "folder"
    OTHER = "other"


_NAMES: dict[Column, str] = {
    Column.TARGET: """
        target targets repo repos repository repositories repository-url repository-link repo-url repo-link url urls link
        links git git-url git-link github github-url github-link github-repo github-repository github-profile
        github-account github-user github-username github-login profile profile-url portfolio portfolio-url
        portfolio-link project projects project-url project-link project-repo project-repository submission
        submission-url submission-link source source-code code code-url username user login account clone-url
    """,
    Column.NAME: """
        name full-name label applicant applicant-name candidate candidate-name student student-name person participant
    """,
    Column.ID: """
        id applicant-id candidate-id application-id application student-id number no nr reference key code-name
    """,
    Column.REF: "ref branch tag commit revision sha version",
    Column.FOLDER: "subdir subfolder subdirectory folder directory path project-folder",
}
_COLUMNS = {name: column for column, names in _NAMES.items() for name in names.split()}
_MANY = re.compile(r"-?\d+$")
_TARGET = re.compile(r"(?:https?|ssh|git)://|git@|github\.com/|^[\w.-]+/[\w.-]+$|^(?:/|\./|\.\./|~)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Header:
    """The columns of a table: what each holds, and its name as it stands in the file."""

    names: tuple[str, ...]
    columns: tuple[Column, ...]

    def places(self, column: Column) -> tuple[int, ...]:
        """The positions of the columns that hold this."""
        return tuple(place for place, found in enumerate(self.columns) if found is column)


def looks_like_target(text: str) -> bool:
    """Whether a cell looks like the address or path of a repository."""
    return bool(_TARGET.search(text.strip()))


def _plain(name: str) -> str:
    words = re.sub(r"\([^)]*\)", " ", name.casefold())
    return _MANY.sub("", "-".join(re.findall(r"[^\W_]+", words)))


def read_header(names: Sequence[str], sample: Iterable[Sequence[str]] = ()) -> Header | None:
    """What each column holds, or None where the names are no header.

    Where no name is known, the column most of whose cells look like addresses of repositories holds the target.

    Args:
        names: the first record of the table.
        sample: some records after it.
    """
    if any(looks_like_target(name) for name in names):
        return None
    found = [_COLUMNS.get(_plain(name), Column.OTHER) for name in names]
    if Column.TARGET not in found:
        records = list(sample)
        counts = [
            sum(looks_like_target(record[place]) for record in records if place < len(record))
            for place in range(len(names))
        ]
        most = max(counts, default=0)
        if not most:
            return None
        found[counts.index(most)] = Column.TARGET
    return Header(tuple(name.strip() for name in names), tuple(found))
