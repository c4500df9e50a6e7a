"""What columns of an applicant list are called. One more name is one more word."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from enum import StrEnum

from msgspec import Struct

__all__ = ["TARGETS", "Column", "Header", "column_of", "find_header", "looks_like_target", "read_header"]


class Column(StrEnum):
    """What a column holds.

    ``TARGET`` are addresses and paths of repositories; ``ACCOUNT`` also single words, which are GitHub accounts only where
    the name of the column says so; ``LINE`` is a line of a list, where what is a folder here is no account. ``OTHER`` is
    carried along and shown.
    """

    TARGET = "target"
    ACCOUNT = "account"
    LINE = "line"
    NAME = "name"
    FIRST_NAME = "first name"
    LAST_NAME = "last name"
    ID = "id"
    REF = "ref"
    FOLDER = "folder"
    OTHER = "other"


_NAMES: dict[Column, str] = {
    Column.TARGET: """
        target targets repo repos repository repositories repository-url repository-link repo-url repo-link url urls link
        links git git-url git-link github-url github-link github-repo github-repository profile profile-url portfolio
        portfolio-url portfolio-link project projects project-url project-link project-repo project-repository submission
        submission-url submission-link source source-code code code-url username user login clone-url
    """,
    Column.ACCOUNT: "account accounts github",
    Column.NAME: """
        name full-name label applicant applicant-name candidate candidate-name student student-name person participant
        bewerber bewerberin bewerbername kandidat kandidatin teilnehmer candidat nom-complet nombre-completo candidato
    """,
    Column.FIRST_NAME: "first-name firstname forename given-name vorname prénom prenom nombre",
    Column.LAST_NAME: "last-name lastname surname family-name nachname familienname nom apellido apellidos",
    Column.ID: """
        id applicant-id candidate-id application-id application student-id number no nr reference key code-name
        nummer bewerbernummer matrikelnummer kennung numéro numero número
    """,
    Column.REF: "ref branch tag commit revision sha version zweig branche rama",
    Column.FOLDER: """
        subdir subfolder subdirectory folder directory path project-folder ordner unterordner verzeichnis dossier carpeta
    """,
}
_COLUMNS = {name: column for column, names in _NAMES.items() for name in names.split()}
_ACCOUNT_WORDS = frozenset(
    ["account", "accounts", "handle", "id", "login", "name", "nickname", "profile", "profiles", "user", "username"]
)
_BESIDE = frozenset(["github", "link", "my", "of", "on", "page", "the", "url", "your"])
"""Words that a name of a column of accounts may have beside."""
TARGETS = frozenset({Column.TARGET, Column.ACCOUNT})
"""Columns that name what to look at."""
_TITLES = 10
"""Rows above the header that may be a title."""
_OWN = frozenset(
    {
        "rank", "ties", "code", "row", "applicant", "targets", "status", "cause", "score", "grade", "top strength",
        "top gap", "compared with the next", "technologies", "not assessed", "near-duplicates", "repositories",
        "commits", "subfolders", "projects inside", "analyzed (utc)", "rubric", "rubric sha256", "folioscope",
    }
)  # fmt: skip
"""Names of columns that the tables of results have (``analyzer.batch.export``)."""
_MANY = re.compile(r"-?\d+$")
_TARGET = re.compile(r"(?:https?|ssh|git)://|git@|github\.com/|^[\w.-]+/[\w.-]+$|^(?:/|\./|\.\./|~)", re.IGNORECASE)
_ON_GIT_HOST = re.compile(
    r"(?:^|[/@\s.])(?:git|github|gitlab|gitea|forgejo|codeberg|bitbucket)\.(?!io\b)[\w.-]+(?::\d+)?[/:][^\s/]+/[^\s/]+",
    re.IGNORECASE,
)


class Header(Struct, frozen=True):
    """The columns of a table: what each holds, and its name as it stands in the file."""

    names: tuple[str, ...]
    columns: tuple[Column, ...]

    def places(self, *columns: Column) -> tuple[int, ...]:
        """The positions of the columns that hold one of these."""
        return tuple(place for place, found in enumerate(self.columns) if found in columns)

    @property
    def targets(self) -> tuple[int, ...]:
        """The positions of the columns that name what to look at."""
        return self.places(*TARGETS)


def looks_like_target(text: str) -> bool:
    """Whether a cell looks like the address or path of a repository."""
    return bool(_TARGET.search(text.strip()))


def _plain(name: str) -> str:
    words = re.sub(r"\([^)]*\)", " ", name.casefold())
    return _MANY.sub("", "-".join(re.findall(r"[^\W_]+", words)))


def column_of(name: str) -> Column:
    """What a column of this name holds."""
    plain = _plain(name)
    words = set(plain.split("-"))
    if plain in _COLUMNS:
        return _COLUMNS[plain]
    of_accounts = "github" in words and words & _ACCOUNT_WORDS and words <= _ACCOUNT_WORDS | _BESIDE
    return Column.ACCOUNT if of_accounts else Column.OTHER


def find_header(table: Sequence[Sequence[str]], *, maybe_list: bool = False) -> tuple[int, Header] | None:
    """The header of a table and its place among the first rows, or None where they have none.

    Rows of a single cell above wider ones are a title. Where it may also be a list, a single column has a header only
    where its name is known.
    """
    filled = [sum(bool(cell.strip()) for cell in row) for row in table]
    for place, row in enumerate(table[:_TITLES]):
        if any(map(looks_like_target, row)):
            return None
        known = any(column_of(cell) in TARGETS for cell in row)
        if known or filled[place] > 1 or (max(filled) == 1 and not maybe_list):
            header = read_header(row, table[place + 1 :])
            return (place, header) if header else None
    return None


def read_header(names: Sequence[str], sample: Iterable[Sequence[str]] = ()) -> Header | None:
    """What each column holds, or None where the names are no header.

    Where no name is known, the columns hold targets whose cells look like addresses of repositories.

    Args:
        names: the first record of the table.
        sample: some records after it.
    """
    if any(looks_like_target(name) for name in names):
        return None
    found = [column_of(name) for name in names]
    if not TARGETS.intersection(found):
        records = list(sample)
        columns = [
            [cell for record in records if place < len(record) and (cell := record[place].strip())]
            for place in range(len(names))
        ]
        places = _by_what_they_hold(columns)
        if not places:
            return None
        for place in places:
            found[place] = Column.TARGET
    return Header(_shown(names), tuple(found))


def _by_what_they_hold(columns: Sequence[Sequence[str]]) -> list[int]:
    """The columns of addresses on a git host; else the one that has most of what looks like a repository.

    One address in all rows is a template or a course, and the work of nobody.
    """
    addresses = [sum(bool(_ON_GIT_HOST.search(cell)) for cell in cells) for cells in columns]
    found = [
        place
        for place, cells in enumerate(columns)
        if addresses[place] * 2 > len(cells) and (len(cells) == 1 or len(set(cells)) > 1)
    ]
    if found:
        return found
    counts = addresses if any(addresses) else [sum(map(looks_like_target, cells)) for cells in columns]
    most = max(counts, default=0)
    return [counts.index(most)] if most else []


def _is_own(name: str) -> bool:
    """Whether the tables of results have a column of this name; sections have their share in percent."""
    return name.casefold() in _OWN or name.endswith(" %")


def _shown(names: Sequence[str]) -> tuple[str, ...]:
    """The names by which cells are carried along: each once, none of the tool's own, and one where there is none."""
    found: dict[str, None] = {}
    for place, name in enumerate(names, 1):
        plain = name.strip() or f"column {place}"
        plain = shown = f"given: {plain}" if _is_own(plain) else plain
        count = 1
        while shown in found:
            count += 1
            shown = f"{plain} ({count})"
        found[shown] = None
    return tuple(found)
