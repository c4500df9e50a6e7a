"""CircleCI (https://circleci.com/docs/configuration-reference/)."""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.artifacts.ci.model import Job, Pipeline, Step, Trigger, script_step
from analyzer.artifacts.yaml_reader import EMPTY, Node, read_yaml

__all__ = ["parse_circleci"]

_DEEPEST = 5


def parse_circleci(path: str, text: str) -> Pipeline:
    """Parse a ``.circleci/config.yml``; never raises. Commands of the file itself are followed."""
    file = read_yaml(text)
    root = file.documents[0] if file.documents else EMPTY
    run = list(_of_workflows(root))
    names = {name for name, _ in run}
    jobs = [
        Job(
            path=path,
            name=name,
            line=line,
            steps=tuple(_steps(path, node.get("steps"), root, 0)),
            images=tuple(image for item in node.get("docker") if (image := item.get("image").text)),
        )
        for name, line, node in root.get("jobs").items()
        if name in names or not root.get("workflows")
    ]
    for name, node in run:
        if "/" in name and not root.get("jobs", name):  # a job of an orb
            inputs = {key: value.text for key, _, value in node.get(name).items()}
            jobs.append(
                Job(path, name, node.line, (Step(path, node.line, node.end_line, name, uses=name, inputs=inputs),))
            )
    return Pipeline(path, "circleci", "", tuple(_triggers(root)), tuple(jobs), file.error)


def _of_workflows(root: Node) -> Iterator[tuple[str, Node]]:
    """The jobs that workflows run, each with its entry: a job that none names never runs."""
    for _, _, workflow in root.get("workflows").items():
        for item in workflow.get("jobs"):
            if item.kind == "scalar":
                yield item.text, item
            for name, _, _ in item.items():
                yield name, item


def _steps(path: str, steps: Node, root: Node, depth: int) -> Iterator[Step]:
    for node in steps:
        if node.kind == "scalar":
            yield from _named(path, node.text, node, EMPTY, root, depth)
        for name, _, value in node.items():
            if name == "run":
                script = value if value.kind == "scalar" else value.get("command")
                yield script_step(path, script, name=value.get("name").text, folder=value.get("working_directory").text)
            elif name in ("when", "unless"):
                yield from _steps(path, value.get("steps"), root, depth + 1) if depth < _DEEPEST else ()
            else:
                yield from _named(path, name, node, value, root, depth)


def _named(path: str, name: str, node: Node, value: Node, root: Node, depth: int) -> Iterator[Step]:
    own = root.get("commands", name, "steps")
    if own and depth < _DEEPEST:
        yield from _steps(path, own, root, depth + 1)
    else:
        inputs = {key: item.text for key, _, item in value.items()}
        yield Step(path, node.line, node.end_line, name, uses=name, inputs=inputs)


def _triggers(root: Node) -> Iterator[Trigger]:
    for name, line, workflow in root.get("workflows").items():
        if workflow.kind != "mapping":
            continue
        triggers = list(workflow.get("triggers"))
        if any(item.get("schedule") for item in triggers):
            yield Trigger("schedule", triggers[0].line)
        elif name != "version":
            yield Trigger("push", line)
    if not root.get("workflows") and root.get("jobs"):
        yield Trigger("push", root.get("jobs").line)
