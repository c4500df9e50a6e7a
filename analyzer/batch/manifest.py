"""What a batch is, in ``batch.json`` of its folder: by it a run knows whether it goes on with the same batch."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct
from msgspec.structs import asdict, replace

from analyzer.batch.lines import replace_file
from analyzer.errors import UsageError

__all__ = ["Manifest", "check_same", "read_manifest", "write_manifest"]

_NAME = "batch.json"


class Manifest(Struct, frozen=True):
    """What a batch is.

    ``input`` is the SHA-256 of its file, which has had so many ``rows``; ``basis`` what its scores rest on, ``key`` the
    fingerprint of its key file. ``erased`` are the names of rows that were taken out of the results, ``absent`` those of
    them that the file does not have any more.
    """

    batch: str
    input: str
    basis: dict[str, Any]
    begun: str
    blind: bool = False
    key: str = ""
    rows: int = 0
    erased: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()


def read_manifest(folder: Path) -> Manifest | None:
    """The batch whose results a folder holds, if it holds any.

    Raises:
        UsageError: the file is damaged.
    """
    path = folder / _NAME
    try:
        if not path.exists():
            return None
        found = Manifest(**json.loads(path.read_bytes()))
        return replace(found, erased=tuple(found.erased), absent=tuple(found.absent))
    except (ValueError, TypeError) as error:
        raise UsageError(f"{path} is damaged", "Give another folder with --output.") from error


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Put what a batch is into its folder, in one step."""

    def write(whole: Path) -> None:
        whole.write_bytes(json.dumps(asdict(manifest), indent=1).encode() + b"\n")

    replace_file(folder / _NAME, write)


def check_same(found: Manifest, folder: Path, basis: Mapping[str, Any], *, blind: bool) -> None:
    """See that a run would go on as the batch was begun: where it is run, by what it judges, whether it is blind.

    Raises:
        UsageError: it would not.
    """
    there, here = found.basis.get("server"), basis.get("server")
    if there != here:
        raise UsageError(
            f"{folder} holds a batch that {f'the service {there} runs' if there else 'is run on this machine'}",
            f"{f'Go on with --server {there}' if there else 'Go on without --server'}, or give another --output.",
        )
    for what, one, other in (
        ("rubric, version, limits or choice of --whole", found.basis, basis),
        ("choice of --blind", found.blind, blind),
    ):
        if one != other:
            raise UsageError(
                f"{folder} holds a batch with another {what}",
                "Give another --output; what did not change comes from the store.",
            )
