"""The score over the commits of a repository, from git objects alone.

A commit is judged by the same rules as in a report of its own, but only where its answer can be another one than before:

- Files whose content no rule looked into, at the commit before, may change without any effect; the answer is kept.
- What was parsed of a file, and its own checks, are kept by path and blob and used by every commit that has it.
- Answers of whole commits are kept in the user's cache folder by their tree, with all that decides them.
"""

from __future__ import annotations

import gc
from bisect import bisect_left
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from itertools import accumulate
from pathlib import Path
from typing import Any

from analyzer.analysis import Options, Progress, with_origin
from analyzer.annotations import owners_word
from analyzer.assessment import judge
from analyzer.cache import ReportCache, report_key
from analyzer.collector import paused_collector
from analyzer.errors import TargetError
from analyzer.fingerprints import COMPARED_KINDS, may_be_copy
from analyzer.git import ObjectReader
from analyzer.history import is_shallow
from analyzer.inventory import kind_of
from analyzer.isolation import CAN_FORK, Confinement, iterate_confined
from analyzer.plugins import discover
from analyzer.report import ReportTarget
from analyzer.repository import Repository
from analyzer.rubric import Rubric, load_rubric
from analyzer.shared import Shared
from analyzer.snapshot import Entry, EntryKind, Snapshot, admit, common_dir, find_git_dir, open_git
from analyzer.target import Target, parse_target
from analyzer.timeline import Choice, Difference, Moment, choose, differences

__all__ = ["Point", "Trend", "read_trend"]

_COLLECT_AFTER = 50
_FEW = 8
"""Commits for which a process of their own is worth its first one, of which every file is new to it."""


@dataclass(frozen=True, slots=True)
class Point:
    """One commit: its score from 0 to 100, its grade, the points of each section, and the status of each criterion."""

    moment: Moment
    score: float
    grade: str
    assessed: float
    sections: dict[str, float]
    statuses: dict[str, str]


@dataclass(frozen=True, slots=True)
class Trend:
    """The points, the oldest first. ``judged`` of them were judged anew; the others had the answer of another one.

    ``complete``: the copy holds the whole history, of which these were chosen.
    """

    name: str
    subdir: str
    rubric: Rubric
    points: tuple[Point, ...]
    judged: int
    complete: bool = True


class _Watched(dict[str, Entry]):
    """Entries that remember which of them were asked for one by one, as by somebody who wants to know their size."""

    def __init__(self, entries: dict[str, Entry]) -> None:
        super().__init__(entries)
        self.asked: set[str] = set()

    def __getitem__(self, path: str) -> Entry:
        self.asked.add(path)
        return super().__getitem__(path)

    def get(self, path: str, default: Any = None) -> Any:
        self.asked.add(path)
        return super().get(path, default)


@dataclass(slots=True)
class _Answer:
    """The last judged state: its tree's entries, what was looked at, and the point."""

    entries: dict[str, Entry]
    looked_at: frozenset[str]
    point: Point


def read_trend(
    target: str,
    choice: Choice,
    options: Options = Options(),
    progress: Progress = lambda stage, detail: None,
    *,
    jobs: int = 1,
) -> Trend:
    """Judge the chosen commits of one target.

    Args:
        target: a URL, ``owner/name``, or a path in a repository. Of a remote one, the last ``limits.history`` commits are
            fetched.
        choice: which commits.
        options: how; ``ref`` is where the history ends. A work tree has no history, and a folder needs a repository.
        progress: is told the commit at work.
        jobs: processes at most. The commits are shared out among them, at least some at a time for each.

    Raises:
        FolioscopeError: the target is wrong, cannot be read, or exceeds a limit.
    """
    rubric = load_rubric(options.rubric or "mlops")
    parsed = parse_target(target, ref=options.ref, subdir=options.subdir, hosts=options.hosts)
    if parsed.path is not None:
        return _local(parsed, choice, rubric, options, progress, jobs)
    if options.offline:
        raise TargetError(
            f"{parsed.owner}/{parsed.repo} is not on this machine",
            "Leave out --offline, or give the path of a local clone.",
        )
    from analyzer.acquire import acquire, resolve_remote

    ref = resolve_remote(parsed, options.limits, progress)
    depth = max(2, options.limits.history)
    with acquire(parsed, ref, options.limits, progress, commits=depth) as acquired:
        name, readable = f"{parsed.owner}/{parsed.repo}", (acquired.git_dir,)
        place = _Place(acquired.git_dir, acquired.commit, name, ref.subdir, readable, filtered=True)
        return _trend(place, choice, rubric, options, progress, jobs)


@dataclass(frozen=True, slots=True)
class _Place:
    """A repository on this machine, where its history ends, its name, and the folder that is judged.

    ``readable``: what a process reads that judges it, where it is to read nothing else.
    """

    git_dir: Path
    commit: str
    name: str
    subdir: str
    readable: tuple[Path, ...] = ()
    filtered: bool = False


