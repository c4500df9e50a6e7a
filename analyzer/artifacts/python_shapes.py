"""Questions about the shape of a piece of Python, which need no names resolved."""

from __future__ import annotations

import ast

__all__ = ["fills_gaps", "is_main_guard", "is_stub", "names_import_error", "swallows", "takes_all", "without_docstring"]

_FILLING = frozenset({"fillna", "ffill", "bfill", "interpolate", "replace", "copy", "round"})


def fills_gaps(value: ast.expr) -> bool:
    """Whether a column is only repaired: its own values with gaps filled or marks replaced."""
    return isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute) and value.func.attr in _FILLING


def without_docstring(body: list[ast.stmt]) -> list[ast.stmt]:
    """A body without the text that documents it."""
    first = body[0] if body else None
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and isinstance(first.value.value, str):
        return body[1:]
    return body


def is_stub(body: list[ast.stmt]) -> bool:
    """Whether a body does nothing: empty, ``pass``, a constant, or one that says it is not implemented."""
    if not body:
        return True
    if len(body) > 1:
        return False
    only = body[0]
    if isinstance(only, ast.Pass) or (isinstance(only, ast.Expr) and isinstance(only.value, ast.Constant)):
        return True
    return isinstance(only, ast.Raise) and "NotImplemented" in ast.dump(only)


def is_main_guard(test: ast.expr) -> bool:
    """Whether a test asks if the module is started by itself."""
    return (
        isinstance(test, ast.Compare)
        and isinstance(test.left, ast.Name)
        and test.left.id == "__name__"
        and isinstance(test.ops[0], ast.Eq)
    )


def takes_all(handler: ast.ExceptHandler) -> bool:
    """Whether a handler takes every failure."""
    name = handler.type.id if isinstance(handler.type, ast.Name) else ""
    return handler.type is None or name in ("Exception", "BaseException", "AssertionError")


def swallows(handler: ast.ExceptHandler) -> bool:
    """Whether a handler takes every failure and lets none show."""
    if not takes_all(handler):
        return False
    quiet = (ast.Raise, ast.Assert, ast.Return)
    return not any(isinstance(node, quiet) or _fails(node) for item in handler.body for node in ast.walk(item))


def _fails(node: ast.AST) -> bool:
    if not isinstance(node, ast.Call):
        return False
    func = node.func
    last = func.attr if isinstance(func, ast.Attribute) else func.id if isinstance(func, ast.Name) else ""
    return last in ("exit", "fail", "_exit", "abort") or last.startswith("assert")


def names_import_error(handler: ast.ExceptHandler) -> bool:
    """Whether a handler is there for a package that may be missing."""
    if handler.type is None:
        return True
    return any(
        isinstance(node, ast.Name) and node.id in ("ImportError", "ModuleNotFoundError", "Exception")
        for node in ast.walk(handler.type)
    )
