"""Calls of the project's own functions with arguments that they do not take."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from analyzer.artifacts.python_shapes import is_main_guard
from analyzer.artifacts.python_source import Call, Function, PythonModule, tree_of
from analyzer.code import Code
from analyzer.repository import Repository
from analyzer.soundness.defect import Defect

__all__ = ["refused_arguments"]

_KEEPS_SIGNATURE = frozenset(
    {"prefect.task", "prefect.flow", "functools.lru_cache", "functools.cache", "functools.wraps"}
)

_OF_PREFECT = frozenset({"wait_for", "return_state"})
"""What every call of a flow or task takes: https://docs.prefect.io/v3/api-ref/python/prefect-flows"""


def refused_arguments(repository: Repository) -> Iterator[Defect]:
    """Calls that end in a TypeError by the signature alone: too many arguments, too few, or an unknown keyword.

    Only functions of a module's own level that nothing replaces and no decorator changes are asked.

    Source: https://docs.python.org/3/reference/expressions.html#calls
    """
    code = repository.world
    names = {item.name for module in code.modules for item in module.functions if item.name == item.qualname}
    for module in repository.modules if names else ():
        if module.error or "cookiecutter" in module.path:
            continue
        told: set[tuple[str, str]] = set()
        for call in module.calls:
            if call.decorates or call.swallowed or call.last not in names:
                continue
            function = _named(code, module, call)
            if function and _looks_wrong(call, function) and _is_surely(code, module, call, function):
                sentence = _wrong(repository, call, function)
                if sentence and (sentence, call.scope) not in told:
                    told.add((sentence, call.scope))
                    yield Defect(module.path, call.line, "arguments", sentence)


def _named(code: Code, module: PythonModule, call: Call) -> Function | None:
    """The function of a module's own level that a call names."""
    target = code.definition(call.name, module.path)
    other = code.module(target[0]) if target and target[1] == call.last else None
    return other.function_at[call.last] if other and not other.error else None


def _is_surely(code: Code, module: PythonModule, call: Call, function: Function) -> bool:
    """Whether a call means the function and no other: nothing stands in for it, and no decorator changes what it takes."""
    other = code.module(function.path)
    if other is None or not _KEEPS_SIGNATURE.issuperset(function.decorators):
        return False
    imported = any(f"{call.name}.".startswith(f"{item.dotted}.") for item in module.imports)
    if function.path == module.path:
        if call.name != function.name or imported:
            return False
    elif not imported or function.name in module.function_at:
        return False
    return not (
        any(text.value == function.name or text.value.endswith(f".{function.name}") for text in module.texts)  # patched
        or any(item.target == function.name for item in (*module.assignments, *other.assignments))
        or sum(item.qualname == function.name for item in other.functions) > 1
        or any(item.name == function.name and item.qualname != function.name for item in module.functions)
    )


def _looks_wrong(call: Call, function: Function) -> bool:
    given = len(call.args) + len(call.keywords or {})
    return (
        given > len(function.parameters)
        or given < function.required
        or not set(call.keywords or ()) <= set(function.parameters)
    )


def _wrong(repository: Repository, call: Call, function: Function) -> str:
    """What Python would say of the call, by the two syntax trees; empty where it would take it."""
    tree = tree_of(repository.text(call.path) or "")
    made = _node(tree, call)
    # What others import of the module works all the same, and a deployment gives a flow what it needs.
    elsewhere = function.decorators or _is_imported(repository, call.path)
    if made is not None and elsewhere and _in_main_guard(tree, made):
        return ""
    taken = _definition(repository.text(function.path), function)
    if made is None or taken is None:
        return ""
    if any(name.startswith("prefect.") for name in function.decorators):
        made.keywords = [item for item in made.keywords if item.arg not in _OF_PREFECT]
    return _mismatch(made, taken, function.name)


def _mismatch(made: ast.Call, taken: ast.arguments, name: str) -> str:
    if any(isinstance(item, ast.Starred) for item in made.args) or any(item.arg is None for item in made.keywords):
        return ""
    positional = [item.arg for item in (*taken.posonlyargs, *taken.args)]
    named = {item.arg for item in (*taken.args, *taken.kwonlyargs)}
    given = {item.arg for item in made.keywords if item.arg}
    if len(made.args) > len(positional) and taken.vararg is None:
        return f"{name} is called with {len(made.args)} arguments, but takes {len(positional)}"
    unknown = sorted(given - named)
    if unknown and taken.kwarg is None:
        return f"{name} is called with {unknown[0]}=, which it does not take"
    filled = {*positional[: len(made.args)], *given}
    needed = positional[: len(positional) - len(taken.defaults)]
    needed += [item.arg for item, default in zip(taken.kwonlyargs, taken.kw_defaults, strict=True) if default is None]
    lacking = [item for item in needed if item not in filled]
    return f"{name} is called without {lacking[0]}, which it needs" if lacking else ""


def _node(tree: ast.Module, call: Call) -> ast.Call | None:
    """The only call of that name that begins on its line."""
    found = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and node.lineno == call.line and _last(node.func) == call.last
    ]
    return found[0] if len(found) == 1 else None


def _in_main_guard(tree: ast.Module, made: ast.Call) -> bool:
    guards = (node for node in tree.body if isinstance(node, ast.If) and is_main_guard(node.test))
    return any(guard.lineno <= made.lineno <= (guard.end_lineno or guard.lineno) for guard in guards)


def _is_imported(repository: Repository, path: str) -> bool:
    local = repository.world.local
    return any(
        path in (local.find(item.module, module.path), local.find(item.dotted, module.path))
        for module in repository.modules
        for item in module.imports
    )


def _last(func: ast.expr) -> str:
    return func.attr if isinstance(func, ast.Attribute) else func.id if isinstance(func, ast.Name) else ""


def _definition(text: str | None, function: Function) -> ast.arguments | None:
    for node in tree_of(text or "").body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name == function.name:
            return node.args
    return None
