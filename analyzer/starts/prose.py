"""Skeletons of a runbook and of a decision record, with the repository's own names and the questions to answer."""

from __future__ import annotations

import re

from analyzer.knowledge.starts import ADR_PROMPTS, RUNBOOK_PROMPTS
from analyzer.queries.kept import exported_metrics
from analyzer.starts.model import Start, rendered
from analyzer.starts.project import Project

__all__ = ["operations"]

_SAFE = re.compile(r"[A-Za-z0-9_.][\w ./:-]{0,80}")
_FEW = 8


def operations(project: Project) -> Start:
    """A runbook with a section for each alert, and a first decision record."""
    repo = project.repository
    alerts = [alert.name for item in repo.monitoring for alert in item.alerts]
    tasks = [f"{file.tool} {task.name}" for file in repo.task_files for task in file.tasks]
    metrics = [text for call in exported_metrics(repo) for text in call.texts()[:1] if re.fullmatch(r"\w+", text)]
    app = project.app
    runbook = rendered(
        "runbook.md.j2",
        project.outer("docs/runbook.md"),
        "doc.operations",
        name=project.name,
        service=f"{project.outer(app.path)}, port {app.port}" if app else "",
        workflows=_plain([item.path for item in repo.pipelines]),
        dockerfiles=_plain([item.path for item in repo.dockerfiles]),
        tasks=_plain(tasks),
        metrics=_plain(metrics),
        failures=_plain(alerts)[:_FEW] or ["The first failure that you expect"],
        prompts=RUNBOOK_PROMPTS,
    )
    record = rendered(
        "adr.md.j2",
        project.outer("docs/adr/0001-first-decision.md"),
        "doc.operations",
        name=project.name,
        prompts=ADR_PROMPTS,
    )
    return Start(
        "doc.operations",
        (runbook, record),
        ("Answer the questions; as long as half of them stand there, the page is none.",),
    )


def _plain(names: list[str]) -> list[str]:
    return [name for name in dict.fromkeys(names) if _SAFE.fullmatch(name)][:_FEW]
