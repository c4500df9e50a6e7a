"""Kubernetes workloads that the API server refuses."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from analyzer.artifacts.kubernetes import KubernetesObject
from analyzer.inventory import Kind
from analyzer.repository import Repository
from analyzer.soundness.defect import Defect

__all__ = ["refused_workloads"]

_SELECTING = frozenset({"Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"})


def refused_workloads(repository: Repository) -> Iterator[Defect]:
    """Workloads of ``apps/v1`` whose selector is absent or asks for labels that the pods do not have.

    Source: https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#selector
    """
    kustomized = {posixpath.dirname(path) for path in repository.inventory.of(Kind.KUSTOMIZATION)}
    for item in repository.kubernetes:
        if item.kind not in _SELECTING or item.api != "apps/v1" or item.template or item.node is None:
            continue
        if posixpath.dirname(item.path) not in kustomized:  # where labels may be added to both
            yield from _selector(item)


def _selector(item: KubernetesObject) -> Iterator[Defect]:
    node = item.node
    assert node
    selector, template = node.get("spec", "selector"), node.get("spec", "template")
    if not template:
        return
    wanted = list(selector.get("matchLabels").items())
    if not wanted and not selector.get("matchExpressions"):
        sentence = f"the {item.kind} {item.name} has no selector, so the cluster refuses it"
        yield Defect(item.path, item.line, "manifest", sentence)
    labels = {key: value.text for key, _, value in template.get("metadata", "labels").items()}
    for key, line, value in wanted:
        if labels.get(key) != value.text and "{{" not in f"{value.text}{labels.get(key)}":
            sentence = (
                f"the {item.kind} {item.name} selects {key}: {value.text}, and its pods have "
                f"{f'{key}: {labels[key]}' if key in labels else f'no label {key}'}, so the cluster refuses it"
            )
            yield Defect(item.path, line, "manifest", sentence)
            return
