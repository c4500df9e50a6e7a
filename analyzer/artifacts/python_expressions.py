"""Names and values of Python expressions, as far as one module tells them."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from analyzer.artifacts.python_values import Constant, Name, Value

__all__ = ["Resolver", "side_words"]

_LONGEST_SEQUENCE = 64
_LONGEST_TEXT = 4000
_ENVIRONMENT = frozenset({"os.getenv", "os.environ.get", "environ.get", "getenv"})
_ENVIRON = "os.environ."
_PLAIN_TYPES = frozenset({"str", "int", "float", "Path", "pathlib.Path", "os.PathLike"})
"""Annotations that tell nothing of a parameter's value: as a value it stands for itself."""
_BUILTINS = frozenset(dir(builtins))
_WRAPS_FUNCTION = frozenset(
    [
        "prefect.task",
        "prefect.flow",
        "prefect.tasks.task",
        "prefect.flows.flow",
        "functools.partial",
        "ray.remote",
        "flytekit.task",
        "zenml.step",
        "tensorflow.function",
        "jax.jit",
        "torch.compile",
    ]
)
"""Calls that make of a function one that does the same."""
_WRAPPERS = frozenset({"Path", "pathlib.Path", "str", "int", "float"})


class Resolver:
    """Knows what names of a module stand for.

    A variable stands for the call it was assigned from, without parentheses, so that
    ``model = SVC(); model.fit(x)`` is a call of ``sklearn.svm.SVC.fit``.
    """

    def __init__(self) -> None:
        self.imported: set[str] = set()
        self.star = ""
        self._names: list[dict[str, str]] = [{}]
        self._constants: list[dict[str, Value]] = [{}]
        self._classes: list[str] = [""]
        self._attributes: dict[str, str] = {}
        self._attribute_constants: dict[str, Constant] = {}

    @contextmanager
    def scope(self, class_name: str = "") -> Iterator[None]:
        """Enter a function or a class body; its names end with it."""
        self._names.append({})
        self._constants.append({})
        self._classes.append(class_name or self._classes[-1])
        try:
            yield
        finally:
            self._names.pop()
            self._constants.pop()
            self._classes.pop()

    def bind(self, name: str, dotted: str, *, imported: bool = False) -> None:
        """Let ``name`` stand for ``dotted`` in the present scope."""
        self._names[-1][name] = dotted
        if imported:
            self.imported.add(name)

    def imports_of(self, body: Sequence[ast.stmt]) -> Mapping[str, tuple[str, bool]]:
        """What the imports among some statements that were just visited bind, by name, and whether it is imported by itself."""
        aliases = (item for node in body if isinstance(node, (ast.Import, ast.ImportFrom)) for item in node.names)
        names = (item.asname or item.name.partition(".")[0] for item in aliases)
        return {name: (dotted, name in self.imported) for name in names if (dotted := self._names[-1].get(name))}

    def stand_by(self, meant: Mapping[str, tuple[str, bool]], handler: Sequence[ast.stmt]) -> None:
        """Let names stand for what they are imported as, whatever a handler for a package that is missing puts in their place.

        What it imports instead stands.
        """
        for name in meant.keys() - self.imports_of(handler).keys():
            self._names[-1][name], by_itself = meant[name]
            if by_itself:
                self.imported.add(name)

    def bind_parameter(self, argument: ast.arg) -> None:
        """Let a parameter stand for its annotation, or for itself."""
        dotted = self.name(argument.annotation) if argument.annotation else ""
        self._names[-1][argument.arg] = dotted if dotted and not dotted.startswith(".") else argument.arg
        self._constants[-1][argument.arg] = Name(argument.arg) if dotted in _PLAIN_TYPES else None

    def is_imported(self, name: str) -> bool:
        """Whether ``name`` is bound by an import and not shadowed by a local variable."""
        return name in self.imported

    def assign(self, name: str, value: ast.expr) -> Value:
        """Let a variable stand for what it is assigned; return the constant or name known of it."""
        known = self.value(value)
        lasting = isinstance(known, (str, int, float, bool, tuple)) or _is_variable(known)
        self._constants[-1][name] = known if lasting else None
        dotted = self._wrapped(value) or self.name(value)
        self._names[-1][name] = dotted or name
        if name in self.imported and not dotted:
            self.imported.discard(name)
        return known

    def _wrapped(self, value: ast.expr) -> str:
        """The function that a tool wraps without changing what it does: ``train = task(train, retries=3)``."""
        if isinstance(value, ast.Call) and value.args and isinstance(value.args[0], (ast.Name, ast.Attribute)):
            return self.name(value.args[0]) if self.name(value.func) in _WRAPS_FUNCTION else ""
        return ""

    def believe(self, name: str, annotation: ast.expr, value: ast.expr) -> None:
        """Let a variable stand for the imported class that it is declared to be, where a factory makes it.

        What is made by calling a class is one of that class, which an annotation may only make more general.
        """
        if not isinstance(value, ast.Call) or self.name(value.func).rsplit(".", 1)[-1][:1].isupper():
            return
        head = annotation
        while isinstance(head, ast.Attribute):
            head = head.value
        if (isinstance(head, ast.Name) and self.is_imported(head.id)) or isinstance(annotation, ast.Attribute):
            declared = self.name(annotation)
            if "." in declared and not declared.startswith("typing.") and declared.rsplit(".", 1)[-1][:1].isupper():
                self._names[-1][name] = declared

    def assign_attribute(self, target: ast.Attribute, value: ast.expr) -> None:
        """Note what ``self.attribute`` is assigned."""
        if isinstance(target.value, ast.Name) and target.value.id in ("self", "cls"):
            key = f"{self._classes[-1]}.{target.attr}"
            dotted = self.name(value)
            if dotted and key not in self._attributes:
                self._attributes[key] = dotted
            known = self.value(value)
            if isinstance(known, (str, int, float)):
                self._attribute_constants[key] = known

    def name(self, node: ast.expr | None) -> str:
        """The dotted name of an expression; empty where it has none, with a leading dot where its base has none."""
        suffix: list[str] = []
        while True:
            if isinstance(node, ast.Name):
                head = self._lookup(node.id)
                return ".".join([head, *reversed(suffix)]) if suffix else head
            if isinstance(node, ast.Attribute):
                if isinstance(node.value, ast.Name) and node.value.id in ("self", "cls"):
                    known = self._attributes.get(f"{self._classes[-1]}.{node.attr}")
                    if known:
                        return ".".join([known, *reversed(suffix)])
                suffix.append(node.attr)
                node = node.value
            elif isinstance(node, ast.Call):
                node = node.func
            elif isinstance(node, (ast.Subscript, ast.Await, ast.Starred)):
                node = node.value
            elif isinstance(node, ast.Constant) and isinstance(node.value, str) and not suffix:
                return ""
            else:
                return "." + ".".join(reversed(suffix)) if suffix else ""

    def _lookup(self, name: str) -> str:
        for names in reversed(self._names):
            if name in names:
                return names[name]
        if self.star and name[:1].isupper() and name not in _BUILTINS:
            return f"{self.star}.{name}"
        return name

    def value(self, node: ast.expr | None, depth: int = 0) -> Value:
        """What is known of the value of an expression."""
        if node is None or depth > 6:
            return None
        if isinstance(node, ast.Constant):
            return node.value if isinstance(node.value, (str, int, float, bool)) else None
        if isinstance(node, ast.Name):
            return self._constant(node.id)
        if isinstance(node, ast.Attribute):
            if isinstance(node.value, ast.Name) and node.value.id in ("self", "cls"):
                known = self._attribute_constants.get(f"{self._classes[-1]}.{node.attr}")
                if known is not None:
                    return known
            return Name(self.name(node))
        if isinstance(node, ast.Call):
            return self._called(node, depth)
        if isinstance(node, ast.JoinedStr):
            return self._template(node, depth)
        if isinstance(node, ast.Subscript) and self.name(node.value) in ("os.environ", "environ"):
            return self._variable(node.slice, "os.environ")
        if isinstance(node, (ast.Tuple, ast.List, ast.Set)):
            return tuple(self.value(item, depth + 1) for item in node.elts[:_LONGEST_SEQUENCE])
        if isinstance(node, ast.Dict):
            pairs = list(zip(node.keys, node.values, strict=True))[:_LONGEST_SEQUENCE]
            return tuple(self.value(item, depth + 1) for pair in pairs for item in pair)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            inner = self.value(node.operand, depth + 1)
            return -inner if isinstance(inner, (int, float)) else None
        if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.Add, ast.Div)):
            return self._joined(node, depth)
        return None

    def _constant(self, name: str) -> Value:
        for constants in reversed(self._constants):
            if name in constants:
                known = constants[name]
                return known if known is not None else Name(self._lookup(name))
        return Name(self._lookup(name))

    def _template(self, node: ast.JoinedStr, depth: int) -> str:
        parts: list[str] = []
        for part in node.values:
            inner = self.value(part.value if isinstance(part, ast.FormattedValue) else part, depth + 1)
            parts.append(str(inner) if isinstance(inner, (str, int, float)) else "{}")
        return "".join(parts)[:_LONGEST_TEXT]

    def _called(self, node: ast.Call, depth: int) -> Value:
        dotted = self.name(node.func)
        if dotted in _ENVIRONMENT:
            default = node.args[1] if len(node.args) > 1 else None
            known = self.value(default, depth + 1)
            return known if isinstance(known, str) else self._variable(node.args[0] if node.args else None, dotted)
        if dotted in _WRAPPERS and len(node.args) == 1:
            return self.value(node.args[0], depth + 1)
        if dotted.endswith("path.join"):
            parts = [self.value(item, depth + 1) for item in node.args]
            return "/".join(item if isinstance(item, str) else "{}" for item in parts)[:_LONGEST_TEXT]
        return Name(dotted)

    def _variable(self, key: ast.expr | None, otherwise: str) -> Name:
        """An environment variable as a name: ``os.environ.MODEL_URI``."""
        name = key.value if isinstance(key, ast.Constant) else None
        return Name(f"{_ENVIRON}{name}" if isinstance(name, str) and name.isidentifier() else otherwise)

    def _joined(self, node: ast.BinOp, depth: int) -> Value:
        left, right = self.value(node.left, depth + 1), self.value(node.right, depth + 1)
        if not isinstance(left, str) and not isinstance(right, str):
            return None
        joint = "/" if isinstance(node.op, ast.Div) else ""
        sides = [item if isinstance(item, str) else "{}" for item in (left, right)]
        return joint.join(sides)[:_LONGEST_TEXT]


def _is_variable(value: Value) -> bool:
    return isinstance(value, Name) and value.dotted.startswith(_ENVIRON)


def side_words(node: ast.expr) -> tuple[str, ...]:
    """The words of one side of a comparison: names, attributes and constant keys, in lower case and order."""
    words: list[str] = []
    for item in ast.walk(node):
        if isinstance(item, ast.Name):
            words.append(item.id)
        elif isinstance(item, ast.Attribute):
            words.append(item.attr)
        elif isinstance(item, ast.Constant) and isinstance(item.value, str):
            words.append(item.value)
    return tuple(dict.fromkeys(word.lower() for word in words[:24]))
