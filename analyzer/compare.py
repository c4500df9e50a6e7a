"""Two reports side by side: criteria gained and lost, points, and evidence that moved.

It works on the JSON documents of the report (contract version 1), so a report that was kept compares like one made now.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from analyzer.errors import UsageError
from analyzer.identity import fingerprint

__all__ = ["Change", "Comparison", "Moved", "SectionChange", "Seen", "Side", "compare_documents"]

_RANK = {"missing": 0, "partial": 1, "met": 2}


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two: what it is called, its commit, and its score from 0 to 100."""

    name: str
    commit: str
    score: float
    grade: str
    rubric: str


@dataclass(frozen=True, slots=True)
class SectionChange:
    """Points of a section on both sides, bonus included, and the most it can have on the second."""

    id: str
    title: str
    base: float
    head: float
    max_score: float


@dataclass(frozen=True, slots=True)
class Change:
    """A criterion that is not the same on both sides. ``points`` is the difference in points of the rubric.

    ``path`` and ``line`` are the decisive evidence: of the second side where it gained, of the first where it lost.
    """

    criterion: str
    title: str
    before: str
    after: str
    points: float
    summary: str
    path: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True, order=True)
class Seen:
    """Evidence of one criterion that only one side has."""

    criterion: str
    path: str
    line: int
    snippet: str


@dataclass(frozen=True, slots=True, order=True)
class Moved:
    """The same evidence at another line."""

    criterion: str
    path: str
    before: int
    after: int
    snippet: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """What changed from base to head.

    ``unseen`` are criteria that one of the two could not assess; ``notes`` say what makes the two hard to compare.
    """

    base: Side
    head: Side
    sections: tuple[SectionChange, ...]
    gained: tuple[Change, ...]
    lost: tuple[Change, ...]
    unseen: tuple[Change, ...]
    moved: tuple[Moved, ...]
    appeared: tuple[Seen, ...]
    vanished: tuple[Seen, ...]
    notes: tuple[str, ...] = ()

    @property
    def same_rubric(self) -> bool:
        """Whether the two scores were made by one rubric."""
        return self.base.rubric == self.head.rubric

    @property
    def difference(self) -> float:
        """Points of the score that were won; below 0 where they were lost."""
        return round(self.head.score - self.base.score, 1)

    @property
    def change(self) -> float | None:
        """The difference where one rubric made both scores; else None, since they cannot be compared."""
        return self.difference if self.same_rubric else None

    @property
    def regression(self) -> bool:
        """Whether something got worse: a criterion lost points, or the score by the same rubric fell."""
        return bool(self.lost) or (self.same_rubric and self.difference < 0)


def compare_documents(base: Mapping[str, Any], head: Mapping[str, Any], names: tuple[str, str]) -> Comparison:
    """Compare two documents.

    Args:
        base: the report to compare with.
        head: the report to judge.
        names: what the user called them.

    Raises:
        UsageError: one of them is no report of this contract.
    """
    try:
        return _compare(base, head, names)
    except (KeyError, TypeError, AttributeError, ValueError, OverflowError) as error:
        raise UsageError(
            f"{names[0]} and {names[1]} are not both reports of folioscope: {type(error).__name__} {error}",
            "Give files written with --format json.",
        ) from error


def _compare(base: Mapping[str, Any], head: Mapping[str, Any], names: tuple[str, str]) -> Comparison:
    before = {item["id"]: item for item in base["criteria"]}
    after = {item["id"]: item for item in head["criteria"]}
    changes = [change for name, item in after.items() if name in before and (change := _change(before[name], item))]
    changes += [_of_one(item, "", item["status"], item["points"]) for name, item in after.items() if name not in before]
    changes += [
        _of_one(item, item["status"], "", -item["points"]) for name, item in before.items() if name not in after
    ]
    known = [item for item in changes if item.before in _RANK and item.after in _RANK]
    # Whoever says that what was there does not apply any more has lost it; else every loss could be talked away.
    excused = _excused(head) - _excused(base)
    given_up = [item for item in changes if item.criterion in excused and _RANK.get(item.before)]
    moved, vanished, appeared = _evidence(before, after)
    sides = (_side(names[0], base), _side(names[1], head))
    return Comparison(
        *sides,
        _sections(base, head),
        tuple(item for item in known if _better(item) > 0),
        tuple(item for item in changes if item in given_up or (item in known and _better(item) < 0)),
        tuple(item for item in changes if item not in known and item not in given_up),
        moved,
        appeared,
        vanished,
        tuple(_notes(base, head)),
    )


