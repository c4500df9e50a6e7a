"""Flows and steps of orchestrators in code, and stages that the project's own code ties together."""

from __future__ import annotations

from collections import Counter

from analyzer.artifacts.python_source import Call, Function
from analyzer.code import Code
from analyzer.knowledge.python_calls import roles_of
from analyzer.queries.leading import lines_of
from analyzer.repository import Repository

__all__ = ["MOST_STAGES", "called_by", "chained", "joined", "largest_first", "started"]


def started(code: Code, calls: tuple[Call, ...]) -> tuple[Call, ...]:
    """Calls without the decorators of functions that nothing starts or that only print."""
    return tuple(
        call
        for call in calls
        if not call.decorates
        or not (module := code.module(call.path))
        or not (same := [item for item in module.functions if item.name == call.decorates])
        or any(code.is_reached(item.path, item.qualname) and not _only_says(code, item) for item in same)
    )


def _only_says(code: Code, function: Function) -> bool:
    """Whether a function does nothing but say something: an example that was never filled."""
    calls = code.calls_in(function.path, function.qualname)
    return bool(calls) and all(call.name == "print" or call.root == "logging" for call in calls)


def largest_first(code: Code, flows: tuple[Call, ...], steps: tuple[Call, ...]) -> tuple[Call, ...]:
    """Flows with those first that come to training, of these the one that ties most stages; others in their order."""
    steps_of = Counter(step.path for step in steps)

    def trains(flow: Call) -> bool:
        return any(code.reaches(flow.path, scope, "model.fit", steps=4) for scope in _scopes(code, flow))

    def stages(flow: Call) -> int:
        return len(called_by(code, flow)) if flow.decorates else steps_of[flow.path]

    return tuple(sorted(flows, key=lambda flow: (not trains(flow), -stages(flow)))) if len(flows) > 1 else flows


def joined(flows: tuple[Call, ...], steps: tuple[Call, ...]) -> bool:
    """Whether flows have two steps together; those of Airflow have theirs where they are declared."""
    if not all(flow.root == "airflow" for flow in flows):
        return len(steps) >= _SEVERAL
    steps_of = Counter(step.path for step in steps)
    away = not steps_of.keys() <= {flow.path for flow in flows}
    return any(steps_of[flow.path] >= _SEVERAL for flow in flows) or (away and len(steps) >= _SEVERAL)


_SEVERAL = 2


def called_by(code: Code, flow: Call) -> set[tuple[str, str]]:
    """The functions of the repository that a flow calls."""
    calls = (call for scope in _scopes(code, flow) for call in code.calls_in(flow.path, scope))
    return {target for call in calls if (target := code.definition(call.name, flow.path))}


def _scopes(code: Code, flow: Call) -> list[str]:
    """The functions that a flow decorates, or in which it is made."""
    module = code.module(flow.path)
    name = flow.decorates or flow.scope
    return [item.qualname for item in module.functions if item.name == name] if module else []


_STAGES = frozenset({"data.read", "feature.transform", "model.fit", "data.download"})
MOST_STAGES = 3  # of which one gets the data, in whatever way


def chained(repo: Repository, path: str, scope: str) -> tuple[int, Call | None]:
    """How many stages a function, or a module outside functions, ties together, and the first call that comes to one.

    Two or more, training among them; else none.
    """
    code, training = repo.code, lines_of(repo, "model.fit")
    found: dict[tuple[str, str], tuple[Call, set[str]]] = {}
    for call, target in code.local_calls(path, scope):
        if target[1] != scope and target not in found:
            found[target] = call, {role for role in _STAGES if code.reaches(*target, role, steps=3)}
            if code.comes_to(*target, training):
                found[target][1].add("model.fit")
    stages = {role for _, come in found.values() for role in come}
    if scope:  # what it does itself is a stage too
        stages |= {role for call in code.calls_in(path, scope) for role in _STAGES & roles_of(call.name)}
    first = next((call for call, come in found.values() if come), None)
    chained = first and len(stages) >= 2 and "model.fit" in stages and len(found) >= 2
    return (len(stages), first) if chained else (0, None)
