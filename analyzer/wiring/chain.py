"""The chain from data to alert: which links of a production system the files show, and the first that is missing."""

from __future__ import annotations

from msgspec import Struct

from analyzer.findings import Place
from analyzer.repository import Repository
from analyzer.wiring.graph import Wiring
from analyzer.wiring.making import Making
from analyzer.wiring.observing import Observing
from analyzer.wiring.running import Running
from analyzer.wiring.ties import Station, Ties

__all__ = ["LINKS", "Chain", "Link", "chain"]

LINKS: tuple[str, ...] = ("data", "training", "registry", "image", "deployment", "service", "metrics", "alert")
"""The links of the chain, in order."""


class Link(Struct, frozen=True):
    """One link. ``status`` is ``found`` or ``missing``; ``sentence`` says what ties it to the link before, or what does not.

    A missing link has a place where the part is there and only its tie is not.
    """

    name: str
    status: str
    label: str
    path: str
    line: int
    sentence: str

    @property
    def found(self) -> bool:
        """Whether the files show it."""
        return self.status == "found"

    @property
    def place(self) -> Place:
        """The decisive line; of an empty path where there is none."""
        return Place(self.path, self.line)


class Chain(Struct, frozen=True):
    """The eight links, in order."""

    links: tuple[Link, ...]

    @property
    def complete(self) -> bool:
        """Whether every link is found."""
        return bool(self.links) and all(link.found for link in self.links)

    @property
    def first_missing(self) -> Link | None:
        """The first link that is not found."""
        return next((link for link in self.links if not link.found), None)


def chain(wiring: Wiring, repo: Repository) -> Chain:
    """Follow the wiring from the data to the alert.

    Every link must be tied to the one before by edges; a part that is there and tied to nothing counts as missing,
    and its sentence says which tie is not there.
    """
    ties = Ties(wiring, repo)
    making = Making(ties)
    running = Running(ties, making)
    observing = Observing(ties, running)
    stations = (
        making.data(), making.training(), making.registry(), running.image(), running.deployment(), running.service(),
        observing.metrics(), observing.alert(),
    )  # fmt: skip
    return Chain(tuple(_link(name, station) for name, station in zip(LINKS, stations, strict=True)))


def _link(name: str, station: Station) -> Link:
    place = station.place or Place("", 0)
    return Link(
        name,
        "found" if station.tied else "missing",
        station.label or place.path,
        place.path,
        place.line,
        station.sentence,
    )
