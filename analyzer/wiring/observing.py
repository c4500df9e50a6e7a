"""The last links of the chain: metrics and alerts."""

from __future__ import annotations

import re
from functools import cached_property

from analyzer.artifacts.python_source import Call
from analyzer.findings import Place
from analyzer.queries.alerts import notifications
from analyzer.queries.kept import stored_metrics
from analyzer.queries.monitors import drift_calls, quality_on_new_data
from analyzer.wiring.code import module_id
from analyzer.wiring.graph import Edge
from analyzer.wiring.running import Running
from analyzer.wiring.ties import Station, Ties, path_of

__all__ = ["Observing"]

_PUSHED = re.compile(
    r"put_metric_data|push_to_gateway|pushadd_to_gateway|^statsd|^datadog|^opentelemetry|^influxdb|^google\.cloud\.monitoring"
)


class Observing:
    """Finds what the service measures, who reads it, and who is told."""

    def __init__(self, ties: Ties, running: Running) -> None:
        self._ties, self._running = ties, running
        self._repo, self._wiring = ties.repo, ties.wiring

    @cached_property
    def _exports(self) -> tuple[Call, ...]:
        return self._repo.code.calls("metrics.export")

    @cached_property
    def _stored(self) -> tuple[Place, ...]:
        return tuple(stored_metrics(self._repo))

    @cached_property
    def _monitors(self) -> frozenset[str]:
        """Paths of modules that compute drift or quality, or store metrics."""
        found = {call.path for call in drift_calls(self._repo)} | {place.path for place in self._stored}
        return frozenset(found | {place.path for place, short in quality_on_new_data(self._repo) if not short})

    def metrics(self) -> Station:
        """What the service measures, and who reads it."""
        own = [call for call in self._exports if self._in_service(call.path)]
        pushed = next((call for call in own if _PUSHED.search(call.name)), None)
        if pushed:
            return Station(True, pushed.place, f"{pushed.path} sends metrics of the service to a monitoring system")
        scrape = self._scrape()
        if own and scrape:
            words = f"{own[0].path} exports metrics, and {scrape.path} scrapes them"
            return Station(True, own[0].place, words)
        for edge in self._wiring.edges:
            if self._is_read_table(edge):
                return Station(True, edge.place, f"{edge.path} stores metrics that a dashboard or an alert reads")
        if own:
            return Station(False, own[0].place, f"{own[0].path} exports metrics, but no scrape job reads them")
        for place in (*(call.place for call in self._exports), *self._stored):
            words = f"{place.path} keeps metrics, but nothing ties them to the service that is deployed"
            return Station(False, place, words)
        return Station(False, None, "the service exports no metrics")

    def _in_service(self, path: str) -> bool:
        """Whether code of a module runs in the service."""
        served = self._running.served
        return bool(served) and (path == served or module_id(path) in self._ties.below(module_id(served)))

    def _scrape(self) -> Edge | None:
        """The scrape of a service that runs the image of the chain, or its serving module."""
        image = self._running.image_node
        wanted = {module_id(self._running.served), image.id if image else ""}
        for edge in self._wiring.edges:
            if edge.kind == "scrapes" and not wanted.isdisjoint(self._wiring.reached(edge.target, "runs", "selects")):
                return edge
        return None

    def _is_read_table(self, edge: Edge) -> bool:
        return (
            edge.kind == "writes"
            and edge.target.startswith("dataset:table:")
            and path_of(edge.source) in self._monitors
            and bool(self._wiring.edges_to(edge.target, "queries", "watches"))
        )

    def alert(self) -> Station:
        """Who is told when a metric goes wrong."""
        alerts = [(node, self._wiring.edges_from(node.id, "watches")) for node in self._wiring.of("alert")]
        for node, edges in alerts:
            for edge in edges:
                if self._wiring.edges_to(edge.target, "exports", "writes"):
                    return Station(True, node.place, f"{node.label} watches {self._ties.label(edge.target)}")
        infrastructure = {file.path for file in self._repo.infrastructure}
        for node, _ in alerts:
            if node.path in infrastructure:
                return Station(True, node.place, f"{node.label} watches the deployed infrastructure")
        told = tuple(notifications(self._repo))
        for place in told:
            code = place.path.endswith(".py")
            if any(place.path == path or (code and self._ties.together(path, place.path)) for path in self._monitors):
                return Station(True, place, f"{place.path} sends a message about what monitoring finds")
        for node, edges in alerts:
            for edge in edges[:1]:
                words = f"{node.label} watches {self._ties.label(edge.target)}, which nothing exports"
                return Station(False, node.place, words)
        for place in told[:1]:
            words = f"{place.path} sends messages, but nothing shows that they are about the metrics"
            return Station(False, place, words)
        return Station(False, None, "no alert watches the metrics")
