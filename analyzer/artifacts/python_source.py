"""Python modules: what they import, call, define and compare, with lines. Parsed, never imported or run."""

from __future__ import annotations

import ast
import re
import sys
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate

from analyzer.artifacts.fstrings import as_before_pep_701
from analyzer.artifacts.python_bindings import Bindings, ImportedName, bindings_of, imports_of, may_bind_more
from analyzer.artifacts.python_values import (
    Assignment,
    Call,
    Class,
    Comparison,
    Condition,
    Function,
    Import,
    Reference,
    Text,
)
from analyzer.artifacts.python_visitor import Visitor
from analyzer.findings import Place

__all__ = [
    "Assignment",
    "Call",
    "Class",
    "Comparison",
    "Condition",
    "Function",
    "Import",
    "PythonModule",
    "Reference",
    "Text",
    "parse_python",
    "tree_of",
]

_MOST_BYTES = 1_000_000
_DEEPEST_BRACKETS = 150
_ATTEMPTS = 40


@dataclass(frozen=True)
class PythonModule:
    """One module, or all code cells of one notebook.

    ``names_in`` holds the identifiers and attribute names that each scope uses (a function by its qualified name,
    the module's own level as the empty string), ``checks`` the lines of assertions at module level, ``unbound`` the names
    that are read where no scope around binds them, builtins among them; ``error`` says what could not be parsed.
    ``all_imports`` are its import statements wherever they stand, ``bindings`` what it binds at its own level, which nobody
    asks of a notebook. Lines are those of the file. The syntax tree, many times as large as all that, is not kept:
    :func:`tree_of` makes it anew for who needs a closer look.
    """

    path: str
    imports: tuple[Import, ...]
    calls: tuple[Call, ...]
    functions: tuple[Function, ...]
    classes: tuple[Class, ...]
    texts: tuple[Text, ...]
    comparisons: tuple[Comparison, ...]
    conditions: tuple[Condition, ...]
    assignments: tuple[Assignment, ...]
    references: tuple[Reference, ...]
    names_in: Mapping[str, frozenset[str]]
    docstring: str = ""
    has_main_guard: bool = False
    statements: int = 0
    checks: tuple[int, ...] = ()
    unbound: frozenset[str] = frozenset()
    error: str = ""
    error_line: int = 0
    notebook: bool = False
    all_imports: tuple[ImportedName, ...] = ()
    bindings: Bindings | None = None

    @property
    def place(self) -> Place:
        """The first line."""
        return Place(self.path, 1)

    @cached_property
    def used_imports(self) -> tuple[Import, ...]:
        """Imports whose name the code uses; an import of nothing else than side effects is none."""
        return tuple(item for item in self.imports if item.used)

    @cached_property
    def said(self) -> str:
        """All its strings in lower case, one on another."""
        return "\n".join(text.value for text in self.texts).lower()

    @cached_property
    def stars(self) -> tuple[str, ...]:
        """The modules of which it imports whatever they have."""
        return tuple(item.module for item in self.all_imports if item.name == "*")

    @cached_property
    def targets(self) -> tuple[str, ...]:
        """The last names of texts that name something by a path of names, such as ``package.module:name``."""
        return tuple(match.group(1) for text in self.texts if (match := _TARGET.fullmatch(text.value)))

    @cached_property
    def function_at(self) -> Mapping[str, Function]:
        """Functions by qualified name."""
        return {function.qualname: function for function in self.functions}

    @cached_property
    def class_at(self) -> Mapping[str, Class]:
        """Classes by name, the first of each."""
        return {item.name: item for item in reversed(self.classes)}


def parse_python(
    path: str, source: str, *, notebook: bool = False, lines: Mapping[int, int] | None = None
) -> PythonModule:
    """Parse one module; never raises.

    A statement that cannot be parsed is left out and described in ``error``; the rest is read.

    Args:
        path: the file's path, for places.
        source: the text.
        notebook: whether it is the joined code of a notebook.
        lines: maps line numbers of ``source`` to those of the file, where they differ.
    """
    tree, error, error_line = _parse(source)
    visitor = Visitor(path, tree, lines or {}, is_package=path.endswith("__init__.py"))
    if lines and error_line:
        error_line = lines.get(error_line, error_line)
    return PythonModule(
        path=path,
        imports=visitor.finished_imports(),
        calls=tuple(visitor.calls),
        functions=tuple(visitor.finished_functions()),
        classes=tuple(visitor.classes),
        texts=tuple(visitor.texts),
        comparisons=tuple(visitor.decisions.comparisons),
        conditions=tuple(visitor.decisions.conditions),
        assignments=tuple(visitor.assignments),
        references=tuple(visitor.references),
        names_in={scope: frozenset(names) for scope, names in visitor.names_in.items()},
        docstring=visitor.docstring,
        has_main_guard=visitor.has_main_guard,
        statements=visitor.statements,
        checks=tuple(visitor.checks),
        unbound=visitor.scopes.unbound(),
        error=error,
        error_line=error_line,
        notebook=notebook,
        all_imports=tuple(imports_of(tree, source)),
        bindings=None if notebook else _bindings(visitor, tree, source),
    )


