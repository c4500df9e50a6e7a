"""What running a module comes to: the calls of a role in it, and in what it imports or starts."""

from __future__ import annotations

import re
from collections.abc import Iterator

from analyzer.artifacts.python_source import Import, PythonModule
from analyzer.knowledge.python_calls import roles_of
from analyzer.queries.declared import programs_in
from analyzer.queries.learning import training_calls
from analyzer.remembered import remembered
from analyzer.repository import Repository

__all__ = ["MOST_CALLS", "leads_to", "lines_of", "module_reaches", "run_by"]

_MOST_STEPS = 4
MOST_CALLS = 6
"""How many calls one after the other are followed within the code."""


@remembered
def lines_of(repo: Repository, role: str) -> frozenset[tuple[str, int]]:
    """(path, line) of the calls of a role; of training, those that fit a model."""
    calls = training_calls(repo.code) if role == "model.fit" else repo.code.calls(role)
    return frozenset((call.path, call.line) for call in calls)


@remembered
def run_by(repo: Repository, path: str) -> tuple[str, ...]:
    """The modules of ours that a module starts as processes of their own."""
    module = repo.code.module(path)
    calls = (call for call in (module.calls if module else ()) if "process.start" in roles_of(call.name))
    found = [target for call in calls for target in programs_in(repo, tuple(call.texts()), path)]
    return tuple(dict.fromkeys(target for target in found if target != path))


def module_reaches(repo: Repository, path: str, role: str) -> bool:
    """Whether running a module comes to a call of the role, in itself or in modules of ours that it imports or runs."""
    return leads_to(repo, path, lines_of(repo, role))


@remembered
def leads_to(repo: Repository, path: str, lines: frozenset[tuple[str, int]]) -> bool:
    """Whether running a module comes to one of the lines, in all that it and what it imports or runs may do."""
    wanted = {place for place, _ in lines}
    seen: set[tuple[str, str]] = set()
    level = {(path, "")}
    for _ in range(_MOST_STEPS + 1):
        seen |= level
        if any(_holds(repo, place, name, lines, wanted) for place, name in sorted(level)):
            return True
        level = {found for place, name in level for found in _led_to(repo, place, name)} - seen
    return False


def _holds(repo: Repository, path: str, name: str, lines: frozenset[tuple[str, int]], wanted: set[str]) -> bool:
    """Whether a module, or what is imported from it by a name, comes to one of the lines; importing runs its own level."""
    if not name:
        return path in wanted
    code = repo.code
    on_top = path in wanted and any((call.path, call.line) in lines for call in code.calls_in(path, ""))
    module = code.module(path)
    methods = [item.qualname for item in (module.functions if module else ()) if item.qualname.startswith(f"{name}.")]
    return on_top or any(code.comes_to(path, scope, lines, steps=MOST_CALLS) for scope in (name, *methods))


def _imports_of(module: PythonModule, name: str) -> Iterator[Import]:
    """What a module imports and uses, or what one function or class of it does, with those beside it that it names."""
    if not name:
        yield from module.used_imports
        return
    scopes: dict[str, list[str]] = {}
    for scope in module.names_in:
        scopes.setdefault(scope.split(".", 1)[0], []).append(scope)
    used: set[str] = set()
    pending = [name]
    while pending:
        named = {other for scope in scopes.pop(pending.pop(), ()) for other in module.names_in[scope]} - used
        used |= named
        pending += named
    yield from (item for item in module.used_imports if item.alias.split(".", 1)[0] in used)


@remembered
def _led_to(repo: Repository, path: str, name: str) -> tuple[tuple[str, str], ...]:
    """The modules of ours that a module imports or runs, each with the function or class that alone is imported, or nothing."""
    code = repo.code
    module = code.module(path)
    found: list[tuple[str | None, str]] = []
    for item in _imports_of(module, name) if module else ():
        if item.dotted.strip(".") and (target := code.local.find(item.dotted, path)):
            found.append((target, ""))
        elif item.module.strip(".") and (target := code.local.find(item.module, path)):
            owner = code.module(target)
            known = owner and (item.name in owner.function_at or any(item.name == kind.name for kind in owner.classes))
            found.append((target, item.name if known else ""))
    if module and module.calls:  # settings that only name a program start none
        found += ((target, "") for target in programs_in(repo, tuple(text.value for text in module.texts), path))
    for call in module.calls if module else ():
        if _RUNS_NAMED.search(call.last):
            found += ((code.local.find(text, path), "") for text in call.texts() if _DOTTED.match(text))
    return tuple(dict.fromkeys((target, only) for target, only in found if target and target != path))


# Functions that start a module by its dotted name, a library's or the project's own.
_RUNS_NAMED = re.compile(r"(?i)run|start|launch|exec|import_module")
_DOTTED = re.compile(r"^[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+$")
