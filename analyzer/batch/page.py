"""A finished batch as one HTML file: distributions as inline SVG, and the table. No script, nothing from elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field

from analyzer.batch.export import About, Shown, about_rows
from analyzer.batch.likeness import Pair, Side

if TYPE_CHECKING:
    from jinja2 import Template

__all__ = ["Distribution", "write_page"]

_BINS = 10


class Distribution(Struct):
    """Scores of all applicants, and the share of each section that each of them earned; numbers alone are held."""

    scores: list[float] = field(default_factory=list)
    shares: dict[str, list[float]] = field(default_factory=dict)

    def add(self, line: Mapping[str, Any]) -> None:
        """Count one line with a score."""
        self.scores.append(line["score"])
        for item in line["sections"]:
            if item["max_score"]:
                self.shares.setdefault(item["id"], []).append(100 * item["score"] / item["max_score"])

    @property
    def bins(self) -> list[int]:
        """How many scores lie in each ten points; 100 counts to the last."""
        counts = [0] * _BINS
        for value in self.scores:
            counts[min(int(value / (100 / _BINS)), _BINS - 1)] += 1
        return counts

    def quartiles(self, section: str) -> tuple[float, float, float, float, float] | None:
        """Least, lower quartile, median, upper quartile, most of a section's shares in per cent."""
        return _five(self.shares.get(section, []))

    @property
    def middle(self) -> float | None:
        """The median score."""
        five = _five(self.scores)
        return five[2] if five else None


def _five(values: Sequence[float]) -> tuple[float, float, float, float, float] | None:
    if not values:
        return None
    ordered = sorted(values)
    last = len(ordered) - 1

    def at(share: float) -> float:
        low = int(last * share)
        rest = last * share - low
        return ordered[low] + (ordered[min(low + 1, last)] - ordered[low]) * rest

    return at(0), at(0.25), at(0.5), at(0.75), at(1)


def write_page(
    path: Path,
    about: About,
    failed: Iterable[Shown],
    shown: Iterable[Shown],
    pairs: Sequence[Pair],
    names: Callable[[Side], Sequence[str]],
    found: Distribution,
    counts: tuple[int, int],
) -> None:
    """Write the page, streamed.

    Args:
        path: the file.
        about: what the batch is.
        failed: applicants without a score; read to the end before the others.
        shown: applicants with one, in order.
        pairs: near-duplicates.
        names: who a side of a pair is.
        found: the distributions.
        counts: how many have no score, and how many of the others were read in part.
    """
    stream = _template().generate(
        about=about,
        facts=list(about_rows(about)),
        failed=failed,
        shown=shown,
        pairs=pairs,
        found=found,
        names=names,
        failures=counts[0],
        partial=counts[1],
        bins=found.bins,
        bars=_bars,
    )
    with path.open("w", encoding="utf-8", errors="backslashreplace") as file:
        file.writelines(stream)


def _bars(line: Mapping[str, Any]) -> str:
    """The path of a small picture of the sections: a bar each, 8 wide, at most 20 high."""
    parts = []
    for number, item in enumerate(line["sections"]):
        share = min(item["score"] / item["max_score"], 1.0) if item["max_score"] else 0.0
        height = round(20 * share, 1)
        parts.append(f"M{number * 9} 20v-{height}h7v{height}z")
    return "".join(parts)


@lru_cache(maxsize=1)
def _template() -> Template:
    from jinja2 import Environment, PackageLoader

    loader = PackageLoader("analyzer.batch", "templates")
    return Environment(loader=loader, autoescape=True, trim_blocks=True, lstrip_blocks=True).get_template("batch.html")
