"""Workflows that files of orchestrators declare: which stages they have and which code each stage runs."""

from __future__ import annotations

from analyzer.artifacts.orchestration import Workflow
from analyzer.artifacts.yaml_reader import read_yaml
from analyzer.findings import Place
from analyzer.repository import Repository
from analyzer.wiring.code import module_id
from analyzer.wiring.graph import Draft

__all__ = ["draw_workflows"]


def draw_workflows(repo: Repository, draft: Draft) -> None:
    """Add the workflows of Mage, Prefect, Databricks, Step Functions and Argo files with their steps."""
    for workflow in repo.workflows:
        if not workflow.steps and not workflow.entrypoint:
            continue
        name = workflow.name or workflow.path
        node = draft.node("stage", f"{workflow.path}#{workflow.name}", f"{name} ({workflow.tool})", workflow.place)
        if workflow.entrypoint:
            _entry(repo, draft, workflow, node)
        for step in workflow.steps:
            stage = _step(repo, draft, workflow, step)
            if stage:
                draft.edge(node, stage, "calls", workflow.place)
        if workflow.tool == "mage":
            _mage_order(repo, draft, workflow)


def _mage_order(repo: Repository, draft: Draft, workflow: Workflow) -> None:
    """Which block of a Mage pipeline hands its result on to which."""
    documents = read_yaml(repo.text(workflow.path) or "").documents
    for block in documents[0].get("blocks") if documents else ():
        stage = f"stage:{workflow.path}#{workflow.name}.{block.get('uuid').text or block.get('name').text}"
        for upstream in block.get("upstream_blocks").texts():
            before = f"stage:{workflow.path}#{workflow.name}.{upstream}"
            draft.edge(before, stage, "hands on to", Place(workflow.path, block.line))


def _entry(repo: Repository, draft: Draft, workflow: Workflow, node: str) -> None:
    path, _, function = workflow.entrypoint.rpartition(":")
    found = repo.find(path or workflow.entrypoint, workflow.path.rpartition("/")[0])
    if found is None:
        draft.gap(node, "program", workflow.entrypoint, "is no file of the repository", workflow.place)
        return
    stage = f"stage:{found}#{function}"
    draft.edge(node, stage if draft.has(stage) else module_id(found), "calls", workflow.place)


def _step(repo: Repository, draft: Draft, workflow: Workflow, step: str) -> str:
    """The stage of a step; a step that names no file of ours is a stage by itself."""
    label = step.rsplit(":", 1)[-1]
    if not label:
        return ""
    tail = f"/{label.rsplit('/', 1)[-1]}.py"
    kind = step.split(":", 1)[0] if ":" in step else ""
    found = [module.path for module in repo.modules if f"/{module.path}".endswith(tail)]
    fitting = [path for path in found if kind and f"{kind.rstrip('s')}" in path] or found
    node = draft.node("stage", f"{workflow.path}#{workflow.name}.{label}", label, workflow.place)
    if len(fitting) == 1:
        draft.edge(node, module_id(fitting[0]), "runs", workflow.place)
    elif workflow.tool == "mage" and not fitting:
        draft.gap(node, "program", label, "no block of that name is in the repository", workflow.place)
    return node
