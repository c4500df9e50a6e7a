"""The wiring as JSON values, and back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from analyzer.wiring import Chain, Edge, Gap, Link, Node, WiringSummary

__all__ = ["wiring_document", "wiring_from"]

_NODE = ("id", "kind", "label", "path", "line")
_EDGE = ("source", "target", "kind", "path", "line")
_GAP = ("source", "kind", "name", "why", "path", "line")
_LINK = ("status", "label", "path", "line", "sentence")


def wiring_document(wiring: WiringSummary, plain: Callable[[str], str]) -> dict[str, Any]:
    """Return the values of ``wiring`` in the report; ``plain`` makes any text safe for UTF-8."""

    def fields(item: Node | Edge | Gap | Link, names: tuple[str, ...]) -> dict[str, Any]:
        values = ((name, getattr(item, name)) for name in names)
        return {name: plain(value) if isinstance(value, str) else value for name, value in values}

    return {
        "nodes": [fields(item, _NODE) for item in wiring.nodes],
        "edges": [fields(item, _EDGE) for item in wiring.edges],
        "gaps": [fields(item, _GAP) for item in wiring.gaps],
        "chain": [{"link": item.name, **fields(item, _LINK)} for item in wiring.chain.links],
        "complete": wiring.chain.complete,
        "left_out": {
            "nodes": wiring.nodes_left_out,
            "edges": wiring.edges_left_out,
            "gaps": wiring.gaps_left_out,
        },
    }


def wiring_from(document: dict[str, Any]) -> WiringSummary:
    """Return the wiring that :func:`wiring_document` wrote."""
    left_out = document["left_out"]
    links = (Link(name=item["link"], **{name: item[name] for name in _LINK}) for item in document["chain"])
    return WiringSummary(
        tuple(Node(**item) for item in document["nodes"]),
        tuple(Edge(**item) for item in document["edges"]),
        tuple(Gap(**item) for item in document["gaps"]),
        Chain(tuple(links)),
        left_out["nodes"],
        left_out["edges"],
        left_out["gaps"],
    )
