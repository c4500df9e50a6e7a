"""Tests that no runner collects."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from analyzer.artifacts.python_source import Function, PythonModule
from analyzer.commands import Invocation
from analyzer.module_kinds import is_collected
from analyzer.queries.commands import all_invocations
from analyzer.queries.testing import RUNNER, run_by_name
from analyzer.repository import Repository
from analyzer.soundness.defect import Defect

__all__ = ["idle_tests", "uncollected_tests"]

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


def idle_tests(repository: Repository) -> Iterator[Defect]:
    """Test modules that python runs as scripts, where no runner does, and that call none of the tests they define."""
    invocations = list(all_invocations(repository))
    started = {path for item in invocations if item.argv[0].startswith("python") and (path := repository.program(item))}
    for module in repository.tests.modules if started else ():
        if module.path not in started or module.has_main_guard or module.error or module.checks:
            continue
        tests = [function for function in module.functions if _is_test(function) and "." not in function.qualname]
        own = {function.name for function in module.functions}
        called = any(not call.scope and (call.name in own or call.last in _RUNS_TESTS) for call in module.calls)
        if tests and not called and not any(_collects(item, module.path) for item in invocations):
            name = posixpath.basename(module.path)
            sentence = f"{name} is run with python, which calls none of its tests: {tests[0].name} never runs"
            yield Defect(module.path, tests[0].line, "uncollected-tests", sentence)


_RUNS_TESTS = frozenset({"main", "console_main", "run"})


def _collects(item: Invocation, path: str) -> bool:
    """Whether a command runs a test runner on a module, as far as its words tell: on all, or on a folder above it."""
    if not RUNNER.search(item.text):
        return False
    words = [word.partition("::")[0] for word in item.argv[1:] if not word.startswith("-")]
    named = [word for word in words if "/" in word or word.endswith(".py") or f"/{word}/" in f"/{path}"]
    return not named or any(f"/{word.strip('./')}/" in f"/{path}/" for word in named)


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
