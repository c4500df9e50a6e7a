"""Jupyter notebooks (nbformat 3 and 4): the code cells as one module, with lines of the file itself."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping

from msgspec import Struct, field

from analyzer.artifacts.python_source import PythonModule, parse_python

__all__ = ["Notebook", "Output", "parse_notebook"]

_MAGIC = re.compile(r"^(\s*)(?:[%!?]|\w+\s*=\s*[!%])")
_CELL_MAGIC = re.compile(r"^\s*%%(\w+)")
_PYTHON_CELLS = frozenset({"time", "timeit", "capture", "prun"})
_DEEPEST = 120
_MOST_OUTPUTS = 400
_LONGEST_OUTPUT = 5000


class Output(Struct, frozen=True):
    """Text that a cell printed or returned, with the code of the cell; each cut to a few thousand characters."""

    text: str
    source: str


class Notebook(Struct, frozen=True):
    """A notebook.

    ``shell`` holds (line, command) of ``!`` lines, ``markdown`` the prose cells with their lines, ``outputs`` the texts
    of the first few hundred outputs.
    """

    path: str
    module: PythonModule
    shell: tuple[tuple[int, str], ...] = ()
    markdown: tuple[tuple[int, str], ...] = ()
    outputs: tuple[Output, ...] = ()
    executed: bool = False
    error: str = ""


class _Reader(Struct):
    raw: str
    position: int = 0
    line: int = 1
    source: list[str] = field(default_factory=list)
    lines: dict[int, int] = field(default_factory=dict)
    shell: list[tuple[int, str]] = field(default_factory=list)

    def locate(self, text: str) -> int:
        """Line of the file on which a source line stands; searched forward from the last one."""
        if not self._go(json.dumps(text, ensure_ascii=False)[1:-1]):
            self._go(json.dumps(text)[1:-1])
        return self.line

    def enter(self, key: str) -> None:
        """Go on to the source of the next cell, past what stands before it (outputs, metadata)."""
        self._go(f'"{key}"')

    def _go(self, text: str) -> bool:
        found = self.raw.find(text, self.position) if text.strip() else -1
        if found >= 0:
            self.line += self.raw.count("\n", self.position, found)
            self.position = found + len(text)
        return found >= 0

    def add(self, text: str) -> None:
        self.source.append(text)
        self.lines[len(self.source)] = self.line


def parse_notebook(path: str, raw: str) -> Notebook:
    """Parse a notebook; never raises. Lines with magics are blanked, other languages' cells left out."""
    document, error = _load(raw)
    cells = list(_cells(document))
    reader = _Reader(raw)
    markdown: list[tuple[int, str]] = []
    outputs: list[Output] = []
    executed = False
    for cell in cells:
        key = "source" if "source" in cell else "input"
        reader.enter(key)
        source = _joined(cell.get(key))
        if cell.get("cell_type") == "code":
            _read_code(reader, source)
            executed = executed or isinstance(cell.get("execution_count", cell.get("prompt_number")), int)
            if len(outputs) < _MOST_OUTPUTS:
                outputs += (Output(text, source[:_LONGEST_OUTPUT]) for text in _outputs(cell))
        elif cell.get("cell_type") == "markdown" and source.strip():
            first = next(line for line in source.split("\n") if line.strip())
            markdown.append((reader.locate(first), source))
    module = parse_python(path, "\n".join(reader.source), notebook=True, lines=reader.lines)
    return Notebook(path, module, tuple(reader.shell), tuple(markdown), tuple(outputs), executed, error or module.error)


def _load(raw: str) -> tuple[Mapping[str, object], str]:
    if raw[:100_000].count("[[[[[[[[") > _DEEPEST:
        return {}, "nested too deeply"
    try:
        document = json.loads(raw) if raw.strip() else {}
    except (ValueError, RecursionError) as problem:
        return {}, f"no valid JSON: {problem}"[:160]
    return (document, "") if isinstance(document, dict) else ({}, "no notebook: the JSON is no object")


def _cells(document: Mapping[str, object]) -> Iterator[Mapping[str, object]]:
    groups: list[object] = [document.get("cells")]
    sheets = document.get("worksheets")
    if isinstance(sheets, list):
        groups += [sheet.get("cells") for sheet in sheets if isinstance(sheet, dict)]
    for group in groups:
        if isinstance(group, list):
            yield from (cell for cell in group if isinstance(cell, dict))


def _joined(source: object) -> str:
    if isinstance(source, list):
        return "".join(item for item in source if isinstance(item, str))
    return source if isinstance(source, str) else ""


def _read_code(reader: _Reader, source: str) -> None:
    magic = _CELL_MAGIC.match(source)
    foreign = bool(magic) and magic is not None and magic.group(1) not in _PYTHON_CELLS
    for text in source.split("\n"):
        line = reader.locate(text) if text.strip() else reader.line
        stripped = text.strip()
        if foreign:
            if magic and magic.group(1) in ("bash", "sh") and not stripped.startswith("%%"):
                reader.shell.append((line, text))
            continue
        match = _MAGIC.match(text)
        if match:
            if stripped.startswith("!"):
                reader.shell.append((line, stripped[1:]))
            reader.add(match.group(1) + "pass")
        else:
            reader.add(text)
    reader.add("")


def _outputs(cell: Mapping[str, object]) -> list[str]:
    found: list[str] = []
    outputs = cell.get("outputs")
    for output in outputs[:50] if isinstance(outputs, list) else []:
        if not isinstance(output, dict):
            continue
        data = output.get("data")
        texts = [output.get("text")]
        if isinstance(data, dict):
            texts += [data.get("text/plain"), data.get("text/markdown")]
        for text in texts:
            joined = _joined(text)
            if joined:
                found.append(joined[:_LONGEST_OUTPUT])
    return found
