"""Task runners: Makefile, justfile, Taskfile, tox, nox, invoke, npm and Python project scripts."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from configparser import ConfigParser, Error

from msgspec import Struct

from analyzer.artifacts.python_source import PythonModule
from analyzer.artifacts.shell import ShellCommand, parse_shell
from analyzer.artifacts.yaml_reader import EMPTY, Node, read_yaml
from analyzer.findings import Place

__all__ = [
    "Task",
    "TaskFile",
    "parse_justfile",
    "parse_makefile",
    "parse_mlproject",
    "parse_nox",
    "parse_package_json",
    "parse_pyproject_tasks",
    "parse_taskfile",
    "parse_tox",
]


class Task(Struct, frozen=True):
    """One target. ``script`` is shell text whose first line stands on ``script_line``.

    ``end_line`` is the last line of the script where text with escapes can have more lines than the file, else 0.
    """

    path: str
    name: str
    line: int
    script: str
    script_line: int
    needs: tuple[str, ...] = ()
    end_line: int = 0

    @property
    def place(self) -> Place:
        """The line of the target's name."""
        return Place(self.path, self.line)

    @property
    def commands(self) -> tuple[ShellCommand, ...]:
        """The commands of the recipe; their lines count from ``script_line``."""
        return parse_shell(self.script)

    def place_of(self, command: ShellCommand) -> Place:
        """The line of the file on which a command stands."""
        line = self.script_line + command.line - 1
        return Place(self.path, min(line, self.end_line) if self.end_line else line)


class TaskFile(Struct, frozen=True):
    """A task runner's file; ``tool`` is the command that runs its tasks."""

    path: str
    tool: str
    tasks: tuple[Task, ...]
    error: str = ""

    def named(self, name: str) -> Task | None:
        """The task of that name."""
        return next((task for task in self.tasks if task.name == name), None)

    @property
    def place(self) -> Place:
        """The first task."""
        return self.tasks[0].place if self.tasks else Place(self.path, 1)


_RULE = re.compile(r"^(?P<names>[A-Za-z0-9_.${}()/%-][^:=#\t]*?)\s*::?(?![=:])\s*(?P<needs>[^=#]*)(?:#.*)?$")
_VARIABLE = re.compile(r"^(?:export\s+)?(\w+)\s*(?:\?|:|::|\+)?=\s*(.*)$")
_EXPANSION = re.compile(r"\$[({](\w+)[)}]")


def parse_makefile(path: str, text: str) -> TaskFile:
    """Parse a Makefile (GNU make): targets, prerequisites and recipes, simple variables substituted."""
    variables: dict[str, str] = {}
    tasks: list[Task] = []
    names: list[str] = []
    needs: tuple[str, ...] = ()
    head = 0
    recipe: list[str] = []
    first = 0

    def close() -> None:
        if names:
            script = "\n".join(recipe)
            tasks.extend(Task(path, name, head, script, first or head, needs) for name in names)

    lines = text.split("\n")
    for number, line in enumerate(lines, 1):
        continued = number > 1 and lines[number - 2].endswith("\\")
        if (line.startswith("\t") or (recipe and line.startswith("    ")) or (recipe and continued)) and names:
            first = first or number
            recipe += [""] * (number - first - len(recipe))
            recipe.append(_recipe_line(line, variables))
            continue
        if not line.strip() or line.startswith("#"):
            continue
        variable = _VARIABLE.match(line)
        rule = None if variable else _RULE.match(line)
        if variable:
            variables[variable.group(1)] = _expand(variable.group(2).strip(), variables)
        elif rule:
            close()
            names = [name for name in rule.group("names").split() if name != ".PHONY"]
            raw_needs, _, inline = rule.group("needs").partition(";")
            needs, head, recipe, first = tuple(raw_needs.split()), number, [], 0
            if inline.strip():
                recipe, first = [_recipe_line(inline, variables)], number
    close()
    return TaskFile(path, "make", tuple(task for task in tasks if not task.name.startswith(".")))


def _expand(text: str, variables: Mapping[str, str]) -> str:
    return (
        _EXPANSION.sub(lambda match: variables.get(match.group(1), match.group()), text)[:2000] if "$" in text else text
    )


