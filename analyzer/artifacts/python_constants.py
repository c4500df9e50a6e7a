"""Tests of Python code whose outcome stands in the source: branches never taken, assertions that cannot fail."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from typing import Any

from analyzer.artifacts.python_expressions import Resolver

__all__ = ["constant_truth", "is_trivial"]

_COMPARISONS: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq, ast.NotEq: operator.ne, ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt,
    ast.GtE: operator.ge, ast.Is: operator.is_, ast.IsNot: operator.is_not,
}  # fmt: skip
# Questions that an imported name answers by being there.
_ASKS_EXISTENCE = frozenset({"callable", "hasattr", "isinstance", "bool"})
_WORKING = (ast.Attribute, ast.Subscript, ast.Await, ast.NamedExpr, ast.Lambda, ast.comprehension, ast.FormattedValue)


def constant_truth(test: ast.expr) -> bool | None:
    """Whether a test made of constants holds (``if False``, ``if not 1``, ``if 1 == 2``); None for any other test."""
    if isinstance(test, ast.Constant):
        return bool(test.value)
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        inner = constant_truth(test.operand)
        return None if inner is None else not inner
    if isinstance(test, ast.BoolOp):
        known = [constant_truth(item) for item in test.values]
        decides = isinstance(test.op, ast.Or)
        if decides in known:
            return decides
        return None if None in known else not decides
    if isinstance(test, ast.Compare) and len(test.ops) == 1:
        left, right = test.left, test.comparators[0]
        compare = _COMPARISONS.get(type(test.ops[0]))
        if compare and isinstance(left, ast.Constant) and isinstance(right, ast.Constant):
            try:
                return bool(compare(left.value, right.value))
            except TypeError:  # 1 < "a"
                return None
    return None


def is_trivial(test: ast.expr, resolver: Resolver) -> bool:
    """Whether an assertion cannot fail once the module is imported: it asks about constants, or whether a name is there."""
    if isinstance(test, ast.Tuple):
        return True
    imported = False
    for node in ast.walk(test):
        if isinstance(node, ast.Name) and node.id not in _ASKS_EXISTENCE:
            imported = imported or resolver.is_imported(node.id)
            if not resolver.is_imported(node.id) and not _is_known(node, resolver):
                return False
        elif isinstance(node, ast.Call):
            if not (isinstance(node.func, ast.Name) and node.func.id in _ASKS_EXISTENCE):
                return False
        elif isinstance(node, _WORKING):
            return False
    values = [
        item for node in ast.walk(test) if isinstance(node, ast.Compare) for item in (node.left, *node.comparators)
    ]
    return not imported or not any(isinstance(item, ast.Constant) and item.value is not None for item in values)


def _is_known(name: ast.Name, resolver: Resolver) -> bool:
    return isinstance(resolver.value(name), str | int | float | bool)
