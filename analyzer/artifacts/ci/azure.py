"""Azure Pipelines (https://learn.microsoft.com/azure/devops/pipelines/yaml-schema/)."""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.artifacts.ci.model import Job, Pipeline, Step, Trigger, script_step
from analyzer.artifacts.yaml_reader import EMPTY, Node, read_yaml

__all__ = ["parse_azure"]

_SCRIPTS = ("script", "bash", "powershell", "pwsh")
_STRATEGIES = ("runOnce", "rolling", "canary")


def parse_azure(path: str, text: str) -> Pipeline:
    """Parse an ``azure-pipelines.yml``; never raises."""
    file = read_yaml(text)
    root = file.documents[0] if file.documents else EMPTY
    jobs = tuple(_jobs(path, root))
    return Pipeline(
        path, "azure-pipelines", root.get("name").text, tuple(_triggers(root, bool(jobs))), jobs, file.error
    )


def _triggers(root: Node, has_jobs: bool) -> Iterator[Trigger]:
    trigger, pull = root.get("trigger"), root.get("pr")
    if trigger.text == "none":
        yield Trigger("manual", trigger.line)
    elif has_jobs:
        paths = trigger.get("paths", "include").texts()
        branches = trigger.texts() or trigger.get("branches", "include").texts()
        yield Trigger("push", trigger.line if trigger else root.line, paths, branches)
    if pull and pull.text != "none":
        branches = pull.texts() or pull.get("branches", "include").texts()
        yield Trigger("pull_request", pull.line, pull.get("paths", "include").texts(), branches)
    if list(root.get("schedules")):
        yield Trigger("schedule", root.get("schedules").line)


def _jobs(path: str, root: Node) -> Iterator[Job]:
    for stage in root.get("stages"):
        yield from _jobs(path, stage)
    for node in root.get("jobs"):
        name = node.get("job").text or node.get("deployment").text
        rollouts = (node.get("strategy", kind, "deploy", "steps") for kind in _STRATEGIES)
        steps = node.get("steps") or next((rollout for rollout in rollouts if rollout), EMPTY)
        yield Job(
            path,
            name,
            node.line,
            tuple(_steps(path, steps)),
            node.get("condition").text,
            node.get("dependsOn").texts(),
            environment=node.get("environment").text,
        )
    if root.get("steps"):
        yield Job(path, "steps", root.get("steps").line, tuple(_steps(path, root.get("steps"))))


def _steps(path: str, steps: Node) -> Iterator[Step]:
    for node in steps:
        name = node.get("displayName").text
        allow = node.get("continueOnError").text.lower() == "true"
        script = next((node.get(key) for key in _SCRIPTS if node.get(key)), EMPTY)
        if script:
            yield script_step(path, script, name=name, folder=node.get("workingDirectory").text, allow_failure=allow)
            continue
        inputs = {key: value.text for key, _, value in node.get("inputs").items()}
        inline = node.get("inputs", "inlineScript") or node.get("inputs", "script")
        if inline:
            yield script_step(path, inline, name=name, folder=inputs.get("workingDirectory", ""), allow_failure=allow)
        yield Step(path, node.line, node.end_line, name, uses=node.get("task").text, inputs=inputs, allow_failure=allow)
