"""GitLab CI (https://docs.gitlab.com/ci/yaml/)."""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.artifacts.ci.model import Job, Pipeline, Step, Trigger, script_step
from analyzer.artifacts.yaml_reader import EMPTY, Node, read_yaml

__all__ = ["parse_gitlab"]

_RESERVED = frozenset(
    [
        "default",
        "include",
        "stages",
        "variables",
        "workflow",
        "image",
        "services",
        "before_script",
        "after_script",
        "cache",
        "pages:deploy",
        "spec",
    ]
)
_SOURCES = {
    "merge_request_event": "pull_request",
    "merge_requests": "pull_request",
    "schedule": "schedule",
    "schedules": "schedule",
    "web": "manual",
    "push": "push",
    "branches": "push",
    "tags": "push",
}


def parse_gitlab(path: str, text: str) -> Pipeline:
    """Parse a ``.gitlab-ci.yml``; never raises."""
    file = read_yaml(text)
    root = file.documents[0] if file.documents else EMPTY
    jobs: list[Job] = []
    kinds: dict[str, int] = {}
    for name, line, node in root.items():
        if name in _RESERVED or name.startswith(".") or node.kind != "mapping":
            continue
        whole = _inherit(root, node)
        if not whole.get("script") and not whole.get("trigger"):
            continue
        job = _job(path, name, line, whole, root)
        jobs.append(job)
        for kind in ["manual"] if job.manual else list(_kinds(whole)) or ["push"]:
            kinds.setdefault(kind, line)
    triggers = tuple(Trigger(kind, line) for kind, line in kinds.items())
    return Pipeline(path, "gitlab-ci", "", triggers, tuple(jobs), file.error)


class _Merged(Node):
    """A job with the jobs that it extends behind it."""

    __slots__ = ("_parents",)

    def __init__(self, node: Node, parents: list[Node]) -> None:
        super().__init__(node._raw)
        self._parents = parents

    def get(self, *path: str) -> Node:
        found = super().get(*path)
        return found or next((value for parent in self._parents if (value := parent.get(*path))), EMPTY)


def _inherit(root: Node, node: Node, depth: int = 0) -> Node:
    names = node.get("extends").texts()
    if not names or depth > 5:
        return node
    return _Merged(node, [_inherit(root, root.get(name), depth + 1) for name in reversed(names)])


def _job(path: str, name: str, line: int, node: Node, root: Node) -> Job:
    allow = node.get("allow_failure").text.lower() == "true"
    image = node.get("image")
    before = node.get("before_script") or root.get("default", "before_script") or root.get("before_script")
    scripts = [item for item in (before, node.get("script"), node.get("after_script")) if item]
    steps: list[Step] = [script_step(path, item, allow_failure=allow) for item in scripts]
    environment = node.get("environment")
    rules = list(node.get("rules"))
    manual = node.get("when").text == "manual" or (
        bool(rules) and all(rule.get("when").text in ("manual", "never") for rule in rules)
    )
    return Job(
        path=path,
        name=name,
        line=line,
        steps=tuple(steps),
        needs=node.get("needs").texts(),
        images=tuple(text for text in (image.text or image.get("name").text, *node.get("services").texts()) if text),
        manual=manual,
        allow_failure=allow,
        environment=environment.text or environment.get("name").text,
    )


def _kinds(node: Node) -> Iterator[str]:
    only = node.get("only")
    for text in only.texts() or only.get("refs").texts():
        yield _SOURCES.get(text, "push")
    for rule in node.get("rules"):
        condition = rule.get("if").text
        found = [kind for source, kind in _SOURCES.items() if f'"{source}"' in condition or f"'{source}'" in condition]
        yield from found or ["push"]
