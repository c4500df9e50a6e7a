"""The engine's source as the search for sentences needs it: modules, functions, classes, and who calls what."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

__all__ = ["NUMBERS", "Class", "Function", "Module", "Source", "Value", "function_of", "inner_values"]

Pick = tuple[int, int] | str | None
"""What of a value is meant: element i of a tuple of n, the value of a key, or all of it."""
NUMBERS = frozenset({"int", "float", "bool"})
FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, eq=False)
class Function:
    """A function or method, with what it is called with where that is known: ``given`` binds parameters."""

    module: Module
    node: FunctionNode
    owner: str = ""
    outer: Function | None = None

    @property
    def parameters(self) -> list[str]:
        """Names of the parameters that a caller gives, in order."""
        args = self.node.args
        names = [item.arg for item in (*args.posonlyargs, *args.args)]
        bound = self.owner and not any(
            isinstance(d, ast.Name) and d.id == "staticmethod" for d in self.node.decorator_list
        )
        return [*(names[1:] if bound and names else names), *(item.arg for item in args.kwonlyargs)]

    @property
    def gives_text(self) -> bool:
        """Whether it says that it returns text."""
        return self.node.returns is not None and "str" in ast.unparse(self.node.returns)

    @property
    def is_property(self) -> bool:
        """Whether it is read as an attribute."""
        names = {getattr(item, "id", getattr(item, "attr", "")) for item in self.node.decorator_list}
        return bool(names & {"property", "cached_property"})


@dataclass(frozen=True, eq=False)
class Class:
    """A class: its bases by name, its fields with their defaults, its methods."""

    module: Module
    name: str
    bases: tuple[str, ...]
    fields: dict[str, ast.expr | None]
    methods: dict[str, Function]
    annotations: dict[str, ast.expr]
    attributes: frozenset[str]
    """What its methods set of it, beside its fields."""

    def is_number(self, name: str) -> bool:
        """Whether a field is a number, or a yes or no."""
        return name in self.annotations and ast.unparse(self.annotations[name]).removesuffix(" | None") in NUMBERS

    def is_text(self, name: str) -> bool:
        """Whether a field, or a property, is a text."""
        if name in self.methods:
            return self.methods[name].gives_text
        return name in self.annotations and ast.unparse(self.annotations[name]) in ("str", "str | None")


@dataclass(frozen=True, eq=False)
class Value:
    """An expression with the function it stands in; None at the top of a module."""

    expr: ast.expr
    module: Module
    function: Function | None
    pick: Pick = None


@dataclass(eq=False)
class Module:
    """One module. ``imports`` are its names for others: (module, name), of an empty name for a module itself."""

    name: str
    tree: ast.Module
    imports: dict[str, tuple[str, str]] = field(default_factory=dict)
    functions: dict[str, Function] = field(default_factory=dict)
    classes: dict[str, Class] = field(default_factory=dict)


class Source:
    """All modules below some packages, and an index of calls and assignments."""

    def __init__(self, root: Path, packages: tuple[str, ...], without: tuple[str, ...] = ()) -> None:
        self.modules: dict[str, Module] = {}
        self.methods: dict[str, list[Function]] = defaultdict(list)
        self.owners: dict[str, list[Class]] = defaultdict(list)
        """Classes that have a field, or a property, of that name."""
        self.calls: dict[str, list[Value]] = defaultdict(list)
        """Calls by the last word of what is called."""
        self.set_attributes: dict[str, list[tuple[Value, Value]]] = defaultdict(list)
        """What is put into attributes, be it assigned, appended or set by key, each with whose attribute it is."""
        self.subclasses: dict[str, list[Class]] = defaultdict(list)
        self._locals: dict[int, dict[str, list[Value]]] = {}
        self._returns: dict[int, list[Value]] = {}
        for package in packages:
            for path in sorted((root / package).rglob("*.py")):
                name = ".".join(path.relative_to(root).with_suffix("").parts).removesuffix(".__init__")
                if not name.startswith(without):
                    self._read(path, name)
        for module in self.modules.values():
            self._index(module)

    def _read(self, path: Path, name: str) -> None:
        module = Module(name, ast.parse(path.read_text("utf-8")))
        self.modules[name] = module
        for node in ast.walk(module.tree):
            if isinstance(node, ast.ImportFrom) and node.module:
                module.imports.update({item.asname or item.name: (node.module, item.name) for item in node.names})
            elif isinstance(node, ast.Import):
                module.imports.update({item.asname or item.name: (item.name, "") for item in node.names if item.asname})

    def _index(self, module: Module) -> None:
        for node in module.tree.body:
            if isinstance(node, FunctionNode):
                module.functions[node.name] = Function(module, node)
            elif isinstance(node, ast.ClassDef):
                self._index_class(module, node)
        for top in module.tree.body:
            if isinstance(top, ast.ClassDef):
                for item in module.classes[top.name].methods.values():
                    self._index_body(item.node, item)
            else:
                self._index_body(top, module.functions.get(getattr(top, "name", "")), module)

    def _index_class(self, module: Module, node: ast.ClassDef) -> None:
        fields = {item.target.id: item.value for item in node.body
                  if isinstance(item, ast.AnnAssign) and isinstance(item.target, ast.Name)}  # fmt: skip
        fields |= {item.targets[0].id: item.value for item in node.body
                   if isinstance(item, ast.Assign) and isinstance(item.targets[0], ast.Name)}  # fmt: skip
        methods = {item.name: Function(module, item, node.name) for item in node.body if isinstance(item, FunctionNode)}
        bases = tuple(base.id for base in node.bases if isinstance(base, ast.Name))
        annotations = {item.target.id: item.annotation for item in node.body
                       if isinstance(item, ast.AnnAssign) and isinstance(item.target, ast.Name)}  # fmt: skip
        own = [item for item in ast.walk(node) if isinstance(item, ast.Attribute) and isinstance(item.ctx, ast.Store)
               and isinstance(item.value, ast.Name) and item.value.id == "self"]  # fmt: skip
        annotations |= {item.target.attr: item.annotation for item in ast.walk(node)
                        if isinstance(item, ast.AnnAssign) and isinstance(item.target, ast.Attribute)}  # fmt: skip
        attributes = frozenset(item.attr for item in own) - fields.keys()
        found = Class(module, node.name, bases, fields, methods, annotations, attributes)
        module.classes[node.name] = found
        for base in bases:
            self.subclasses[base].append(found)
        for name in (*fields, *(name for name, item in methods.items() if item.is_property)):
            self.owners[name].append(found)
        for name, item in methods.items():
            self.methods[name].append(item)

    def _index_body(self, node: ast.AST, function: Function | None, module: Module | None = None) -> None:
        home = function.module if function else module
        assert home
        for item in _walk(node):
            inner = function
            if isinstance(item, FunctionNode) and function and item is not function.node:
                inner = Function(home, item, "", function)
                function_of(function)[item.name] = inner
                self._index_body(item, inner)
                continue
            if isinstance(item, ast.Call):
                last = item.func.attr if isinstance(item.func, ast.Attribute) else getattr(item.func, "id", "")
                if last:
                    self.calls[last].append(Value(item, home, function))
            for name, value, pick in _put(item):
                if isinstance(name, ast.Attribute):
                    self.set_attributes[name.attr].append(
                        (Value(name.value, home, function), Value(value, home, function, pick))
                    )

    def reached_from(self, *names: str) -> set[str]:
        """The modules that some modules import, themselves or through others; a public name is where it is defined."""
        found: set[str] = set()
        waiting = [item for item in self.modules if any(item == name or item.startswith(f"{name}.") for name in names)]
        while waiting:
            name = waiting.pop()
            if name in found:
                continue
            found.add(name)
            if name == "analyzer":
                continue
            for named in self.modules[name].imports.values():
                path, own = self.modules["analyzer"].imports.get(named[1], named) if named[0] == "analyzer" else named
                waiting += [item for item in (path, f"{path}.{own}") if item in self.modules]
        return found

    def resolve(self, module: Module, name: str) -> tuple[Module, str] | None:
        """The module and name that define what a module calls by a name."""
        for _ in range(5):
            if name in module.functions or name in module.classes or name not in module.imports:
                return module, name
            path, name = module.imports[name]
            inner = f"{path}.{name}" if name else path
            if inner in self.modules:
                return self.modules[inner], ""
            if path not in self.modules:
                return None
            module = self.modules[path]
        return None

    def local_values(self, function: Function | None, module: Module) -> dict[str, list[Value]]:
        """What is put into each name of a function, or of a module."""
        node: ast.AST = function.node if function else module.tree
        if id(node) not in self._locals:
            found: dict[str, list[Value]] = defaultdict(list)
            for item in _walk(node):
                for target, value, pick in _put(item):
                    if isinstance(target, ast.Name):
                        found[target.id].append(Value(value, module, function, pick))
            self._locals[id(node)] = dict(found)
        return self._locals[id(node)]

    def returns(self, function: Function) -> list[Value]:
        """What a function returns or yields."""
        if id(function.node) not in self._returns:
            found = [
                item.value for item in _walk(function.node) if isinstance(item, (ast.Return, ast.Yield, ast.YieldFrom))
            ]
            self._returns[id(function.node)] = [Value(item, function.module, function) for item in found if item]
        return self._returns[id(function.node)]


_NESTED: dict[int, dict[str, Function]] = defaultdict(dict)


def function_of(function: Function) -> dict[str, Function]:
    """The functions within a function, by name."""
    return _NESTED[id(function.node)]


def _walk(node: ast.AST) -> Iterator[ast.AST]:
    """A node and what is in it, functions within it excepted, which stand for themselves."""
    yield node
    for child in ast.iter_child_nodes(node):
        if isinstance(child, FunctionNode):
            yield child
        elif isinstance(child, ast.ClassDef):
            continue
        else:
            yield from _walk(child)


def _put(node: ast.AST) -> Iterator[tuple[ast.expr, ast.expr, Pick]]:
    """(where, what, which part of it) for each thing that a node puts somewhere."""
    if isinstance(node, ast.Assign):
        for target in node.targets:
            yield from _unpacked(target, node.value)
    elif isinstance(node, (ast.AnnAssign, ast.NamedExpr)) and node.value:
        yield from _unpacked(node.target, node.value)
    elif isinstance(node, ast.AugAssign):
        whole: ast.expr = ast.BinOp(node.target, node.op, node.value)
        yield from _unpacked(node.target, ast.copy_location(whole, node))
    elif isinstance(node, (ast.For, ast.comprehension)):
        yield from _unpacked(node.target, node.iter)
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        # text of a call that adds to a container, which is all that counts of it here
        if node.func.attr in ("append", "add", "extend", "insert", "appendleft") and node.args:
            yield from _unpacked(_base(node.func.value), node.args[-1])
        elif node.func.attr == "setdefault" and len(node.args) == 2:
            yield from _unpacked(
                _base(node.func.value), ast.copy_location(ast.Dict([*node.args[:1]], node.args[1:]), node)
            )
        elif node.func.attr == "update" and node.args:
            yield from _unpacked(_base(node.func.value), node.args[-1])


def _base(node: ast.expr) -> ast.expr:
    while True:
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "setdefault":
            node = node.func.value
        elif isinstance(node, ast.Subscript):
            node = node.value
        else:
            return node


def _unpacked(target: ast.expr, value: ast.expr, pick: Pick = None) -> Iterator[tuple[ast.expr, ast.expr, Pick]]:
    if isinstance(target, (ast.Tuple, ast.List)):
        if any(isinstance(item, ast.Starred) for item in target.elts):
            for item in target.elts:
                yield from _unpacked(item.value if isinstance(item, ast.Starred) else item, value)
            return
        called = getattr(value.func, "id", "") if isinstance(value, ast.Call) else ""
        given = value.args if isinstance(value, ast.Call) else []
        if called == "enumerate" and len(target.elts) == 2:
            yield from _unpacked(target.elts[1], given[0])
            return
        if called == "zip" and len(target.elts) == len(given):
            for item, source in zip(target.elts, given, strict=True):
                yield from _unpacked(item, source)
            return
        for index, item in enumerate(target.elts):
            yield from _unpacked(item, value, (index, len(target.elts)))
    elif isinstance(target, ast.Subscript):
        value = ast.copy_location(ast.Dict([target.slice], [value]), value)  # a dictionary with that one entry
        yield from _unpacked(_base(target), value, pick)
    else:
        yield target, value, pick


def inner_values(node: ast.expr, pick: Pick) -> list[tuple[ast.expr, Pick]] | None:
    """The expressions whose values an expression has; None where nobody knows."""
    if isinstance(node, ast.IfExp):
        return [(node.body, pick), (node.orelse, pick)]
    if isinstance(node, ast.BoolOp):
        return [(item, pick) for item in node.values]
    if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Add, ast.BitOr)):
        return [(node.left, pick), (node.right, pick)]
    if isinstance(node, ast.Tuple) and isinstance(pick, tuple) and len(node.elts) == pick[1]:
        return [(node.elts[pick[0]], None)]
    if isinstance(node, (ast.Tuple, ast.List, ast.Set)):
        return [(item, pick) for item in node.elts]
    if isinstance(node, ast.Dict):
        if pick == "\0keys":
            return [(key, None) for key in node.keys if key]
        pairs = list(zip(node.keys, node.values, strict=True))
        if isinstance(pick, str):
            return [(value, None if key else pick) for key, value in pairs
                    if getattr(key, "value", pick) == pick]  # fmt: skip
        return [(value, pick) for _, value in pairs]
    if isinstance(node, ast.Subscript):
        key = node.slice
        if isinstance(key, ast.Constant) and isinstance(key.value, str):
            return [(node.value, key.value)]
        return [(node.value, pick)]
    if isinstance(node, (ast.ListComp, ast.SetComp, ast.GeneratorExp)):
        return [(node.elt, pick)]
    if isinstance(node, ast.DictComp):
        return [(node.key, None)] if pick == "\0keys" else [(node.value, pick)]
    if isinstance(node, (ast.Starred, ast.NamedExpr, ast.Await)):
        return [(node.value, pick)]
    return None
