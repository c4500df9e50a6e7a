"""The code around evidence, as a report carries it: a few lines of each file, cut once, with values of secrets masked."""

from __future__ import annotations

import re
from collections.abc import Iterable

from msgspec import Struct

from analyzer.findings import Evidence, Place
from analyzer.repository import Repository

__all__ = ["AROUND", "Excerpt", "cut_excerpts", "evidence_at"]

AROUND = 2
"""Lines shown before and after the decisive ones."""
_LONGEST_RANGE = 6
"""Lines of one piece of evidence that are shown; the rest is behind its link."""
_LONGEST_LINE = 200
_MOST_LINES = 1200
"""Lines of all excerpts of one report together."""

_SECRET = re.compile(
    r"(?i)((?:password|passwd|pwd|secret(?:_?key)?|api_?key|token|access_?key(?:_?id)?)[\"']?\s*[:=]\s*[\"']?)"
    r"(?![\"'\s]*(?:$|[,;)\]}]|\$|os\.|env\b|var\.|settings?\.|config\.|none\b|null\b|true\b|false\b|str\b|int\b|\{))"
    r"([^\s\"',;)\]}]{3,})"
)
_TOKEN = re.compile(
    r"\b(?:AKIA[0-9A-Z]{12,}|gh[oprsu]_\w{20,}|github_pat_\w{20,}|glpat-[\w-]{16,}|xox[abp]-[\w-]{10,}"
    r"|sk-[\w-]{20,}|AIza[\w-]{30,}|eyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]*)"
)
_MASK = "•••"

_LONGEST_SNIPPET = 200
_MOST_OPENING = 4
_DRAWN = r"(?!mermaid|plantuml|puml|dot|graphviz|d2)"  # languages that say of a block what it is
_SAYS = re.compile(rf"(?!\s*(?:`{{3,}}|~{{3,}})\s*{_DRAWN}[\w-]*\s*$).*\w")


class Excerpt(Struct, frozen=True, order=True):
    """Consecutive lines of a file; ``line`` is the number of the first, from 1."""

    path: str
    line: int
    lines: tuple[str, ...]

    @property
    def last(self) -> int:
        """The number of the last line."""
        return self.line + len(self.lines) - 1


def evidence_at(repo: Repository, place: Place) -> Evidence:
    """A place as evidence: from its first line that says something, not a bracket, quotes or a fence that only opens."""
    lines = repo.lines(place.path)[place.line - 1 : place.line - 1 + _MOST_OPENING]
    opening = next((number for number, line in enumerate(lines) if _SAYS.match(line)), 0)
    snippet = " ".join(lines[opening].split()) if lines else ""
    line = place.line + opening
    return Evidence(place.path, line, max(line, place.last), snippet[:_LONGEST_SNIPPET])


def cut_excerpts(repo: Repository, found: Iterable[Evidence]) -> tuple[Excerpt, ...]:
    """Return the lines around evidence, sorted by file; those of one file that touch are one excerpt.

    What stands first in ``found`` is kept where the bound of all lines together is reached.
    """
    wanted: dict[str, set[int]] = {}
    total = 0
    for item in found:
        count = len(repo.lines(item.path))
        last = min(max(item.line, item.end_line), item.line + _LONGEST_RANGE - 1)
        around = set(range(max(1, item.line - AROUND), min(count, last + AROUND) + 1))
        new = around - wanted.get(item.path, set())
        if item.line > count or total + len(new) > _MOST_LINES:
            continue
        total += len(new)
        wanted.setdefault(item.path, set()).update(new)
    return tuple(
        Excerpt(path, run[0], tuple(_shown(repo.lines(path)[number - 1]) for number in run))
        for path in sorted(wanted)
        for run in _runs(sorted(wanted[path]))
    )


def _runs(numbers: list[int]) -> list[list[int]]:
    runs: list[list[int]] = []
    for number in numbers:
        if runs and runs[-1][-1] == number - 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return runs


def _shown(line: str) -> str:
    """A line without its end, cut, with what looks like the value of a secret masked."""
    cut = line.rstrip()[: _LONGEST_LINE + 1]
    masked = _TOKEN.sub(_MASK, _SECRET.sub(rf"\g<1>{_MASK}", cut))
    return masked if len(masked) <= _LONGEST_LINE else f"{masked[: _LONGEST_LINE - 1]}…"
