"""Names that a well-known library does not have in the version that the project declares."""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.artifacts.python_bindings import ImportedName
from analyzer.artifacts.python_source import PythonModule
from analyzer.knowledge.library_names import LIBRARIES, Library, library
from analyzer.knowledge.packages import DISTRIBUTIONS
from analyzer.soundness.declared import Declared
from analyzer.soundness.defect import Defect
from analyzer.soundness.layout import Layout

__all__ = ["unknown_library_names"]


def unknown_library_names(layout: Layout, declared: Declared) -> Iterator[Defect]:
    """Imports, and uses of a library's own module, that name what no declared version of the library has."""
    for module in layout.repository.modules:
        if "cookiecutter" in module.path:
            continue
        imports = module.all_imports
        yield from _of_datetime(module)
        roots = layout.repository.of_file(module.path, _roots, module, imports)
        known = {root: found for root in roots if (found := _known(layout, declared, module, root))}
        if known:
            versions = tuple((root, among) for root, (_, among) in known.items())
            yield from layout.repository.of_file(module.path, _unknown, module, imports, known, by=versions)


def _roots(module: PythonModule, imports: tuple[ImportedName, ...]) -> tuple[str, ...]:
    """The libraries that a module imports and whose names are known."""
    found = [item.module for item in imports if not item.guarded]
    found += [item.module for item in module.imports if not item.name and not item.guarded]
    return tuple(dict.fromkeys(root for name in found if (root := name.split(".", 1)[0]) in LIBRARIES))


_OF_THE_CLASS = frozenset({"now", "today", "utcnow", "strptime", "fromtimestamp", "fromisoformat", "combine"})
"""What the class ``datetime`` has and the module of that name has not."""


def _of_datetime(module: PythonModule) -> Iterator[Defect]:
    """``import datetime; datetime.now()``, the one mistake about the standard library that is made often."""
    bound = {(item.module, item.name) for item in module.imports if item.alias == "datetime"}
    if bound != {("datetime", "")} or any(item.target == "datetime" for item in module.assignments):
        return
    for call in module.calls:
        if call.name.removeprefix("datetime.") in _OF_THE_CLASS and call.name.startswith("datetime."):
            sentence = (
                f"{call.name} is used, but the module datetime has no such name (its class datetime.datetime has)"
            )
            yield Defect(module.path, call.line, "library-name", sentence)
            return


_Known = dict[str, tuple[Library, int]]
"""The libraries of a module by their import names, each with the versions that are declared."""


def _unknown(module: PythonModule, imports: tuple[ImportedName, ...], known: _Known) -> tuple[Defect, ...]:
    found: list[Defect] = []
    seen: set[str] = set()
    for item in imports:
        asked = None if item.guarded else known.get(item.module.split(".", 1)[0])
        sentence = _imported(asked[0], asked[1], item) if asked else ""
        if sentence and sentence not in seen:
            seen.add(sentence)
            found.append(Defect(module.path, item.line, "library-name", sentence))
    if not found:
        found = [defect for root, asked in known.items() if (defect := _apart(module, imports, root, asked))]
    return (*found, *_used(known, module, seen))


def _apart(
    module: PythonModule, imports: tuple[ImportedName, ...], root: str, asked: tuple[Library, int]
) -> Defect | None:
    """The first name of a library that no version has which has the names that are imported before it."""
    table, left = asked
    last = ""
    for item in imports:
        path = item.module
        if item.guarded or path.split(".", 1)[0] != root or not item.name:
            continue
        there = table.has_name(path, item.name, left)
        gone = table.has_module(path, left) is False
        if last and (gone or (there is False and table.has_module(f"{path}.{item.name}", left) is False)):
            held = table.has_somewhere(path, item.name)
            sentence = (
                f"{item.name} is imported from {path} beside {last}, and no version of {table.name} has both"
                f" (it is in {table.words(held)}; the other in {table.words(left)})"
            )
            return Defect(module.path, item.line, "library-name", sentence) if held else None
        narrower = left & table.has_somewhere(path, item.name) if there else left
        if narrower and narrower != left:
            left, last = narrower, f"{item.name} of {path}"
    return None


def _known(layout: Layout, declared: Declared, module: PythonModule, root: str) -> tuple[Library, int] | None:
    """The library of an import name with the versions that are declared; None for local and other modules."""
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


def _used(known: _Known, module: PythonModule, seen: set[str]) -> Iterator[Defect]:
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
        asked = known.get(name.split(".", 1)[0])
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
