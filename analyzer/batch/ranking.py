"""Ranks of a batch, and what makes the difference between neighbours. Streams: of each line a number is held, no more."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct

from analyzer.batch.lines import read_lines

__all__ = ["Difference", "Ranked", "failures", "order_of", "ranked"]

_MOST = 3


class Difference(Struct, frozen=True):
    """A criterion that tells two neighbours apart, with the points of the score by which."""

    title: str
    points: float


class Ranked(Struct, frozen=True):
    """A line in its place.

    Args:
        rank: from 1; the same for the same score, and then as many ranks are left out.
        ties: how many lines have this score, this one included.
        line: the line.
        ahead: what this one has more than the next below, largest first.
        behind: what the next below has more than this one.
        gap: points between the two; None for the last.
    """

    rank: int
    ties: int
    line: dict[str, Any]
    ahead: tuple[Difference, ...] = ()
    behind: tuple[Difference, ...] = ()
    gap: float | None = None

    @property
    def reasons(self) -> str:
        """A sentence on what separates it from the next one below."""
        if self.gap is None:
            return ""
        begin = f"{self.gap:g} above the next" if self.gap else "level with the next"
        parts = []
        if self.ahead:
            parts.append("more: " + ", ".join(f"{item.title} (+{item.points:g})" for item in self.ahead))
        if self.behind:
            parts.append("less: " + ", ".join(f"{item.title} (-{item.points:g})" for item in self.behind))
        return f"{begin}; {'; '.join(parts)}" if parts else f"{begin}; no criterion differs"


class Order(Struct, frozen=True):
    """The places of the lines with a score, best first, and of those without, in order of rows."""

    scored: tuple[tuple[float, str, int], ...]
    failed: tuple[int, ...]


def order_of(results: Path, tell: Callable[[Mapping[str, Any]], None] = lambda line: None) -> Order:
    """Put the lines of a file in order: by score, and those of one score by row (or code).

    ``tell`` is told each line on the way: reading ten thousand of them takes seconds.
    """
    scored: list[tuple[float, str, int]] = []
    failed: list[tuple[str, int]] = []
    for place, line in read_lines(results):
        tell(line)
        name = str(line["code"]) if "code" in line else f"{line['row']:09}"
        if line["status"] == "done":
            scored.append((line["score"], name, place))
        else:
            failed.append((name, place))
    scored.sort(key=lambda item: (-item[0], item[1]))
    return Order(tuple(scored), tuple(place for _, place in sorted(failed)))


def ranked(results: Path, order: Order) -> Iterator[Ranked]:
    """The lines with a score, best first."""
    counts: dict[float, int] = {}
    for value, _, _ in order.scored:
        counts[value] = counts.get(value, 0) + 1
    rank = 0
    with results.open("rb") as file:

        def at(place: int) -> dict[str, Any]:
            file.seek(place)
            line: dict[str, Any] = json.loads(file.readline())
            return line

        following = at(order.scored[0][2]) if order.scored else {}
        for number, (value, _, _) in enumerate(order.scored):
            line = following
            if number == 0 or value != order.scored[number - 1][0]:
                rank = number + 1
            if number + 1 == len(order.scored):
                yield Ranked(rank, counts[value], line)
                return
            following = at(order.scored[number + 1][2])
            ahead, behind = _differences(line, following)
            yield Ranked(rank, counts[value], line, ahead, behind, round(value - following["score"], 1))


def failures(results: Path, order: Order) -> Iterator[dict[str, Any]]:
    """The lines without a score, in order of rows."""
    with results.open("rb") as file:
        for place in order.failed:
            file.seek(place)
            yield json.loads(file.readline())


def _differences(
    line: Mapping[str, Any], other: Mapping[str, Any]
) -> tuple[tuple[Difference, ...], tuple[Difference, ...]]:
    """What the first has more, and what the second has more, largest first."""
    points = {item["id"]: item["points"] for item in other["criteria"]}
    found = [
        (value, item["title"])
        for item in line["criteria"]
        if (than := points.get(item["id"], 0.0)) != item["points"] and (value := round(item["points"] - than, 1))
    ]
    ahead = sorted((pair for pair in found if pair[0] > 0), key=lambda pair: (-pair[0], pair[1]))
    behind = sorted((pair for pair in found if pair[0] < 0), key=lambda pair: (pair[0], pair[1]))
    return (
        tuple(Difference(title, value) for value, title in ahead[:_MOST]),
        tuple(Difference(title, -value) for value, title in behind[:_MOST]),
    )
