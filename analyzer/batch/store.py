"""What batches know, in one SQLite file: entries by (commit, subfolder, rubric, version ...), and fingerprints.

Workers only read it; the process of the batch writes. It holds names of repositories, none of applicants; a batch is
remembered by a random id and the numbers of its rows, an applicant by a mark of two bytes that thousands of names share.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
import sqlite3
import unicodedata
import zlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from msgspec import Struct

from analyzer.errors import TargetError, UsageError
from analyzer.prints import FilePrint, bands_of, sketch_version
from analyzer.user_folders import cache_home

__all__ = ["Kept", "Store", "default_store", "open_store"]

_VERSION = 2
_NOT_PRINTED = -1
"""Number of files of a source whose fingerprints nobody made: a project inside a repository that has them."""
_MARK = 2
"""Bytes of an applicant's mark: enough to know somebody again, too few to find out who it is."""
_TABLES = """
create table meta (name text primary key, value text not null) without rowid;
create table source (
    id integer primary key, place text not null, name text not null, "commit" text not null, subdir text not null,
    bytes integer not null, files integer not null, unique (place, "commit", subdir)
);
create table entry (
    key text primary key, source integer not null references source (id) on delete cascade, made text not null,
    document blob not null, report blob
) without rowid;
create index entry_source on entry (source);
create index entry_made on entry (made);
create table text (id integer primary key, digest blob not null unique, size integer not null, sketch blob not null);
create table file (
    source integer not null references source (id) on delete cascade, path text not null,
    text integer not null references text (id), primary key (source, path)
) without rowid;
create index file_text on file (text);
create table band (
    hash integer not null, text integer not null references text (id) on delete cascade, primary key (hash, text)
) without rowid;
create index band_text on band (text);
create table member (
    batch text not null, row integer not null, source integer not null references source (id) on delete cascade,
    mark blob, primary key (batch, row, source)
) without rowid;
create index member_source on member (source);
create table pair (
    one integer not null references source (id) on delete cascade,
    other integer not null references source (id) on delete cascade,
    files blob not null, primary key (one, other)
) without rowid;
create index pair_other on pair (other);
"""


class Kept(Struct, frozen=True):
    """An entry as it is kept: the document, the moment of its analysis (UTC, ISO 8601), and its source.

    ``printed`` says whether fingerprints of the source were made.
    """

    document: dict[str, Any]
    made: str
    source: int
    printed: bool = True


def default_store() -> Path:
    """The store of this user."""
    return cache_home() / "folioscope" / "batch.sqlite"