def _excused(document: Mapping[str, Any]) -> set[str]:
    """The criteria that the owner says do not apply."""
    said = document.get("configuration", {}).get("annotations", ())
    return {item["criterion"] for item in said if not item["refused"]}


def _side(name: str, document: Mapping[str, Any]) -> Side:
    rubric, score = document["rubric"], float(document["score"])
    if not 0 <= score <= 100:
        raise ValueError(f"a score of {score:g}")
    return Side(
        name,
        str(document["target"]["commit"]),
        score,
        str(document["grade"]),
        f"{rubric['id']} {rubric['version']} {rubric['sha256']}",
    )


def _change(before: Mapping[str, Any], after: Mapping[str, Any]) -> Change | None:
    points = after["points"] - before["points"]
    same_share = before["points"] * after["max_points"] == after["points"] * before["max_points"]
    if before["status"] == after["status"] and same_share:
        return None
    shown = after if after["evidence"] else before
    at: Mapping[str, Any] = shown["evidence"][0] if shown["evidence"] else {"path": "", "line": 0}
    return Change(
        after["id"], after["title"], before["status"], after["status"], points, after["summary"], at["path"], at["line"]
    )


def _of_one(item: Mapping[str, Any], before: str, after: str, points: float) -> Change:
    return Change(item["id"], item["title"], before, after, points, item["summary"])


def _better(change: Change) -> float:
    """Above 0 where a criterion gained. A chain that became complete gives points without another status."""
    return _RANK[change.after] - _RANK[change.before] or change.points


def _sections(base: Mapping[str, Any], head: Mapping[str, Any]) -> tuple[SectionChange, ...]:
    before = {item["id"]: item["score"] + item["bonus"] for item in base["sections"]}
    return tuple(
        SectionChange(
            item["id"], item["title"], before.get(item["id"], 0.0), item["score"] + item["bonus"], item["max_score"]
        )
        for item in head["sections"]
    )


def _evidence(
    before: Mapping[str, Mapping[str, Any]], after: Mapping[str, Mapping[str, Any]]
) -> tuple[tuple[Moved, ...], tuple[Seen, ...], tuple[Seen, ...]]:
    """What moved, what only the first has, what only the second has; in order of criterion, path and line."""
    moved: list[Moved] = []
    vanished: list[Seen] = []
    appeared: list[Seen] = []
    for name in after:
        if name not in before:
            continue
        old, new = _by_identity(name, before[name]["evidence"]), _by_identity(name, after[name]["evidence"])
        for identity in {**old, **new}:
            pair = old.get(identity, []), new.get(identity, [])
            # Where a line stands there several times, those at the same place are the same.
            same = {item.line for item in pair[0]} & {item.line for item in pair[1]}
            was, now = ([item for item in side if item.line not in same] for side in pair)
            common = min(len(was), len(now))
            moved += (
                Moved(name, one.path, one.line, two.line, two.snippet)
                for one, two in zip(was[:common], now[:common], strict=True)
            )
            vanished += was[common:]
            appeared += now[common:]
    return tuple(sorted(moved)), tuple(sorted(vanished)), tuple(sorted(appeared))


def _by_identity(criterion: str, evidence: Iterable[Mapping[str, Any]]) -> dict[str, list[Seen]]:
    found: dict[str, list[Seen]] = {}
    for item in sorted(evidence, key=lambda item: item["line"]):
        seen = Seen(criterion, item["path"], item["line"], item["snippet"])
        found.setdefault(fingerprint(criterion, seen.path, seen.snippet), []).append(seen)
    return found


def _notes(base: Mapping[str, Any], head: Mapping[str, Any]) -> Iterable[str]:
    if base["rubric"]["sha256"] != head["rubric"]["sha256"]:
        yield (
            f"The rubrics differ ({base['rubric']['id']} {base['rubric']['version']}, {head['rubric']['id']} "
            f"{head['rubric']['version']}), so the scores cannot be compared; statuses can."
        )
    if base["tool"]["version"] != head["tool"]["version"]:
        yield (
            f"The reports were made by versions {base['tool']['version']} and {head['tool']['version']} of folioscope, "
            "which may decide differently."
        )
    if base["assessed"] != head["assessed"]:
        yield (
            f"{base['assessed']:.0%} and {head['assessed']:.0%} of the points could be assessed; what was not looked at "
            "is neither gained nor lost."
        )
