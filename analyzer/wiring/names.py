"""What names stand for, as far as files tell: environment, compose, Dockerfiles, workflows, Terraform, Python."""

from __future__ import annotations

import ast
import posixpath
import re
import textwrap
from collections.abc import Iterable, Iterator
from functools import cached_property

from analyzer.artifacts.python_source import Call, PythonModule
from analyzer.artifacts.python_values import Name, Value
from analyzer.artifacts.yaml_reader import EMPTY, Node, read_yaml
from analyzer.repository import Repository

__all__ = ["Names", "image_name", "unresolved"]

_VARIABLE = re.compile(r"\$\{\{\s*(?:env|vars|inputs)\.(\w+)\s*\}\}|\$\{(\w+)(?::?[-?+]([^}]*))?\}|\$(\w+)")
_TERRAFORM = re.compile(r"\$\{\s*(?:var|local)\.(\w+)\s*\}|^(?:var|local)\.(\w+)$")
_ENV_LINE = re.compile(r"^\s*(?:export\s+)?([A-Za-z_]\w*)\s*=\s*(.*?)\s*$", re.MULTILINE)
_ENV_BLOCK = re.compile(r"^(\s*)(?:env|variables):\s*$")
_ENV_ENTRY = re.compile(r"^(\s*)([A-Za-z_]\w*):\s*(\S.*?)\s*$")
_UNKNOWN = re.compile(r"[${}<>]|values\.|\btemplate\b")
_FIELD = re.compile(r"\{\}")
_MOST_CALLERS = 8


def unresolved(text: str) -> bool:
    """Whether a name still holds a variable."""
    return bool(_UNKNOWN.search(text)) or not text.strip()


def image_name(reference: str) -> str:
    """The last part of an image reference, without registry, tag and digest; empty where it is not known."""
    plain = reference.strip("\"' ").split("@", 1)[0]
    last = plain.rsplit("/", 1)[-1]
    name = last if last.startswith("$") else last.split(":", 1)[0]
    return "" if unresolved(name) else name.lower()