@contextmanager
def open_store(path: Path) -> Iterator[Store]:
    """Open a store, made on first use.

    Raises:
        UsageError: it cannot be made or read, or was made by another version of its form.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(path, timeout=60, isolation_level=None)
    except (OSError, sqlite3.Error) as error:
        raise UsageError(f"The store {path} cannot be opened: {error}", "Give another one with --store.") from error
    with closing(connection):
        try:
            _prepare(connection)
        except sqlite3.DatabaseError as error:
            raise UsageError(
                f"The store {path} cannot be read: {error}", "Remove it, or give another one with --store."
            ) from error
        yield Store(connection)


def _prepare(connection: sqlite3.Connection) -> None:
    connection.execute("pragma journal_mode = wal")
    connection.execute("pragma synchronous = normal")
    connection.execute("pragma foreign_keys = on")
    connection.execute("pragma secure_delete = on")
    if connection.execute("pragma user_version").fetchone()[0] == _VERSION:
        if connection.execute("select value from meta where name = 'sketch'").fetchone() != (sketch_version(),):
            _forget_sketches(connection)
        return
    connection.execute("begin immediate")
    found = connection.execute("pragma user_version").fetchone()[0]
    if found not in range(_VERSION + 1):
        connection.execute("rollback")
        raise sqlite3.DatabaseError(f"it has form {found}, this version of Folioscope knows {_VERSION}")
    if found == 0:
        for statement in _TABLES.split(";"):
            connection.execute(statement)
        connection.execute("insert into meta values ('sketch', ?)", (sketch_version(),))
    if found == 1:  # who handed in what is not known of the batches before
        connection.execute("alter table member add column mark blob")
    if found < _VERSION:
        connection.execute("insert into meta values ('salt', ?)", (secrets.token_hex(16),))
        connection.execute(f"pragma user_version = {_VERSION}")
    connection.execute("commit")


def _forget_sketches(connection: sqlite3.Connection) -> None:
    """Drop sketches of another library version, which must not be compared with new ones; equal texts are still found."""
    connection.execute("begin immediate")
    connection.execute("delete from band")
    connection.execute("update text set sketch = x''")
    connection.execute("update meta set value = ? where name = 'sketch'", (sketch_version(),))
    connection.execute("commit")


class Store:
    """An open store."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection

    @contextmanager
    def writing(self) -> Iterator[None]:
        """All changes in the block, or none of them.

        Raises:
            TargetError: the disk is full, or the file cannot be written.
        """
        try:
            self._db.execute("begin immediate")
            try:
                yield
            except BaseException:
                self._db.execute("rollback")
                raise
            self._db.execute("commit")
        except sqlite3.Error as error:
            raise TargetError(f"The store cannot be written: {error}", "Free some space, or use --store.") from error

    # -- entries ---------------------------------------------------------------------------------------------------

    def get(self, key: str) -> Kept | None:
        """What is known under a key."""
        row = self._db.execute(
            "select document, made, source, files from entry join source on id = source where key = ?", (key,)
        ).fetchone()
        return Kept(json.loads(zlib.decompress(row[0])), row[1], row[2], row[3] != _NOT_PRINTED) if row else None

    def report(self, key: str) -> dict[str, Any] | None:
        """The whole report of an entry, where it was kept."""
        row = self._db.execute("select report from entry where key = ?", (key,)).fetchone()
        return json.loads(zlib.decompress(row[0])) if row and row[0] else None

    def put(
        self,
        key: str,
        place: str,
        document: Mapping[str, Any],
        prints: Sequence[FilePrint] | None,
        made: str = "",
        report: Mapping[str, Any] | None = None,
    ) -> tuple[int, bool]:
        """Keep an entry and its fingerprints, where some were made. Returns its source, and whether those are new.

        ``place`` is the address or path of the repository: what tells it from others of the same name.
        """
        source, new = self._source(place, document["repository"], prints)
        self._db.execute(
            "insert or replace into entry values (?, ?, ?, ?, ?)",
            (key, source, made or _now(), _packed(document), _packed(report) if report else None),
        )
        return source, new

    def _source(
        self, place: str, repository: Mapping[str, Any], prints: Sequence[FilePrint] | None
    ) -> tuple[int, bool]:
        names = (place, repository["commit"], repository["subdir"])
        row = self._db.execute(
            'select id, files from source where place = ? and "commit" = ? and subdir = ?', names
        ).fetchone()
        if row and (prints is None or row[1] != _NOT_PRINTED):
            return int(row[0]), False
        size, count = (0, _NOT_PRINTED) if prints is None else (sum(item.size for item in prints), len(prints))
        if row:
            source = int(row[0])
            self._db.execute("update source set bytes = ?, files = ? where id = ?", (size, count, source))
        else:
            cursor = self._db.execute(
                'insert into source (place, "commit", subdir, name, bytes, files) values (?, ?, ?, ?, ?, ?)',
                (*names, repository["name"], size, count),
            )
            source = int(cursor.lastrowid or 0)
        self._db.executemany(
            "insert into file values (?, ?, ?)", [(source, item.path, self._text(item)) for item in prints or ()]
        )
        return source, prints is not None

    def _text(self, item: FilePrint) -> int:
        row = self._db.execute("select id from text where digest = ?", (item.digest,)).fetchone()
        if row:
            return int(row[0])
        cursor = self._db.execute(
            "insert into text (digest, size, sketch) values (?, ?, ?)", (item.digest, item.size, item.sketch)
        )
        text = int(cursor.lastrowid or 0)
        if item.sketch:
            bands = {(band, text) for band in bands_of(item.sketch)}
            self._db.executemany("insert or ignore into band values (?, ?)", sorted(bands))
        return text

    # -- batches ---------------------------------------------------------------------------------------------------

    def remember(self, batch: str, row: int, sources: Iterable[int], applicant: str) -> None:
        """Note which sources a row of a batch names, in place of those of an earlier run, with the mark of the applicant."""
        mark = self._mark(applicant)
        self._db.execute("delete from member where batch = ? and row = ?", (batch, row))
        self._db.executemany(
            "insert or ignore into member values (?, ?, ?, ?)",
            [(batch, row, source, mark) for source in sources if source],
        )

    def _mark(self, applicant: str) -> bytes:
        """What tells in a later batch whether it is somebody else; another store gives another one."""
        (salt,) = next(self.query("select value from meta where name = 'salt'"))
        plain = " ".join(unicodedata.normalize("NFKC", applicant).casefold().split())
        return hmac.digest(bytes.fromhex(salt), plain.encode("utf-8", "surrogatepass"), hashlib.sha256)[:_MARK]

    def query(self, sql: str, parameters: Sequence[Any] | Mapping[str, Any] = ()) -> Iterator[tuple[Any, ...]]:
        """The rows of a query of another module of this package."""
        yield from self._db.execute(sql, parameters)

    def change(self, sql: str, parameters: Sequence[Any] = ()) -> int:
        """Run one statement that changes; returns how many rows it touched."""
        return self._db.execute(sql, parameters).rowcount

    # -- erasure ---------------------------------------------------------------------------------------------------

    def forget(self, names: Sequence[str], before: str = "") -> int:
        """Erase what is known about repositories whose name or address is one of these, and what was made before a moment.

        Returns the number of entries that are gone. Freed pages are overwritten (``secure_delete``).
        """
        with self.writing():
            gone = 0
            for name in names:
                sources = [int(row[0]) for row in self.query(_NAMED, {"name": _plain(name)})]
                for source in sources:
                    gone += self.change("delete from entry where source = ?", (source,))
                    self.change("delete from source where id = ?", (source,))
            if before:
                gone += self.change("delete from entry where made < ?", (before,))
                self.change("delete from source where id not in (select source from entry)")
            self.change("delete from text where id not in (select text from file)")
        self._db.execute("pragma wal_checkpoint(truncate)")
        return gone

    def leave(self, batch: str, rows: Collection[int]) -> None:
        """Erase which repositories rows of a batch name, and what is known of those that no other row of any batch names."""
        with self.writing():
            for row in rows:
                found = self.query(
                    'select id, place, "commit" from source join member on source = id where batch = ? and row = ?',
                    (batch, row),
                )
                sources = list(found)
                self.change("delete from member where batch = ? and row = ?", (batch, row))
                for source, place, commit in sources:
                    if any(self.query("select 1 from member where source = ?", (source,))):
                        continue
                    self.change("delete from source where id = ?", (source,))
                    # The projects inside, which no row names.
                    self.change(
                        'delete from source where place = ? and "commit" = ? and files = ?',
                        (place, commit, _NOT_PRINTED),
                    )
            self.change("delete from text where id not in (select text from file)")
        self._db.execute("pragma wal_checkpoint(truncate)")

    def rows_of(self, batch: str) -> set[int]:
        """The numbers of the rows of a batch that are known."""
        return {int(row) for (row,) in self.query("select distinct row from member where batch = ?", (batch,))}


_NAMED = """
select id from source where name = :name or substr(name, 1, length(:name) + 2) = :name || ' ('
or place = :name or substr(place, -length(:name) - 1) = '/' || :name
"""


def _plain(name: str) -> str:
    return name.strip().rstrip("/").removesuffix(".git")


def _packed(document: Mapping[str, Any]) -> bytes:
    return zlib.compress(json.dumps(document).encode(), 6)


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
