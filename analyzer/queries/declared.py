"""Workflows that files of orchestrators declare, and what of the repository they run."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from analyzer.artifacts.dvc import DvcStage
from analyzer.artifacts.orchestration import Workflow
from analyzer.findings import Place
from analyzer.inventory import Kind
from analyzer.queries.containers import packagings
from analyzer.remembered import remembered
from analyzer.repository import Repository

__all__ = ["holds_code", "own_parts", "programs_in", "runs_code", "runs_own", "state_machines"]

_PROGRAM = re.compile(r"[\w./-]+\.(?:py|ipynb|sh|sql|r|R|jl|scala)\b")
_NOTEBOOK = re.compile(r"notebook_path[\"']?\s*:\s*[\"']?([\w./-]+)")
_JSON = re.compile(r"[\w.-]+\.json\b")
_BLOCKS = (".py", ".sql", ".r", ".yaml", ".yml")
# Code within the file itself, as tasks of Kestra and Argo may hold it.
_INLINE = re.compile(r"(?m)^[ \t]*(?:- )?(?:script|source|inline)\s*:\s*[|>]")


def own_parts(repo: Repository, workflow: Workflow) -> frozenset[str]:
    """Programs, notebooks, blocks and images of this repository that a workflow runs, by its file or by the names of its steps."""
    names = {step.rsplit(":", 1)[-1].rsplit("/", 1)[-1] for step in workflow.steps}
    if workflow.tool == "mage":
        return frozenset(name for name in names if any(repo.index.ends_with(f"{name}{ending}") for ending in _BLOCKS))
    if workflow.tool == "step-functions":
        return frozenset(names) if posixpath.basename(workflow.path) in _applied_files(repo) else frozenset()
    found = {name for name in names if "." in name and repo.index.ends_with(name)}
    text = repo.text(workflow.path) or ""
    if workflow.tool == "argo" and any(item.code for item in packagings(repo)):
        found |= names  # its images may be what is built here
    return frozenset((*found, *_named_in(repo, workflow.path, text)))


@remembered
def _applied_files(repo: Repository) -> frozenset[str]:
    """The names of the JSON files that infrastructure code takes."""
    texts = (repo.text(file.path) or "" for file in repo.infrastructure)
    return frozenset(name for text in texts for name in _JSON.findall(text))


def _named_in(repo: Repository, path: str, text: str) -> Iterator[str]:
    """The files of the repository that a text names as programs, modules or notebooks."""
    folder = posixpath.dirname(path)
    yield from programs_in(repo, (text,), path)
    for name in {match.group() for match in _PROGRAM.finditer(text) if not match.group().endswith(".py")}:
        target = repo.find(name, folder)
        if target or repo.index.ends_with(posixpath.basename(name)):
            yield target or posixpath.basename(name)
    for name in {match.group(1) for match in _NOTEBOOK.finditer(text)}:
        base = posixpath.basename(name)
        yield from (base for ending in (".py", ".ipynb", ".sql") if repo.index.ends_with(f"{base}{ending}"))


_PYTHON = re.compile(r"[\w./-]+\.py\b")
# As "python -m" takes it; the name may be another text than the option, in a list or where parts are added up.
_AFTER_OPTION = re.compile(r"(?<![\w-])-m[\s,\"']+([A-Za-z_][\w.]*)")
_FIRST_WORD = re.compile(r"\s*([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+)(?!\S)")


def programs_in(repo: Repository, texts: tuple[str, ...], path: str) -> Iterator[str]:
    """The modules of ours that texts of the file at ``path`` name as files, or as what ``python -m`` runs."""
    apart = any(text.rstrip().endswith("-m") for text in texts)
    for text in texts:
        for match in _PYTHON.finditer(text) if ".py" in text else ():
            target = repo.find(match.group(), path.rpartition("/")[0]) or _by_name(repo, match.group())
            if target:
                yield target
        names = [match.group(1) for match in _AFTER_OPTION.finditer(text)] if "-m" in text else []
        if apart and (first := _FIRST_WORD.match(text)):
            names.append(first.group(1))
        for name in names:
            if target := repo.code.local.find(name, path):
                yield target


@remembered
def _by_name(repo: Repository, name: str) -> str | None:
    tail = "/" + name.rsplit("/", 1)[-1]
    found = [module.path for module in repo.modules if f"/{module.path}".endswith(tail)]
    return found[0] if len(found) == 1 else None


def holds_code(repo: Repository, workflow: Workflow) -> bool:
    """Whether two tasks or more of a workflow hold their code in its own file, and the project has the tool's server."""
    return len(_INLINE.findall(repo.text(workflow.path) or "")) >= 2 and _is_served(repo, workflow.tool)


@remembered
def _is_served(repo: Repository, tool: str) -> bool:
    """Whether a service or infrastructure code runs an orchestrator."""
    images = (service.image for file in repo.compose_files for service in file.services)
    texts = ((repo.text(file.path) or "").lower() for file in repo.infrastructure)
    return any(tool in text for text in (*images, *texts))


def runs_own(repo: Repository, stage: DvcStage, *, elsewhere: bool = False) -> bool:
    """Whether the command of a stage names no program, or one that is there; with ``elsewhere``, also in another folder."""
    programs = _PROGRAM.findall(stage.command)
    folder = posixpath.dirname(stage.path)
    return not programs or any(
        repo.find(name, folder) or (elsewhere and repo.index.ends_with(posixpath.basename(name))) for name in programs
    )


_STATES = re.compile(r"""["']?Type["']?\s*[=:]\s*["']?(?:Task|Parallel|Map)\b""")


@remembered
def state_machines(repo: Repository) -> Iterator[tuple[Place, int]]:
    """State machines among the resources of infrastructure code that also declares what they call, with their tasks."""
    for file in repo.infrastructure:
        for item in file.resources:
            states = len(_STATES.findall(item.body))
            machine = re.search(r"(?i)state_?machine|workflows_workflow|sagemaker_pipeline", item.type)
            if machine and states >= 2 and runs_code(repo):
                yield item.place, states


@remembered
def runs_code(repo: Repository) -> bool:
    """Whether there is a program that a platform could call: a function, an image of one's own, or one in another language."""
    handlers = any(name.endswith("handler") for module in repo.code.modules for name in module.function_at)
    return handlers or any(item.code for item in packagings(repo)) or bool(repo.inventory.of(Kind.PROGRAM))
