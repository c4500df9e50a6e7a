"""Takes an applicant out of a batch, so that nothing of the person is left in its folder, its key file and the store.

The numbers of the other rows stay, ranks and pairs are made anew. What was ended on the way is done to its end by the next
run: the manifest says first who is erased.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from analyzer.batch.blind import KeyFile
from analyzer.batch.finish import finish
from analyzer.batch.lines import dump, read_lines, replace_file, whole_lines
from analyzer.batch.manifest import Manifest, read_manifest, write_manifest
from analyzer.batch.results import BatchFiles, name_of
from analyzer.batch.store import open_store
from analyzer.errors import UsageError

__all__ = ["Erased", "erase"]

_MADE = ("batch.csv", "batch.xlsx", "batch.html", "pairs.csv")


class Erased(Struct, frozen=True):
    """How many rows are gone, how many are left, and whether the store was there."""

    gone: int
    left: int
    stored: bool


def erase(folder: Path, who: Sequence[str], rows: Sequence[str], store: Path, key: Path | None = None) -> Erased:
    """Take applicants out of the results in a folder, and make its tables anew.

    Args:
        folder: the folder of a batch.
        who: names or ids of applicants, or other cells of their rows, such as an e-mail address.
        rows: numbers of rows, or codes of a blind batch.
        store: the file of what is known of commits.
        key: the key file of a blind batch.

    Raises:
        UsageError: there is no such batch or row, several rows are meant, or the key file is missing.
    """
    manifest = read_manifest(folder)
    if manifest is None:
        raise UsageError(f"{folder} holds no results of a batch", "Give the folder that batch wrote.")
    if manifest.blind and key is None:
        raise UsageError("The batch is blind, and its key file holds the person", "Give it with --key.")
    with ExitStack() as opened:
        opened_key = (
            opened.enter_context(KeyFile(key, manifest.batch, manifest.key)) if key and manifest.blind else None
        )
        files = BatchFiles(folder, manifest, opened_key)
        for path in (files.results, files.journal):
            if path.exists():
                whole_lines(path)
        lines = opened_key.of_batch() if opened_key else _lines(files)
        try:
            found = _found(lines, who, rows, erased=manifest.erased)
        except UsageError:
            _purge(files, opened_key, store)  # of somebody who was erased, a run that was ended may have left something
            raise
        files.manifest = _marked(files, found)
        left = _purge(files, opened_key, store)
    return Erased(len(found), left, store.exists())


def _purge(files: BatchFiles, key: KeyFile | None, store: Path) -> int:
    """Take what the manifest calls erased out of all files; returns how many lines are left."""
    manifest, folder = files.manifest, files.folder
    names = frozenset(manifest.erased)
    if key:
        key.erase(names)
    left = _without(files.results, names, name_of)
    _without(files.journal, names, lambda entry: str(entry["row"]))
    for leftover in folder.glob(".*.new"):
        leftover.unlink()
    with ExitStack() as opened:
        if not store.exists():
            store = Path(opened.enter_context(TemporaryDirectory())) / "none.sqlite"
        known = opened.enter_context(open_store(store))
        known.leave(manifest.batch, [row for row in known.rows_of(manifest.batch) if files.name(row) in names])
        if any((folder / name).exists() for name in _MADE):
            finish(files, known, _sections(files), compared="server" not in manifest.basis)
    return left


def _lines(files: BatchFiles) -> dict[str, dict[str, Any]]:
    return {name_of(line): line for _, line in read_lines(files.results)} if files.results.exists() else {}


def _found(
    lines: Mapping[str, Mapping[str, Any]], who: Iterable[str], rows: Iterable[str], *, erased: Collection[str]
) -> tuple[str, ...]:
    """The names of the rows that are meant; those that are erased already may be named again."""
    found: dict[str, None] = {}
    for row in rows:
        if row not in lines and row not in erased:
            raise UsageError(f"The batch has no row {row}", "See the column row, or code, of its table.")
        found[row] = None
    for name in who:
        wanted = _plain(name)
        meant = [
            row
            for row, line in lines.items()
            if wanted in map(_plain, (line["applicant"], *line["given"].values(), *line["targets"]))
        ]
        if len(meant) > 1:
            numbers = " ".join(f"--row {row}" for row in meant)
            raise UsageError(f"{len(meant)} rows have {name!r}", f"Say which: {numbers}")
        if not meant:
            raise UsageError(
                f"No row of the batch has {name!r}", "Give a name, an id or another cell as FILE has it, or --row N."
            )
        found[meant[0]] = None
    return tuple(found)


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


def _marked(files: BatchFiles, found: Iterable[str]) -> Manifest:
    """The manifest, which says before anything is gone that --resume must not run these rows again."""
    manifest = replace(files.manifest, erased=tuple(sorted({*files.manifest.erased, *found})))
    write_manifest(files.folder, manifest)
    return manifest


def _without(path: Path, names: Collection[str], name: Callable[[dict[str, Any]], str]) -> int:
    """Write a file of lines without some; returns how many are left."""
    if not path.exists():
        return 0
    left = 0

    def write(whole: Path) -> None:
        nonlocal left
        with whole.open("wb") as file:
            for _, line in read_lines(path):
                if name(line) not in names:
                    left += 1
                    file.write(dump(line))

    replace_file(path, write)
    return left


def _sections(files: BatchFiles) -> tuple[tuple[str, str], ...]:
    """The sections that tables show, from the first line with a score."""
    done = (line for _, line in read_lines(files.results) if line["status"] == "done")
    line = next(done, {"sections": ()})
    return tuple((item["id"], item["title"]) for item in line["sections"])
