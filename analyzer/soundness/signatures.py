"""Calls of the project's own functions with arguments that they do not take."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from itertools import accumulate

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

    Only functions of a module's own level that nothing replaces and no decorator changes are asked. What looks wrong by what
    is known of every call is looked at in the syntax tree, which is made once for a module.

    Source: https://docs.python.org/3/reference/expressions.html#calls
    """
    code = repository.world
    names = {item.name for module in code.modules for item in module.functions if item.name == item.qualname}
    known = _Known(repository)
    for module in repository.modules if names else ():
        if module.error or "cookiecutter" in module.path:
            continue
        calls = (call for call in module.calls if not (call.decorates or call.swallowed) and call.last in names)
        named = ((call, function) for call in calls if (function := _named(code, module, call)))
        looked = [(call, function) for call, function in named if _looks_wrong(call, function)]
        yield from _in_module(repository, known, module, looked) if looked else ()


def _named(code: Code, module: PythonModule, call: Call) -> Function | None:
    """The function of a module's own level that a call names."""
    target = code.definition(call.name, module.path)
    other = code.module(target[0]) if target and target[1] == call.last else None
    return other.function_at[call.last] if other and not other.error else None


def _looks_wrong(call: Call, function: Function) -> bool:
    given = len(call.args) + len(call.keywords or {})
    return (
        given > len(function.parameters)
        or given < function.required
        or not set(call.keywords or ()) <= set(function.parameters)
    )


class _Known:
    """What is asked of modules more than once, by their paths."""

    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        self._taken: dict[str, dict[str, ast.arguments]] = {}
        self._doubted: dict[str, frozenset[str]] = {}
        self._imports: dict[str, frozenset[str]] = {}

    def taken(self, function: Function) -> ast.arguments | None:
        """What a function takes, by its syntax tree."""
        if function.path not in self._taken:
            body = tree_of(self._repository.text(function.path) or "").body
            self._taken[function.path] = {
                node.name: node.args for node in body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
            }
        return self._taken[function.path].get(function.name)

    def doubted(self, module: PythonModule) -> frozenset[str]:
        """Names that may mean something else in a module: bound again, defined twice, or patched by their name."""
        if module.path not in self._doubted:
            twice = {name for name, count in Counter(item.name for item in module.functions).items() if count > 1}
            patched = {text.value.rpartition(".")[2] for text in module.texts if len(text.value) <= _LONGEST_NAME}
            self._doubted[module.path] = frozenset(twice | patched | {item.target for item in module.assignments})
        return self._doubted[module.path]

    def imports(self, module: PythonModule) -> frozenset[str]:
        """What a module imports, by whole names."""
        if module.path not in self._imports:
            self._imports[module.path] = frozenset(item.dotted for item in module.imports)
        return self._imports[module.path]


_LONGEST_NAME = 200


def _in_module(
    repository: Repository, known: _Known, module: PythonModule, looked: list[tuple[Call, Function]]
) -> Iterator[Defect]:
    tree = tree_of(repository.text(module.path) or "")
    made: dict[tuple[int, str], list[ast.Call]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            made.setdefault((node.lineno, _last(node.func)), []).append(node)
    guards = [node for node in tree.body if isinstance(node, ast.If) and is_main_guard(node.test)]
    told: set[tuple[str, str]] = set()
    for call, function in looked:
        nodes = made.get((call.line, call.last), [])
        taken = (
            known.taken(function) if len(nodes) == 1 and _is_surely(repository, known, module, call, function) else None
        )
        if taken is None:
            continue
        # What others import of the module works all the same, and a deployment gives a flow what it needs.
        guarded = any(guard.lineno <= call.line <= (guard.end_lineno or guard.lineno) for guard in guards)
        if guarded and (function.decorators or module.path in repository.world.imported):
            continue
        sentence = _mismatch(nodes[0], taken, function)
        if sentence and (sentence, call.scope) not in told:
            told.add((sentence, call.scope))
            yield Defect(module.path, call.line, "arguments", sentence)


def _is_surely(repository: Repository, known: _Known, module: PythonModule, call: Call, function: Function) -> bool:
    """Whether a call means the function and no other: nothing stands in for it, and no decorator changes what it takes."""
    other = repository.world.module(function.path)
    if other is None or not _KEEPS_SIGNATURE.issuperset(function.decorators):
        return False
    imported = not known.imports(module).isdisjoint(accumulate(call.name.split("."), "{}.{}".format))
    if function.path == module.path:
        if call.name != function.name or imported:
            return False
    elif not imported or function.name in module.function_at:
        return False
    return function.name not in known.doubted(module) and function.name not in known.doubted(other)


def _mismatch(made: ast.Call, taken: ast.arguments, function: Function) -> str:
    """What Python would say of a call; empty where it would take it, and where stars hide what is given."""
    if any(isinstance(item, ast.Starred) for item in made.args) or any(item.arg is None for item in made.keywords):
        return ""
    name = function.name
    of_prefect = _OF_PREFECT if any(item.startswith("prefect.") for item in function.decorators) else frozenset()
    positional = [item.arg for item in (*taken.posonlyargs, *taken.args)]
    named = {item.arg for item in (*taken.args, *taken.kwonlyargs)}
    given = {item.arg for item in made.keywords if item.arg} - of_prefect
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


def _last(func: ast.expr) -> str:
    return func.attr if isinstance(func, ast.Attribute) else func.id if isinstance(func, ast.Name) else ""
