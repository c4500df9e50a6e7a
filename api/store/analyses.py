"""Analyses as they are asked for: made, found, listed, cancelled."""

from __future__ import annotations

import base64
import binascii
import json
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import Session

from analyzer import BUILT_IN, Target, UsageError, load_rubric, parse_target, stored_key
from api.settings import Settings
from api.store.columns import now
from api.store.models import Analysis, StoredReport
from api.store.states import RUNNING, finish, record

__all__ = [
    "Asked",
    "as_cursor",
    "cancel",
    "check_rubric",
    "from_cursor",
    "moment_of",
    "new_analysis",
    "page_of",
    "parse_asked",
    "plain",
    "position",
    "reuse",
]

_Key = TypeVar("_Key")
_LONGEST = 2048
_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Asked:
    """What someone wants analyzed, as it was typed and as it was understood."""

    target: Target
    rubric: str
    label: str = ""
    badge: bool = False
    line: int | None = None


def parse_asked(
    settings: Settings,
    url: str,
    *,
    ref: str = "",
    subdir: str = "",
    rubric: str = "mlops",
    label: str = "",
    badge: bool = False,
    line: int | None = None,
) -> Asked:
    """Read what someone wants analyzed. Paths of this machine are no targets.

    Raises:
        UsageError: the repository, ref, subfolder or rubric is not understood.
    """
    check_rubric(rubric)
    for text in (url, ref, subdir):
        if "\x00" in text or not text.isprintable() or any(0xD800 <= ord(character) <= 0xDFFF for character in text):
            raise UsageError("The text holds characters that cannot be shown", "Give plain text.")
    if len(url) > _LONGEST:
        raise UsageError(f"The address is longer than {_LONGEST:,} characters", "Give the address of a repository.")
    target = parse_target(url, ref=ref.strip(), subdir=subdir, hosts=settings.git_hosts, local=False)
    if len(target.subdir) > 1000:
        raise UsageError("The subfolder is longer than 1,000 characters", "Give a folder relative to its root.")
    return Asked(target, rubric, plain(label[:200]), badge, line)


def check_rubric(rubric: str) -> None:
    """Refuse a rubric that there is none of.

    Raises:
        UsageError: there is none.
    """
    if rubric not in BUILT_IN:
        raise UsageError(f"There is no rubric {rubric[:60]!r}", f"Rubrics: {', '.join(BUILT_IN)}.")


def plain(text: str) -> str:
    """A name as it may be kept and shown: on one line, without control characters, which no database takes alike."""
    return "".join(character if character.isprintable() else " " for character in text).strip()


def new_analysis(
    session: Session,
    asked: Asked,
    *,
    seq: int,
    lane: str,
    share: str,
    account_id: str | None = None,
    batch_id: str | None = None,
) -> Analysis:
    """Put an analysis into the queue."""
    target = asked.target
    analysis = Analysis(
        id=secrets.token_urlsafe(18),
        seq=seq,
        account_id=account_id,
        batch_id=batch_id,
        line=asked.line,
        label=asked.label,
        input=target.input.strip(),
        url=target.web_url,
        owner=target.owner.lower(),
        ref=target.ref,
        subdir=target.subdir,
        rubric=asked.rubric,
        badge=asked.badge,
        lane=lane,
        share=share,
        status="queued",
        attempts=0,
        created_at=now(),
    )
    session.add(analysis)
    session.flush()
    record(session, analysis, "queued", status="queued")
    return analysis


