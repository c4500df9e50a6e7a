"""From a command line to what it really runs: through make, just, task, tox, nox, npm, poe, DVC and scripts."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable, Iterator
from fnmatch import fnmatchcase
from itertools import islice
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from analyzer.argv import FLAGS_WITH_TASK, FLAGS_WITH_VALUE, skip_flags, unwrap
from analyzer.artifacts.ci import Job, parse_other
from analyzer.artifacts.shell import ShellCommand, parse_shell
from analyzer.artifacts.tasks import Task, TaskFile
from analyzer.findings import Place
from analyzer.knowledge.commands import CANNOT_FAIL, command_roles
from analyzer.processes import commands_started

if TYPE_CHECKING:
    from analyzer.repository import Repository

__all__ = ["CommandResolver", "Invocation"]

_DEEPEST = 6
_MOST = 2000
_MOST_IN_ALL = 50_000  # commands of one repository beyond which none is followed further
_MOST_BUILD_STEPS = 100  # Cloud Build takes no more: https://cloud.google.com/build/docs/build-config-file-schema
_PLACEHOLDER = re.compile(
    r"\$\{?(?:GITHUB_WORKSPACE|github_workspace|PWD|CI_PROJECT_DIR|WORKSPACE|PROJECT_DIR|ROOT_DIR|SCRIPT_DIR|DIR|BASH_SOURCE\S*)\}?/?|\$\(pwd\)/?|`pwd`/?"
)
_RUNNERS = {
    "make": "make", "gmake": "make", "just": "just", "task": "task", "tox": "tox", "nox": "nox", "poe": "poe",
    "invoke": "invoke", "inv": "invoke", "npm": "npm", "yarn": "npm", "pnpm": "npm", "pdm": "pdm", "rye": "rye",
    "taskipy": "task", "mlflow": "mlflow", "poethepoet": "poe", "go-task": "task", "npm-run-all": "npm", "run-s": "npm",
    "run-p": "npm", "bun": "npm",
}  # fmt: skip
_SHELL = re.compile(r"#!\s*/\S*/(?:env\s+(?:-S\s+)?)?(?:ba|da|k|z)?sh\b")
_SCRIPT_RUNNERS = frozenset(["pdm", "rye", "hatch", "pixi", "pipenv"])
_HOOK_RUNNERS = frozenset(["pre-commit", "prek"])
_ON_COMMIT = frozenset(["pre-commit", "commit"])
_VERBS = frozenset(["run", "run-script"])


class Invocation(Struct, frozen=True):
    """A command that is really run.

    ``place`` is the line that starts it (a CI step), ``origin`` the line on which it stands in the end,
    ``via`` the tasks and scripts between. ``argv`` is without wrappers such as ``poetry run``. ``delegates`` is true
    where it is a task runner whose task is known: what it does is what the task does.
    """

    argv: tuple[str, ...]
    place: Place
    origin: Place
    folder: str = ""
    swallowed: bool = False
    via: tuple[str, ...] = ()
    redirect: str = ""
    heredoc: str = ""
    delegates: bool = False

    @property
    def text(self) -> str:
        """The command on one line."""
        return " ".join(self.argv)

    @property
    def roles(self) -> frozenset[str]:
        """What the command does, by the table of commands."""
        return frozenset() if self.delegates else command_roles(self.text)


class CommandResolver:
    """Follows commands within one repository."""

    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        self._builds: dict[str, tuple[Job, ...]] = {}
        self._started_by: dict[str, tuple[ShellCommand, ...]] = {}
        self._left = _MOST_IN_ALL

    def follow(
        self, commands: Iterable[ShellCommand], where: Callable[[ShellCommand], Place], folder: str = ""
    ) -> tuple[Invocation, ...]:
        """Return the commands and what they lead to, in order.

        Args:
            commands: commands as written.
            where: the place of a command.
            folder: the working directory, relative to the repository.
        """
        found: list[Invocation] = []
        for invocation in self._started(commands, where, folder):
            self._expand(invocation, found, frozenset(), 0 if self._left > 0 else _DEEPEST)
            if len(found) > _MOST:
                break
        self._left -= len(found)
        return tuple(found)

    def _started(
        self, commands: Iterable[ShellCommand], where: Callable[[ShellCommand], Place], folder: str
    ) -> Iterator[Invocation]:
        for command, inside in _in_folders(commands, folder):
            place = where(command)
            yield Invocation(
                command.argv, place, place, inside, command.swallowed, (), command.redirect, command.heredoc
            )

    def _expand(self, invocation: Invocation, found: list[Invocation], seen: frozenset[str], depth: int) -> None:
        bare = unwrap(invocation.argv)
        if not bare:
            return
        given = invocation
        if bare != invocation.argv:
            invocation = replace(invocation, argv=bare)
        if not invocation.swallowed and CANNOT_FAIL.match(invocation.text):
            invocation = replace(invocation, swallowed=True)
        led_to = tuple(self._led_to(invocation))
        if led_to and _RUNNERS.get(bare[0].rsplit("/", 1)[-1], "mlflow") != "mlflow":
            invocation = replace(invocation, delegates=True)
        found.append(invocation)
        if depth >= _DEEPEST or len(found) > _MOST:
            return
        for key, inner in (*self._scripts(given), *self._programs(given, bare), *led_to):
            if key not in seen:
                self._expand(inner, found, seen | {key}, depth + 1)

    def _scripts(self, given: Invocation) -> Iterator[tuple[str, Invocation]]:
        """``pdm run NAME`` runs a script of pyproject.toml where there is one of that name, and a program otherwise."""
        if given.argv[0] in _SCRIPT_RUNNERS and given.argv[1:2] == ("run",) and len(given.argv) > 2:
            yield from self._tasks(given, given.argv[0])

    def _programs(self, given: Invocation, bare: tuple[str, ...]) -> Iterator[tuple[str, Invocation]]:
        """``bin/test`` or ``./run`` is a shell script of the repository where its first line says so."""
        name = next((word for word in given.argv if word.endswith(bare[0])), "")
        if "/" not in name or name.startswith(("/", "~")) or posixpath.splitext(name)[1]:
            return
        path = self._repository.find(name, given.folder)
        text = self._repository.text(path) if path else None
        if text and _SHELL.match(text):
            yield from self._script(given, name)

    def _led_to(self, invocation: Invocation) -> Iterator[tuple[str, Invocation]]:
        name = invocation.argv[0].rsplit("/", 1)[-1]
        if name in ("bash", "sh", "zsh", "source", ".", "dash"):
            yield from self._shell(invocation)
        elif name == "python":
            yield from self._program(invocation)
        elif invocation.argv[0].endswith((".sh", ".bash")):
            yield from self._script(invocation, invocation.argv[0])
        elif name in {"docker", "docker-compose"}:
            yield from self._in_container(invocation)
        elif name == "dvc" and invocation.argv[1:2] and invocation.argv[1] in ("repro", "exp"):
            for file in self._repository.dvc_files:
                for stage in file.stages:
                    yield from self._inner(invocation, stage.commands, stage.place, f"dvc:{stage.name}", "")
        elif name in _RUNNERS and (name != "mlflow" or invocation.argv[1:2] == ("run",)):
            yield from self._tasks(invocation, _RUNNERS[name])
        elif name in _HOOK_RUNNERS and "run" in invocation.argv:
            yield from self._hooks(invocation)
        elif name == "gcloud" and invocation.argv[1:3] == ("builds", "submit"):
            yield from self._cloud_build(invocation)
        elif name == "poetry" and invocation.argv[1:2] == ("poe",):
            yield from self._tasks(replace(invocation, argv=invocation.argv[1:]), "poe")

    def _in_container(self, invocation: Invocation) -> Iterator[tuple[str, Invocation]]:
        """``docker run IMAGE cmd``, ``docker compose run SERVICE cmd``, ``docker exec NAME cmd``."""
        words = list(invocation.argv)
        verbs = [index for index, word in enumerate(words) if word in ("run", "exec")]
        rest = skip_flags(words[verbs[0] + 1 :]) if verbs else []
        if len(rest) > 1:
            folder = self._folder_of(rest[1], invocation.folder)
            inner = replace(invocation, argv=tuple(rest[1:]), folder=folder, via=(*invocation.via, "container"))
            yield f"container:{' '.join(rest)}", inner

    def _folder_of(self, name: str, folder: str) -> str:
        """Where a script lies that a container has in the folder it works in: that of the only file whose path ends so."""
        plain = name.removeprefix("./")
        if "/" not in plain or not plain.endswith((".sh", ".py")) or self._repository.find(name, folder):
            return folder
        places = list(islice(self._repository.index.ending(plain), 2))
        return places[0].removesuffix(plain).rstrip("/") if len(places) == 1 else folder

    def _shell(self, invocation: Invocation) -> Iterator[tuple[str, Invocation]]:
        words = list(invocation.argv[1:])
        while words and words[0].startswith("-") and "c" not in words[0].lstrip("-"):
            words.pop(0)
        if words and words[0].startswith("-") and len(words) > 1:
            script = " ".join(words[1:])
            yield from self._inner(
                invocation, parse_shell(script), invocation.origin, f"-c {script}", invocation.folder
            )
        elif words:
            yield from self._script(invocation, words[0])

    def _program(self, invocation: Invocation) -> Iterator[tuple[str, Invocation]]:
        """The processes that a program of the repository starts with words that stand in it."""
        path = self._repository.program(invocation)
        module = self._repository.world.module(path) if path else None
        if module and path not in self._started_by:
            self._started_by[path] = tuple(commands_started(module, self._repository.text(path) or ""))
        for command in self._started_by.get(path, ()):
            inner = self._nested(invocation, command, Place(path, command.line), path, invocation.folder)
            yield f"{path}:{command.line}", inner

    def _script(self, invocation: Invocation, name: str) -> Iterator[tuple[str, Invocation]]:
        path = self._repository.find(name, invocation.folder)
        text = self._repository.text(path) if path else None
        if not path or text is None:
            return
        for command, folder in _in_folders(parse_shell(text), invocation.folder, posixpath.dirname(path)):
            place = Place(path, command.line)
            yield f"{path}:{command.line}", self._nested(invocation, command, place, path, folder)

    def _cloud_build(self, invocation: Invocation) -> Iterator[tuple[str, Invocation]]:
        """The steps of the configuration that is submitted: https://cloud.google.com/sdk/gcloud/reference/builds/submit."""
        named = _CONFIG.search(invocation.text)
        path = self._repository.find(named.group(1) if named else "cloudbuild.yaml", invocation.folder)
        text = self._repository.text(path) if path else None
        if not path or not text or path in invocation.via:
            return  # one that submits itself is followed once
        if path not in self._builds:
            self._builds[path] = parse_other(path, "cloudbuild", text).jobs
        steps = (step for job in self._builds[path] for step in job.steps)
        for step in islice(steps, _MOST_BUILD_STEPS):
            place = Place(step.path, step.line)
            for _, inner in self._inner(invocation, step.commands, place, path, invocation.folder):
                yield f"builds submit {path}", inner

    def _inner(
        self, invocation: Invocation, commands: Iterable[ShellCommand], at: Place, key: str, folder: str
    ) -> Iterator[tuple[str, Invocation]]:
        for index, (command, inside) in enumerate(_in_folders(commands, folder)):
            yield f"{key}:{index}", self._nested(invocation, command, at, key.split(" ", 1)[0], inside)

    def _nested(self, outer: Invocation, command: ShellCommand, at: Place, via: str, folder: str) -> Invocation:
        return Invocation(
            command.argv,
            outer.place,
            at,
            folder,
            outer.swallowed or command.swallowed,
            (*outer.via, via),
            command.redirect,
            command.heredoc,
        )

    def _hooks(self, invocation: Invocation) -> Iterator[tuple[str, Invocation]]:
        """The commands of the hooks that ``pre-commit run`` runs; those of other repositories are known by their ids."""
        asked = [word for word in invocation.argv[1:] if not word.startswith("-") and word != "run"]
        for file in self._repository.pre_commit_files:
            named = [hook for hook in file.hooks if hook.id in asked] or file.hooks
            for hook in named:
                if hook.entry and (not hook.stages or _ON_COMMIT.intersection(hook.stages)):
                    folder = posixpath.dirname(file.path)
                    yield from self._inner(invocation, parse_shell(hook.entry), hook.place, f"hook:{hook.id}", folder)

    def _tasks(self, invocation: Invocation, tool: str) -> Iterator[tuple[str, Invocation]]:
        folder, file_name, names = _asked(invocation, tool)
        file = self._task_file(tool, folder, file_name)
        if file is None:
            return
        if not names:
            names = list(_default(file, tool))
        for index, name in enumerate(names):
            inside = f"{names[index - 1]}:{name}" if index and tool == "just" else name  # a recipe of a module
            found = self._task_named(file, inside) or (self._task_named(file, name) if inside != name else None)
            if found:
                yield from self._task(invocation, *found, set())

    def _task_named(self, file: TaskFile, name: str, depth: int = 0) -> tuple[TaskFile, Task] | None:
        """The task of that name in a file or in those that it includes, with its file."""
        name = name.replace("::", ":")
        own = file.named(name) or (file.named(_VARIANT.sub("", name)) if file.tool == "nox" else None)
        if own is None and file.fallback and not depth:
            own = file.named(file.fallback)
        if own is not None:
            return file, own
        for space, target in file.includes if depth < _DEEPEST else ():
            if not space or name.startswith(f"{space}:"):
                rest = name[len(space) + 1 :] if space else name
                for other in self._included(file, target):
                    if found := self._task_named(other, rest, depth + 1):
                        return found
        return None

    def _included(self, file: TaskFile, target: str) -> Iterator[TaskFile]:
        wanted = _join(posixpath.dirname(file.path), target)
        for other in self._repository.task_files:
            if other.tool == file.tool and other.path != file.path:
                inside = posixpath.dirname(other.path) == wanted and posixpath.basename(other.path) in _OF_FOLDER
                if other.path == wanted or inside or fnmatchcase(other.path, wanted):
                    yield other

    def _task_file(self, tool: str, folder: str, name: str) -> TaskFile | None:
        files = [file for file in self._repository.task_files if file.tool == tool]
        if name:
            path = self._repository.find(name, folder)
            return next((file for file in files if file.path == path), None)
        same = [file for file in files if posixpath.dirname(file.path) == folder]
        root = [file for file in files if "/" not in file.path]
        below = [file for file in files if posixpath.dirname(file.path) == self._repository.subdir]
        return next(iter([*same, *below, *root]), files[0] if len(files) == 1 else None)

    def _task(
        self, invocation: Invocation, file: TaskFile, task: Task, done: set[str]
    ) -> Iterator[tuple[str, Invocation]]:
        if f"{task.path}:{task.name}" in done:
            return
        done.add(f"{task.path}:{task.name}")
        for need in task.needs:
            if needed := self._task_named(file, need):
                yield from self._task(invocation, *needed, done)
        folder = posixpath.dirname(file.path)
        folder = _join(folder, task.folder) if task.folder else folder
        for command, inside in _in_folders(task.commands, folder, by_line=file.tool == "make"):
            place = task.place_of(command)
            key = f"{file.path}:{task.name}:{command.line}:{command.text}"
            yield key, self._nested(invocation, command, place, f"{file.tool} {task.name}", inside)


