"""Near-duplicates: pairs of repositories that share most of their own files, with the shared files. Never in the score.

A repository is compared once, when its fingerprints come into the store, with all that are there: of this batch and of
earlier ones; folders of one repository that lie beside each other are repositories here. Where two repositories hold
several projects each and share little as wholes, their projects are looked at one by one. What many have in common is taken
for course material and left out of the shares. One repository that two applicants handed in, at whatever commit, or folders
of it that overlap, need no comparison: the address tells. What an applicant handed in
before is no pair; the store knows applicants by a mark alone, so what it says of another one is the number of a row.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct
from msgspec.structs import replace

from analyzer.batch.store import Store
from analyzer.prints import likeness

__all__ = ["COMMON", "Pair", "SharedFile", "Side", "compare", "pairs_of"]

COMMON = 20
"""Repositories that must have a text for it to count as course material."""
ALIKE = 0.8
"""Estimated share of common runs of words from which on two files are near-identical."""
_SHARE = 0.5
_KEPT_SHARE = 0.2
_LEAST_FILES = 3
_LEAST_BYTES = 2000
_CANDIDATES = 200
_OTHERS_WITH = """
select distinct file.source from file join source on source.id = file.source where text = :text and (place <> :place or (
    subdir <> '' and :folder <> '' and subdir <> :folder and substr(subdir, 1, length(:folder) + 1) <> :folder || '/'
    and substr(:folder, 1, length(subdir) + 1) <> subdir || '/'
)) limit :most
"""
"""Sources that have a text: of other repositories, and of folders beside the one, as of two applicants in a course's."""


class SharedFile(Struct, frozen=True):
    """A file of one repository and the one like it of the other. ``likeness`` is 1 for equal text."""

    path: str
    other: str
    likeness: float
    size: int


class Side(Struct, frozen=True):
    """One repository of a pair: its name, commit and folder, the rows of this batch that name it, earlier batches.

    ``share`` is the share of its own text, 0 to 1, that the other one has too.
    """

    name: str
    commit: str
    subdir: str
    rows: tuple[int, ...]
    earlier: tuple[tuple[str, int], ...]
    share: float
    codes: tuple[str, ...] = ()
    """Codes of the rows in a blind batch, which shows them in place of the numbers."""
    remark: str = ""
    """What it is to the other side, where that is more than alike."""

    @property
    def names(self) -> tuple[str, ...]:
        """The rows as tables show them."""
        own = self.codes or tuple(f"row {row}" for row in self.rows)
        earlier = tuple(f"an earlier batch ({batch[:8]}), row {row}" for batch, row in self.earlier)
        named = own or earlier or ("an earlier batch",)
        return (*named, self.remark) if self.remark else named


class Pair(Struct, frozen=True):
    """Two repositories that share most of what is the candidate's own in one of them."""

    one: Side
    other: Side
    files: tuple[SharedFile, ...]
    same: bool = False
    """Whether both are the very same repository, named by two rows."""

    @property
    def share(self) -> float:
        """The larger share."""
        return max(self.one.share, self.other.share)

    def turned(self, one: Side, other: Side) -> Pair:
        """The pair the other way round, with these sides."""
        return Pair(one, other, tuple(_turned(item) for item in self.files), self.same)


def compare(store: Store, source: int) -> None:
    """Compare a new source with all others in the store, and keep the pairs that share something substantial."""
    place, folder, size = next(store.query("select place, subdir, bytes from source where id = ?", (source,)))
    matches: dict[int, list[tuple[int, int, float]]] = {}
    texts = list(
        store.query(
            "select text.id, text.size, text.sketch from file join text on text.id = file.text where source = ?",
            (source,),
        )
    )
    for text, length, sketch in texts:
        alike = {text: 1.0, **_alike(store, text, sketch)}
        best: dict[int, tuple[int, float]] = {}
        for candidate, value in alike.items():
            others = list(
                store.query(_OTHERS_WITH, {"text": candidate, "place": place, "folder": folder, "most": COMMON + 1})
            )
            for (other,) in others if len(others) <= COMMON else ():
                if value > best.get(other, (0, 0.0))[1]:
                    best[other] = candidate, value
        for other, (candidate, value) in best.items():
            matches.setdefault(other, []).append((text, candidate, value, length))  # type: ignore[arg-type]
    projects = _projects(store, source) if matches else {}
    for other, found in matches.items():
        _keep(store, source, size, other, found, projects)  # type: ignore[arg-type]


