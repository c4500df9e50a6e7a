"""Tests that no runner collects."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from analyzer.artifacts.python_source import Function, PythonModule
from analyzer.module_kinds import is_collected
from analyzer.queries.commands import all_invocations
from analyzer.queries.testing import run_by_name
from analyzer.repository import Repository
from analyzer.soundness.defect import Defect

__all__ = ["uncollected_tests"]

_TOLD_APART = re.compile(r"(?:^|/)(?:tests?|conftest)\.py$")
"""Names that runners of frameworks look for, such as Django's, and that of fixtures."""
_SETTINGS = frozenset({"pytest.ini", "pyproject.toml", "setup.cfg", "tox.ini", ".pytest.ini"})
_OTHER_RUNNERS = frozenset(
    {"locust", "behave", "pytest_bdd", "robot", "nose", "hypothesis", "airflow", "dagster", "mage_ai", "dbt"}
)


def uncollected_tests(repository: Repository) -> Iterator[Defect]:
    """Modules with test functions that hold assertions, under names that neither pytest nor unittest looks for."""
    modules = repository.tests.modules
    named = [item for item in modules if not (is_collected(item.path) or _TOLD_APART.search(item.path))]
    if not any(_is_test(function) for module in named for function in module.functions) or _has_patterns(repository):
        return
    words = {word for item in all_invocations(repository) for word in item.argv if word.endswith(".py")}
    run = {word.rsplit("/", 1)[-1] for word in words}
    told = repository.once(run_by_name)
    for module in named:
        name = posixpath.basename(module.path)
        if name in run or module.path in told or module.has_main_guard or module.error:
            continue
        if any(item.root in _OTHER_RUNNERS for item in module.imports):
            continue
        tests = [function for function in module.functions if _is_test(function)]
        if tests and not _is_imported(repository, module):
            sentence = f"pytest looks for test_*.py and *_test.py, so it does not collect {tests[0].name} from {name}"
            yield Defect(module.path, tests[0].line, "uncollected-tests", sentence)


def _is_test(function: Function) -> bool:
    return function.name.startswith("test") and function.asserts and not function.nested


def _is_imported(repository: Repository, module: PythonModule) -> bool:
    """Whether another test module imports it, and with it its tests."""
    stem = posixpath.basename(module.path).removesuffix(".py")
    return not repository.once(_importers).get(stem, set()) <= {module.path}


def _importers(repository: Repository) -> dict[str, set[str]]:
    """The paths of the test modules that import something of a name."""
    found: dict[str, set[str]] = {}
    for module in repository.tests.modules:
        for item in module.imports:
            for name in (item.module.rsplit(".", 1)[-1], item.name):
                found.setdefault(name, set()).add(module.path)
    return found


def _has_patterns(repository: Repository) -> bool:
    """Whether a setting, or an argument of a command, tells the runner other names of files."""
    for path in repository.paths:
        if posixpath.basename(path) in _SETTINGS and "python_files" in (repository.text(path) or ""):
            return True
    return any(
        "python_files" in item.text or ("unittest" in item.text and re.search(r"\s-p\b|--pattern", item.text))
        for item in all_invocations(repository)
    )
