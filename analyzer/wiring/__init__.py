"""Which part of a repository has to do with which: the wiring graph, the chain through it, and where it breaks."""

from analyzer.wiring.build import build_wiring
from analyzer.wiring.chain import Chain, Link, chain
from analyzer.wiring.graph import Edge, Gap, Node, Wiring

__all__ = ["Chain", "Edge", "Gap", "Link", "Node", "Wiring", "build_wiring", "chain"]
