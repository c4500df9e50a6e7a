"""How parts of the graph are tied to each other: what runs what, what is run by the same thing, what is handed on."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from msgspec import Struct

from analyzer.findings import Place
from analyzer.repository import Repository
from analyzer.wiring.code import module_id
from analyzer.wiring.graph import Edge, Wiring

__all__ = ["APART", "Station", "Ties", "path_of"]

APART = 9
"""The distance of modules that nothing ties to each other."""
_CODE = ("runs", "calls", "imports", "defines", "hands on to", "starts")


class Station(Struct, frozen=True):
    """What was found of a link of the chain: where, and whether it is tied to the link before."""

    tied: bool
    place: Place | None
    sentence: str
    label: str = ""


def path_of(name: str) -> str:
    """The path of the file that a node is, or stands in."""
    return name.split(":", 1)[1].split("#", 1)[0]


class Ties:
    """Answers about one graph; each is worked out once."""

    def __init__(self, wiring: Wiring, repo: Repository) -> None:
        self.wiring, self.repo = wiring, repo

    @cached_property
    def _above_of(self) -> dict[str, frozenset[str]]:
        return {}

    @cached_property
    def _below_of(self) -> dict[str, frozenset[str]]:
        return {}

    def above(self, path: str) -> frozenset[str]:
        """Everything from which code of a module is come to."""
        if path not in self._above_of:
            self._above_of[path] = self.wiring.reaching(module_id(path), *_CODE)
        return self._above_of[path]

    def below(self, name: str) -> frozenset[str]:
        """Everything that a node runs, itself or through what it runs."""
        if name not in self._below_of:
            self._below_of[name] = self.wiring.reached(name, *_CODE)
        return self._below_of[name]

    def distance(self, source: str, path: str) -> int:
        """How closely a module is tied to a source: 0 the same, 1 it runs it, 2 by a file, 3 by what runs both."""
        if source == path:
            return 0
        if module_id(path) in self.above(source):
            return 1
        written = {edge.target for edge in self.edges_of(source, "writes", "saves")}
        if any(edge.target in written for edge in self.edges_of(path, "reads", "loads")):
            return 2
        return APART if self.above(source).isdisjoint(self.above(path)) else 3

    def together(self, one: str, other: str) -> bool:
        """Whether anything ties the second module to the first."""
        return self.distance(one, other) < APART

    def edges_of(self, path: str, *kinds: str) -> Iterator[Edge]:
        """Edges of a module and of the stages that it defines."""
        node = module_id(path)
        for owner in (node, *(edge.target for edge in self.wiring.edges_from(node, "defines"))):
            yield from self.wiring.edges_from(owner, *kinds)

    def label(self, name: str) -> str:
        """What a node is called."""
        node = self.wiring.node(name)
        return node.label if node else name