class Names:
    """Resolves names of one repository. What has several different values is not resolved."""

    def __init__(self, repo: Repository) -> None:
        self._repo = repo

    # -- environment -----------------------------------------------------------------------------------------

    def text(self, text: str, path: str = "") -> str:
        """A text with the variables put in whose value is known; ``path`` is the file it stands in."""
        if "$" not in text:
            return text
        own = self._of_file(path)

        def put(match: re.Match[str]) -> str:
            name = match.group(1) or match.group(2) or match.group(4)
            known = own.get(name.removeprefix("env_")) or self._environment.get(name)
            return known or match.group(3) or match.group()

        for _ in range(3):
            following = _VARIABLE.sub(put, text)
            if following == text:
                break
            text = following
        return text

    def environment(self, name: str) -> str:
        """The value of an environment variable of the program; empty where it is not known."""
        value = self._environment.get(name, "")
        return "" if unresolved(value) else value

    @cached_property
    def _environment(self) -> dict[str, str]:
        found: dict[str, set[str]] = {}
        for path in self._repo.paths:
            base = path.rsplit("/", 1)[-1]
            if base.startswith(".env") or base.endswith(".env"):
                for match in _ENV_LINE.finditer(self._repo.text(path) or ""):
                    found.setdefault(match.group(1), set()).add(match.group(2).strip("\"'"))
        for docker in self._repo.dockerfiles:
            for item in docker.named("ENV"):
                words = item.value.split()
                pairs = words if words and "=" in words[0] else ["=".join(words[:2])]
                for name, _, value in (word.partition("=") for word in pairs):
                    found.setdefault(name, set()).add(value.strip("\"'"))
        for compose in self._repo.compose_files:
            for service in compose.services:
                for pair in service.environment:
                    name, equals, value = pair.partition("=")
                    if equals:
                        found.setdefault(name.strip(), set()).add(_default(value.strip("\"' ")))
        known = {name: {value for value in values if value} for name, values in found.items()}
        return {name: next(iter(values)) for name, values in known.items() if len(values) == 1}

    def _of_file(self, path: str) -> dict[str, str]:
        if path not in self._file_values:
            self._file_values[path] = dict(self._blocks(path)) if path.endswith((".yml", ".yaml")) else {}
            if path.endswith((".sh", ".bash", "Makefile")):
                pairs = _ENV_LINE.findall(self._repo.text(path) or "")
                self._file_values[path] = {name: _default(value.strip("\"'")) for name, value in pairs if value}
        return self._file_values[path]

    @cached_property
    def _file_values(self) -> dict[str, dict[str, str]]:
        return {}

    def _blocks(self, path: str) -> Iterator[tuple[str, str]]:
        """Entries of the ``env:`` and ``variables:`` blocks of a CI file."""
        indent = -1
        for line in (self._repo.text(path) or "").split("\n"):
            opening = _ENV_BLOCK.match(line)
            if opening:
                indent = len(opening.group(1))
                continue
            entry = _ENV_ENTRY.match(line) if indent >= 0 else None
            if entry and len(entry.group(1)) > indent:
                yield entry.group(2), entry.group(3).split(" #", 1)[0].strip("\"' ")
            elif line.strip() and not line.lstrip().startswith("#"):
                indent = -1

    # -- Terraform and Helm ----------------------------------------------------------------------------------

    def terraform(self, text: str, path: str) -> str:
        """A Terraform expression with variables and locals of its folder, and attributes of resources, put in."""
        folder = posixpath.dirname(path)
        values = self._terraform.get(folder, {})

        def put(match: re.Match[str]) -> str:
            return values.get(match.group(1) or match.group(2)) or match.group()

        for _ in range(3):
            text = _TERRAFORM.sub(put, text)
        return text

    @cached_property
    def _terraform(self) -> dict[str, dict[str, str]]:
        found: dict[str, dict[str, str]] = {}
        for file in self._repo.infrastructure:
            if file.tool == "terraform":
                values = found.setdefault(posixpath.dirname(file.path), {})
                values.update({item.name: item.value for item in file.variables if item.value})
                text = self._repo.text(file.path) or ""
                if "locals" in text:
                    for block in re.findall(r"^locals\s*\{(.*?)^\}", text, re.MULTILINE | re.DOTALL):
                        values.update(re.findall(r"^\s*(\w+)\s*=\s*\"([^\"]*)\"\s*$", block, re.MULTILINE))
        for path in self._repo.paths:
            if path.endswith(".tfvars") and posixpath.dirname(path) in found:
                pairs = re.findall(r"^\s*(\w+)\s*=\s*\"([^\"]*)\"", self._repo.text(path) or "", re.MULTILINE)
                found[posixpath.dirname(path)].update(pairs)
        return found

    def helm(self, reference: str, path: str) -> str:
        """An image of a Helm template with the chart's values put in."""
        chart = next((item for item in self._repo.charts if path.startswith(f"{item.folder}/")), None)
        if chart is None or "values." not in reference:
            return reference
        values = self._values(f"{chart.folder}/values.yaml")

        def put(match: re.Match[str]) -> str:
            return values.get(*match.group(1).split(".")).text or match.group()

        plain = re.sub(r"\|\s*default\s+\S+|\|\s*quote|\s", "", reference)
        return re.sub(r"values\.([\w.]+)", put, plain)

    def _values(self, path: str) -> Node:
        text = self._repo.text(path) if path in self._repo.snapshot.entries else None
        documents = read_yaml(text).documents if text else ()
        return documents[0] if documents else EMPTY

    # -- Python ----------------------------------------------------------------------------------------------

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
            known = self.environment(dotted.rsplit(".", 1)[-1])
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
        lines = (self._repo.text(path) or "").split("\n")[line - 1 : end]
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


def _default(value: str) -> str:
    """The default of ``${NAME:-default}``, or the text."""
    match = re.fullmatch(r"\$\{\w+:?-([^}]*)\}", value)
    return match.group(1) if match else value
