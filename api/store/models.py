"""The tables. A change here needs a migration (``api/store/migrations``); a test compares the two."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, Integer, LargeBinary, MetaData, String, Text, false
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from api.store.columns import Utc, now

__all__ = [
    "Account",
    "Analysis",
    "ApiKey",
    "AuditEntry",
    "Base",
    "Batch",
    "BatchProblem",
    "Event",
    "Idempotency",
    "MergedRow",
    "SignIn",
    "StoredReport",
    "StoredRubric",
    "Turn",
    "Worker",
]

_Number = BigInteger().with_variant(Integer, "sqlite")  # SQLite counts up in INTEGER PRIMARY KEY alone


class Base(DeclarativeBase):
    """The metadata of all tables, with names of constraints that both databases take."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class Account(Base):
    """Someone with keys: an owner of the service, or a recruiter."""

    __tablename__ = "accounts"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    name: Mapped[str] = mapped_column(String(200), unique=True)
    email: Mapped[str | None] = mapped_column(String(320), unique=True)
    role: Mapped[str] = mapped_column(String(16))
    """``owner`` or ``recruiter``."""
    issuer: Mapped[str | None] = mapped_column(String(500))
    subject: Mapped[str | None] = mapped_column(String(255))
    created_at: Mapped[datetime] = mapped_column(Utc, default=now)
    disabled_at: Mapped[datetime | None] = mapped_column(Utc)

    __table_args__ = (Index(None, "issuer", "subject", unique=True),)


class ApiKey(Base):
    """A key. Of the secret part its hash alone is kept."""

    __tablename__ = "api_keys"

    id: Mapped[str] = mapped_column(String(16), primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(100))
    hash: Mapped[str] = mapped_column(String(64))
    scopes: Mapped[str] = mapped_column(String(200))
    """Words with spaces between."""
    created_at: Mapped[datetime] = mapped_column(Utc, default=now)
    expires_at: Mapped[datetime] = mapped_column(Utc)
    used_at: Mapped[datetime | None] = mapped_column(Utc)
    revoked_at: Mapped[datetime | None] = mapped_column(Utc)


class SignIn(Base):
    """A sign-in of a browser. The cookie holds a random token, this its hash."""

    __tablename__ = "sign_ins"

    hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    scopes: Mapped[str] = mapped_column(String(200))
    key_id: Mapped[str | None] = mapped_column(String(16))
    """The key that it was begun with, and with which it ends; None where a provider was asked."""
    created_at: Mapped[datetime] = mapped_column(Utc, default=now)
    expires_at: Mapped[datetime] = mapped_column(Utc)


