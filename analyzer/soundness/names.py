"""Files that do not parse, and names that nothing defines (pyflakes, on the trees that are parsed already)."""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Iterator

from analyzer.artifacts.python_answers import EXITS, LEAVES
from analyzer.artifacts.python_source import PythonModule, tree_of
from analyzer.repository import Repository
from analyzer.soundness.defect import Defect

__all__ = ["undefined_names", "unparsed_modules"]

_HOST_NAMES = frozenset(
    """
    dbutils spark sc sqlContext displayHTML display get_ipython table udf getArgument reveal_type reveal_locals
    _ ngettext WindowsError __file__ __builtins__ __annotations__ __path__ __module__ __qualname__ exit quit copyright
    data_loader transformer data_exporter custom sensor callback condition test render data_source true false null
    """.split()
)
"""Names that notebooks, Databricks, gettext and Mage put into a module before it runs, and those of JSON kept as code."""

_CHART = re.compile(r"(?:^|/)charts/(?:.*/)?[^/]+\.py$")  # Mage runs these with names of its own

_RUNTIME_NAMES = re.compile(r"\bexec\(|globals\(\)\s*(?:\.|\[)|locals\(\)\.update|vars\(\)\.update|builtins\.")
_RUNTIME_WORDS = ("exec(", "globals()", "locals()", "vars()", "builtins.")  # one of them stands in every match
_KNOWN = _HOST_NAMES | frozenset(dir(builtins))
_MOST_NAMES = 5
_TEMPLATE = re.compile(r"\{\{.*?\}\}|\{%.*?%\}")
_NEWER_GRAMMAR = re.compile(
    r"\bf[\"']|\bf\"\"\"|^\s*type\s+\w+|\bexcept\b|\bmatch\b|\bt[\"']|\b(?:class|def)\s+\w+\s*\["
)


_OTHER_PROGRAM = re.compile(r"#!(?!.*python)")


def unparsed_modules(repository: Repository) -> Iterator[Defect]:
    """Python modules with a syntax error; what a newer Python than ours may allow is left out."""
    for module in repository.modules:
        if not module.error.startswith("line ") or "cookiecutter" in module.path:
            continue
        text = repository.text(module.path) or ""
        lines = text.split("\n")
        around = "\n".join(lines[max(module.error_line - 2, 0) : module.error_line + 1])
        if _TEMPLATE.search(text) or _NEWER_GRAMMAR.search(around) or _OTHER_PROGRAM.match(text):
            continue
        what = module.error.split(": ", 1)[-1]
        yield Defect(module.path, module.error_line, "syntax", f"the file cannot be parsed: {what}")


def undefined_names(repository: Repository) -> Iterator[Defect]:
    """Names that are used where nothing defines them; one defect a module and name, at most five a module."""
    for module in repository.modules:
        if module.error or not module.statements or "cookiecutter" in module.path:
            continue
        if _CHART.search(module.path):
            continue
        text = repository.text(module.path) or ""
        yield from repository.of_file(module.path, _names, text, module)


def _names(text: str, module: PythonModule) -> tuple[Defect, ...]:
    if any(word in text for word in _RUNTIME_WORDS) and _RUNTIME_NAMES.search(text):
        return ()
    if text.startswith("# Databricks notebook"):
        return ()
    return tuple(_undefined(module, tree_of(text))) if _may_lack_names(module) else ()


def _may_lack_names(module: PythonModule) -> bool:
    """Whether any name is read that no scope around binds, so that the closer look is worth its time."""
    if any(item.name == "*" for item in module.imports):
        return False  # it may bind anything
    return not module.unbound <= _KNOWN


def _undefined(module: PythonModule, tree: ast.Module) -> Iterator[Defect]:
    from pyflakes import checker, messages

    if all(isinstance(node, ast.Expr) for node in tree.body):
        return  # a list or a note, kept under the name of a module
    try:
        found = checker.Checker(tree, filename=module.path, withDoctest=False).messages
    except (RecursionError, AttributeError, KeyError, IndexError):
        return
    missing = [item for item in found if isinstance(item, messages.UndefinedName)]
    if not missing:
        return
    unevaluated, unreached = _annotations(tree), _after_ends(tree)
    seen: set[str] = set()
    for item in sorted(missing, key=lambda message: (message.lineno, message.col)):
        name = str(item.message_args[0])
        if name in seen or name in _HOST_NAMES or (item.lineno, item.col) in unevaluated or item.lineno in unreached:
            continue
        seen.add(name)
        if len(seen) > _MOST_NAMES:
            return
        yield Defect(module.path, item.lineno, "undefined-name", f"{name} is used, but nothing defines or imports it")


def _after_ends(tree: ast.Module) -> frozenset[int]:
    """Lines that never run, since a statement before them in their block always leaves it."""
    found: set[int] = set()
    for node in ast.walk(tree):
        for block in (getattr(node, name, None) for name in ("body", "orelse", "finalbody")):
            ended = False
            for item in block if isinstance(block, list) else ():
                if ended:
                    found.update(range(item.lineno, (item.end_lineno or item.lineno) + 1))
                call = item.value if isinstance(item, ast.Expr) else None
                exits = isinstance(call, ast.Call) and ast.unparse(call.func) in EXITS
                ended = ended or exits or isinstance(item, LEAVES)
    return frozenset(found)


def _annotations(tree: ast.Module) -> frozenset[tuple[int, int]]:
    """Positions of names that are never evaluated: annotations under the future import, in strings or of local variables."""
    future = any(
        isinstance(node, ast.ImportFrom) and node.module == "__future__" and any(item.name == "annotations" for item in node.names)
        for node in tree.body
    )  # fmt: skip
    found: set[tuple[int, int]] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            arguments = (
                *node.args.posonlyargs,
                *node.args.args,
                *node.args.kwonlyargs,
                node.args.vararg,
                node.args.kwarg,
            )
            for annotation in (*(item.annotation for item in arguments if item), node.returns):
                if annotation is not None:
                    found.update(_positions(annotation, strings_only=not future))
            for inner in ast.walk(node):
                if isinstance(inner, ast.AnnAssign) and isinstance(inner.target, ast.Name):
                    found.update(_positions(inner.annotation, strings_only=False))
        elif isinstance(node, ast.AnnAssign):
            found.update(_positions(node.annotation, strings_only=not future))
    return frozenset(found)


def _positions(annotation: ast.expr, *, strings_only: bool) -> Iterator[tuple[int, int]]:
    for node in ast.walk(annotation):
        is_text = isinstance(node, ast.Constant) and isinstance(node.value, str)
        if isinstance(node, ast.expr) and (is_text or not strings_only):
            yield node.lineno, node.col_offset