def _alike(store: Store, text: int, sketch: bytes) -> dict[int, float]:
    """Texts that share a band of the sketch and are near-identical, with their likeness."""
    found = store.query(
        "select distinct text.id, text.sketch from band as own join band on band.hash = own.hash "
        "join text on text.id = band.text where own.text = ?1 and text.id <> ?1 limit ?2",
        (text, _CANDIDATES),
    )
    return {other: value for other, known in found if (value := likeness(sketch, known)) >= ALIKE}


_Texts = Mapping[int, tuple[str, int]]
"""(path, size) by text."""


def _keep(
    store: Store,
    source: int,
    size: int,
    other: int,
    found: list[tuple[int, int, float, int]],
    projects: Mapping[str, _Texts],
) -> None:
    shared = sum(length for _, _, _, length in found)
    (other_size,) = next(store.query("select bytes from source where id = ?", (other,)))
    if not shared:
        return
    if shared < _KEPT_SHARE * min(size, other_size):
        matches = {text: candidate for text, candidate, _, _ in found}
        others = _projects(store, other) if projects else {}
        if not any(_substantial(one, two, matches) for one in projects.values() for two in others.values()):
            return
    one, two = sorted((source, other))
    listed = [
        (text, candidate, value) if source == one else (candidate, text, value) for text, candidate, value, _ in found
    ]
    packed = zlib.compress(json.dumps(listed).encode())
    store.change("insert or replace into pair values (?, ?, ?)", (one, two, packed))


def _substantial(one: _Texts, other: _Texts, matches: Mapping[int, int]) -> bool:
    """Whether two projects share so much that it is worth keeping."""
    shared = sum(size for text, (_, size) in one.items() if matches.get(text) in other)
    return shared > _KEPT_SHARE * min(sum(size for _, size in texts.values()) for texts in (one, other))


def _projects(store: Store, source: int) -> dict[str, dict[int, tuple[str, int]]]:
    """The texts of each project inside a source, by folder; none where it is one project."""
    kept = next(store.query("select document from entry where source = ? order by made desc limit 1", (source,)), None)
    folders = json.loads(zlib.decompress(kept[0])).get("inside", ()) if kept else ()
    found: dict[str, dict[int, tuple[str, int]]] = {folder: {} for folder in folders}
    if found:
        files = store.query(
            "select path, text, size from file join text on text.id = file.text where source = ? order by path",
            (source,),
        )
        for path, text, size in files:
            for folder in folders:
                if path.startswith(f"{folder}/"):
                    found[folder].setdefault(text, (path, size))
    return found


# -- what a batch is told ----------------------------------------------------------------------------------------------


def pairs_of(store: Store, batch: str) -> Iterator[Pair]:
    """The pairs of a batch, by row: both in it, or one in it and one of an earlier batch."""
    yield from _same_source(store, batch)
    yield from _same_place(store, batch)
    yield from _handed_in_before(store, batch)
    found = store.query(
        "select one, other, files from pair where one in (select source from member where batch = ?1) "
        "or other in (select source from member where batch = ?1)",
        (batch,),
    )
    pairs = [pair for one, other, files in list(found) for pair in _pairs(store, batch, one, other, files)]
    yield from sorted(pairs, key=lambda pair: (pair.one.rows, pair.other.rows, pair.one.name, pair.other.name))


def _same_source(store: Store, batch: str) -> Iterator[Pair]:
    """Repositories that several rows name."""
    found = store.query(
        "select source, name from member join source on source.id = source where batch = ? "
        "group by source having count(distinct row) > 1 order by min(row)",
        (batch,),
    )
    for source, _ in list(found):
        side = _side(store, batch, source, 1.0)
        yield Pair(side, side, (), same=True)


