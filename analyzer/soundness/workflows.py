"""Workflows that GitHub refuses, or reads otherwise than they look."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import get_close_matches

from analyzer.artifacts.yaml_reader import EMPTY, Node, read_yaml
from analyzer.repository import Repository
from analyzer.soundness.defect import Defect

__all__ = ["workflow_shapes"]

_TOP = frozenset({"name", "run-name", "on", "true", "permissions", "env", "defaults", "concurrency", "jobs"})
_TENTH = re.compile(r"\d\.\d+0")


def workflow_shapes(repository: Repository) -> Iterator[Defect]:
    """Shapes of GitHub workflows that the workflow syntax does not know."""
    for path in repository.paths:
        if not (path.startswith(".github/workflows/") and path.endswith((".yml", ".yaml"))):
            continue
        text = repository.text(path)
        if text and text.strip() and (path in repository.inventory.own or path in _serving(repository)):
            yield from repository.of_file(path, _shapes, path, text)


def _serving(repository: Repository) -> frozenset[str]:
    return frozenset(item.path for item in repository.pipelines)


def _shapes(path: str, text: str) -> tuple[Defect, ...]:
    return tuple(_of(path, text))


def _of(path: str, text: str) -> Iterator[Defect]:
    file = read_yaml(text)
    if file.error.startswith("line "):
        at, _, what = file.error.removeprefix("line ").partition(": ")
        yield Defect(path, int(at), "workflow-shape", f"the workflow is no valid YAML: {what}"[:200])
        return
    root = file.documents[0] if file.documents else EMPTY
    if root.kind != "mapping":
        return
    for name, line, node in root.items():
        if name not in _TOP and (node.get("steps") or node.get("runs-on")):
            yield Defect(
                path, line, "workflow-shape", f"the job {name} stands outside jobs, so GitHub refuses the workflow"
            )
    jobs = list(root.get("jobs").items())
    names = {name for name, _, _ in jobs}
    if jobs and not (root.get("on") or root.get("true")):
        yield Defect(path, 1, "workflow-shape", "the workflow has no trigger (on), so GitHub never runs it")
    for name, line, node in jobs:
        yield from _job(path, name, line, node, names)
    yield from _without_files(path, jobs)
    yield from _versions(path, root)
    yield from _unset(path, text, root)


_CHECKS_OUT = re.compile(r"(?i)checkout|git clone|git fetch|gh repo clone|git pull|degit|download-artifact")
_NEEDS_FILES = re.compile(
    r"(?m)(?:^|[;&|]\s*)\s*(?:pytest|python3? -m (?:pytest|unittest)|python3? [\w./-]+\.py|make|docker (?:compose )?build|terraform (?:init|plan|apply)"
    r"|pip3? install -r|pipenv install|poetry install|npm (?:ci|run)|cdk (?:deploy|synth)|pre-commit run|tox|dvc repro|bash [\w./-]+\.sh|\./[\w/-]+\.sh)\b"
)
_ACTS_ON_FILES = re.compile(r"(?i)^(?:pre-commit/action|psf/black|[\w-]+/aws-cdk-github-actions)@")


def _without_files(path: str, jobs: list[tuple[str, int, Node]]) -> Iterator[Defect]:
    """Workflows of which no job that works on the repository's files checks them out first."""
    lacking: list[tuple[str, int, str]] = []
    for name, _, job in jobs:
        if "self-hosted" in job.get("runs-on").texts():
            continue  # a machine may keep the files
        steps = [step for step in job.get("steps") if step.kind == "mapping"]
        told = " ".join(f"{step.get('uses').text} {step.get('run').text}" for step in steps)
        checks_out = bool(_CHECKS_OUT.search(told))
        for step in steps:
            match = _NEEDS_FILES.search(step.get("run").text) or _ACTS_ON_FILES.search(step.get("uses").text)
            if match and checks_out:
                return
            if match:
                lacking.append((name, step.line, match.group().strip(" ;&|@")))
    for name, line, what in lacking[:1]:
        sentence = f"the job {name} runs {what} without a checkout, so none of the repository's files are there"
        yield Defect(path, line, "workflow-shape", sentence)


