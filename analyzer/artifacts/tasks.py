"""Tasks, whatever runs them; the files of just, Task and MLflow projects."""

from __future__ import annotations

import re
from collections.abc import Mapping

from msgspec import Struct

from analyzer.artifacts.shell import ShellCommand, parse_shell
from analyzer.artifacts.yaml_reader import EMPTY, Node, read_yaml
from analyzer.findings import Place

__all__ = ["Task", "TaskFile", "line_of", "line_where", "parse_justfile", "parse_mlproject", "parse_taskfile"]


class Task(Struct, frozen=True):
    """One target. ``script`` is shell text whose first line stands on ``script_line``.

    ``end_line`` is the last line of the script where text with escapes can have more lines than the file, else 0.
    ``folder`` is where it runs, relative to its file.
    """

    path: str
    name: str
    line: int
    script: str
    script_line: int
    needs: tuple[str, ...] = ()
    end_line: int = 0
    folder: str = ""

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
    """A task runner's file; ``tool`` is the command that runs its tasks.

    ``aliases`` are other names of tasks, ``includes`` (namespace, path as written) of files whose tasks belong to it,
    ``default`` the tasks that run where none is named, ``fallback`` the one that stands for a name without its own.
    ``refused`` is the first line that stops the runner from reading the file, or 0.
    """

    path: str
    tool: str
    tasks: tuple[Task, ...]
    error: str = ""
    aliases: tuple[tuple[str, str], ...] = ()
    includes: tuple[tuple[str, str], ...] = ()
    default: tuple[str, ...] = ()
    fallback: str = ""
    refused: int = 0

    def named(self, name: str) -> Task | None:
        """The task of that name, alias or pattern (``test-%``)."""
        name = dict(self.aliases).get(name, name)
        found = next((task for task in self.tasks if task.name == name), None)
        return found or next((task for task in self.tasks if _fits(name, task.name)), None)

    @property
    def place(self) -> Place:
        """The first task."""
        return self.tasks[0].place if self.tasks else Place(self.path, 1)


def _fits(name: str, pattern: str) -> bool:
    """Whether a pattern rule of make means a name."""
    head, percent, tail = pattern.partition("%")
    longer = len(name) > len(head) + len(tail)
    return bool(percent and (head or tail)) and longer and name.startswith(head) and name.endswith(tail)


_JUST_RECIPE = re.compile(
    r"^@?([A-Za-z_][\w-]*)((?:\s+[+*$]*[\w-]+(?:\s*=\s*(?:'[^']*'|\"[^\"]*\"|[^\s:'\"]+))?)*)\s*:(?!=)\s*(.*)$"
)


_JUST_VALUE = re.compile(r"^(?:export\s+)?([A-Za-z_][\w-]*)\s*:=\s*([\"'])(.*)\2\s*(?:#.*)?$")
_JUST_ALIAS = re.compile(r"^alias\s+([\w-]+)\s*:=\s*([\w:-]+)")
_JUST_IMPORT = re.compile(r"^(?:import\??\s+[\"']([^\"']+)|mod\??\s+([\w-]+)(?:\s+[\"']([^\"']+))?)")
_JUST_GIVEN = re.compile(r"\{\{\s*([\w-]+)\s*\}\}")


def parse_justfile(path: str, text: str) -> TaskFile:
    """Parse a justfile (https://just.systems/man/en/): recipes, aliases, imports and modules; variables are substituted."""
    tasks: list[Task] = []
    lines = text.split("\n")
    values = {match.group(1): match.group(3) for line in lines if (match := _JUST_VALUE.match(line))}
    name, head, first = "", 0, 0
    needs: tuple[str, ...] = ()
    recipe: list[str] = []
    for number, line in enumerate([*lines, "end:"], 1):
        if line[:1] in (" ", "\t") and name:
            first = first or number
            recipe += [""] * (number - first - len(recipe))
            goes_on = bool(recipe) and recipe[-1].endswith("\\")
            recipe.append(_just_line(line.strip(), values, goes_on=goes_on))
            continue
        match = _JUST_RECIPE.match(line)
        if match:
            if name:
                tasks.append(Task(path, name, head, "\n".join(recipe), first or head, needs))
            name, head, recipe, first = match.group(1), number, [], 0
            needs = tuple(word.strip("()") for word in match.group(3).split("#")[0].split() if word != "&&")
    aliases = tuple((match.group(1), match.group(2)) for line in lines if (match := _JUST_ALIAS.match(line)))
    includes: list[tuple[str, str]] = []
    for line in lines:
        if not (found := _JUST_IMPORT.match(line)):
            continue
        imported, module, where = found.groups()
        includes += (
            [("", imported)]
            if imported
            else [(module, place) for place in ([where] if where else [f"{module}.just", module])]
        )
    return TaskFile(path, "just", tuple(tasks), aliases=aliases, includes=tuple(includes))


def _just_line(line: str, values: Mapping[str, str], *, goes_on: bool) -> str:
    """A line of a recipe without just's own marks, which one that goes on from the line before has none of."""
    plain = line if goes_on else line.lstrip("@-")
    ignored = "-" in line[: len(line) - len(plain)] and not plain.endswith("\\")
    plain = _JUST_GIVEN.sub(lambda match: values.get(match.group(1), match.group()), plain) if "{{" in plain else plain
    return f"{plain} || true" if ignored else plain


_TASK_GIVEN = re.compile(r"\{\{-?\s*\.(\w+)\s*-?\}\}")


def parse_taskfile(path: str, text: str) -> TaskFile:
    """Parse a Taskfile (https://taskfile.dev/reference/schema/): tasks, includes, aliases; variables are substituted."""
    file = read_yaml(text)
    root = file.documents[0] if file.documents else EMPTY
    values = {name: node.text for name, _, node in root.get("vars").items() if node.kind == "scalar"}
    tasks: list[Task] = []
    aliases: list[tuple[str, str]] = []
    for name, line, node in root.get("tasks").items():
        commands = node if node.kind != "mapping" else node.get("cmds") or node.get("cmd")
        needs = [item.text or item.get("task").text for item in node.get("deps")]
        needs += [called for item in commands if (called := item.get("task").text)]
        script, first, last = _script(commands)
        known = values | {key: value.text for key, _, value in node.get("vars").items() if value.kind == "scalar"}
        script = _TASK_GIVEN.sub(lambda match: known.get(match.group(1), f"${{{match.group(1)}}}"), script)  # noqa: B023
        folder = node.get("dir").text
        tasks.append(Task(path, name, line, script, first, tuple(need for need in needs if need), last, folder))
        aliases += ((alias, name) for alias in node.get("aliases").texts())
    includes = tuple((space, node.text or node.get("taskfile").text) for space, _, node in root.get("includes").items())
    return TaskFile(path, "task", tuple(tasks), file.error, tuple(aliases), includes, ("default",))


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
    return TaskFile(path, "mlflow", tuple(tasks), file.error, default=("main",))


def line_of(text: str, words: str, after: int = 1) -> int:
    """The first line from ``after`` on that begins with ``words``, or ``after``."""
    return line_where(text, re.compile(re.escape(words)), after)


def line_where(text: str, pattern: re.Pattern[str], after: int = 1) -> int:
    """The first line from ``after`` on that matches a pattern, or ``after``."""
    for number, line in enumerate(text.split("\n"), 1):
        if number >= after and pattern.match(line.strip()):
            return number
    return after
