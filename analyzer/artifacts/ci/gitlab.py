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
_DEEPEST = 10
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
    root = next((document for document in file.documents if not document.get("spec")), EMPTY)
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
    runs = [run for item in scripts for run in _runs(item, root)]
    steps: list[Step] = [script_step(path, node, allow_failure=allow, parts=parts) for node, parts in runs]
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
        needs=_named(node.get("needs"), "job"),
        images=tuple(
            text for text in (image.text or image.get("name").text, *_named(node.get("services"), "name")) if text
        ),
        manual=manual,
        allow_failure=allow,
        environment=environment.text or environment.get("name").text,
    )


def _named(node: Node, key: str) -> tuple[str, ...]:
    """The entries of a list, each a text or a mapping with its name under ``key``."""
    return tuple(text for item in node if (text := item.text or item.get(key).text))


def _runs(node: Node, root: Node, depth: int = 0) -> Iterator[tuple[Node, list[Node]]]:
    """The lines of a script as they follow each other; those from elsewhere (anchors, ``!reference``) apart."""
    if node.tag == "!reference":
        target = root.get(*node.texts())
        yield from _runs(target, root, depth + 1) if depth < _DEEPEST else ()
    elif node.kind == "scalar":
        yield node, [node]
    else:
        own: list[Node] = []
        for item in node:
            if item.kind == "scalar":
                own.append(item)
                continue
            if own:
                yield node, own
            own = []
            yield from _runs(item, root, depth + 1) if depth < _DEEPEST else ()
        if own:
            yield node, own


def _kinds(node: Node) -> Iterator[str]:
    only = node.get("only")
    for text in only.texts() or only.get("refs").texts():
        yield _SOURCES.get(text, "push")
    for rule in node.get("rules"):
        condition = rule.get("if").text
        found = [kind for source, kind in _SOURCES.items() if f'"{source}"' in condition or f"'{source}'" in condition]
        yield from found or ["push"]
