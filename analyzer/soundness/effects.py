"""What a defect makes unreachable: the files, functions, steps and folders in which evidence no longer holds."""

from __future__ import annotations

import ast
import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property

from analyzer.artifacts.infrastructure import local_source
from analyzer.artifacts.python_bindings import ImportedName
from analyzer.artifacts.python_shapes import takes_all
from analyzer.artifacts.python_source import PythonModule, tree_of
from analyzer.findings import Finding, Place, Status
from analyzer.remembered import remembered
from analyzer.repository import Repository
from analyzer.soundness.defect import Defect
from analyzer.soundness.failing_steps import FailingSteps
from analyzer.soundness.layout import Layout

__all__ = ["Effects"]

_BRANCHES = (ast.If, ast.Try, ast.TryStar, ast.Match, ast.While)


class Effects:
    """Which defect, if any, stands in the way of a finding."""

    def __init__(self, repository: Repository, defects: Iterable[Defect]) -> None:
        self._repository = repository
        self._layout = Layout(repository)
        self._by_path: dict[str, list[Defect]] = {}
        self._by_folder: dict[str, list[Defect]] = {}
        for item in defects:
            if item.meaning.reach == "folder":
                self._by_folder.setdefault(posixpath.dirname(item.path), []).append(item)
            elif item.meaning.lowers:
                self._by_path.setdefault(item.path, []).append(item)
        self._reach_modules()

    def _reach_modules(self) -> None:
        """Take the modules of Terraform along that no sound module calls: nobody applies them by themselves.

        One below a broken module that nobody calls is no way around it.
        """
        callers: dict[str, set[str]] = {}
        for file in self._repository.infrastructure if self._by_folder else ():
            for module in file.modules:
                if folder := local_source(file, module):
                    callers.setdefault(folder, set()).add(posixpath.dirname(file.path))
        for file in self._repository.infrastructure if self._by_folder else ():
            folder = posixpath.dirname(file.path)
            root, inside, _ = folder.rpartition("/modules/")
            if inside and folder not in callers and root in self._by_folder:
                callers[folder] = {root}
        called: dict[str, list[str]] = {}
        for folder, those in callers.items():
            for caller in those:
                called.setdefault(caller, []).append(folder)
        pending = sorted(self._by_folder)
        while pending:
            caller = pending.pop()
            for folder in called.get(caller, ()):
                if folder not in self._by_folder and callers[folder] <= self._by_folder.keys():
                    self._by_folder[folder] = self._by_folder[caller]
                    pending.append(folder)

    @property
    def broken(self) -> frozenset[str]:
        """Modules that cannot be imported, and files of infrastructure that cannot be applied."""
        folders = {
            file.path for file in self._repository.infrastructure if posixpath.dirname(file.path) in self._by_folder
        }
        return frozenset(self._broken) | folders

    def out_of_reach(self, criterion: str) -> frozenset[str]:
        """Files of which nothing counts for a criterion: the broken ones, and those that a defect stops as a whole."""
        stopped = (
            path
            for path, items in self._by_path.items()
            if any(item.meaning.reach == "file" and criterion.startswith(item.meaning.lowers) for item in items)
        )
        return self.broken | frozenset(stopped)

    def on(self, finding: Finding, criterion: str) -> Defect | None:
        """The defect that lessens a finding: where all its places of the decisive kind of file are out of reach."""
        if finding.status is not Status.MET or not finding.places or not (self._by_path or self._by_folder):
            return None
        decisive = finding.places[0]
        kind = posixpath.splitext(decisive.path)[1]
        found = [self._at(place, criterion) for place in finding.places if posixpath.splitext(place.path)[1] == kind]
        return found[0] if found and all(found) else None

    def _at(self, place: Place, criterion: str) -> Defect | None:
        for item in self._by_folder.get(posixpath.dirname(place.path), ()):
            if criterion.startswith(item.meaning.lowers):
                return item
        for item in self._by_path.get(place.path, ()):
            if criterion.startswith(item.meaning.lowers) and self._covers(item, place):
                return item
            if criterion.startswith(item.meaning.lowers) and self._stops_callers(item, place):
                return item
        broken = self._broken.get(place.path) or self._stranded.get(place.path)
        if broken and criterion.startswith(broken.meaning.lowers):
            return broken
        for first, line, last, item in self._asking_for_broken.get(place.path, ()):
            inside = place.line == first or line <= place.line <= last
            if inside and criterion.startswith(item.meaning.lowers):
                return item
        return self._failing_steps.at(place) if criterion.startswith("ci.") else None

    def _covers(self, defect: Defect, place: Place) -> bool:
        reach = defect.meaning.reach
        if reach == "file":
            return True
        if reach == "line":
            return place.line <= defect.line <= place.last
        if reach == "step":
            return any(first <= defect.line <= place.line <= last for first, last in self._steps.get(place.path, ()))
        module = self._modules.get(defect.path)
        if module is None or defect.kind == "syntax":
            return defect.kind == "syntax"
        scope = self._scope(module.path, defect.line)
        if scope is None:
            return False
        first, last = scope
        if not first:
            return place.line > defect.line or reach == "importers"
        return first <= place.line <= last and (place.line >= defect.line or place.line == first)

    def _stops_callers(self, defect: Defect, place: Place) -> bool:
        """Whether the function around a place is called by its own module alone, and only where a defect has stopped it.

        A function that is named without being called is handed to somebody who may call it.
        """
        lines = self._only_calls(place.path, place.line) if defect.meaning.reach == "scope" else ()
        return bool(lines) and all(
            line == defect.line or self._covers(defect, Place(place.path, line)) for line in lines
        )

    @remembered
    def _only_calls(self, path: str, line: int) -> tuple[int, ...]:
        """The lines on which the function around a line is called; none where it may be called from elsewhere."""
        module = self._modules.get(path)
        function = (
            next((item for item in module.functions if item.line <= line <= item.end_line), None) if module else None
        )
        calls = tuple(item.line for item in module.calls if function and item.name == function.name) if module else ()
        if module is None or function is None or not calls:
            return ()
        named = re.compile(rf"\b{re.escape(function.name)}\b")
        others = (item for item in self._repository.modules if item is not module)
        private = len(named.findall(self._repository.text(path) or "")) == 1 + len(calls) and not any(
            function.name == item.name for other in others for item in other.imports
        )
        return calls if private else ()

    @cached_property
    def _failing_steps(self) -> FailingSteps:
        return FailingSteps(self._repository, self._broken, self._by_path)

    @cached_property
    def _steps(self) -> Mapping[str, list[tuple[int, int]]]:
        """The first and the last line of each step of CI, by the file that it stands in."""
        found: dict[str, list[tuple[int, int]]] = {}
        for pipeline in self._repository.pipelines:
            for step in (step for job in pipeline.jobs for step in job.steps):
                found.setdefault(step.path, []).append((step.line, step.end_line))
        return found

    @cached_property
    def _modules(self) -> Mapping[str, PythonModule]:
        return {module.path: module for module in self._repository.modules}

    @cached_property
    def _broken(self) -> Mapping[str, Defect]:
        """Modules that cannot be imported, and those that import them, with the defect at the root."""
        broken: dict[str, Defect] = {}
        for path, items in self._by_path.items():
            module = self._modules.get(path)
            for item in items:
                stops = item.meaning.reach in ("importers", "scope")
                if module and stops and (item.kind == "syntax" or self._scope(path, item.line) == (0, 0)):
                    broken.setdefault(path, item)
        importers = self._importers if broken else {}
        pending = list(broken)
        while pending:
            path = pending.pop()
            for importer in importers.get(path, ()):
                if importer not in broken:
                    broken[importer] = broken[path]
                    pending.append(importer)
        return broken

    @cached_property
    def _asking_for_broken(self) -> Mapping[str, list[tuple[int, int, int, Defect]]]:
        """Functions that import a broken module in their body: first line, line of the import, last line, and the defect."""
        found: dict[str, list[tuple[int, int, int, Defect]]] = {}
        for module in self._repository.modules if self._broken else ():
            for item in module.all_imports:
                if item.guarded or not item.deferred:
                    continue
                broken = next(
                    (self._broken[path] for path in self._targets(module, item) if path in self._broken), None
                )
                scope = self._scope(module.path, item.line) if broken else None
                if broken and scope and scope[0]:
                    found.setdefault(module.path, []).append((scope[0], item.line, scope[1], broken))
        return found

    @cached_property
    def _stranded(self) -> Mapping[str, Defect]:
        """Modules that start nothing themselves and that only broken modules import, with the defect of one of these."""
        importers: dict[str, set[str]] = {}
        imported: dict[str, dict[str, None]] = {}
        tests = {module.path for module in self._repository.tests.modules}
        for module in self._repository.modules if self._broken else ():
            for item in module.all_imports if module.path not in tests else ():
                for path in self._targets(module, item):
                    importers.setdefault(path, set()).add(module.path)
                    imported.setdefault(module.path, {})[path] = None
        stranded: dict[str, Defect] = {}
        known = dict(self._broken)
        pending = list(known)
        while pending:
            asked = pending.pop()
            for path in imported.get(asked, ()):
                held = self._modules.get(path)  # none for a copy of somebody's library
                if held is None or path in known or held.has_main_guard:
                    continue
                if importers[path] <= known.keys() and not self._repository.is_named_outside(path):
                    stranded[path] = known[path] = known[asked]
                    pending.append(path)
        return stranded

    @remembered
    def _scope(self, path: str, line: int) -> tuple[int, int] | None:
        return _scope(self._tree(path), line)

    @remembered
    def _tree(self, path: str) -> ast.Module:
        return tree_of(self._repository.text(path) or "")

    @cached_property
    def _importers(self) -> Mapping[str, list[str]]:
        """Who imports a module when it is itself imported; only where the import can mean one file alone."""
        found: dict[str, list[str]] = {}
        for module in self._repository.modules:
            for item in module.all_imports:
                if item.guarded or item.deferred:
                    continue
                for path in self._targets(module, item):
                    found.setdefault(path, []).append(module.path)
        return found

    def _targets(self, module: PythonModule, item: ImportedName) -> Iterator[str]:
        """The modules that an import runs, where it can mean one file alone."""
        joint = item.module if item.module.endswith(".") else f"{item.module}."
        for dotted in (item.module, f"{joint}{item.name}" if item.name else ""):
            targets = self._layout.modules(dotted, module.path) if dotted else ()
            if len(targets) == 1:
                yield targets[0]
                yield from self._packages_above(targets[0], dotted)

    def _packages_above(self, path: str, dotted: str) -> Iterator[str]:
        """The ``__init__`` modules that an import by the whole name runs on its way to a module.

        Those of a relative import ran before the module that it stands in.
        """
        folder = posixpath.dirname(path.removesuffix("/__init__.py"))
        for _ in range(0 if dotted.startswith(".") else dotted.count(".")):
            if f"{folder}/__init__.py" in self._modules:
                yield f"{folder}/__init__.py"
            folder = posixpath.dirname(folder)


