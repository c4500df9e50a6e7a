"""What Python says about itself: modules, stages of pipelines, files and models that are handed on."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from functools import cached_property, lru_cache

from analyzer.artifacts.python_source import Call, Function, PythonModule
from analyzer.artifacts.python_values import Name, Value
from analyzer.knowledge.python_calls import ROLES, roles_of
from analyzer.knowledge.wiring import MODEL_LOADS, MODEL_REGISTRATIONS, MODEL_URI, NameOf
from analyzer.repository import Repository
from analyzer.wiring.files import FileNames
from analyzer.wiring.graph import Draft
from analyzer.wiring.python_names import PythonNames

__all__ = ["CodeWiring", "module_id"]

_KNOWN_ROOTS = frozenset(pattern.split(".", 1)[0] for patterns in ROLES.values() for pattern in patterns.split())
_PROGRAM = re.compile(
    r"^(?:[\w./-]+/)?[\w-]+\.(?:py|ipynb)$|\b(?:python3?|spark-submit|papermill)\s+(?:-\w+\s+)*([\w./-]+\.(?:py|ipynb))"
)
_STAGE = frozenset({"pipeline.step", "pipeline.flow"})
_READS = frozenset({"data.read", "data.download"})
_OPENERS = frozenset({"open", "io.open", "pathlib.Path.open", "fsspec.open", "gzip.open"})
_FILE = re.compile(r"[\w)}]\.[A-Za-z]\w{0,8}$")


def module_id(path: str) -> str:
    """The id of the node of a Python file or notebook."""
    return f"{'notebook' if path.endswith('.ipynb') else 'module'}:{path}"


class CodeWiring:
    """Draws what modules import, call, read, write, register and load."""

    def __init__(self, repo: Repository, draft: Draft, names: PythonNames, files: FileNames) -> None:
        self._repo, self._draft, self._names, self._files = repo, draft, names, files
        self._code = repo.code

    def draw(self) -> None:
        """Add all that code tells."""
        modules = [*self._code.modules, *(item.module for item in self._repo.notebooks)]
        for module in modules:
            kind = "notebook" if module.notebook else "module"
            if module.statements:
                self._draft.node(kind, module.path, module.path, module.place)
        for module in modules:
            self._stages(module)
        for module in modules:
            self._imports(module)
            self._programs(module)
            self._handed(module)
        for module in self._code.modules:
            self._calls(module)

    # -- modules ---------------------------------------------------------------------------------------------

    def _imports(self, module: PythonModule) -> None:
        local = self._code.local
        for item in module.used_imports:
            if item.root in _KNOWN_ROOTS and "." not in item.dotted:
                continue
            for dotted in (item.dotted, item.module):
                path = local.find(dotted, module.path) if dotted.strip(".") else None
                if path and path != module.path:
                    self._draft.edge(module_id(module.path), module_id(path), "imports", item.place)
                    break

    def _programs(self, module: PythonModule) -> None:
        """Files that code starts or hands to an orchestrator by their names."""
        for text in module.texts:
            match = _PROGRAM.search(text.value) if ".py" in text.value or ".ipynb" in text.value else None
            if match and self._code.is_reached(module.path, text.scope):
                name = match.group(1) or match.group()
                path = self._repo.find(name, posixpath.dirname(module.path))
                if path and path != module.path:
                    self._draft.edge(self.owner(module.path, text.scope), module_id(path), "runs", text.place)

    # -- stages ----------------------------------------------------------------------------------------------

    @cached_property
    def _stage_at(self) -> dict[tuple[str, str], str]:
        """Nodes of stages by the path and name of their function."""
        return {}

    def owner(self, path: str, scope: str) -> str:
        """The stage whose function holds a scope, else the module."""
        return (
            self._stage_at.get((path, scope.split(".", 1)[0])) or self._stage_at.get((path, scope)) or module_id(path)
        )

    def _stages(self, module: PythonModule) -> None:
        for call in module.calls:
            if call.decorates and roles_of(call.name) & _STAGE:
                function = next((item for item in module.functions if item.name == call.decorates), None)
                if function and not function.stub:
                    self._stage(module, function)
            elif "pipeline.step" in roles_of(call.name) and not call.decorates:
                self._operator(module, call)

    def _stage(self, module: PythonModule, function: Function) -> None:
        key = (module.path, function.qualname)
        node = self._draft.node("stage", f"{module.path}#{function.qualname}", function.name, function.head)
        self._stage_at[key] = node
        self._draft.edge(module_id(module.path), node, "defines", function.head)
        self._draft.edge(node, module_id(module.path), "runs", function.head)

    def _operator(self, module: PythonModule, call: Call) -> None:
        """A task of Airflow or a node of Kedro: a call that names the function it runs."""
        if not re.search(
            r"(?:Operator|Sensor)$|^kedro\..*node$|Step$", call.last if "kedro" not in call.name else call.name
        ):
            return
        task = call.keyword("task_id") or call.keyword("name")
        function = call.keyword("python_callable") or call.keyword("func") or (call.args[0] if call.args else None)
        target = self._code.definition(function.dotted, module.path) if isinstance(function, Name) else None
        label = task if isinstance(task, str) else target[1] if target else call.assigned
        if not label:
            return
        node = self._draft.node("stage", f"{module.path}#{label}", label, call.place)
        self._draft.edge(module_id(module.path), node, "defines", call.place)
        if target:
            self._draft.edge(node, module_id(target[0]), "calls", call.place)
            self._stage_at.setdefault(target, node)
        command = call.keyword("bash_command")
        match = _PROGRAM.search(command) if isinstance(command, str) else None
        if match and match.group(1):
            path = self._repo.find(match.group(1), "") or self._repo.find(
                match.group(1), posixpath.dirname(module.path)
            )
            if path:
                self._draft.edge(node, module_id(path), "runs", call.place)

    def _calls(self, module: PythonModule) -> None:
        """From a stage or a module to the stages and functions of other modules that it calls, and what it hands on."""
        for call in module.calls:
            if call.decorates or not call.name or not self._code.is_reached(call.path, call.scope):
                continue
            target = self._code.definition(call.name, call.path)
            if target is None:
                continue
            source = self.owner(call.path, call.scope)
            stage = self._stage_at.get(target)
            if stage:
                self._draft.edge(source, stage, "calls", call.place)
                for value in (*call.args, *(call.keywords or {}).values()):
                    self._hands_on(value, stage, call)
            elif target[0] != call.path:
                self._draft.edge(source, module_id(target[0]), "calls", call.place)

    def _hands_on(self, value: Value, stage: str, call: Call) -> None:
        origin = self._code.definition(value.dotted, call.path) if isinstance(value, Name) else None
        giver = self._stage_at.get(origin) if origin else None
        if giver:
            self._draft.edge(giver, stage, "hands on to", call.place)

    # -- files and models ------------------------------------------------------------------------------------

    def _handed(self, module: PythonModule) -> None:
        for call in self._code_of(module):
            roles = roles_of(call.name)
            if not roles and "model" not in call.last:
                continue
            if not module.notebook and not self._code.is_reached(call.path, call.scope):
                continue
            if self._code.definition(call.name, call.path):
                continue
            owner = self.owner(call.path, call.scope)
            if self._registered(call, owner) or self._loaded(call, owner):
                continue
            if roles & {"model.dump", "data.write"}:
                self._file(module, call, owner, "writes", model="model.dump" in roles)
            elif "model.load" in roles or (_READS & roles):
                self._file(module, call, owner, "reads", model="model.load" in roles)

    def _code_of(self, module: PythonModule) -> tuple[Call, ...]:
        if module.notebook:
            return module.calls
        return self._code.calls_in(module.path, "") + tuple(call for call in module.calls if call.scope)

    def _registered(self, call: Call, owner: str) -> bool:
        row = _row_of(MODEL_REGISTRATIONS, call.name)
        if row is None or (row[1] == "wandb" and not _is_model(call)):
            return False
        given = _given(call, row)
        if given is None and row[3] < 0 and row[0].pattern.endswith("log_model$"):
            return False
        self._model(call, owner, row[1], given, "registers")
        return True

    def _loaded(self, call: Call, owner: str) -> bool:
        row = _row_of(MODEL_LOADS, call.name)
        if row is None:
            return False
        given = _given(call, row)
        if (row[1] == "mlflow" and "load_model" in call.name) or row[1] == "huggingface":
            texts = self._names.values(given, call)
            if any(_FILE.search(text) or text.startswith((".", "/")) for text in texts if not MODEL_URI.match(text)):
                return False
        self._model(call, owner, row[1], given, "loads")
        return True

    def _model(self, call: Call, owner: str, registry: str, given: Value, verb: str) -> None:
        texts = self._names.values(given, call)
        for text in texts:
            match = MODEL_URI.match(text)
            name = match.group(1) if match else text.split(":", 1)[0] if registry in ("bentoml", "wandb") else text
            if text.startswith("runs:/") or not name.strip():
                self._draft.gap(owner, f"{verb} ({registry})", text, "names a run, not a registered model", call.place)
                continue
            if not match and registry == "mlflow" and "/" in text:
                self._files.mention(owner, "reads", text, call.place, model=True)
                continue
            node = self._draft.node("model", f"{registry}:{name}", f"{name} ({registry})", call.place)
            self._draft.edge(owner, node, verb, call.place)
        if not texts:
            shown = given.dotted if isinstance(given, Name) else given if isinstance(given, str) else call.last
            self._draft.gap(
                owner, f"{verb} ({registry})", shown, "the name is only known when the program runs", call.place
            )

    def _file(self, module: PythonModule, call: Call, owner: str, verb: str, *, model: bool) -> None:
        for text in self._paths(module, call, verb):
            self._files.mention(owner, verb, text, call.place, model=model)

    def _paths(self, module: PythonModule, call: Call, verb: str) -> Iterator[str]:
        values = [*call.args, *(call.keywords or {}).values()]
        for value in values[:4]:
            if isinstance(value, Name) and value.dotted in _OPENERS:
                yield from self._opened(module, call)
            elif isinstance(value, str | Name):
                texts = (
                    self._names.values(value, call) if not (isinstance(value, str) and "{}" not in value) else (value,)
                )
                yield from (text for text in texts if _FILE.search(text) and " " not in text.strip())

    def _opened(self, module: PythonModule, call: Call) -> Iterator[str]:
        """The file that the nearest ``open`` before a call names."""
        before = [
            item
            for item in module.calls
            if item.name in _OPENERS and item.scope == call.scope and item.line <= call.line and item.args
        ]
        if before:
            yield from self._names.values(before[-1].args[0], before[-1])


@lru_cache(maxsize=4096)
def _row_of(table: tuple[NameOf, ...], name: str) -> NameOf | None:
    return next((row for row in table if row[0].search(name)), None)


def _given(call: Call, row: NameOf) -> Value:
    for keyword in row[2]:
        if call.has_keyword(keyword):
            return call.keyword(keyword)
    return call.args[row[3]] if 0 <= row[3] < len(call.args) else None


def _is_model(call: Call) -> bool:
    return call.keyword("type") == "model" or (len(call.args) > 1 and call.args[1] == "model")
