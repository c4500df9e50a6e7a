"""Names that a well-known library does not have in the version that the project declares."""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.artifacts.python_source import PythonModule
from analyzer.knowledge.library_names import LIBRARIES, Library, library
from analyzer.knowledge.packages import DISTRIBUTIONS
from analyzer.soundness.bindings import ImportedName
from analyzer.soundness.declared import Declared
from analyzer.soundness.defect import Defect
from analyzer.soundness.layout import Layout

__all__ = ["unknown_library_names"]


def unknown_library_names(layout: Layout, declared: Declared) -> Iterator[Defect]:
    """Imports, and uses of a library's own module, that name what no declared version of the library has."""
    for module in layout.repository.modules:
        if module.tree is None or "cookiecutter" in module.path:
            continue
        seen: set[str] = set()
        for item in layout.imports(module):
            if item.guarded or item.module.split(".", 1)[0] not in LIBRARIES:
                continue
            asked = _known(layout, declared, module, item.module)
            if asked is None:
                continue
            sentence = _imported(asked[0], asked[1], item)
            if sentence and sentence not in seen:
                seen.add(sentence)
                yield Defect(module.path, item.line, "library-name", sentence)
        yield from _used(layout, declared, module, seen)


def _known(layout: Layout, declared: Declared, module: PythonModule, dotted: str) -> tuple[Library, int] | None:
    """The library of a module's name with the versions that are declared; None for local and other modules."""
    root = dotted.split(".", 1)[0]
    distribution = LIBRARIES.get(root)
    if distribution is None or layout.exists(root, module.path):
        return None
    table = library(distribution)
    if table is None:
        return None
    among = declared.allowed.get(root)
    if among is None:
        names = DISTRIBUTIONS.get(root, frozenset({distribution}))
        among = declared.allowed[root] = table.matching(declared.versions(names))
    return (table, among) if among else None


def _imported(table: Library, among: int, item: ImportedName) -> str:
    module = item.module
    if table.has_module(module, among) is False:
        head, _, last = module.rpartition(".")
        if not head or table.has_name(head, last, among) is not False:
            return ""
        return f"{module} is imported, but {_where(table, among)} has no such module{_hint(table, module, '')}"
    if not item.name or item.name == "*":
        return ""
    if table.has_name(module, item.name, among) is False and table.has_module(f"{module}.{item.name}", among) is False:
        return f"{item.name} is imported from {module}, but {_where(table, among)} has no such name{_hint(table, module, item.name)}"
    return ""


def _where(table: Library, among: int) -> str:
    versions = table.words(among)
    return f"{table.name} {versions}" if among != table.all else table.name


def _hint(table: Library, module: str, name: str) -> str:
    """In which versions it was, if in any."""
    entry = table.modules.get(module)
    mask = table.has_somewhere(module, name) if name else entry[0] if entry else 0
    return f" (it is in {table.words(mask)})" if mask else ""


def _used(layout: Layout, declared: Declared, module: PythonModule, seen: set[str]) -> Iterator[Defect]:
    """Attributes of the library's modules: ``mlflow.log_metrcs``."""
    whole = {item.alias.split(".", 1)[0]: item.module for item in module.imports if not item.name and not item.guarded}
    roots = {name.split(".", 1)[0] for name in whole.values()}
    called = {call.name for call in module.calls}
    heads = tuple(f"{root}." for root in sorted(roots & LIBRARIES.keys()))
    if not heads:
        return
    uses = {(call.line, call.name) for call in module.calls if call.name.startswith(heads)}
    uses |= {(item.line, item.name) for item in module.references if item.name.startswith(heads)}
    for line, name in sorted(uses):
        asked = _known(layout, declared, module, name)
        if asked is None:
            continue
        table, among = asked
        owner, attribute = _split(table, among, name)
        if not attribute or owner in called or table.has_name(owner, attribute, among) is not False:
            continue
        sentence = (
            f"{owner}.{attribute} is used, but {_where(table, among)} has no such name{_hint(table, owner, attribute)}"
        )
        if sentence not in seen:
            seen.add(sentence)
            yield Defect(module.path, line, "library-name", sentence)


def _split(table: Library, among: int, name: str) -> tuple[str, str]:
    """The longest module in a dotted name, and what is asked of it."""
    parts = name.removesuffix("()").split(".")
    for end in range(len(parts) - 1, 0, -1):
        owner = ".".join(parts[:end])
        if table.has_module(owner, among):
            return owner, parts[end] if parts[end].isidentifier() else ""
    return "", ""
