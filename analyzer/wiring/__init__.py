"""Which part of a repository has to do with which: the wiring graph, the chain through it, and where it breaks."""

from analyzer.wiring.build import build_wiring
from analyzer.wiring.chain import LINKS, Chain, Link, chain
from analyzer.wiring.graph import Edge, Gap, Node, Wiring
from analyzer.wiring.summary import WiringSummary, summarize

__all__ = [
    "LINKS",
    "Chain",
    "Edge",
    "Gap",
    "Link",
    "Node",
    "Wiring",
    "WiringSummary",
    "build_wiring",
    "chain",
    "summarize",
]
