"""Batches: made, counted, cancelled, resumed."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from api.store.analyses import Asked, next_seq
from api.store.applicants import Applicant, Part, applicants_of, recount
from api.store.columns import now
from api.store.models import Analysis, Batch, BatchProblem, Event
from api.store.states import RUNNING, finish, reopen

__all__ = ["cancel_batch", "new_batch", "problems_of", "results_of", "resume_batch"]


def new_batch(
    session: Session,
    account_id: str,
    name: str,
    rubric: str,
    asked: Sequence[Asked],
    problems: Iterable[tuple[int, str, str]],
    *,
    whole: bool = False,
) -> Batch:
    """Put the rows of a batch into the queue, all or none; what is asked for on one line is one row."""
    moment = now()
    lines = [number if row.line is None else row.line for number, row in enumerate(asked, 1)]
    batch = Batch(
        id=secrets.token_urlsafe(18),
        account_id=account_id,
        name=name,
        rubric=rubric,
        whole=whole,
        rows=len(set(lines)),
        finished=0,
        created_at=moment,
    )
    session.add(batch)
    session.flush()
    first = next_seq(session)
    session.execute(
        insert(Analysis),
        [
            {
                "id": secrets.token_urlsafe(18),
                "seq": first + index,
                "account_id": account_id,
                "batch_id": batch.id,
                "line": lines[index],
                "label": row.label,
                "input": row.target.input.strip(),
                "url": row.target.web_url,
                "owner": row.target.owner.lower(),
                "ref": row.target.ref,
                "subdir": row.target.subdir,
                "rubric": row.rubric,
                "lane": "batch",
                "share": f"batch:{batch.id}",
                "created_at": moment,
                "not_before": moment,
            }
            for index, row in enumerate(asked)
        ],
    )
    by_line: dict[int, dict[str, Any]] = {}
    for line, what, hint in problems:  # a line may name several repositories, of which several are not understood
        if line in by_line:
            by_line[line]["what"] += f" {what}"
        else:
            by_line[line] = {"batch_id": batch.id, "line": line, "what": what, "hint": hint}
    if told := list(by_line.values()):
        session.execute(insert(BatchProblem), told)
    session.add(Event(batch_id=batch.id, kind="started", data={"finished": 0, "rows": batch.rows}))
    return batch


def problems_of(session: Session, batch_id: str) -> Sequence[BatchProblem]:
    """The rows of the upload that were not understood, by line."""
    return session.scalars(
        select(BatchProblem).where(BatchProblem.batch_id == batch_id).order_by(BatchProblem.line)
    ).all()


def cancel_batch(session: Session, batch: Batch) -> int:
    """Cancel what has not ended; return how many rows."""
    open_rows = session.scalars(
        select(Analysis)
        .where(Analysis.batch_id == batch.id, Analysis.status.in_(("queued", *RUNNING)))
        .order_by(Analysis.id)
        .with_for_update()
    ).all()
    batch.cancelled_at = now()
    for row in open_rows:
        finish(session, row, "cancelled", code="job.cancelled", what="The batch was cancelled.")
    return len({row.line for row in open_rows})


def resume_batch(session: Session, batch: Batch) -> int:
    """Let what was cancelled or failed run again, also of rows that have a score without it; return how many rows."""
    again = session.scalars(
        select(Analysis)
        .where(Analysis.batch_id == batch.id, Analysis.status.in_(("cancelled", "failed")))
        .order_by(Analysis.id)
        .with_for_update()
    ).all()
    reopen(session, batch, list(again))
    session.flush()
    lines = {row.line for row in again}
    recount(session, batch.id, lines)
    session.refresh(batch)
    session.add(Event(batch_id=batch.id, kind="resumed", data={"finished": batch.finished, "rows": batch.rows}))
    return len(lines)


def results_of(session: Session, batch_id: str, lines: Sequence[int] | None = None) -> list[dict[str, Any]]:
    """Results of the rows at some lines, in the order of these, or of all; what has not ended is told as it stands."""
    rows = applicants_of(session, batch_id, lines)
    if lines is not None:
        place = {line: number for number, line in enumerate(lines)}
        rows.sort(key=lambda row: place[row.line])
    return [_result(row) for row in rows]


def _result(row: Applicant) -> dict[str, Any]:
    first, done, stopped = row.parts[0], row.summary, row.stopped
    named = [part for part in row.parts if not part.inside] or [first]

    def joined(texts: Iterable[str]) -> str:
        return " ".join(dict.fromkeys(filter(None, texts)))

    return {
        "line": row.line,
        "label": first.label,
        "input": joined(part.input for part in named),
        "url": joined(part.url for part in named),
        "status": row.status,
        "analysis": row.id,
        "commit": joined(part.commit for part in named),
        "ref": joined(part.ref for part in named),
        "subdir": joined(part.subdir for part in named),
        "rubric": first.rubric,
        "score": row.score,
        "grade": row.grade,
        "cause": _cause(stopped) if stopped else None,
        "sections": {bar.id: bar.score for bar in done.sections} if done else {},
        "technologies": list(done.technologies) if done else [],
        "strength": done.strength if done else "",
        "gap": done.gap if done else "",
        "repositories": [
            {
                "analysis": part.id,
                "input": part.input,
                "url": part.url,
                "inside": part.inside,
                "status": part.status,
                "commit": part.commit,
                "ref": part.ref,
                "subdir": part.subdir,
                "score": part.score if part.status == "done" else None,
                "cause": _cause(part) if part.cause_code else None,
            }
            for part in row.parts
        ],
        "not_read": row.not_read,
    }


def _cause(part: Part) -> dict[str, str]:
    return {"code": part.cause_code, "what": part.cause, "hint": part.hint}
