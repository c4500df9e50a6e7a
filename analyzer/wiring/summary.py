"""The wiring as a report carries it: bounded, with what was left out counted."""

from __future__ import annotations

from msgspec import Struct, field

from analyzer.repository import Repository
from analyzer.wiring.build import build_wiring
from analyzer.wiring.chain import Chain, chain
from analyzer.wiring.graph import KINDS, Edge, Gap, Node, Wiring

__all__ = ["MOST_EDGES", "MOST_GAPS", "MOST_NODES", "WiringSummary", "summarize"]

MOST_NODES = 400
MOST_EDGES = 1200
MOST_GAPS = 100


class WiringSummary(Struct, frozen=True):
    """Nodes, edges and gaps, sorted, and the chain. ``nodes_left_out`` and the like count what a bound cut off."""

    nodes: tuple[Node, ...] = ()
    edges: tuple[Edge, ...] = ()
    gaps: tuple[Gap, ...] = ()
    chain: Chain = field(default_factory=lambda: Chain(()))
    nodes_left_out: int = 0
    edges_left_out: int = 0
    gaps_left_out: int = 0


def summarize(repo: Repository) -> WiringSummary:
    """Return the wiring of a repository within the bounds of a report.

    Kinds are kept in the order of :data:`KINDS`; of one kind, the nodes with most edges. An edge stays where both
    its ends stay.
    """
    wiring = build_wiring(repo)
    nodes = _kept(wiring)
    ids = {node.id for node in nodes}
    edges = [edge for edge in wiring.edges if edge.source in ids and edge.target in ids]
    kept = tuple(edges[:MOST_EDGES])
    gaps = wiring.gaps[:MOST_GAPS]
    return WiringSummary(
        nodes,
        kept,
        gaps,
        chain(wiring, repo),
        len(wiring.nodes) - len(nodes),
        len(wiring.edges) - len(kept),
        len(wiring.gaps) - len(gaps),
    )


def _kept(wiring: Wiring) -> tuple[Node, ...]:
    if len(wiring.nodes) <= MOST_NODES:
        return wiring.nodes
    degrees: dict[str, int] = {}
    for edge in wiring.edges:
        for end in (edge.source, edge.target):
            degrees[end] = degrees.get(end, 0) + 1
    ranked = sorted(wiring.nodes, key=lambda node: (KINDS.index(node.kind), -degrees.get(node.id, 0), node.id))
    return tuple(sorted(ranked[:MOST_NODES]))