def _scope(tree: ast.Module, line: int) -> tuple[int, int] | None:
    """(first, last line) of the function around a line, (0, 0) at module level; None where a branch decides whether it runs."""
    body: Sequence[ast.stmt] = tree.body
    scope = (0, 0)
    while True:
        inner = next((node for node in body if node.lineno <= line <= (node.end_lineno or node.lineno)), None)
        if inner is None:
            return scope
        if isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef):
            if line < inner.body[0].lineno:
                return scope  # a default or an annotation
            scope = (inner.lineno, inner.end_lineno or inner.lineno)
        elif isinstance(inner, _BRANCHES) and not _always(inner, line):
            return None
        body = [child for child in ast.iter_child_nodes(inner) if isinstance(child, ast.stmt)]


def _passes_on(handler: ast.ExceptHandler) -> bool:
    """Whether a handler lets a mistake of the program through: it is for other failures, or ends in one of its own."""
    last = handler.body[-1]
    fails = isinstance(last, ast.Raise) or (isinstance(last, ast.Assert) and ast.unparse(last.test) == "False")
    named = {node.id for node in ast.walk(handler.type) if isinstance(node, ast.Name)} if handler.type else set()
    return fails or not (takes_all(handler) or named & _MISTAKES)


_MISTAKES = frozenset({"TypeError", "NameError", "AttributeError"})


def _always(node: ast.stmt, line: int) -> bool:
    """Whether the line is the test itself, the body of ``if __name__ == "__main__"``, or tried where no failure is taken."""
    if isinstance(node, ast.Try):
        tried = node.body[0].lineno <= line <= (node.body[-1].end_lineno or line)
        return tried and all(_passes_on(handler) for handler in node.handlers)
    if isinstance(node, ast.If):
        return line < node.body[0].lineno or ast.unparse(node.test) == "__name__ == '__main__'"
    return isinstance(node, ast.While) and line < node.body[0].lineno