_CONFIG = re.compile(r"\s--config[= ](\S+)")
_VARIANT = re.compile(r"[-(]\d.*$")  # tests-3.12: a session of nox for one Python
_OF_FOLDER = frozenset(
    {"Taskfile.yml", "Taskfile.yaml", "Taskfile.dist.yml", "Taskfile.dist.yaml", "mod.just", "justfile"}
)


def _asked(invocation: Invocation, tool: str) -> tuple[str, str, list[str]]:
    """(folder, file, names of tasks) that a call of a task runner names."""
    words = list(invocation.argv[1:])
    folder, names, file_name = invocation.folder, [], ""
    while words:
        word = words.pop(0)
        if word == "--":
            break
        if word in ("-C", "--directory", "-d", "--working-directory") and words:
            folder = _join(folder, words.pop(0))
        elif word in ("-f", "--file", "--justfile", "--taskfile", "--noxfile") and words and tool != "tox":
            file_name = words.pop(0)
        elif word in FLAGS_WITH_VALUE and words and word != "-j":
            value = words.pop(0)
            names += value.split(",") if word in FLAGS_WITH_TASK else []
        elif tool == "tox":
            names += word[2:].split(",") if re.match(r"-e\w", word) else []
        elif tool == "mlflow":
            continue  # the folder of the project; its entry point is named by a flag
        elif not word.startswith("-") and "=" not in word and word not in _VERBS:
            names.append(word.rsplit(":", 1)[-1] if tool == "hatch" else word)  # ``hatch run ENVIRONMENT:SCRIPT``
    known = [name.strip() for name in names if "$" not in name]
    return folder, file_name, known if tool in ("tox", "nox") else names


