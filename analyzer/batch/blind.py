"""Blind results: a code in place of the person, and a key file that brings the person back.

The blind line holds what was judged and nothing that leads to a person: no name, no cell of the file, no address, commit,
path or sentence of a repository, no position in the list. The key file holds the whole line by its code. It may serve
several batches: a code is made from the id of its batch too, so that none of one batch names a person of another.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import re
import secrets
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import IO, Any

from analyzer.batch.lines import dump, read_lines, replace_file, whole_lines
from analyzer.errors import UsageError

__all__ = ["KeyFile", "blinded", "is_code"]

_DIGITS = 8
_FORM = 2
"""Version of the form of a key file."""


def is_code(word: str) -> bool:
    """Whether a word has the form of a code."""
    return bool(re.fullmatch(rf"[A-Z2-7]{{{_DIGITS}}}", word))


def blinded(line: Mapping[str, Any], code: str) -> dict[str, Any]:
    """The part of a line that says nothing about who it is."""
    titles = {item["id"]: item["title"] for item in line.get("criteria", ())}
    kept = {
        "schema_version": line["schema_version"],
        "code": code,
        "status": line["status"],
        "error": _blind_error(line["error"]),
        "score": line["score"],
        "repositories": len(line["repositories"]),
        "basis": line["basis"],
    }
    if line["status"] == "done":
        hidden = {"summary", "evidence", "repository"}
        kept |= {name: line[name] for name in ("grade", "assessed", "sections", "unknown", "technologies", "strength")}
        kept["criteria"] = [
            {name: value for name, value in item.items() if name not in hidden} for item in line["criteria"]
        ]
        kept["gaps"] = [
            {**gap, "title": titles[gap["criterion"]]} for gap in line["gaps"] if gap["criterion"] in titles
        ]
        kept["not_read"] = [_blind_error(error) for error in line["not_read"]]
    return kept


def _blind_error(error: Mapping[str, Any] | None) -> dict[str, Any] | None:
    if error is None:
        return None
    return {"kind": error["kind"], "exit_code": error["exit_code"], "what": "", "hint": "", "target": ""}


class KeyFile:
    """The key file of a batch, open for writing: a secret from which codes come, and a line by each code.

    Args:
        path: the file; only its owner may read it.
        batch: the id of the batch.
        fingerprint: that of the key file with which the batch was begun; None for one that begins, whose key file is
            made with a random secret where there is none.

    Raises:
        UsageError: it is not there, cannot be made, is no key file, or not that of the batch.
    """

    def __init__(self, path: Path, batch: str, fingerprint: str | None = None) -> None:
        self.path = path
        self._batch = batch
        try:
            if path.exists() or fingerprint is not None:
                secret = _secret(path)
                whole_lines(path)
            else:
                secret = secrets.token_bytes(32)
                descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
                with os.fdopen(descriptor, "wb") as file:
                    file.write(dump({"folioscope_key": _FORM, "secret": secret.hex()}))
            self._secret = secret
            if fingerprint not in (None, self.fingerprint):
                # All rows would have other codes, and be run again beside those that are there.
                raise UsageError(
                    f"{path} is not the key file with which the batch was begun", "Give that one, or another --output."
                )
            self._file: IO[bytes] = path.open("ab")
        except OSError as error:
            raise UsageError(f"The key file {path} cannot be written: {error.strerror}", "Give another one.") from error

    @property
    def fingerprint(self) -> str:
        """What tells in the results that this is the key file of the batch, and tells nothing else."""
        return self.sealed("key").hexdigest()

    def sealed(self, text: str) -> hmac.HMAC:
        """A digest that cannot be made without the secret, and is another one for each batch."""
        return hmac.new(self._secret, f"{self._batch} {text}".encode(), hashlib.sha256)

    def code(self, row: int) -> str:
        """The code of a row: the same for the same batch and key file, and without a way back."""
        digest = self.sealed(str(row)).digest()
        return base64.b32encode(digest).decode("ascii")[:_DIGITS]

    def keep(self, code: str, line: Mapping[str, Any], made: str) -> None:
        """Add the line of a code, and when its analysis was made."""
        self._file.write(dump({"batch": self._batch, "code": code, "made": made, "line": line}))
        self._file.flush()

    def of_batch(self) -> dict[str, dict[str, Any]]:
        """The whole lines of the batch, by code."""
        found = (line for place, line in read_lines(self.path) if place and line["batch"] == self._batch)
        return {line["code"]: line["line"] for line in found}

    def erase(self, codes: Collection[str]) -> None:
        """Take the lines of some codes of the batch out of the file."""

        def write(whole: Path) -> None:
            descriptor = os.open(whole, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                for place, line in read_lines(self.path):
                    if not place or line["batch"] != self._batch or line["code"] not in codes:
                        file.write(dump(line))

        self._file.close()
        replace_file(self.path, write)
        self._file = self.path.open("ab")

    def sync(self) -> None:
        """See that what was added is on the disk."""
        os.fsync(self._file.fileno())

    def __enter__(self) -> KeyFile:
        return self

    def __exit__(self, *error: object) -> None:
        self._file.close()

    @staticmethod
    def lines(path: Path) -> dict[str, int]:
        """The place in the file, in bytes, of the line of each code.

        Raises:
            UsageError: it is no key file, or two of its batches have the same code: nothing tells who is meant.
        """
        _secret(path)
        found: dict[str, tuple[str, int]] = {}
        try:
            for place, line in read_lines(path):
                if place == 0:
                    continue
                batch, code = line["batch"], line["code"]
                if found.setdefault(code, (batch, place))[0] != batch:
                    raise UsageError(
                        f"The key file {path} has the code {code} for two batches", "Use a key file for each batch."
                    )
                found[code] = batch, place
        except (ValueError, KeyError, TypeError) as error:
            raise UsageError(f"The key file {path} is damaged", "Give a copy of it.") from error
        return {code: place for code, (_, place) in found.items()}


def _secret(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            head = json.loads(file.readline())
        form, secret = head["folioscope_key"], bytes.fromhex(head["secret"])
    except FileNotFoundError as error:
        raise UsageError(f"There is no key file {path}", "Give the file that --blind wrote.") from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UsageError(f"{path} is no key file of a batch", "Give the file that --blind wrote.") from error
    if form != _FORM:
        raise UsageError(f"The key file {path} is of form {form}, and this version writes {_FORM}", "Give another one.")
    return secret
