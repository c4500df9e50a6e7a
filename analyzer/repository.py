"""The facade that rules see: typed artifacts of one repository, parsed once, on first use."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator
from functools import cached_property
from typing import Any, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from analyzer.artifacts import (
    ci,
    dependencies,
    orchestration,
    project_tasks,
    tasks,
    tox,
)
from analyzer.artifacts.azure_ml import AzureMl, parse_azure_ml
from analyzer.artifacts.compose import ComposeFile, parse_compose
from analyzer.artifacts.dockerfile import Dockerfile, parse_dockerfile
from analyzer.artifacts.makefile import parse_makefile
from analyzer.artifacts.precommit import PreCommitFile, parse_precommit
from analyzer.artifacts.python_source import PythonModule, parse_python
from analyzer.artifacts.shell import ShellCommand, parse_shell
from analyzer.code import Code
from analyzer.commands import CommandResolver, Invocation
from analyzer.findings import Place
from analyzer.inventory import Kind, Owner, kind_of
from analyzer.knowledge.actions import command_of
from analyzer.knowledge.words import has_word
from analyzer.module_kinds import is_block, is_test
from analyzer.outside_names import called_by_gcloud, is_named_in, notebooks_of_tasks, target_names
from analyzer.reading_prose import ReadingProse
from analyzer.remembered import remembered
from analyzer.snapshot import Snapshot

__all__ = ["CiCommand", "Repository"]

_Artifact = TypeVar("_Artifact")


class CiCommand(Struct, frozen=True):
    """A command that a CI job runs, with the pipeline, job and step that run it."""

    pipeline: ci.Pipeline
    job: ci.Job
    step: ci.Step
    invocation: Invocation

    @property
    def place(self) -> Place:
        """The line of the CI file."""
        return self.invocation.place

    @property
    def swallowed(self) -> bool:
        """Whether its failure cannot show."""
        return self.invocation.swallowed or self.step.allow_failure or self.job.allow_failure


class Repository(ReadingProse):
    """One snapshot, or a folder of it, as rules see it. Reading is lazy; nothing changes once read."""

    def __init__(self, snapshot: Snapshot, subdir: str = "", left_out: Callable[[str], bool] | None = None) -> None:
        super().__init__(snapshot, subdir, left_out)
        self._built: dict[Callable[[Repository], Any], Any] = {}

    def close(self) -> None:
        """Let go of all that was read.

        Much of it refers to each other in circles, which the garbage collector would have to find. What is shared with
        other commits stays whole.
        """
        kept = vars(self)
        for reduced in self._reduced:
            reduced.close()
        parts = (kept.get(name) for name in ("world", "code", "tests", "notebook_code"))
        documents = () if self.snapshot.shared else kept.get("documents", ())
        for item in (*documents, *(part for part in parts if part is not None), self):
            vars(item).clear()

    def once(self, build: Callable[[Repository], _Artifact]) -> _Artifact:
        """What a query builds from this repository: built on first use, kept for all who ask."""
        if build not in self._built:
            self._built[build] = build(self)
        found: _Artifact = self._built[build]
        return found

    def program(self, invocation: Invocation) -> str:
        """The Python file of this repository that a command runs (``python x.py``, ``python -m x``), or an empty string."""
        words = invocation.argv
        if words[:2] == ("python", "-m") and len(words) > 2:
            return self.world.local.find(words[2], posixpath.join(invocation.folder, "x.py")) or ""
        if words[0] != "python":
            return ""
        name = next((word for word in words[1:4] if word.endswith(".py")), "")
        return (self.find(name, invocation.folder) or "") if name else ""

    # -- containers and CI -----------------------------------------------------------------------------------

    @cached_property
    def dockerfiles(self) -> tuple[Dockerfile, ...]:
        """Dockerfiles with at least one instruction, those under other names that a compose service is built by included."""
        files = self._parse((Kind.DOCKERFILE,), parse_dockerfile, serving=True)
        known = {file.path for file in files}
        named = {service.dockerfile for file in self.compose_files for service in file.services if service.builds}
        others = (path for path in sorted(named - known) if self.inventory.owners.get(path) is Owner.OWN)
        files += tuple(self._parsed(parse_dockerfile, path, self.text(path) or "") for path in others)
        return tuple(file for file in files if file.named("FROM") or (file.instructions and file.path in known))

    @cached_property
    def compose_files(self) -> tuple[ComposeFile, ...]:
        """Compose files with at least one service."""
        files = self._parse((Kind.COMPOSE,), parse_compose, serving=True)
        return tuple(file for file in files if file.services)

    @cached_property
    def resolver(self) -> CommandResolver:
        """Follows commands through task runners and scripts."""
        return CommandResolver(self)

    @cached_property
    def ci_commands(self) -> tuple[CiCommand, ...]:
        """Every command that CI runs, followed to what it really does."""
        return tuple(item for pipeline in self.pipelines for item in self.commands_of(pipeline))

    def commands_of(self, pipeline: ci.Pipeline) -> tuple[CiCommand, ...]:
        """The commands of one pipeline; local actions and reusable workflows are followed."""
        if pipeline.path not in self._commands_by_pipeline:
            self._commands_by_pipeline[pipeline.path] = tuple(
                CiCommand(pipeline, job, step, invocation)
                for job, step in self.steps_of(pipeline)
                for invocation in self.resolver.follow(
                    step.commands or _run_by(step), step.place_of, posixpath.normpath(step.folder or ".").strip("./")
                )
            )
        return self._commands_by_pipeline[pipeline.path]

    @cached_property
    def _commands_by_pipeline(self) -> dict[str, tuple[CiCommand, ...]]:
        return {}

    @cached_property
    def task_files(self) -> tuple[tasks.TaskFile, ...]:
        """Files of task runners."""
        found = [
            *self._parse((Kind.MAKEFILE,), parse_makefile, serving=True),
            *self._parse((Kind.JUSTFILE,), tasks.parse_justfile, serving=True),
            *self._parse((Kind.TASKFILE,), tasks.parse_taskfile, serving=True),
            *self._parse((Kind.TOX, Kind.SETUP_CFG), tox.parse_tox),
            *self._parse((Kind.PACKAGE_JSON,), project_tasks.parse_package_json),
            *self._parse((Kind.PIPFILE,), project_tasks.parse_pipfile_scripts),
            *self._parse((Kind.MLPROJECT,), tasks.parse_mlproject),
        ]
        for files in self._parse((Kind.PYPROJECT, Kind.PROJECT_TASKS), project_tasks.parse_pyproject_tasks):
            found += files
        for module in self.modules:
            name = module.path.rsplit("/", 1)[-1]
            if name == "noxfile.py":
                found.append(project_tasks.parse_nox(module, "nox"))
            elif name == "tasks.py" and any(item.root == "invoke" for item in module.imports):
                found.append(project_tasks.parse_nox(module, "invoke"))
        return tuple(file for file in found if file.tasks or file.includes)

    @cached_property
    def pre_commit_files(self) -> tuple[PreCommitFile, ...]:
        """Pre-commit configurations with at least one hook."""
        return tuple(file for file in self._parse((Kind.PRE_COMMIT,), parse_precommit, serving=True) if file.hooks)

    # -- pipelines, data, dependencies -----------------------------------------------------------------------

    @cached_property
    def workflows(self) -> tuple[orchestration.Workflow, ...]:
        """Workflows declared in files of orchestrators."""
        found: list[orchestration.Workflow] = []
        found += (item for item in self._parse((Kind.MAGE_PIPELINE,), orchestration.parse_mage_pipeline) if item)
        for group in self._parse((Kind.MAGE_TRIGGERS,), orchestration.parse_mage_triggers):
            found += group
        for group in self._parse((Kind.PREFECT_YAML,), orchestration.parse_prefect):
            found += group
        for path, text in self._sniffed("prefect"):
            found += self._parsed(orchestration.parse_prefect, path, text)
        for group in self._parse((Kind.DATABRICKS,), orchestration.parse_databricks):
            found += group
        for path, text in self._sniffed("databricks"):
            found += self._parsed(orchestration.parse_databricks, path, text)
        found += (
            item
            for path, text in self._sniffed("kestra")
            if (item := self._parsed(orchestration.parse_kestra, path, text))
        )
        found += (
            item
            for path, text in self._sniffed("state-machine")
            if (item := orchestration.parse_state_machine(path, text))
        )
        found += (item for thing in self.kubernetes if (item := orchestration.parse_argo(thing)))
        found += self._azure_workflows()
        return tuple(found)

    @cached_property
    def azure_ml(self) -> tuple[AzureMl, ...]:
        """Jobs, schedules and deployments for the command line of Azure Machine Learning."""
        files = (self._parsed(parse_azure_ml, path, text) for path, text in self._sniffed("azure-ml"))
        return tuple(file for file in files if file.kind)

    def _azure_workflows(self) -> Iterator[orchestration.Workflow]:
        """Pipelines, and schedules with the steps of the pipeline that they start."""
        pipelines = {file.path: file.workflow for file in self.azure_ml if file.workflow and not file.starts}
        for file in self.azure_ml:
            started = pipelines.get(self.find(file.starts, posixpath.dirname(file.path)) or "") if file.starts else None
            if file.workflow:
                yield replace(file.workflow, steps=started.steps) if started else file.workflow

    @cached_property
    def mage_notifications(self) -> tuple[tuple[str, int], ...]:
        """(path, line) of receivers in the project settings of Mage."""
        texts = ((path, self.text(path)) for path in self.inventory.of(Kind.YAML) if path.endswith("metadata.yaml"))
        return tuple((path, line) for path, text in texts if text and (line := orchestration.mage_receivers(text)))

    @cached_property
    def dependency_files(self) -> tuple[dependencies.DependencyFile, ...]:
        """Dependency and lock files with at least one requirement."""
        found = [
            *self._parse((Kind.REQUIREMENTS,), dependencies.parse_requirements),
            *self._parse((Kind.PYPROJECT,), dependencies.parse_pyproject),
            *self._parse((Kind.PIPFILE,), dependencies.parse_pipfile),
            *self._parse((Kind.SETUP_CFG,), dependencies.parse_setup_cfg),
            *self._parse((Kind.CONDA,), dependencies.parse_conda),
        ]
        for path in self.inventory.of(Kind.LOCK):
            text = self.text(path)
            if text:
                found.append(dependencies.parse_lock(path, path.rsplit("/", 1)[-1].split(".", 1)[0].lower(), text))
        return tuple(file for file in found if file.requirements and not self._is_logged_with_model(file.path))

    def _is_logged_with_model(self, path: str) -> bool:
        """Whether a tracker wrote the file beside a model that it logged (``MLmodel``, MLflow's description of it)."""
        return posixpath.join(posixpath.dirname(path), "MLmodel") in self.snapshot.entries

    @remembered
    def without(self, paths: frozenset[str]) -> Repository:
        """The same repository as it were without these modules and files of infrastructure; what was parsed is shared."""
        other = object.__new__(Repository)
        about_code = ("modules", "world", "code", "tests", "notebook_code", "_remembered", "_reduced")
        other.__dict__.update({name: value for name, value in self.__dict__.items() if name not in about_code})
        other.__dict__["modules"] = tuple(module for module in self.modules if module.path not in paths)
        other.__dict__["infrastructure"] = tuple(file for file in self.infrastructure if file.path not in paths)
        self._reduced.append(other)
        return other

    @cached_property
    def _reduced(self) -> list[Repository]:
        return []

    # -- code ------------------------------------------------------------------------------------------------

    @cached_property
    def world(self) -> Code:
        """Modules, tests, notebooks and copied modules; names are resolved and reach is decided among all of them."""
        modules = (*self.modules, *self._copied_modules, *(item.module for item in self.notebooks))
        table = self.snapshot.shared.table if self.snapshot.shared else None
        return Code(modules, outside=self._outside_names, started=self.is_named_outside, table=table)

    def is_run(self, path: str, scope: str) -> bool:
        """Whether a function is reached by something else than tests."""
        if self._named_in_tests.isdisjoint(scope.split(".")):  # no test comes to it
            return self.world.is_reached(path, scope)
        return self._without_tests.is_reached(path, scope)

    @cached_property
    def _named_in_tests(self) -> frozenset[str]:
        return frozenset(name for module in self.tests.modules for names in module.names_in.values() for name in names)

    @cached_property
    def _without_tests(self) -> Code:
        tests = {module.path for module in self.tests.modules}
        if not tests:
            return self.world
        modules = (module for module in self.world.modules if module.path not in tests)
        return Code(modules, outside=self._outside_names, started=self.is_named_outside)

    @property
    def _copied_modules(self) -> Iterator[PythonModule]:
        """Unchanged copies of a template's modules: no evidence themselves, but the candidate's code may call them."""
        for path in self.inventory.copies:
            text = self.text(path) if kind_of(path) is Kind.PYTHON else None
            if text and self.inventory.owners[path] is Owner.SCAFFOLD:
                yield self._parsed(parse_python, path, text)

    @cached_property
    def code(self) -> Code:
        """Modules that are neither tests nor notebooks, and the notebooks that a program or a job runs."""
        own = (item for item in self.modules if not self._is_test(item))
        return Code((*own, *(item.module for item in self.notebooks if item.path in self._run_notebooks)), self.world)

    @cached_property
    def tests(self) -> Code:
        """Test modules."""
        return Code((item for item in self.modules if self._is_test(item)), self.world)

    @cached_property
    def notebook_code(self) -> Code:
        """The code cells of notebooks that nothing runs."""
        return Code((item.module for item in self.notebooks if item.path not in self._run_notebooks), self.world)

    @cached_property
    def _run_notebooks(self) -> frozenset[str]:
        """Notebooks that a program runs by papermill, or a job of Databricks by its definition."""
        names: set[str] = set()
        for module in self.modules if self.notebooks else ():
            if any(item.root == "papermill" for item in module.used_imports):
                names.update(posixpath.basename(text.value) for text in module.texts if text.value.endswith(".ipynb"))
        for workflow in self.workflows if self.notebooks else ():
            if workflow.tool == "databricks":
                names.update(notebooks_of_tasks(self.text(workflow.path) or ""))
        return frozenset(item.path for item in self.notebooks if posixpath.basename(item.path) in names)

    def _is_test(self, module: PythonModule) -> bool:
        path = module.path[len(self.subdir) + 1 :] if self.subdir else module.path
        return is_test(module, path)

    @cached_property
    def _outside_names(self) -> frozenset[str]:
        """Names of functions that files other than Python call: handlers of functions, entry points of servers."""
        found: set[str] = set()
        for file in self.dockerfiles:
            found.update(target_names(word for item in file.starts for word in item.argv))
        for compose in self.compose_files:
            found.update(target_names(word for item in compose.services for word in item.command.split()))
        for item in self.infrastructure:
            found.update(target_names(value for resource in item.resources for value in resource.attributes.values()))
            found.update(name for resource in item.resources if (name := resource.entry_point))
        for _, text in self._words_outside:
            found.update(called_by_gcloud(text))
        for workflow in self.workflows:
            found.update(target_names((workflow.entrypoint, *workflow.steps)))
        for path in self.inventory.of(Kind.PYPROJECT):
            found.update(target_names((self.text(path) or "").replace('"', " ").split()))
        return frozenset(found)

    def is_named_outside(self, path: str) -> bool:
        """Whether a file other than Python names a module by its file name or its dotted name, or a pipeline of Mage its block."""
        return (
            any(self.of_file(other, is_named_in, path, text, by=path) for other, text in self._words_outside)
            or any(path.startswith(folder) for folder in self._lost_starters)
            or self._is_mage_block(path)
        )

    def _is_mage_block(self, path: str) -> bool:
        """Whether a module is a block that a pipeline of Mage names; where no pipeline is committed, any may."""
        module = self.world.module(path)
        if module is None or not is_block(module):
            return False
        flows = [
            text for item in self.workflows if item.tool == "mage" and item.steps and (text := self.text(item.path))
        ]
        name = posixpath.basename(path).removesuffix(".py")
        return not flows or any(has_word(text, name) for text in flows)

    @cached_property
    def _lost_starters(self) -> tuple[str, ...]:
        """Folders whose shell scripts run a program that is not in the repository: what it started cannot be told."""
        found = []
        for path in self.inventory.of(Kind.SHELL):
            runs = re.findall(r"\bpython3?\s+\S*?([\w-]+\.py)\b", self.text(path) or "")
            if any(not self.index.has_file(name) for name in runs):
                found.append(posixpath.dirname(path) + "/")
        return tuple(found)

    @cached_property
    def _words_outside(self) -> tuple[tuple[str, str], ...]:
        """(path, text) of all files that can name a module and are no Python."""
        skipped = {Kind.PYTHON, Kind.NOTEBOOK, Kind.JSON, Kind.LOCK, Kind.OTHER, Kind.SQL, Kind.PROGRAM}
        paths = [path for kind, found in self.inventory.by_kind.items() if kind not in skipped for path in found]
        return tuple((path, text) for path in (*paths, *self.inventory.serving) if (text := self.text(path)))


def _run_by(step: ci.Step) -> tuple[ShellCommand, ...]:
    """The command that a ready-made step stands for, where what it runs is written in the repository."""
    command = command_of(step.uses)
    return parse_shell(command) if command else ()