def _default(file: TaskFile, tool: str) -> Iterator[str]:
    """The names of the tasks that run where none is named."""
    if file.default:
        yield from file.default
    elif file.tasks and tool in ("make", "just"):
        yield file.tasks[0].name


_MOVES = frozenset({"cd", "pushd", "popd"})


def _in_folders(
    commands: Iterable[ShellCommand], folder: str, script: str | None = None, *, by_line: bool = False
) -> Iterator[tuple[ShellCommand, str]]:
    """Each command with the folder that it runs in, without those that change it.

    ``script`` is the folder of the script that they stand in, which it may ask for by its own name; ``by_line`` says
    that each line has a shell of its own, as those of make have.
    """
    begin, line = folder, 0
    gone: list[str] = []
    for command in commands:
        if by_line and command.line != line:
            folder, line = begin, command.line
        if command.argv[0] not in _MOVES:
            yield command, folder
            continue
        target = command.argv[1] if len(command.argv) > 1 else ""
        if command.argv[0] == "popd" or target == "-":
            folder = gone.pop() if gone else folder
        elif target:
            gone.append(folder)
            base = script if script is not None and ("dirname" in target or "BASH_SOURCE" in target) else folder
            folder = base if script is not None and "dirname" in target else _join(base, target)


def _join(folder: str, target: str) -> str:
    plain = _PLACEHOLDER.sub("", target)
    if plain.startswith(("/", "$", "~")):
        return folder
    joined = posixpath.normpath(posixpath.join(folder, plain)) if plain else folder
    return "" if joined in (".", "..") or joined.startswith("../") else joined
