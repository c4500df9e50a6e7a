"""Where the repository shows a number that prose states: metrics files, tracked runs, notebook outputs, tests, reports."""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Iterator
from functools import lru_cache

from msgspec import Struct

from analyzer.errors import LimitError
from analyzer.findings import Place
from analyzer.inventory import Owner
from analyzer.knowledge.outcomes import METRIC_FILE, METRICS, PROSE_FILE, TRACKED_METRIC
from analyzer.queries.stated import Statement, plain_digits
from analyzer.repository import Repository

__all__ = ["find_numbers"]

_LARGEST = 256 * 1024
_SUFFIXES = (".json", ".yaml", ".yml", ".csv", ".tsv", ".txt", ".log", ".md", ".JSON", ".CSV")
_MOST_FILES = 60
_MOST_TRACKED = 300
_MOST_OUTPUTS = 400
_NEAR = 80
_FAR = 1500
_NUMBER = re.compile(r"(?<![\w.])(?<!\d:)-?\d+(?:\.\d+)?(?:[eE][-+]?\d{1,2})?(?!\w|[.:]\d)")


class _Source(Struct, frozen=True):
    """A text that may show numbers, and what is known about it: words of its name or of the code that printed it."""

    path: str
    text: str
    about: str
    inside: str = ""


def find_numbers(repo: Repository, stated: tuple[Statement, ...]) -> tuple[Place | None, ...]:
    """Return for each number the first place that shows it beside the name of its metric, or None.

    Rounding and cutting are allowed, and per cent against fraction. Files are read in a fixed order within bounds.
    """
    found: list[Place | None] = [None] * len(stated)
    checks = [_checks(item) for item in stated]
    for source in _sources(repo, {_name(item) for item in stated}):
        for index, item in enumerate(stated):
            if found[index] is None and item.path != source.path:
                found[index] = _shown(source, item, checks[index])
        if all(found):
            break
    return tuple(found)


def _sources(repo: Repository, names: set[str]) -> Iterator[_Source]:
    stated_in = {document.path for document in repo.documents if not PROSE_FILE.search(document.path)}
    for path in _read(repo, [path for path in _candidates(repo) if path not in stated_in], _MOST_FILES):
        yield _Source(path, repo.text(path) or "", _words_of(path))
    tracked = [
        path for path in _paths(repo) if (match := TRACKED_METRIC.search(path)) and _named(match["name"]) & names
    ]
    for path in _read(repo, tracked, _MOST_TRACKED):
        yield _Source(path, repo.text(path) or "", _words_of(path.rsplit("/", 1)[-1]))
    left = _MOST_OUTPUTS
    for notebook in repo.notebooks:
        for output in notebook.outputs[:left]:
            yield _Source(notebook.path, output.text, output.source, repo.text(notebook.path) or "")
        left -= min(left, len(notebook.outputs))
    for module in repo.tests.modules:
        lines = (repo.text(module.path) or "").split("\n")
        asserted = "\n".join(line if "assert" in line else "" for line in lines)
        if _NUMBER.search(asserted):
            yield _Source(module.path, asserted, "")


def _paths(repo: Repository) -> Iterator[str]:
    kept = {Owner.OWN, Owner.GENERATED}
    prefix = f"{repo.subdir}/" if repo.subdir else ""
    for path, owner in repo.inventory.owners.items():
        if owner in kept and path.startswith(prefix):
            yield path


def _candidates(repo: Repository) -> list[str]:
    listed = {
        repo.find(out, posixpath.dirname(stage.path))
        for file in repo.dvc_files
        for stage in file.stages
        for out in stage.metrics
    }
    return [
        path
        for path in _paths(repo)
        if path.endswith(_SUFFIXES)
        and (METRIC_FILE.search(path) or PROSE_FILE.search(path) or path in listed)
        and repo.inventory.owners[path] is Owner.OWN
        and not _is_code(path)
    ]


def _is_code(path: str) -> bool:
    return path.startswith(".github/") or path.rsplit("/", 1)[-1].lower().startswith(("requirements", "docker-compose"))


def _read(repo: Repository, paths: list[str], most: int) -> list[str]:
    small = [path for path in paths if 0 < repo.snapshot.entries[path].size <= _LARGEST][:most]
    try:
        repo.snapshot.fetch(small)
    except LimitError:
        return []
    return small


def _words_of(path: str) -> str:
    return re.sub(r"[_/.-]+", " ", path)


_PATTERNS = {metric.id: metric.pattern for metric in METRICS}
_KINDS = {metric.id: metric.kind for metric in METRICS}


