"""Kubernetes manifests, Kustomize, Helm charts, Argo and Istio objects (https://kubernetes.io/docs/reference/)."""

from __future__ import annotations

import re

from msgspec import Struct

from analyzer.artifacts.text import line_starts
from analyzer.artifacts.yaml_reader import Node, read_yaml
from analyzer.findings import Place

__all__ = ["HelmChart", "KubernetesObject", "parse_chart", "parse_kubernetes", "parse_template"]

_KIND = re.compile(r"^kind:\s*[\"']?(\w+)", re.MULTILINE)
_API = re.compile(r"^apiVersion:\s*[\"']?([\w./-]+)", re.MULTILINE)
_IMAGE = re.compile(r"^[ \t]*-?[ \t]*image:\s*(.+)$", re.MULTILINE)
_VALUE = re.compile(r"\.Values\.([\w.]+)")


class KubernetesObject(Struct, frozen=True):
    """One object. ``images`` are the containers' images, ``template`` marks a Helm template read by its heads."""

    path: str
    api: str
    kind: str
    name: str
    line: int
    end_line: int
    images: tuple[str, ...] = ()
    node: Node | None = None
    template: bool = False

    @property
    def group(self) -> str:
        """The API group without the version; empty for the core group."""
        return self.api.rpartition("/")[0]

    @property
    def place(self) -> Place:
        """The line of ``kind``."""
        return Place(self.path, self.line)

    @property
    def commands(self) -> tuple[tuple[Place, tuple[str, ...]], ...]:
        """What the containers run where the object says it itself, with the line of ``command`` or ``args``."""
        found = []
        for inner in self.node.get("spec").walk() if self.node else ():
            first = inner.get("command") or inner.get("args")
            words = (*inner.get("command").texts(), *inner.get("args").texts())
            if words and inner.get("image").text:
                found.append((Place(self.path, first.line), words))
        return tuple(found)


class HelmChart(Struct, frozen=True):
    """A Chart.yaml: ``folder`` is the chart's folder, ``dependencies`` its subcharts."""

    path: str
    name: str
    folder: str
    dependencies: tuple[str, ...] = ()

    @property
    def place(self) -> Place:
        """The first line."""
        return Place(self.path, 1)


def parse_kubernetes(path: str, text: str) -> tuple[tuple[KubernetesObject, ...], str]:
    """Return the objects of a manifest and what went wrong, if anything. Lists are flattened."""
    file = read_yaml(text)
    objects: list[KubernetesObject] = []
    for document in file.documents:
        items = list(document.get("items")) if document.get("kind").text == "List" else [document]
        objects += [_object(path, item) for item in items if item.get("kind").text and item.get("apiVersion").text]
    return tuple(objects), file.error


def _object(path: str, node: Node) -> KubernetesObject:
    images = [
        value.text
        for inner in node.get("spec").walk()
        for key, _, value in inner.items()
        if key == "image" and value.text
    ]
    predictor = node.get("spec", "predictor")
    if predictor:
        images += [uri.text for inner in predictor.walk() if (uri := inner.get("storageUri")).text]
    kind = node.get("kind")
    return KubernetesObject(
        path, node.get("apiVersion").text, kind.text, node.get("metadata", "name").text, kind.line, node.end_line,
        tuple(images), node,
    )  # fmt: skip


def parse_template(path: str, text: str) -> tuple[KubernetesObject, ...]:
    """Read a Helm template by its heads: a template is Go text, not YAML."""
    starts = line_starts(text)
    objects: list[KubernetesObject] = []
    kinds = list(_KIND.finditer(text))
    for index, match in enumerate(kinds):
        end = kinds[index + 1].start() if index + 1 < len(kinds) else len(text)
        begin = kinds[index - 1].end() if index else 0
        api = next((found.group(1) for found in _API.finditer(text, begin, end)), "")
        images = tuple(_plain(found.group(1)) for found in _IMAGE.finditer(text, match.start(), end))
        line = _line_of(starts, match.start())
        objects.append(
            KubernetesObject(path, api, match.group(1), "", line, _line_of(starts, max(end - 1, 0)), images, None, True)
        )
    return tuple(objects)


def _plain(image: str) -> str:
    return _VALUE.sub(lambda match: f"values.{match.group(1)}", image).replace("{{", "").replace("}}", "").strip(" \"'")


def _line_of(starts: list[int], offset: int) -> int:
    from bisect import bisect_right

    return bisect_right(starts, offset)


def parse_chart(path: str, text: str) -> HelmChart:
    """Parse a Chart.yaml; never raises."""
    file = read_yaml(text)
    root = file.documents[0] if file.documents else None
    folder = path.rpartition("/")[0]
    if root is None:
        return HelmChart(path, "", folder)
    names = tuple(item.get("name").text for item in root.get("dependencies"))
    return HelmChart(path, root.get("name").text, folder, names)
