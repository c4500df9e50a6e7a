"""Which texts can come to a place in the engine's code: followed backwards through names, calls, fields and f-strings."""

from __future__ import annotations

import ast
import string
from collections.abc import Iterator, Mapping, Sequence

from tools.sentences.code import NUMBERS, Class, Function, Module, Pick, Source, Value, inner_values
from tools.sentences.parts import argument, default, name_of, parts_of, picked
from tools.sentences.pieces import Bound, Flow, Hole, Parts, merged, unique
from tools.sentences.types import SAME, Types

__all__ = ["FROM_RUBRIC", "Flows"]

_DEEPEST = 3
"""Calls within calls whose arguments are told apart."""
_MOST_INLINE = 12
"""Variants of a part of a sentence that are written out, where the sentence has no placeholder for it."""
_MOST_WHOLE = 24
_AMBIGUOUS = 3
"""Classes with a member of one name from which on nobody can tell whose it is."""
FROM_RUBRIC = ast.Constant("\0rubric")
"""Stands for every text that a file of a rubric or the docstring of a rule has."""
_OF_RUBRIC = "analyzer.rubric"
_OF_TEXTS = frozenset({"strip", "rstrip", "lstrip", "removesuffix", "removeprefix", "lower", "upper", "capitalize", "replace",
                       "split", "rsplit", "title", "values", "copy", "pop"})  # fmt: skip


