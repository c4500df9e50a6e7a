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


_LOOKED_FOR = {"github-actions": ".github/workflows/", "gitlab-ci": ".gitlab-ci.", "circleci": ".circleci/"}
"""How the paths begin that a system reads, by its name."""


class ReadingCi(Reading):
    """Pipelines where their system looks for them, those elsewhere, and their steps."""

    @cached_property
    def pipelines(self) -> tuple[ci.Pipeline, ...]:
        """CI configuration that its system would find."""
        return tuple(item for item in self._configured if not self._is_misplaced(item))

    @cached_property
    def _configured(self) -> tuple[ci.Pipeline, ...]:
        """Every pipeline with jobs, wherever it stands, but for what only looks like a workflow."""
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
        return tuple(item for item in found if item.jobs)

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
        """Whether its system reads another place of the repository's root alone, also where a subfolder is judged.

        Jenkins, Azure Pipelines and the smaller systems are told where their file is, outside the repository.
        """
        place = _LOOKED_FOR.get(pipeline.system)
        return place is not None and not pipeline.path.startswith(place)

    @cached_property
    def misplaced_pipelines(self) -> tuple[ci.Pipeline, ...]:
        """Pipelines in a place where their system does not look."""
        found = [item for item in self._parse((Kind.MISPLACED_WORKFLOW,), ci.parse_github) if item.jobs]
        return tuple(item for item in (*found, *self._configured) if self._is_misplaced(item))

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
