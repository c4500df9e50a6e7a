"""The calls of one module under their full names, by what they are known for and where they stand."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from msgspec import Struct, field

from analyzer.artifacts.python_source import Call, PythonModule
from analyzer.knowledge.python_calls import LIBRARIES, roles_of

__all__ = ["ResolvedCalls"]


class ResolvedCalls(Struct, dict=True):
    """The calls of one module under their full names, its names that are defined here, and the modules asked for them.

    ``owners`` are the paths of the classes that its names call, as in ``Trainer().fit``.
    """

    module: PythonModule
    calls: tuple[Call, ...]
    asked: dict[str, PythonModule]
    owners: dict[str, str] = field(default_factory=dict)
    definitions: dict[str, tuple[str, str] | None] = field(default_factory=dict)

    @cached_property
    def by_role(self) -> Mapping[str, tuple[Call, ...]]:
        """The calls by what they are known for."""
        found: dict[str, list[Call]] = {}
        imported: set[str] = set()
        for call, written in zip(self.calls, self.module.calls, strict=True):
            roles = roles_of(call.name)
            if roles and call is written:
                imported = imported or {item.module.partition(".")[0] for item in self.module.all_imports}
                head, dot, rest = call.name.partition(".")
                if dot and head not in imported and head in LIBRARIES and imported:
                    roles = roles_of(f".{rest}")  # a variable that is called like a library
            for role in roles:
                found.setdefault(role, []).append(call)
        return {role: tuple(calls) for role, calls in found.items()}

    @cached_property
    def by_scope(self) -> Mapping[str, tuple[Call, ...]]:
        """The calls by the functions around them: each under its own scope and all that enclose it."""
        found: dict[str, list[Call]] = {}
        for call in self.calls:
            scope = call.scope
            found.setdefault(scope, []).append(call)
            while "." in scope:
                scope = scope.rpartition(".")[0]
                found.setdefault(scope, []).append(call)
        return {scope: tuple(calls) for scope, calls in found.items()}
