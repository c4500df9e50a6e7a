"""Terraform and OpenTofu (https://opentofu.org/docs/language/), read from the syntax tree of tree-sitter's grammar of HCL.

Where that grammar meets an error, python-hcl2 says whether the file is wrong and where: two grammars have to agree before
a file is called broken. The first alone takes a tenth of the time (decision 12).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING

from analyzer.artifacts.infrastructure import Declaration, InfraFile, Resource
from analyzer.artifacts.text import line_starts

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
_MOST_HEADS = 500
_LONGEST = 200_000  # characters; python-hcl2 takes some 20 microseconds for each


@lru_cache(maxsize=1)
def _parser() -> Parser:
    import tree_sitter
    import tree_sitter_hcl

    return tree_sitter.Parser(tree_sitter.Language(tree_sitter_hcl.language()))


# Behind a mistake the grammar reads blanks again for each of them, up to the next comment: one every so many lines.
_BLANK_LINES = re.compile(r"(?:[ \t\x0b\x0c]*\n){50}")


def parse_terraform(path: str, text: str) -> InfraFile:
    """Parse a ``.tf``, ``.tofu`` or ``terragrunt.hcl`` file; never raises. After a syntax error the block heads are still read, where their block ends."""
    if not text.strip():
        return InfraFile(path, "terraform")
    text = _BLANK_LINES.sub(lambda match: f"{match.group()[:-1]}#\n", text)
    if _nesting(text) > _DEEPEST:
        return InfraFile(path, "terraform", error="nested too deeply")
    if len(text) > _LONGEST:
        return _heads(path, text, f"longer than {_LONGEST:,} characters, so the heads of its blocks alone")
    source = text.encode("utf-8", "replace")
    root = _parser().parse(source).root_node
    if root.has_error and (error := _refusal(text)):
        return _heads(path, text, error)
    collector = _Collector(path, text, source)
    for block in _blocks(root):
        collector.add(block)
    collector.add_inputs(root)
    return collector.finished()


def _refusal(text: str) -> str:
    """What python-hcl2 has against a text that the faster grammar could not read whole; empty for nothing."""
    from hcl2 import parses_to_tree

    try:
        parses_to_tree(text if text.endswith("\n") else text + "\n")
    except Exception as problem:  # noqa: BLE001 lark raises a family of errors without a common public base
        line = getattr(problem, "line", -1)
        return f"line {line}: no valid HCL" if line > 0 else "no valid HCL"
    return ""


def is_terragrunt(path: str) -> bool:
    """Whether a file configures Terragrunt: a module by its source, its inputs and where its state is kept.

    Source: https://terragrunt.gruntwork.io/docs/reference/config-blocks-and-attributes/
    """
    return path.rsplit("/", 1)[-1] == "terragrunt.hcl"


def _nesting(text: str) -> int:
    depth = deepest = 0
    for character in re.findall(r"[\[\](){}]", text):
        depth = depth + 1 if character in "[({" else max(depth - 1, 0)
        deepest = max(deepest, depth)
    return deepest


def _blocks(node: Node) -> Iterator[Node]:
    """The blocks of a file or of a block's body."""
    for body in _of(node, "body"):
        yield from _of(body, "block")


def _of(node: Node, kind: str) -> Iterator[Node]:
    """The children of one type."""
    return (child for child in node.named_children if child.type == kind)


class _Collector:
    def __init__(self, path: str, text: str, source: bytes) -> None:
        self._path, self._text, self._source = path, text, source
        self._tool = "terragrunt" if is_terragrunt(path) else "terraform"
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
                    self._attributes(block), self._slice(block),
                )
            )  # fmt: skip
        elif kind == "terraform":
            source = self._attributes(block).get("source", "")
            if source and self._tool == "terragrunt":
                self._declare("module", self._path.rpartition("/")[0].rpartition("/")[2] or "root", block, source)
            for inner in _blocks(block):
                inner_labels = self._labels(inner)
                if inner_labels[0] == "backend" and len(inner_labels) > 1:
                    self._declare("backend", inner_labels[1], inner, " ".join(self._attributes(inner)))
                elif inner_labels[0] == "cloud":
                    self._declare("backend", "cloud", inner, "cloud")
        elif kind == "remote_state" and self._tool == "terragrunt":
            attributes = self._attributes(block)
            self._declare("backend", attributes.get("backend", ""), block, " ".join(attributes))
        elif kind == "locals":
            for name in self._attributes(block):
                self._declare("local", name, block, "")
        elif kind in self._declared and names:
            attributes = self._attributes(block)
            value = attributes.get("source" if kind == "module" else "default" if kind == "variable" else "value", "")
            self._declare(kind, names[0], block, value)

    def add_inputs(self, root: Node) -> None:
        """What Terragrunt hands to the module."""
        for body in _of(root, "body") if self._tool == "terragrunt" else ():
            for item in _of(body, "attribute"):
                if self._slice(item.named_children[0]) == "inputs":
                    self._declare("variable", "inputs", item, self._slice(item)[:2000])

    def _declare(self, kind: str, name: str, block: Node, value: str) -> None:
        self._declared[kind].append(Declaration(self._path, name, self._line(block), value, self._end(block)))

    def _labels(self, block: Node) -> list[str]:
        labels: list[str] = []
        for child in block.named_children:
            if child.type in ("identifier", "string_lit"):
                labels.append(self._slice(child).strip('"'))
            elif child.type in ("block_start", "body"):
                break
        return labels or [""]

    def _attributes(self, block: Node) -> dict[str, str]:
        found: dict[str, str] = {}
        for body in _of(block, "body"):
            for item in _of(body, "attribute"):
                name, *_, value = item.named_children
                found[self._slice(name)] = self._slice(value).strip().strip('"')[:2000]
        return found

    def _line(self, node: Node) -> int:
        return node.start_point.row + 1

    def _end(self, node: Node) -> int:
        return node.end_point.row + 1

    def _slice(self, node: Node) -> str:
        return self._source[node.start_byte : node.end_byte].decode("utf-8", "replace")

    def finished(self) -> InfraFile:
        declared = {kind: tuple(items) for kind, items in self._declared.items()}
        return InfraFile(
            self._path, self._tool, tuple(self._resources), declared["variable"], declared["output"],
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


def _is_closed(text: str, opening: int) -> bool:
    """Whether the brackets from a brace on are closed again, up to the brace's own end."""
    open_brackets: list[str] = []
    for match in re.compile(r"[\[\](){}]").finditer(text, opening, opening + 100_000):
        if match.group() in "[({":
            open_brackets.append(match.group())
        elif not open_brackets or _PAIRS[open_brackets.pop()] != match.group():
            return False
        if not open_brackets:
            return True
    return False


_PAIRS = {"[": "]", "(": ")", "{": "}"}


def _heads(path: str, text: str, error: str) -> InfraFile:
    collected: dict[str, list[Declaration]] = {}
    resources: list[Resource] = []
    starts = line_starts(text)
    for match in islice(_BLOCK.finditer(text), _MOST_HEADS):
        kind, labels = match.group("type"), _LABEL.findall(match.group("rest"))
        line = bisect_right(starts, match.start())
        if not _is_closed(text, match.end() - 1):
            continue
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
