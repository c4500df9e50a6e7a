"""The folder of a batch: results as they come, a journal with the clock, and what the batch is.

batch.json     what the batch is: input, basis, random id
results.jsonl  one line an applicant, without a clock
journal.jsonl  by row (or code) when, how long, from the store or not, and a digest of what the row asked
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any
from uuid import uuid4

from msgspec import Struct
from msgspec.structs import replace

from analyzer.batch.blind import KeyFile, blinded
from analyzer.batch.lines import dump, read_lines, replace_file, whole_lines
from analyzer.batch.manifest import Manifest, check_same, read_manifest, write_manifest
from analyzer.batch.rows import Row, count_rows, digest_of, read_rows
from analyzer.errors import UsageError

__all__ = ["BatchFiles", "BatchFolder", "Written", "asked_by", "name_of"]

_GO_ON = "Go on with --resume, or give another --output."
_OTHER_FILE = (
    "Where rows that failed were corrected in it, use --retry-failed; otherwise give another --output: what did not change "
    "comes from the store."
)
_OTHER_ROW = (
    "Rows that have a score must stay as they were, in their order. For other changes give another --output: what did not "
    "change comes from the store."
)
_SOME_ERASED = "Leave it as it was, or take out of it all rows that were erased, and no others."
_SYNC_EVERY = 0.5
"""Seconds. What a power cut takes is done again; what ends the program alone takes nothing."""


class Written(Struct, frozen=True):
    """The line of a row as :func:`analyzer.batch.lines.dump` writes it, and what the journal says of it.

    Args:
        row: its number.
        text: the line.
        asked: what the row asks for, by :func:`asked_by`.
        made: when the analysis was made (UTC, ISO 8601).
        seconds: time that the row took.
        peak: largest memory of the worker so far, in bytes.
        stored: whether the store knew all that the row names.
    """

    row: int
    text: bytes
    asked: str
    made: str
    seconds: float = 0.0
    peak: int = 0
    stored: bool = False


def asked_by(row: Row) -> str:
    """What a row says of an applicant, as one text; the line on which it stands may be another."""
    return json.dumps([row.applicant, row.targets, row.ref, row.subdir, row.given])


class BatchFiles:
    """Where the files of one batch are, what it is, and how its rows are called in them.

    Args:
        folder: where they are.
        manifest: what it is.
        key: the key file of a blind batch.
    """

    def __init__(self, folder: Path, manifest: Manifest, key: KeyFile | None = None) -> None:
        self.folder = folder
        self.results, self.journal = folder / "results.jsonl", folder / "journal.jsonl"
        self.manifest = manifest
        self._key = key

    def name(self, row: int) -> str:
        """The name of a row in these files: its number, or its code."""
        return self._key.code(row) if self._key else str(row)


class BatchFolder(BatchFiles):
    """The files of one batch, open for writing.

    Args:
        folder: where they are; made when it is not there.
        file: the applicants.
        basis: what the scores rest on.
        key: the key file of a blind batch; one that goes on needs the one with which it was begun.
        resume: go on with what is there.
        retry: also run those again that failed; the file may say other things of them.

    Raises:
        UsageError: results of another batch are there, the key file lies with the results, or the folder cannot be written.
    """

    def __init__(
        self,
        folder: Path,
        file: Path,
        *,
        basis: Mapping[str, Any],
        key: Path | None = None,
        resume: bool = False,
        retry: bool = False,
    ) -> None:
        if key and key.resolve().is_relative_to(folder.resolve()):
            raise UsageError(
                f"The key file {key} lies in the folder of the results", "Keep it where those who review do not come."
            )
        try:
            with ExitStack() as opened:
                folder.mkdir(parents=True, exist_ok=True)
                found = read_manifest(folder)
                if found:
                    if not (resume or retry):
                        raise UsageError(f"{folder} holds results of a batch already", _GO_ON)
                    check_same(found, folder, basis, blind=key is not None)
                batch = found.batch if found else uuid4().hex
                opened_key = opened.enter_context(KeyFile(key, batch, found.key if found else None)) if key else None
                super().__init__(folder, found or _begun(folder, batch, file, basis, opened_key), opened_key)
                self._file = file
                self._check_file(file, retry=retry)
                self.done = self._take_up(retry=retry)
                self._lines: IO[bytes] = opened.enter_context(self.results.open("ab"))
                self._journal: IO[bytes] = opened.enter_context(self.journal.open("ab"))
                self._opened = opened.pop_all()
        except OSError as error:
            raise UsageError(f"{folder} cannot be written: {error.strerror}", "Give another --output.") from error
        self._synced = time.monotonic()

    def rows(self) -> Iterator[Row]:
        """The rows of the file, each with the number that it had when the batch was begun; none that was erased."""
        erased = frozenset(self.manifest.erased)
        for row in self._numbered(self.manifest.absent):
            if not erased or self.name(row.number) not in erased:
                yield row

    @property
    def total(self) -> int:
        """The number of these rows."""
        return self.manifest.rows - len(self.manifest.erased)

    def _numbered(self, absent: tuple[str, ...]) -> Iterator[Row]:
        gone = frozenset(absent)
        return read_rows(self._file, lambda number: bool(gone) and self.name(number) in gone)

    def _check_file(self, file: Path, *, retry: bool) -> None:
        """See that the file is that of the batch, lacks what was erased, or says other things of what is run again alone."""
        digest, manifest = digest_of(file), self.manifest
        if digest == manifest.input:
            if not manifest.rows:  # of a version that did not count them
                self._keep(replace(manifest, rows=count_rows(file)))
            return
        absent, count = manifest.absent, count_rows(file)
        if manifest.erased != absent:
            if count == manifest.rows - len(manifest.erased):
                absent = manifest.erased
            elif count != manifest.rows - len(absent):
                raise UsageError(f"{file} has {count:,} rows, and the batch was begun with others", _SOME_ERASED)
        if not retry and absent == manifest.absent:
            raise UsageError(f"{self.folder} holds a batch with another file of applicants", _OTHER_FILE)
        kept = {name_of(line) for _, line in read_lines(self.results) if _is_whole(line) or not retry}
        asked = {entry["row"]: entry.get("asked") for _, entry in read_lines(self.journal)}
        for row in self._numbered(absent):
            name = self.name(row.number)
            if name in kept and asked.get(name) != self._digest(asked_by(row)):
                raise UsageError(f"Line {row.line} of {file} is another than the one that was analyzed", _OTHER_ROW)
            kept.discard(name)
        if kept:
            raise UsageError(f"{file} has fewer rows than were analyzed", _OTHER_ROW)
        self._keep(replace(manifest, input=digest, absent=absent, rows=count + len(absent)))

    def _keep(self, manifest: Manifest) -> None:
        self.manifest = manifest
        write_manifest(self.folder, manifest)

    def _digest(self, asked: str) -> str:
        return (self._key.sealed(asked) if self._key else hashlib.sha256(asked.encode())).hexdigest()

    def _take_up(self, *, retry: bool) -> set[str]:
        """Names of the rows that are done; a line without its end is cut off, failed ones go when they are run again."""
        for path in (self.results, self.journal):
            if path.exists():
                whole_lines(path)
        if not self.results.exists():
            return set()
        if retry:
            replace_file(self.results, self._without_failed)
        return {name_of(line) for _, line in read_lines(self.results)}

    def _without_failed(self, whole: Path) -> None:
        with whole.open("wb") as file:
            for _, line in read_lines(self.results):
                if _is_whole(line):
                    file.write(dump(line))

    def write(self, *items: Written) -> None:
        """Add the lines of some rows, after what belongs to them; each write to a file is one for all of them."""
        entries, lines = [], []
        for item in items:
            name, text = self.name(item.row), item.text
            entry = {
                "row": name,
                "asked": self._digest(item.asked),
                "made": item.made,
                "seconds": round(item.seconds, 3),
                "stored": item.stored,
                "peak": item.peak,
            }
            if self._key:
                line = json.loads(text)
                self._key.keep(name, line, item.made)
                # The second at which a row was done tells where it stood in the list.
                entry |= {"made": item.made[:10], "seconds": None}
                text = dump(blinded(line, name))
            entries.append(dump(entry))
            lines.append(text)
            self.done.add(name)
        self._journal.write(b"".join(entries))
        self._journal.flush()
        self._lines.write(b"".join(lines))
        self._lines.flush()
        if time.monotonic() - self._synced > _SYNC_EVERY:
            self.sync()

    def sync(self) -> None:
        """See that what was written is on the disk."""
        if self._key:
            self._key.sync()
        os.fsync(self._journal.fileno())
        os.fsync(self._lines.fileno())
        self._synced = time.monotonic()

    def close(self) -> None:
        """Close the files; the lines of a blind batch lose the order in which they came, which tells the row."""
        self.sync()
        self._opened.close()
        if self._key:
            replace_file(self.results, self._by_code)
            replace_file(self.journal, self._journal_by_code)

    def _by_code(self, whole: Path) -> None:
        places = sorted((line["code"], place) for place, line in read_lines(self.results))
        with self.results.open("rb") as lines, whole.open("wb") as file:
            for _, place in places:
                lines.seek(place)
                file.write(lines.readline())

    def _journal_by_code(self, whole: Path) -> None:
        entries = sorted(((line["row"], dump(line)) for _, line in read_lines(self.journal)), key=lambda pair: pair[0])
        with whole.open("wb") as file:
            file.writelines(text for _, text in entries)


def _begun(folder: Path, batch: str, file: Path, basis: Mapping[str, Any], key: KeyFile | None) -> Manifest:
    """A new batch; its key file is there before, so that none is ever made for a batch that has lines."""
    begun = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    fingerprint = key.fingerprint if key else ""
    made = Manifest(batch, digest_of(file), dict(basis), begun, key is not None, fingerprint, count_rows(file))
    write_manifest(folder, made)
    return made


def name_of(line: Mapping[str, Any]) -> str:
    """The name of the row of a line: its code where it has one, else its number."""
    return str(line["code"]) if "code" in line else str(line["row"])


def _is_whole(line: Mapping[str, Any]) -> bool:
    """Whether all that the row names was read: such a row is not run again."""
    return line["status"] == "done" and not line["not_read"]