def _local(target: Target, choice: Choice, rubric: Rubric, options: Options, tell: Progress, jobs: int) -> Trend:
    path = (target.path or Path()).resolve()
    found = find_git_dir(path)
    if found is None:
        raise TargetError(f"{target.input} is in no git repository, so it has no history", "Give the path of one.")
    git_dir, root = found
    with open_git(git_dir, target.ref, options.limits) as snapshot:
        commit = snapshot.commit
    prefix = path.relative_to(root).as_posix() if path != root else ""
    subdir = "/".join(part for part in (prefix, target.subdir) if part)
    name = (root.parent if root.name == ".git" else root).name.removesuffix(".git")
    described = with_origin(ReportTarget(name, "", name, target.ref, "", "", "", ""), git_dir, commit, options)
    readable = (root, common_dir(git_dir)) if options.isolated else ()
    return _trend(_Place(git_dir, commit, described.name, subdir, readable), choice, rubric, options, tell, jobs)


def _trend(place: _Place, choice: Choice, rubric: Rubric, options: Options, tell: Progress, jobs: int) -> Trend:
    moments = choose(place.git_dir, place.commit, choice, options.limits)
    if not moments:
        raise TargetError("There is no tag on a commit", "Use --every or --last.")
    kept = _Kept(place, rubric, options)
    found = {number: point for number, moment in enumerate(moments) if (point := kept.get(moment))}
    missing = [number for number in range(len(moments)) if number not in found]
    judged = 0

    def take(number: int, point: Point | None, count: int) -> None:
        nonlocal judged
        judged += count
        if point:
            found[number] = point
            kept.put(moments[number], point)
        tell("judge", f"{len(found)} of {len(moments)} commits")

    _judge_all(_Work(place, rubric, options, moments), missing, jobs, take)
    if not found:
        raise TargetError(
            f"No chosen commit has a folder {place.subdir!r}", "Leave out --subdir, or choose other commits."
        )
    points = tuple(replace(found[number], moment=moments[number]) for number in sorted(found))
    return Trend(place.name, place.subdir, rubric, points, judged, not is_shallow(place.git_dir))


@dataclass(frozen=True, slots=True)
class _Work:
    """What the processes that judge share, and all chosen commits."""

    place: _Place
    rubric: Rubric
    options: Options
    moments: tuple[Moment, ...]


def _parts(work: _Work, numbers: list[int], jobs: int) -> Iterator[list[int]]:
    """Share the commits out, one after the other as they came: neighbours have most in common."""
    most = len(numbers) // _FEW if CAN_FORK else 1
    shares = max(1, min(jobs, most))
    if shares == 1:
        if numbers:
            yield numbers
        return
    # The younger a commit, the more it holds.
    weights = list(accumulate(_sizes(work, numbers)))
    start = 0
    for share in range(1, shares + 1):
        end = bisect_left(weights, weights[-1] * share / shares) + 1 if share < shares else len(numbers)
        if end > start:
            yield numbers[start:end]
            start = end


def _sizes(work: _Work, numbers: list[int]) -> Iterator[int]:
    """How many files each commit has, and some more for what costs the same for all."""
    here: set[str] = set()
    for difference in differences(
        work.place.git_dir, [work.moments[number] for number in numbers], work.options.limits
    ):
        here.difference_update(difference.gone)
        here.update(entry.path for entry in difference.changed)
        yield len(here) + _FEW


def _judge_all(work: _Work, numbers: list[int], jobs: int, take: Callable[[int, Point | None, int], None]) -> None:
    """Judge commits: a foreign repository's in confined processes, others in processes where several are worth it."""
    discover(work.options.rules)  # rules are found here, once, and not in each child
    parts = list(_parts(work, numbers, jobs))
    readable = work.place.readable
    if not CAN_FORK or (len(parts) <= 1 and not readable):
        for part in parts:
            for number, answer in zip(part, _answers(work, part), strict=True):
                take(number, *answer)
        return
    bounds = (
        Confinement.of(work.options.limits, *readable, analyses=len(part)) if readable else Confinement.none()
        for part in parts
    )
    # The order tells which commit an answer is of; what a process says of itself is not asked.
    awaited = [iter(part) for part in parts]
    iterate_confined(
        _answers,
        [((work, part), bound) for part, bound in zip(parts, bounds, strict=True)],
        lambda part, answer: take(next(awaited[part]), *answer),
    )


def _answers(work: _Work, numbers: list[int]) -> Iterator[tuple[Point | None, int]]:
    """The point of each commit, None where it has no such folder, and how many were judged for it: one or none."""
    judge = _Judge(work)
    limits, git_dir = work.options.limits, work.place.git_dir
    moments = [work.moments[number] for number in numbers]
    with ObjectReader(git_dir, limits.read_seconds * 10, limits.blob_bytes) as reader, paused_collector():
        before = 0
        for point in judge.points(moments, reader):
            yield point, judge.judged - before
            before = judge.judged


