"""Commands of tasks, CI and containers that call files or tasks that are not there."""

from __future__ import annotations

import itertools
import posixpath
import re
from collections.abc import Iterator

from analyzer.argv import unwrap
from analyzer.artifacts.ci import Job, Step
from analyzer.artifacts.python_source import Call
from analyzer.artifacts.shell import ShellCommand
from analyzer.artifacts.tasks import TaskFile
from analyzer.findings import Place
from analyzer.knowledge.python_calls import roles_of
from analyzer.repository import Repository
from analyzer.soundness.defect import Defect
from analyzer.soundness.layout import Layout

__all__ = ["missing_called_files", "missing_programs"]

_CODE = (".py", ".sh", ".bash", ".yml", ".yaml", ".txt", ".toml", ".cfg", ".ini", ".tf", ".ipynb")
_OUTSIDE = re.compile(r"[$*?{}<>|`\\~=@]|^/|://|^-")
_SAFE_NAMES = frozenset({"get-pip.py", "install.sh", "get-docker.sh", "env.sh", ".env", "manage.py"})
_FILE_FLAGS = {
    "pip": ("-r", "--requirement"),
    "pip3": ("-r", "--requirement"),
    "uv": ("-r", "--requirement"),
    "docker": ("-f", "--file"),
    "docker-compose": ("-f", "--file"),
    "make": ("-f", "--file"),
    "kubectl": ("-f", "--filename"),
}
_INTERPRETERS = frozenset({"python", "bash", "sh", "source", "."})
_TEST_RUNNERS = frozenset({"pytest", "py.test"})
_MAKE_FLAGS_WITH_VALUE = frozenset({"-C", "-f", "-j", "-o", "-W", "-I", "--directory", "--file", "--jobs"})


def missing_called_files(layout: Layout) -> Iterator[Defect]:
    """Files that commands of tasks and CI name and that are nowhere in the repository, nor made by another command."""
    repo = layout.repository
    seen: set[tuple[str, str]] = set()
    for place, command, where in _commands(repo):
        for name in _files(command):
            if (place.path, name) not in seen and _is_missing(layout, name) and not _is_asked(repo, place.path, name):
                seen.add((place.path, name))
                yield Defect(
                    place.path, place.line, "missing-file", f"{where} calls {name}, which is not in the repository"
                )
    yield from _called_from_elsewhere(layout, seen)
    yield from _missing_targets(repo)


def missing_programs(layout: Layout) -> Iterator[Defect]:
    """Programs that code starts as processes, by names that are written out, and that a folder of programs does not hold.

    What is named in another folder may be made there by the code itself.
    """
    for module in layout.repository.code.modules:
        for call in module.calls:
            name = _started(call) if "process.start" in roles_of(call.name) else ""
            if name and _is_gone(layout, name):
                sentence = f"{name} is started, and no file of that name is in the repository"
                yield Defect(call.path, call.line, "missing-program", sentence)


def _is_gone(layout: Layout, name: str) -> bool:
    """Whether a program is not in a folder that holds others, whatever an ignore file says of the folder's name."""
    folder = posixpath.dirname(posixpath.normpath(name))
    if not folder or _OUTSIDE.search(name) or layout.somewhere(posixpath.normpath(name)):
        return False
    return any(
        f"/{module.path}".endswith(f"/{folder}/{posixpath.basename(module.path)}")
        for module in layout.repository.modules
    )


def _started(call: Call) -> str:
    """The program that an interpreter is given as the first of its arguments; empty where it is not written out."""
    given = call.args[0] if call.args else ""
    words = given.split() if isinstance(given, str) else given if isinstance(given, tuple) else ()
    if len(words) < 2 or not isinstance(words[1], str) or not words[1].endswith((".py", ".sh")):
        return ""
    first = words[0]
    interpreter = first if isinstance(first, str) else getattr(first, "dotted", "")
    return words[1] if re.fullmatch(r"(?:\S*/)?(?:python\d?(?:\.\d+)?|bash|sh)|sys\.executable", interpreter) else ""


