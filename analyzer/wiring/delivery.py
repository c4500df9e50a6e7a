"""Who does what: tasks, scripts, DVC stages, compose services and CI jobs, by the commands they run."""

from __future__ import annotations

import re
from collections.abc import Iterator

from analyzer.artifacts.ci import Job, Step
from analyzer.artifacts.compose import ComposeService
from analyzer.artifacts.dockerfile import Dockerfile
from analyzer.artifacts.dvc import DvcStage
from analyzer.artifacts.tasks import Task
from analyzer.commands import Invocation
from analyzer.findings import Place
from analyzer.knowledge.actions import action_roles
from analyzer.path_index import PathIndex
from analyzer.queries.ci import deploys_remotely
from analyzer.queries.commands import Source, invocations_by_source
from analyzer.queries.containers import composed
from analyzer.queries.programs import targets
from analyzer.repository import Repository
from analyzer.wiring.code import module_id
from analyzer.wiring.files import FileNames
from analyzer.wiring.graph import Draft
from analyzer.wiring.images import Images
from analyzer.wiring.names import Names

__all__ = ["Delivery", "service_id"]

_TAG_WORD = re.compile(r"^[\w$][\w./:${}@-]*$")
_COLLECTED = re.compile(r"(?:^|/)(?:test_[^/]*|[^/]*_test|tests)\.py$")
_MOST_TESTS = 40


def _collected(repo: Repository) -> PathIndex:
    return PathIndex(module.path for module in repo.tests.modules if _COLLECTED.search(module.path))


def service_id(service: ComposeService) -> str:
    """The id of the node of a compose service."""
    return f"service:{service.path}#{service.name}"


