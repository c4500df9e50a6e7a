"""Modules that are started by themselves and import as if they were part of a package."""

from __future__ import annotations

import re
from collections.abc import Iterator

from analyzer.artifacts.python_source import PythonModule
from analyzer.findings import Place
from analyzer.queries.commands import all_invocations
from analyzer.queries.containers import packagings
from analyzer.soundness.defect import Defect
from analyzer.soundness.layout import Layout

__all__ = ["leading_out", "relative_starts"]

_SERVED = re.compile(r"\b(?:uvicorn|gunicorn|hypercorn|granian|waitress-serve)\b.*?\s([A-Za-z_]\w*):\w+")
_PROGRAM = re.compile(r"\bpython3?\s+(?:-u\s+)?([\w./-]+\.py)\b")


def relative_starts(layout: Layout) -> Iterator[Defect]:
    """A relative import needs a package: https://docs.python.org/3/reference/import.html#package-relative-imports."""
    repository = layout.repository
    started: dict[str, tuple[str, str]] = {}
    images: dict[str, Place] = {}
    for packaging in packagings(repository):
        for instruction in packaging.dockerfile.starts:
            start = " ".join(instruction.argv)
            for name in _started(start):
                same = [path for path in packaging.code if path.rsplit("/", 1)[-1] == name.rsplit("/", 1)[-1]]
                if len(same) == 1:
                    started.setdefault(same[0], ("relative-start", start))
                    images.setdefault(same[0], instruction.place)
    for item in all_invocations(repository):
        path = repository.program(item) if item.argv[:2] != ("python", "-m") else ""
        if path:
            started.setdefault(path, ("relative-import", item.text))  # by another command it may start
    for path, (kind, command) in started.items():
        module = repository.world.module(path)
        line = _first_relative(layout, module) if module else 0
        if line:
            sentence = f"{command[:60]} starts it by itself, and a relative import needs a package"
            yield Defect(path, line, kind, sentence)
            if image := images.get(path):
                sentence = f"the image starts {path} by itself, and its relative import needs a package"
                yield Defect(image.path, image.line, "image-start", sentence)


def leading_out(layout: Layout) -> Iterator[Defect]:
    """Relative imports that lead out of the package, by all the names under which others import the module.

    Source: https://docs.python.org/3/reference/import.html#package-relative-imports
    """
    modules = layout.repository.modules
    levels = {module.path: found for module in modules if (found := _highest(module))}
    names: dict[str, list[tuple[int, str, str]]] = {}
    for module in modules if levels else ():
        for item in module.all_imports:
            for dotted in (item.module, f"{item.module}.{item.name}") if not item.module.startswith(".") else ():
                target = layout.modules(dotted, module.path)
                if len(target) == 1 and target[0] in levels and target[0] != module.path:
                    packages = dotted.count(".") + target[0].endswith("/__init__.py")
                    names.setdefault(target[0], []).append((packages, module.path, dotted))
    for path, imports in names.items():
        level, line, written = levels[path]
        # Of one name nothing is known: a library may bear it.
        if all(0 < packages < level for packages, _, _ in imports):
            _, importer, dotted = imports[0]
            sentence = f"{written} leads out of the package: {importer} imports the module as {dotted}"
            yield Defect(path, line, "leads-out", sentence)


def _highest(module: PythonModule) -> tuple[int, int, str] | None:
    """(dots, line, name) of the relative import with the most dots, where it has two at least and fails alone."""
    found = [
        (len(item.module) - len(item.module.lstrip(".")), item.line, item.module)
        for item in module.all_imports
        if item.module.startswith("..") and not (item.guarded or item.deferred)
    ]
    return max(found, key=lambda item: (item[0], -item[1]), default=None)


def _started(command: str) -> Iterator[str]:
    yield from (match.group(1) for match in _PROGRAM.finditer(command))
    yield from (f"{match.group(1)}.py" for match in _SERVED.finditer(command))


def _first_relative(layout: Layout, module: PythonModule) -> int:
    found = (
        item.line for item in module.all_imports if item.module.startswith(".") and not (item.guarded or item.deferred)
    )
    return min(found, default=0)
