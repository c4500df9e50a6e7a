"""Steps of CI that fail, and those that are never come to because another one fails before."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

from msgspec import Struct

from analyzer.artifacts.ci import Pipeline, Step
from analyzer.commands import Invocation
from analyzer.findings import Place
from analyzer.module_kinds import is_collected
from analyzer.queries.absent import in_order
from analyzer.repository import CiCommand, Repository
from analyzer.soundness.defect import Defect

__all__ = ["FailingSteps"]

_STOPS = frozenset({"missing-file", "missing-target", "image-build", "refused-install"})
_ANYHOW = re.compile(r"\b(?:always|failure|cancelled)\s*\(")
_GOES_ON = re.compile(
    r"--(?:ignore|deselect|continue-on-collection-errors|pyargs|import-mode|collect-only|confcutdir)\b"
)
_TESTPATHS = re.compile(r"(?m)^\s*testpaths\s*=")
_SETTINGS = ("pytest.ini", "pyproject.toml", "setup.cfg", "tox.ini", ".pytest.ini")


class _Reach(Struct, frozen=True):
    """The lines of a step that come to nothing, and why."""

    first: int
    last: int
    by: Defect


class FailingSteps:
    """Which lines of CI files come to nothing.

    Args:
        repository: whose pipelines are looked at.
        broken: modules that cannot be imported, with the defect that stops each.
        defects: all defects by the file that they stand in.
    """

    def __init__(
        self, repository: Repository, broken: Mapping[str, Defect], defects: Mapping[str, Iterable[Defect]]
    ) -> None:
        self._repository, self._defects = repository, defects
        self._broken = broken
        self._reaches: dict[str, list[_Reach]] = {}
        for pipeline in repository.pipelines if self._broken or defects else ():
            self._look(pipeline)

    def at(self, place: Place) -> Defect | None:
        """The defect because of which a line of a CI file is not come to."""
        found = (reach.by for reach in self._reaches.get(place.path, ()) if reach.first <= place.line <= reach.last)
        return next(found, None)

    def _look(self, pipeline: Pipeline) -> None:
        """Note the steps that fail, what follows them in their jobs, and the jobs that need these."""
        failed: dict[str, Defect] = {}
        runs_tests: dict[int, list[CiCommand]] = {}
        for item in self._repository.commands_of(pipeline) if self._broken else ():
            if "test" in item.invocation.roles:
                runs_tests.setdefault(id(item.step), []).append(item)
        for job in in_order(pipeline.jobs):
            before = next((failed[name] for name in job.needs if name in failed), None)
            by = before if before and not _ANYHOW.search(job.condition) else None
            for step in job.steps:
                if by and not _ANYHOW.search(step.condition):
                    self._note(step, step.line, by)
                elif not by and not step.allow_failure:
                    first, by = self._fails(step, runs_tests)
                    if by:
                        self._note(step, first, by)
            if by and not job.allow_failure:
                failed[job.name] = by

    def _note(self, step: Step, first: int, by: Defect) -> None:
        self._reaches.setdefault(step.path, []).append(_Reach(first, max(step.end_line, step.line), by))

    def _fails(self, step: Step, runs_tests: Mapping[int, list[CiCommand]]) -> tuple[int, Defect | None]:
        """The line from which a step comes to nothing, and why."""
        for item in self._defects.get(step.path, ()):
            if item.kind in _STOPS and step.line <= item.line <= step.end_line:
                return item.line, item
        for command in runs_tests.get(id(step), ()):
            if not command.swallowed:
                for path in self._collected(command.invocation):
                    return command.place.line, self._broken[path]
        return 0, None

    def _collected(self, item: Invocation) -> Iterator[str]:
        """The broken modules that pytest imports before it runs any test: one is enough to stop it.

        Source: https://docs.pytest.org/en/stable/reference/exit-codes.html, exit code 2.
        """
        if item.argv[0] not in ("pytest", "py.test") and item.argv[:3] != ("python", "-m", "pytest"):
            return
        if _GOES_ON.search(item.text):
            return
        folders = self._named(item)
        for path in self._broken if folders is not None else ():
            looked_for = is_collected(path) or posixpath.basename(path) == "conftest.py"
            for folder in folders or ():
                if path == folder or (looked_for and path.startswith(f"{folder}/" if folder else "")):
                    yield path

    def _named(self, item: Invocation) -> list[str] | None:
        """The files and folders that a command names, or begins in; None where that is not known."""
        given = [word for word in item.argv[1:] if not word.startswith("-") and ("/" in word or word.endswith(".py"))]
        index, found = self._repository.index, []
        for word in given:
            path = posixpath.normpath(posixpath.join(item.folder, word.partition("::")[0].strip("\"'")))
            if path not in self._repository.snapshot.entries and not index.below(path):
                return None
            found.append("" if path == "." else path)
        plain = [posixpath.join(item.folder, word) for word in item.argv[1:] if "/" not in word]
        found += [path for path in plain if index.below(path)]
        if found:
            return found
        return None if self._has_test_paths else [item.folder]

    @cached_property
    def _has_test_paths(self) -> bool:
        repo = self._repository
        return any(
            posixpath.basename(path) in _SETTINGS and _TESTPATHS.search(repo.text(path) or "") for path in repo.paths
        )
