"""Images that CI builds in a folder which lacks the Dockerfile, or what the Dockerfile copies."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from analyzer.argv import image_build
from analyzer.artifacts.ci import Job, Step
from analyzer.findings import Place
from analyzer.knowledge.actions import action_roles
from analyzer.knowledge.paths import LOWER_DOCKERFILE
from analyzer.queries.containers import sources
from analyzer.repository import CiCommand, Repository
from analyzer.soundness.defect import Defect
from analyzer.soundness.layout import Layout

__all__ = ["unbuildable_in_ci"]

_ACTION = re.compile(r"^docker/build-push-action@")
_BRINGS = re.compile(
    r"\b(?:cp|mv|ln|tar|unzip|curl|wget|dvc|aws|gsutil|gcloud|az|git|cat|tee|make|just|bash|sh|python3?|sed|cd|pushd)\b|>|\./"
)
_QUIET = frozenset({"setup", "image.build", "lint", "test"})
_UNKNOWN = re.compile(r"[$*?\[\]{}<>~`@]|^/|:")
_OF_COMMIT = re.compile(r"^\{\{\s*defaultContext\s*\}\}:?")


def unbuildable_in_ci(layout: Layout) -> Iterator[Defect]:
    """Builds of images in CI whose folder has no such Dockerfile, or not what the Dockerfile copies.

    An action without a context builds in the root; ``{{defaultContext}}:folder`` is a folder of the commit, in which the
    Dockerfile is looked for as well. Where a step before may bring or make files, nothing is said.

    Source: https://github.com/docker/build-push-action#git-context
    """
    repo = layout.repository
    if layout.has_submodules or not repo.dockerfiles:
        return
    for pipeline in repo.pipelines:
        commands: dict[int, list[CiCommand]] = {}
        for item in repo.commands_of(pipeline):
            commands.setdefault(id(item.step), []).append(item)
        for job in pipeline.jobs:
            checkouts = [step.inputs for step in job.steps if "checkout" in step.uses]
            if any("path" in given or "repository" in given for given in checkouts):
                continue
            for step in job.steps:
                if _ACTION.match(step.uses):
                    yield from _by_action(repo, job, step)
                elif _may_bring(step):
                    break
                for item in commands.get(id(step), ()):
                    if item.invocation.origin == item.invocation.place:
                        yield from _by_command(repo, job, item.invocation.argv, step.folder, item.place)


def _may_bring(step: Step) -> bool:
    """Whether a step may bring, make or move files, or goes to another folder."""
    if step.run:
        return bool(_BRINGS.search(step.run))
    return step.uses.startswith("./") or "download" in step.uses or not action_roles(step.uses) & _QUIET


def _by_action(repo: Repository, job: Job, step: Step) -> Iterator[Defect]:
    given = step.inputs.get("context", "").strip().strip("\"'")
    of_commit = not given or bool(_OF_COMMIT.match(given))
    context, name = _OF_COMMIT.sub("", given), step.inputs.get("file", "").strip().strip("\"'")
    beside = context if of_commit or not name else "."
    yield from _build(repo, job, context, posixpath.join(beside, name or "Dockerfile"), Place(step.path, step.line))


def _by_command(repo: Repository, job: Job, argv: tuple[str, ...], folder: str, place: Place) -> Iterator[Defect]:
    build = image_build(argv) if argv[0] == "docker" else None
    if build and build.context:
        context = posixpath.join(folder, build.context.strip("\"'"))
        named = posixpath.join(folder, build.dockerfile.strip("\"'")) if build.dockerfile else ""
        yield from _build(repo, job, context, named or posixpath.join(context, "Dockerfile"), place)


def _build(repo: Repository, job: Job, context: str, dockerfile: str, place: Place) -> Iterator[Defect]:
    if _UNKNOWN.search(context) or _UNKNOWN.search(dockerfile):
        return
    context, path = posixpath.normpath(context or "."), posixpath.normpath(dockerfile)
    if path not in repo.snapshot.entries and LOWER_DOCKERFILE.sub("dockerfile", path) not in repo.snapshot.entries:
        sentence = f"the CI job {job.name} builds an image from {path}, which is not in the repository"
        yield Defect(place.path, place.line, "image-build", sentence)
        return
    file = next((item for item in repo.dockerfiles if item.path == path), None)
    for copy in file.copies if file else ():
        for source in () if copy.from_stage else copy.sources:
            plain = source.strip("\"'").lstrip("/")
            if (
                not _UNKNOWN.search(plain)
                and not sources(repo, "" if context == "." else context, plain)
                and repo.index.ends_with(posixpath.normpath(plain))
            ):
                where = "the root" if context == "." else context
                sentence = f"the CI job {job.name} builds {path} in {where}, which has no {plain} to copy"
                yield Defect(place.path, place.line, "image-build", sentence)
                return
