"""Where programs keep the answer of a comparison, and what a block does in the end."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

__all__ = ["EXITS", "HOLDERS", "LEAVES", "endings", "flags_set", "held_in"]

LEAVES = (ast.Return, ast.Raise, ast.Continue, ast.Break)
"""Statements after which nothing of their block runs."""
EXITS = frozenset({"sys.exit", "exit", "quit", "os._exit", "click.Abort"})
"""Calls that end the program, by their full names."""
HOLDERS = frozenset({ast.Dict, ast.List, ast.Tuple, ast.Set, ast.GeneratorExp, ast.ListComp, ast.SetComp, ast.Call})
"""What holds answers of comparisons: tables of checks, and ``all(...)`` over them."""


def held_in(node: ast.expr) -> Iterator[tuple[str, ast.expr]]:
    """What is kept in a table or asked by a call that makes one answer of many, each with its key or keyword."""
    if isinstance(node, ast.Dict):
        for key, value in zip(node.keys, node.values, strict=True):
            yield key.value if isinstance(key, ast.Constant) and isinstance(key.value, str) else "", value
    elif isinstance(node, (ast.List, ast.Tuple, ast.Set)):
        yield from (("", item) for item in node.elts)
    elif isinstance(node, (ast.GeneratorExp, ast.ListComp, ast.SetComp)):
        yield "", node.elt
    elif isinstance(node, ast.Call):
        if isinstance(node.func, ast.Name) and node.func.id in ("all", "any", "bool", "int"):
            yield from (("", item) for item in node.args)
        yield from ((word.arg or "", word.value) for word in node.keywords)


def flags_set(statements: Sequence[ast.stmt]) -> Iterator[str]:
    """Variables that are set to a constant, such as yes or no."""
    for statement in statements:
        if isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Constant):
            yield from (target.id for target in statement.targets if isinstance(target, ast.Name))


def endings(statements: Sequence[ast.stmt]) -> Iterator[str]:
    """``raise`` and ``return`` where a block has them, and the text that is returned."""
    for statement in statements:
        if isinstance(statement, ast.Raise):
            yield "raise"
        elif isinstance(statement, ast.Return):
            yield "return"
            value = statement.value.value if isinstance(statement.value, ast.Constant) else None
            if isinstance(value, str):  # a branch of an orchestrator names the task that comes next
                yield value