class Delivery:
    """Draws what commands start, build, push, test and deploy."""

    def __init__(self, repo: Repository, draft: Draft, names: Names, files: FileNames, images: Images) -> None:
        self._repo, self._draft, self._names, self._files, self._images = repo, draft, names, files, images
        self.deployments: list[tuple[str, Invocation | Step]] = []
        """(node, command or step) of everything that deploys; what it deploys is drawn with the infrastructure."""

    def draw(self) -> None:
        """Add compose services, then all commands; builds come before pushes, so that names are known."""
        for compose in self._repo.compose_files:
            for service in compose.services:
                self._draft.node("service", f"{service.path}#{service.name}", service.name, service.place)
        for compose in self._repo.compose_files:
            for service in compose.services:
                self._images.service(service, service_id(service))
        sources = [(self._node(source), source, items) for source, items in invocations_by_source(self._repo)]
        for node, source, items in sources:
            if not isinstance(source, Dockerfile):
                for item in items:
                    self._builds(node, item)
        steps = [
            (self._job(job), step) for pipeline in self._repo.pipelines for job, step in self._repo.steps_of(pipeline)
        ]
        for node, step in steps:
            self._built_by_action(node, step)
        for _, source, items in sources:
            for item in items if not isinstance(source, Dockerfile) else ():
                if item.argv[:2] == ("docker", "tag") and len(item.argv) == 4:
                    self._images.rename(item.argv[2], item.argv[3], item.origin.path)
        self._images.draw()
        for compose in self._repo.compose_files:
            for service in compose.services:
                self._service(service)
        for node, source, items in sources:
            if not isinstance(source, Dockerfile):
                for item in items:
                    self._command(node, item)
        for node, step in steps:
            self._action(node, step)
        self._stages()

    def _job(self, job: Job) -> str:
        return self._draft.node("job", f"{job.path}#{job.name}", job.name, job.place)

    def _node(self, source: Source) -> str:
        if isinstance(source, Job):
            return self._job(source)
        if isinstance(source, Dockerfile):
            return self._images.of(source)
        if isinstance(source, ComposeService):
            return service_id(source)
        if isinstance(source, DvcStage):
            return self._draft.node("stage", f"{source.path}#{source.name}", source.name, source.place)
        if isinstance(source, Task):
            return self._draft.node(
                "script", f"{source.path}#{source.name}", f"{source.path} {source.name}", source.place
            )
        return self._draft.node("script", source, source, Place(source, 1))

    # -- compose ---------------------------------------------------------------------------------------------

    def _service(self, service: ComposeService) -> None:
        node = service_id(service)
        if service.builds and service.dockerfile:
            self._draft.edge(node, f"image:{service.dockerfile}", "runs", Place(service.path, service.build_line))
        elif service.image:
            self._images.refer(node, service.image, "runs", service.place)
        for other in service.depends_on:
            self._draft.edge(node, f"service:{service.path}#{other}", "needs", service.place)

    def _stages(self) -> None:
        for file in self._repo.dvc_files:
            for stage in file.stages:
                node = self._node(stage)
                for verb, names in (("reads", stage.deps), ("writes", stage.outs)):
                    for name in names:
                        if not name.endswith(".py"):
                            folder = file.path.rpartition("/")[0]
                            self._files.mention(node, verb, f"{folder}/{name}" if folder else name, stage.place)
            for name in file.tracked:
                folder = file.path.rpartition("/")[0]
                pointer = self._draft.node("script", file.path, file.path, file.place)
                self._files.mention(pointer, "versions", f"{folder}/{name}" if folder else name, file.place)

    # -- commands --------------------------------------------------------------------------------------------

    def _builds(self, node: str, item: Invocation) -> None:
        if "image.build" not in item.roles:
            return
        for dockerfile, tags in self._images.built_by(item):
            self._images.build(node, dockerfile, tags, item.origin)
        if "compose" in item.text:
            self._up(node, item, "builds")

    def _command(self, node: str, item: Invocation) -> None:
        roles = item.roles
        if "image.push" in roles:
            self._pushes(node, item)
        if "compose.up" in roles:
            self._up(node, item, "starts")
        if "test" in roles:
            self._tests(node, item)
        elif "lint" not in roles:
            self._programs(node, item)
        if item.argv[0] in ("docker", "podman") and "run" in item.argv[:3] and "compose" not in item.text:
            self._container(node, item)
        if "deploy" in roles and deploys_remotely(item):
            self.deployments.append((node, item))

    def _programs(self, node: str, item: Invocation) -> None:
        for target in targets(self._repo, item):
            if target.path:
                self._draft.edge(node, module_id(target.path), "runs", item.origin)
            elif target.written.endswith(".py") and "$" not in target.written and "container" not in item.via:
                self._draft.gap(node, "program", target.written, "is no file of the repository", item.origin)
        if item.argv[0].endswith((".sh", ".bash")) or item.argv[0] in ("bash", "sh"):
            for word in item.argv[:3]:
                path = self._repo.find(word, item.folder) if word.endswith((".sh", ".bash")) else None
                if path and node != f"script:{path}":
                    self._draft.edge(node, f"script:{path}", "calls", item.origin)

    def _tests(self, node: str, item: Invocation) -> None:
        folders = [word.split("::", 1)[0].strip("./") for word in item.argv[1:] if not word.startswith("-")]
        known = self._repo.once(_collected)
        places = {place for name in folders if name for place in known.ending(name)}
        chosen = {path for place in places for path in known.below(place)} | {
            name for name in folders if name in places and not known.below(name)
        }
        for path in sorted(chosen)[:_MOST_TESTS] if chosen else known.ordered[:_MOST_TESTS]:
            test = self._draft.node("module", path, path, Place(path, 1))
            self._draft.edge(node, test, "tests", item.origin)

    def _pushes(self, node: str, item: Invocation) -> None:
        words = [word for word in item.argv[1:] if _TAG_WORD.match(word) and word not in ("push", "image", "compose")]
        if "compose" in item.text:
            self._up(node, item, "pushes")
        elif item.argv[0] in ("gcloud", "az") or "build" in item.argv:
            for dockerfile, _ in self._images.built_by(item):
                self._push(node, dockerfile, item.origin)
        elif words:
            self._images.refer(node, words[-1], "pushes", item.origin)

    def _push(self, node: str, dockerfile: str, place: Place) -> None:
        self._draft.edge(node, f"image:{dockerfile}", "pushes", place)

    def _up(self, node: str, item: Invocation, verb: str) -> None:
        for service in composed(self._repo, item):
            if verb == "starts":
                self._draft.edge(node, service_id(service), verb, item.origin)
            elif service.builds:
                self._draft.edge(node, f"image:{service.dockerfile}", verb, item.origin)

    def _container(self, node: str, item: Invocation) -> None:
        for word in item.argv[2:]:
            own = self._images.named(word, item.origin.path) if _TAG_WORD.match(word) else ()
            for image in own:
                self._draft.edge(node, image, "runs", item.origin)
            if own:
                return

    # -- ready-made steps ------------------------------------------------------------------------------------

    def _built_by_action(self, node: str, step: Step) -> None:
        if "image.build" in action_roles(step.uses) and "build-push" in step.uses:
            inputs = step.inputs
            path = self._images.dockerfile(inputs.get("file", ""), inputs.get("context", ""), "", step.path)
            self._images.build(node, path, tuple(_lines(inputs.get("tags", ""))), step.place)

    def _action(self, node: str, step: Step) -> None:
        roles = action_roles(step.uses) if step.uses else frozenset()
        if "image.build" in roles and step.inputs.get("push", "").strip().lower() not in ("", "false"):
            path = self._images.dockerfile(step.inputs.get("file", ""), step.inputs.get("context", ""), "", step.path)
            self._push(node, path, step.place)
        if "deploy" in roles:
            self.deployments.append((node, step))


def _lines(text: str) -> Iterator[str]:
    yield from (part.strip() for line in text.split("\n") for part in line.split(",") if part.strip())
