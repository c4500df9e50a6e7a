"""The middle links of the chain: image, deployment, service."""

from __future__ import annotations

import re
from functools import cached_property

from analyzer.findings import Place
from analyzer.inventory import Kind, kind_of
from analyzer.queries.schedules import schedules
from analyzer.queries.serving import batch_scoring, handlers, model_servers, prediction_routes
from analyzer.wiring.code import module_id
from analyzer.wiring.graph import Edge, Node
from analyzer.wiring.making import Making
from analyzer.wiring.ties import Station, Ties, path_of

__all__ = ["Running"]

_SERVES = re.compile(
    r"(?i)sagemaker_endpoint|online_endpoint|ai_endpoint|lambda_function|run_service|ecs_service|task_definition|app_service|container_app|command:|step:"
)

_STORES = re.compile(r"(?i)ecr_|artifact_registry|container_registry|s3_|bucket|storage|docker_|database|db_|sql")
"""Resources that keep things and run no image."""


def _telling(edge: Edge) -> tuple[bool, bool, bool]:
    """Order of deployments: what runs the image itself, then workloads, then what is known to serve."""
    return edge.kind != "runs", not edge.target.startswith("workload:"), not _SERVES.search(edge.target)


class Running:
    """Finds the image that holds the serving code, what deploys it, and what answers in it."""

    def __init__(self, ties: Ties, making: Making) -> None:
        self._ties, self._making = ties, making
        self._repo, self._wiring = ties.repo, ties.wiring

    @cached_property
    def _servers(self) -> dict[str, Place]:
        """Modules that serve predictions, each with its first route or handler."""
        places = [call.place for call in prediction_routes(self._repo)]
        places += (function.place for function in handlers(self._repo))
        apps = self._repo.code.calls("serve.app")
        places += (call.place for call in apps if call.root in ("bentoml", "litserve"))
        return {place.path: place for place in reversed(places)}

    @cached_property
    def _scoring(self) -> dict[str, Place]:
        """Modules that score in batches and that a schedule starts."""
        found = {call.path: call.place for call in batch_scoring(self._repo)}
        started: set[str] = set()
        for item in schedules(self._repo) if found else ():
            if not item.idle:
                started |= {item.place.path, *item.modules, *(path for path, _ in item.functions)}
        return {path: place for path, place in found.items() if path in started}

    def _fit(self, node: Node) -> tuple[int, str]:
        """(how well an image fits the chain, 0 for not at all; the serving module it was chosen for)."""
        below = self._ties.below(node.id)
        copied = {edge.target for edge in self._wiring.edges_from(node.id, "copies")}
        for rank, paths in ((4, self._servers), (2, self._scoring)):
            for path in sorted(paths):
                if module_id(path) in below:
                    return rank + 1, path
            for path in sorted(paths):
                if module_id(path) in copied:
                    return rank, path
        return (1, "") if any(kind_of(path_of(name)) is Kind.PYTHON for name in copied) else (0, "")

    @cached_property
    def image_node(self) -> Node | None:
        """The image of ours that holds code: one that serves before others, then one that loads and is deployed."""
        own = [node for node in self._wiring.of("image") if not node.id.startswith("image:of:")]
        ranked = [
            (-fit[0], self._loads(node) is None, not self._deployments(node), node)
            for node in own
            if (fit := self._fit(node))[0]
        ]
        return min(ranked, default=(0, False, False, None), key=lambda item: item[:3])[3]

    @cached_property
    def served(self) -> str:
        """The module that answers for predictions in that image, or an empty string."""
        return self._fit(self.image_node)[1] if self.image_node else ""

    # -- image -----------------------------------------------------------------------------------------------

    def _loads(self, image: Node) -> tuple[str, Place] | None:
        """How the code of an image comes to the trained model: (words, place)."""
        wanted = {name for name, _, _ in self._making.registered} | self._making.saved
        below = self._ties.below(image.id)
        served = self._fit(image)[1]
        below |= self._ties.below(module_id(served)) if served else frozenset()
        copied = self._wiring.edges_from(image.id, "copies")
        if len(below) == 1:  # what it runs is not known; what it copies is
            below |= {edge.target for edge in copied}
        for edge in (edge for name in sorted(below) for edge in self._wiring.edges_from(name, "loads")):
            if edge.target in wanted:
                return f"{edge.path} loads {self._ties.label(edge.target)}", edge.place
        for edge in copied:
            if edge.target in wanted:
                return f"it carries {self._ties.label(edge.target)}", edge.place
        for gap in self._wiring.gaps:
            kind, _, registry = gap.kind.partition(" (")
            if kind == "loads" and gap.source in below and registry.rstrip(")") in self._registries:
                return f"{gap.path} loads from the registry by a name that is known when it runs", gap.place
        return None

    @cached_property
    def _registries(self) -> frozenset[str]:
        """Names of the registries that training registers in."""
        names = [name for name, _, _ in self._making.registered]
        of_nodes = {name.split(":")[1] for name in names if name.startswith("model:")}
        return frozenset(of_nodes | {name.partition("(")[2].rstrip(")") for name in names if "(" in name})

    def image(self) -> Station:
        """The image that packages what uses the model."""
        image = self.image_node
        if image is None:
            return Station(False, None, "no Dockerfile packages the code that uses the model")
        loads = self._loads(image)
        verb = "packages" if self._wiring.edges_from(image.id, "copies") else "starts"  # what is mounted into it
        if loads:
            return Station(True, image.place, f"{image.label} {verb} the code; {loads[0]}", image.label)
        words = f"{image.label} {verb} code, but nothing shows that it loads the model that training makes"
        return Station(False, image.place, words, image.label)

    # -- deployment ------------------------------------------------------------------------------------------

    def _deployments(self, image: Node) -> list[Edge]:
        """Edges by which an image comes to a cloud or a cluster, the most telling first."""
        wiring = self._wiring
        found = [
            item for item in wiring.edges_to(image.id, "runs") if item.source.startswith(("workload:", "resource:"))
        ]
        for edge in wiring.edges_to(image.id, "pushes", "builds"):
            if edge.source.startswith("resource:"):
                found += wiring.edges_to(edge.source, "deploys") or (edge,)
            for name in self._beside(edge):
                deployed = wiring.edges_from(name, "deploys")
                found += (
                    item
                    for item in deployed
                    if not _STORES.search(item.target) and not wiring.edges_from(item.target, "runs")
                )
        return sorted(dict.fromkeys(found), key=_telling)

    def _beside(self, edge: Edge) -> tuple[str, ...]:
        """What may deploy an image that a job or script pushes: itself, and jobs of the same CI file."""
        if edge.source.startswith("job:") and edge.kind == "pushes":
            return tuple(node.id for node in self._wiring.of("job") if node.path == path_of(edge.source))
        return (edge.source,)

    def deployment(self) -> Station:
        """What brings the image to a cloud or a cluster."""
        image = self.image_node
        edge = next(iter(self._deployments(image) if image else []), None)
        if image and edge:
            runs = edge.kind == "runs"
            what = self._ties.label(edge.source if runs else edge.target)
            return Station(
                True, edge.place, f"{what} {'runs' if runs else 'is deployed with'} the image of {image.label}"
            )
        for kind in ("deploys", "runs"):
            for other in self._wiring.edges:
                if other.kind == kind and (kind == "deploys" or other.source.startswith(("workload:", "resource:"))):
                    which = f"the image of {image.label}" if image else "an image of this project"
                    words = f"{self._ties.label(other.source)} deploys, but nothing shows that it is {which}"
                    return Station(False, other.place, words)
        return Station(
            False, None, f"nothing deploys {f'the image of {image.label}' if image else 'an image'} to a cloud"
        )

    # -- service ---------------------------------------------------------------------------------------------

    def service(self) -> Station:
        """What answers for predictions there."""
        image = self.image_node
        place = self._servers.get(self.served) or self._scoring.get(self.served)
        if image and place:
            return Station(True, place, f"{place.path} answers for predictions in the image of {image.label}")
        for server in model_servers(self._repo):
            at: Place = server if isinstance(server, Place) else server.place
            tied = image is not None and any(edge.path == at.path for edge in self._deployments(image))
            words = f"{at.path} serves the model{'' if tied else ', but nothing ties it to an image of the project'}"
            return Station(tied, at, words)
        for path, at in sorted(self._servers.items()):
            return Station(False, at, f"{path} serves predictions, but no image runs it")
        return Station(False, None, "nothing that is deployed serves predictions")
