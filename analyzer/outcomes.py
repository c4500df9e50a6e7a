"""Outcomes in numbers that READMEs and docs state: value, unit, direction, baseline, and whether anything shows them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from analyzer.artifacts.document import Block, Document
from analyzer.claims import place_words
from analyzer.findings import Place
from analyzer.knowledge.outcomes import (
    BASELINE,
    BETTER,
    CHANGED,
    METRICS,
    NOT_AN_OUTCOME,
    NUMBER,
    OTHERS,
    THRESHOLD,
    UNITS,
    Metric,
)
from analyzer.queries.numbers import Stated, find_numbers, plain_digits
from analyzer.queries.prose import own_documents
from analyzer.repository import Repository

__all__ = ["Outcome", "find_outcomes"]

_MOST = 40
_MOST_ROWS = 30
_NEAR_BEFORE = 45
_NEAR_AFTER = 28
_LONGEST_LINE = 2000


@dataclass(frozen=True, slots=True)
class Outcome:
    """One number that prose states about the project.

    Args:
        metric: which, by the table; ``change`` for a comparison that names none.
        value: as stated, without its unit.
        unit: ``%``, ``ms``, ``s``, ``min``, ``h``, ``days``, ``req/s``, ``MB``, ``USD``, ``times`` ... or empty.
        direction: ``lower`` or ``higher``, whichever is better; empty where the words do not tell.
        baseline: what it is compared with, in words as stated; empty for an absolute figure.
        path: the file.
        line: the line, from 1.
        backed: whether a file of the repository shows the number.
        evidence: the place that shows it.
        sentence: all of this for people.
    """

    metric: str
    value: float
    unit: str
    direction: str
    baseline: str
    path: str
    line: int
    backed: bool = False
    evidence: Place | None = None
    sentence: str = ""


@dataclass(frozen=True, slots=True)
class _Number:
    """A number in a line: its text, where it is, and its unit."""

    text: str
    start: int
    end: int
    unit: str
    measures: str

    @property
    def value(self) -> float:
        return float(plain_digits(self.text))

    @property
    def precise(self) -> bool:
        """Whether it has decimals, so that it can be a measured value without a unit."""
        return "." in plain_digits(self.text)

    @property
    def shown(self) -> str:
        return _shown(self.text, self.unit)


def find_outcomes(repo: Repository) -> tuple[Outcome, ...]:
    """Return the outcomes that the README and docs state, in order, each once."""
    found: dict[tuple[str, float, str], tuple[Outcome, str]] = {}
    for document in own_documents(repo):
        for outcome, text in _of_document(document):
            found.setdefault((outcome.metric, outcome.value, outcome.unit), (outcome, text))
            if len(found) >= _MOST:
                break
    items = list(found.values())
    stated = tuple(Stated(item.metric, text, item.unit, item.path) for item, text in items)
    places = find_numbers(repo, stated) if stated else ()
    return tuple(_told(repo, outcome, text, place) for (outcome, text), place in zip(items, places, strict=True))


def _told(repo: Repository, outcome: Outcome, text: str, place: Place | None) -> Outcome:
    where = place_words(repo, outcome.path, outcome.line)
    versus = f" (compared with {outcome.baseline})" if outcome.baseline else ""
    said = f"{where} states {outcome.metric} {_shown(text, outcome.unit)}{versus}"
    if place:
        return replace(
            outcome, backed=True, evidence=place, sentence=f"{said}; {place.path} line {place.line} shows it."
        )
    return replace(outcome, sentence=f"{said}: as stated, not verifiable here.")


def _of_document(document: Document) -> Iterator[tuple[Outcome, str]]:
    for block in document.blocks:
        if block.kind == "table":
            yield from _of_table(block)
        elif block.kind != "code":
            for offset, line in enumerate(block.text.split("\n")):
                if len(line) <= _LONGEST_LINE and any(character.isdigit() for character in line):
                    at = min(block.line + offset, block.end_line)
                    yield from _of_line(document.path, line, at)


# -- a line of prose ---------------------------------------------------------------------------------------------

_FROM_TO = re.compile(r"(?i)\bfrom\s(?:about |around |over |~)?$")
_TO = re.compile(r"(?i)^\s?(?:to|→|->|down to|up to)\s(?:about |around |under |below |just |only |~)*$")


def _of_line(path: str, line: str, at: int) -> Iterator[tuple[Outcome, str]]:
    if NOT_AN_OUTCOME.search(line) or OTHERS.search(line):
        return
    numbers = _numbers(line)
    mentions = _mentions(line)
    changed = bool(CHANGED.search(line))
    used: set[int] = set()
    for index, number in enumerate(numbers[:-1]):
        following = numbers[index + 1]
        if _FROM_TO.search(line[: number.start]) and _TO.match(line[number.end : following.start]):
            metric = _metric_of(line, number, mentions, strict=False)
            same = following.unit or number.unit
            if changed or metric or number.measures in ("time", "money"):
                used |= {index, index + 1}
                before = replace(number, unit=number.unit or same)
                yield _outcome(path, at, line, metric, replace(following, unit=same), before.shown)
    plain: list[tuple[_Number, Metric]] = []
    baselines: dict[str, str] = {}
    for index, number in enumerate(numbers):
        if index in used:
            continue
        metric = _metric_of(line, number, mentions, strict=True)
        if metric and BASELINE.search(line[max(number.start - 45, 0) : number.start]):
            baselines.setdefault(metric.id, number.shown)
        elif number.measures in ("ratio", "factor") and _is_change(line, number):
            yield _outcome(path, at, line, _metric_of(line, number, mentions, strict=False), number, "before")
        elif metric and _fits(number, metric) and not _is_threshold(line, number, metric):
            plain.append((number, metric))
    for number, metric in plain:
        yield _outcome(path, at, line, metric, number, baselines.get(metric.id, ""))


def _is_change(line: str, number: _Number) -> bool:
    """Whether a per cent or factor says how much better or worse: "reduced by 30 %", "3x faster"."""
    before = line[max(number.start - 50, 0) : number.start]
    after = line[number.end : number.end + 25]
    verb = CHANGED.search(before)
    words = re.search(r"(?i)\b(?:by|of|about|over|around|up to)\b\s*~?$|\w\s*~?$", before.rstrip("~ ") + " ")
    follows = re.match(
        r"(?i)\s(?:\w+\s){0,2}?(?:improve|reduc|increas|decreas|lower|higher|faster|better|fewer|less|more|saving|gain|drop)",
        after,
    )
    return bool(follows) or bool(verb and words and re.search(r"(?i)\bby\b", before[verb.start() :]))


def _is_threshold(line: str, number: _Number, metric: Metric) -> bool:
    if metric.kind in ("time", "money", "rate", "size") and re.search(
        r"(?i)(?:under|below|<|less than)\s?$", line[: number.start]
    ):
        return False
    return bool(THRESHOLD.search(line[max(number.start - 30, 0) : number.start]))


def _mentions(line: str) -> list[tuple[int, int, Metric]]:
    """(start, end, metric) of every metric that a line names; within a longer name only that one."""
    found: list[tuple[int, int, Metric]] = []
    for metric in METRICS:
        for match in metric.pattern.finditer(line):
            if not any(start <= match.start() < end for start, end, _ in found):
                found.append((match.start(), match.end(), metric))
    return sorted(found, key=lambda item: item[0])


def _metric_of(line: str, number: _Number, mentions: list[tuple[int, int, Metric]], *, strict: bool) -> Metric | None:
    """The metric that a number belongs to: the nearest before it, else the nearest after, of a kind that it fits."""
    fitting = [item for item in mentions if not strict or _fits(number, item[2])]
    before = [
        item
        for item in fitting
        if item[1] <= number.start and number.start - item[1] <= _NEAR_BEFORE * (1 if strict else 2)
    ]
    after = [item for item in fitting if item[0] >= number.end and item[0] - number.end <= _NEAR_AFTER]
    if before and not _breaks(line[before[-1][1] : number.start]):
        return before[-1][2]
    if after and not _breaks(line[number.end : after[0][0]]):
        return after[0][2]
    return None


def _breaks(between: str) -> bool:
    return bool(re.search(r"[.;!?]\s|\|", between))


def _fits(number: _Number, metric: Metric) -> bool:
    if metric.kind == "ratio":
        return number.unit == "%" or (not number.unit and number.precise and number.value <= 1.0)
    if metric.kind == "value":
        return (not number.unit and number.precise) or number.unit == "%"
    return number.measures == metric.kind


def _outcome(
    path: str, at: int, line: str, metric: Metric | None, number: _Number, baseline: str
) -> tuple[Outcome, str]:
    better = metric.better if metric else next((way for way, words in BETTER.items() if words.search(line)), "")
    name = metric.id if metric else "change"
    if metric and metric.id == "latency" and (percentile := re.search(r"(?i)\bp(50|90|95|99)\b", line)):
        name = f"latency p{percentile.group(1)}"
    return Outcome(name, number.value, number.unit, better, baseline, path, at), number.text


# -- tables ------------------------------------------------------------------------------------------------------


def _of_table(block: Block) -> Iterator[tuple[Outcome, str]]:
    """Columns whose heading names a metric, and rows whose first cell does."""
    rows = [[cell.strip() for cell in line.strip().strip("|").split("|")] for line in block.text.split("\n")]
    heads = [_only_metric(cell) for cell in rows[0]]
    units = [_unit_of(cell) for cell in rows[0]]
    known: dict[str, str] = {}
    body = list(enumerate(rows[1 : 1 + _MOST_ROWS], 1))
    for _, row in body:
        if re.search(r"(?i)baseline|naive|dummy|before|previous|current", row[0]):
            for index, metric in enumerate(heads[: len(row)]):
                number = _cell_number(row[index], units[index]) if metric else None
                if metric and number:
                    known.setdefault(metric.id, f"{row[0]} {number.shown}")
    for offset, row in body:
        at = min(block.line + offset + 1, block.end_line)
        by_row = _only_metric(row[0])
        for index, cell in enumerate(row[1:], 1):
            metric = (heads[index] if index < len(heads) else None) or by_row
            number = (
                _cell_number(cell, (units[index] if index < len(units) else "") or _unit_of(row[0])) if metric else None
            )
            if metric and number and _fits_cell(number, metric):
                baseline = known.get(metric.id, "")
                own = baseline.startswith(f"{row[0]} ")
                yield _outcome(
                    block.path,
                    at,
                    f"{rows[0][min(index, len(rows[0]) - 1)]} {row[0]}",
                    metric,
                    number,
                    "" if own else baseline,
                )


def _only_metric(cell: str) -> Metric | None:
    found = _mentions(cell) if len(cell) <= 40 else []
    return found[0][2] if found and found[0][2].id not in ("cost", "run time", "throughput", "coverage") else None


def _unit_of(cell: str) -> str:
    match = re.search(r"[(\[]\s*([^)\]]{1,12}?)\s*[)\]]", cell)
    if not match:
        return ""
    return next((name for name, _, pattern in UNITS if re.fullmatch(rf"(?i){pattern}", match.group(1))), "")


def _cell_number(cell: str, unit: str) -> _Number | None:
    if len(cell) > 30:
        return None
    numbers = _numbers(cell)
    if len(numbers) != 1:
        return None
    number = numbers[0]
    measures = next((kind for name, kind, _ in UNITS if name == unit), "")
    return number if number.unit or not unit else replace(number, unit=unit, measures=measures)


def _fits_cell(number: _Number, metric: Metric) -> bool:
    if metric.kind == "value":
        return not number.unit or number.unit == "%"
    return _fits(number, metric)


# -- numbers -----------------------------------------------------------------------------------------------------


def _numbers(line: str) -> list[_Number]:
    found = []
    for match in NUMBER.finditer(line):
        if match.end("number") - match.start("number") > 15:
            continue
        unit, measures = _canonical(match.group("unit") or "", match.group("money") or "")
        found.append(_Number(match.group("number"), match.start(), match.end(), unit, measures))
    return found


def _canonical(unit: str, money: str) -> tuple[str, str]:
    if money:
        return {"€": "EUR", "£": "GBP"}.get(money, "USD"), "money"
    for name, measures, pattern in UNITS:
        if unit and re.fullmatch(rf"(?i)(?:{pattern})", unit):
            return name, measures
    return "", ""


def _shown(text: str, unit: str) -> str:
    return f"{text} {unit}".rstrip()
