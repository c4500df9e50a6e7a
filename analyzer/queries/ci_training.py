"""What of CI trains a model, and what it does beside it."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from itertools import islice

from analyzer.artifacts.python_source import PythonModule, parse_python
from analyzer.queries.ci import Act, acts
from analyzer.queries.leading import module_reaches
from analyzer.remembered import remembered
from analyzer.repository import Repository

__all__ = ["chained_acts", "deploys_flows", "training_acts"]


@remembered
def training_acts(repo: Repository) -> Iterator[Act]:
    """What CI runs that trains, those of DVC first."""
    for act in (*acts(repo, "dvc.repro"), *acts(repo, "train"), *acts(repo, "run.python")):
        if _trains(repo, act):
            yield act


_MOST_ACTS = 50  # that train, each of which is held against all others of its pipeline
_AFTER = ("image.build", "image.push", "deploy", "run.python")
_NO_STAGE = re.compile(r"(?i)test|lint|format|check|\bpip\b|setup\.py|venv|version")


def chained_acts(repo: Repository) -> Iterator[tuple[Act, Act]]:
    """Where a pipeline trains: the act that does, and one of another stage in the same pipeline.

    A program of the project that is no test, or an image or a deployment in a job that waits for the one that trains.
    """
    for act in islice(training_acts(repo), _MOST_ACTS):
        if act.misplaced or act.invocation is None:
            continue
        for role in _AFTER:
            for other in acts(repo, role):
                if other.pipeline is not act.pipeline or other.invocation is None:
                    continue
                apart = other.invocation.text != act.invocation.text and not _NO_STAGE.search(other.invocation.text)
                if act.job.name in other.job.needs or (role == "run.python" and apart and _runs_own(repo, other)):
                    yield act, other


def _runs_own(repo: Repository, act: Act) -> bool:
    """Whether a command runs a program of the project, or one that stands in it and imports some of the project."""
    if act.invocation is None:
        return False
    if "-c" in act.invocation.argv[:-1]:
        return bool(_imported(repo, act, _written(act)))
    return bool(repo.program(act.invocation))


def deploys_flows(repo: Repository, path: str) -> bool:
    """Whether a program hands flows to a server that runs them later; to serve them would keep CI waiting."""
    return any(
        call.path == path and call.last != "serve" and not call.scope for call in repo.code.calls("pipeline.deploy")
    )


_ONLY_CHECKS = frozenset({"--compile-only", "--dry-run", "--help", "--check", "--version"})


def _trains(repo: Repository, act: Act) -> bool:
    if act.invocation is None:
        return False
    words = act.invocation.argv
    if words[0] in (
        "dvc",
        "mlflow",
        "kedro",
        "zenml",
        "flyte",
        "pyflyte",
        "az",
        "gcloud",
        "databricks",
        "airflow",
        "argo",
        "curl",
    ):
        return True
    if words[0] == "prefect":
        return "run" in words
    if any(word in _ONLY_CHECKS for word in words):
        return False
    if "-c" in words[:-1]:
        written = _written(act)
        if not any(_STARTS_TRAINING.search(call.last) for call in written.calls):
            return False
        return any(module_reaches(repo, path, "model.fit") for path in _imported(repo, act, written))
    path = repo.program(act.invocation)
    return bool(path) and not deploys_flows(repo, path) and module_reaches(repo, path, "model.fit")


_STARTS_TRAINING = re.compile(r"(?i)train|fit|pipeline|flow")


def _written(act: Act) -> PythonModule:
    """The program that stands in a command, behind ``python -c``."""
    words = act.invocation.argv if act.invocation else ()
    return parse_python(act.step.path, textwrap.dedent(words[words.index("-c") + 1]))


def _imported(repo: Repository, act: Act, written: PythonModule) -> list[str]:
    """The modules of the project that a program in a command imports."""
    return sorted({path for item in written.imports if (path := repo.world.local.find(item.module, act.step.path))})
