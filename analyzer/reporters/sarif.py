"""The gaps as SARIF 2.1.0 (OASIS), for code scanning: one rule a criterion, each gap where its fix belongs."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

from analyzer.findings import Evidence, Status
from analyzer.identity import fingerprint
from analyzer.report import Report
from analyzer.reporters.gaps import Gap, gaps_of
from analyzer.reporters.words import number, plain_utf8, visible
from analyzer.rubric import Criterion
from analyzer.snapshot import Problem

__all__ = ["as_sarif", "render_sarif"]

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_ROOT = "%SRCROOT%"
_FINGERPRINT = "folioscopeGap/v1"
"""The name of the fingerprint, with its version; GitHub computes those of its own names itself."""
_LEVELS = {Status.MISSING: "warning", Status.PARTIAL: "note"}


def render_sarif(report: Report) -> str:
    """Return the SARIF text; the same report gives the same bytes."""
    return json.dumps(as_sarif(report), ensure_ascii=False, indent=1) + "\n"


def as_sarif(report: Report) -> dict[str, Any]:
    """Return the log with one run."""
    criteria = report.rubric.criteria
    index = {item.id: position for position, item in enumerate(criteria)}
    titles = {section.id: section.title for section in report.rubric.sections}
    target, card = report.target, report.scorecard
    run: dict[str, Any] = {
        "tool": {
            "driver": {
                "name": "folioscope",
                "version": report.tool_version,
                "semanticVersion": report.tool_version,
                "shortDescription": {"text": f"{report.rubric.title}: {len(criteria)} criteria"},
                "rules": [_rule(item, titles[item.section]) for item in criteria],
            }
        },
        "automationDetails": {"id": "/".join(["folioscope", report.rubric.id, _uri(target.subdir)]).rstrip("/") + "/"},
        "originalUriBaseIds": {_ROOT: {"description": {"text": "The root of the repository"}}},
        "columnKind": "utf16CodeUnits",
        "invocations": [_invocation(report, index)],
        "results": [_result(gap, index) for gap in gaps_of(report)],
        "properties": {
            "score": card.score,
            "grade": card.grade,
            "assessed": round(card.assessed, 4),
            "commit": target.commit,
            "rubric": f"{report.rubric.id} {report.rubric.version} {report.rubric.sha256}",
        },
    }
    if target.url:
        provenance = {"repositoryUri": target.url, "mappedTo": {"uriBaseId": _ROOT}}
        named = {"revisionId": target.commit, "branch": plain_utf8(target.ref)}
        run["versionControlProvenance"] = [provenance | {key: value for key, value in named.items() if value}]
    return {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(criterion: Criterion, section: str) -> dict[str, Any]:
    example = f"\n\n```\n{criterion.example.rstrip()}\n```" if criterion.example else ""
    plain = f"\n\nFor example:\n\n{criterion.example.rstrip()}" if criterion.example else ""
    worth = f"{number(criterion.points)} points{' on top of the 100' if criterion.bonus else ''}, {criterion.effort}."
    return {
        "id": criterion.id,
        "name": "".join(word.capitalize() for word in criterion.id.replace(".", "-").split("-")),
        "shortDescription": {"text": criterion.title},
        "fullDescription": {"text": criterion.why},
        "defaultConfiguration": {"level": _LEVELS[Status.MISSING]},
        "help": {
            "text": f"{criterion.how}\n\nWhy: {criterion.why}\n\n{worth}{plain}",
            "markdown": f"{criterion.how}\n\n**Why:** {criterion.why}\n\n{worth}{example}",
        },
        "properties": {
            "tags": [section],
            "points": criterion.points,
            "bonus": criterion.bonus,
            "problem.severity": "recommendation",
            "precision": "high",
        },
    }


def _result(gap: Gap, index: dict[str, int]) -> dict[str, Any]:
    criterion, decision = gap.item.criterion, gap.item.decision
    content = gap.at.snippet if decision.status is Status.PARTIAL else ""
    found: dict[str, Any] = {
        "ruleId": criterion.id,
        "ruleIndex": index[criterion.id],
        "kind": "fail",
        "level": _LEVELS[decision.status],
        "rank": min(100.0, gap.gain),
        "message": {"text": f"{visible(gap.what)}. {criterion.how} (+{number(gap.gain)} points)"},
        "locations": [_location(gap.at)],
        "partialFingerprints": {_FINGERPRINT: fingerprint(criterion.id, gap.at.path, content)},
        "properties": {"status": decision.status.value, "gain": gap.gain, "effort": criterion.effort},
    }
    others = [item for item in decision.evidence if item != gap.at]
    if others:
        found["relatedLocations"] = [{"id": number_, **_location(item)} for number_, item in enumerate(others, 1)]
    return found


def _location(at: Evidence) -> dict[str, Any]:
    region: dict[str, Any] = {"startLine": at.line}
    if at.end_line > at.line:
        region["endLine"] = at.end_line
    return {
        "physicalLocation": {"artifactLocation": {"uri": _uri(at.path), "uriBaseId": _ROOT}, "region": region},
    }


def _uri(path: str) -> str:
    """A path of the repository as a relative reference; bytes that are no UTF-8 stay exact."""
    return quote(path.encode("utf-8", "surrogateescape"))


def _invocation(report: Report, index: dict[str, int]) -> dict[str, Any]:
    """What could not be looked at: files that were not read, and criteria that were not assessed."""
    notes = [_note(problem) for problem in report.problems]
    for item in report.scorecard.criteria:
        if item.decision.status is Status.UNKNOWN:
            name = item.criterion.id
            notes.append({
                "level": "warning",
                "message": {"text": f"{item.criterion.title}: not assessed, {visible(item.decision.summary)}"},
                "associatedRule": {"id": name, "index": index[name]},
            })  # fmt: skip
    return {"executionSuccessful": True, "toolExecutionNotifications": notes}


def _note(problem: Problem) -> dict[str, Any]:
    return {"level": "note", "message": {"text": f"{visible(problem.where)}: {visible(problem.what)}"}}