def _job(path: str, name: str, line: int, node: Node, names: set[str]) -> Iterator[Defect]:
    if node.kind != "mapping":
        return
    if not node.get("runs-on") and not node.get("uses"):
        yield Defect(path, line, "workflow-shape", f"the job {name} has no runs-on, so GitHub refuses the workflow")
    for need in node.get("needs").texts():
        if need not in names and "$" not in need:
            yield Defect(path, line, "workflow-shape", f"the job {name} needs {need}, which is no job of the workflow")
    for step in node.get("steps"):
        if step.kind == "mapping" and not step.get("uses") and not step.get("run"):
            yield Defect(path, step.line, "workflow-shape", f"a step of the job {name} has neither uses nor run")
        elif _lacks_version(step.get("uses").text):
            used = step.get("uses").text
            sentence = f"a step of the job {name} uses {used} without a version, so GitHub refuses the workflow"
            yield Defect(path, step.line, "workflow-shape", sentence)
        elif step.get("uses") and step.get("run"):
            yield Defect(path, step.line, "workflow-shape", f"a step of the job {name} has both uses and run")


def _lacks_version(uses: str) -> bool:
    """An action of another repository needs ``@`` and a branch, tag or commit."""
    return (
        bool(uses) and "/" in uses and "@" not in uses and not uses.startswith(("./", "docker://")) and "$" not in uses
    )


_VARIABLE = re.compile(r"\$\{\{[^}]*?\benv\.(\w+)")


def _unset(path: str, text: str, root: Node) -> Iterator[Defect]:
    """Variables that scripts take from ``env`` by a name that is not quite the one that is set: they are empty.

    An action may do without an input, and may set a variable itself.

    Source: https://docs.github.com/actions/reference/contexts-reference#env-context
    """
    if "GITHUB_ENV" in text or "env." not in text:
        return
    known = {key for node in root.walk() if node.kind == "mapping" for key, _, _ in node.get("env").items()}
    sentences: dict[str, str] = {}
    lines = text.split("\n")
    for step in (step for _, _, job in root.get("jobs").items() for step in job.get("steps") if step.get("run")):
        for number in range(step.line, min(step.end_line, len(lines)) + 1):
            line = lines[number - 1]
            if "env." not in line or line.lstrip().startswith("#"):
                continue
            for name in dict.fromkeys(_VARIABLE.findall(line.partition(" #")[0])):
                if name not in known and name not in sentences and len(sentences) < _MOST_NAMES:
                    sentences[name] = _unset_sentence(name, known)
                if sentences.get(name):
                    yield Defect(path, number, "unset-variable", sentences[name])


_MOST_NAMES = 20
_MOST_KNOWN = 200


def _unset_sentence(name: str, known: set[str]) -> str:
    """What is wrong with a variable that nothing sets, where one of nearly that name is set; else an action may set it."""
    near = get_close_matches(name, sorted(known)[:_MOST_KNOWN], 1, 0.8)
    return f"the workflow reads env.{name}, which nothing sets; {near[0]} is set" if near else ""


def _versions(path: str, root: Node) -> Iterator[Defect]:
    """``python-version: 3.10`` without quotes is the number 3.1."""
    for node in root.walk():
        if node.kind != "mapping":
            continue
        for key, line, value in node.items():
            if key.replace("_", "-").lower() not in ("python-version", "go-version", "pythonversion"):
                continue
            for item in value if value.kind == "sequence" else (value,):
                if item.plain and _TENTH.fullmatch(item.text):
                    number = item.text.rstrip("0")
                    sentence = f"{key} {item.text} without quotes is the number {number} to YAML"
                    yield Defect(path, item.line if value.kind == "sequence" else line, "yaml-version", sentence)
