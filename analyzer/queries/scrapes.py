"""Metrics of services of others that a cluster is told to collect: objects of the Prometheus operator, switches of charts."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from analyzer.artifacts.yaml_reader import Node, read_yaml
from analyzer.findings import Place
from analyzer.inventory import Kind
from analyzer.repository import Repository

__all__ = ["collected_metrics"]

_KINDS = frozenset({"ServiceMonitor", "PodMonitor", "PodMonitoring", "ClusterPodMonitoring"})
_SWITCHES = ("serviceMonitor", "podMonitor")
_DEEP = 12


def collected_metrics(repo: Repository) -> Iterator[Place]:
    """The heads of such objects, and the lines of values that switch one on; not the defaults of a chart of one's own."""
    for item in repo.kubernetes:
        if item.kind in _KINDS:
            yield item.place
    defaults = {posixpath.join(chart.folder, "values.yaml") for chart in repo.charts if not chart.dependencies}
    for path in repo.inventory.of(Kind.YAML):
        text = repo.text(path) or ""
        if path not in defaults and any(switch in text for switch in _SWITCHES):
            for document in repo.of_file(path, read_yaml, text).documents:
                yield from (Place(path, line) for line in _switched_on(document))


def _switched_on(node: Node, depth: int = 0) -> Iterator[int]:
    if depth > _DEEP:
        return
    for key, _, value in node.items():
        if key in _SWITCHES:
            if value.get("enabled").text.lower() == "true":
                yield value.get("enabled").line
        elif value.kind == "mapping":
            yield from _switched_on(value, depth + 1)
