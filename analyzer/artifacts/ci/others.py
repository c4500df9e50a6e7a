"""CI systems whose files are lists of commands: Travis, Bitbucket, AWS CodeBuild, Google Cloud Build, Drone."""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.artifacts.ci.model import Job, Pipeline, Step, Trigger, script_step
from analyzer.artifacts.yaml_reader import EMPTY, Node, read_yaml

__all__ = ["parse_other"]

_SCRIPT_KEYS = frozenset({"script", "commands", "before_script", "after_success", "install", "after_script", "deploy"})


def parse_other(path: str, system: str, text: str) -> Pipeline:
    """Parse the file of a smaller CI system; never raises. Every list of commands becomes a step."""
    file = read_yaml(text)
    steps = tuple(step for document in file.documents for step in _steps(path, document))
    line = file.documents[0].line if file.documents else 1
    jobs = (Job(path, system, line, steps),) if steps else ()
    triggers = (Trigger("push", line),) if steps else ()
    return Pipeline(path, system, "", triggers, jobs, file.error)


def _steps(path: str, root: Node) -> Iterator[Step]:
    for node in root.walk():
        for key, _, value in node.items():
            if key in _SCRIPT_KEYS and value.kind in ("scalar", "sequence") and value.texts():
                yield script_step(path, value)
        if node.get("args").kind == "sequence" and node.get("name").text:
            yield _cloud_build(path, node)


def _cloud_build(path: str, node: Node) -> Step:
    """A Cloud Build step runs its image's program with ``args``."""
    image = node.get("name").text
    program = node.get("entrypoint").text or image.rsplit("/", 1)[-1].split(":", 1)[0].removesuffix("-slim")
    args = node.get("args") or EMPTY
    texts = list(args.texts())
    if program in ("bash", "sh") and len(texts) > 1:
        return Step(path, node.line, node.end_line, run=texts[-1], run_line=args.line)
    program = {"cloud-sdk": "gcloud"}.get(program, program)
    named = texts[:1] == [program]  # images without a program of their own get it with the rest
    words = [*(() if named else (program,)), *(f"'{word}'" if " " in word else word for word in texts)]
    return Step(path, node.line, node.end_line, run=" ".join(words), run_line=args.line)
