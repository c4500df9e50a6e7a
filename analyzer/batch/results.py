"""The folder of a batch: results as they come, a journal with the clock, and what the batch is.

batch.json     what the batch is: input, basis, random id
results.jsonl  one line an applicant, without a clock
journal.jsonl  when, how long, from the store or not, by row (or code)
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any
from uuid import uuid4

from analyzer.batch.blind import KeyFile, blinded
from analyzer.batch.lines import dump, read_lines, replace_file, whole_lines
from analyzer.errors import UsageError

__all__ = ["BatchFolder", "Manifest", "Written"]

_GO_ON = "Go on with --resume, or give another --output."
_SYNC_EVERY = 0.5
"""Seconds. What a power cut takes is done again; what ends the program alone takes nothing."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a batch is.

    ``input`` is the SHA-256 of its file, ``basis`` what its scores rest on, ``key`` the fingerprint of its key file.
    """

    batch: str
    input: str
    basis: dict[str, Any]
    begun: str
    blind: bool = False
    key: str = ""


@dataclass(frozen=True, slots=True)
class Written:
    """The line of a row as :func:`analyzer.batch.lines.dump` writes it, and what the journal says of it.

    Args:
        row: its number.
        text: the line.
        made: when the analysis was made (UTC, ISO 8601).
        seconds: time that the row took.
        peak: largest memory of the worker so far, in bytes.
        stored: whether the store knew all that the row names.
    """

    row: int
    text: bytes
    made: str
    seconds: float = 0.0
    peak: int = 0
    stored: bool = False


class BatchFolder:
    """The files of one batch, open for writing.

    Args:
        folder: where they are; made when it is not there.
        input: the SHA-256 of the file of applicants.
        basis: what the scores rest on.
        key: the key file of a blind batch; one that goes on needs the one with which it was begun.
        resume: go on with what is there.
        retry: also run those again that failed.

    Raises:
        UsageError: results of another batch are there, or the folder cannot be written.
    """

    def __init__(
        self,
        folder: Path,
        *,
        input_digest: str,
        basis: Mapping[str, Any],
        key: Path | None = None,
        resume: bool = False,
        retry: bool = False,
    ) -> None:
        self.folder = folder
        self.results = folder / "results.jsonl"
        self.journal = folder / "journal.jsonl"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            found = self._found()
            if found:
                if not (resume or retry):
                    raise UsageError(f"{folder} holds results of a batch already", _GO_ON)
                self._check_same(found, input_digest, dict(basis), blind=key is not None)
            batch = found.batch if found else uuid4().hex
            self._key = KeyFile(key, batch, found.key if found else None) if key else None
            self.manifest = found or self._begun(batch, input_digest, dict(basis))
            self.done = self._take_up(retry=retry)
            self._lines: IO[bytes] = self.results.open("ab")
            self._journal: IO[bytes] = self.journal.open("ab")
        except OSError as error:
            raise UsageError(f"{folder} cannot be written: {error.strerror}", "Give another --output.") from error
        self._synced = time.monotonic()

    def _found(self) -> Manifest | None:
        """The batch that is there."""
        path = self.folder / "batch.json"
        try:
            return Manifest(**json.loads(path.read_bytes())) if path.exists() else None
        except (ValueError, TypeError) as error:
            raise UsageError(f"{path} is damaged", "Give another folder with --output.") from error

    def _begun(self, batch: str, digest: str, basis: dict[str, Any]) -> Manifest:
        """A new batch; its key file is there before, so that none is ever made for a batch that has lines."""
        begun = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        made = Manifest(batch, digest, basis, begun, self._key is not None, self._key.fingerprint if self._key else "")
        replace_file(self.folder / "batch.json", lambda whole: _write_manifest(whole, made))
        return made

    def _check_same(self, found: Manifest, digest: str, basis: dict[str, Any], *, blind: bool) -> None:
        for what, one, other in (
            ("file of applicants", found.input, digest),
            ("rubric, version or limits", found.basis, basis),
            ("choice of --blind", found.blind, blind),
        ):
            if one != other:
                raise UsageError(
                    f"{self.folder} holds a batch with another {what}",
                    "Give another --output; what did not change comes from the store.",
                )

    def _take_up(self, *, retry: bool) -> set[str]:
        """Names of the rows that are done; a line without its end is cut off, failed ones go when they are run again."""
        for path in (self.results, self.journal):
            if path.exists():
                whole_lines(path)
        if not self.results.exists():
            return set()
        if retry:
            replace_file(self.results, self._without_failed)
        return {_name_of(line) for _, line in read_lines(self.results)}

    def _without_failed(self, whole: Path) -> None:
        with whole.open("wb") as file:
            for _, line in read_lines(self.results):
                if line["status"] == "done" and not line["not_read"]:
                    file.write(dump(line))

    def name(self, row: int) -> str:
        """The name of a row in these files: its number, or its code."""
        return self._key.code(row) if self._key else str(row)

    def write(self, *items: Written) -> None:
        """Add the lines of some rows, after what belongs to them; each write to a file is one for all of them."""
        entries, lines = [], []
        for item in items:
            name, text = self.name(item.row), item.text
            entry = {
                "row": name,
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
        self._lines.close()
        self._journal.close()
        if self._key:
            self._key.close()
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


def _write_manifest(path: Path, manifest: Manifest) -> None:
    path.write_bytes(json.dumps(asdict(manifest), indent=1).encode() + b"\n")


def _name_of(line: Mapping[str, Any]) -> str:
    return str(line["code"]) if "code" in line else str(line["row"])
