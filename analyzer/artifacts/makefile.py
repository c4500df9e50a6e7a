"""Makefiles (https://www.gnu.org/software/make/manual/make.html): targets, prerequisites, recipes, variables, includes."""

from __future__ import annotations

import re
from collections.abc import Mapping

from analyzer.artifacts.tasks import Task, TaskFile

__all__ = ["parse_makefile"]

_RULE = re.compile(r"^(?P<names>[A-Za-z0-9_.${}()/%-][^:=#\t]*?)\s*::?(?![=:])\s*(?P<needs>[^=#]*)(?:#.*)?$", re.DOTALL)
_VARIABLE = re.compile(r"^(?:export\s+|override\s+)*(\w+)\s*(?:\?|:|::|\+)?=\s*(.*)$", re.DOTALL)
_EXPANSION = re.compile(r"\$[({](\w+)[)}]")
_CALL = re.compile(r"\$[({]call\s+(\w+)((?:,[^(){},]*)*)[)}]")
_INCLUDE = re.compile(r"^[-s]?include\s+(.+)$")
_DEFINE = re.compile(r"^(?:override\s+)?define\s+(\w+)")
_PREFIX = re.compile(r"^\.RECIPEPREFIX\s*:?=\s*(\S)")
_GOAL = re.compile(r"^\.DEFAULT_GOAL\s*:?=\s*(\S+)")
_SPECIAL = re.compile(r"\.[A-Z_]+")
_LONGEST = 2000
_DIRECTIVES = frozenset(
    [
        "include",
        "-include",
        "sinclude",
        "define",
        "endef",
        "ifdef",
        "ifndef",
        "ifeq",
        "ifneq",
        "else",
        "endif",
        "export",
        "unexport",
        "override",
        "private",
        "vpath",
        "undefine",
        "load",
        "-load",
    ]
)
_TEMPLATE = re.compile(r"\{\{|\{%")


class _Reader:
    """Reads a Makefile line by line."""

    def __init__(self, path: str, text: str) -> None:
        self._path = path
        self._lines = text.split("\n")
        self._variables: dict[str, str] = {}
        self._tasks: list[Task] = []
        self._includes: list[tuple[str, str]] = []
        self._goal: tuple[str, ...] = ()
        self._names: list[str] = []
        self._needs: tuple[str, ...] = ()
        self._head = self._first = 0
        self._recipe: list[str] = []
        self._prefix = "\t"
        self._ignoring = False
        self._refused = 0
        self._templated = bool(_TEMPLATE.search(text))

    def read(self) -> TaskFile:
        number = 0
        while number < len(self._lines):
            line, number = self._lines[number], number + 1
            if self._is_recipe(line, number):
                self._add(line, number)
            elif defined := _DEFINE.match(line):
                number = self._define(defined.group(1), number)
            elif line.strip() and not line.startswith("#"):
                at = number
                while line.endswith("\\") and number < len(self._lines):
                    line, number = f"{line[:-1].rstrip()} {self._lines[number].strip()}", number + 1
                self._statement(line, at)
        self._close()
        tasks = tuple(task for task in self._tasks if not _SPECIAL.fullmatch(task.name))
        goal, includes = self._goal, tuple(self._includes)
        return TaskFile(self._path, "make", tasks, includes=includes, default=goal, refused=self._refused)

    def _is_recipe(self, line: str, number: int) -> bool:
        if not self._names:
            return False
        continued = bool(self._recipe) and self._lines[number - 2].endswith("\\")
        if line.startswith(self._prefix) or continued:
            return True
        meant = bool(self._recipe) and line.startswith("    ")
        if meant:
            self._refuse(line, number)
        return meant

    def _refuse(self, line: str, number: int) -> None:
        """Keep the first line that is neither rule, assignment, directive nor recipe: make stops there ("missing separator")."""
        plain = line.split("#", 1)[0].strip()
        known = not plain or plain[0] == "$" or ":" in plain or "=" in plain or plain.split()[0] in _DIRECTIVES
        if not (known or self._refused or self._templated or line.startswith("\t")):
            self._refused = number

    def _add(self, line: str, number: int) -> None:
        self._first = self._first or number
        missing = number - self._first - len(self._recipe)
        goes_on = bool(self._recipe) and not missing and self._recipe[-1].endswith("\\")
        self._recipe += [""] * missing
        self._recipe.append(self._command(line.removeprefix(self._prefix), goes_on=goes_on))

    def _command(self, line: str, *, goes_on: bool = False) -> str:
        """One line of a recipe as the shell sees it; what goes on from the line before has no mark of make's own."""
        stripped = line.strip()
        marks = "" if goes_on else stripped[: len(stripped) - len(stripped.lstrip("@-+ "))]
        self._ignoring = self._ignoring if goes_on else "-" in marks
        plain = self._expanded(stripped[len(marks) :]).replace("$$", "$")
        plain = plain.replace("$(MAKE)", "make").replace("${MAKE}", "make")
        plain = _EXPANSION.sub(r"${\1}", plain)
        return f"{plain} || true" if self._ignoring and not plain.endswith("\\") else plain

    def _define(self, name: str, number: int) -> int:
        """Keep the lines of ``define NAME`` on one, as a canned recipe is run; return the line behind ``endef``."""
        body: list[str] = []
        while number < len(self._lines) and self._lines[number].strip() != "endef":
            body.append(self._lines[number].strip().lstrip("@-+ "))
            number += 1
        self._variables[name] = "; ".join(line for line in body if line)[:_LONGEST]
        return number + 1

    def _statement(self, line: str, number: int) -> None:
        line = line.lstrip(" ")  # which make passes over, but for tabs: a line with one is of a recipe
        if prefix := _PREFIX.match(line):
            self._prefix = prefix.group(1)
        elif goal := _GOAL.match(line):
            self._goal = (goal.group(1),)
        elif included := _INCLUDE.match(line):
            self._includes += (("", name) for name in self._expanded(included.group(1)).split())
        elif variable := _VARIABLE.match(line):
            self._variables[variable.group(1)] = self._expanded(variable.group(2).strip())
        elif rule := _RULE.match(line):
            self._close()
            self._names = [name for name in self._expanded(rule.group("names")).split() if name != ".PHONY"]
            needs, _, inline = rule.group("needs").partition(";")
            self._needs = tuple(self._expanded(needs).split())
            self._head, self._recipe, self._first = number, [], 0
            if inline.strip():
                self._recipe, self._first = [self._command(inline)], number
        else:
            self._refuse(line, number)

    def _close(self) -> None:
        script = "\n".join(self._recipe)
        at = self._first or self._head
        self._tasks.extend(Task(self._path, name, self._head, script, at, self._needs) for name in self._names)
        self._names = []

    def _expanded(self, text: str) -> str:
        if "$" not in text:
            return text
        called = _CALL.sub(lambda match: _filled(self._variables.get(match.group(1), ""), match.group(2)), text)
        return _EXPANSION.sub(lambda match: self._variables.get(match.group(1), match.group()), called)[:_LONGEST]


def _filled(body: str, given: str) -> str:
    """A canned recipe with its arguments."""
    values: Mapping[str, str] = {str(index): value.strip() for index, value in enumerate(given.split(","))}
    return _EXPANSION.sub(lambda match: values.get(match.group(1), match.group()), body)


def parse_makefile(path: str, text: str) -> TaskFile:
    """Parse a Makefile (GNU make): targets, prerequisites and recipes, simple variables and calls substituted."""
    return _Reader(path, text).read()