class Flows:
    """Answers for one source, each worked out once.

    ``tables`` are texts of fields, by class and field, that no code has as a text of its own.
    """

    def __init__(self, source: Source, tables: Mapping[tuple[str, str], Sequence[str]]) -> None:
        self.source = source
        self._tables = tables
        self.types = Types(source)
        self._constants: dict[str, ast.Constant] = {}
        self._known: dict[tuple[object, ...], Flow] = {}

    def of(self, bound: Bound) -> Flow:
        """What an expression may be."""
        if bound.key not in self._known:
            self._known[bound.key] = Flow()  # what asks for itself has nothing to add
            self._known[bound.key] = self._of(bound)
        return self._known[bound.key]

    def _of(self, bound: Bound) -> Flow:
        node, pick = bound.value.expr, bound.value.pick
        if pick == "\0keys" and isinstance(node, (ast.Constant, ast.JoinedStr)):
            return Flow(unknown=True)
        if isinstance(node, ast.Constant):
            if isinstance(node.value, str):
                return Flow([(node.value,)])
            return Flow(unknown=node.value is not None)  # of a number nobody knows here how it will be written
        if isinstance(node, (ast.JoinedStr, ast.BinOp)) and (joined := self._joined(bound, node)) is not None:
            return joined
        if isinstance(node, (ast.Name, ast.Attribute, ast.Call)):
            return getattr(self, f"_{type(node).__name__.lower()}")(bound, node)  # type: ignore[no-any-return]
        inner = inner_values(node, pick)
        if inner is None:
            return Flow(unknown=True)
        return Flow(closed=[bound.at(item, kept) for item, kept in inner])

    # -- texts of several parts --------------------------------------------------------------------------------------

    def _joined(self, bound: Bound, node: ast.expr) -> Flow | None:
        """An f-string or a sum of texts, with each part written out that has few variants; None for another sum."""
        parts = parts_of(node)
        if parts is None:
            return None
        if len(parts) == 1 and not isinstance(parts[0], str):
            return Flow(closed=[bound.at(parts[0], bound.value.pick)])
        variants: list[Parts] = [()]
        for index, part in enumerate(parts):
            if isinstance(part, str):
                variants = [(*one, part) for one in variants]
                continue
            written = self._written(bound.at(part), 0)
            rest = sum(not isinstance(item, str) for item in parts[index + 1 :])
            if written is None or len(written) * len(variants) > (_MOST_WHOLE if rest else _MOST_INLINE * 2):
                variants = [(*one, Hole(name_of(part), bound.at(part))) for one in variants]
            else:
                variants = [(*one, *more) for one in variants for more in written]
        return Flow(list(dict.fromkeys(map(unique, map(merged, variants)))))

    def _written(self, bound: Bound, depth: int) -> list[Parts] | None:
        """All that a part may be, where that is little and nothing else; else None."""
        flow = self.of(bound)
        if depth > _DEEPEST or flow.unknown or flow.open or flow.far or not (flow.texts or flow.closed):
            return None
        found = list(flow.texts)
        for item in flow.closed:
            more = self._written(item, depth + 1)
            if more is None:
                return None
            found += more
        found = list(dict.fromkeys(found))
        return found if len(found) <= _MOST_INLINE else None

    # -- names -------------------------------------------------------------------------------------------------------

    def _name(self, bound: Bound, node: ast.Name) -> Flow:
        name, pick, module = node.id, bound.value.pick, bound.value.module
        function = bound.value.function
        while function:
            found = self.source.local_values(function, module).get(name, [])
            parameters = {item.arg for item in ast.walk(function.node.args) if isinstance(item, ast.arg)}
            if name in parameters and not found:
                return self._parameter(bound, function, name)
            if found:
                flow = Flow(closed=[bound.beside(picked(item, pick)) for item in found])
                if name in parameters:
                    flow.add(self._parameter(bound, function, name))
                return flow
            function = function.outer
        return self._global(module, name, pick)

    def _global(self, module: Module, name: str, pick: Pick) -> Flow:
        resolved = self.source.resolve(module, name)
        if not resolved:
            return Flow(unknown=True)
        home, own = resolved
        found = self.source.local_values(None, home).get(own, [])
        return Flow(closed=[Bound(picked(item, pick)) for item in found], unknown=not found)

    def _parameter(self, bound: Bound, function: Function, name: str) -> Flow:
        given = dict(bound.given)
        if bound.of is function:
            if name not in given:
                otherwise = default(function, name)
                if otherwise is None:
                    return Flow(unknown=True)
                return Flow(closed=[Bound(Value(otherwise, function.module, None))])
            item = given[name]
            return Flow(closed=[Bound(picked(item.value, bound.value.pick), item.given, item.of, item.depth)])
        kind = next(
            (
                item.annotation
                for item in ast.walk(function.node.args)
                if isinstance(item, ast.arg) and item.arg == name
            ),
            None,
        )
        if kind and ast.unparse(kind) in NUMBERS:
            return Flow(unknown=True)
        return Flow(open=list(self.given_to(function, name)), unknown=True)

    def given_to(self, function: Function, name: str) -> Iterator[Bound]:
        """What callers give for a parameter of a function or, by its name ``__init__``, of a class."""
        own = function.node.name
        if own == "__init__":
            owner = function.module.classes[function.owner]
            for item in self._with_subclasses(owner):
                yield from self._constructed(item, name)
            return
        for call in self.source.calls.get(own, []):
            assert isinstance(call.expr, ast.Call)
            known = self.types.called(call, call.expr.func)
            if known and not any(item.node is function.node for item in known):
                continue
            found = argument(call.expr, function.parameters, name)
            if found:
                yield Bound(Value(found, call.module, call.function))
        otherwise = default(function, name)
        if otherwise:
            yield Bound(Value(otherwise, function.module, None))

    def _with_subclasses(self, owner: Class) -> list[Class]:
        return [
            owner,
            *(more for item in self.source.subclasses.get(owner.name, []) for more in self._with_subclasses(item)),
        ]

    def _constructed(self, owner: Class, name: str) -> Iterator[Bound]:
        parameters = self.parameters_of(owner)
        for call in self.source.calls.get(owner.name, []) + self.source.calls.get("cls", []):
            assert isinstance(call.expr, ast.Call)
            if isinstance(call.expr.func, ast.Name) and call.expr.func.id == owner.name:
                if self.source.resolve(call.module, owner.name) != (owner.module, owner.name):
                    continue
            elif call.function is None or call.function.owner != owner.name:
                continue
            found = argument(call.expr, parameters, name)
            if found:
                yield Bound(Value(found, call.module, call.function))

    def parameters_of(self, owner: Class) -> list[str]:
        """What is given to make one: parameters of its ``__init__``, or its fields, those of its bases first."""
        if "__init__" in owner.methods:
            return owner.methods["__init__"].parameters
        found: list[str] = []
        for base in owner.bases:
            resolved = self.source.resolve(owner.module, base)
            if resolved and resolved[1] in resolved[0].classes:
                found += self.parameters_of(resolved[0].classes[resolved[1]])
        return [*found, *(name for name in owner.fields if name not in found)]

    # -- attributes --------------------------------------------------------------------------------------------------

    def _attribute(self, bound: Bound, node: ast.Attribute) -> Flow:
        if isinstance(node.value, ast.Name):
            resolved = self.source.resolve(bound.value.module, node.value.id)
            if resolved and not resolved[1]:
                return self._global(resolved[0], node.attr, bound.value.pick)
        pick = bound.value.pick
        holders = self.types.of(bound.at(node.value).value)
        homes = {home for item in holders if (home := self.types.home(item, node.attr))}
        if homes:
            return Flow(open=[found for home in homes for found in self.of_field(node.attr, pick, home)], unknown=True)
        return Flow(far=list(self.of_field(node.attr, pick)) if not holders else [], unknown=True)

    def _constant(self, text: str) -> ast.expr:
        return self._constants.setdefault(text, ast.Constant(text))

    def of_field(self, name: str, pick: Pick = None, owner: Class | None = None) -> Iterator[Bound]:
        """What a field may hold, or a property give; of one class, or of all where these are few."""
        owners = [owner] if owner else [item for item in self.source.owners.get(name, []) if item.is_text(name)]
        if len(owners) > _AMBIGUOUS:
            return
        for item in owners:
            if item.is_number(name):
                continue
            known = self._tables.get((f"{item.module.name}.{item.name}", name), ())
            yield from (Bound(Value(self._constant(text), item.module, None)) for text in known)
            if name in item.methods:
                yield from (Bound(picked(value, pick)) for value in self.source.returns(item.methods[name]))
                continue
            preset = item.fields.get(name)
            if preset:
                yield Bound(Value(preset, item.module, None, pick))
            if item.module.name == _OF_RUBRIC or (item.name, name) == ("Rule", "title"):
                yield Bound(Value(FROM_RUBRIC, item.module, None))
                continue
            family = self._with_subclasses(item)
            for one in family:
                for given in self._constructed(one, name):
                    yield Bound(picked(given.value, pick))
            for call in self.source.calls.get("replace", []):
                assert isinstance(call.expr, ast.Call)
                for word in call.expr.keywords:
                    if word.arg == name:
                        yield Bound(Value(word.value, call.module, call.function, pick))
            for holder, value in self.source.set_attributes.get(name, []):
                if self.types.of(holder) & set(family):
                    yield Bound(picked(value, pick))

    # -- calls -------------------------------------------------------------------------------------------------------

    def _call(self, bound: Bound, node: ast.Call) -> Flow:
        pick, target = bound.value.pick, node.func
        last = target.attr if isinstance(target, ast.Attribute) else getattr(target, "id", "")
        functions = self.types.called(bound.value, target)
        if isinstance(target, ast.Attribute) and not functions:
            if last == "format":
                return self._formatted(bound, node, target.value)
            if last == "join" and node.args:
                return self._listed(bound, node.args[0], target.value)
            if last == "partition" and pick == (2, 3) and isinstance(node.args[0], ast.Constant):
                return Flow(self._rests(bound.at(target.value), str(node.args[0].value)), unknown=True)
            if last == "items":
                return Flow(closed=[bound.at(target.value, "\0keys" if pick == (0, 2) else None)])
            if last == "get":
                return Flow(closed=[bound.at(item, pick) for item in (target.value, *node.args[1:])])
            if last in _OF_TEXTS:
                return Flow(closed=[bound.at(target.value, pick)])
        if last in SAME and not functions:
            given = [item.value if isinstance(item, ast.Starred) else item for item in node.args]
            return Flow(closed=[bound.at(item, pick) for item in given])
        flow = Flow()
        for function in functions:
            flow.add(self._returned(bound, node, function))
        if not functions and isinstance(target, ast.Attribute) and not self.types.of(bound.at(target.value).value):
            known = [item for item in self.source.methods.get(target.attr, []) if item.gives_text]
            for function in known if len(known) <= _AMBIGUOUS else []:
                found = self._returned(bound, node, function)
                flow.add(Flow(far=[*found.closed, *found.open], unknown=True))
        return flow if flow.closed or flow.open or flow.far else Flow(unknown=True)

    def _returned(self, bound: Bound, node: ast.Call, function: Function) -> Flow:
        if bound.depth >= _DEEPEST:
            return Flow(unknown=True)
        given = []
        for name in function.parameters:
            found = argument(node, function.parameters, name)
            if found:
                given.append((name, bound.at(found)))
        if any(isinstance(item, ast.Starred) for item in node.args):
            given = []
        sources = [
            Bound(picked(value, bound.value.pick), tuple(given), function, bound.depth + 1)
            for value in self.source.returns(function)
        ]
        return Flow(closed=sources) if len(sources) == 1 else Flow(open=sources, unknown=True)

    def _formatted(self, bound: Bound, node: ast.Call, template: ast.expr) -> Flow:
        """``TEMPLATE.format(...)``: the texts that the template may be, with what fills their fields."""
        flow = Flow()
        for text, _ in self.whole_texts(bound.at(template)):
            if not all(isinstance(part, str) for part in text):
                continue
            parts: list[str | Hole] = []
            for index, (literal, name, _, _) in enumerate(string.Formatter().parse("".join(map(str, text)))):
                parts.append(literal)
                if name is None:
                    continue
                words = {word.arg: word.value for word in node.keywords}
                if name in words:
                    parts.append(Hole(name, bound.at(words[name])))
                elif None in words:
                    parts.append(Hole(name, bound.at(words[None], name)))
                elif index < len(node.args):
                    parts.append(Hole(name_of(node.args[index]), bound.at(node.args[index])))
            flow.texts.append(merged(tuple(parts)))
        return flow if flow.texts else Flow(unknown=True)

    def _listed(self, bound: Bound, items: ast.expr, between: ast.expr) -> Flow:
        """``BETWEEN.join(ITEMS)``: one of them, or the first with the rest, which is the same again."""
        flow = Flow(open=[bound.at(items)])
        for text in self.of(bound.at(between)).texts:
            if text and isinstance(text[0], str) and text[0].strip():
                whole = bound
                flow.texts.append((Hole("first", bound.at(items)), text[0], Hole("rest", whole)))
        return flow

    def _rests(self, bound: Bound, separator: str) -> list[Parts]:
        """What stands behind the first separator, of each text that has one."""
        found = []
        for text, _ in self.whole_texts(bound):
            for index, part in enumerate(text):
                if isinstance(part, str) and separator in part:
                    found.append(merged((part.split(separator, 1)[1], *text[index + 1 :])))
                    break
        return found

    def whole_texts(self, bound: Bound) -> list[tuple[Parts, bool]]:
        """All texts that an expression may be, wherever they come from, each with whether that is far."""
        seen, waiting = {(bound.key, False)}, [(bound, False)]
        found: dict[tuple[Parts, bool], None] = {}
        while waiting:
            item, far = waiting.pop()
            flow = self.of(item)
            found |= dict.fromkeys((text, far) for text in flow.texts)
            for inner, is_far in self.beyond(flow, far=far):
                if (inner.key, is_far) not in seen:
                    seen.add((inner.key, is_far))
                    waiting.append((inner, is_far))
        return list(found)

    def beyond(self, flow: Flow, *, far: bool) -> Iterator[tuple[Bound, bool]]:
        """Where texts come from, each with whether that is far."""
        yield from ((item, far) for item in (*flow.closed, *flow.open))
        yield from ((item, True) for item in flow.far)
