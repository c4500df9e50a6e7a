"""Tasks that Python and JavaScript projects keep: nox and invoke, package.json, pyproject.toml and files like it."""

from __future__ import annotations

import json
import re
import sys
import tomllib
from collections.abc import Collection, Iterator, Mapping

from analyzer.artifacts.python_source import Call, Function, PythonModule
from analyzer.artifacts.tasks import Task, TaskFile, line_of, line_where
from analyzer.artifacts.tox import parse_tox_table

__all__ = ["parse_nox", "parse_package_json", "parse_pipfile_scripts", "parse_pyproject_tasks"]

_DECORATORS = {"nox": "nox.session", "invoke": "invoke.task"}
_RUNS = frozenset({"run", "run_always", "run_install"})


def parse_nox(module: PythonModule, tool: str) -> TaskFile:
    """Read the sessions of a noxfile, or the tasks of an invoke ``tasks.py``, from a parsed module."""
    decorator = _DECORATORS[tool]
    heads = {call.decorates: call for call in module.calls if call.decorates and call.name.startswith(decorator)}
    calls: dict[str, list[Call]] = {}
    for call in module.calls:
        if call.scope:
            calls.setdefault(call.scope, []).append(call)
    tasks = []
    aliases: list[tuple[str, str]] = []
    left_out: set[str] = set()
    for function in module.functions:
        head = heads.get(function.name)
        if head is None or not any(name.startswith(decorator) for name in function.decorators):
            continue
        named = head.keyword("name")
        name = named if isinstance(named, str) and named else function.name
        aliases += ((other, name) for other in {function.name, function.name.replace("_", "-")} - {name})
        if head.keyword("default") is False:
            left_out.add(name)
        tasks.append(_session(module, name, function, head, calls.get(function.qualname, [])))
    return TaskFile(
        module.path, tool, tuple(tasks), aliases=tuple(aliases), default=_sessions(module, tool, tasks, left_out)
    )


def _session(module: PythonModule, name: str, function: Function, head: Call, calls: list[Call]) -> Task:
    lines: list[str] = []
    imported = {item.module for item in module.imports if item.root not in _NO_PROJECT}
    needs = [getattr(item, "dotted", "") for item in head.args]  # invoke: @task(lint)
    for keyword in ("pre", "requires"):
        value = head.keyword(keyword)
        needs += [item if isinstance(item, str) else getattr(item, "dotted", "") for item in _items(value)]
    for call in calls:
        if call.last == "notify":
            needs += call.texts()[:1]
        elif line := _command_of(call, function, imported):
            lines += [""] * max(call.line - function.line - len(lines), 0)
            lines.append(line)
    return Task(
        module.path, name, function.line, "\n".join(lines), function.line, tuple(need for need in needs if need)
    )


def _command_of(call: Call, function: Function, imported: Collection[str]) -> str:
    """The command line that a call in a task runs, or an empty text.

    A helper that is handed the context runs what it is given; a function of a module that the task imports is what
    ``python -c`` would run.
    """
    given = " ".join(arg for arg in call.args if isinstance(arg, str))
    context = function.parameters[0] if function.parameters else ""
    handed = bool(call.args) and getattr(call.args[0], "dotted", "") == context != ""
    module, dot, name = call.name.rpartition(".")
    if call.last in _RUNS or (handed and given and not dot):
        return given
    own = module in imported and name[:1].islower()
    return f'python -c "from {module} import {name}; {name}()"' if own else ""


_NO_PROJECT = frozenset(sys.stdlib_module_names)


def _items(value: object) -> tuple[object, ...]:
    return value if isinstance(value, tuple) else ()


def _sessions(module: PythonModule, tool: str, tasks: list[Task], left_out: set[str]) -> tuple[str, ...]:
    """The sessions that run where none is named: those of ``nox.options.sessions``, else all that are not left out."""
    if tool != "nox":
        return ()
    for item in module.assignments:
        if item.target == "nox.options.sessions":
            return tuple(name for name in _items(item.value) if isinstance(name, str))
    return tuple(task.name for task in tasks if task.name not in left_out)


def parse_package_json(path: str, text: str) -> TaskFile:
    """Read the scripts of a package.json."""
    try:
        document = json.loads(text)
        scripts = document.get("scripts") if isinstance(document, dict) else None
    except (ValueError, RecursionError) as problem:
        return TaskFile(path, "npm", (), f"no valid JSON: {problem}"[:160])
    return TaskFile(path, "npm", tuple(_mapped(path, text, scripts, line_of(text, '"scripts"'))))


def parse_pipfile_scripts(path: str, text: str) -> TaskFile:
    """Read the scripts of a Pipfile."""
    scripts = _document(text).get("scripts")
    return TaskFile(path, "pipenv", tuple(_mapped(path, text, scripts, line_of(text, "[scripts"))))