class Batch(Base):
    """Many applicants of one account. A row is an applicant: all analyses of one line of the upload."""

    __tablename__ = "batches"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(200), default="")
    rubric: Mapped[str] = mapped_column(String(64))
    whole: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether projects inside a repository are not told apart."""
    rows: Mapped[int] = mapped_column(Integer)
    finished: Mapped[int] = mapped_column(Integer, default=0)
    """Rows of which all analyses are done, failed or cancelled. Counted up together with the event of each, in one
    transaction."""
    cancelled_at: Mapped[datetime | None] = mapped_column(Utc)
    created_at: Mapped[datetime] = mapped_column(Utc, default=now, index=True)
    finished_at: Mapped[datetime | None] = mapped_column(Utc)


class BatchProblem(Base):
    """What of a row of an upload could not be understood: all of it, or one of the repositories that it names."""

    __tablename__ = "batch_problems"

    batch_id: Mapped[str] = mapped_column(ForeignKey("batches.id", ondelete="CASCADE"), primary_key=True)
    line: Mapped[int] = mapped_column(Integer, primary_key=True)
    what: Mapped[str] = mapped_column(Text)
    hint: Mapped[str] = mapped_column(Text, default="")


class MergedRow(Base):
    """What several analyses of a row come to together. Made when the last has ended, deleted when one of them is."""

    __tablename__ = "merged_rows"

    batch_id: Mapped[str] = mapped_column(ForeignKey("batches.id", ondelete="CASCADE"), primary_key=True)
    line: Mapped[int] = mapped_column(Integer, primary_key=True)
    score: Mapped[float]
    grade: Mapped[str] = mapped_column(String(100))
    summary: Mapped[dict[str, Any]] = mapped_column(JSON)
    """What tables show of it (``api/store/summaries.py``)."""
    document: Mapped[bytes] = mapped_column(LargeBinary)
    """JSON, gzipped: what a line of the batch command says."""


class StoredRubric(Base):
    """A rubric as it was when a report was made, so that the report can be rendered for ever."""

    __tablename__ = "rubrics"

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    document: Mapped[dict[str, Any]] = mapped_column(JSON)


class StoredReport(Base):
    """The report of one commit, subfolder, rubric and version: made once, shared by the analyses that ask for it."""

    __tablename__ = "reports"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    rubric_sha256: Mapped[str] = mapped_column(ForeignKey("rubrics.sha256"))
    owner: Mapped[str] = mapped_column(String(100), index=True)
    """In lower case, for look-ups by person."""
    document: Mapped[bytes] = mapped_column(LargeBinary)
    """JSON, gzipped."""
    summary: Mapped[dict[str, Any]] = mapped_column(JSON)
    """What tables show of it (``api/store/summaries.py``)."""
    created_at: Mapped[datetime] = mapped_column(Utc, default=now)


class Analysis(Base):
    """One analysis that someone asked for: the truth about a job, whoever runs it."""

    __tablename__ = "analyses"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    seq: Mapped[int] = mapped_column(_Number)
    """Order of arrival; within a batch the order of its rows."""
    account_id: Mapped[str | None] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"))
    batch_id: Mapped[str | None] = mapped_column(ForeignKey("batches.id", ondelete="CASCADE"))
    line: Mapped[int | None] = mapped_column(Integer)
    """Line of the upload. The analyses of one line are one applicant, judged together."""
    inside: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether this is a project inside the repository of the analysis with the same ``seq``, which told of it."""
    label: Mapped[str] = mapped_column(String(200), default="")
    """What the upload calls the row."""

    input: Mapped[str] = mapped_column(Text)
    url: Mapped[str] = mapped_column(String(500))
    """The page of the repository."""
    owner: Mapped[str] = mapped_column(String(100))
    """In lower case, for look-ups by person."""
    ref: Mapped[str] = mapped_column(String(250), default="")
    subdir: Mapped[str] = mapped_column(Text, default="")
    rubric: Mapped[str] = mapped_column(String(64))
    badge: Mapped[bool] = mapped_column(default=False)
    """Whether the score may be shown as a badge to everyone."""

    lane: Mapped[str] = mapped_column(String(16))
    share: Mapped[str] = mapped_column(String(80))
    """Who takes turns with others of the lane: an account, a batch, or the hash of an address."""
    status: Mapped[str] = mapped_column(String(16), default="queued")
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    not_before: Mapped[datetime] = mapped_column(Utc, default=now)
    lease: Mapped[str | None] = mapped_column(String(64))
    """Who works on it, as worker, attempt and a random word; what an older lease reports is not taken."""
    lease_until: Mapped[datetime | None] = mapped_column(Utc)
    stage: Mapped[str] = mapped_column(String(32), default="")
    detail: Mapped[str] = mapped_column(String(300), default="")
    cause_code: Mapped[str] = mapped_column(String(40), default="")
    cause: Mapped[str] = mapped_column(Text, default="")
    hint: Mapped[str] = mapped_column(Text, default="")

    commit: Mapped[str] = mapped_column(String(64), default="")
    report_ref: Mapped[str] = mapped_column(String(250), default="")
    """The branch or tag that the commit was found under."""
    report_subdir: Mapped[str] = mapped_column(Text, default="")
    report_key: Mapped[str | None] = mapped_column(ForeignKey("reports.key"), index=True)
    score: Mapped[float | None]
    grade: Mapped[str] = mapped_column(String(100), default="")
    reused: Mapped[bool] = mapped_column(default=False)
    """Whether the report was there already."""
    created_at: Mapped[datetime] = mapped_column(Utc, default=now)
    started_at: Mapped[datetime | None] = mapped_column(Utc)
    finished_at: Mapped[datetime | None] = mapped_column(Utc)

    __table_args__ = (
        Index(None, "seq"),
        Index(None, "status", "lane", "share", "seq"),
        Index(None, "account_id", "created_at", "id"),
        Index(None, "batch_id", "seq"),
        Index(None, "batch_id", "line"),
        Index(None, "url", "finished_at"),
        Index(None, "owner"),
        Index(None, "created_at"),
    )


class Event(Base):
    """Something that happened to an analysis, or to a batch (then ``batch_id`` alone is set)."""

    __tablename__ = "events"

    id: Mapped[int] = mapped_column(_Number, primary_key=True, autoincrement=True)
    analysis_id: Mapped[str | None] = mapped_column(ForeignKey("analyses.id", ondelete="CASCADE"), index=True)
    batch_id: Mapped[str | None] = mapped_column(ForeignKey("batches.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    data: Mapped[dict[str, Any]] = mapped_column(JSON)
    at: Mapped[datetime] = mapped_column(Utc, default=now)

    # Numbers of deleted events are never given again: a reader's Last-Event-ID would skip new ones.
    __table_args__ = ({"sqlite_autoincrement": True},)


class Idempotency(Base):
    """A request that was accepted under an Idempotency-Key."""

    __tablename__ = "idempotency"

    principal: Mapped[str] = mapped_column(String(80), primary_key=True)
    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    """Its SHA-256."""
    fingerprint: Mapped[str] = mapped_column(String(64))
    analysis_id: Mapped[str | None] = mapped_column(ForeignKey("analyses.id", ondelete="CASCADE"), index=True)
    batch_id: Mapped[str | None] = mapped_column(ForeignKey("batches.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime] = mapped_column(Utc, default=now, index=True)


class Turn(Base):
    """When a share of a lane was last served, so that shares take turns."""

    __tablename__ = "turns"

    lane: Mapped[str] = mapped_column(String(16), primary_key=True)
    share: Mapped[str] = mapped_column(String(80), primary_key=True)
    at: Mapped[datetime] = mapped_column(Utc)


class Worker(Base):
    """A process that works on jobs, and how many at a time."""

    __tablename__ = "workers"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    slots: Mapped[int] = mapped_column(Integer)
    seen_at: Mapped[datetime] = mapped_column(Utc)


class AuditEntry(Base):
    """Who saw or changed what."""

    __tablename__ = "audit"

    id: Mapped[int] = mapped_column(_Number, primary_key=True, autoincrement=True)
    at: Mapped[datetime] = mapped_column(Utc, default=now, index=True)
    actor: Mapped[str] = mapped_column(String(80), index=True)
    """Id of an account, ``anonymous``, or ``operator`` for a command on the machine."""
    via: Mapped[str] = mapped_column(String(40), default="")
    """The key, or how the account was signed in."""
    action: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(String(120), default="", index=True)
    detail: Mapped[str] = mapped_column(String(500), default="")