def _called_from_elsewhere(layout: Layout, seen: set[tuple[str, str]]) -> Iterator[Defect]:
    """Files that a CI job calls by a name that they have in another folder than the one it stands in."""
    for job, step in _steps_in_known_folders(layout.repository):
        for command in _own(step.commands):
            place = step.place_of(command)
            here = step.folder or "the root"
            for name in _files(command) if command.argv[0] in _READS_FROM_HERE else ():
                found = _lies_elsewhere(layout, name, step.folder)
                asked = _is_asked(layout.repository, place.path, name) or layout.is_produced(posixpath.basename(name))
                if found and (place.path, name) not in seen and not asked:
                    seen.add((place.path, name))
                    sentence = f"the CI job {job.name} calls {name} from {here}, and it is in {found}"
                    yield Defect(place.path, place.line, "missing-file", sentence)
            for name in _test_folders(command):
                if posixpath.normpath(posixpath.join(step.folder, name)).startswith(".."):
                    sentence = f"the CI job {job.name} tests {name} from {here}, which leads out of the repository"
                    yield Defect(place.path, place.line, "missing-file", sentence)


def _steps_in_known_folders(repo: Repository) -> Iterator[tuple[Job, Step]]:
    """The steps of CI jobs that begin in a folder of this repository and stay there."""
    for job in (job for pipeline in repo.pipelines for job in pipeline.jobs):
        checkouts = [step.inputs for step in job.steps if _CHECKOUT in step.uses]
        if not any("path" in given or "repository" in given for given in checkouts):
            yield from (
                (job, step)
                for step in job.steps
                if not re.search(r"[$*{]", step.folder) and not _MOVES.search(step.run)
            )


_CHECKOUT = "actions/checkout"
_MOVES = re.compile(r"(?m)(?:^|[;&|(]\s*)(?:cd|pushd|git|unzip|tar|cp|mv|wget|curl)\b")
_READS_FROM_HERE = frozenset({"python", "pytest", "py.test", "pip", "pip3"})


def _lies_elsewhere(layout: Layout, name: str, folder: str) -> str:
    """The folders of the files that a name can mean, where none is the one that it is asked for in."""
    asked = posixpath.normpath(posixpath.join(folder or ".", name.strip("\"'")))
    if _OUTSIDE.search(asked) or asked.startswith("..") or layout.has_submodules:
        return ""
    found = list(layout.repository.index.ending(asked))
    if not found or asked in found:
        return ""
    first = posixpath.dirname(found[0])
    others = len(found) - 1
    return first if not others else f"{first} and {others} other folder{'s' if others > 1 else ''}"


def _commands(repo: Repository) -> Iterator[tuple[Place, ShellCommand, str]]:
    """(place, command, who runs it); a checkout of another repository makes all later paths uncertain."""
    for file in repo.task_files:
        if file.tool in ("make", "just", "task", "mlflow"):
            for task in file.tasks:
                for command in _own(task.commands):
                    yield task.place_of(command), command, f"{file.tool} {task.name}"
    for pipeline in (*repo.pipelines, *repo.misplaced_pipelines):
        for job in pipeline.jobs:
            if any(step.uses.startswith("actions/checkout") and step.inputs.get("repository") for step in job.steps):
                continue
            for step in job.steps:
                for command in _own(step.commands):
                    yield step.place_of(command), command, f"the CI job {job.name}"
    for pipe in repo.dvc_files:
        for stage in pipe.stages:
            for command in _own(stage.commands):
                yield stage.place, command, f"the stage {stage.name}"


def _own(commands: tuple[ShellCommand, ...]) -> Iterator[ShellCommand]:
    """The commands that run on this machine, in this repository: those after git clone, cd elsewhere or ssh are none."""
    for command in commands:
        words = unwrap(command.argv)
        if not words:
            continue
        if words[0] in ("git", "ssh", "cookiecutter", "gh") and "clone" in command.text:
            return
        if words[0] in ("docker", "docker-compose", "podman") and ("run" in words or "exec" in words):
            continue
        if words[0] in ("cd", "pushd") and len(words) > 1 and _OUTSIDE.search(words[1]):
            return
        if not command.swallowed:
            yield ShellCommand(words, command.line, command.swallowed, command.redirect, command.heredoc)