_TABLES: dict[str, tuple[str, ...]] = {
    "poe": ("poe", "tasks"),
    "pdm": ("pdm", "scripts"),
    "rye": ("rye", "scripts"),
    "task": ("taskipy", "tasks"),
    "pixi": ("pixi", "tasks"),
}
# Files of one tool alone: the table of pyproject.toml that they are.
_OF_ONE_TOOL = {"pixi.toml": "pixi", "hatch.toml": "hatch", "poe_tasks.toml": "poe"}


def parse_pyproject_tasks(path: str, text: str) -> tuple[TaskFile, ...]:
    """Read the tasks that tools keep in pyproject.toml or a file of their own: poe, pdm, hatch, rye, pixi, taskipy, tox."""
    document = _document(text)
    name = path.rsplit("/", 1)[-1].lower()
    alone = _OF_ONE_TOOL.get(name, "")
    tool: Mapping[str, object] = {alone: document} if alone else _table(document, "tool")
    prefix = "" if alone else "tool."
    found = []
    for runner, keys in _TABLES.items():
        table = _table(tool, *keys)
        head = ".".join(keys[1:] if alone else keys)
        tasks = list(_mapped(path, text, table, line_of(text, f"[{prefix}{head}")))
        if runner == "pixi":
            for feature in _table(tool, "pixi", "feature"):
                more = _table(tool, "pixi", "feature", feature, "tasks")
                at = line_of(text, f"[{prefix}{'' if alone else 'pixi.'}feature.{feature}.tasks")
                tasks += _mapped(path, text, more, at)
        if table or tasks:
            found.append(TaskFile(path, runner, tuple(tasks)))
    scripts = [
        task
        for environment in _table(tool, "hatch", "envs")
        for task in _mapped(
            path,
            text,
            _table(tool, "hatch", "envs", environment, "scripts"),
            line_of(text, f"[{prefix}{'' if alone else 'hatch.'}envs.{environment}.scripts"),
        )
    ]
    if scripts:
        found.append(TaskFile(path, "hatch", tuple(scripts)))
    if tox := _table(tool, "tox"):
        found.append(parse_tox_table(path, text, dict(tox)))
    return tuple(found)


def _document(text: str) -> dict[str, object]:
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError):
        return {}


def _table(table: object, *keys: str) -> Mapping[str, object]:
    for key in keys:
        table = table.get(key) if isinstance(table, dict) else None
    return table if isinstance(table, dict) else {}


_LISTS = ("sequence", "composite", "chain", "parallel")
_NEEDS = ("deps", "uses", "depends-on", "depends_on", "depends")


def _mapped(path: str, text: str, scripts: object, after: int) -> Iterator[Task]:
    """Tasks of a table of names and commands that begins on line ``after``."""
    if not isinstance(scripts, Mapping):
        return
    for name, value in scripts.items():
        commands, needs = _parts(value, scripts)
        if not isinstance(value, str | list | dict):
            continue
        named = re.escape(str(name))
        at = re.compile(rf"[{{,\s]*[\"']?{named}[\"']?\s*[:=.]|\[[\w.-]+\.[\"']?{named}[\"']?\]")
        line = line_where(text, at, after)
        yield Task(path, str(name), line, " && ".join(commands), line, tuple(needs), line, _folder(value))


def _folder(value: object) -> str:
    found = value.get("cwd") if isinstance(value, dict) else None
    return found if isinstance(found, str) else ""


def _parts(value: object, scripts: Mapping[str, object], depth: int = 0) -> tuple[list[str], list[str]]:
    """(commands, other tasks) of what stands for a task: a command, a list of them and of tasks, a table with either."""
    commands: list[str] = []
    needs: list[str] = []
    if isinstance(value, str):
        commands.append(value)
    elif isinstance(value, list):
        for part in value:
            name = part.split(None, 1)[0] if isinstance(part, str) and part.strip() else ""
            if name in scripts:
                needs.append(name)
            elif depth < 3:
                inner, others = _parts(part, scripts, depth + 1)
                commands += inner
                needs += others
    elif isinstance(value, dict):
        command = value.get("cmd") or value.get("shell")
        if isinstance(command, list):
            command = " ".join(str(word) for word in command)
        if isinstance(command, str):
            commands.append(command)
        for key in _LISTS:
            if isinstance(value.get(key), list) and depth < 3:
                inner, others = _parts(value[key], scripts, depth + 1)
                commands += inner
                needs += others
        for key in ("ref", "task"):
            if isinstance(value.get(key), str):
                needs.append(value[key].split(None, 1)[0] if value[key].strip() else "")
        for key in _NEEDS:
            asked = value.get(key)
            listed = list(asked.values()) if isinstance(asked, dict) else asked if isinstance(asked, list) else [asked]
            for item in listed:
                other = item.get("task") if isinstance(item, dict) else item
                if isinstance(other, str) and other.strip():
                    needs.append(other.split(None, 1)[0])
    return commands, [need for need in needs if need]
