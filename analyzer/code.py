"""All Python of a repository as one body of code: calls by role, local modules, and what is never reached."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any

from msgspec.structs import replace

from analyzer.artifacts.python_source import (
    Call,
    Class,
    Comparison,
    Condition,
    Function,
    Import,
    PythonModule,
    Text,
)
from analyzer.artifacts.python_values import Name
from analyzer.knowledge.python_calls import LIBRARIES, roles_of
from analyzer.local_modules import LocalModules
from analyzer.reached import reached_scopes
from analyzer.remembered import remembered
from analyzer.resolved_calls import ResolvedCalls

__all__ = ["Code"]

_STEPS = 4
_MOST_STARS = 40
"""Modules that are looked at for a name because somebody imports whatever they have."""
# How orchestrators and queues have a decorated function run: what follows is no method of what it returns.
_SUBMITS = frozenset({"submit", "map", "delay", "apply_async", "remote", "fn", "with_options", "expand", "partial"})


class Code:
    """A set of modules, with answers from indexes that are built once.

    Args:
        modules: the modules to answer about.
        world: all modules of the repository, among which names are resolved; ``modules`` when not given.
        outside: names that files other than Python call (entry points of containers, functions, workflows).
        started: whether a file other than Python names the module at a path (a command, a deployment, a page).
        table: gives a table, by its name, of what other commits found out; of the world alone.
    """

    def __init__(
        self,
        modules: Iterable[PythonModule],
        world: Code | None = None,
        outside: frozenset[str] = frozenset(),
        started: Callable[[str], bool] = lambda path: True,
        table: Callable[[Hashable], dict[str, Any]] | None = None,
    ) -> None:
        self.modules = tuple(modules)
        self._world = world or self
        self._outside = outside
        self._started = started
        self._table = table
        self._asked: dict[str, PythonModule] = {}
        self._owners: dict[str, str] = {}

    def __bool__(self) -> bool:
        return bool(self.modules)

    # -- queries ---------------------------------------------------------------------------------------------

    @remembered
    def calls(self, *roles: str, reached: bool = True) -> tuple[Call, ...]:
        """Calls that play any of the roles, in order of modules and lines; only reached code unless told otherwise."""
        found = [call for role in roles for call in self._playing(role)]
        if reached:
            found = [call for call in found if self.is_reached(call.path, call.scope)]
        if len(roles) > 1:
            found = sorted(dict.fromkeys(found), key=lambda call: (call.path, call.line, call.name))
        return tuple(found)

    def has(self, *roles: str) -> bool:
        """Whether a reached call plays any of the roles."""
        return any(self.is_reached(call.path, call.scope) for role in roles for call in self._playing(role))

    def imports(self, *roots: str) -> tuple[Import, ...]:
        """Imports of these top-level packages whose names are used."""
        wanted = frozenset(roots)
        return tuple(item for module in self.modules for item in module.used_imports if item.root in wanted)

    @cached_property
    def roots(self) -> frozenset[str]:
        """All top-level packages that are imported and used."""
        return frozenset(item.root for module in self.modules for item in module.used_imports if item.root)

    def texts(self, pattern: re.Pattern[str], *words: str) -> Iterator[Text]:
        """Strings in which the pattern is found.

        Args:
            pattern: what is looked for.
            words: in lower case; every match holds one of them. Modules without any are passed over.
        """
        for module in self.modules:
            if not words or any(word in module.said for word in words):
                yield from (text for text in module.texts if pattern.search(text.value))

    @property
    def functions(self) -> Iterator[Function]:
        """All functions that are reached and no stubs."""
        for module in self.modules:
            for function in module.functions:
                if not function.stub and self.is_reached(module.path, function.qualname):
                    yield function

    @property
    def classes(self) -> Iterator[Class]:
        """All classes."""
        return (item for module in self.modules for item in module.classes)

    @property
    def comparisons(self) -> Iterator[Comparison]:
        """Orderings that decide something, in reached code."""
        for module in self.modules:
            for item in module.comparisons:
                if self.is_reached(module.path, item.scope):
                    yield item

    @property
    def conditions(self) -> Iterator[Condition]:
        """Conditions in reached code."""
        for module in self.modules:
            for item in module.conditions:
                if self.is_reached(module.path, item.scope):
                    yield item

    def module(self, path: str) -> PythonModule | None:
        """The module at a path."""
        return self._by_path.get(path)

    def calls_in(self, path: str, scope: str) -> tuple[Call, ...]:
        """The calls of a function, those of functions within it included."""
        found = self._resolved.get(path)
        return found.by_scope.get(scope, ()) if found else ()

    def reaches(self, path: str, scope: str, role: str, steps: int = 3) -> Call | None:
        """The first call with the role that a function makes, itself or through local functions; the nearest comes first."""
        found = (self._with_role(path, scope, role, away) for away in range(steps))
        return next((call for call in found if call), None)

    def comes_to(self, path: str, scope: str, wanted: frozenset[tuple[str, int]], steps: int = 3) -> Call | None:
        """The first call on one of the lines, each a path and a number, that a function makes in the same way."""
        found = (self._on_line(path, scope, wanted, away) for away in range(steps))
        return next((call for call in found if call), None)

    @remembered  # each function is asked once for each distance, however many call it
    def _with_role(self, path: str, scope: str, role: str, away: int) -> Call | None:
        if not away:
            return next((call for call in self.calls_in(path, scope) if role in roles_of(call.name)), None)
        found = (self._with_role(*target, role, away - 1) for target in self._called_from(path, scope))
        return next((call for call in found if call), None)

    @remembered
    def _on_line(self, path: str, scope: str, wanted: frozenset[tuple[str, int]], away: int) -> Call | None:
        if not away:
            return next((call for call in self.calls_in(path, scope) if (call.path, call.line) in wanted), None)
        found = (self._on_line(*target, wanted, away - 1) for target in self._called_from(path, scope))
        return next((call for call in found if call), None)

    @remembered
    def _called_from(self, path: str, scope: str) -> tuple[tuple[str, str], ...]:
        """The local functions that a function calls or hands to what calls them, in order."""
        called = (target for _, target in self.local_calls(path, scope))
        return tuple(dict.fromkeys((*called, *self._handed_on(path, scope))))

    def _handed_on(self, path: str, scope: str) -> Iterator[tuple[str, str]]:
        """The local functions that stand as arguments in the calls of a function: ``background.add_task(retrain)``."""
        module = self._world._by_path.get(path)
        for call in self.calls_in(path, scope) if module else ():
            for value in (*call.args, *(call.keywords or {}).values()):
                if not isinstance(value, Name):
                    continue
                inner = f"{scope}.{value.dotted}"
                if module and scope and inner in module.function_at:
                    yield path, inner
                elif target := self._own_method(path, scope, value.dotted) or self.definition(value.dotted, path):
                    yield target

    def local_calls(self, path: str, scope: str) -> Iterator[tuple[Call, tuple[str, str]]]:
        """The calls of a function that come to local functions, each with the path and qualified name of what it calls."""
        for call in self.calls_in(path, scope):
            target = self._own_method(call.path, call.scope, call.name) or self.definition(call.name, path)
            if target:
                yield call, target

    def _own_method(self, path: str, scope: str, name: str) -> tuple[str, str] | None:
        """The method that a name asks of ``self`` in the class around it."""
        head, _, rest = name.partition(".")
        module = self._world._by_path.get(path) if head == "self" else None
        method = f"{scope.partition('.')[0]}.{rest}"
        return (path, method) if module and method in module.function_at else None

    @cached_property
    def imported(self) -> frozenset[str]:
        """The paths of the modules of the repository of which another of these modules uses something."""
        local = self._world.local
        found = (
            (module.path, local.find(name, module.path))
            for module in self.modules
            for item in module.used_imports
            for name in (item.module, item.dotted)
            if name.strip(".")
        )
        return frozenset(path for importer, path in found if path and path != importer)

    # -- indexes ---------------------------------------------------------------------------------------------

    @cached_property
    def _by_path(self) -> Mapping[str, PythonModule]:
        return {module.path: module for module in self.modules}

    @cached_property
    def _resolved(self) -> Mapping[str, ResolvedCalls]:
        """The calls of each module under their full names; those that another commit found are kept where they hold."""
        if self._world is not self:
            return {module.path: self._world._resolved[module.path] for module in self.modules}
        paths = frozenset((module.path, module.notebook) for module in self.modules)
        known: dict[str, ResolvedCalls] = self._table(("resolved calls", paths)) if self._table else {}
        for module in self.modules:
            kept = known.get(module.path)
            same = kept and all(self._by_path.get(path) is asked for path, asked in kept.asked.items())
            if kept is None or kept.module is not module or not same:
                self._asked, self._owners = {}, {}
                calls = tuple(self._canonical(call) for call in module.calls)
                known[module.path] = ResolvedCalls(module, calls, self._asked, self._owners)
        return {module.path: known[module.path] for module in self.modules}

    @remembered
    def _playing(self, role: str) -> tuple[Call, ...]:
        """All calls with a role."""
        return tuple(call for found in self._resolved.values() for call in found.by_role.get(role, ()))

    @cached_property
    def local(self) -> LocalModules:
        """The modules by their dotted names."""
        if self._world is not self:
            return self._world.local
        return LocalModules(module.path for module in self.modules if not module.notebook)

    def _canonical(self, call: Call) -> Call:
        """The call under the name of what a local function returns, where its own name begins with one."""
        name = call.name
        for _ in range(_STEPS):
            following = self._through_local(name, call.path)
            if following is None or following == name:
                break
            name = following
        return call if name == call.name else replace(call, name=name)

    @cached_property
    def _hops(self) -> dict[tuple[str, str], str | None]:
        return {}

    def _through_local(self, name: str, path: str) -> str | None:
        head, dot, _ = name.partition(".")
        module = self._world._by_path.get(path)
        if module is None or (not dot and head not in module.function_at):
            return None
        key = (path, name)
        if key not in self._hops:
            self._hops[key] = self._hop(name, path)
        return self._hops[key]

    def _hop(self, name: str, path: str) -> str | None:
        target, rest = self._split(name, path)
        if target is None or not rest:
            return None
        where, local = target
        module = self._world._by_path[where]
        function = module.function_at.get(local)
        if function and function.decorators and rest.split(".", 1)[0] in _SUBMITS:
            return None
        if function and function.returned and function.returned[0] != local:
            returned = function.returned[0]
            return f"{returned}.{rest}" if not returned.startswith(".") else None
        owner = module.class_at.get(local)
        if owner:
            self._owners[f"{owner.name}()"] = where
            method, _, after = rest.partition(".")
            made = module.function_at.get(f"{local}.{method}") if after else None
            if made and (given := next((item for item in made.returned if item.partition(".")[0] in LIBRARIES), "")):
                return f"{given}.{after}"
            if rest.split(".", 1)[0] in owner.methods or not owner.bases or not owner.bases[0]:
                return f"{owner.name}().{rest}" if not name.startswith(f"{owner.name}().") else None
            return f"{owner.bases[0]}.{rest}"
        return None

    def _split(self, name: str, path: str, hops: int = 3) -> tuple[tuple[str, str] | None, str]:
        """Split a dotted name into a definition of this repository and what follows it; ``hops`` modules may hand it on."""
        module = self._world._by_path.get(path)
        if module is None:
            return None, name
        head, _, rest = name.partition(".")
        defined = bool(head) and (head in module.function_at or head in module.class_at)
        if defined and not (rest and self.local.find(f"{head}.{rest.split('.', 1)[0]}", path)):
            return (path, head), rest
        parts = name.split(".")
        lead = len(name) - len(name.lstrip("."))
        # Most names are of libraries and variables, and no module of ours begins as they do.
        longest = min(len(parts) - 1, 6) if not head or self.local.begins(head) else 0
        for end in range(longest, 0, -1):
            dotted = ".".join(parts[:end])
            if not dotted.strip("."):
                dotted = "." * lead
            where = self.local.find(dotted, path) if dotted else None
            if where and where in self._world._by_path and end < len(parts):
                found = self._world._by_path[where]
                self._asked[where] = found
                local = parts[end]
                if local in found.function_at or local in found.class_at:
                    return (where, local), ".".join(parts[end + 1 :])
                handed = next((item for item in found.imports if item.alias == local and item.name), None)
                if handed and hops:
                    return self._split(".".join((handed.dotted, *parts[end + 1 :])), where, hops - 1)
                if found.stars and hops:
                    return self._through_stars(".".join(parts[end:]), where, hops - 1)
        return self._through_stars(name, path, hops) if head in module.unbound and module.stars else (None, name)

    def _through_stars(self, name: str, path: str, hops: int) -> tuple[tuple[str, str] | None, str]:
        """The same for a name that a module has of those of which it imports whatever they have."""
        head, _, rest = name.partition(".")
        seen, pending = {path}, [path]
        while pending and len(seen) < _MOST_STARS:
            importer = pending.pop(0)
            for star in self._world._by_path[importer].stars[:_MOST_STARS]:
                where = self.local.find(star, importer)
                found = self._world._by_path.get(where) if where and where not in seen else None
                if found is None:
                    continue
                seen.add(found.path)
                pending.append(found.path)
                self._asked[found.path] = found
                if head in found.function_at or head in found.class_at:
                    return (found.path, head), rest
                handed = next((item for item in found.imports if item.alias == head and item.name), None)
                if handed and hops:
                    return self._split(f"{handed.dotted}.{rest}" if rest else handed.dotted, found.path, hops - 1)
        return None, name

    def definition(self, name: str, path: str) -> tuple[str, str] | None:
        """(path, qualified name) of the local function that a call names, or None."""
        if self._world is not self:
            return self._world.definition(name, path)
        found = self._resolved.get(path)
        if found is None:
            return None
        if name not in found.definitions:
            self._asked = found.asked
            found.definitions[name] = self._defined(name, path)
        return found.definitions[name]

    def _defined(self, name: str, path: str) -> tuple[str, str] | None:
        made, _, rest = name.partition(".")
        where = self._resolved[path].owners.get(made)
        if where:
            method = f"{made.removesuffix('()')}.{rest.split('.', 1)[0]}"
            return (where, method) if method in self._world._by_path[where].function_at else None
        target, rest = self._split(name, path)
        if target is None:
            return None
        where, local = target
        module = self._world._by_path[where]
        if not rest:
            return target if local in module.function_at else None
        method = f"{local}.{rest.split('.', 1)[0]}"
        return (where, method) if method in module.function_at else target if local in module.function_at else None

    # -- reach -----------------------------------------------------------------------------------------------

    def is_reached(self, path: str, scope: str) -> bool:
        """Whether code of a scope can be reached from a script, a decorator, a test or another file."""
        if not scope or (path, scope) in self._world._reached:
            return True
        module = self._world._by_path.get(path)
        if module is None:
            return True
        while scope and scope not in module.function_at:  # the level of a class runs with what it stands in
            scope = scope.rpartition(".")[0]
        return not scope or (path, scope) in self._world._reached

    def reached_in(self, path: str) -> frozenset[str]:
        """The scopes of a module that are reached, the module's own level aside."""
        return self._world._reached_by_path.get(path, frozenset())

    @cached_property
    def _reached_by_path(self) -> Mapping[str, frozenset[str]]:
        found: dict[str, set[str]] = {}
        for path, scope in self._reached:
            found.setdefault(path, set()).add(scope)
        return {path: frozenset(scopes) for path, scopes in found.items()}

    @cached_property
    def _reached(self) -> frozenset[tuple[str, str]]:
        return reached_scopes(self.modules, self._outside, self._started)
