"""Reproducibility: pinned dependencies, versioned data, automated tasks, hooks, feature store."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain, islice
from urllib.parse import unquote

from analyzer.artifacts.dependencies import DependencyFile
from analyzer.artifacts.shell import ShellCommand
from analyzer.artifacts.tasks import Task
from analyzer.findings import Finding, Located, Place, met, missing, partial
from analyzer.inventory import Kind
from analyzer.knowledge.hooks import lost_hook
from analyzer.knowledge.packages import DISTRIBUTIONS, PLATFORM_MODULES, PUBLIC_DATA, STDLIB
from analyzer.plugins import rule
from analyzer.queries.commands import data_downloads, downloads_in_code
from analyzer.queries.declared import runs_own
from analyzer.queries.grounding import reached_roots
from analyzer.queries.ingestion import is_scoring, serves
from analyzer.queries.learning import dated_writes
from analyzer.queries.purpose import works_on_data
from analyzer.repository import Repository

# The name of a host that is no service of the project itself, and no chat or note that code writes to.
_PUBLIC = re.compile(
    r"https?://(?!localhost|127\.|0\.0)(?!api\.notion|hooks\.slack|api\.telegram|discord)(?:[\w{}-]+\.)+[a-zA-Z]{2,}(?:[:/?#]|$)"
)


# Of a file with rows, or of a data set at a place that gives them out: kept in a name, and fetched by it.
_DATA_ADDRESS = re.compile(
    r"^https?://\S+(?:\.(?:csv|tsv|parquet|feather|arff|xlsx?|zip|gz|tgz|bz2|xz|7z)(?:[?#]\S*)?$|/datasets/download/\S|/resource/[\w-]+\.json|/(?:[\w-]*[-_])?(?:data|datasets?)/[\w./-]*[_=-]$)"
)


def _is_source(repo: Repository, url: str) -> bool:
    """Whether data come from elsewhere: a file that is committed here and read back through the web does not."""
    name = unquote(re.split(r"[?#]", url, maxsplit=1)[0].rsplit("/", 1)[-1])
    return bool(_PUBLIC.match(url)) and not ("github" in url and name in repo.once(_names))


def _names(repo: Repository) -> frozenset[str]:
    """The names of all files."""
    return frozenset(path.rsplit("/", 1)[-1] for path in repo.paths)


_FOR_DEVELOPMENT = re.compile(r"(?i)(?:^|[/_.-])(?:dev|tests?|docs?|lint|ci)(?:$|[/_.-])")


def _covers_imports(repo: Repository) -> bool:
    """Whether more than half of the libraries that the code imports are declared by name, or it imports none."""
    named = (item.name for file in repo.dependency_files for item in file.requirements)
    declared = frozenset(name.replace("_", "-").lower() for name in named)
    local = {part for module in repo.modules for part in module.path.removesuffix(".py").split("/")}
    roots = [
        root
        for root in sorted(reached_roots(repo))
        if root not in STDLIB and root not in local and root not in PLATFORM_MODULES
    ]
    known = [
        root
        for root in roots
        if {root.replace("_", "-").lower(), *DISTRIBUTIONS.get(root, ())} & declared
        or any(name.startswith(f"{root}-") for name in declared)  # google-cloud-storage holds a part of google
    ]
    return not roots or len(known) * 2 > len(roots)


_NO_DEFAULTS = re.compile(r'(?m)^ {4}"default": \{\}')
"""A Pipfile.lock that holds tools of development alone."""


@rule("repro.dependencies", reads=(Kind.REQUIREMENTS, Kind.PYPROJECT, Kind.PIPFILE, Kind.CONDA, Kind.LOCK))
def pins_dependencies(repo: Repository) -> Iterator[Finding]:
    """There is no dependency file."""
    for file in repo.dependency_files:
        if file.lock and not (file.tool == "pipfile" and _NO_DEFAULTS.search(repo.text(file.path) or "")):
            yield met("A lock file pins the dependencies", file)
    declared = [file for file in repo.dependency_files if not file.lock]
    needed = [file for file in declared if not _FOR_DEVELOPMENT.search(file.path)] or declared
    needed.sort(key=lambda file: (file.path.count("/"), -len(file.requirements)))
    pins = [item.pinned for file in needed for item in file.requirements]
    pinned = [file for file in needed if file.pinned_share >= 0.8]
    if pinned and not _covers_imports(repo):
        yield partial("What is pinned is not what the code imports", pinned[0])
        return
    if pinned and (sum(pins) >= 0.8 * len(pins) or _is_main(repo, needed[0], needed)):
        yield met("Nearly all dependencies are pinned", pinned[0].firm)
    for file in sorted((*needed, *repo.dependency_files), key=lambda item: item.pinned_share == 1):
        some = f"Only {sum(pins)} of {len(pins)} dependencies have an exact version"
        yield partial(some if any(pins) else "Dependencies are declared without exact versions", file.loose)
        return
    for path in repo.paths:
        if path.rsplit("/", 1)[-1] == "setup.py" and "install_requires" in (repo.text(path) or ""):
            yield partial("Dependencies are declared without exact versions", Place(path, 1))
            return
    for path in (path for path in repo.snapshot.entries if _LOCK_ELSEWHERE.search(path)):
        if repo.code.modules:
            yield partial(
                "A lock file pins packages of another language; those of Python are listed nowhere", Place(path, 1)
            )
        else:
            yield met("A lock file pins the dependencies", Place(path, 1))
        return


_LOCK_ELSEWHERE = re.compile(
    r"^(?!(?:.*/)?(?:node_modules|vendor)/)(?:.*/)?(?:package-lock\.json|yarn\.lock|pnpm-lock\.yaml|go\.sum|Cargo\.lock|packages\.lock\.json)$"
)
"""Locks of npm, Yarn, pnpm, Go, Cargo and NuGet."""


def _is_main(repo: Repository, file: DependencyFile, needed: list[DependencyFile]) -> bool:
    """Whether the project's first list pins nearly all and holds most of what is listed, so that the others are of parts."""
    listed = sum(len(item.requirements) for item in needed)
    of_project = file.path.rpartition("/")[0] == repo.subdir
    return of_project and file.pinned_share >= _NEARLY_ALL and 2 * len(file.requirements) > listed


