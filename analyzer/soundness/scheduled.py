"""Deployments of Prefect that run a flow without what it needs, or deploy what the flow has answered."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence

from analyzer.artifacts.python_source import Call, Function, PythonModule
from analyzer.artifacts.python_values import Name
from analyzer.repository import Repository
from analyzer.soundness.defect import Defect

__all__ = ["failing_schedules"]

_BUILT = frozenset({"build_from_flow", "DeploymentSpec"})
_OF_FLOW = frozenset({"serve", "deploy", "to_deployment"})
_TIMES = ("schedule", "schedules", "cron", "interval", "rrule")
_CALLED = r"\bflow\s*=\s*{}\s*\("
_MOST_NAMES = 3


def failing_schedules(repository: Repository) -> Iterator[Defect]:
    """Flows on a schedule whose parameters have neither a default nor a value, and calls where the flow itself is asked for.

    Source: https://docs.prefect.io/v3/how-to-guides/deployments/create-deployments
    """
    for module in repository.modules:
        schedules = sorted(call.line for call in module.calls if "Schedule" in call.name)
        for call in module.calls:
            if not (call.last in _BUILT or call.last in _OF_FLOW) or not any(map(call.has_keyword, _TIMES)):
                continue
            function = _flow(repository, module, call)
            if function is None:
                continue
            written = "\n".join(repository.lines(module.path)[call.line - 1 : call.end_line])
            if call.last in _BUILT and re.search(_CALLED.format(rf"(?:\w+\.)*{re.escape(function.name)}"), written):
                sentence = (
                    f"the schedule is given what {function.name} answers and not the flow, which runs here and now"
                )
            elif function.required and not call.has_keyword("parameters"):
                *others, last = function.parameters[: min(function.required, _MOST_NAMES)]
                needed = f"{', '.join(others)} and {last}" if others else last
                sentence = f"the schedule starts {function.name} without {needed}, and nothing else gives a value"
            else:
                continue
            yield Defect(module.path, _line_of_schedule(schedules, call), "schedule-start", sentence)


def _flow(repository: Repository, module: PythonModule, call: Call) -> Function | None:
    """The function of the repository that is deployed, where it is a flow and no method."""
    if call.last in _OF_FLOW:
        name = call.name.rpartition(".")[0]
    else:
        given = call.keyword("flow") or (call.args[0] if call.args else None)
        name = given.dotted if isinstance(given, Name) else ""
    found = repository.world.definition(name, module.path) if name else None
    other = repository.world.module(found[0]) if found else None
    function = other.function_at.get(found[1]) if other and found else None
    if function is None or "." in function.qualname:
        return None
    return function if any(item.rsplit(".", 1)[-1] == "flow" for item in function.decorators) else None


def _line_of_schedule(schedules: Sequence[int], call: Call) -> int:
    """The line on which the times are told, which is what a report shows; that of the call where they are no object."""
    index = bisect_right(schedules, call.line)
    return schedules[index] if index < len(schedules) and schedules[index] <= call.end_line else call.line