@lru_cache(maxsize=4096)
def _named(text: str) -> frozenset[str]:
    plain = _words_of(text)
    return frozenset(name for name, pattern in _PATTERNS.items() if pattern.search(plain))


# -- comparing ---------------------------------------------------------------------------------------------------


class _Check(Struct, frozen=True):
    """The values that count as the stated one: intervals from ``low`` up to ``high``."""

    spans: tuple[tuple[float, float], ...]

    def holds(self, value: float) -> bool:
        return any(low <= value <= high for low, high in self.spans)


_SECONDS = {"ms": 0.001, "min": 60.0, "h": 3600.0}


def _name(item: Statement) -> str:
    """The metric without a percentile."""
    return "latency" if item.metric.startswith("latency") else item.metric


def _checks(item: Statement) -> tuple[_Check, ...]:
    """One check, of a range one for each end: numbers between show neither."""
    first, _, last = item.digits.removeprefix("-").rpartition("-")
    return tuple(_check(item, end) for end in (first, last) if end)


def _check(item: Statement, digits: str) -> _Check:
    value = float(plain_digits(digits))
    step = 10.0 ** -len(plain_digits(digits).partition(".")[2])
    if len(plain_digits(digits).replace(".", "").strip("0")) < 2:
        step /= 1000  # one digit is met by too many numbers when rounded
    low, high = value - step / 2, value + step * 0.999999  # rounded to the nearest, or cut off
    spans = [(low, high)]
    if item.unit == "%":
        spans.append((low / 100, high / 100))
    elif not item.unit and high <= 1 and _KINDS.get(item.metric) == "ratio":
        spans.append((low * 100, high * 100))
    elif item.unit in _SECONDS:
        spans.append((low * _SECONDS[item.unit], high * _SECONDS[item.unit]))
    return _Check(tuple(spans))


def _shown(source: _Source, item: Statement, checks: tuple[_Check, ...]) -> Place | None:
    starts = [_where(source, item, check) for check in checks]
    return Place(source.path, _line(source, starts[0])) if starts[0] is not None and None not in starts else None


def _where(source: _Source, item: Statement, check: _Check) -> int | None:
    for start, value, negative in _numbers_in(source.text):
        if item.negative and not negative:
            continue
        if check.holds(value) and _is_about(source, start, _name(item)):
            return start
    return None


@lru_cache(maxsize=64)
def _numbers_in(text: str) -> tuple[tuple[int, float, bool], ...]:
    """(where it begins, its value without the sign, whether it is below zero) of each number."""
    found = ((match.start(), match.group()) for match in _NUMBER.finditer(text))
    return tuple((start, abs(float(written)), written.startswith("-")) for start, written in found)


def _is_about(source: _Source, position: int, metric: str) -> bool:
    """Whether a number belongs to the metric: the last one named before it, else any in the text or in what made it."""
    column = _column(source, position)
    near = column or _last_named(source.text[max(position - _NEAR, 0) : position])
    if near:
        return near == metric
    pattern = _PATTERNS.get(metric)
    words = _words_of(f"{source.text[max(position - _FAR, 0) : position]} {source.about}")
    return pattern is not None and pattern.search(words) is not None


def _last_named(text: str) -> str:
    plain = re.sub(r"[_/-]+", " ", text)
    best, at = "", -1
    for metric in METRICS:
        for match in metric.pattern.finditer(plain):
            if match.end() > at:
                best, at = metric.id, match.end()
    return best


def _column(source: _Source, position: int) -> str:
    """The metric in the heading of the column, where the text is a table with commas or tabs."""
    if not source.path.endswith((".csv", ".tsv")):
        return ""
    mark = "\t" if source.path.endswith(".tsv") else ","
    begin = source.text.rfind("\n", 0, position) + 1
    heads = source.text.split("\n", 1)[0].split(mark)
    index = source.text.count(mark, begin, position)
    return _last_named(heads[index]) if begin and index < len(heads) else ""


def _line(source: _Source, position: int) -> int:
    if not source.inside:
        return source.text.count("\n", 0, position) + 1
    begin = source.text.rfind("\n", 0, position) + 1
    printed = source.text[begin:].split("\n", 1)[0]
    for encoded in (json.dumps(printed, ensure_ascii=False)[1:-1], json.dumps(printed)[1:-1]):
        found = source.inside.find(encoded)
        if found >= 0:
            return source.inside.count("\n", 0, found) + 1
    return 1
