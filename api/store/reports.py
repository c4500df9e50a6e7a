"""Reports and the rubrics they were made by: kept once, rendered when asked for."""

from __future__ import annotations

import gzip
import json
from typing import Any

import msgspec
from sqlalchemy import delete, exists, select
from sqlalchemy.orm import Session

from analyzer import Report, Rubric, from_document, load_rubric
from api.store.database import insert_into
from api.store.models import Analysis, StoredReport, StoredRubric
from api.store.summaries import summary

__all__ = ["document_for", "document_of", "drop_unused", "keep_report", "report_of"]


def keep_report(session: Session, key: str, document: dict[str, Any], rubric_name: str) -> None:
    """Keep a report under its key; one that is there already stays."""
    rubric = load_rubric(rubric_name)
    kept = {"sha256": rubric.sha256, "document": msgspec.to_builtins(rubric)}
    session.execute(insert_into(session, StoredRubric).values(kept).on_conflict_do_nothing())
    packed = gzip.compress(json.dumps(document, ensure_ascii=False).encode("utf-8", "surrogatepass"), 6, mtime=0)
    owner = document["target"]["owner"].lower()
    stored = {
        "key": key,
        "rubric_sha256": rubric.sha256,
        "owner": owner,
        "document": packed,
        "summary": summary(document),
    }
    session.execute(insert_into(session, StoredReport).values(stored).on_conflict_do_nothing())


def document_of(session: Session, key: str) -> dict[str, Any] | None:
    """The JSON document of a key, or None."""
    packed = session.scalar(select(StoredReport.document).where(StoredReport.key == key))
    return None if packed is None else _unpacked(packed)


def document_for(session: Session, analysis: Analysis) -> dict[str, Any] | None:
    """The JSON document of an analysis, with what that analysis typed, or None where there is none."""
    document = document_of(session, analysis.report_key) if analysis.report_key else None
    if document is not None:
        document["target"] |= {"input": analysis.input, "ref": analysis.report_ref}
    return document


def report_of(session: Session, analysis: Analysis) -> Report | None:
    """The report of an analysis with what that analysis typed, or None where there is none."""
    document = document_for(session, analysis)
    if document is None:
        return None
    rubric = session.get_one(StoredRubric, document["rubric"]["sha256"])
    return from_document(document, msgspec.convert(rubric.document, Rubric), analysis.input)


def drop_unused(session: Session, keys: set[str]) -> None:
    """Delete those of these reports that no analysis refers to any more."""
    if keys:
        used = exists().where(Analysis.report_key == StoredReport.key)
        session.execute(delete(StoredReport).where(StoredReport.key.in_(keys), ~used))


def _unpacked(packed: bytes) -> dict[str, Any]:
    document = json.loads(gzip.decompress(packed).decode("utf-8", "surrogatepass"))
    assert isinstance(document, dict)
    return document
