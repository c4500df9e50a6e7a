"""A batch of thousands of rows that have ended, written into the database at once."""

from __future__ import annotations

import copy
import secrets
from typing import Any

from sqlalchemy import update

from api.accounts.keys import make_key, new_account
from api.settings import Settings
from api.store import Store
from api.store.analyses import parse_asked
from api.store.applicants import states_of
from api.store.batches import new_batch
from api.store.columns import now
from api.store.models import Analysis, Batch
from api.store.reports import keep_report

__all__ = ["key_and_batch"]


def key_and_batch(store: Store, document: dict[str, Any], *, rows: int, reports: int) -> tuple[str, str]:
    """The key of a new account and the id of its batch: rows share the reports, every 20th failed, three were not read."""
    settings = Settings(secret_key="x" * 32)
    with store.writing() as session:
        account = new_account(session, f"many-{secrets.token_hex(4)}", "recruiter")
        key = make_key(session, account, "many", "read write", 1)[1]
        asked = [parse_asked(settings, f"octocat/r{number}", label=f"person-{number}") for number in range(rows)]
        problems = [(rows + number, "'x' names no repository.", "") for number in range(1, 4)]
        batch = new_batch(session, account.id, "Many", "mlops", asked, problems)
        prefix = secrets.token_hex(8)
        for number in range(reports):
            changed = copy.deepcopy(document)
            changed["score"] = round(100 * number / reports, 1)
            for section in changed["sections"]:
                section["score"] = round(section["max_score"] * number / reports, 1)
            keep_report(session, f"{prefix}-{number}", changed, "mlops")
        moment = now()
        names = [name for _, name, _ in states_of(session, batch.id)]
        session.execute(
            update(Analysis),
            [_ended(name, number, f"{prefix}-{number % reports}", reports) for number, name in enumerate(names)],
        )
        session.execute(update(Batch).where(Batch.id == batch.id).values(finished=rows, finished_at=moment))
        return key, batch.id


def _ended(name: str, number: int, key: str, reports: int) -> dict[str, Any]:
    done = {
        "status": "done",
        "report_key": key,
        "score": round(100 * (number % reports) / reports, 1),
        "grade": "solid",
    }
    failed = {"status": "failed", "cause_code": "target.unreadable", "cause": f"octocat/r{number} was not found."}
    unset = {"report_key": None, "score": None, "grade": "", "cause_code": "", "cause": ""}
    return {"id": name, "finished_at": now(), **unset, **(failed if number % 20 == 19 else done)}
