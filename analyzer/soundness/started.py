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

__all__ = ["relative_starts"]

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


def _started(command: str) -> Iterator[str]:
    yield from (match.group(1) for match in _PROGRAM.finditer(command))
    yield from (f"{match.group(1)}.py" for match in _SERVED.finditer(command))


def _first_relative(layout: Layout, module: PythonModule) -> int:
    found = (
        item.line for item in module.all_imports if item.module.startswith(".") and not (item.guarded or item.deferred)
    )
    return min(found, default=0)
