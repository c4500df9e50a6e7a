"""What a module binds and imports at its own level and below, from its syntax tree."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from msgspec import Struct

__all__ = ["Bindings", "ImportedName", "bindings_of", "imports_of"]

_LAZY_CALLS = frozenset({"add_deprecated_classes", "attach", "attach_stub", "exec", "install_aliases"})
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


def bindings_of(tree: ast.Module, has_globals: bool = True) -> Bindings:
    """The names that a module binds, whatever branch binds them.

    ``has_globals`` may be false where the source has no ``global`` statement, so that functions need not be searched.
    """
    reader = _Reader(has_globals)
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
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            self.names.add(node.name)
            self.open = self.open or node.name == "__getattr__"
            for inner in ast.walk(node) if self._has_globals else ():
                if isinstance(inner, ast.Global):
                    self.names.update(inner.names)
        elif isinstance(node, ast.Import):
            self.names.update((item.asname or item.name).split(".", 1)[0] for item in node.names)
        elif isinstance(node, ast.ImportFrom):
            self._from(node)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            self.names.add(node.id)
        elif isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar) and node.name:
            self.names.add(node.name)
        elif isinstance(node, ast.Assign):
            for target in node.targets:
                self._assign(target, node.value)
        elif isinstance(node, ast.AugAssign | ast.AnnAssign):
            self._assign(node.target, node.value)
        elif isinstance(node, ast.Call):
            self._call(node)

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
        if text == "setattr" and node.args and "modules" in ast.unparse(node.args[0]):
            self.open = True


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


def imports_of(tree: ast.Module) -> Iterator[ImportedName]:
    """Every import of a module, with whether its failure would be caught and when it runs."""
    stack: list[tuple[ast.AST, bool, bool]] = [(node, False, False) for node in tree.body]
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
                inner = deferred or isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
                caught = guarded or isinstance(node, ast.Try | ast.TryStar | ast.ExceptHandler) or _optional(node)
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
