"""The report as JSON by the published schema (``report.schema.json`` beside this file, see ``schema.py``)."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import unquote

from analyzer.advice import next_steps
from analyzer.claims import Claim
from analyzer.engine import Decision
from analyzer.excerpts import Excerpt
from analyzer.findings import Evidence, Status
from analyzer.interview import Interview, Question
from analyzer.report import SCHEMA_VERSION, Report, ReportTarget
from analyzer.reporters.json_beside import facts, facts_of, outcome, outcome_of, owners_word, owners_word_of
from analyzer.reporters.json_platform import platform_part, project, project_of
from analyzer.reporters.wiring_json import wiring_document, wiring_from
from analyzer.reporters.words import plain_utf8 as _plain
from analyzer.roles import Reason, role_shares
from analyzer.rubric import Rubric
from analyzer.scorer import Scorecard, ScoredCriterion, ScoredSection
from analyzer.snapshot import Problem
from analyzer.soundness import Defect
from analyzer.technologies import Technology

__all__ = ["as_document", "evidence_part", "from_document", "render_json"]


def render_json(report: Report) -> str:
    """Return the JSON text; the same report gives the same bytes."""
    return json.dumps(as_document(report), ensure_ascii=False, indent=1) + "\n"


def as_document(report: Report) -> dict[str, Any]:
    """Return the report as the values that the schema describes."""
    target, card = report.target, report.scorecard
    document = {
        "schema_version": SCHEMA_VERSION,
        "tool": {"name": "folioscope", "version": report.tool_version},
        "target": {
            "input": _plain(target.input),
            "owner": target.owner,
            "repo": _plain(target.repo),
            "ref": _plain(target.ref),
            "subdir": _plain(target.subdir),
            "commit": target.commit,
            "committed": target.committed,
            "url": target.url,
        },
        "rubric": {
            "id": report.rubric.id,
            "version": report.rubric.version,
            "sha256": report.rubric.sha256,
            "extends": report.rubric.extends,
        },
        "score": card.score,
        "grade": card.grade,
        "assessed": round(card.assessed, 4),
        "files": report.files,
        "front_page": _plain(report.front_page),
        "sections": [
            {"id": item.id, "title": item.title, "score": item.score, "max_score": item.max_score, "bonus": item.bonus}
            for item in card.sections
        ],
        "criteria": [
            {
                "id": item.criterion.id,
                "section": item.criterion.section,
                "title": item.criterion.title,
                "status": item.decision.status.value,
                "points": item.points,
                "max_points": item.criterion.points,
                "bonus": item.criterion.bonus,
                "summary": _plain(item.decision.summary),
                "evidence": [evidence_part(found, target) for found in item.decision.evidence],
                "how": item.criterion.how,
                "why": item.criterion.why,
                **({"withheld": True} if item.decision.withheld else {}),
            }
            for item in card.criteria
        ],
        "technologies": [
            {"id": item.id, "area": item.area, "evidence": [evidence_part(found, target) for found in item.evidence]}
            for item in report.technologies
        ],
        "claims": [
            {
                "technology": item.technology,
                "path": _plain(item.path),
                "line": item.line,
                "sentence": _plain(item.sentence),
                "aside": item.aside,
            }
            for item in report.claims
        ],
        "outcomes": [outcome(item, target) for item in report.outcomes],
        "authenticity": facts(report.authenticity),
        "next_steps": [
            {
                "criterion": step.criterion,
                "title": step.title,
                "gain": step.gain,
                "effort": step.effort,
                "missing": _plain(step.missing),
                "how": step.how,
                "why": step.why,
                "builds_on": evidence_part(step.builds_on, target) if step.builds_on else None,
            }
            for step in report.next_steps
        ],
        "wiring": wiring_document(report.wiring, _plain),
        "roles": [
            {"role": item.role, "share": item.share, "because": [_reason(reason) for reason in item.because]}
            for item in report.roles
        ],
        "interview": [
            {
                "topic": item.topic,
                "question": _plain(item.question),
                "path": _plain(item.path),
                "line": item.line,
                "covers": list(item.covers),
            }
            for item in report.interview.questions
        ],
        "interview_note": report.interview.note,
        "defects": [
            {
                "kind": item.kind,
                "path": _plain(item.path),
                "line": item.line,
                "sentence": _plain(item.sentence),
                "criteria": list(item.criteria),
                "url": target.link(item.path, item.line, item.line),
            }
            for item in report.defects
        ],
        "problems": [{"where": _plain(item.where), "what": _plain(item.what)} for item in report.problems],
        "excerpts": [
            {"path": _plain(item.path), "line": item.line, "lines": [_plain(line) for line in item.lines]}
            for item in report.excerpts
        ],
    }
    # Parts that most reports do not have come last, and not at all where there is nothing to say.
    if report.projects:
        document["projects"] = [project(item) for item in report.projects]
    if report.platform:
        document["platform"] = platform_part(report.platform)
    if report.configuration:
        document["configuration"] = owners_word(report.configuration)
    return document


def from_document(document: dict[str, Any], rubric: Rubric, typed: str) -> Report:
    """Return the report that a document of this version was made from.

    Args:
        document: what :func:`as_document` returned.
        rubric: the rubric that the document names.
        typed: what the user typed this time.
    """
    target = ReportTarget(**{**document["target"], "input": typed})
    configuration = owners_word_of(document["configuration"]) if "configuration" in document else None
    excused = {item.criterion for item in configuration.annotations if not item.refused} if configuration else set()
    criteria = tuple(
        ScoredCriterion(
            criterion,
            Decision(
                item["id"],
                Status(item["status"]),
                item["summary"],
                _found(item["evidence"]),
                withheld=item.get("withheld", False),
                excused=item["id"] in excused,
            ),
            item["points"],
        )
        for item in document["criteria"]
        if (criterion := rubric.criterion(item["id"]))
    )
    sections = tuple(ScoredSection(**item) for item in document["sections"])
    possible = sum(section.max_score for section in sections)
    card = Scorecard(
        document["score"],
        document["grade"],
        document["assessed"],
        sections,
        criteria,
        100 / possible if possible else 0.0,
    )
    technologies = tuple(
        Technology(item["id"], item["area"], _found(item["evidence"])) for item in document["technologies"]
    )
    defects = tuple(
        Defect(item["path"], item["line"], item["kind"], item["sentence"], tuple(item["criteria"]))
        for item in document["defects"]
    )
    return Report(
        document["tool"]["version"],
        target,
        rubric,
        card,
        technologies,
        tuple(Claim(**item) for item in document["claims"]),
        tuple(outcome_of(item) for item in document["outcomes"]),
        facts_of(document["authenticity"]),
        next_steps(card, defects),
        tuple(Problem(**item) for item in document["problems"]),
        document["files"],
        _interview(document),
        role_shares(card, technologies),
        wiring_from(document["wiring"]),
        defects,
        front_page=document.get("front_page", ""),
        projects=tuple(project_of(item) for item in document.get("projects", ())),
        excerpts=tuple(
            Excerpt(item["path"], item["line"], tuple(item["lines"])) for item in document.get("excerpts", ())
        ),
        configuration=configuration,
    )


def _reason(reason: Reason) -> dict[str, Any]:
    what = {"criterion": reason.criterion} if reason.criterion else {"technology": reason.technology}
    return {**what, "path": _plain(reason.path), "line": reason.line}


def _interview(document: dict[str, Any]) -> Interview:
    questions = (Question(**{**item, "covers": tuple(item["covers"])}) for item in document["interview"])
    return Interview(tuple(questions), document["interview_note"])


def _found(items: list[dict[str, Any]]) -> tuple[Evidence, ...]:
    return tuple(Evidence(_path(item), item["line"], item["end_line"], item["snippet"]) for item in items)


def _path(item: dict[str, Any]) -> str:
    """The exact path of evidence: where it is no UTF-8, the address alone still has its bytes."""
    path = str(item["path"])
    if "\\x" not in path or not item["url"]:
        return path
    quoted = str(item["url"]).split("/blob/", 1)[1].partition("/")[2].partition("#")[0]
    return unquote(quoted, errors="surrogateescape")


def evidence_part(found: Evidence, target: ReportTarget) -> dict[str, Any]:
    """Evidence with its address at the commit."""
    return {
        "path": _plain(found.path),
        "line": found.line,
        "end_line": found.end_line,
        "snippet": _plain(found.snippet),
        "url": target.link(found.path, found.line, found.end_line),
    }
