"""Workflows that run what is there: the tests, and the checkers."""

from __future__ import annotations

from analyzer.knowledge.starts import CHECKERS, CHECKOUT, SETUP_PYTHON
from analyzer.starts.model import RefusalError, Start, StartFile, rendered
from analyzer.starts.project import Project

__all__ = ["lint", "pipeline", "tests", "workflow_path"]


def tests(project: Project) -> Start:
    """A workflow that installs the project and runs its tests."""
    if not project.test_commands:
        raise RefusalError(
            "There are no tests that a workflow could run",
            "Write one first: folioscope rules show tests.unit says how.",
        )
    return Start("ci.tests", (_workflow(project, "tests", "ci.tests", (), project.test_commands),))


def lint(project: Project) -> Start:
    """A workflow that runs the configured checkers; ruff where none is."""
    tools = project.checkers or ("ruff",)
    notes = () if project.checkers else ("No checker is configured here, so the workflow runs ruff with its defaults.",)
    return Start("ci.lint", (_workflow(project, "lint", "ci.lint", tools, ()),), notes)


def pipeline(project: Project) -> Start:
    """A workflow that runs checkers and tests, whichever there are."""
    if not project.test_commands and not project.checkers:
        raise RefusalError(
            "There is neither a test nor a configured checker that a workflow could run",
            "Write a test first: folioscope rules show tests.unit says how.",
        )
    return Start("ci.pipeline", (_workflow(project, "ci", "ci.pipeline", project.checkers, project.test_commands),))


def workflow_path(project: Project, name: str) -> str:
    """Where a workflow lies: GitHub reads those of the root alone, so that of a folder bears the folder's name.

    Raises:
        RefusalError: the folder has a name that no workflow is given.
    """
    folder = project.plain_folder.replace("/", "-").strip("-.")
    return f".github/workflows/{name}{'-' if folder else ''}{folder}.yml"


def _workflow(project: Project, name: str, criterion: str, tools: tuple[str, ...], tests: tuple[str, ...]) -> StartFile:
    needed = [*tools, *(["pytest"] if tests and project.runner == "pytest" else [])]
    return rendered(
        "workflow.yml.j2",
        workflow_path(project, name),
        criterion,
        here=workflow_path(project, name),
        folder=project.plain_folder,
        name=name,
        branch=project.branch,
        checkout=CHECKOUT,
        setup=SETUP_PYTHON,
        python=project.python,
        install=project.install(*needed),
        checks=[f"{project.prefix}{command}" for tool in tools for command in CHECKERS[tool]],
        tests=tests,
    )