_NEARLY_ALL = 0.9


@rule("repro.data-versioning", reads=(Kind.DVC_POINTER, Kind.PYTHON), needs=works_on_data)
def versions_data(repo: Repository) -> Iterator[Finding]:
    """Data are not versioned."""
    tracked = [
        file
        for file in repo.dvc_files
        if file.tracked or any(stage.outs and runs_own(repo, stage) for stage in file.stages)
    ]
    remotes = [file for file in repo.dvc_files if file.remotes]
    recorded = any(file.tracked for file in tracked) or any(
        path.rsplit("/", 1)[-1] == "dvc.lock" for path in repo.paths
    )
    if tracked and remotes and not recorded:
        yield partial("DVC has stages and a remote, but no version of any data is committed", tracked[0])
    elif tracked and remotes:
        yield met("Data are versioned with DVC and a remote", tracked[0], remotes[0])
    elif tracked:
        yield partial("Data are tracked with DVC, but no remote is configured", tracked[0])
    for call in repo.code.calls("data.version"):
        yield met("Data are kept as versions of a store", call)
        break
    for text in repo.code.texts(_DELTA, "changedatafeed", "version", "timestamp"):
        yield met("Data are kept in Delta tables, with their changes", text)
        break
    for text, of_predictions in dated_writes(repo):
        if of_predictions:
            yield partial("Only predictions and requests are kept by date, the training data are not", text)
        else:
            yield met("The pipeline writes dated partitions", text)
            break
    for place in _fetched(repo):
        yield partial("Data are fetched by a script, without a version of their own", place)


_DELTA = re.compile(r"(?i)\bdelta\.enableChangeDataFeed\b|\b(?:VERSION|TIMESTAMP)\s+AS\s+OF\b")


def _fetched(repo: Repository) -> Iterator[Located | Place]:
    """Where data are fetched: the first of each way, and one call or address at most."""
    yield from islice(downloads_in_code(repo), 1)
    yield from (command.origin for command in islice(data_downloads(repo), 1))
    for call in sorted(repo.code.calls("data.download", "data.read"), key=lambda call: serves(call.path)):
        if is_scoring(call.path):
            continue  # a stand-in for what the service or the watching lacks
        if (
            call.root in PUBLIC_DATA
            or _OF_LIBRARIES.match(call.name)
            or (call.root == "boto3" and _asks_without_a_key(repo, call.path))
            or (call.root == "huggingface_hub" and "dataset" in call.texts())
            or (any(_is_source(repo, text) for text in call.texts()) and call.last != "post")
        ):
            yield call
            return
    if repo.code.has("data.download"):
        addresses = (
            text
            for text in repo.code.texts(_DATA_ADDRESS, "http")
            if _is_source(repo, text.value) and not is_scoring(text.path)
        )
        yield from islice(chain(addresses, _configured_sources(repo)), 1)


_OF_LIBRARIES = re.compile(
    r"(?:keras|tensorflow\.keras|torchvision|torchtext)\.datasets\.(?!ImageFolder|DatasetFolder|FakeData)"
)
"""Data sets that a library of models fetches by their names."""


