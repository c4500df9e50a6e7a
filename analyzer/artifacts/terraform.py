"""Terraform and OpenTofu (https://opentofu.org/docs/language/), parsed by the HCL grammar of tree-sitter."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from analyzer.artifacts.infrastructure import Declaration, InfraFile, Resource

if TYPE_CHECKING:
    from tree_sitter import Node, Parser

__all__ = ["parse_terraform"]

_REFERENCE = re.compile(
    r"(?<![\w.\"-])(?:(?P<kind>var|local|module|data)\.(?P<name>[A-Za-z_][\w-]*)(?:\.(?P<sub>[A-Za-z_][\w-]*))?"
    r"|(?P<type>[a-z][a-z0-9]*_[a-z0-9_]+)\.(?P<resource>[A-Za-z_][\w-]*))"
)
_STRING = re.compile(r"\"(?:[^\"\\$]|\\.|\$(?!\{))*\"")
_BLOCK = re.compile(
    r"^(?P<type>resource|data|variable|output|module|provider|terraform)\b(?P<rest>[^\n{]*)\{", re.MULTILINE
)
_LABEL = re.compile(r"\"([^\"]*)\"")
_DEEPEST = 60


def parse_terraform(path: str, text: str) -> InfraFile:
    """Parse a ``.tf`` or ``.tofu`` file; never raises. After a syntax error the block heads are still read."""
    if not text.strip():
        return InfraFile(path, "terraform")
    if _nesting(text) > _DEEPEST:
        return InfraFile(path, "terraform", error="nested too deeply")
    root = _parser().parse(text.encode("utf-8", "replace")).root_node
    if root.has_error:
        return _heads(path, text, f"line {_first_error(root)}: no valid HCL")
    collector = _Collector(path, text)
    for block in _blocks(root):
        collector.add(block)
    return collector.finished()


@lru_cache(maxsize=1)
def _parser() -> Parser:
    import tree_sitter
    import tree_sitter_hcl

    return tree_sitter.Parser(tree_sitter.Language(tree_sitter_hcl.language()))


def _first_error(node: Node) -> int:
    """The line of the first error below a node, from 1."""
    while not (node.is_error or node.is_missing):
        node = next(child for child in node.children if child.has_error)
    return node.start_point.row + 1


def _nesting(text: str) -> int:
    depth = deepest = 0
    for character in re.findall(r"[\[\](){}]", text):
        depth = depth + 1 if character in "[({" else max(depth - 1, 0)
        deepest = max(deepest, depth)
    return deepest


def _body(node: Node, kind: str) -> Iterator[Node]:
    """The attributes or blocks in the body of a file or block."""
    for child in node.named_children:
        if child.type == "body":
            yield from (item for item in child.named_children if item.type == kind)


def _blocks(node: Node) -> Iterator[Node]:
    return _body(node, "block")


def _text(node: Node) -> str:
    return (node.text or b"").decode("utf-8", "replace")


class _Collector:
    def __init__(self, path: str, text: str) -> None:
        self._path, self._text = path, text
        self._resources: list[Resource] = []
        self._data: list[Resource] = []
        self._declared: dict[str, list[Declaration]] = {
            kind: [] for kind in ("variable", "output", "module", "backend", "provider", "local")
        }

    def add(self, block: Node) -> None:
        labels = self._labels(block)
        kind, names = labels[0], labels[1:]
        if kind in ("resource", "data") and len(names) >= 2:
            target = self._resources if kind == "resource" else self._data
            target.append(
                Resource(
                    self._path, "terraform", names[0], names[1], self._line(block), self._end(block),
                    self._attributes(block), _text(block),
                )
            )  # fmt: skip
        elif kind == "terraform":
            for inner in _blocks(block):
                inner_labels = self._labels(inner)
                if inner_labels[0] == "backend" and len(inner_labels) > 1:
                    self._declare("backend", inner_labels[1], inner, " ".join(self._attributes(inner)))
                elif inner_labels[0] == "cloud":
                    self._declare("backend", "cloud", inner, "cloud")
        elif kind == "locals":
            for name in self._attributes(block):
                self._declare("local", name, block, "")
        elif kind in self._declared and names:
            attributes = self._attributes(block)
            value = attributes.get("source" if kind == "module" else "default" if kind == "variable" else "value", "")
            self._declare(kind, names[0], block, value)

    def _declare(self, kind: str, name: str, block: Node, value: str) -> None:
        self._declared[kind].append(Declaration(self._path, name, self._line(block), value, self._end(block)))

    def _labels(self, block: Node) -> list[str]:
        heads = (child for child in block.named_children if child.type in ("identifier", "string_lit"))
        return [_text(child).strip('"') for child in heads]

    def _attributes(self, block: Node) -> dict[str, str]:
        found: dict[str, str] = {}
        for item in _body(block, "attribute"):
            parts = [child for child in item.named_children if child.type != "comment"]
            found[_text(parts[0])] = _text(parts[-1]).strip().strip('"')[:2000]
        return found

    def _line(self, node: Node) -> int:
        return node.start_point.row + 1

    def _end(self, node: Node) -> int:
        return node.end_point.row + 1

    def finished(self) -> InfraFile:
        declared = {kind: tuple(items) for kind, items in self._declared.items()}
        return InfraFile(
            self._path, "terraform", tuple(self._resources), declared["variable"], declared["output"],
            declared["module"], declared["backend"], declared["provider"], tuple(self._data),
            tuple(_references(self._path, self._text)),
        )  # fmt: skip


def _references(path: str, text: str) -> Iterator[Declaration]:
    """Every ``var.x``, ``module.x`` and ``type.name`` with its line; ``value`` is the kind of reference."""
    for number, line in enumerate(text.split("\n"), 1):
        code = line.split("#", 1)[0] if '"' not in line.split("#", 1)[0] else line
        if "." not in code or code.lstrip().startswith(("#", "//")):
            continue
        plain = _STRING.sub('""', code)
        comment = re.search(r"\s(?:#|//)", plain)
        if comment and plain.count('"', 0, comment.start()) % 2 == 0:
            plain = plain[: comment.start()]
        for match in _REFERENCE.finditer(plain):
            if match.group("kind") == "data":
                yield Declaration(path, f"{match.group('name')}.{match.group('sub') or ''}", number, "data")
            elif match.group("kind"):
                yield Declaration(path, match.group("name"), number, match.group("kind"))
            else:
                yield Declaration(path, f"{match.group('type')}.{match.group('resource')}", number, "resource")


def _heads(path: str, text: str, error: str) -> InfraFile:
    collected: dict[str, list[Declaration]] = {}
    resources: list[Resource] = []
    for match in _BLOCK.finditer(text):
        kind, labels = match.group("type"), _LABEL.findall(match.group("rest"))
        line = text.count("\n", 0, match.start()) + 1
        if kind == "resource" and len(labels) == 2:
            resources.append(Resource(path, "terraform", labels[0], labels[1], line, line))
        elif labels:
            collected.setdefault(kind, []).append(Declaration(path, labels[0], line))
    return InfraFile(
        path,
        "terraform",
        tuple(resources),
        tuple(collected.get("variable", ())),
        tuple(collected.get("output", ())),
        tuple(collected.get("module", ())),
        error=error,
    )
