"""GitLab CI (https://docs.gitlab.com/ci/yaml/)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import islice, product

from analyzer.artifacts.ci.model import (
    MOST_VARIANTS,
    Finder,
    Job,
    Pipeline,
    Step,
    Trigger,
    nothing_found,
    script_step,
    variants,
)
from analyzer.artifacts.yaml_reader import EMPTY, Node, YamlFile, read_yaml

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
_MOST = 24  # files that a pipeline includes
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


def parse_gitlab(path: str, text: str, find: Finder = nothing_found) -> Pipeline:
    """Parse a ``.gitlab-ci.yml``; never raises. ``find`` gives the files of the repository that it includes."""
    file = read_yaml(text)
    root = _root(file)
    parts = [(path, root), *_included(root, find)]
    whole = _Merged(root, [part for _, part in parts[1:]])
    places = {id(node._raw): other for other, part in parts[1:] for node in part.walk()}
    jobs: dict[str, Job] = {}
    kinds: dict[str, int] = {}
    for other, part in parts:
        for name, line, node in part.items():
            if name in _RESERVED or name.startswith(".") or node.kind != "mapping" or name in jobs:
                continue
            inherited = _inherit(whole, node)
            if not inherited.get("script") and not inherited.get("trigger"):
                continue
            job = _job(other, name, line, inherited, whole, places)
            jobs[name] = job
            for kind in ["manual"] if job.manual else list(_kinds(inherited)) or ["push"]:
                kinds.setdefault(kind, line if other == path else 1)
    triggers = tuple(Trigger(kind, line) for kind, line in kinds.items())
    return Pipeline(path, "gitlab-ci", "", triggers, tuple(jobs.values()), file.error)


def _root(file: YamlFile) -> Node:
    return next((document for document in file.documents if not document.get("spec")), EMPTY)


def _included(root: Node, find: Finder) -> Iterator[tuple[str, Node]]:
    """(path, document) of the local files that a pipeline or its child pipelines include, each once."""
    seen: set[str] = set()
    stack = [root]
    while stack and len(seen) < _MOST:
        node = stack.pop(0)
        for pattern in _locals(node):
            for path, text in find(pattern.lstrip("/")):
                if path not in seen and len(seen) < _MOST:
                    seen.add(path)
                    included = _root(read_yaml(text))
                    stack.append(included)
                    yield path, included


def _locals(root: Node) -> Iterator[str]:
    for include in (root.get("include"), *(node.get("trigger", "include") for _, _, node in root.items())):
        for item in include if include.kind == "sequence" else [include]:
            text = item.text or item.get("local").text
            if text and "://" not in text:
                yield text


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


def _job(path: str, name: str, line: int, node: Node, root: Node, places: Mapping[int, str]) -> Job:
    allow = node.get("allow_failure").text.lower() == "true"
    image = node.get("image")
    before = node.get("before_script") or root.get("default", "before_script") or root.get("before_script")
    scripts = [item for item in (before, node.get("script"), node.get("after_script")) if item]
    runs = [run for item in scripts for run in _runs(item, root)]
    rows = list(_rows(node.get("parallel", "matrix")))
    steps: list[Step] = []
    for script, parts in runs:
        where = places.get(id(parts[0]._raw), path) if parts else path
        steps += variants(script_step(where, script, allow_failure=allow, parts=parts), rows, _filled)
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


def _rows(matrix: Node) -> Iterator[Mapping[str, str]]:
    """The combinations of the variables of a matrix."""
    for row in islice(matrix, MOST_VARIANTS):
        axes = {name: node.texts() for name, _, node in row.items()}
        for values in islice(product(*axes.values()), MOST_VARIANTS):
            yield dict(zip(axes, values, strict=True))


_VARIABLE = re.compile(r"\$(?:(\w+)|\{(\w+)\})")


def _filled(text: str, row: Mapping[str, str]) -> str:
    return _VARIABLE.sub(lambda match: row.get(match.group(1) or match.group(2), match.group()), text)


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
