"""What the repository's commands do, wherever they stand: tasks, scripts, images, CI."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator

from analyzer.artifacts.ci import Job
from analyzer.artifacts.compose import ComposeService
from analyzer.artifacts.dockerfile import Dockerfile
from analyzer.artifacts.dvc import DvcStage
from analyzer.artifacts.python_source import Call
from analyzer.artifacts.shell import ShellCommand, parse_shell
from analyzer.artifacts.tasks import Task, TaskFile
from analyzer.commands import Invocation
from analyzer.findings import Located, Place
from analyzer.inventory import Kind
from analyzer.knowledge.python_calls import roles_of
from analyzer.queries.absent import is_stalled
from analyzer.remembered import remembered
from analyzer.repository import Repository

__all__ = [
    "Source",
    "all_invocations",
    "data_downloads",
    "downloads_in_code",
    "invocations_by_source",
    "script_runs",
    "script_starts",
]

Source = Task | str | Dockerfile | ComposeService | DvcStage | Job
"""What holds commands; a shell script by its path."""

_DATA = re.compile(r"(?i)data|dataset|\.csv|\.parquet|\.zip|\.json|\.gz|kaggle|\braw\b|s3://|gs://")
_NOT_DATA = re.compile(
    r"(?i)install|commandlinetools|sdk\W|linux[-_](?:x86_64|amd64|arm64)|get-docker|miniconda|anaconda|terraform_|kubectl|helm|minio/mc|\.deb\b|\.sh\b|\.whl|releases/download|awscli|localhost|127\.0\.0\.1"
    r"|\.(?:tflite|onnx|pkl|joblib|h5)\b|get-poetry|bootstrap|/predict|/health|apt|\.pem|chrome|docker-compose|github\.com/[\w-]+/[\w-]+/archive|-X POST|\bjava\b|spark-"
)


def _lines_of(path: str) -> Callable[[ShellCommand], Place]:
    return lambda command: Place(path, command.line)


def _always(item: Located) -> Callable[[ShellCommand], Place]:
    return lambda _: item.place


@remembered
def all_invocations(repo: Repository) -> Iterator[Invocation]:
    """Commands of task files, shell scripts, Dockerfiles, compose files, DVC stages and CI, followed."""
    for _, items in invocations_by_source(repo):
        yield from items


def invocations_by_source(repo: Repository) -> tuple[tuple[Source, tuple[Invocation, ...]], ...]:
    """The commands of each place that holds some: a task, a script (by its path), a Dockerfile, a service, a stage, a CI job."""
    return repo.once(_by_source)


def _by_source(repo: Repository) -> tuple[tuple[Source, tuple[Invocation, ...]], ...]:
    found: list[tuple[Source, tuple[Invocation, ...]]] = []
    follow = repo.resolver.follow
    for file in repo.task_files:
        folder = file.path.rpartition("/")[0]
        found += ((task, follow(task.commands, task.place_of, folder)) for task in file.tasks)
    for path in repo.inventory.of(Kind.SHELL):
        text = repo.text(path)
        if text:
            found.append((path, follow(parse_shell(text), _lines_of(path), path.rpartition("/")[0])))
    for dockerfile in repo.dockerfiles:
        folder = posixpath.dirname(dockerfile.path)
        commands = [item for pair in dockerfile.commands for item in follow((pair[1],), _always(pair[0]), folder)]
        found.append((dockerfile, tuple(commands)))
    for compose in repo.compose_files:
        found += ((item, follow(parse_shell(item.command), _always(item))) for item in compose.services)
    for dvc in repo.dvc_files:
        found += ((stage, follow(stage.commands, _always(stage))) for stage in dvc.stages)
    jobs: dict[tuple[str, str], list[Invocation]] = {}
    owners: dict[tuple[str, str], Job] = {}
    for item in repo.ci_commands:
        if is_stalled(repo, item.step):
            continue
        key = (item.job.path, item.job.name)
        owners.setdefault(key, item.job)
        jobs.setdefault(key, []).append(item.invocation)
    found += ((owners[key], tuple(items)) for key, items in jobs.items())
    return tuple(found)


@remembered
def data_downloads(repo: Repository) -> Iterator[Invocation]:
    """Commands that fetch data."""
    for item in all_invocations(repo):
        if "download" not in item.roles or _NOT_DATA.search(item.text) or _uploads(item):
            continue
        if _DATA.search(f"{item.text} {item.origin.path.rsplit('/', 1)[-1]}"):
            yield item


def _uploads(item: Invocation) -> bool:
    """Whether a copy to or from a bucket leads to one: the last word is the target."""
    words = [word for word in item.argv if not word.startswith("-")]
    return words[0] in ("aws", "gsutil") and "://" not in " ".join(words[:-1])


_FETCHES = re.compile(r"\b(?:wget|curl)\b[^\n]*(?:https?://|\{)|\bkaggle (?:datasets|competitions) download\b")


def downloads_in_code(repo: Repository) -> Iterator[Located]:
    """Commands that fetch data, written in Python code as strings (operators of orchestrators) or lists (processes)."""
    for call in repo.code.calls("process.start"):
        words = call.args[0] if call.args else ()
        if isinstance(words, tuple) and _FETCHES.search(" ".join(word for word in words if isinstance(word, str))):
            yield call
    for text in repo.code.texts(_FETCHES, "wget", "curl", "kaggle"):
        if not _NOT_DATA.search(text.value) and "(?" not in text.value:  # a regular expression about such commands
            yield text


def script_runs(repo: Repository) -> Iterator[tuple[str, list[Invocation]]]:
    """(name of a task or script, Python programs it runs one after the other)."""
    for file in repo.task_files:
        for task in file.tasks:
            runs = [
                item
                for item in repo.resolver.follow(
                    [*_needed(file, task), *task.commands], task.place_of, file.path.rpartition("/")[0]
                )
                if _runs_stage(item)
            ]
            yield f"{file.tool} {task.name}", runs
    for path in repo.inventory.of(Kind.SHELL):
        text = repo.text(path)
        if text:
            items = repo.resolver.follow(parse_shell(text), _lines_of(path))
            yield path, [item for item in items if _runs_stage(item)]


def script_starts(repo: Repository) -> Iterator[Call]:
    """Where one program starts several others of the project as processes, one that trains among them."""
    code = repo.code
    for module in code.modules:
        start = next((call for call in module.calls if "process.start" in roles_of(call.name)), None)
        if start is None:
            continue
        folder = posixpath.dirname(module.path)
        named = {text.value for text in module.texts if text.value.endswith(".py")}
        found = {path for name in named if (path := repo.find(name, folder)) and path != module.path}
        if len(found) >= 2 and any(code.reaches(path, "", "model.fit") for path in sorted(found)):
            yield start


def _needed(file: TaskFile, task: Task) -> Iterator[ShellCommand]:
    for need in task.needs:
        needed = file.named(need)
        if needed:
            yield from needed.commands


def _runs_stage(item: Invocation) -> bool:
    words = item.argv
    if words[0] != "python" or len(words) < 2:
        return False
    target = words[2] if words[1] == "-m" and len(words) > 2 else words[1]
    return not re.search(
        r"(?i)test|serve|app\b|api|manage|setup\.py|pip|venv|http\.server|predict|monitor|lint|format", target
    )