class _Judge:
    """Judges one commit after the other; keeps what they share."""

    def __init__(self, work: _Work) -> None:
        place, options = work.place, work.options
        self._git_dir, self._subdir, self._filtered = place.git_dir, place.subdir, place.filtered
        self._rubric, self._options = work.rubric, options
        self._limits, self._rules = options.limits, discover(options.rules)
        self._shared = Shared()
        self._last: _Answer | None = None
        self._by_tree: dict[str, Point] = {}
        self.judged = 0

    def points(self, moments: list[Moment], reader: ObjectReader) -> Iterator[Point | None]:
        """The point of each commit, None where it has no such folder."""
        tree: dict[str, Entry] = {}
        for moment, difference in zip(moments, differences(self._git_dir, moments, self._limits), strict=True):
            tree = _applied(tree, difference)
            if self._subdir and not any(path.startswith(f"{self._subdir}/") for path in tree):
                yield None
                continue
            point = self._by_tree.get(moment.tree)
            if point is None:
                point = self._by_tree[moment.tree] = self._unchanged(tree) or self._judged(moment, tree, reader)
            yield point

    def _unchanged(self, tree: dict[str, Entry]) -> Point | None:
        """The last answer, where nothing changed that it was found by."""
        last = self._last
        if last is None or tree.keys() != last.entries.keys():
            return None
        changed = ((last.entries[path], entry) for path, entry in tree.items() if entry != last.entries[path])
        return last.point if all(self._without_effect(was, now) for was, now in changed) else None

    def _without_effect(self, was: Entry, now: Entry) -> bool:
        assert self._last is not None
        if was.path in self._last.looked_at or was.kind is not EntryKind.FILE or now.kind is not EntryKind.FILE:
            return False
        if any(entry.size < 0 or entry.size > self._limits.blob_bytes for entry in (was, now)):
            return False
        if bool(was.size) != bool(now.size):
            return False  # whether a file holds anything is asked of all at once
        # Files of the size of a template's are compared with it.
        compared = kind_of(was.path) in COMPARED_KINDS
        return not (compared and (may_be_copy(was.size) or may_be_copy(now.size)))

    def _judged(self, moment: Moment, tree: dict[str, Entry], reader: ObjectReader) -> Point:
        self.judged += 1
        entries, problems = admit((tree[path] for path in sorted(tree, key=_as_git_sorts)), self._limits)
        watched = _Watched(entries)
        snapshot = Snapshot(
            self._git_dir,
            moment.commit,
            moment.date,
            watched,
            self._limits,
            problems,
            self._filtered,
            reader,
            self._shared,
        )
        word = owners_word(
            snapshot.read_if_small, self._subdir, configured=False, annotations=self._options.annotations
        )
        repository = Repository(snapshot, self._subdir, word.left_out())
        card = judge(repository, self._rubric, self._rules, word, evidence=False).scorecard
        repository.close()
        self._shared.keep_only([(entry.path, entry.oid) for entry in tree.values()])
        if self.judged % _COLLECT_AFTER == 0:
            gc.collect()
        point = Point(
            moment,
            card.score,
            card.grade,
            round(card.assessed, 4),
            {item.id: item.score + item.bonus for item in card.sections},
            {item.criterion.id: item.decision.status.value for item in card.criteria},
        )
        self._last = _Answer(tree, snapshot.looked_into | frozenset(watched.asked), point)
        return point


class _Kept:
    """Answers of whole commits in the user's cache folder, where it may be used."""

    def __init__(self, place: _Place, rubric: Rubric, options: Options) -> None:
        self._place, self._rubric, self._options = place, rubric, options
        self._rules = discover(options.rules)
        self._cache = ReportCache() if options.cached else None

    def get(self, moment: Moment) -> Point | None:
        document = self._cache.get(self._key(moment)) if self._cache else None
        try:
            return Point(moment, **document) if document else None
        except TypeError:
            return None

    def put(self, moment: Moment, point: Point) -> None:
        if self._cache:
            document = asdict(point)
            del document["moment"]
            self._cache.put(self._key(moment), document)

    def _key(self, moment: Moment) -> str:
        limits = self._options.limits
        parts = (limits.files, limits.text_bytes, self._place.filtered, self._options.annotations)
        name = "\0".join(("trend", *map(str, parts)))
        return report_key(name, moment.tree, self._place.subdir, self._rubric, self._rules, limits)


def _applied(tree: dict[str, Entry], difference: Difference) -> dict[str, Entry]:
    if not difference.gone and not difference.changed:
        return tree
    changed = dict(tree)
    for path in difference.gone:
        changed.pop(path, None)
    changed.update((entry.path, entry) for entry in difference.changed)
    return changed


def _as_git_sorts(path: str) -> bytes:
    return path.encode("utf-8", "surrogateescape")