def _same_place(store: Store, batch: str) -> Iterator[Pair]:
    """Repositories that several rows name, each at another commit or at a folder around or inside the other's."""
    found = store.query(
        "select one.id, other.id, one.subdir, other.subdir from source as one "
        "join source as other on other.place = one.place and other.id > one.id "
        "where one.id in (select source from member where batch = ?1) "
        "and other.id in (select source from member where batch = ?1)",
        (batch,),
    )
    pairs = []
    for one, other, *folders in list(found):
        pair = _of_one_place(store, batch, one, other)
        first, second = set(pair.one.rows), set(pair.other.rows)
        if _overlap(*folders) and first - second and second - first:  # else a row that names both is all there is
            pairs.append(pair if pair.one.rows < pair.other.rows else pair.turned(pair.other, pair.one))
    yield from sorted(pairs, key=lambda pair: (pair.one.rows, pair.other.rows))


def _handed_in_before(store: Store, batch: str) -> Iterator[Pair]:
    """Repositories that an earlier batch had from somebody who has no row with them in this one."""
    # The cross join sees that members are found by repository, not all of a batch for each of them.
    found = store.query(
        "select distinct one.id, other.id, one.subdir, other.subdir, member.batch, member.row from source as one "
        "join source as other on other.place = one.place "
        "join member on member.source = other.id and member.batch <> ?1 and member.mark not in ("
        "select known.mark from source cross join member as known on known.source = source.id "
        "where source.place = one.place and known.batch = ?1 and known.mark is not null) "
        "where one.id in (select source from member where batch = ?1) order by member.batch, member.row",
        (batch,),
    )
    rows: dict[tuple[int, int], list[tuple[str, int]]] = {}
    for one, other, folder, other_folder, earlier, row in found:
        if _overlap(folder, other_folder):
            rows.setdefault((one, other), []).append((earlier, row))
    pairs = []
    for (one, other), before in rows.items():
        pair = _of_one_place(store, batch, one, other)
        then = replace(pair.other, rows=(), earlier=tuple(before))
        pairs.append(replace(pair, one=replace(pair.one, remark=""), other=then))
    yield from sorted(pairs, key=lambda pair: (pair.one.rows, pair.other.earlier))


def _overlap(one: str, other: str) -> bool:
    """Whether two folders of a repository are the same, or one lies in the other."""
    return one == other or not one or not other or one.startswith(f"{other}/") or other.startswith(f"{one}/")


def _of_one_place(store: Store, batch: str, one: int, other: int) -> Pair:
    """What two sources of one repository share: equal text, by which commit and folder are seen to differ."""
    first, second = _texts(store, one), _texts(store, other)
    equal = [text for text in first if text in second]
    files = [SharedFile(first[text][0], second[text][0], 1.0, first[text][1]) for text in equal]
    shared = sum(item.size for item in files)

    def side(source: int, texts: Mapping[int, tuple[str, int]]) -> Side:
        whole = sum(size for _, size in texts.values())
        return _side(store, batch, source, shared / whole if whole else float(one == other))

    sides = side(one, first), side(other, second)
    commit = " at another commit" if sides[0].commit != sides[1].commit else ""
    folder = ", another folder" if sides[0].subdir != sides[1].subdir else ""
    one_side, other_side = (replace(item, remark=f"the same repository{commit}{folder}") for item in sides)
    return Pair(one_side, other_side, _ordered(files))


def _pairs(store: Store, batch: str, one: int, other: int, packed: bytes) -> Iterator[Pair]:
    """The pair of two sources; where they share too little as wholes, pairs of the projects inside them."""
    listed = [(text, candidate, value) for text, candidate, value in json.loads(zlib.decompress(packed))]
    first, second = _own(store, _texts(store, one)), _own(store, _texts(store, other))
    whole = _pair(store, batch, (one, "", first), (other, "", second), listed)
    if whole:
        yield whole
        return
    others = [(other, folder, _among(texts, second)) for folder, texts in _projects(store, other).items()]
    for folder, texts in _projects(store, one).items() if others else ():
        part = one, folder, _among(texts, first)
        found = [pair for their in others if (pair := _pair(store, batch, part, their, listed))]
        if found:
            yield max(found, key=lambda pair: pair.share)


