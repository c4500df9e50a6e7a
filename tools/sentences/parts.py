"""Sentences in pieces: what f-strings and sums of texts are made of, and what a placeholder is called."""

from __future__ import annotations

import ast

from tools.sentences.code import Function, Pick, Value

__all__ = ["argument", "default", "name_of", "parts_of", "picked"]

_FIRST, _REST = "upper lower capitalize", "[1:]"
_VAGUE = frozenset(
    {
        "attr",
        "column",
        "id",
        "kind",
        "label",
        "line",
        "module",
        "name",
        "path",
        "text",
        "title",
        "tool",
        "type",
        "value",
    }
)
"""Names of fields that say little without what they belong to."""


def parts_of(node: ast.expr) -> list[str | ast.expr] | None:
    """The literals and expressions of an f-string or of a sum of texts; None for a sum of something else."""
    if isinstance(node, ast.JoinedStr):
        found: list[str | ast.expr] = []
        for item in node.values:
            if isinstance(item, ast.FormattedValue):
                found.append(item.value)
            elif isinstance(item, ast.Constant):
                found.append(str(item.value))
        return _whole(found)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        sides = (node.left, node.right)
        if not any(_is_text(side) for side in sides):
            return None
        found = []
        for side in sides:
            if isinstance(side, ast.Constant):
                found.append(str(side.value))
            else:
                found += (_is_text(side) and parts_of(side)) or [side]
        return _whole(found)
    return None


def _is_text(node: ast.expr) -> bool:
    if isinstance(node, ast.Constant):
        return isinstance(node.value, str)
    if isinstance(node, ast.IfExp):
        return _is_text(node.body) and _is_text(node.orelse)
    if isinstance(node, ast.Subscript):
        return _first_letter(node) is not None
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.BinOp) and parts_of(node) is not None)


def _first_letter(node: str | ast.expr) -> ast.expr | None:
    """The text of which an expression is the first letter, in whatever case, or all but the first."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in _FIRST.split():
        node = node.func.value
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Slice):
        ends = (node.slice.lower, node.slice.upper)
        if [getattr(end, "value", None) for end in ends] in ([None, 1], [1, None]):
            return node.value
    return None


def _whole(parts: list[str | ast.expr]) -> list[str | ast.expr]:
    """With ``x[:1].upper()`` and ``x[1:]`` in a row as the one text that they are."""
    found: list[str | ast.expr] = []
    for part in parts:
        text = _first_letter(part)
        before = _first_letter(found[-1]) if found else None
        if text is not None and before is not None and ast.dump(text) == ast.dump(before):
            found[-1] = text
        else:
            found.append(part)
    return found


def name_of(node: ast.expr) -> str:
    """What the placeholder of an expression is called."""
    if isinstance(node, ast.Name):
        return node.id.strip("_") or "it"
    if isinstance(node, ast.Attribute):
        owner = name_of(node.value) if isinstance(node.value, (ast.Name, ast.Subscript)) else ""
        return (
            f"{owner}_{node.attr}"
            if node.attr in _VAGUE and owner not in ("", "self", "item")
            else node.attr.strip("_")
        )
    if isinstance(node, ast.Subscript):
        key = node.slice
        return key.value if isinstance(key, ast.Constant) and isinstance(key.value, str) else name_of(node.value)
    if isinstance(node, ast.Call):
        called = name_of(node.func)
        if called in ("len", "sum"):
            return "number"
        if called == "join" and node.args:
            return name_of(node.args[0])
        if isinstance(node.func, ast.Attribute) and called in (
            "strip",
            "rstrip",
            "lower",
            "upper",
            "replace",
            "group",
            "get",
        ):
            return name_of(node.func.value)
        return called
    if isinstance(node, ast.BinOp):
        return name_of(node.left)
    if isinstance(node, ast.IfExp):
        return name_of(node.body)
    if isinstance(node, (ast.GeneratorExp, ast.ListComp)):
        return name_of(node.elt)
    return "it"


def picked(value: Value, pick: Pick) -> Value:
    """A part of a value; a value that is a part already stays what it is."""
    return value if pick is None or value.pick is not None else Value(value.expr, value.module, value.function, pick)


def argument(call: ast.Call, parameters: list[str], name: str) -> ast.expr | None:
    """What a call gives for a parameter."""
    for word in call.keywords:
        if word.arg == name:
            return word.value
    if name not in parameters:
        return None
    place = parameters.index(name)
    if any(isinstance(item, ast.Starred) for item in call.args[:place]):
        return None
    return call.args[place] if place < len(call.args) else None


def default(function: Function, name: str) -> ast.expr | None:
    """The default of a parameter."""
    args = function.node.args
    ordered = [*args.posonlyargs, *args.args]
    for item, value in zip(ordered[len(ordered) - len(args.defaults) :], args.defaults, strict=True):
        if item.arg == name:
            return value
    return next(
        (value for item, value in zip(args.kwonlyargs, args.kw_defaults, strict=True) if item.arg == name), None
    )
