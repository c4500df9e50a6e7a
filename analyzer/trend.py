"""The score over the commits of a repository, from git objects alone.

A commit is judged by the same rules as in a report of its own, but only where its answer can be another one than before:

- Files whose content no rule looked into, at the commit before, may change without any effect; the answer is kept.
- What was parsed of a file, and its own checks, are kept by path and blob and used by every commit that has it.
- Answers of whole commits are kept in the user's cache folder by their tree, with all that decides them.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
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
from analyzer.plugins import discover
from analyzer.report import ReportTarget
from analyzer.repository import Repository
from analyzer.rubric import Rubric, load_rubric
from analyzer.shared import Shared
from analyzer.snapshot import Entry, EntryKind, Snapshot, admit, find_git_dir, open_git
from analyzer.target import Target, parse_target
from analyzer.timeline import Choice, Difference, Moment, choose, differences

__all__ = ["Point", "Trend", "read_trend"]

_COLLECT_AFTER = 50


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
    target: str, choice: Choice, options: Options = Options(), progress: Progress = lambda stage, detail: None
) -> Trend:
    """Judge the chosen commits of one target.

    Args:
        target: a URL, ``owner/name``, or a path in a repository. Of a remote one, the last ``limits.history`` commits are
            fetched.
        choice: which commits.
        options: how; ``ref`` is where the history ends. A work tree has no history, and a folder needs a repository.
        progress: is told the commit at work.

    Raises:
        FolioscopeError: the target is wrong, cannot be read, or exceeds a limit.
    """
    rubric = load_rubric(options.rubric or "mlops")
    parsed = parse_target(target, ref=options.ref, subdir=options.subdir, hosts=options.hosts)
    if parsed.path is not None:
        return _local(parsed, choice, rubric, options, progress)
    if options.offline:
        raise TargetError(
            f"{parsed.owner}/{parsed.repo} is not on this machine",
            "Leave out --offline, or give the path of a local clone.",
        )
    from analyzer.acquire import acquire, resolve_remote

    ref = resolve_remote(parsed, options.limits, progress)
    depth = max(2, options.limits.history)
    with acquire(parsed, ref, options.limits, progress, commits=depth) as acquired:
        place = _Place(acquired.git_dir, acquired.commit, f"{parsed.owner}/{parsed.repo}", ref.subdir, filtered=True)
        return _trend(place, choice, rubric, options, progress)


@dataclass(frozen=True, slots=True)
class _Place:
    """A repository on this machine, where its history ends, its name, and the folder that is judged."""

    git_dir: Path
    commit: str
    name: str
    subdir: str
    filtered: bool = False


def _local(target: Target, choice: Choice, rubric: Rubric, options: Options, tell: Progress) -> Trend:
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
    return _trend(_Place(git_dir, commit, described.name, subdir), choice, rubric, options, tell)


def _trend(place: _Place, choice: Choice, rubric: Rubric, options: Options, tell: Progress) -> Trend:
    moments = choose(place.git_dir, place.commit, choice, options.limits)
    if not moments:
        raise TargetError("There is no tag on a commit", "Use --every or --last.")
    work = _Judge(place, rubric, options, ReportCache() if options.cached else None)
    points = []
    with (
        ObjectReader(place.git_dir, options.limits.read_seconds * 10, options.limits.blob_bytes) as reader,
        paused_collector(),
    ):
        for number, point in enumerate(work.points(moments, reader), 1):
            tell("judge", f"{number} of {len(moments)} commits")
            points.append(point)
    if not points:
        raise TargetError(
            f"No chosen commit has a folder {place.subdir!r}", "Leave out --subdir, or choose other commits."
        )
    complete = not is_shallow(place.git_dir)
    return Trend(place.name, place.subdir, rubric, tuple(points), work.judged, complete)


class _Judge:
    """Judges one commit after the other; keeps what they share."""

    def __init__(self, place: _Place, rubric: Rubric, options: Options, cache: ReportCache | None) -> None:
        self._git_dir, self._subdir, self._filtered = place.git_dir, place.subdir, place.filtered
        self._rubric, self._options, self._cache = rubric, options, cache
        self._limits, self._rules = options.limits, discover(options.rules)
        self._shared = Shared()
        self._last: _Answer | None = None
        self._by_tree: dict[str, Point] = {}
        self.judged = 0

    def points(self, moments: tuple[Moment, ...], reader: ObjectReader) -> Iterator[Point]:
        """One point a moment that has the folder."""
        tree: dict[str, Entry] = {}
        for moment, difference in zip(moments, differences(self._git_dir, moments, self._limits), strict=True):
            tree = _applied(tree, difference)
            if self._subdir and not any(path.startswith(f"{self._subdir}/") for path in tree):
                continue
            point = self._by_tree.get(moment.tree) or self._kept(moment)
            if point is None:
                point = self._unchanged(tree) or self._judged(moment, tree, reader)
                self._keep(moment, point)
            self._by_tree[moment.tree] = point
            yield replace(point, moment=moment)

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

    # -- the cache ---------------------------------------------------------------------------------------------------

    def _key(self, moment: Moment) -> str:
        parts = (self._limits.files, self._limits.text_bytes, self._filtered, self._options.annotations)
        name = "\0".join(("trend", *map(str, parts)))
        return report_key(name, moment.tree, self._subdir, self._rubric, self._rules, self._limits)

    def _kept(self, moment: Moment) -> Point | None:
        document = self._cache.get(self._key(moment)) if self._cache else None
        try:
            return Point(moment, **document) if document else None
        except TypeError:
            return None

    def _keep(self, moment: Moment, point: Point) -> None:
        if self._cache:
            document = asdict(point)
            del document["moment"]
            self._cache.put(self._key(moment), document)


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
