"""Functions whose outcome decides something, and the conditions that ask them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from analyzer.artifacts.python_source import Condition, Function
from analyzer.code import Code

__all__ = ["asking", "deciders"]

_STEPS = 3


def deciders(code: Code, decides: Callable[[Function], bool]) -> dict[str, Function]:
    """Functions for which ``decides`` holds, and those that return what such a function returned, by name in lower case."""
    found = {function.name.lower(): function for function in code.functions if decides(function)}
    for _ in range(_STEPS):
        more = {
            function.name.lower(): function
            for function in code.functions
            if function.name.lower() not in found
            and any(name.rsplit(".", 1)[-1].lower() in found for name in function.returned)
        }
        if not more:
            break
        found |= more
    return found


def asking(
    code: Code, names: dict[str, Function], acts: re.Pattern[str], *, joined: bool = False
) -> Iterator[tuple[Condition, Function]]:
    """Conditions that ask one of the functions and guard an act that the pattern finds.

    With ``joined`` also those that ask a variable made of what several of them answer.
    """
    for condition in code.conditions if names else ():
        if not any(acts.search(act) for act in condition.acts):
            continue
        asked = next((names[word] for word in condition.asked if word in names), None) or next(
            (
                names[call.last.lower()]
                for call in (code.calls_in(condition.path, condition.scope) if joined else ())
                if call.last.lower() in names and condition.asked == (call.assigned.lower(),)
            ),
            None,
        )
        if asked:
            yield condition, asked
