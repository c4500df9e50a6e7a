"""The database of the service: engine, sessions for reading and for writing, and its migrations."""

from __future__ import annotations

import logging
import os
import sqlite3
import stat
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.orm import Session

from analyzer import UsageError

__all__ = ["Store", "alembic_config", "insert_into", "open_store"]

_LOG = logging.getLogger("folioscope.store")
_LOCK = 0x666F6C69
"""Number of the advisory lock under which PostgreSQL is migrated by one process alone."""


class Store:
    """Sessions of one database. Safe for threads; a forked process opens one of its own."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.engine = _engine(url)
        self._scrubbing = threading.Lock()
        self._scrubber: threading.Thread | None = None
        self._immediate = self.engine.execution_options(immediate=True)

    @property
    def sqlite(self) -> bool:
        """Whether this is SQLite."""
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that sees one state of the database and changes nothing."""
        with Session(self.engine, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A session that is committed at the end, or rolled back by an error.

        On SQLite it takes the lock at its beginning: a transaction that reads first and writes later could otherwise
        find that another one wrote in between, and fail.
        """
        with Session(self._immediate, expire_on_commit=False) as session, session.begin():
            yield session

    def migrate(self) -> None:
        """Bring the tables up to date. Of several processes one does it, the others wait.

        Tables of a later version stay as they are: migrations only add, so this version runs on them, as after a roll-back.
        """
        if self.sqlite:  # one transaction, whose lock is taken at its beginning
            with self._immediate.begin() as connection:
                _upgrade(connection, _revision(connection))
            return
        with self.engine.connect() as connection:
            connection.execute(text("SELECT pg_advisory_lock(:number)"), {"number": _LOCK})
            connection.commit()
            try:
                revision = _revision(connection)
                connection.rollback()  # the migrations have transactions of their own
                _upgrade(connection, revision)
            finally:
                connection.execute(text("SELECT pg_advisory_unlock(:number)"), {"number": _LOCK})
                connection.commit()

    def outdated(self) -> bool:
        """Whether the tables are those of an earlier version, or not there at all."""
        with self.engine.connect() as connection:
            return _revision(connection) in (None, *_revisions()[1:])

    def scrub(self) -> None:
        """Let nothing of deleted rows remain in the files of the database, as far as it can be told to."""
        if self.sqlite:  # secure_delete has overwritten them; what the log still has goes with it
            with closing(self.engine.raw_connection()) as plain:  # not in a transaction
                plain.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        else:
            with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.execute(text("VACUUM"))

    def scrub_soon(self) -> None:
        """The same in a moment, and once for all that is deleted meanwhile."""
        with self._scrubbing:
            if self._scrubber is None or not self._scrubber.is_alive():
                self._scrubber = threading.Thread(target=self._scrub_quietly, name="scrub", daemon=True)
                self._scrubber.start()

    def _scrub_quietly(self) -> None:
        time.sleep(0.05)
        with self._scrubbing:
            self._scrubber = None
        try:
            self.scrub()
        except SQLAlchemyError as error:  # the next one does it
            _LOG.warning("the log of the database could not be emptied: %s", error)

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()


def _upgrade(connection: Connection, revision: str | None) -> None:
    from alembic import command

    if revision is None or revision in _revisions():
        command.upgrade(alembic_config(connection), "head")
    else:
        _LOG.warning("the tables are those of a later version (%s), and stay as they are", revision)


def open_store(url: str) -> Store:
    """Open the database at a SQLAlchemy URL; of SQLite, the folder is made.

    Raises:
        UsageError: the URL is not understood.
    """
    try:
        parsed = make_url(url)
        store = Store(url)
    except (ArgumentError, ImportError) as error:
        raise UsageError(f"The database cannot be used: {error}", "Give sqlite:///FILE or postgresql://...") from error
    if store.sqlite and parsed.database:
        _make_private(Path(parsed.database))
    return store


def insert_into(session: Session, table: type[Any]) -> Any:
    """An INSERT that takes ``on_conflict_do_nothing`` and the like, which both databases have."""
    from sqlalchemy.dialects import postgresql, sqlite

    return (sqlite if session.get_bind().dialect.name == "sqlite" else postgresql).insert(table)


def alembic_config(connection: Connection | None = None) -> Any:
    """The configuration of Alembic for the migrations of this package."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    return config


@cache
def _revisions() -> tuple[str, ...]:
    """The migrations that this version knows, newest first."""
    from alembic.script import ScriptDirectory

    return tuple(script.revision for script in ScriptDirectory.from_config(alembic_config()).walk_revisions())


def _revision(connection: Connection) -> str | None:
    """The migration that the tables are at; None where there are none yet."""
    from alembic.migration import MigrationContext

    return MigrationContext.configure(connection).get_current_revision()


def _make_private(path: Path) -> None:
    """The file and its folder are for this user alone: reports of people are in it."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, stat.S_IRUSR | stat.S_IWUSR))
    except OSError as error:
        raise UsageError(f"{path} cannot be made: {error.strerror}", "Set FOLIOSCOPE_DATA_FOLDER.") from error


_SQLITE_SECONDS = 30


def _log_ahead(connection: sqlite3.Connection) -> None:
    """Let SQLite write ahead. Of several processes that change a new file at once, all but one are refused at once.

    None waits for the others then, since they would wait for each other.
    """
    until = time.monotonic() + _SQLITE_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL").close()
        except sqlite3.OperationalError:
            if time.monotonic() > until:
                raise
            time.sleep(0.02)
        else:
            return


def _engine(url: str) -> Engine:
    if not url.startswith("sqlite"):
        return create_engine(
            url, pool_pre_ping=True, pool_size=10, max_overflow=20, pool_timeout=10, connect_args={"connect_timeout": 5}
        )
    engine = create_engine(
        url, connect_args={"timeout": _SQLITE_SECONDS, "check_same_thread": False}, pool_size=20, max_overflow=20
    )

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, record: object) -> None:
        del record
        connection.isolation_level = None  # transactions begin below, not when sqlite3 thinks so
        _log_ahead(connection)
        for pragma in ("synchronous=NORMAL", "foreign_keys=ON", "secure_delete=ON"):
            connection.execute(f"PRAGMA {pragma}").close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        immediate = connection.get_execution_options().get("immediate")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")

    return engine