def _asks_without_a_key(repo: Repository, path: str) -> bool:
    """Whether a module asks a store as anybody may: with ``botocore.UNSIGNED``."""
    module = repo.code.module(path)
    return module is not None and any(item.dotted == "botocore.UNSIGNED" for item in module.used_imports)


_CONFIGURED = re.compile(r"(?m)^[ \t]*[\w.-]+\s*[:=]\s*[\"']?(https?://[^\s\"']+)[\"']?\s*$")


def _configured_sources(repo: Repository) -> Iterator[Place]:
    """Addresses of data that a configuration file keeps for the code that fetches them."""
    for path in repo.inventory.of(Kind.YAML):
        text = repo.text(path) or ""
        for match in _CONFIGURED.finditer(text):
            if _DATA_ADDRESS.match(match.group(1)) and _is_source(repo, match.group(1)):
                yield Place(path, text.count("\n", 0, match.start(1)) + 1)


_IS_FILE = re.compile(r"^_|[%$]|/$|\.\w{1,5}$")  # a rule for a file, or one that is not meant to be called
_IDLE = frozenset({"echo", "printf", "true", ":", "exit", "@echo", "@true"})


def _works(command: ShellCommand) -> bool:
    """Whether a command does something; a call of a task of the same file is none by itself."""
    return command.name not in _IDLE and not (command.name == "make" and len(command.argv) <= 2)


def _calls(task: Task) -> Iterator[str]:
    """The tasks of the same file that a recipe has make run."""
    yield from (command.argv[1] for command in task.commands if command.name == "make" and len(command.argv) == 2)


_TASKS = (Kind.MAKEFILE, Kind.JUSTFILE, Kind.TASKFILE, Kind.TOX)


@rule("repro.automation", reads=_TASKS)
def automates_tasks(repo: Repository) -> Iterator[Finding]:
    """There is no Makefile, justfile, Taskfile, tox, nox or invoke file."""
    for file in repo.task_files:
        open_to_all = [task for task in file.tasks if not _IS_FILE.search(task.name) and task.name != "help"]
        working = {task.name for task in open_to_all if any(_works(command) for command in task.commands)}
        working |= {task.name for task in open_to_all if working.intersection((*task.needs, *_calls(task)))}
        useful = [task for task in open_to_all if task.name in working]
        if useful and file.tool not in ("npm", "mlflow"):
            many = f"{len(useful)} tasks are" if len(useful) > 1 else "One task is"
            yield met(f"{many} automated with {file.tool}", useful[0])
            return
    for file in repo.task_files:
        if file.refused:
            yield partial("Tasks are written down in a Makefile that make cannot read", Place(file.path, file.refused))
            return
    for path in repo.inventory.of(*_TASKS):
        empty = not (repo.text(path) or "").strip()
        yield missing(f"{path} is empty." if empty else f"{path} has no task that does something.")
        return


@rule("repro.hooks", reads=(Kind.PRE_COMMIT,))
def has_hooks(repo: Repository) -> Iterator[Finding]:
    """No pre-commit hooks are configured."""
    for file in repo.pre_commit_files:
        if file.error:
            yield partial("Pre-commit hooks are configured in a file that is no valid YAML", file)
        elif hook := next((hook for hook in file.hooks if lost_hook(hook.repo, hook.id)), None):
            lost = lost_hook(hook.repo, hook.id)
            yield partial(f"Pre-commit hooks are configured, and pre-commit stops: {lost}", hook)
        else:
            yield met(f"{len(file.hooks)} pre-commit hooks are configured", file)
            return
    for path in repo.paths:
        if _GIT_HOOK.search(path) and (repo.text(path) or "").strip():
            yield partial("A hook of git is kept here, and nothing puts it in place", Place(path, 1))
            return


_GIT_HOOK = re.compile(
    r"(?:^|/)\.?(?:git-?)?hooks/(?:pre-commit|pre-push|commit-msg)(?:\.sh)?$|(?:^|/)\.husky/(?:pre-commit|pre-push)$"
)


@rule("skills.feature-store", reads=(Kind.PYTHON, Kind.NOTEBOOK))
def uses_feature_store(repo: Repository) -> Iterator[Finding]:
    """No feature store is used in code."""
    read = repo.code.calls("feature_store.read")
    defined = repo.code.calls("feature_store.define")
    if read:
        yield met("Features are read from a feature store", *read[:2])
    elif defined:
        yield partial("A feature store is defined, but neither training nor serving reads it", defined[0])
    notebook = repo.notebook_code.calls("feature_store.read", "feature_store.define")
    if notebook:
        yield partial("A feature store is used only in a notebook", notebook[0])
