"""What pipelines of all CI systems have in common."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from msgspec import Struct, field
from msgspec.structs import replace

from analyzer.artifacts.shell import ShellCommand, parse_shell
from analyzer.artifacts.yaml_reader import Node
from analyzer.findings import Place

__all__ = ["MOST_VARIANTS", "Finder", "Job", "Pipeline", "Step", "Trigger", "nothing_found", "script_step", "variants"]

Finder = Callable[[str], Iterable[tuple[str, str]]]
"""Gives (path, text) of the files of the repository that a path or a pattern of paths means."""


def nothing_found(pattern: str) -> Iterable[tuple[str, str]]:
    """The finder of a file that is read alone."""
    del pattern
    return ()


class Trigger(Struct, frozen=True):
    """What starts a pipeline: ``push``, ``pull_request``, ``schedule``, ``manual``, ``call`` or ``event``."""

    kind: str
    line: int
    paths: tuple[str, ...] = ()
    branches: tuple[str, ...] = ()


class Step(Struct, frozen=True):
    """One step: a script (``run``, its text beginning on ``run_line``) or a ready-made action (``uses``)."""

    path: str
    line: int
    end_line: int
    name: str = ""
    run: str = ""
    run_line: int = 0
    uses: str = ""
    inputs: Mapping[str, str] = field(default_factory=dict)
    folder: str = ""
    condition: str = ""
    allow_failure: bool = False

    @property
    def place(self) -> Place:
        """The lines of the step."""
        return Place(self.path, self.line, self.end_line)

    @property
    def commands(self) -> tuple[ShellCommand, ...]:
        """The commands of the script; their lines count from its first line."""
        return parse_shell(self.run)

    def place_of(self, command: ShellCommand) -> Place:
        """The line of the file on which a command of this step stands."""
        return Place(self.path, min((self.run_line or self.line) + command.line - 1, max(self.end_line, self.line)))


class Job(Struct, frozen=True):
    """One job. ``uses`` names a reusable pipeline, ``manual`` one that waits for a person, ``runner`` the labels of what runs it."""

    path: str
    name: str
    line: int
    steps: tuple[Step, ...] = ()
    condition: str = ""
    needs: tuple[str, ...] = ()
    images: tuple[str, ...] = ()
    uses: str = ""
    manual: bool = False
    allow_failure: bool = False
    environment: str = ""
    runner: str = ""

    @property
    def place(self) -> Place:
        """The line of the job's name."""
        return Place(self.path, self.line)


class Pipeline(Struct, frozen=True):
    """One CI configuration file."""

    path: str
    system: str
    name: str = ""
    triggers: tuple[Trigger, ...] = ()
    jobs: tuple[Job, ...] = ()
    error: str = ""

    @property
    def place(self) -> Place:
        """The line of the first trigger, else of the first job."""
        line = self.triggers[0].line if self.triggers else self.jobs[0].line if self.jobs else 1
        return Place(self.path, line)

    @property
    def kinds(self) -> frozenset[str]:
        """The kinds of its triggers."""
        return frozenset(trigger.kind for trigger in self.triggers)


def script_step(
    path: str, node: Node, *, name: str = "", folder: str = "", allow_failure: bool = False, parts: Sequence[Node] = ()
) -> Step:
    """A step from a scalar or a list of scalars that are shell lines; ``parts`` are those of the list that count."""
    if node.kind == "sequence":
        parts = parts or [item for item in node if item.kind == "scalar"]
        lines: list[str] = []
        first = parts[0].line if parts else node.line
        for part in parts:
            gap = part.line + (1 if part.block else 0) - first - sum(line.count("\n") + 1 for line in lines)
            lines += [""] * max(gap, 0)
            lines.append(part.text.rstrip("\n"))
        return Step(
            path, node.line, node.end_line, name, "\n".join(lines), first, folder=folder, allow_failure=allow_failure
        )
    start = node.line + (1 if node.block else 0)
    return Step(path, node.line, node.end_line, name, node.text, start, folder=folder, allow_failure=allow_failure)


MOST_VARIANTS = 24
"""Combinations of a matrix that are looked at."""


def variants(
    step: Step, rows: Iterable[Mapping[str, str]], filled: Callable[[str, Mapping[str, str]], str]
) -> tuple[Step, ...]:
    """A step as a matrix makes it: one for each different command or folder that ``filled`` makes of a row."""
    found = dict.fromkeys((filled(step.run, row), filled(step.folder, row)) for row in rows)
    return tuple(replace(step, run=run, folder=folder) for run, folder in found) or (step,)
