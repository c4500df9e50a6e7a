"""What a module of Python is: a test, a block of a pipeline, or a program of its own."""

from __future__ import annotations

import re

from analyzer.artifacts.python_source import PythonModule
from analyzer.knowledge.paths import TEST_FILE
from analyzer.knowledge.python_calls import roles_of

__all__ = ["is_block", "is_collected", "is_test"]

_COLLECTED = re.compile(r"(?:^|/)(?:test_[^/]*|[^/]*_test)\.py$")


def is_test(module: PythonModule, path: str) -> bool:
    """Whether a module is a test by its path, seen from the project, and by what it holds."""
    return bool(TEST_FILE.search(path)) and not is_block(module) and not _is_program(module)


def is_collected(path: str) -> bool:
    """Whether pytest looks for tests in a file of that name, unless it is told of other names (``python_files``)."""
    return bool(_COLLECTED.search(path))


def is_block(module: PythonModule) -> bool:
    """Whether a module is a block of a pipeline of Mage, whatever its name begins with."""
    return any(item.root == "mage_ai" for item in module.imports)


def _is_program(module: PythonModule) -> bool:
    """Whether a module that is called like a test holds none, and declares a service or a pipeline."""
    names = [*(item.name for item in module.functions), *(item.name for item in module.classes)]
    tests = (name.lower().startswith("test") for name in names)
    if module.checks or any(tests) or any(item.root in ("pytest", "unittest") for item in module.imports):
        return False
    return any(not roles_of(call.name).isdisjoint(("serve.route", "pipeline.flow")) for call in module.calls)
