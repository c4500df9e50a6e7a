"""The tables of a finished batch, streamed from its results."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from analyzer.batch.export import About, Shown, shown_failure, shown_rank, write_csv, write_pairs, write_xlsx
from analyzer.batch.likeness import Pair, Side, pairs_of
from analyzer.batch.lines import read_lines, replace_file
from analyzer.batch.page import Distribution, write_page
from analyzer.batch.ranking import failures, order_of, ranked
from analyzer.batch.results import BatchFolder
from analyzer.batch.store import Store
from analyzer.rubric import Rubric

__all__ = ["finish"]


@dataclass(frozen=True, slots=True)
class _Facts:
    """What one pass over the results tells: names of columns, distributions, and the number of failures."""

    given: tuple[str, ...]
    found: Distribution
    failed: int


def finish(folder: BatchFolder, store: Store, rubric: Rubric, *, compared: bool = True) -> int:
    """Write ``batch.csv``, ``batch.xlsx``, ``batch.html`` and ``pairs.csv``. Returns the number of rows without a score.

    ``compared`` says whether repositories were compared with each other.
    """
    facts = _look_through(folder)
    manifest = folder.manifest
    about = About(
        manifest.batch,
        manifest.begun,
        manifest.basis,
        tuple((section.id, section.title) for section in rubric.sections),
        facts.given,
        manifest.blind,
        compared,
    )
    pairs = [_named(folder, pair) for pair in pairs_of(store, manifest.batch)]
    made = {line["row"]: line["made"] for _, line in read_lines(folder.journal)}
    beside = _beside(pairs)
    order = order_of(folder.results)

    def shown() -> Iterator[Shown]:
        for line in failures(folder.results, order):
            yield shown_failure(line, made.get(_name(line), ""))
        for item in ranked(folder.results, order):
            yield shown_rank(item, made.get(_name(item.line), ""), beside.get(_name(item.line), ()))

    at = folder.folder
    replace_file(at / "batch.csv", lambda path: write_csv(path, about, shown()))
    replace_file(at / "batch.xlsx", lambda path: write_xlsx(path, about, shown(), pairs))
    replace_file(at / "pairs.csv", lambda path: write_pairs(path, pairs, blind=about.blind))
    replace_file(at / "batch.html", lambda path: write_page(path, about, shown, pairs, facts.found))
    return facts.failed


def _look_through(folder: BatchFolder) -> _Facts:
    given: dict[str, None] = {}
    found = Distribution()
    failed = 0
    for _, line in read_lines(folder.results):
        given.update(dict.fromkeys(line.get("given", ())))
        if line["status"] == "done":
            found.add(line)
        else:
            failed += 1
    return _Facts(tuple(given), found, failed)


def _name(line: dict[str, object]) -> str:
    return str(line.get("code") or line["row"])


def _named(folder: BatchFolder, pair: Pair) -> Pair:
    """A pair with codes in place of rows where the batch is blind."""
    if not folder.manifest.blind:
        return pair

    def coded(side: Side) -> Side:
        return replace(side, codes=tuple(sorted(folder.name(row) for row in side.rows)), earlier=())

    one, other = coded(pair.one), coded(pair.other)
    # The order of rows would tell which comes first in the list.
    return replace(pair, one=one, other=other) if one.names <= other.names else pair.turned(other, one)


def _beside(pairs: list[Pair]) -> dict[str, tuple[str, ...]]:
    """Sentences on the near-duplicates of each row, by its name in the results."""
    found: dict[str, list[str]] = {}
    for pair in pairs:
        for side, other in ((pair.one, pair.other), (pair.other, pair.one)):
            for name in side.codes or tuple(str(row) for row in side.rows):
                if pair.same:
                    others = [text for text in side.names if text not in (name, f"row {name}")]
                    text = f"the same repository as {', '.join(others)}"
                else:
                    text = f"{side.share:.0%} of its own text is also in {', '.join(other.names)}"
                found.setdefault(name, []).append(text)
    return {name: tuple(dict.fromkeys(texts)) for name, texts in found.items()}
