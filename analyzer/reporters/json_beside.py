"""Outcomes and facts beside the score, as JSON values and back."""

from __future__ import annotations

from typing import Any

from analyzer.annotations import Applied, AppliedAnnotation
from analyzer.authenticity import Authenticity, Copies, Growth, Ownership
from analyzer.findings import Place
from analyzer.outcomes import Outcome
from analyzer.report import ReportTarget
from analyzer.reporters.words import plain_utf8

__all__ = ["facts", "facts_of", "outcome", "outcome_of", "owners_word", "owners_word_of"]


def outcome(item: Outcome, target: ReportTarget) -> dict[str, Any]:
    """Return one outcome as the values that the schema describes."""
    shown = item.evidence
    return {
        "metric": item.metric,
        "value": item.value,
        "unit": item.unit,
        "direction": item.direction,
        "baseline": plain_utf8(item.baseline),
        "path": plain_utf8(item.path),
        "line": item.line,
        "backed": item.backed,
        "evidence": {
            "path": plain_utf8(shown.path),
            "line": shown.line,
            "url": target.link(shown.path, shown.line, shown.line),
        }
        if shown
        else None,
        "sentence": plain_utf8(item.sentence),
    }


def outcome_of(item: dict[str, Any]) -> Outcome:
    """Return the outcome that :func:`outcome` made the values from."""
    shown = item["evidence"]
    return Outcome(**{**item, "evidence": Place(shown["path"], shown["line"]) if shown else None})


def facts(found: Authenticity) -> dict[str, Any]:
    """Return the facts beside the score as the values that the schema describes."""
    growth, ownership = found.growth, found.ownership
    return {
        "fork": found.fork,
        "template": found.template,
        "history": {
            "commits": growth.commits,
            "complete": growth.complete,
            "first": growth.first,
            "last": growth.last,
            "days": growth.days,
            "active_days": growth.active_days,
            "authors": growth.authors,
            "largest_share": growth.largest_share,
        }
        if growth
        else None,
        "owner": {"commits": ownership.commits, "among": ownership.among, "share": ownership.share}
        if ownership
        else None,
        "copies": [
            {"template": item.template, "files": item.files, "paths": [plain_utf8(path) for path in item.paths]}
            for item in found.copies
        ],
        "files": dict(found.files),
        "course_share": found.course_share,
        "facts": list(found.facts),
    }


def facts_of(item: dict[str, Any]) -> Authenticity:
    """Return the facts that :func:`facts` made the values from."""
    owner = item["owner"]
    return Authenticity(
        item["fork"],
        item["template"],
        Growth(**item["history"]) if item["history"] else None,
        Ownership(owner["commits"], owner["among"]) if owner else None,
        tuple(Copies(each["template"], each["files"], tuple(each["paths"])) for each in item["copies"]),
        tuple(item["files"].items()),
        item["course_share"],
    )


def owners_word(item: Applied) -> dict[str, Any]:
    """Return what a configuration did as the values that the schema describes."""
    return {
        "path": plain_utf8(item.path),
        "annotations": [
            {
                "criterion": plain_utf8(each.criterion),
                "reason": plain_utf8(each.reason),
                "line": each.line,
                "refused": each.refused,
            }
            for each in item.annotations
        ],
        "score_without": item.score_without,
        "settings": item.settings,
        "fail_under": item.fail_under,
        "leave_out": [plain_utf8(pattern) for pattern in item.leave_out],
        "left_out_files": item.left_out_files,
    }


def owners_word_of(item: dict[str, Any]) -> Applied:
    """Return what :func:`owners_word` made the values from."""
    annotations = tuple(AppliedAnnotation(**each) for each in item["annotations"])
    return Applied(**{**item, "annotations": annotations, "leave_out": tuple(item["leave_out"])})
