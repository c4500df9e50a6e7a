"""Azure Pipelines (https://learn.microsoft.com/azure/devops/pipelines/yaml-schema/)."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from analyzer.artifacts.ci.model import Finder, Job, Pipeline, Step, Trigger, nothing_found, script_step
from analyzer.artifacts.yaml_reader import EMPTY, Node, read_yaml

__all__ = ["parse_azure"]

_SCRIPTS = ("script", "bash", "powershell", "pwsh")
_STRATEGIES = ("runOnce", "rolling", "canary")
_MOST = 50  # templates that are opened


def parse_azure(path: str, text: str, find: Finder = nothing_found) -> Pipeline:
    """Parse an ``azure-pipelines.yml``; never raises. ``find`` gives the templates of the repository that it uses."""
    file = read_yaml(text)
    root = file.documents[0] if file.documents else EMPTY
    jobs = tuple(_jobs(path, root, _Templates(find)))
    return Pipeline(
        path, "azure-pipelines", root.get("name").text, tuple(_triggers(root, bool(jobs))), jobs, file.error
    )


class _Templates:
    """Follows templates and conditional insertions."""

    def __init__(self, find: Finder) -> None:
        self._find = find
        self._left = _MOST

    def entries(self, path: str, node: Node, key: str) -> Iterator[tuple[str, Node]]:
        """(path, entry) of a list of stages, jobs or steps, those of templates and of ``${{ if }}`` in their place."""
        for item in node:
            template = item.get("template").text
            if template:
                opened = tuple(self.opened(path, template))
                for other, root in opened:
                    yield from self.entries(other, root.get(key), key)
                if not opened:
                    yield path, item
                continue
            inserted = [value for name, _, value in item.items() if name.startswith("${{")]
            for value in inserted:
                yield from self.entries(path, value, key)
            if not inserted:
                yield path, item

    def opened(self, path: str, template: str) -> Iterator[tuple[str, Node]]:
        """(path, document) of a template; one of another repository (``file@name``) is none of ours."""
        if "@" in template.removesuffix("@self") or "${{" in template or self._left <= 0:
            return
        self._left -= 1
        name = template.removesuffix("@self")
        beside = posixpath.normpath(
            posixpath.join("" if name.startswith("/") else posixpath.dirname(path), name.lstrip("/"))
        )
        for other, text in self._find(beside):
            documents = read_yaml(text).documents
            yield other, documents[0] if documents else EMPTY


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


def _jobs(path: str, root: Node, templates: _Templates) -> Iterator[Job]:
    extended = root.get("extends", "template").text
    for other, document in templates.opened(path, extended) if extended else ():
        yield from _jobs(other, document, templates)
    for where, stage in templates.entries(path, root.get("stages"), "stages"):
        yield from _jobs(where, stage, templates)
    for where, node in templates.entries(path, root.get("jobs"), "jobs"):
        name = node.get("job").text or node.get("deployment").text
        rollouts = (node.get("strategy", kind, "deploy", "steps") for kind in _STRATEGIES)
        steps = node.get("steps") or next((rollout for rollout in rollouts if rollout), EMPTY)
        yield Job(
            where,
            name,
            node.line,
            tuple(_steps(where, steps, templates)),
            node.get("condition").text,
            node.get("dependsOn").texts(),
            environment=node.get("environment").text,
        )
    if root.get("steps"):
        yield Job(path, "steps", root.get("steps").line, tuple(_steps(path, root.get("steps"), templates)))


def _steps(main: str, steps: Node, templates: _Templates) -> Iterator[Step]:
    for path, node in templates.entries(main, steps, "steps"):
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
