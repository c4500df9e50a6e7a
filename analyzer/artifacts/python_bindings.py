"""What a module binds and imports at its own level and below, from its syntax tree."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from msgspec import Struct

__all__ = ["Bindings", "ImportedName", "bindings_of", "imports_of", "may_bind_more"]

_LAZY_CALLS = frozenset({"add_deprecated_classes", "attach", "attach_stub", "exec", "install_aliases"})
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_CAUGHT = (ast.Try, ast.TryStar, ast.ExceptHandler)
_BODIES = ("body", "orelse", "finalbody", "handlers", "cases")
_RAISING = frozenset({"getattr_migration"})
_INNER = (
    ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda, ast.ListComp, ast.DictComp, ast.SetComp,
    ast.GeneratorExp,
)  # fmt: skip


class Bindings(Struct, frozen=True):
    """``names`` bound at module level, ``stars`` (level, module) of star imports.

    ``open`` is true where names may exist that cannot be seen: ``__getattr__``, writes to ``globals()``, ``exec``.
    """

    names: frozenset[str]
    stars: tuple[tuple[int, str], ...]
    open: bool


class ImportedName(Struct, frozen=True):
    """One name of an import statement.

    ``name`` is empty for ``import module``. ``guarded`` imports may fail without harm (in ``try``, or for type checkers
    alone); ``deferred`` ones run when a function does.
    """

    line: int
    module: str
    name: str
    guarded: bool
    deferred: bool


_BINDING_MORE = (
    *(":=", "globals()", "vars()", "sys.modules", "setattr", *(f"{name}(" for name in sorted(_LAZY_CALLS))),
    *("__all__", "__getattr__", "__path__", "TYPE_CHECKING"),
)
"""What stands in the source where an expression binds names, or names that cannot be seen, or that do not run here."""


def may_bind_more(source: str) -> bool:
    """Whether a module may bind names in other ways than by statements of its own level that run."""
    return any(word in source for word in _BINDING_MORE) or _stands_within("global", source)


def bindings_of(tree: ast.Module, source: str | None = None) -> Bindings:
    """The names that a module binds, whatever branch binds them.

    By its ``source``, where it is given, is told at once that functions need not be searched for ``global``.
    """
    reader = _Reader(source is None or _stands_within("global", source))
    for node in _level(tree.body):
        reader.read(node)
    return Bindings(frozenset(reader.names), tuple(reader.stars), reader.open)


class _Reader:
    def __init__(self, has_globals: bool) -> None:
        self._has_globals = has_globals
        self.names: set[str] = set()
        self.stars: list[tuple[int, str]] = []
        self.open = False

    def read(self, node: ast.AST) -> None:
        handler = _HANDLERS.get(type(node))
        if handler:
            handler(self, node)

    def _definition(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> None:
        self.names.add(node.name)
        self.open = self.open or node.name == "__getattr__"
        for inner in ast.walk(node) if self._has_globals else ():
            if isinstance(inner, ast.Global):
                self.names.update(inner.names)

    def _import(self, node: ast.Import) -> None:
        self.names.update((item.asname or item.name).split(".", 1)[0] for item in node.names)

    def _name(self, node: ast.Name) -> None:
        if isinstance(node.ctx, ast.Store):
            self.names.add(node.id)

    def _named(self, node: ast.ExceptHandler | ast.MatchAs | ast.MatchStar) -> None:
        if node.name:
            self.names.add(node.name)

    def _assignment(self, node: ast.Assign) -> None:
        for target in node.targets:
            self._assign(target, node.value)

    def _other_assignment(self, node: ast.AugAssign | ast.AnnAssign) -> None:
        self._assign(node.target, node.value)

    def _from(self, node: ast.ImportFrom) -> None:
        for item in node.names:
            if item.name == "*":
                self.stars.append((node.level, node.module or ""))
            else:
                self.names.add(item.asname or item.name)

    def _assign(self, target: ast.expr, value: ast.expr | None) -> None:
        text = _written(target) if isinstance(target, (ast.Subscript, ast.Attribute, ast.Name)) else ""
        if text.startswith(("sys.modules", "globals()", "vars()")) or text == "__path__":
            self.open = True
        if text == "__all__" and value is not None:
            self.names.update(
                item.value for item in ast.walk(value) if isinstance(item, ast.Constant) and isinstance(item.value, str)
            )
        if text == "__getattr__":
            name = ast.unparse(value.func) if isinstance(value, ast.Call) else ""
            self.open = self.open or name not in _RAISING

    def _call(self, node: ast.Call) -> None:
        text = _written(node.func)
        if text.startswith(("globals().", "sys.modules", "vars().")) or text.rsplit(".", 1)[-1] in _LAZY_CALLS:
            self.open = True
        if self._has_globals and len(node.args) == 1 and _written(node.args[0]) == "globals()":
            self.open = True  # whoever gets them may add names, as metaflow's plugins do
        if text == "setattr" and node.args and "modules" in ast.unparse(node.args[0]):
            self.open = True


_HANDLERS: Mapping[type[ast.AST], Callable[[_Reader, Any], None]] = {
    **dict.fromkeys((ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef), _Reader._definition),
    ast.Import: _Reader._import,
    ast.ImportFrom: _Reader._from,
    ast.Name: _Reader._name,
    **dict.fromkeys((ast.ExceptHandler, ast.MatchAs, ast.MatchStar), _Reader._named),
    ast.Assign: _Reader._assignment,
    **dict.fromkeys((ast.AugAssign, ast.AnnAssign), _Reader._other_assignment),
    ast.Call: _Reader._call,
}


def _written(node: ast.expr) -> str:
    """The source of an expression, told at once for dotted names, which most are."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute) and isinstance(node.value, (ast.Name, ast.Attribute)):
        return f"{_written(node.value)}.{node.attr}"
    return ast.unparse(node)