def _among(texts: _Texts, own: _Texts) -> _Texts:
    return {text: found for text, found in texts.items() if text in own}


def _pair(
    store: Store,
    batch: str,
    one_part: tuple[int, str, _Texts],
    other_part: tuple[int, str, _Texts],
    listed: Iterable[tuple[int, int, float]],
) -> Pair | None:
    """The pair of two sources, or of a folder of each."""
    (one, folder, first), (other, other_folder, second) = one_part, other_part
    listed = [item for item in listed if item[0] in first and item[1] in second]
    files = tuple(
        SharedFile(first[text][0], second[candidate][0], round(value, 2), first[text][1])
        for text, candidate, value in listed
    )
    shared_one = sum(dict(first[text] for text, _, _ in listed).values())
    shared_other = sum(dict(second[text] for _, text, _ in listed).values())
    whole_one, whole_other = (sum(size for _, size in texts.values()) for texts in (first, second))
    share_one = shared_one / whole_one if whole_one else 0.0
    share_other = shared_other / whole_other if whole_other else 0.0
    if max(share_one, share_other) < _SHARE or (len(files) < _LEAST_FILES and shared_one < _LEAST_BYTES):
        return None
    sides = _side(store, batch, one, share_one, folder), _side(store, batch, other, share_other, other_folder)
    if set(sides[0].rows) == set(sides[1].rows) and len(sides[0].rows) == 1:
        return None  # one applicant's own repositories
    if not sides[0].rows or (sides[1].rows and sides[1].rows < sides[0].rows):
        sides, files = (sides[1], sides[0]), tuple(_turned(item) for item in files)
        one, other = other, one
    if not sides[1].rows and sides[1].earlier:
        earlier = _of_others(store, batch, one, other)
        if not earlier:
            return None  # the applicant's own, as handed in before
        sides = sides[0], replace(sides[1], earlier=earlier)
    return Pair(*sides, _ordered(files))


def _of_others(store: Store, batch: str, one: int, other: int) -> tuple[tuple[str, int], ...]:
    """The rows of earlier batches with the other source, but those of applicants who have the one now."""
    found = store.query(
        "select batch, row from member where source = ?3 and batch <> ?1 and (mark is null or mark not in ("
        "select mark from member where batch = ?1 and source = ?2 and mark is not null)) order by batch, row",
        (batch, one, other),
    )
    return tuple((known, row) for known, row in found)


def _ordered(files: Iterable[SharedFile]) -> tuple[SharedFile, ...]:
    return tuple(sorted(files, key=lambda item: (-item.size, item.path)))


def _turned(item: SharedFile) -> SharedFile:
    return SharedFile(item.other, item.path, item.likeness, item.size)


def _own(store: Store, texts: _Texts) -> _Texts:
    """Those of texts that are not common."""
    return {text: found for text, found in texts.items() if not _common(store, text)}


def _texts(store: Store, source: int) -> dict[int, tuple[str, int]]:
    """The texts of a source: (first path, size) by text."""
    found = store.query(
        "select file.text, min(file.path), text.size from file join text on text.id = file.text where source = ? "
        "group by file.text",
        (source,),
    )
    return {text: (path, size) for text, path, size in found}


def _common(store: Store, text: int) -> bool:
    """Whether so many repositories, or folders of them, have a text that it says nothing about two of them."""
    (count,) = next(
        store.query(
            "select count(*) from (select distinct place, subdir from file join source on source.id = file.source "
            "where text = ? limit ?)",
            (text, COMMON),
        )
    )
    return bool(count >= COMMON)


def _side(store: Store, batch: str, source: int, share: float, folder: str = "") -> Side:
    name, commit, subdir = next(store.query('select name, "commit", subdir from source where id = ?', (source,)))
    if folder:
        name, subdir = f"{name.removesuffix(f' ({subdir})')} ({folder})", folder
    members = list(store.query("select batch, row from member where source = ? order by batch, row", (source,)))
    rows = tuple(row for known, row in members if known == batch)
    earlier = tuple((known, row) for known, row in members if known != batch)
    return Side(name, commit, subdir, rows, earlier, round(share, 4))
