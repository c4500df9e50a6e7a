"""The time that each phase of an analysis takes by itself: without the phases that begin within it."""

from __future__ import annotations

import functools
import sys
import time
from collections.abc import Callable
from types import FunctionType
from typing import Any

__all__ = ["measured_phases"]

_NAMED = {
    ("analyzer.snapshot", "open_git"): "list",
    ("analyzer.snapshot", "Snapshot.fetch"): "read",
    ("analyzer.inventory", "take_inventory"): "inventory",
    ("analyzer.engine", "decide"): "rules",
    ("analyzer.technologies", "find_technologies"): "technologies",
    ("analyzer.soundness", "find_defects"): "soundness",
    ("analyzer.wiring.build", "build_wiring"): "wiring",
    ("analyzer.wiring.summary", "summarize"): "wiring",
    ("analyzer.outcomes", "find_outcomes"): "outcomes",
    ("analyzer.claims", "find_claims"): "claims",
    ("analyzer.authenticity", "look_beside"): "authenticity",
    ("analyzer.interview.choice", "interview_questions"): "interview",
    ("analyzer.commands", "CommandResolver.follow"): "commands",
    ("analyzer.artifacts.infrastructure_code", "read_infrastructure"): "parse infrastructure code",
    ("analyzer.code", "Code._resolved"): "code index",
    ("analyzer.code", "Code._reached"): "code reach",
}
"""Functions, methods and cached properties by their module and name. Functions named ``parse_...`` are phases too."""


class _Clock:
    def __init__(self) -> None:
        self.spent: dict[str, float] = {}
        self._running = ["rest"]
        self._since = time.perf_counter()

    def switch(self) -> None:
        now = time.perf_counter()
        name = self._running[-1]
        self.spent[name] = self.spent.get(name, 0.0) + now - self._since
        self._since = now

    def timed(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def wrapper(*args: Any, **keywords: Any) -> Any:
            self.switch()
            self._running.append(name)
            try:
                return function(*args, **keywords)
            finally:
                self.switch()
                self._running.pop()

        return wrapper


def measured_phases(action: Callable[[], object]) -> dict[str, float]:
    """Run ``action`` once with a clock around each phase; return the seconds of each."""
    clock = _Clock()
    undo: list[tuple[object, str, object]] = []

    def replace(owner: object, name: str, value: object) -> None:
        undo.append((owner, name, vars(owner)[name]))
        setattr(owner, name, value)

    modules = [module for name, module in sorted(sys.modules.items()) if name.split(".")[0] in ("analyzer", "rules")]
    for module in modules:
        for name, value in list(vars(module).items()):
            phase = _phase(value) if isinstance(value, FunctionType | functools._lru_cache_wrapper) else ""
            if phase:
                replace(module, name, clock.timed(phase, value))
    for (home, qualified), phase in _NAMED.items():
        owner, _, name = qualified.rpartition(".")
        if owner:
            kind = getattr(sys.modules[home], owner)
            value = vars(kind)[name]
            if isinstance(value, functools.cached_property):
                timed = functools.cached_property(clock.timed(phase, value.func))
                timed.__set_name__(kind, name)
                replace(kind, name, timed)
            else:
                replace(kind, name, clock.timed(phase, value))
    try:
        action()
        clock.switch()
    finally:
        for owner, name, value in reversed(undo):
            setattr(owner, name, value)
    return clock.spent


def _phase(function: Any) -> str:
    named = _NAMED.get((function.__module__, function.__qualname__), "")
    parses = function.__name__.startswith("parse_") and function.__module__.startswith("analyzer.artifacts")
    return named or (function.__name__.replace("_", " ") if parses else "")
