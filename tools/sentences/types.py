"""Of which classes a value may be, by annotations and by what makes it; a container counts as what is in it."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from tools.sentences.code import Class, Function, Module, Source, Value, function_of, inner_values

__all__ = ["SAME", "Types"]

SAME = frozenset({"str", "list", "tuple", "set", "frozenset", "sorted", "reversed", "iter", "next", "min", "max", "chain",
                  "islice", "filter", "cast", "fromkeys", "dict", "sum", "replace", "enumerate", "zip", "get", "items",
                  "values", "setdefault", "pop", "copy", "from_iterable"})  # fmt: skip
"""Functions that give back what they are given, or a part of it."""


class Types:
    """Answers for one source, each worked out once."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self._known: dict[tuple[int, int], frozenset[Class]] = {}

    def of(self, value: Value) -> frozenset[Class]:
        """The classes of a value; none where nobody knows."""
        key = (id(value.expr), id(value.function.node) if value.function else 0)
        if key not in self._known:
            self._known[key] = frozenset()
            self._known[key] = frozenset(self._of(value))
        return self._known[key]

    def _of(self, value: Value) -> Iterable[Class]:
        node = value.expr
        if isinstance(node, ast.Name):
            return self._of_name(value, node.id)
        if isinstance(node, ast.Attribute):
            return {found for item in self._holders(value, node) for found in self._of_member(item, node.attr)}
        if isinstance(node, ast.Call):
            return self._of_call(value, node)
        return {found for item, _ in inner_values(node, value.pick) or () for found in self.of(_at(value, item))}

    def _holders(self, value: Value, node: ast.Attribute) -> frozenset[Class]:
        return self.of(_at(value, node.value))

    def _of_name(self, value: Value, name: str) -> Iterable[Class]:
        function, module = value.function, value.module
        if function and name == "self":
            while function.outer:
                function = function.outer
            return [module.classes[function.owner]] if function.owner else []
        while function:
            for item in ast.walk(function.node.args):
                if isinstance(item, ast.arg) and item.arg == name and item.annotation:
                    return self.named(module, item.annotation)
            found = self.source.local_values(function, module).get(name)
            if found:
                return {one for item in found for one in self.of(item)}
            function = function.outer
        resolved = self.source.resolve(module, name)
        if not resolved:
            return []
        home, own = resolved
        return {one for item in self.source.local_values(None, home).get(own, ()) for one in self.of(item)}

    def _of_member(self, owner: Class, name: str) -> Iterable[Class]:
        home = self.home(owner, name)
        if not home:
            return []
        if name in home.methods:
            returns = home.methods[name].node.returns
            return self.named(home.module, returns) if returns else []
        annotation = home.annotations.get(name)
        if annotation:
            return self.named(home.module, annotation)
        put = self.source.set_attributes.get(name, [])
        return {one for holder, value in put if home in self.of(holder) for one in self.of(value)}

    def home(self, owner: Class, name: str) -> Class | None:
        """The class, itself or one above it, that has a field or method."""
        if name in owner.fields or name in owner.methods or name in owner.attributes:
            return owner
        for base in owner.bases:
            resolved = self.source.resolve(owner.module, base)
            above = resolved[0].classes.get(resolved[1]) if resolved else None
            if above and (found := self.home(above, name)):
                return found
        return None

    def _of_call(self, value: Value, node: ast.Call) -> Iterable[Class]:
        target = node.func
        functions = self.called(value, target)
        if functions:
            return {
                one for item in functions if item.node.returns for one in self.named(item.module, item.node.returns)
            }
        if isinstance(target, ast.Name):
            made = self.class_of(value.module, target.id)
            if made:
                return [made]
        last = target.attr if isinstance(target, ast.Attribute) else getattr(target, "id", "")
        if last in SAME:
            given = [target.value] if isinstance(target, ast.Attribute) else []
            return {found for item in (*given, *node.args) for found in self.of(_at(value, item))}
        return []

    def class_of(self, module: Module, name: str) -> Class | None:
        """The class that a name is of."""
        resolved = self.source.resolve(module, name)
        return resolved[0].classes.get(resolved[1]) if resolved else None

    def called(self, value: Value, target: ast.expr) -> list[Function]:
        """The functions that a call may come to, where it is known what is called."""
        if isinstance(target, ast.Name):
            function = value.function
            while function:
                if target.id in function_of(function):
                    return [function_of(function)[target.id]]
                put = self.source.local_values(function, value.module).get(target.id, [])
                if put:  # a function that stands in a table, or among others
                    return [one for item in put for one in self._functions_in(item)]
                function = function.outer
            resolved = self.source.resolve(value.module, target.id)
            known = resolved[0].functions.get(resolved[1]) if resolved else None
            return [known] if known else []
        if not isinstance(target, ast.Attribute):
            return []
        if isinstance(target.value, ast.Name):
            resolved = self.source.resolve(value.module, target.value.id)
            if resolved and not resolved[1]:
                found = resolved[0].functions.get(target.attr)
                return [found] if found else []
        homes = [self.home(item, target.attr) for item in self.of(_at(value, target.value))]
        return [item.methods[target.attr] for item in homes if item and target.attr in item.methods]

    def _functions_in(self, value: Value, depth: int = 0) -> list[Function]:
        if depth > 4:
            return []
        node = value.expr
        if isinstance(node, ast.Name):
            resolved = self.source.resolve(value.module, node.id)
            if resolved and resolved[1] in resolved[0].functions:
                return [resolved[0].functions[resolved[1]]]
            near = self.source.local_values(value.function, value.module).get(node.id)
            names = near or self.source.local_values(None, value.module).get(node.id, [])
            return [one for item in names for one in self._functions_in(item, depth + 1)]
        if isinstance(node, ast.Attribute):
            return self.called(value, node)
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in ("items", "values")
        ):
            return self._functions_in(_at(value, node.func.value), depth + 1)
        inner = inner_values(node, value.pick) or []
        return [
            one
            for item, pick in inner
            for one in self._functions_in(Value(item, value.module, value.function, pick), depth + 1)
        ]

    def named(self, module: Module, annotation: ast.expr) -> set[Class]:
        """The classes that an annotation names."""
        names = {item.id for item in ast.walk(annotation) if isinstance(item, ast.Name)}
        return {found for name in names if (found := self.class_of(module, name))}


def _at(value: Value, expr: ast.expr) -> Value:
    return Value(expr, value.module, value.function)