def _level(body: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """Every node that does not stand inside a function, class or comprehension."""
    stack = list(body)
    while stack:
        node = stack.pop()
        yield node
        if not isinstance(node, _INNER):
            stack.extend(ast.iter_child_nodes(node))


def imports_of(tree: ast.Module, source: str | None = None) -> Iterator[ImportedName]:
    """Every import of a module, with whether its failure would be caught and when it runs.

    By its ``source``, where it is given, is told at once that none stands below the first level.
    """
    if source is not None and not _stands_within("import", source):
        return _imports_of(node for node in tree.body if isinstance(node, (ast.Import, ast.ImportFrom)))
    return _imports_of(tree.body)


_LONGEST_LINE = 400


def _stands_within(word: str, source: str) -> bool:
    """Whether a statement of that word may stand anywhere but at the begin of a line; quicker than an expression."""
    at = source.find(word)
    while at >= 0:
        begin = source.rfind("\n", max(at - _LONGEST_LINE, 0), at) + 1
        if not begin and at > _LONGEST_LINE:
            return True  # nobody wrote that line
        before = source[begin:at]
        told = before.strip()
        if before and (not told or told[-1] in ":;" or (told.startswith("from") and before[0].isspace())):
            return True
        if "from" in told and (":" in told or ";" in told):
            return True
        at = source.find(word, at + 1)
    return False


def _imports_of(body: Iterable[ast.AST]) -> Iterator[ImportedName]:
    stack: list[tuple[ast.AST, bool, bool]] = [(node, False, False) for node in body]
    found: list[ImportedName] = []
    while stack:
        node, guarded, deferred = stack.pop()
        if isinstance(node, ast.Import):
            found += (ImportedName(node.lineno, item.name, "", guarded, deferred) for item in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = "." * node.level + (node.module or "")
            found += (ImportedName(node.lineno, module, item.name, guarded, deferred) for item in node.names)
        else:
            parts = [part for name in _BODIES for part in getattr(node, name, ())]
            if parts:
                inner = deferred or isinstance(node, _FUNCTIONS)
                caught = guarded or isinstance(node, _CAUGHT) or _optional(node)
                stack += [(part, caught, inner) for part in parts]
    return iter(sorted(found, key=lambda item: (item.line, item.module, item.name)))


def _optional(node: ast.AST) -> bool:
    """``if TYPE_CHECKING``, a version or platform test, ``if 'x' not in globals()``, ``with suppress(ImportError)``."""
    if isinstance(node, ast.If):
        text = ast.unparse(node.test)
        return text != "__name__ == '__main__'"
    if isinstance(node, ast.With):
        return any("suppress" in ast.unparse(item.context_expr) for item in node.items)
    return False
