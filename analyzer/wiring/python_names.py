"""What arguments of Python calls are, as far as files tell: constants, settings, environment, what callers give."""

from __future__ import annotations

import ast
import re
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property

from analyzer.artifacts.python_source import Call, PythonModule
from analyzer.artifacts.python_values import Name, Value
from analyzer.repository import Repository
from analyzer.wiring.names import Names, unresolved

__all__ = ["PythonNames"]

_FIELD = re.compile(r"\{\}")
_MOST_CALLERS = 8


class PythonNames:
    """Resolves the arguments of calls in one repository."""

    def __init__(self, repo: Repository, names: Names) -> None:
        self._repo, self._names = repo, names

    def values(self, value: Value, call: Call) -> tuple[str, ...]:
        """The texts that an argument of a call can have; none where files do not tell."""
        return tuple(dict.fromkeys(text for text in self._values_of(value, call, 0) if not unresolved(text)))

    def _values_of(self, value: Value, call: Call, depth: int) -> Iterator[str]:
        if depth > 3:
            return
        if isinstance(value, str):
            yield from self._template(value, call, depth) if "{}" in value else (value,)
        elif isinstance(value, Name):
            yield from self._named(value.dotted, call, depth)

    def _named(self, dotted: str, call: Call, depth: int) -> Iterator[str]:
        if dotted.startswith("os.environ."):
            known = self._names.environment(dotted.rsplit(".", 1)[-1])
            yield from (known,) if known else ()
            return
        module = self._repo.world.module(call.path)
        function = module.function_at.get(call.scope) if module else None
        if function and dotted in function.parameters:
            yield from self._arguments(call, dotted, depth)
        elif module:
            found = self._constant(dotted, module)
            if found is not None:
                yield from self._values_of(found, call, depth + 1)

    def _constant(self, dotted: str, module: PythonModule) -> Value:
        """What a module-level name, or a field of a settings class, was assigned, here or in a module of ours."""
        here = self._assigned(module, dotted)
        if here is not None:
            return here
        parts = dotted.split(".")
        for end in range(len(parts) - 1, 0, -1):
            prefix = ".".join(parts[:end])
            path = self._repo.world.local.find(prefix, module.path) if prefix.strip(".") else None
            other = self._repo.world.module(path) if path else None
            if other:
                return self._assigned(other, ".".join(parts[end:]))
        return None

    def _assigned(self, module: PythonModule, rest: str) -> Value:
        head, _, field = rest.partition(".")
        if not field:
            return self._assignments(module).get(("", head))
        known = self._assignments(module).get((head, field))
        if known is not None:
            return known
        instance = self._assignments(module).get(("", head))
        return self._assignments(module).get((instance.dotted, field)) if isinstance(instance, Name) else None

    def _assignments(self, module: PythonModule) -> dict[tuple[str, str], Value]:
        if module.path not in self._known:
            values: dict[tuple[str, str], Value] = {
                (item.scope, item.target): item.value for item in module.assignments if item.value is not None
            }
            for call in module.calls:
                if call.last == "Field" and (call.scope, call.assigned) in values:
                    values[call.scope, call.assigned] = call.keyword("default") or next(iter(call.args), None)
            self._known[module.path] = values
        return self._known[module.path]

    @cached_property
    def _known(self) -> dict[str, dict[tuple[str, str], Value]]:
        return {}

    def _arguments(self, call: Call, parameter: str, depth: int) -> Iterator[str]:
        """What callers give for a parameter of the function around a call, and its default."""
        module = self._repo.world.module(call.path)
        function = module.function_at.get(call.scope) if module else None
        if module is None or function is None:
            return
        index = function.parameters.index(parameter) - (function.parameters[:1] in (("self",), ("cls",)))
        for caller in self._callers.get(function.name, ())[:_MOST_CALLERS]:
            if self._repo.world.definition(caller.name, caller.path) != (module.path, function.qualname):
                continue
            given = caller.keyword(parameter)
            if given is None and 0 <= index < len(caller.args):
                given = caller.args[index]
            yield from self._values_of(given, caller, depth + 1)
        default = self._parsed(module.path, function.line, function.end_line)
        if isinstance(default, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from _defaults(default, parameter)

    @cached_property
    def _callers(self) -> dict[str, list[Call]]:
        found: dict[str, list[Call]] = {}
        for module in self._repo.code.modules:
            for call in module.calls:
                if not call.decorates:
                    found.setdefault(call.last, []).append(call)
        return found

    def _template(self, value: str, call: Call, depth: int) -> Iterator[str]:
        """An f-string whose fields the module alone did not tell, read again where it stands."""
        module = self._repo.world.module(call.path)
        texts = (item for item in module.texts if item.value == value) if module else ()
        place = next((item for item in texts if item.scope == call.scope), None)
        if place is None:
            return
        parsed = self._parsed(call.path, place.line, place.line + 2)
        joined = next((item for item in ast.walk(parsed) if isinstance(item, ast.JoinedStr)), None) if parsed else None
        fields = [item.value for item in joined.values if isinstance(item, ast.FormattedValue)] if joined else []
        known = [self._field(field, call, depth) for field in fields]
        if known and len(known) >= value.count("{}"):
            values = iter(item for item in known if item)
            yield _FIELD.sub(lambda match: next(values, match.group()), value)

    def _field(self, field: ast.expr, call: Call, depth: int) -> str:
        dotted = ast.unparse(field)
        module = self._repo.world.module(call.path)
        imported = {item.alias: item.dotted for item in module.imports} if module else {}
        head, _, rest = dotted.partition(".")
        full = f"{imported.get(head, head)}{'.' + rest if rest else ''}"
        found = tuple(dict.fromkeys(self._named(full, call, depth + 1)))
        return found[0] if len(found) == 1 else ""

    def _parsed(self, path: str, line: int, end: int) -> ast.AST | None:
        """The statement on these lines of a module, or None where they are none by themselves."""
        return self._repo.of_file(path, _statement, self._repo.lines(path)[line - 1 : end], by=(line, end))


def _statement(written: Sequence[str]) -> ast.AST | None:
    lines = list(written)
    while lines:
        text = textwrap.dedent("\n".join(lines)).strip()
        for attempt in (text, f"{text}\n    pass", f"f({text}", f"({text.rstrip(',')})"):
            try:
                return ast.parse(attempt).body[0]
            except (SyntaxError, ValueError, IndexError, RecursionError):
                continue
        lines.pop()
    return None


def _defaults(function: ast.FunctionDef | ast.AsyncFunctionDef, parameter: str) -> Iterator[str]:
    arguments = function.args
    positional = [*arguments.posonlyargs, *arguments.args]
    pairs: Iterable[tuple[ast.arg, ast.expr | None]] = [
        *zip(positional[len(positional) - len(arguments.defaults) :], arguments.defaults, strict=True),
        *zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True),
    ]
    for argument, default in pairs:
        if argument.arg == parameter and isinstance(default, ast.Constant) and isinstance(default.value, str):
            yield default.value