def _recipe_line(line: str, variables: Mapping[str, str]) -> str:
    stripped = line.strip()
    ignores = stripped[:2].strip("@+").startswith("-")
    plain = _expand(stripped.lstrip("@-+ "), variables).replace("$$", "$")
    plain = plain.replace("$(MAKE)", "make").replace("${MAKE}", "make")
    plain = _EXPANSION.sub(r"${\1}", plain)
    return f"{plain} || true" if ignores and not plain.endswith("\\") else plain


_JUST_RECIPE = re.compile(
    r"^@?([A-Za-z_][\w-]*)((?:\s+[+*$]*[\w-]+(?:\s*=\s*(?:'[^']*'|\"[^\"]*\"|[^\s:'\"]+))?)*)\s*:(?!=)\s*(.*)$"
)


def parse_justfile(path: str, text: str) -> TaskFile:
    """Parse a justfile (https://just.systems/man/en/)."""
    tasks: list[Task] = []
    name, head, first = "", 0, 0
    needs: tuple[str, ...] = ()
    recipe: list[str] = []
    for number, line in enumerate([*text.split("\n"), "end:"], 1):
        if line[:1] in (" ", "\t") and name:
            first = first or number
            recipe += [""] * (number - first - len(recipe))
            recipe.append(line.strip().lstrip("@-"))
            continue
        match = _JUST_RECIPE.match(line)
        if match:
            if name:
                tasks.append(Task(path, name, head, "\n".join(recipe), first or head, needs))
            name, head, recipe, first = match.group(1), number, [], 0
            needs = tuple(word.strip("()") for word in match.group(3).split("#")[0].split() if word != "&&")
    return TaskFile(path, "just", tuple(tasks))


def parse_taskfile(path: str, text: str) -> TaskFile:
    """Parse a Taskfile (https://taskfile.dev/reference/schema/)."""
    file = read_yaml(text)
    root = file.documents[0] if file.documents else EMPTY
    tasks: list[Task] = []
    for name, line, node in root.get("tasks").items():
        commands = node if node.kind != "mapping" else node.get("cmds") or node.get("cmd")
        needs = [item.text or item.get("task").text for item in node.get("deps")]
        needs += [called for item in commands if (called := item.get("task").text)]
        script, first, last = _script(commands)
        tasks.append(Task(path, name, line, script, first, tuple(need for need in needs if need), last))
    return TaskFile(path, "task", tuple(tasks), file.error)


def _script(node: Node) -> tuple[str, int, int]:
    """The text of the commands, its first line and its last."""
    items = [node] if node.kind == "scalar" else [item if item.kind == "scalar" else item.get("cmd") for item in node]
    items = [item for item in items if item.text]
    if not items:
        return "", node.line, node.line
    first = items[0].line + (1 if items[0].block else 0)
    lines: list[str] = []
    for item in items:
        start = item.line + (1 if item.block else 0)
        lines += [""] * max(start - first - len(lines), 0)
        lines += item.text.rstrip("\n").split("\n")
    return "\n".join(lines), first, max(item.end_line for item in items)


def parse_mlproject(path: str, text: str) -> TaskFile:
    """Parse an MLproject file (https://mlflow.org/docs/latest/ml/projects/); entry points are tasks."""
    file = read_yaml(text)
    root = file.documents[0] if file.documents else EMPTY
    tasks = []
    for name, line, node in root.get("entry_points").items():
        script, first, last = _script(node.get("command"))
        tasks.append(Task(path, name, line, script, first, (), last))
    return TaskFile(path, "mlflow", tuple(tasks), file.error)


_INI_COMMENT = re.compile(r"^[ \t]*[#;].*$", re.MULTILINE)
_INI_COMMANDS = re.compile(r"commands\s*(?:[=:]|$)")


def parse_tox(path: str, text: str) -> TaskFile:
    """Parse tox.ini, or the ``tox:`` sections of setup.cfg (https://tox.wiki/)."""
    parser = ConfigParser(strict=False, interpolation=None, allow_no_value=True)
    try:
        parser.read_string(_INI_COMMENT.sub("", text))  # the parser drops comment lines, so that lines shift
    except (Error, ValueError, AttributeError) as problem:  # configparser trips over lines that continue no value
        return TaskFile(path, "tox", (), str(problem).split("\n", 1)[0][:160])
    tasks = []
    for section in parser.sections():
        if section.split(":", 1)[0] in ("testenv", "tox") and parser.has_option(section, "commands"):
            value = parser.get(section, "commands") or ""
            script = value.strip("\n").replace("{posargs}", "")
            line = _line_of(text, f"[{section}]")
            first = _line_where(text, _INI_COMMANDS, line) + len(value) - len(value.lstrip("\n"))
            tasks.append(Task(path, section.partition(":")[2] or section, line, script, first))
    return TaskFile(path, "tox", tuple(tasks))


