"""Follows the wiring from one link of the chain to the next."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from analyzer.artifacts.python_source import Call
from analyzer.findings import Place
from analyzer.inventory import Kind, kind_of
from analyzer.queries.alerts import notifications
from analyzer.queries.commands import data_downloads
from analyzer.queries.learning import training_calls
from analyzer.queries.monitors import drift_calls, quality_on_new_data, stored_metrics
from analyzer.queries.schedules import schedules
from analyzer.queries.serving import batch_scoring, handlers, model_servers, prediction_routes
from analyzer.repository import Repository
from analyzer.wiring.code import module_id
from analyzer.wiring.graph import Edge, Node, Wiring

__all__ = ["Station", "Tracer"]

_CODE = ("runs", "calls", "imports", "defines", "hands on to", "starts")
_OWN_API = re.compile(r"localhost|127\.0\.0\.1|0\.0\.0\.0|/predict|/health|{}")
_PUSHED = re.compile(
    r"put_metric_data|push_to_gateway|pushadd_to_gateway|^statsd|^datadog|^opentelemetry|^influxdb|^google\.cloud\.monitoring"
)


@dataclass(frozen=True, slots=True)
class Station:
    """What was found of a link: where, and whether it is tied to the link before."""

    tied: bool
    place: Place | None
    sentence: str
    label: str = ""


class Tracer:
    """Finds the stations of the chain in order. Each asks what the one before has found."""

    def __init__(self, wiring: Wiring, repo: Repository) -> None:
        self._wiring, self._repo, self._code = wiring, repo, repo.code

    # -- ties ------------------------------------------------------------------------------------------------

    def _above(self, path: str) -> frozenset[str]:
        """Everything from which code of a module is come to."""
        if path not in self._above_of:
            self._above_of[path] = self._wiring.reaching(module_id(path), *_CODE)
        return self._above_of[path]

    @cached_property
    def _above_of(self) -> dict[str, frozenset[str]]:
        return {}

    def _below(self, name: str) -> frozenset[str]:
        """Everything that a node runs, itself or through what it runs."""
        return self._wiring.reached(name, *_CODE)

    def _together(self, one: str, other: str) -> bool:
        """Whether two modules are run by one thing, or one hands a file on to the other."""
        if one == other or self._above(one) & self._above(other):
            return True
        written = {edge.target for edge in self._edges_of(one, "writes", "saves")}
        read = {edge.target for edge in self._edges_of(other, "reads", "loads")}
        return bool(written & read)

    def _edges_of(self, path: str, *kinds: str) -> Iterable[Edge]:
        """Edges of a module and of the stages that it defines."""
        node = module_id(path)
        owners = [node, *(edge.target for edge in self._wiring.edges_from(node, "defines"))]
        return (edge for owner in owners for edge in self._wiring.edges_from(owner, *kinds))

    def _path(self, name: str) -> str:
        """The path of the module that a node is, or is defined in."""
        return name.split(":", 1)[1].split("#", 1)[0]

    # -- data and training -----------------------------------------------------------------------------------

    @cached_property
    def _training(self) -> tuple[Call, ...]:
        return training_calls(self._code)

    @cached_property
    def _sources(self) -> tuple[Call, ...]:
        calls = self._code.calls("data.download", "data.read")
        own = [
            call
            for call in calls
            if call.root not in ("requests", "httpx") or not any(_OWN_API.search(text) for text in call.texts())
        ]
        return tuple(own)

    @cached_property
    def _trained(self) -> tuple[Call | None, Call | None]:
        """A training and a source of data that are tied to each other, or what there is of both."""
        for training in self._training:
            for source in self._sources:
                if self._together(source.path, training.path):
                    return source, training
        return next(iter(self._sources), None), next(iter(self._training), None)

    def data(self) -> Station:
        """Where raw data come from."""
        source, _ = self._trained
        if source:
            return Station(True, source.place, f"{source.path} reads the raw data")
        for item in data_downloads(self._repo):
            return Station(True, item.origin, f"{item.origin.path} downloads the raw data")
        return Station(False, None, "No script, module or task was found that gets raw data")

    def training(self) -> Station:
        """Where a model is trained on them."""
        source, training = self._trained
        if training is None:
            return Station(False, None, "No script, module or task was found that trains a model")
        if source is None or self._together(source.path, training.path):
            place = f"that {source.path} reads" if source and source.path != training.path else "that it reads itself"
            return Station(
                source is not None,
                training.place,
                f"{training.path} trains on the data {place}"
                if source
                else f"{training.path} trains, but no code reads its data",
            )
        return Station(
            False,
            training.place,
            f"{training.path} trains, and {source.path} reads data, but nothing ties one to the other",
        )

    @cached_property
    def _trainers(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(call.path for call in self._training))

    # -- registry --------------------------------------------------------------------------------------------

    @cached_property
    def _registered(self) -> tuple[tuple[str, str, Place], ...]:
        """(model or registry, module, place) of every registration that is tied to training."""
        found = [
            (edge.target, self._path(edge.source), edge.place)
            for edge in self._wiring.edges
            if edge.kind == "registers"
        ]
        found += [
            (gap.kind, self._path(gap.source), gap.place)
            for gap in self._wiring.gaps
            if gap.kind.startswith("registers")
        ]
        found += [
            ("registers", call.path, call.place) for call in self._code.calls("registry.register", "registry.method")
        ]
        tied = [item for item in found if any(self._together(path, item[1]) for path in self._trainers)]
        versions = [edge for edge in self._wiring.edges if edge.kind == "versions" and edge.target.startswith("model:")]
        stages = [
            edge
            for edge in self._wiring.edges
            if edge.kind == "saves"
            and edge.source.startswith("stage:")
            and edge.source.split("#", 1)[0].endswith("dvc.yaml")
        ]
        return (*tied, *((edge.target, "", edge.place) for edge in (*versions, *stages)))

    def registry(self) -> Station:
        """Where the trained model is registered and versioned."""
        if self._registered:
            name, path, place = self._registered[0]
            node = self._wiring.node(name)
            what = f"as {node.label}" if node else "under a name that is known when it runs"
            return Station(True, place, f"{path or place.path} registers the model {what}")
        saved = next((edge for path in self._trainers for edge in self._edges_of(path, "saves")), None)
        if saved:
            label = self._label(saved.target)
            return Station(
                False, saved.place, f"{saved.path} saves the model as {label}, but no registry keeps its versions"
            )
        return Station(False, None, "Nothing registers the trained model")

    def _label(self, name: str) -> str:
        node = self._wiring.node(name)
        return node.label if node else name

    # -- image, deployment, service --------------------------------------------------------------------------

    @cached_property
    def _servers(self) -> dict[str, Place]:
        """Modules that serve predictions, each with its route or handler."""
        places = [item.place for item in (*prediction_routes(self._repo), *handlers(self._repo))]
        places += [
            call.place
            for call in self._repo.code.calls("serve.app")
            if "bentoml" in call.name or "litserve" in call.name
        ]
        return {place.path: place for place in reversed(places)}

    @cached_property
    def _scoring(self) -> dict[str, Place]:
        """Modules that score in batches and that a schedule starts."""
        active = [item for item in schedules(self._repo) if item.active]
        found = {call.path: call.place for call in batch_scoring(self._repo)}
        return {
            path: place
            for path, place in found.items()
            if any(
                item.place.path == path or path in item.modules or any(path == where for where, _ in item.functions)
                for item in active
            )
        }

    def _image_of(self, node: Node) -> tuple[int, str]:
        """(how well an image fits the chain, the module it was chosen for)."""
        below = self._below(node.id)
        copied = {edge.target for edge in self._wiring.edges_from(node.id, "copies")}
        for rank, paths in ((4, self._servers), (2, self._scoring)):
            for path in sorted(paths):
                if module_id(path) in below:
                    return rank, path
                if module_id(path) in copied:
                    return rank - 1, path
        return (1, "") if any(kind_of(self._path(name)) is Kind.PYTHON for name in copied) else (0, "")

    @cached_property
    def _images(self) -> tuple[Node, ...]:
        """Images of ours that hold code, the one that serves and is deployed first."""
        own = [
            node for node in self._wiring.of("image") if not node.id.startswith("image:of:") and self._image_of(node)[0]
        ]
        return tuple(
            sorted(
                own,
                key=lambda node: (
                    -self._image_of(node)[0],
                    not self._loads(node),
                    not self._deployments(node),
                    node.id,
                ),
            )
        )

    def _loads(self, image: Node) -> tuple[str, Place] | None:
        """How the code of an image comes to a registered model: (words, place)."""
        names = {name for name, _, _ in self._registered}
        registries = {name.split(":")[1] for name in names if name.startswith("model:")} | {
            name.partition("(")[2].rstrip(")") for name in names if "(" in name
        }
        below = self._below(image.id) | {edge.target for edge in self._wiring.edges_from(image.id, "copies")}
        saved = {edge.target for path in self._trainers for edge in self._edges_of(path, "saves")}
        for name in sorted(below):
            for edge in self._wiring.edges_from(name, "loads"):
                if edge.target in names or edge.target in saved:
                    return f"{edge.path} loads {self._label(edge.target)}", edge.place
        for edge in self._wiring.edges_from(image.id, "copies"):
            if edge.target in saved or edge.target in names:
                return f"it carries {self._label(edge.target)}", edge.place
        for gap in self._wiring.gaps:
            kind, _, registry = gap.kind.partition(" (")
            if kind == "loads" and gap.source in below and registry.rstrip(")") in registries:
                return f"{gap.path} loads from the registry by a name that is known when it runs", gap.place
        return None

    def image(self) -> Station:
        """The image that packages what uses the model."""
        if not self._images:
            return Station(False, None, "No Dockerfile packages the code that uses the model")
        image = self._images[0]
        loads = self._loads(image)
        if loads:
            return Station(True, image.place, f"{image.label} packages the code; {loads[0]}", image.label)
        return Station(
            False,
            image.place,
            f"{image.label} packages code, but nothing shows that it loads the model that training makes",
            image.label,
        )

    def _deployments(self, image: Node) -> list[Edge]:
        """Edges by which an image comes to a cloud or a cluster."""
        wiring = self._wiring
        direct = [
            edge for edge in wiring.edges_to(image.id, "runs") if edge.source.startswith(("workload:", "resource:"))
        ]
        delivered = wiring.edges_to(image.id, "pushes", "builds")
        found = list(direct)
        for edge in delivered:
            path = edge.source.split(":", 1)[1].split("#", 1)[0]
            for node in wiring.nodes:
                if node.kind in ("job", "script") and node.path == path:
                    found += wiring.edges_from(node.id, "deploys")
        return found

    def deployment(self) -> Station:
        """What brings the image to a cloud or a cluster."""
        image = next(iter(self._images), None)
        found = self._deployments(image) if image else []
        if image and found:
            edge = found[0]
            what = self._label(edge.source) if edge.kind == "runs" else self._label(edge.target)
            verb = "runs" if edge.kind == "runs" else "is deployed with"
            return Station(True, edge.place, f"{what} {verb} the image of {image.label}", edge.path)
        others = [edge for edge in self._wiring.edges if edge.kind == "deploys"]
        others += [
            edge
            for edge in self._wiring.edges
            if edge.kind == "runs" and edge.source.startswith(("workload:", "resource:"))
        ]
        if others:
            what = self._label(others[0].source)
            return Station(
                False,
                others[0].place,
                f"{what} deploys something, but nothing shows that it is {image.label if image else 'an image of this project'}",
            )
        return Station(
            False,
            None,
            f"Nothing deploys {f'the image of {image.label}' if image else 'an image'} to a cloud or a cluster",
        )

    @cached_property
    def _served(self) -> str:
        """The module that answers for predictions in the chosen image, or an empty string."""
        return next((path for node in self._images[:1] if (path := self._image_of(node)[1])), "")

    def service(self) -> Station:
        """What answers for predictions there."""
        image = next(iter(self._images), None)
        place = self._servers.get(self._served) or self._scoring.get(self._served)
        if image and place:
            return Station(True, place, f"{place.path} answers for predictions in the image of {image.label}")
        for server in model_servers(self._repo):
            at = server if isinstance(server, Place) else server.place
            tied = image is not None and any(edge.path == at.path for edge in self._deployments(image))
            return Station(
                tied,
                at,
                f"{at.path} serves the model{'' if tied else ', but nothing ties it to the image of the project'}",
            )
        for path, at in sorted(self._servers.items()):
            return Station(False, at, f"{path} serves predictions, but no image runs it")
        return Station(False, None, "Nothing that is deployed serves predictions")

    # -- metrics and alerts ----------------------------------------------------------------------------------

    def metrics(self) -> Station:
        """What the service measures, and who reads it."""
        exports = [call for call in self._code.calls("metrics.export") if self._serves(call.path)]
        pushed = next((call for call in exports if _PUSHED.search(call.name)), None)
        if pushed:
            return Station(True, pushed.place, f"{pushed.path} sends metrics of the service to a monitoring system")
        scraped = self._scraped()
        if exports and scraped:
            return Station(
                True, exports[0].place, f"{exports[0].path} exports metrics, and {scraped.path} scrapes them"
            )
        for place in self._stored():
            return Station(True, place, f"{place.path} stores metrics that a dashboard or an alert reads")
        if exports:
            return Station(False, exports[0].place, f"{exports[0].path} exports metrics, but no scrape job reads them")
        others = [call.place for call in self._code.calls("metrics.export")] + list(stored_metrics(self._repo))
        if others:
            return Station(
                False,
                others[0],
                f"{others[0].path} keeps metrics, but nothing ties them to the service that is deployed",
            )
        return Station(False, None, "The service exports no metrics")

    def _serves(self, path: str) -> bool:
        """Whether code of a module runs in the service."""
        if not self._served:
            return False
        return module_id(path) in self._below(module_id(self._served)) or path == self._served

    def _scraped(self) -> Edge | None:
        """The scrape of a service that runs the chosen image or the serving module."""
        wanted = {node.id for node in self._images[:1]} | {module_id(self._served)}
        for edge in self._wiring.edges:
            if edge.kind == "scrapes" and self._wiring.reached(edge.target, "runs", "selects") & wanted:
                return edge
        return None

    def _stored(self) -> list[Place]:
        """Writes of monitoring code into a table that a dashboard or an alert reads."""
        monitors = {call.path for call in drift_calls(self._repo)} | {
            place.path for place, _ in quality_on_new_data(self._repo)
        }
        monitors |= {place.path for place in stored_metrics(self._repo)}
        return [
            edge.place
            for edge in self._wiring.edges
            if edge.kind == "writes"
            and edge.target.startswith("dataset:table:")
            and self._path(edge.source) in monitors
            and self._wiring.edges_to(edge.target, "queries", "watches")
        ]

    def alert(self) -> Station:
        """Who is told when a metric goes wrong."""
        for node in self._wiring.of("alert"):
            for edge in self._wiring.edges_from(node.id, "watches"):
                if self._wiring.edges_to(edge.target, "exports", "writes"):
                    return Station(True, node.place, f"{node.label} watches {self._label(edge.target)}")
        for node in self._wiring.of("alert"):
            if not self._wiring.edges_from(node.id, "watches") or (
                self._repo.infrastructure and node.path.endswith((".tf", ".json", ".ts"))
            ):
                return Station(True, node.place, f"{node.label} watches the deployed infrastructure")
        watching = {call.path for call in drift_calls(self._repo)} | {
            place.path for place in stored_metrics(self._repo)
        }
        watching |= {place.path for place, _ in quality_on_new_data(self._repo)}
        told = list(notifications(self._repo))
        for place in told:
            if any(
                place.path == path or (place.path.endswith(".py") and self._together(place.path, path))
                for path in watching
            ):
                return Station(True, place, f"{place.path} sends a message about what monitoring finds")
        for node in self._wiring.of("alert"):
            edge = next(iter(self._wiring.edges_from(node.id, "watches")), None)
            if edge:
                return Station(
                    False, node.place, f"{node.label} watches {self._label(edge.target)}, which nothing exports"
                )
        if told:
            return Station(
                False, told[0], f"{told[0].path} sends messages, but nothing shows that they are about the metrics"
            )
        return Station(False, None, "No alert watches the metrics")
