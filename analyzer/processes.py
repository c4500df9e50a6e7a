"""The commands that a program starts as processes of its own."""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.artifacts.python_source import PythonModule
from analyzer.artifacts.shell import ShellCommand, parse_shell
from analyzer.knowledge.python_calls import roles_of

__all__ = ["commands_started"]

_STARTERS = frozenset({"subprocess", "os", "runpy"})
_FAIL_BY_THEMSELVES = frozenset({"check_call", "check_output"})
_ANSWERS = ("returncode", "sys.exit(", "SystemExit")
"""What a program that does not let the library raise must name to fail when its process does."""


def commands_started(module: PythonModule, text: str) -> Iterator[ShellCommand]:
    """The commands of processes that running a module comes to, as far as their words stand in it.

    ``text`` is that of the module. A command is swallowed where nothing asks whether it failed
    (https://docs.python.org/3/library/subprocess.html).
    """
    if _STARTERS.isdisjoint(item.root for item in module.imports):
        return
    starts = [call for call in module.calls if "process.start" in roles_of(call.name) and call.args]
    if not starts:
        return
    reached = _reached(module)
    asked = any(word in text for word in _ANSWERS)
    for call in starts:
        if call.scope not in reached:
            continue
        swallowed = not (asked or call.last in _FAIL_BY_THEMSELVES or call.keyword("check") is True)
        words = call.args[0]
        if isinstance(words, str):
            for command in parse_shell(words):
                yield ShellCommand(command.argv, call.line, swallowed or command.swallowed)
        elif isinstance(words, tuple) and words and isinstance(words[0], str):
            argv = tuple(word if isinstance(word, str) else "$" for word in words)
            yield ShellCommand(argv, call.line, swallowed)


def _reached(module: PythonModule) -> frozenset[str]:
    """The scopes that running a module comes to by the names of what it calls, and functions that have a decorator.

    By names alone: commands are resolved before it is known which module calls which (``analyzer.reached``).
    """
    called: dict[str, set[str]] = {}
    for call in module.calls:
        called.setdefault(call.scope, set()).add(call.last)
    by_name: dict[str, list[str]] = {}
    for function in module.functions:
        by_name.setdefault(function.name, []).append(function.qualname)
    left = ["", *(function.qualname for function in module.functions if function.decorators)]
    found = set(left)
    while left:
        for name in called.get(left.pop(), ()):
            for scope in by_name.get(name, ()):
                if scope not in found:
                    found.add(scope)
                    left.append(scope)
    return frozenset(found)
