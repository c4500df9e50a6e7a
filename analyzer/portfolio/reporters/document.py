"""The portfolio as JSON by its published schema (``portfolio.schema.json`` beside this file)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from analyzer.portfolio.model import MergedCriterion, Portfolio, Skill, Unit
from analyzer.report import ReportTarget
from analyzer.reporters.json_platform import owner_part, platform_part, project
from analyzer.reporters.json_report import evidence_part
from analyzer.reporters.words import plain_utf8 as _plain

__all__ = ["as_document", "portfolio_schema", "render_json", "schema_text"]

_VERSION = 1


def schema_text() -> str:
    """The text of ``portfolio.schema.json``."""
    return (Path(__file__).parent / "portfolio.schema.json").read_text("utf-8")


def portfolio_schema() -> dict[str, Any]:
    """The schema as values, for a validator."""
    schema: dict[str, Any] = json.loads(schema_text())
    return schema


def render_json(portfolio: Portfolio) -> str:
    """Return the JSON text; the same portfolio gives the same bytes."""
    return json.dumps(as_document(portfolio), ensure_ascii=False, indent=1) + "\n"


def as_document(portfolio: Portfolio) -> dict[str, Any]:
    """Return the portfolio as the values that the schema describes."""
    card = portfolio.scorecard
    targets = {unit.name: unit.report.target for unit in portfolio.units}
    document = {
        "schema_version": _VERSION,
        "tool": {"name": "folioscope", "version": portfolio.tool_version},
        "name": _plain(portfolio.name),
        "rubric": {
            "id": portfolio.rubric.id,
            "version": portfolio.rubric.version,
            "sha256": portfolio.rubric.sha256,
            "extends": portfolio.rubric.extends,
        },
        "score": card.score,
        "grade": card.grade,
        "assessed": round(card.assessed, 4),
        "sections": [
            {"id": item.id, "title": item.title, "score": item.score, "max_score": item.max_score, "bonus": item.bonus}
            for item in card.sections
        ],
        "criteria": [_criterion(item, targets) for item in portfolio.criteria],
        "missing": [item.criterion.id for item in portfolio.missing],
        "skills": [_skill(item) for item in portfolio.skills],
        "strongest": [
            {
                "repository": _plain(item.unit),
                "score": item.score,
                "grade": item.grade,
                "sentence": item.sentence,
                "best_in": list(item.best_in),
            }
            for item in portfolio.strongest
        ],
        "next_steps": [
            {
                "repository": _plain(item.unit),
                "criterion": item.step.criterion,
                "title": item.step.title,
                "gain": item.step.gain,
                "effort": item.step.effort,
                "missing": _plain(item.step.missing),
                "how": item.step.how,
                "why": item.step.why,
                "builds_on": evidence_part(item.step.builds_on, targets[item.unit]) if item.step.builds_on else None,
            }
            for item in portfolio.plan
        ],
        "roles": [
            {
                "role": item.role,
                "share": item.share,
                "because": [reason.criterion or reason.technology for reason in item.because],
            }
            for item in portfolio.roles
        ],
        "presentation": [
            {
                "id": item.id,
                "title": item.title,
                "status": item.status.value,
                "sentence": _plain(item.sentence),
                "repositories": [_plain(name) for name in item.units],
            }
            for item in portfolio.tips
        ],
        "repositories": [_unit(item) for item in portfolio.units],
        "left_out": [
            {"name": _plain(item.name), "reason": _plain(item.reason), "impression": item.impression}
            for item in portfolio.left_out
        ],
        "failures": [
            {"target": _plain(item.target), "what": _plain(item.error.what), "hint": _plain(item.error.hint)}
            for item in portfolio.failures
        ],
    }
    if portfolio.owners:
        document["owners"] = [owner_part(item) for item in portfolio.owners]
    return document


def _criterion(item: MergedCriterion, targets: dict[str, ReportTarget]) -> dict[str, Any]:
    decision = item.scored.decision
    return {
        "id": item.criterion.id,
        "section": item.criterion.section,
        "title": item.criterion.title,
        "status": item.status.value,
        "points": item.points,
        "max_points": item.criterion.points,
        "bonus": item.criterion.bonus,
        "summary": _plain(decision.summary),
        "repository": _plain(item.unit),
        "also": [_plain(name) for name in item.also],
        "evidence": [evidence_part(found, targets[item.unit]) for found in decision.evidence],
    }


def _skill(item: Skill) -> dict[str, Any]:
    return {
        "id": item.id,
        "title": item.title,
        "level": item.level,
        "share": item.share,
        "criteria": list(item.criteria),
        "repositories": [_plain(name) for name in item.units],
        "technologies": [
            {
                "id": each.technology,
                "named_by_guide": each.named,
                "shown_in": [_plain(name) for name in each.shown_in],
                "claimed_in": [_plain(name) for name in each.claimed_in],
            }
            for each in item.technologies
        ],
    }


def _unit(unit: Unit) -> dict[str, Any]:
    report = unit.report
    found = {
        "name": _plain(unit.name),
        "target": {
            "owner": report.target.owner,
            "repo": _plain(report.target.repo),
            "ref": _plain(report.target.ref),
            "subdir": _plain(report.target.subdir),
            "commit": report.target.commit,
            "committed": report.target.committed,
            "url": report.target.url,
        },
        "score": report.scorecard.score,
        "grade": report.scorecard.grade,
        "assessed": round(report.scorecard.assessed, 4),
        "files": report.files,
        "impression": unit.look.impression if unit.look else "",
        "sections": [
            {"id": item.id, "score": item.score, "max_score": item.max_score, "bonus": item.bonus}
            for item in report.scorecard.sections
        ],
        "technologies": [item.id for item in report.technologies],
        "facts": [_plain(fact) for fact in report.authenticity.facts],
        "problems": len(report.problems),
    }
    projects = unit.look.projects if unit.look else ()
    if projects:
        found["projects"] = [project(item) for item in projects]
    if report.platform:
        found["platform"] = platform_part(report.platform)
    return found
