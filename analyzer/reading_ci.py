"""The CI configuration of a snapshot, with what it includes and the local actions that it uses."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator
from fnmatch import fnmatchcase
from functools import cached_property

from analyzer.artifacts import ci
from analyzer.inventory import Kind
from analyzer.reading import Reading
from analyzer.remembered import remembered

__all__ = ["ReadingCi"]


class ReadingCi(Reading):
    """Pipelines where their system looks for them, those elsewhere, and their steps."""

    @cached_property
    def pipelines(self) -> tuple[ci.Pipeline, ...]:
        """CI configuration that its system would find."""
        parsers: tuple[tuple[Kind, Callable[[str, str], ci.Pipeline]], ...] = (
            (Kind.GITHUB_WORKFLOW, ci.parse_github),
            (Kind.JENKINSFILE, ci.parse_jenkins),
            (Kind.CIRCLECI, ci.parse_circleci),
            (Kind.OTHER_CI, _parse_other_ci),
        )
        found = [item for kind, parse in parsers for item in self._parse((kind,), parse, serving=True)]
        including: tuple[tuple[Kind, Callable[[str, str, ci.Finder], ci.Pipeline]], ...] = (
            (Kind.GITLAB_CI, ci.parse_gitlab),
            (Kind.AZURE_PIPELINES, ci.parse_azure),
        )
        for kind, parse_with in including:
            found += self._parse((kind,), self._with_included(parse_with), serving=True, alone=False)
        return tuple(item for item in found if item.jobs and not self._is_misplaced(item))

    def _with_included(self, parse: Callable[[str, str, ci.Finder], ci.Pipeline]) -> Callable[[str, str], ci.Pipeline]:
        return lambda path, text: parse(path, text, self._matching)

    def _matching(self, pattern: str) -> Iterator[tuple[str, str]]:
        """(path, text) of the files that a path or pattern of a pipeline means."""
        paths = [pattern] if pattern in self.snapshot.entries else []
        if not paths and "*" in pattern:
            paths = [path for path in self.paths if fnmatchcase(path, pattern)]
        for path in paths:
            if text := self.text(path):
                yield path, text

    def _is_misplaced(self, pipeline: ci.Pipeline) -> bool:
        """GitHub reads workflows of the repository's root alone, even when a subfolder is judged."""
        return pipeline.system == "github-actions" and not pipeline.path.startswith(".github/workflows/")

    @cached_property
    def misplaced_pipelines(self) -> tuple[ci.Pipeline, ...]:
        """GitHub workflows in a place where GitHub does not look."""
        kinds = (Kind.MISPLACED_WORKFLOW, Kind.GITHUB_WORKFLOW)
        found = self._parse(kinds, ci.parse_github)
        return tuple(item for item in found if item.jobs and self._is_misplaced(item))

    @cached_property
    def silent_workflows(self) -> tuple[str, ...]:
        """GitHub workflows with text but without any job: commented out, or begun."""
        busy = {item.path for item in (*self.pipelines, *self.misplaced_pipelines)}
        paths = (*self.inventory.of(Kind.GITHUB_WORKFLOW), *self._serving(Kind.GITHUB_WORKFLOW))
        return tuple(path for path in paths if path not in busy and (self.text(path) or "").strip())

    def steps_of(self, pipeline: ci.Pipeline, depth: int = 0) -> Iterator[tuple[ci.Job, ci.Step]]:
        """The steps of a pipeline with those of the local actions and workflows that it uses."""
        for job in pipeline.jobs:
            if job.uses.startswith("./") and depth < 4:
                called = self._called_pipeline(job.uses[2:].split("@", 1)[0])
                if called:
                    yield from self.steps_of(called, depth + 1)
            for step in job.steps:
                yield job, step
                if step.uses.startswith("./"):
                    yield from ((job, inner) for inner in self._within(step.uses))

    def _within(self, uses: str, depth: int = 0) -> Iterator[ci.Step]:
        """The steps of a local action and of those that it uses."""
        for inner in self._action_steps(uses[2:]):
            yield inner
            if inner.uses.startswith("./") and depth < 4:
                yield from self._within(inner.uses, depth + 1)

    @remembered
    def _called_pipeline(self, path: str) -> ci.Pipeline | None:
        text = self.text(path) if path in self.snapshot.entries else None
        return ci.parse_github(path, text) if text else None

    @remembered
    def _action_steps(self, folder: str) -> tuple[ci.Step, ...]:
        for name in ("action.yml", "action.yaml"):
            path = posixpath.join(folder.rstrip("/"), name)
            text = self.text(path) if path in self.snapshot.entries else None
            if text:
                return ci.parse_action(path, text)
        return ()


def _parse_other_ci(path: str, text: str) -> ci.Pipeline:
    return ci.parse_other(path, path.rsplit("/", 1)[-1].strip(".").split(".")[0], text)
