"""Batches: made, counted, cancelled, resumed."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from api.store.analyses import Asked, next_seq
from api.store.columns import now
from api.store.models import Analysis, Batch, BatchProblem, Event
from api.store.states import RUNNING, finish, reopen
from api.store.summaries import Summary, summaries_of

__all__ = ["cancel_batch", "counts_of", "new_batch", "problems_of", "results_of", "resume_batch", "row_ids"]


def new_batch(
    session: Session,
    account_id: str,
    name: str,
    rubric: str,
    asked: Sequence[Asked],
    problems: Iterable[tuple[int, str, str]],
) -> Batch:
    """Put the rows of a batch into the queue, all or none."""
    moment = now()
    batch = Batch(
        id=secrets.token_urlsafe(18),
        account_id=account_id,
        name=name,
        rubric=rubric,
        rows=len(asked),
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
                "line": row.line,
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


def counts_of(session: Session, batch_id: str) -> dict[str, int]:
    """The rows of a batch by status."""
    rows = session.execute(
        select(Analysis.status, func.count()).where(Analysis.batch_id == batch_id).group_by(Analysis.status)
    )
    return dict(rows.all())


def problems_of(session: Session, batch_id: str) -> Sequence[BatchProblem]:
    """The rows of the upload that were not understood, by line."""
    return session.scalars(
        select(BatchProblem).where(BatchProblem.batch_id == batch_id).order_by(BatchProblem.line)
    ).all()


def cancel_batch(session: Session, batch: Batch) -> int:
    """Cancel the rows that have not ended; return how many."""
    open_rows = session.scalars(
        select(Analysis)
        .where(Analysis.batch_id == batch.id, Analysis.status.in_(("queued", *RUNNING)))
        .order_by(Analysis.id)
        .with_for_update()
    ).all()
    batch.cancelled_at = now()
    for row in open_rows:
        finish(session, row, "cancelled", code="job.cancelled", what="The batch was cancelled.")
    return len(open_rows)


def resume_batch(session: Session, batch: Batch) -> int:
    """Let the rows that were cancelled or failed run again; return how many."""
    again = session.scalars(
        select(Analysis)
        .where(Analysis.batch_id == batch.id, Analysis.status.in_(("cancelled", "failed")))
        .order_by(Analysis.id)
        .with_for_update()
    ).all()
    reopen(session, batch, list(again))
    return len(again)


def row_ids(session: Session, batch_id: str, *, failed: bool | None = None) -> list[str]:
    """The rows of a batch in their order; those alone that failed, or that did not, where it is said."""
    query = select(Analysis.id).where(Analysis.batch_id == batch_id).order_by(Analysis.seq)
    if failed is not None:
        query = query.where(Analysis.status == "failed" if failed else Analysis.status != "failed")
    return list(session.scalars(query))


def results_of(session: Session, names: Sequence[str]) -> list[dict[str, Any]]:
    """Results of some rows in the order of their ids; what has not ended is told as it stands."""
    rows = {row.id: row for row in session.scalars(select(Analysis).where(Analysis.id.in_(names)))}
    known = summaries_of(session, (row.report_key for row in rows.values() if row.status == "done" and row.report_key))
    return [_result(row, known.get(row.report_key or "")) for name in names if (row := rows.get(name))]


def _result(row: Analysis, summary: Summary | None) -> dict[str, Any]:
    done = summary if row.status == "done" else None
    return {
        "line": row.line,
        "label": row.label,
        "input": row.input,
        "url": row.url,
        "status": row.status,
        "analysis": row.id,
        "commit": row.commit,
        "ref": row.report_ref or row.ref,
        "subdir": row.report_subdir or row.subdir,
        "rubric": row.rubric,
        "score": row.score,
        "grade": row.grade,
        "cause": {"code": row.cause_code, "what": row.cause, "hint": row.hint} if row.cause_code else None,
        "sections": {bar.id: bar.score for bar in done.sections} if done else {},
        "technologies": list(done.technologies) if done else [],
        "strength": done.strength if done else "",
        "gap": done.gap if done else "",
    }