def _files(command: ShellCommand) -> Iterator[str]:
    """What a command must find: the script it runs, the file behind ``-r`` or ``-f``."""
    words = command.argv
    name = words[0].rsplit("/", 1)[-1]
    if name in _INTERPRETERS:
        target = next((word for word in words[1:] if not word.startswith("-")), "")
        flagged = [word for word in words[1:] if word.startswith("-")]
        if target and not any(flag in ("-m", "-c") for flag in flagged) and (target.endswith((".py", ".sh", ".bash"))):
            yield target
    elif words[0].startswith(("./", "../")) and words[0].endswith((".sh", ".py", ".bash")):
        yield words[0]
    elif name in _TEST_RUNNERS:
        given = (word.partition("::")[0] for word in words[1:] if not word.startswith("-"))
        yield from (word for word in given if word.endswith(".py"))
    elif name == "streamlit" and words[1:2] == ("run",) and len(words) > 2 and words[2].endswith(".py"):
        yield words[2]
    flags = _FILE_FLAGS.get(name, ())
    if name == "kubectl":
        return
    for index, word in enumerate(words[:-1]):
        if word in flags and (words[index + 1].endswith(_CODE) or "ockerfile" in words[index + 1]):
            yield words[index + 1]


def _test_folders(command: ShellCommand) -> Iterator[str]:
    """What a test runner is given by a path that leads upwards; a word after a flag may be the value of that."""
    words = command.argv if command.argv[0] in _TEST_RUNNERS else ()
    for before, word in itertools.pairwise(words):
        if word.startswith("../") and not _OUTSIDE.search(word) and (not before.startswith("-") or "=" in before):
            yield word.partition("::")[0]


def _is_asked(repo: Repository, path: str, name: str) -> bool:
    """Whether the file that calls it first asks whether it is there."""
    text = repo.text(path) or ""
    return bool(
        re.search(
            rf"(?:\[|\btest)\s+!?\s*-\w\s+[\"']?(?:\./)?{re.escape(name.removeprefix('./'))}|hashFiles\([^)]*{re.escape(name)}|wildcard[^)\n]*{re.escape(name)}",
            text,
        )
    )


def _is_missing(layout: Layout, name: str) -> bool:
    plain = posixpath.normpath(name.strip("\"'"))
    while plain.startswith("../"):
        plain = plain[3:]
    base = posixpath.basename(plain)
    if _OUTSIDE.search(plain) or base in _SAFE_NAMES or layout.has_submodules:
        return False
    if not base.endswith((*_CODE, "ockerfile")) and not base.startswith("Dockerfile"):
        return False
    return not layout.somewhere(plain) and not layout.is_ignored(plain) and not layout.is_produced(base)


# -- tasks -------------------------------------------------------------------------------------------------------


def _missing_targets(repo: Repository) -> Iterator[Defect]:
    """``make x`` where the Makefile that it means is known and has neither the target nor a pattern for it."""
    files = [file for file in repo.task_files if file.tool == "make"]
    if not files:
        return
    seen: set[str] = set()
    for place, command, where in _commands(repo):
        if command.argv[0] not in ("make", "gmake") or where.startswith(("just", "task")):
            continue
        for name in _targets(command):
            if name not in seen and not any(_has_target(repo, file, name) for file in files):
                seen.add(name)
                sentence = f"{where} runs make {name}, but no Makefile has such a target"
                yield Defect(place.path, place.line, "missing-target", sentence)


def _targets(command: ShellCommand) -> Iterator[str]:
    words = list(command.argv[1:])
    if any(word in ("-C", "-f", "--directory", "--file") for word in words):
        return  # another Makefile is meant
    while words:
        word = words.pop(0)
        if word in _MAKE_FLAGS_WITH_VALUE and words:
            words.pop(0)
        elif (
            not word.startswith("-")
            and "=" not in word
            and not _OUTSIDE.search(word)
            and re.fullmatch(r"[\w./-]+", word)
        ):
            yield word


def _has_target(repo: Repository, file: TaskFile, name: str) -> bool:
    text = repo.text(file.path) or ""
    if file.named(name) or re.search(r"(?m)^(?:-?include|define|\$\(eval)|^[^#\n]*%[^#\n]*:", text):
        return True
    if re.search(rf"(?m)^[^\t#\n][^\n:]*\b{re.escape(name)}\b[^\n]*:", text) or repo.find(name):
        return True
    return "$(" in "".join(task.name for task in file.tasks)