def reuse(session: Session, settings: Settings, analysis: Analysis, target: Target) -> bool:
    """Answer an analysis from the store where its commit is known without asking the server; say whether it was.

    The commit is known when it was given, or when the same branch was looked up a moment ago.
    """
    rubric = load_rubric(analysis.rubric)
    if not target.tail and _COMMIT.fullmatch(target.ref.lower()):
        commit, ref, subdir = target.ref.lower(), target.ref, target.subdir
    else:
        fresh = now() - timedelta(seconds=settings.fresh_seconds)
        same = session.scalar(
            select(Analysis)
            .where(
                Analysis.url == analysis.url,
                Analysis.input == analysis.input,
                Analysis.ref == analysis.ref,
                Analysis.subdir == analysis.subdir,
                Analysis.status == "done",
                Analysis.started_at > fresh,
            )
            .order_by(Analysis.started_at.desc())
            .limit(1)
        )
        if same is None:
            return False
        commit, ref, subdir = same.commit, same.report_ref, same.report_subdir
    key = stored_key(target, commit, subdir, rubric, settings.limits)
    summary = session.scalar(select(Analysis).where(Analysis.report_key == key, Analysis.status == "done").limit(1))
    if summary is None or session.scalar(select(StoredReport.key).where(StoredReport.key == key)) is None:
        return False
    analysis.commit, analysis.report_key, analysis.report_ref, analysis.report_subdir = commit, key, ref, subdir
    analysis.score, analysis.grade, analysis.reused = summary.score, summary.grade, True
    finish(session, analysis, "done")
    return True


def next_seq(session: Session) -> int:
    """The next number in the order of arrival. Two that arrive at the same moment may share one."""
    return (session.scalar(select(func.max(Analysis.seq))) or 0) + 1


def position(session: Session, analysis: Analysis) -> int | None:
    """How many of its lane stand before it in the order of arrival, plus one; None when it does not wait."""
    if analysis.status != "queued":
        return None
    ahead = session.scalar(
        select(func.count()).where(
            Analysis.status == "queued", Analysis.lane == analysis.lane, Analysis.seq < analysis.seq
        )
    )
    return (ahead or 0) + 1


def cancel(session: Session, analysis: Analysis) -> bool:
    """Cancel an analysis that has not ended; its worker notices within a moment."""
    if analysis.status not in ("queued", *RUNNING):
        return False
    finish(session, analysis, "cancelled", code="job.cancelled", what="It was cancelled.")
    return True


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows and where the next ones begin; ``cursor`` is empty on the last page."""

    rows: list[Analysis]
    cursor: str


def page_of(
    session: Session, account_id: str, *, limit: int, cursor: str = "", status: str = "", batch: str | None = None
) -> Page:
    """Analyses of an account, the newest first; of a batch, by row.

    Raises:
        ValueError: the cursor is not one of ours.
    """
    query = select(Analysis).where(Analysis.account_id == account_id)
    if status:
        query = query.where(Analysis.status == status)
    if batch is not None:
        query = query.where(Analysis.batch_id == batch).order_by(Analysis.seq, Analysis.id)
        if cursor:
            seq, name = from_cursor(cursor, _number)
            query = query.where(tuple_(Analysis.seq, Analysis.id) > (seq, name))
    else:
        query = query.where(Analysis.batch_id.is_(None)).order_by(Analysis.created_at.desc(), Analysis.id.desc())
        if cursor:
            moment, name = from_cursor(cursor, moment_of)
            query = query.where(
                (Analysis.created_at < moment) | ((Analysis.created_at == moment) & (Analysis.id < name))
            )
    rows = list(session.scalars(query.limit(limit + 1)))
    more = len(rows) > limit
    rows = rows[:limit]
    if not more:
        return Page(rows, "")
    last = rows[-1]
    return Page(rows, as_cursor(last.seq if batch is not None else last.created_at.isoformat(), last.id))


def as_cursor(*parts: object) -> str:
    """Where the next page begins: after the row with this place and id, whether or not it is still there then."""
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")


def from_cursor(cursor: str, read: Callable[[Any], _Key]) -> tuple[_Key, str]:
    """The place and id of a cursor.

    Raises:
        ValueError: it is not one of ours.
    """
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        first, name = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        return read(first), str(name)
    except (binascii.Error, UnicodeError, TypeError, OverflowError, RecursionError) as error:
        raise ValueError(str(error)) from error


def moment_of(text: str) -> datetime:
    """A moment as a cursor has it.

    Raises:
        ValueError: it is none.
    """
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a moment without a zone")
    return moment


def _number(value: object) -> int:
    if not isinstance(value, int) or not 0 <= value < 2**62:
        raise ValueError("no number of a row")
    return value
