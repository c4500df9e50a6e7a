"""The kinds that the emulated cluster knows, and what kubectl shows of each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

__all__ = ["KINDS", "METRICS", "Kind", "table_of"]

Object = dict[str, Any]
Column = tuple[str, int, Callable[[Object], object]]
"""The name of a column, its priority (1: with ``--output wide`` alone), and what stands in it."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of object, with its place in the API."""

    api: str
    kind: str
    plural: str
    short: str = ""
    namespaced: bool = True

    @property
    def root(self) -> str:
        """Where its group and version are served."""
        return f"/apis/{self.api}" if "/" in self.api else f"/api/{self.api}"


METRICS = "metrics.k8s.io/v1beta1"
KINDS = (
    Kind("v1", "Namespace", "namespaces", "ns", namespaced=False),
    Kind("v1", "ConfigMap", "configmaps", "cm"),
    Kind("v1", "Event", "events", "ev"),
    Kind("v1", "Pod", "pods", "po"),
    Kind("v1", "Secret", "secrets"),
    Kind("v1", "Service", "services", "svc"),
    Kind("v1", "ServiceAccount", "serviceaccounts", "sa"),
    Kind("apps/v1", "Deployment", "deployments", "deploy"),
    Kind("apps/v1", "ReplicaSet", "replicasets", "rs"),
    Kind("autoscaling/v2", "HorizontalPodAutoscaler", "horizontalpodautoscalers", "hpa"),
    Kind("batch/v1", "Job", "jobs"),
    Kind("networking.k8s.io/v1", "Ingress", "ingresses", "ing"),
    Kind("networking.k8s.io/v1", "NetworkPolicy", "networkpolicies", "netpol"),
    Kind("policy/v1", "PodDisruptionBudget", "poddisruptionbudgets", "pdb"),
    Kind(METRICS, "PodMetrics", "pods"),
)


def _status(pod: Object) -> object:
    waits = [
        item["state"]["waiting"]["reason"] for item in pod["status"]["containerStatuses"] if "waiting" in item["state"]
    ]
    return waits[0] if waits else pod["status"]["phase"]


def _ready(pod: Object) -> str:
    states = pod["status"]["containerStatuses"]
    return f"{sum(item['ready'] for item in states)}/{len(states)}"


_NAME: Column = ("Name", 0, lambda item: item["metadata"]["name"])
_COLUMNS: dict[str, tuple[Column, ...]] = {
    "Pod": (
        _NAME,
        ("Ready", 0, _ready),
        ("Status", 0, _status),
        ("Restarts", 0, lambda pod: sum(item["restartCount"] for item in pod["status"]["containerStatuses"])),
        ("IP", 1, lambda pod: pod["status"].get("podIP")),
        ("Node", 1, lambda pod: pod["spec"]["nodeName"]),
    ),
    "Deployment": (
        _NAME,
        ("Ready", 0, lambda item: f"{item['status']['readyReplicas']}/{item['spec']['replicas']}"),
        ("Up-to-date", 0, lambda item: item["status"]["updatedReplicas"]),
        ("Available", 0, lambda item: item["status"]["availableReplicas"]),
    ),
    "HorizontalPodAutoscaler": (
        _NAME,
        ("Reference", 0, lambda item: "{kind}/{name}".format_map(item["spec"]["scaleTargetRef"])),
        ("MinPods", 0, lambda item: item["spec"]["minReplicas"]),
        ("MaxPods", 0, lambda item: item["spec"]["maxReplicas"]),
        ("Replicas", 0, lambda item: item["status"]["currentReplicas"]),
    ),
    "Event": (
        ("Last Seen", 0, lambda event: event["lastTimestamp"]),
        ("Type", 0, lambda event: event["type"]),
        ("Reason", 0, lambda event: event["reason"]),
        ("Object", 0, lambda event: "{kind}/{name}".format_map(event["involvedObject"])),
        ("Message", 0, lambda event: event["message"]),
    ),
}


def table_of(kind: Kind, objects: list[Object], version: str) -> Object:
    """What an API server makes of objects when it is asked for a table, as ``kubectl get`` asks."""
    columns = _COLUMNS.get(kind.kind, (_NAME,))
    return {
        "kind": "Table",
        "apiVersion": "meta.k8s.io/v1",
        "metadata": {"resourceVersion": version},
        "columnDefinitions": [
            {"name": name, "type": "string", "format": "", "description": name, "priority": priority}
            for name, priority, _ in columns
        ],
        "rows": [{"cells": [str(cell(item)) for _, _, cell in columns], "object": item} for item in objects],
    }