def _line_of(text: str, words: str, after: int = 1) -> int:
    """The first line from ``after`` on that begins with ``words``, or ``after``."""
    return _line_where(text, re.compile(re.escape(words)), after)


def _line_where(text: str, pattern: re.Pattern[str], after: int = 1) -> int:
    for number, line in enumerate(text.split("\n"), 1):
        if number >= after and pattern.match(line.strip()):
            return number
    return after


def parse_nox(module: PythonModule, tool: str) -> TaskFile:
    """Read the sessions of a noxfile, or the tasks of an invoke ``tasks.py``, from a parsed module."""
    decorator = {"nox": "nox.session", "invoke": "invoke.task"}[tool]
    tasks = []
    for function in module.functions:
        if any(name.startswith(decorator) for name in function.decorators):
            runs = [
                call for call in module.calls if call.scope == function.qualname and call.last in ("run", "run_always")
            ]
            lines: list[str] = []
            for call in runs:
                words = " ".join(arg for arg in call.args if isinstance(arg, str))
                lines += [""] * max(call.line - function.line - len(lines), 0)
                lines.append(words)
            tasks.append(Task(module.path, function.name, function.line, "\n".join(lines), function.line))
    return TaskFile(module.path, tool, tuple(tasks))


def parse_package_json(path: str, text: str) -> TaskFile:
    """Read the scripts of a package.json."""
    try:
        document = json.loads(text)
        scripts = document.get("scripts") if isinstance(document, dict) else None
    except (ValueError, RecursionError) as problem:
        return TaskFile(path, "npm", (), f"no valid JSON: {problem}"[:160])
    return TaskFile(path, "npm", tuple(_mapped(path, text, scripts, _line_of(text, '"scripts"'))))


def parse_pyproject_tasks(path: str, text: str) -> tuple[TaskFile, ...]:
    """Read the tasks that tools keep in pyproject.toml: poe, pdm, hatch, rye, taskipy."""
    try:
        tool = tomllib.loads(text).get("tool", {})
    except (ValueError, RecursionError):
        return ()
    tables = {
        "poe": ("poe", "tasks"),
        "pdm": ("pdm", "scripts"),
        "rye": ("rye", "scripts"),
        "task": ("taskipy", "tasks"),
    }
    found = []
    for name, keys in tables.items():
        table: object = tool
        for key in keys:
            table = table.get(key) if isinstance(table, dict) else None
        if isinstance(table, dict):
            found.append(
                TaskFile(path, name, tuple(_mapped(path, text, table, _line_of(text, f"[tool.{'.'.join(keys)}"))))
            )
    hatch = tool.get("hatch") if isinstance(tool, dict) else None
    environments = hatch.get("envs") if isinstance(hatch, dict) else None
    tasks = [
        task
        for name, table in (environments.items() if isinstance(environments, dict) else ())
        for task in _mapped(
            path,
            text,
            table.get("scripts") if isinstance(table, dict) else None,
            _line_of(text, f"[tool.hatch.envs.{name}.scripts"),
        )
    ]
    return (*found, TaskFile(path, "hatch", tuple(tasks))) if tasks else tuple(found)


def _mapped(path: str, text: str, scripts: object, after: int) -> Iterator[Task]:
    """Tasks of a table of names and commands that begins on line ``after``."""
    if not isinstance(scripts, dict):
        return
    for name, value in scripts.items():
        command = value.get("cmd") or value.get("shell") if isinstance(value, dict) else value
        needs: tuple[str, ...] = ()
        if isinstance(value, list):  # one after the other, other tasks by their names
            parts = [part for part in value if isinstance(part, str)]
            needs = tuple(part for part in parts if part in scripts)
            command = " && ".join(part for part in parts if part not in scripts)
        elif isinstance(command, list):
            command = " ".join(str(part) for part in command)
        if isinstance(command, str):
            named = re.escape(str(name))
            at = re.compile(rf"[{{,\s]*[\"']?{named}[\"']?\s*[:=.]|\[[\w.-]+\.[\"']?{named}[\"']?\]")
            line = _line_where(text, at, after)
            yield Task(path, str(name), line, command, line, needs, line)
