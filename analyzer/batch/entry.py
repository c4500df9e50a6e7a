"""What a batch keeps of one repository, and the line that it writes for one applicant: plain values without a clock."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from analyzer.batch.rows import Row
from analyzer.errors import FolioscopeError
from analyzer.findings import Status
from analyzer.limits import Limits
from analyzer.plugins import Rule
from analyzer.report import Report
from analyzer.reporters.words import plain_utf8
from analyzer.rubric import Rubric
from analyzer.scorer import Scorecard
from analyzer.version import VERSION

__all__ = ["LINE_VERSION", "basis_of", "done_line", "entry_of", "error_of", "failed_line", "judged"]

LINE_VERSION = 1
"""Version of the form of a line; changes only add."""
_PATHS = 3


def basis_of(rubric: Rubric, rules: Iterable[Rule], limits: Limits, *, whole: bool = False) -> dict[str, Any]:
    """What a score rests on beside the commit; the same basis and commits give the same score.

    ``whole`` says that projects inside a repository are not told apart.
    """
    names = "\0".join(sorted(rule.id for rule in rules))
    return {
        "tool": {"name": "folioscope", "version": VERSION},
        "rubric": {"id": rubric.id, "version": rubric.version, "sha256": rubric.sha256},
        "rules": hashlib.sha256(names.encode()).hexdigest(),
        "limits": {name: getattr(limits, name) for name in ("blob_bytes", "path_depth", "path_bytes")},
        "projects": "not told apart" if whole else "each for itself beside the whole",
    }


def entry_of(report: Report, inside: Sequence[str] = ()) -> dict[str, Any]:
    """What is kept of the report on one repository; ``inside`` are the folders that are projects of their own."""
    target = report.target
    return {
        "repository": {
            "name": plain_utf8(target.name),
            "url": target.url,
            "subdir": plain_utf8(target.subdir),
            "commit": target.commit,
            "committed": target.committed,
            "files": report.files,
            "not_read": len(report.problems),
            "score": report.scorecard.score,
        },
        **judged(report.scorecard, plain_utf8(target.name)),
        "technologies": [item.id for item in report.technologies],
        "gaps": [
            {"criterion": step.criterion, "title": step.title, "gain": step.gain} for step in report.next_steps[:3]
        ],
        "facts": [plain_utf8(fact) for fact in report.authenticity.facts],
        "inside": list(inside),
    }


def judged(card: Scorecard, repository: str = "") -> dict[str, Any]:
    """The score and what it is made of. ``repository`` is where the evidence lies; empty where each criterion tells."""
    criteria = []
    for item in card.criteria:
        evidence = item.decision.evidence
        share = 1.0 if item.criterion.bonus else card.scale
        criteria.append(
            {
                "id": item.criterion.id,
                "title": item.criterion.title,
                "status": item.decision.status.value,
                "points": round(item.points * share, 4),
                "max_points": round(item.criterion.points * share, 4),
                "bonus": item.criterion.bonus,
                "summary": plain_utf8(item.decision.summary),
                "evidence": [f"{plain_utf8(found.path)}:{found.line}" for found in evidence[:_PATHS]],
                "repository": repository if evidence else "",
            }
        )
    return {
        "score": card.score,
        "grade": card.grade,
        "assessed": round(card.assessed, 4),
        "sections": [
            {"id": item.id, "title": item.title, "score": item.score, "max_score": item.max_score, "bonus": item.bonus}
            for item in card.sections
        ],
        "criteria": criteria,
        "unknown": [item.criterion.id for item in card.criteria if item.decision.status is Status.UNKNOWN],
    }


def error_of(error: Exception, target: str = "") -> dict[str, Any]:
    """An error as values: its class, what was wrong, the way out."""
    if isinstance(error, FolioscopeError):
        kind, what, hint, code = type(error).__name__, error.what, error.hint, error.exit_code
    else:
        kind, what, hint, code = "InternalError", f"{type(error).__name__}: {error}"[:500], "Please report this.", 3
    return {"kind": kind, "exit_code": code, "what": plain_utf8(what), "hint": plain_utf8(hint), "target": target}


def _head(row: Row, status: str) -> dict[str, Any]:
    return {
        "schema_version": LINE_VERSION,
        "row": row.number,
        "line": row.line,
        "applicant": row.applicant,
        "given": dict(row.given),
        "targets": list(row.targets),
        "status": status,
    }


def done_line(
    row: Row,
    found: Mapping[str, Any],
    repositories: Sequence[Mapping[str, Any]],
    not_read: Sequence[Mapping[str, Any]],
    basis: Mapping[str, Any],
) -> dict[str, Any]:
    """The line of an applicant with a score. ``not_read`` are the errors of repositories that gave none."""
    return {
        **_head(row, "done"),
        "error": None,
        **{key: value for key, value in found.items() if key not in ("repository", "inside")},
        "strength": _strongest(found["criteria"]),
        "repositories": list(repositories),
        "not_read": list(not_read),
        "basis": dict(basis),
    }


def failed_line(row: Row, error: Mapping[str, Any], basis: Mapping[str, Any]) -> dict[str, Any]:
    """The line of an applicant who could not be looked at: a cause and no score."""
    return {**_head(row, "failed"), "error": dict(error), "score": None, "repositories": [], "basis": dict(basis)}


def _strongest(criteria: Iterable[Mapping[str, Any]]) -> str:
    """The title of the criterion that earns most points in full, the first of several; none where nothing does."""
    met = (item for item in criteria if item["status"] == "met" and not item["bonus"])
    best = max(met, key=lambda item: float(item["points"]), default=None)
    return str(best["title"]) if best else ""
