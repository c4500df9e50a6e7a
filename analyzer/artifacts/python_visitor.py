"""One pass over a Python syntax tree that collects what rules ask for.

Names are resolved within the module alone: through imports, through the call that a variable was assigned
from, through annotations of parameters and through ``self`` attributes. Code that cannot be reached (after
``return``, under ``if False``) is not visited. One class has all handlers of nodes: they share where the pass stands.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from analyzer.artifacts.python_answers import EXITS, LEAVES, endings, flags_set
from analyzer.artifacts.python_constants import constant_truth, is_trivial
from analyzer.artifacts.python_decisions import Decisions
from analyzer.artifacts.python_expressions import Resolver
from analyzer.artifacts.python_scopes import Scopes
from analyzer.artifacts.python_shapes import (
    fills_gaps,
    is_main_guard,
    is_stub,
    names_import_error,
    swallows,
    takes_all,
    without_docstring,
)
from analyzer.artifacts.python_values import (
    Assignment,
    Call,
    Class,
    Function,
    Import,
    Reference,
    Text,
    Value,
)

__all__ = ["Visitor"]

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_CHECK_PREFIXES = ("assert", "assertLogs")
_CHECK_CALLS = frozenset({"pytest.raises", "pytest.warns", "pytest.fail"})
_MOST_TEXTS = 4000


class _Frame:
    """What is gathered about the function being visited."""

    __slots__ = ("answers", "checks", "returned", "stops", "swallowed")

    def __init__(self) -> None:
        self.checks: list[int] = []
        self.swallowed = 0
        self.returned: list[str] = []
        self.stops: list[int] = []
        self.answers = False


class Visitor:
    """Visits a module on construction; the results are its public attributes."""

    def __init__(self, path: str, tree: ast.Module, lines: Mapping[int, int], *, is_package: bool = False) -> None:
        self.path = path
        self.calls: list[Call] = []
        self.functions: list[Function] = []
        self.classes: list[Class] = []
        self.texts: list[Text] = []
        self.assignments: list[Assignment] = []
        self.references: list[Reference] = []
        self.names_in: dict[str, set[str]] = {"": set()}
        self.docstring = ast.get_docstring(tree, clean=False) or ""
        self.has_main_guard = False
        self.statements = 0
        self.checks: list[int] = []
        self._imports: list[Import] = []
        # Without a map the lines are those of the file; the type is called faster than a function of ours.
        self._line: Callable[[int], int] = (lambda line: lines.get(line, line)) if lines else int
        self._is_package = is_package
        self.scopes = Scopes()
        self.stars: list[tuple[int, str]] = []
        self.incomplete = False
        self._exported: set[str] = set()
        self._resolver = Resolver()
        self.decisions = Decisions(path, self._resolver, self._line)
        self._scope = ""
        self._used = self.names_in[""]
        self._frames: list[_Frame] = []
        self._swallow = 0
        self._in_handler = 0
        self._guard_import = 0
        self._branch = 0
        self._assigned = ""
        self._body(tree.body)
        self._loaded = self.scopes.loaded | self.scopes.read

    # -- results ---------------------------------------------------------------------------------------------

    def finished_imports(self) -> tuple[Import, ...]:
        """The imports, each marked by whether its name is used in the module."""
        return tuple(
            Import(item.path, item.module, item.name, item.alias, item.line, self._is_used(item), item.guarded)
            for item in self._imports
        )

    def _is_used(self, item: Import) -> bool:
        if self._is_package or item.name == "*" or item.module == "__future__":
            return True
        return item.alias.split(".", 1)[0] in self._loaded or item.alias in self._exported

    def finished_functions(self) -> Iterator[Function]:
        """The functions in the order in which they begin."""
        return iter(sorted(self.functions, key=lambda function: function.line))

    # -- walking ---------------------------------------------------------------------------------------------

    def _body(self, statements: Iterable[ast.stmt]) -> None:
        for statement in statements:
            self.statements += 1
            try:
                self._visit(statement)
            except RecursionError:
                self.incomplete = True
                continue
            if isinstance(statement, LEAVES) or self._exits(statement):
                return

    def _exits(self, statement: ast.stmt) -> bool:
        """Whether a statement ends the program, so that what follows never runs."""
        call = statement.value if isinstance(statement, ast.Expr) else None
        return isinstance(call, ast.Call) and self._resolver.name(call.func) in EXITS

    def _visit(self, node: ast.AST) -> None:
        _HANDLERS[type(node)](self, node)

    def _children(self, node: ast.AST) -> None:
        for field in node._fields:
            value = getattr(node, field, None)
            if isinstance(value, list):
                if value and isinstance(value[0], ast.stmt):
                    self._body(value)
                else:
                    for item in value:
                        if isinstance(item, ast.AST):
                            self._visit(item)
            elif isinstance(value, ast.AST):
                self._visit(value)

    def _leaf(self, node: ast.AST) -> None:
        """Operators and contexts hold nothing."""

    # -- imports ---------------------------------------------------------------------------------------------

    def _visit_Import(self, node: ast.Import) -> None:
        for item in node.names:
            alias = item.asname or item.name
            self._add_import(item.name, "", alias, node.lineno)
            self.scopes.bound.add(alias.split(".", 1)[0])
            self._resolver.bind(alias.split(".", 1)[0], item.name if item.asname else item.name.split(".", 1)[0])

    def _visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        module = "." * node.level + (node.module or "")
        for item in node.names:
            alias = item.asname or item.name
            self._add_import(module, item.name, alias, node.lineno)
            if item.name == "*":
                self.stars.append((node.level, node.module or ""))
                self._resolver.star = module if not node.level else self._resolver.star
            else:
                self.scopes.bound.add(alias)
            joint = "" if module.endswith(".") else "."
            self._resolver.bind(alias, f"{module}{joint}{item.name}", imported=True)

    def _add_import(self, module: str, name: str, alias: str, line: int) -> None:
        self._imports.append(Import(self.path, module, name, alias, self._line(line), guarded=self._guard_import > 0))
        if not name:
            self._resolver.imported.add(alias.split(".", 1)[0])

    # -- names and constants ---------------------------------------------------------------------------------

    def _visit_Name(self, node: ast.Name) -> None:
        self._used.add(node.id)
        if isinstance(node.ctx, ast.Load):
            self.scopes.read.add(node.id)
            if self._resolver.is_imported(node.id):
                self._refer(node)
        else:
            self.scopes.bound.add(node.id)

    def _visit_Attribute(self, node: ast.Attribute) -> None:
        self._used.add(node.attr)
        base: ast.expr = node.value
        while isinstance(base, ast.Attribute):
            self._used.add(base.attr)
            base = base.value
        if isinstance(base, ast.Name):
            self._used.add(base.id)
            self.scopes.read.add(base.id)
            if self._resolver.is_imported(base.id):
                self._refer(node)
        else:
            self._visit(base)

    def _refer(self, node: ast.Name | ast.Attribute) -> None:
        self.references.append(Reference(self.path, self._resolver.name(node), self._line(node.lineno), self._scope))

    def _visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, str) and len(node.value) > 1 and len(self.texts) < _MOST_TEXTS:
            self.texts.append(Text(self.path, node.value, self._line(node.lineno), self._scope))

    def _visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        value = self._resolver.value(node)
        if isinstance(value, str) and len(self.texts) < _MOST_TEXTS:
            self.texts.append(Text(self.path, value, self._line(node.lineno), self._scope))
        for part in node.values:
            if isinstance(part, ast.FormattedValue):
                self._visit(part.value)
                if isinstance(part.format_spec, ast.JoinedStr):
                    for inner in part.format_spec.values:
                        if isinstance(inner, ast.FormattedValue):
                            self._visit(inner.value)

    def _visit_Expr(self, node: ast.Expr) -> None:
        if isinstance(node.value, ast.Constant):
            return  # a docstring, an ellipsis or a block comment written as a string
        self._visit(node.value)

    # -- calls -----------------------------------------------------------------------------------------------

    def _visit_Call(self, node: ast.Call) -> None:
        assigned, self._assigned = self._assigned, ""
        name = self._resolver.name(node.func)
        self._add_call(name, node, assigned=assigned)
        self._note_func(node.func)
        for argument in node.args:
            self._visit(argument)
        for keyword in node.keywords:
            self._visit(keyword.value)

    def _add_call(self, name: str, node: ast.expr, *, decorates: str = "", assigned: str = "") -> None:
        args: tuple[Value, ...] = ()
        keywords: dict[str, Value] | None = None
        if isinstance(node, ast.Call):
            args = tuple(self._resolver.value(item) for item in node.args)
            if node.keywords:
                keywords = {
                    item.arg: self._resolver.value(item.value)
                    for item in node.keywords
                    if item.arg and not (item.arg in _NAMES_MODEL and _is_none(item.value))
                }
        last = name.rsplit(".", 1)[-1]
        if (last.startswith(_CHECK_PREFIXES) or name in _CHECK_CALLS) and not decorates:
            self._check(node.lineno)
        elif self._frames and name in EXITS:
            self._frames[-1].stops.append(self._line(node.lineno))
        self.calls.append(
            Call(
                self.path, name, self._line(node.lineno), self._line(node.end_lineno or node.lineno), args, keywords,
                self._scope, decorates, assigned, self._branch > 0, self._swallow > 0,
            )
        )  # fmt: skip

    def _note_func(self, func: ast.expr) -> None:
        base = func
        while isinstance(base, ast.Attribute):
            self._used.add(base.attr)
            base = base.value
        if isinstance(base, ast.Name):
            self._used.add(base.id)
            self.scopes.read.add(base.id)
        else:
            self._visit(base)

    def _check(self, line: int) -> None:
        if not self._frames and not self._swallow:
            self.checks.append(self._line(line))
        for frame in self._frames:
            frame.checks.append(self._line(line))
            frame.swallowed += self._swallow > 0

    # -- definitions -----------------------------------------------------------------------------------------

    def _visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        qualname = f"{self._scope}.{node.name}" if self._scope else node.name
        self.scopes.bound.add(node.name)
        decorators = tuple(self._decorator(item, node.name) for item in node.decorator_list)
        arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
        for default in (*node.args.defaults, *node.args.kw_defaults):
            if default:
                self._visit(default)
        outer, frame, before = self._scope, _Frame(), self.statements
        nested = bool(self._frames)
        swallow, handler, branch = self._swallow, self._in_handler, self._branch
        self._swallow = self._in_handler = self._branch = 0
        self._scope = qualname
        outer_used, self._used = self._used, self.names_in.setdefault(qualname, set())
        self._frames.append(frame)
        outer_names = self.scopes.enter()
        self.scopes.bind_parameters(node.args)
        with self._resolver.scope():
            for argument in arguments:
                if argument.annotation:
                    self._visit(argument.annotation)
                self._resolver.bind_parameter(argument)
            if node.returns:
                self._visit(node.returns)
            body = without_docstring(node.body)
            self._body(body)
        self._frames.pop()
        self.scopes.leave(outer_names)
        self._used = outer_used
        self._scope, self._swallow, self._in_handler, self._branch = outer, swallow, handler, branch
        statements = self.statements - before
        self.functions.append(
            Function(
                self.path, node.name, qualname, self._line(node.lineno), self._line(node.end_lineno or node.lineno),
                decorators, tuple(argument.arg for argument in arguments), statements, tuple(frame.checks),
                bool(frame.checks) and frame.swallowed >= len(frame.checks), is_stub(body), tuple(dict.fromkeys(frame.returned[:16])), nested, tuple(frame.stops), frame.answers,
                len(arguments) - len(node.args.defaults) - sum(item is not None for item in node.args.kw_defaults),
            )
        )  # fmt: skip

    _visit_AsyncFunctionDef = _visit_FunctionDef

    def _decorator(self, node: ast.expr, decorated: str) -> str:
        func = node.func if isinstance(node, ast.Call) else node
        name = self._resolver.name(func)
        self._add_call(name, node, decorates=decorated)
        self._note_func(func)
        if isinstance(node, ast.Call):
            for child in (*node.args, *(keyword.value for keyword in node.keywords)):
                self._visit(child)
        return name

    def _visit_ClassDef(self, node: ast.ClassDef) -> None:
        qualname = f"{self._scope}.{node.name}" if self._scope else node.name
        self.scopes.bound.add(node.name)
        decorators = tuple(self._decorator(item, node.name) for item in node.decorator_list)
        bases = tuple(self._resolver.name(base) for base in node.bases)
        for base in (*node.bases, *(keyword.value for keyword in node.keywords)):
            self._visit(base)
        fields = tuple(
            item.target.id
            for item in node.body
            if isinstance(item, ast.AnnAssign) and isinstance(item.target, ast.Name)
        )
        methods = tuple(item.name for item in node.body if isinstance(item, _FUNCTIONS))
        self.classes.append(
            Class(
                self.path, node.name, self._line(node.lineno), self._line(node.end_lineno or node.lineno),
                bases, fields, methods, decorators,
            )
        )  # fmt: skip
        outer_scope, outer_names = self._scope, self.scopes.enter_class()
        self._scope = qualname
        with self._resolver.scope(class_name=qualname):
            ordered = sorted(node.body, key=lambda item: getattr(item, "name", "") != "__init__")
            for item in ordered if len(ordered) < 500 else node.body:
                self.statements += 1
                self._visit(item)
        self.scopes.leave(outer_names)
        self._scope = outer_scope

    def _visit_Lambda(self, node: ast.Lambda) -> None:
        outer_names = self.scopes.enter()
        self.scopes.bind_parameters(node.args)
        self._visit(node.body)
        self.scopes.leave(outer_names)

    def _visit_comprehended(self, node: ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp) -> None:
        outer_names = self.scopes.enter()
        self._children(node)
        self.scopes.leave(outer_names)

    _visit_ListComp = _visit_SetComp = _visit_DictComp = _visit_GeneratorExp = _visit_comprehended

    def _visit_Return(self, node: ast.Return) -> None:
        if node.value:
            if self._frames:
                frame = self._frames[-1]
                frame.answers = frame.answers or not (isinstance(node.value, ast.Constant) and node.value.value is None)
                values = node.value.elts if isinstance(node.value, ast.Tuple) else [node.value]
                self._frames[-1].returned += [name for item in values if (name := self._resolver.name(item))]
            self.decisions.order(node.value, ("return",), self._scope)
            self._visit(node.value)

    def _visit_Raise(self, node: ast.Raise) -> None:
        # Nothing stops that a handler of the same function takes, and one for all failures only passes on what came.
        if self._frames and not self._swallow and not self._in_handler:
            self._frames[-1].stops.append(self._line(node.lineno))
        self._children(node)

    # -- assignments -----------------------------------------------------------------------------------------

    def _visit_Assign(self, node: ast.Assign) -> None:
        first = node.targets[0]
        if isinstance(first, (ast.Tuple, ast.List)) and first.elts:
            first = first.elts[0]  # ``best, score = min(...)``: the first name tells what is chosen
        self._assigned = first.id if isinstance(first, ast.Name) else ""
        self._assign_value(node.value)
        for target in node.targets:
            self._bind_target(target, node.value, node.lineno)

    def _visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        self._visit(node.annotation)
        self.scopes.bind(node.target)
        if node.value:
            self._assigned = node.target.id if isinstance(node.target, ast.Name) else ""
            self._assign_value(node.value)
            self._bind_target(node.target, node.value, node.lineno)
            if isinstance(node.target, ast.Name):
                self._resolver.believe(node.target.id, node.annotation, node.value)

    def _visit_AugAssign(self, node: ast.AugAssign) -> None:
        self._visit(node.value)
        self.scopes.bind(node.target)
        if isinstance(node.target, (ast.Subscript, ast.Attribute)):
            self._visit(node.target.value)

    def _assign_value(self, value: ast.expr) -> None:
        before = len(self.decisions.comparisons)
        found = self.decisions.order(value, (), self._scope)
        target = self._assigned
        self._visit(value)
        self._assigned = ""
        if target and found:
            self.decisions.keep(found[0], (target,))
            self.decisions.guard(found, (), (target,))
        elif target and len(self.decisions.comparisons) > before:  # one that the value chooses by
            self.decisions.keep(before, (target,))

    def _bind_target(self, target: ast.expr, value: ast.expr, line: int) -> None:
        self.scopes.bind(target)
        if isinstance(target, ast.Name):
            self._used.add(target.id)
            known = self._resolver.assign(target.id, value)
            if not self._frames:
                self.assignments.append(Assignment(self.path, target.id, self._line(line), known, scope=self._scope))
                if target.id == "__all__" and isinstance(known, tuple):
                    self._exported.update(item for item in known if isinstance(item, str))
        elif isinstance(target, (ast.Tuple, ast.List)):
            for item in target.elts:
                if isinstance(item, ast.Name):
                    self._resolver.assign(item.id, value)
        elif isinstance(target, ast.Attribute):
            self._resolver.assign_attribute(target, value)
            self._visit(target.value)
        elif isinstance(target, ast.Subscript):
            self._bind_subscript(target, value, line)

    def _bind_subscript(self, target: ast.Subscript, value: ast.expr, line: int) -> None:
        column = self._resolver.value(target.slice)
        columns = column if isinstance(column, tuple) else (column,)
        named = next((item for item in columns if isinstance(item, str)), "")
        if named:
            derived = not isinstance(value, (ast.Constant, ast.Name, ast.List, ast.Dict, ast.Tuple))
            derived = derived and not fills_gaps(value) and not ast.unparse(target.value).endswith("environ")
            self.assignments.append(
                Assignment(
                    self.path, self._resolver.name(target.value), self._line(line), None, named, self._scope, derived
                )
            )
        self._visit(target.value)
        self._visit(target.slice)

    # -- control flow ----------------------------------------------------------------------------------------

    def _visit_If(self, node: ast.If) -> None:
        known = constant_truth(node.test)
        if known is not None:
            self._body(node.body if known else node.orelse)
            return
        if is_main_guard(node.test):
            self.has_main_guard = True
            self._body(node.body)
            self._body(node.orelse)
            return
        first = self.decisions.order(node.test, (), self._scope)
        asked = self.decisions.words_of(node.test)
        self._visit(node.test)
        before = len(self.calls)
        self._branch += 1
        self._body(node.body)
        self._body(node.orelse)
        self._branch -= 1
        guarded = {call.last for call in self.calls[before:]}
        guarded.update(endings((*node.body, *node.orelse)))
        acts = tuple(sorted(guarded))
        self.decisions.ask(node.lineno, self._scope, asked, acts)
        if first is not None:
            flags = tuple(flags_set((*node.body, *node.orelse)))
            self.decisions.guard(first, acts, flags)
            self.decisions.keep(first[0], flags)

    def _visit_IfExp(self, node: ast.IfExp) -> None:
        self.decisions.order(node.test, (), self._scope)
        asked, before = self.decisions.words_of(node.test), len(self.calls)
        self._children(node)
        chosen = {call.last for call in self.calls[before:]}
        chosen.update(str(item.value) for item in (node.body, node.orelse) if isinstance(item, ast.Constant))
        self.decisions.ask(node.lineno, self._scope, asked, chosen)

    def _visit_While(self, node: ast.While) -> None:
        if constant_truth(node.test) is False:
            return
        self._children(node)

    def _visit_Assert(self, node: ast.Assert) -> None:
        if not is_trivial(node.test, self._resolver):
            self._check(node.lineno)
        elif self._frames and self._branch and constant_truth(node.test) is False:
            self._frames[-1].stops.append(self._line(node.lineno))  # what stands above it was asked by an if
        self.decisions.order(node.test, ("assert",), self._scope)
        self._children(node)

    def _visit_Try(self, node: ast.Try) -> None:
        broad = any(swallows(handler) for handler in node.handlers)
        imports = any(names_import_error(handler) for handler in node.handlers)
        self._swallow += broad
        self._guard_import += imports
        self._body(node.body)
        self._guard_import -= imports
        self._swallow -= broad
        meant = self._resolver.imports_of(node.body) if imports else {}
        for handler in node.handlers:
            if handler.type:
                self._visit(handler.type)
            if handler.name:
                self.scopes.bound.add(handler.name)
            self._guard_import += imports
            self._in_handler += takes_all(handler)
            self._body(handler.body)
            self._in_handler -= takes_all(handler)
            self._guard_import -= imports
            self._resolver.stand_by(meant, handler.body)
        self._body(node.orelse)
        self._body(node.finalbody)

    _visit_TryStar = _visit_Try

    def _visit_MatchAs(self, node: ast.MatchAs | ast.MatchStar) -> None:
        if node.name:
            self.scopes.bound.add(node.name)
        self._children(node)

    _visit_MatchStar = _visit_MatchAs

    def _visit_With(self, node: ast.With | ast.AsyncWith) -> None:
        for item in node.items:
            if isinstance(item.optional_vars, ast.Name):
                self._assigned = item.optional_vars.id
            self._visit(item.context_expr)
            self._assigned = ""
            if item.optional_vars:
                self._bind_target(item.optional_vars, item.context_expr, node.lineno)
        self._body(node.body)

    _visit_AsyncWith = _visit_With

    def _visit_For(self, node: ast.For | ast.AsyncFor) -> None:
        self._visit(node.iter)
        self._bind_target(node.target, node.iter, node.lineno)
        self._body(node.body)
        self._body(node.orelse)

    _visit_AsyncFor = _visit_For


_NAMES_MODEL = frozenset({"registered_model_name", "register_model_name"})
"""Keywords that say something by being there, unless with None."""


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _handlers() -> Mapping[type[ast.AST], Callable[[Visitor, Any], None]]:
    kinds = [kind for kind in vars(ast).values() if isinstance(kind, type) and issubclass(kind, ast.AST)]
    others = {kind: Visitor._children if kind._fields else Visitor._leaf for kind in kinds}
    return {kind: getattr(Visitor, f"_visit_{kind.__name__}", other) for kind, other in others.items()}


_HANDLERS = _handlers()
