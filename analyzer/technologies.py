"""Technologies that code or configuration shows, with the places."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from msgspec import Struct

from analyzer.excerpts import evidence_at
from analyzer.findings import Evidence, Place
from analyzer.inventory import Kind, kind_of
from analyzer.knowledge.named import technologies_named
from analyzer.knowledge.technologies import KINDS, PUBLIC_IMAGES, TECHNOLOGIES
from analyzer.queries.commands import all_invocations
from analyzer.queries.places import first_said
from analyzer.repository import Repository

__all__ = ["Technology", "find_technologies"]

_MOST_EVIDENCE = 3


class Technology(Struct, frozen=True):
    """A technology of the checklist that code or configuration shows."""

    id: str
    area: str
    evidence: tuple[Evidence, ...]


def find_technologies(repo: Repository) -> tuple[Technology, ...]:
    """Return the technologies that are shown, in the order of the table."""
    places = _places(repo)
    return tuple(
        Technology(marks.id, marks.area, _evidence(repo, places[marks.id]))
        for marks in TECHNOLOGIES
        if places.get(marks.id)
    )


def _evidence(repo: Repository, places: list[Place]) -> tuple[Evidence, ...]:
    unique = list(dict.fromkeys(places))[:_MOST_EVIDENCE]
    return tuple(evidence_at(repo, place) for place in unique)


def _places(repo: Repository) -> dict[str, list[Place]]:
    found: dict[str, list[Place]] = {}

    def add(name: str, place: Place) -> None:
        entry = found.setdefault(name, [])
        if len(entry) < _MOST_EVIDENCE * 3:
            entry.append(place)

    for name, place in (
        *_by_files(repo),
        *_by_imports(repo),
        *_by_images(repo),
        *_by_resources(repo),
        *_by_steps(repo),
    ):
        add(name, place)
    for name, place in _by_commands(repo):
        add(name, place)
    return found


def _beginning(repo: Repository, path: str) -> Place:
    """The first line of a file that says something; of a notebook the first import."""
    imports = next((item.module.imports for item in repo.notebooks if item.path == path), ())
    return imports[0].place if imports else first_said(repo, path)


def _by_files(repo: Repository) -> Iterator[tuple[str, Place]]:
    for name, kinds in KINDS.items():
        for path in repo.inventory.of(*(Kind(kind) for kind in kinds)):
            if repo.snapshot.entries[path].size > 0 and (repo.text(path) or "").strip():
                yield name, _beginning(repo, path)
    for path in repo.inventory.serving:
        for name, kinds in KINDS.items():
            if kind_of(path).value in kinds:
                yield name, _beginning(repo, path)
    for path in repo.paths:
        suffix = path.rsplit(".", 1)[-1] if "." in path else ""
        if suffix in ("go", "rs"):
            yield {"go": "go", "rs": "rust"}[suffix], Place(path, 1)
    locks = {"poetry": "poetry", "uv": "uv", "pipfile": "pipenv", "conda-lock": "conda"}
    for file in repo.dependency_files:
        tool = locks.get(file.tool, file.tool) if file.lock else file.tool
        if tool in ("poetry", "uv", "pipenv", "conda"):
            yield tool, file.place
        if file.tool == "pyproject" and "[tool.poetry" in (repo.text(file.path) or ""):
            yield "poetry", file.place
    for config in repo.monitoring:
        names = {"prometheus": "prometheus", "rules": "prometheus", "alertmanager": "alertmanager"}
        of_grafana = bool(config.alerts) and all(alert.source == "grafana" for alert in config.alerts)
        if config.kind != "prometheus" or config.jobs or config.rule_files:
            yield "grafana" if of_grafana else names.get(config.kind, "grafana"), config.place
    for dashboard in repo.dashboards:
        yield "grafana", dashboard.place
    for azure in repo.azure_ml:
        yield "azure-ml", azure.place
    for path in repo.playbooks:
        yield "ansible", Place(path, 1)
    for infra in repo.infrastructure:
        names = {"sam": "aws-sam", "cdk": "aws-cdk", "cloudformation": "cloudformation"}
        if infra.tool in names and infra.resources:
            yield names[infra.tool], infra.place
            yield "aws", infra.place
            if infra.tool == "sam":
                yield "cloudformation", infra.place
    yield from _by_objects(repo)


_API_GROUPS = {
    "serving.kserve.io": "kserve", "machinelearning.seldon.io": "seldon-core", "networking.istio.io": "istio",
    "security.istio.io": "istio", "monitoring.coreos.com": "prometheus", "kustomize.config.k8s.io": "kustomize",
    "kubeflow.org": "kubeflow", "ray.io": "ray-serve", "source.toolkit.fluxcd.io": "flux",
    "kustomize.toolkit.fluxcd.io": "flux", "helm.toolkit.fluxcd.io": "flux",
}  # fmt: skip


def _by_objects(repo: Repository) -> Iterator[tuple[str, Place]]:
    for item in repo.kubernetes:
        yield _API_GROUPS.get(item.group, "kubernetes"), item.place
        if item.group == "argoproj.io":
            yield ("argo-cd" if item.kind.startswith("App") else "argo-workflows"), item.place
    for text, path in ((repo.text(path) or "", path) for path in repo.inventory.of(Kind.YAML)):
        if path.endswith("feature_store.yaml") and "registry" in text:
            yield "feast", Place(path, 1)
        elif path.endswith("kfp.yaml") or "pipelines.kubeflow.org" in text[:2000]:
            yield "kubeflow", Place(path, 1)


def _by_imports(repo: Repository) -> Iterator[tuple[str, Place]]:
    table = _imports()
    for module in (*repo.modules, *(item.module for item in repo.notebooks)):
        for item in module.used_imports:
            if not item.root or item.module.startswith("."):
                continue
            if not repo.world.is_reached(module.path, ""):
                continue
            dotted = item.dotted
            for prefix in _prefixes(dotted):
                for name in table.get(prefix, ()):
                    yield name, item.place
        named = [(item.name, item.place) for item in module.references]
        named += [(item.name, item.place) for item in module.calls]
        yield from (("keras", place) for name, place in named if name.startswith("tensorflow.keras"))


@lru_cache(maxsize=1)
def _imports() -> dict[str, tuple[str, ...]]:
    table: dict[str, tuple[str, ...]] = {}
    for marks in TECHNOLOGIES:
        for item in marks.imports:
            table[item] = (*table.get(item, ()), marks.id)
    return table


def _prefixes(dotted: str) -> Iterator[str]:
    parts = dotted.split(".")
    for end in range(1, min(len(parts), 4) + 1):
        yield ".".join(parts[:end])


def _by_images(repo: Repository) -> Iterator[tuple[str, Place]]:
    images: list[tuple[str, Place]] = []
    for file in repo.dockerfiles:
        images += [(image, file.place) for image in file.images]
    for compose in repo.compose_files:
        images += [(service.image, service.place) for service in compose.services if service.image]
    for item in repo.kubernetes:
        images += [(image, item.place) for image in item.images]
    for pipeline in repo.pipelines:
        images += [(image, job.place) for job in pipeline.jobs for image in job.images]
    for image, place in images:
        bare = image.split("@", 1)[0].lower()
        public = bare.startswith(PUBLIC_IMAGES)
        for marks in TECHNOLOGIES:
            if not (public and marks.area == "cloud") and any(
                part in bare
                if "/" in part or ":" in part or "." in part
                else bare.split(":", 1)[0].rsplit("/", 1)[-1] == part
                for part in marks.images
            ):
                yield marks.id, place


def _by_resources(repo: Repository) -> Iterator[tuple[str, Place]]:
    for file in repo.infrastructure:
        if file.tool == "pulumi" and file.resources:
            yield "pulumi", file.place
        for resource in file.resources:
            for marks in TECHNOLOGIES:
                if resource.type.startswith(marks.resources):
                    yield marks.id, resource.place
            if resource.type == "helm_release":
                chart = " ".join(resource.attributes.get(name, "") for name in ("chart", "repository"))
                for _, name in technologies_named(re.sub(r"[\W_]+", " ", chart)):
                    yield name, resource.place


def _by_steps(repo: Repository) -> Iterator[tuple[str, Place]]:
    for pipeline in repo.pipelines:
        for _, step in repo.steps_of(pipeline):
            uses = step.uses.lower()
            if uses:
                for marks in TECHNOLOGIES:
                    if uses.startswith(marks.actions):
                        yield marks.id, step.place


@lru_cache(maxsize=1)
def _commands() -> dict[str, list[tuple[tuple[str, ...], str]]]:
    table: dict[str, list[tuple[tuple[str, ...], str]]] = {}
    for marks in TECHNOLOGIES:
        for command in marks.commands:
            words = tuple(command.split())
            table.setdefault(words[0], []).append((words, marks.id))
    return table


def _by_commands(repo: Repository) -> Iterator[tuple[str, Place]]:
    table = _commands()
    for item in all_invocations(repo):
        name = item.argv[0].rsplit("/", 1)[-1]
        for words, technology in table.get(name, ()):
            if item.argv[: len(words)] == words or (name,) == words:
                yield technology, item.origin