def _bindings(visitor: Visitor, tree: ast.Module, source: str) -> Bindings:
    """What the visit came by, where nothing tells that a module binds more than that."""
    if visitor.incomplete or may_bind_more(source):
        return bindings_of(tree, source)
    return Bindings(visitor.scopes.bound_names(), tuple(visitor.stars), open=False)


def tree_of(source: str) -> ast.Module:
    """The syntax tree of a text, as :func:`parse_python` reads it; empty where nothing can be parsed."""
    return _parse(source)[0]


def _parse(source: str) -> tuple[ast.Module, str, int]:
    empty = ast.Module(body=[], type_ignores=[])
    if len(source) > _MOST_BYTES:
        return empty, "too long to parse", 1
    if _bracket_depth(source) > _DEEPEST_BRACKETS:
        return empty, "brackets nested too deeply to parse", 1
    error, error_line = "", 0
    text = source.replace("\0", " ")
    rewritten = _READS_NEWER
    for _ in range(_ATTEMPTS):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                return ast.parse(text), error, error_line
        except SyntaxError as problem:
            if not (rewritten or error):
                rewritten, before = True, text
                text = as_before_pep_701(text)
                if text != before:
                    continue
            line = problem.lineno or 1
            if not error:
                error, error_line = f"line {line}: {problem.msg}", line
            shorter = _with_block(text, problem) or _without_statement(text, line)
            if shorter is None:
                return empty, error, error_line
            text = shorter
        except (ValueError, RecursionError, MemoryError) as problem:
            return empty, error or f"cannot be parsed: {problem}"[:120], error_line or 1
    return empty, error, error_line


_READS_NEWER = sys.version_info[:2] >= (3, 12)  # what PEP 701 allows
_TARGET = re.compile(r"[A-Za-z_][\w.]*[:.]([A-Za-z_]\w*)(?:\(\))?")
_TOP_LEVEL = re.compile(r"[^\s#)\]}\"']")
_CONTINUES = re.compile(r"(?:else|elif|except|finally|case)\b")


_NO_BLOCK = re.compile(r"expected an indented block after .* on line (\d+)")


def _with_block(text: str, problem: SyntaxError) -> str | None:
    """The text with an empty block where a header lacks one, so that what follows is still read; None for other mistakes."""
    match = _NO_BLOCK.match(problem.msg)
    if not match:
        return None
    lines = text.split("\n")
    header = int(match.group(1)) - 1
    if header >= len(lines) or not lines[header].rstrip().endswith(":"):
        return None
    lines[header] = f"{lines[header].rstrip()} pass"
    return "\n".join(lines)


def _without_statement(text: str, line: int) -> str | None:
    """Blank the top-level statement around ``line``, keeping line numbers; None when nothing is left to blank."""
    lines = text.split("\n")
    index = min(line, len(lines)) - 1
    start = index
    while start > 0 and (not _TOP_LEVEL.match(lines[start]) or _CONTINUES.match(lines[start])):
        start -= 1
    end = max(index + 1, start + 1)
    while end < len(lines) and (not _TOP_LEVEL.match(lines[end]) or _CONTINUES.match(lines[end])):
        end += 1
    if not any(lines[start:end]):
        remaining = [number for number in range(start) if lines[number].strip()]
        if not remaining:
            return None
        start = remaining[-1]
    lines[start:end] = [""] * (end - start)
    return "\n".join(lines)


_NO_BRACKETS = bytes(mark for mark in range(256) if mark not in b"[](){}")


def _bracket_depth(source: str) -> int:
    if source.count("(") + source.count("[") + source.count("{") < _DEEPEST_BRACKETS:
        return 0
    steps = [1 if mark in b"[({" else -1 for mark in source.encode("utf-8", "replace").translate(None, _NO_BRACKETS)]
    heights = list(accumulate(steps))
    # What is closed and was never opened leads below the ground, from which the next counts anew.
    grounds = accumulate(heights, min, initial=0)
    return max((height - ground for height, ground in zip(heights, grounds, strict=False)), default=0)
