"""GitHub Actions (https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import islice, product

from analyzer.artifacts.ci.model import MOST_VARIANTS, Job, Pipeline, Step, Trigger, variants
from analyzer.artifacts.yaml_reader import EMPTY, Node, read_yaml

__all__ = ["parse_action", "parse_github"]

_MATRIX = re.compile(r"\$\{\{\s*matrix\.([\w.-]+)\s*\}\}")
_ENV = re.compile(r"\$\{\{\s*env\.([\w-]+)\s*\}\}")

_KINDS = {
    "push": "push",
    "pull_request": "pull_request",
    "pull_request_target": "pull_request",
    "merge_group": "pull_request",
    "schedule": "schedule",
    "workflow_dispatch": "manual",
    "workflow_call": "call",
}


def parse_github(path: str, text: str) -> Pipeline:
    """Parse a workflow; never raises."""
    file = read_yaml(text)
    root = file.documents[0] if file.documents else EMPTY
    folder = root.get("defaults", "run", "working-directory").text
    env = _env(root)
    jobs = tuple(_job(path, name, line, node, folder, env) for name, line, node in root.get("jobs").items())
    triggers = tuple(_triggers(root.get("on") or root.get("true")))
    return Pipeline(path, "github-actions", root.get("name").text, triggers, jobs, file.error)


def parse_action(path: str, text: str) -> tuple[Step, ...]:
    """Return the steps of a composite action; never raises."""
    file = read_yaml(text)
    root = file.documents[0] if file.documents else EMPTY
    return tuple(_step(path, node, "", {}) for node in root.get("runs", "steps"))


def _triggers(node: Node) -> Iterator[Trigger]:
    if node.kind == "mapping":
        for name, line, value in node.items():
            if name == "schedule" and not list(value):
                continue
            paths = value.get("paths").texts()
            branches = value.get("branches").texts() or value.get("tags").texts()
            yield Trigger(_KINDS.get(name, "event"), line, paths, branches)
    else:
        for name in node.texts():
            yield Trigger(_KINDS.get(name, "event"), node.line)


def _env(node: Node) -> Mapping[str, str]:
    """The variables that a workflow, a job or a step sets for itself."""
    return {name: value.text for name, _, value in node.get("env").items() if value.kind == "scalar"}


def _job(path: str, name: str, line: int, node: Node, folder: str, env: Mapping[str, str]) -> Job:
    env = {**env, **_env(node)}
    inner = node.get("defaults", "run", "working-directory").text or folder
    container = node.get("container")
    images = [container.text or container.get("image").text]
    images += [service.get("image").text for _, _, service in node.get("services").items()]
    environment = node.get("environment")
    rows = list(_rows(node.get("strategy", "matrix")))
    return Job(
        path=path,
        name=name,
        line=line,
        steps=tuple(
            variant
            for step in node.get("steps")
            if step.kind == "mapping"
            for variant in variants(_step(path, step, inner, env), rows, _filled)
        ),
        condition=node.get("if").text,
        needs=node.get("needs").texts(),
        images=tuple(image for image in images if image),
        uses=node.get("uses").text,
        allow_failure=node.get("continue-on-error").text.lower() == "true",
        environment=environment.text or environment.get("name").text,
        runner=" ".join(node.get("runs-on").texts()),
    )


def _rows(matrix: Node) -> Iterator[Mapping[str, str]]:
    """The combinations of a matrix, those that are included besides among them."""
    axes = [(name, [_values(item) for item in node]) for name, _, node in matrix.items() if name not in _NO_AXIS]
    known = [[{f"{name}{rest}": text for rest, text in value.items()} for value in values] for name, values in axes]
    combined = ({key: text for part in parts for key, text in part.items()} for parts in product(*known))
    if any(known):
        yield from islice(combined, MOST_VARIANTS)
    for item in islice(matrix.get("include"), MOST_VARIANTS):
        yield {name: value.text for name, _, value in item.items() if value.kind == "scalar"}


_NO_AXIS = frozenset({"include", "exclude"})


def _values(node: Node) -> Mapping[str, str]:
    """What an entry of an axis says: by the empty key, or by ``.name`` for each of its parts."""
    if node.kind != "mapping":
        return {"": node.text}
    return {f".{name}": value.text for name, _, value in node.items() if value.kind == "scalar"}


def _filled(text: str, row: Mapping[str, str]) -> str:
    return _MATRIX.sub(lambda match: row.get(match.group(1)) or match.group(), text)


def _with_env(text: str, env: Mapping[str, str]) -> str:
    return _ENV.sub(lambda match: env.get(match.group(1)) or match.group(), text) if "${{" in text else text


def _step(path: str, node: Node, folder: str, env: Mapping[str, str]) -> Step:
    env = {**env, **_env(node)}
    run = node.get("run")
    return Step(
        path=path,
        line=node.line,
        end_line=node.end_line,
        name=node.get("name").text,
        run=_with_env(run.text, env),
        run_line=run.line + (1 if run.block else 0) if run else 0,
        uses=node.get("uses").text,
        inputs={key: _with_env(value.text, env) for key, _, value in node.get("with").items()},
        folder=_with_env(node.get("working-directory").text or folder, env),
        condition=node.get("if").text,
        allow_failure=node.get("continue-on-error").text.lower() == "true",
    )
