"""The tables of a finished batch, streamed from its results."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from analyzer.batch.export import About, Add, Shown, csv_table, shown_failure, shown_rank, write_pairs, xlsx_table
from analyzer.batch.given import columns_of
from analyzer.batch.likeness import Pair, Side, pairs_of
from analyzer.batch.lines import read_lines, replacing
from analyzer.batch.page import Distribution, write_page
from analyzer.batch.ranking import failures, order_of, ranked
from analyzer.batch.results import BatchFiles
from analyzer.batch.store import Store
from analyzer.rubric import Rubric

__all__ = ["finish", "sections_of"]


class _Facts(Struct):
    """What one pass over the results tells: columns that rows fill, distributions, failures, rows that were read in part.

    ``applicants`` are those of the rows in ``alike``.
    """

    alike: frozenset[int] = frozenset()
    applicants: dict[int, str] = field(default_factory=dict)
    given: set[tuple[str, ...]] = field(default_factory=set)
    found: Distribution = field(default_factory=Distribution)
    failed: int = 0
    partial: int = 0

    def add(self, line: Mapping[str, Any]) -> None:
        """Count one line."""
        self.given.add(tuple(line.get("given", ())))
        if line["status"] == "done":
            self.found.add(line)
            self.partial += bool(line["not_read"])
        else:
            self.failed += 1
        if line.get("row") in self.alike and line["applicant"]:
            self.applicants[line["row"]] = line["applicant"]

    def who(self, side: Side) -> str:
        """The names of the applicants of a side."""
        return ", ".join(self.applicants[row] for row in side.rows if row in self.applicants)

    def names(self, side: Side) -> tuple[str, ...]:
        """The rows of a side with who they are, in the order in which it has them."""
        if side.codes or not side.rows:
            return side.names
        who = self.applicants
        rows = (f"row {row} ({who[row]})" if row in who else f"row {row}" for row in side.rows)
        return (*rows, side.remark) if side.remark else tuple(rows)


def sections_of(rubric: Rubric) -> tuple[tuple[str, str], ...]:
    """Id and title of each section of a rubric."""
    return tuple((section.id, section.title) for section in rubric.sections)


def finish(
    folder: BatchFiles, store: Store, sections: tuple[tuple[str, str], ...], *, compared: bool = True
) -> tuple[int, int]:
    """Write ``batch.csv``, ``batch.xlsx``, ``batch.html`` and ``pairs.csv``.

    Returns how many rows have no score, and how many have one though a repository that they name gave an error.
    ``compared`` says whether repositories were compared with each other.
    """
    manifest = folder.manifest
    pairs = [_named(folder, pair) for pair in pairs_of(store, manifest.batch)]
    facts = _Facts(frozenset(row for pair in pairs for side in (pair.one, pair.other) for row in side.rows))
    order = order_of(folder.results, facts.add)
    about = About(
        manifest.batch,
        manifest.begun,
        manifest.basis,
        sections,
        columns_of(facts.given),
        manifest.blind,
        compared,
    )
    made = {line["row"]: line["made"] for _, line in read_lines(folder.journal)}
    beside = _beside(pairs, facts.names)

    failed = (shown_failure(line, made.get(_name(line), "")) for line in failures(folder.results, order))
    places = (
        shown_rank(item, made.get(_name(item.line), ""), beside.get(_name(item.line), ()))
        for item in ranked(folder.results, order)
    )
    with ExitStack() as files:

        def new(name: str) -> Path:
            return files.enter_context(replacing(folder.folder / name))

        write_pairs(new("pairs.csv"), pairs, facts.who, blind=about.blind)
        sheet = files.enter_context(xlsx_table(new("batch.xlsx"), about, pairs, facts.who))
        table = files.enter_context(csv_table(new("batch.csv"), about))
        both = (table, sheet)
        page = new("batch.html")
        counts = facts.failed, facts.partial
        write_page(page, about, _added(failed, both), _added(places, both), pairs, facts.names, facts.found, counts)
    return facts.failed, facts.partial


def _added(items: Iterable[Shown], tables: Sequence[Add]) -> Iterator[Shown]:
    """Applicants as they come, each added to the tables: a second reading would take as long again."""
    for item in items:
        for add in tables:
            add(item)
        yield item


def _name(line: dict[str, object]) -> str:
    return str(line.get("code") or line["row"])


def _named(folder: BatchFiles, pair: Pair) -> Pair:
    """A pair with codes in place of rows where the batch is blind."""
    if not folder.manifest.blind:
        return pair

    def coded(side: Side) -> Side:
        return replace(side, codes=tuple(sorted(folder.name(row) for row in side.rows)), earlier=())

    one, other = coded(pair.one), coded(pair.other)
    # The order of rows would tell which comes first in the list.
    return replace(pair, one=one, other=other) if one.names <= other.names else pair.turned(other, one)


def _beside(pairs: list[Pair], names: Callable[[Side], tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """Sentences on the near-duplicates of each row, by its name in the results."""
    found: dict[str, list[str]] = {}
    for pair in pairs:
        for side, other in ((pair.one, pair.other), (pair.other, pair.one)):
            for place, name in enumerate(side.codes or tuple(str(row) for row in side.rows)):
                if pair.same:
                    shown = names(side)
                    text = f"the same repository as {', '.join(shown[:place] + shown[place + 1 :])}"
                else:
                    text = f"{side.share:.0%} of its own text is also in {', '.join(names(other))}"
                found.setdefault(name, []).append(text)
    return {name: tuple(dict.fromkeys(texts)) for name, texts in found.items()}
