"""The wiring of a repository as values: what there is, what it has to do with what, and what could not be told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property

from msgspec import Struct

from analyzer.findings import Place

__all__ = ["KINDS", "Draft", "Edge", "Gap", "Node", "Wiring"]

KINDS: tuple[str, ...] = (
    "stage", "image", "service", "job", "workload", "resource", "target", "alert", "dashboard", "model", "metric",
    "dataset", "script", "module", "notebook",
)  # fmt: skip
"""Kinds of nodes, those first that a bounded report keeps longest."""


class Node(Struct, frozen=True, order=True):
    """One part of the system. ``id`` is ``kind:key`` and stable; ``path`` and ``line`` are where it stands."""

    id: str
    kind: str
    label: str
    path: str
    line: int

    @property
    def place(self) -> Place:
        """Where it stands."""
        return Place(self.path, self.line)


class Edge(Struct, frozen=True, order=True):
    """``source`` does ``kind`` to ``target`` (ids of nodes): an image *runs* a module. ``path:line`` shows it."""

    source: str
    target: str
    kind: str
    path: str
    line: int

    @property
    def place(self) -> Place:
        """The line that shows it."""
        return Place(self.path, self.line)


class Gap(Struct, frozen=True, order=True):
    """A reference that files alone do not resolve: ``source`` names ``name``, and ``why`` says what is not known."""

    path: str
    line: int
    source: str
    kind: str
    name: str
    why: str

    @property
    def place(self) -> Place:
        """The line of the reference."""
        return Place(self.path, self.line)


class Wiring(Struct, frozen=True, dict=True):
    """The graph: nodes, edges and gaps, each sorted."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    gaps: tuple[Gap, ...]

    @cached_property
    def _by_id(self) -> dict[str, Node]:
        return {node.id: node for node in self.nodes}

    @cached_property
    def _out(self) -> dict[str, list[Edge]]:
        return _grouped((edge.source, edge) for edge in self.edges)

    @cached_property
    def _in(self) -> dict[str, list[Edge]]:
        return _grouped((edge.target, edge) for edge in self.edges)

    def node(self, name: str) -> Node | None:
        """The node of an id."""
        return self._by_id.get(name)

    def of(self, *kinds: str) -> tuple[Node, ...]:
        """The nodes of these kinds."""
        return tuple(node for node in self.nodes if node.kind in kinds)

    def edges_from(self, name: str, *kinds: str) -> tuple[Edge, ...]:
        """Edges that begin at a node; of these kinds only, where any are given."""
        return tuple(edge for edge in self._out.get(name, ()) if not kinds or edge.kind in kinds)

    def edges_to(self, name: str, *kinds: str) -> tuple[Edge, ...]:
        """Edges that end at a node; of these kinds only, where any are given."""
        return tuple(edge for edge in self._in.get(name, ()) if not kinds or edge.kind in kinds)

    def reached(self, name: str, *kinds: str) -> frozenset[str]:
        """Ids of all nodes that edges lead to from a node, itself included; along these kinds only, where given."""
        return self._walk(name, self._out, kinds, forward=True)

    def reaching(self, name: str, *kinds: str) -> frozenset[str]:
        """Ids of all nodes from which edges lead to a node, itself included."""
        return self._walk(name, self._in, kinds, forward=False)

    def reaches(self, name: str, kind: str) -> Node | None:
        """The first node of a kind (by id) that edges lead to from a node, or None."""
        found = (self._by_id[item] for item in sorted(self.reached(name)) if item != name)
        return next((node for node in found if node.kind == kind), None)

    def _walk(
        self, name: str, edges: dict[str, list[Edge]], kinds: tuple[str, ...], *, forward: bool
    ) -> frozenset[str]:
        seen = {name}
        pending = [name]
        while pending:
            for edge in edges.get(pending.pop(), ()):
                following = edge.target if forward else edge.source
                if following not in seen and (not kinds or edge.kind in kinds):
                    seen.add(following)
                    pending.append(following)
        return frozenset(seen)


def _grouped(pairs: Iterable[tuple[str, Edge]]) -> dict[str, list[Edge]]:
    found: dict[str, list[Edge]] = {}
    for name, edge in pairs:
        found.setdefault(name, []).append(edge)
    return found


class Draft:
    """A graph being drawn. The first place of a node or an edge is kept; what is said twice counts once."""

    def __init__(self) -> None:
        self._nodes: dict[str, Node] = {}
        self._edges: dict[tuple[str, str, str], Edge] = {}
        self._gaps: dict[tuple[str, str, str], Gap] = {}

    def node(self, kind: str, key: str, label: str, place: Place) -> str:
        """Add a node and return its id."""
        name = f"{kind}:{key}"
        if name not in self._nodes:
            self._nodes[name] = Node(name, kind, label, place.path, place.line)
        return name

    def has(self, name: str) -> bool:
        """Whether a node of that id was added."""
        return name in self._nodes

    def edge(self, source: str, target: str, kind: str, place: Place) -> None:
        """Add an edge between nodes that were added; one to itself is none."""
        if source != target and source in self._nodes and target in self._nodes:
            self._edges.setdefault((source, target, kind), Edge(source, target, kind, place.path, place.line))

    def gap(self, source: str, kind: str, name: str, why: str, place: Place) -> None:
        """Note a reference that cannot be resolved."""
        if name.strip():
            shown = " ".join(name.split())[:120]
            self._gaps.setdefault((source, kind, shown), Gap(place.path, place.line, source, kind, shown, why))

    def nodes_of(self, kind: str) -> Iterator[Node]:
        """The nodes of a kind that were added so far."""
        return (node for node in tuple(self._nodes.values()) if node.kind == kind)

    def finished(self) -> Wiring:
        """The graph."""
        return Wiring(
            tuple(sorted(self._nodes.values())), tuple(sorted(self._edges.values())), tuple(sorted(self._gaps.values()))
        )
