"""Numbers about the project that prose states: metric, value, unit, direction, baseline."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from msgspec import Struct
from msgspec.structs import replace

from analyzer.artifacts.document import Block, Document
from analyzer.findings import Place
from analyzer.knowledge.outcomes import (
    BASELINE,
    BETTER,
    CELL_CHANGE,
    CHANGED,
    COST_OF_RUNNING,
    COST_PERIOD,
    METRICS,
    NOT_AN_OUTCOME,
    NUMBER,
    OTHERS,
    PLAIN_ERROR,
    THRESHOLD,
    UNITS,
    Metric,
)
from analyzer.queries.aims import aims

__all__ = ["Statement", "plain_digits", "statements"]

_DIGIT = re.compile(r"\d")
_MOST_ROWS = 30
_LONGEST_LINE = 2000
_LONGEST_CELL = 40
_NEAR_BEFORE = 45
_NEAR_WITH_UNIT = 75
_NEAR_CHANGE = 90
_NEAR_AFTER = 28


class Statement(Struct, frozen=True):
    """One stated number.

    ``digits`` is as written, a range with both ends, a value below zero with its sign; ``baseline`` in words, or empty;
    ``change`` marks a number that tells how much better or worse, not the value itself.
    """

    metric: str
    digits: str
    unit: str
    direction: str
    baseline: str
    path: str
    line: int
    change: bool = False

    @property
    def value(self) -> float:
        """The number; the upper end of a range."""
        size = float(plain_digits(self.digits.rpartition("-")[2]))
        return -size if self.negative else size

    @property
    def negative(self) -> bool:
        """Whether it is below zero."""
        return self.digits.startswith("-")

    @property
    def shown(self) -> str:
        """The number with its unit."""
        return f"{self.digits} {self.unit}".rstrip()

    @property
    def place(self) -> Place:
        """The line."""
        return Place(self.path, self.line)

    @property
    def of_model(self) -> bool:
        """Whether the metric is one of a model: a ratio or value, but not what tests cover."""
        return self.metric in _OF_MODEL


_OF_MODEL = frozenset(metric.id for metric in METRICS if metric.kind in ("ratio", "value")) - {"coverage", "error rate"}


def plain_digits(text: str) -> str:
    """A number as Python reads it: ``1,200`` is above a thousand, ``0,87`` a decimal."""
    if re.fullmatch(r"[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?", text):
        return text.replace(",", "")
    return text.replace(",", ".")


def statements(document: Document) -> Iterator[Statement]:
    """Yield the numbers that a document states in paragraphs, items and tables, in order."""
    wanted = aims(document)
    for block in document.blocks:
        if block in wanted:
            continue
        if block.kind == "table":
            yield from _of_table(block)
        elif block.kind != "code" and not block.open:
            for offset, line in enumerate(block.text.split("\n")):
                if len(line) <= _LONGEST_LINE and _DIGIT.search(line):
                    yield from _of_line(document.path, line, min(block.line + offset, block.end_line))


class _Number(Struct, frozen=True):
    """A number in a line: its text, where it is, what it measures."""

    text: str
    low: str
    sign: str
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
    def digits(self) -> str:
        below = self.sign in ("-", "−") and not self.unit and self.precise
        return f"{self.low}-{self.text}" if self.low else f"-{self.text}" if below else self.text

    @property
    def is_scale(self) -> bool:
        """Whether it is a scale from zero (0-1, 0-100) rather than a value."""
        return bool(self.low) and float(self.low) == 0

    @property
    def shown(self) -> str:
        return f"{self.digits} {self.unit}".rstrip()


# -- a line of prose ---------------------------------------------------------------------------------------------

_SENTENCE_END = re.compile(r"[.!?][*_)]*\s+(?=[A-Z*_])")
_FROM = re.compile(r"(?i)\bfrom\s(?:about |around |over |~)?$")
_TO = re.compile(r"(?i)^\s?(?:to|→|->|down to|up to)\s(?:about |around |under |below |just |only |~)*$")
_BOUND = re.compile(r"(?i)(?:\bunder|\bbelow|<|\bless than)\s?$")
_CHANGE_AFTER = re.compile(
    r"(?i)\s(?:\w+\s){0,2}?(?:improve|reduc|increas|decreas|lower|higher|faster|better|fewer|less|more|saving|gain|drop)"
)


def _of_line(path: str, line: str, at: int) -> Iterator[Statement]:
    numbers = _numbers(line)
    if not any(number.unit or number.precise or PLAIN_ERROR.search(line[: number.start]) for number in numbers):
        return
    if OTHERS.search(line):
        return
    if NOT_AN_OUTCOME.search(line):
        numbers = [number for number in numbers if _is_told_of_the_project(line, number)]
    mentions = _mentions(line)
    used: set[int] = set()
    for index, (number, following) in enumerate(pairwise(numbers)):
        if _FROM.search(line[: number.start]) and _TO.match(line[number.end : following.start]):
            metric = _metric_of(line, number, mentions, near=_NEAR_CHANGE)
            if metric or CHANGED.search(line[max(number.start - 60, 0) : number.start]):
                used |= {index, index + 1}
                unit = following.unit or number.unit
                before = replace(number, unit=number.unit or unit)
                yield _statement(path, at, line, metric, replace(following, unit=unit), before.shown)
    plain: list[tuple[_Number, Metric]] = []
    baselines: dict[str, tuple[_Number, Metric]] = {}
    for index, number in enumerate(numbers):
        if index in used:
            continue
        metric = _metric_of(line, number, mentions)
        if metric and BASELINE.search(line[max(number.start - 45, 0) : number.start]):
            baselines.setdefault(metric.id, (number, metric))
        elif number.measures in ("ratio", "factor") and _is_change(line, number):
            about = _metric_of(line, number, mentions, near=_NEAR_CHANGE)
            if not about or _goes_well(line, about):
                yield _statement(path, at, line, about, number, "before", change=True)
        elif metric and not _is_threshold(line, number, metric):
            plain.append((number, metric))
    for number, metric in plain:
        against = baselines.pop(metric.id, None)
        yield _statement(path, at, line, metric, number, against[0].shown if against else "")
    named = {metric.id for _, metric in plain}
    for number, metric in baselines.values():
        if metric.id not in named and not used:
            yield _statement(path, at, line, metric, number, "")


def _is_told_of_the_project(line: str, number: _Number) -> bool:
    """Whether the sentence around a number tells what the project reached."""
    ends = [0, *(match.end() for match in _SENTENCE_END.finditer(line)), len(line)]
    sentence = next(line[begin:end] for begin, end in pairwise(ends) if number.start < end)
    return not NOT_AN_OUTCOME.search(sentence)


def _is_change(line: str, number: _Number) -> bool:
    """Whether a per cent or factor says how much better or worse: "reduced by 30 %", "3x faster"."""
    if _CHANGE_AFTER.match(line[number.end : number.end + 25]):
        return True
    before = line[max(number.start - 50, 0) : number.start]
    verb = CHANGED.search(before)
    return bool(verb and re.search(r"(?i)\bby\b", before[verb.start() :]))


def _goes_well(line: str, metric: Metric) -> bool:
    """Whether the change goes the better way, as far as the words tell."""
    other = "higher" if metric.better == "lower" else "lower"
    return bool(BETTER[metric.better].search(line)) or not BETTER[other].search(line)


def _is_threshold(line: str, number: _Number, metric: Metric) -> bool:
    if line[: number.start].rstrip().endswith("±"):
        return True
    if metric.kind in ("time", "money", "rate", "size") and _BOUND.search(line[: number.start]):
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


def _metric_of(line: str, number: _Number, mentions: list[tuple[int, int, Metric]], near: int = 0) -> Metric | None:
    """The metric that a number belongs to: the nearest before it, else the nearest after.

    Args:
        line: the line.
        number: the number.
        mentions: the metrics that the line names.
        near: how far before the number any metric counts, for changes; 0 for values, which must fit the metric.
    """
    fitting = [item for item in mentions if near or _fits(line, number, item[2])]
    if not fitting and not number.low and number.measures in ("", "quantity", "time", "money"):
        # An error in the unit of what is predicted; the expression ends where the number begins.
        fitting = [item for item in mentions if item[2].id in ("rmse", "mae", "mse")]
        fitting = fitting if PLAIN_ERROR.search(line[: number.start]) else []
    reach = near or (_NEAR_WITH_UNIT if number.unit else _NEAR_BEFORE)
    before = [item for item in fitting if item[1] <= number.start and number.start - item[1] <= reach]
    after = [item for item in fitting if item[0] >= number.end and item[0] - number.end <= _NEAR_AFTER]
    if before and not _breaks(line[before[-1][1] : number.start]):
        return before[-1][2]
    if after and not _breaks(line[number.end : after[0][0]]):
        return after[0][2]
    return None


def _breaks(between: str) -> bool:
    return bool(re.search(r"[.;!?]\s|\|", between))


def _fits(line: str, number: _Number, metric: Metric) -> bool:
    if metric.kind == "ratio":
        return number.unit == "%" or (not number.unit and number.precise and number.value <= 1.0)
    if metric.kind == "value":
        return (not number.unit and number.precise) or number.unit == "%"
    if metric.kind == "money" and not COST_OF_RUNNING.search(line):
        return False
    return number.measures == metric.kind


def _statement(
    path: str, at: int, line: str, metric: Metric | None, number: _Number, baseline: str, *, change: bool = False
) -> Statement:
    better = metric.better if metric else next((way for way, words in BETTER.items() if words.search(line)), "")
    name = metric.id if metric else "change"
    if name == "latency" and (percentile := re.search(r"(?i)\bp(50|90|95|99)\b", line)):
        name = f"latency p{percentile.group(1)}"
    below_zero = metric is not None and metric.kind == "ratio"  # an error below zero is a dash before the number
    digits = number.digits if below_zero else number.digits.removeprefix("-")
    unit = number.unit
    if number.measures == "money" and metric and metric.kind == "money":
        unit = f"{unit} {_period(line[number.end : number.end + _NEAR_AFTER]) or _period(line)}".rstrip()
    return Statement(name, digits, unit, better, baseline, path, at, change)


def _period(text: str) -> str:
    """What a cost is for: ``per month``; empty where the words do not tell."""
    return next((period for period, words in COST_PERIOD if words.search(text)), "")


# -- tables ------------------------------------------------------------------------------------------------------

_BASE_ROW = re.compile(r"(?i)baseline|naive|dummy|\bbefore\b|\bprevious\b|\bcurrent\b")
_NOT_A_COLUMN = frozenset({"cost", "run time", "throughput", "coverage", "drift"})


def _of_table(block: Block) -> Iterator[Statement]:
    """Columns whose heading names a metric, and rows whose first cell does."""
    rows = [[cell.strip() for cell in line.strip().strip("|").split("|")] for line in block.text.split("\n")]
    heads = [_column_metric(cell) for cell in rows[0]]
    body = list(enumerate(rows[1 : 1 + _MOST_ROWS], 1))
    known: dict[str, str] = {}
    for _, row in body:
        if _BASE_ROW.search(row[0]):
            for metric, _, number in _cells(rows[0], heads, row):
                known.setdefault(metric.id, f"{row[0]} {number.shown}")
    for offset, row in body:
        at = min(block.line + offset + 1, block.end_line)
        for metric, head, number in _cells(rows[0], heads, row):
            cell = row[head]
            title = rows[0][head] if head < len(rows[0]) else ""
            baseline = known.get(metric.id, "")
            if baseline.startswith(f"{row[0]} "):
                baseline = ""
            change = (
                number.unit == "%" and number.sign in ("+", "-", "−") and bool(CELL_CHANGE.search(f"{cell} {title}"))
            )
            if change:
                versus = re.search(r"(?i)\bvs\.?\s(.{1,30})", cell)
                baseline = versus.group(1).strip() if versus else "before"
            yield _statement(block.path, at, f"{title} {row[0]}", metric, number, baseline, change=change)


def _cells(titles: list[str], heads: list[Metric | None], row: list[str]) -> Iterator[tuple[Metric, int, _Number]]:
    by_row = _column_metric(row[0])
    for index, cell in enumerate(row[1:], 1):
        metric = (heads[index] if index < len(heads) else None) or by_row
        unit = (_unit_of(titles[index]) if index < len(titles) else "") or _unit_of(row[0])
        number = _cell_number(cell, unit) if metric else None
        if metric and number and _fits_cell(number, metric):
            yield metric, index, number


def _column_metric(cell: str) -> Metric | None:
    found = _mentions(cell) if len(cell) <= _LONGEST_CELL else []
    return found[0][2] if found and found[0][2].id not in _NOT_A_COLUMN else None


def _unit_of(cell: str) -> str:
    match = re.search(r"[(\[]\s*([^)\]]{1,12}?)\s*[)\]]", cell)
    return _canonical(match.group(1), "")[0] if match else ""


def _cell_number(cell: str, unit: str) -> _Number | None:
    numbers = _numbers(re.split(r"±|\+/-", cell, maxsplit=1)[0]) if len(cell) <= _LONGEST_CELL else []
    if len(numbers) != 1:
        return None
    number = numbers[0]
    measures = next((kind for name, kind, _ in UNITS if name == unit), "")
    return number if number.unit or not unit else replace(number, unit=unit, measures=measures)


def _fits_cell(number: _Number, metric: Metric) -> bool:
    if metric.kind == "value":
        return not number.unit or number.unit == "%"
    return _fits("", number, metric)


# -- numbers -----------------------------------------------------------------------------------------------------

_LONGEST_NUMBER = 15


def _numbers(line: str) -> list[_Number]:
    found = []
    for match in NUMBER.finditer(line):
        text, low = match["number"], match["low"] or ""
        if max(len(text), len(low)) > _LONGEST_NUMBER:
            continue
        unit, measures = _canonical(match["unit"] or "", match["money"] or "")
        number = _Number(text, low, match["sign"] or "", match.start(), match.end(), unit, measures)
        if not number.is_scale:
            found.append(number)
    return found


def _canonical(unit: str, money: str) -> tuple[str, str]:
    """(unit, what it measures) of a unit or a currency sign as written."""
    if money:
        return {"€": "EUR", "£": "GBP"}.get(money, "USD"), "money"
    for name, measures, pattern in UNITS:
        if unit and re.fullmatch(rf"(?i)(?:{pattern})", unit):
            return name, measures
    return "", ""
