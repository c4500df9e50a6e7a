"""Fingerprints of a candidate's own files: equal text by a hash, similar text by a MinHash sketch (rensa).

Files of public templates and courses, vendored and generated ones are left out: they say nothing about two people.
"""

from __future__ import annotations

import hashlib
import json
import re

from msgspec import Struct

from analyzer.fingerprints import COMPARED_KINDS, SHORTEST, normalised
from analyzer.inventory import Kind, kind_of
from analyzer.repository import Repository

__all__ = ["BANDS", "SKETCH", "FilePrint", "bands_of", "likeness", "sketch_version", "take_prints"]

SKETCH = 64
"""Numbers of a sketch; the likeness of two is estimated within 0.05 (one standard deviation at 0.8)."""
_SEED = 20_260_101
BANDS, _ROWS = 10, 6
"""Two files alike by 0.8 share a band with a probability of 0.95, by 0.9 of 0.9995, by 0.4 of 0.04."""
_DIGEST = 8
_WORDS = re.compile(r"\w+|[^\w\s]")
_LEAST_WORDS = 40
_LONGEST = 64 * 1024
_MOST_FILES = 400


class FilePrint(Struct, frozen=True):
    """A file: its path, the hash of its normalised text, the bytes of that text, and its sketch (empty when short)."""

    path: str
    digest: bytes
    size: int
    sketch: bytes


def take_prints(repository: Repository) -> tuple[FilePrint, ...]:
    """The fingerprints of the files of the judged folder that are the candidate's own, in order of paths."""
    copies = repository.inventory.copies
    texts: list[tuple[str, bytes]] = []
    for path in sorted(repository.inventory.own):
        if path in copies or kind_of(path) not in COMPARED_KINDS or len(texts) >= _MOST_FILES:
            continue
        # What the analysis did not read is not read for this: it must neither cost more nor meet a limit.
        content = repository.snapshot.held(path)
        text = normalised(_code(path, content)) if content else b""
        if len(text) >= SHORTEST:
            texts.append((path.encode("utf-8", "backslashreplace").decode(), text))
    sketches = _sketches([text for _, text in texts])
    return tuple(
        FilePrint(path, hashlib.sha256(text).digest()[:_DIGEST], len(text), sketch)
        for (path, text), sketch in zip(texts, sketches, strict=True)
    )


def _code(path: str, content: bytes) -> bytes:
    """The text that somebody wrote: of a notebook its cells without what they printed."""
    if kind_of(path) is not Kind.NOTEBOOK:
        return content
    try:
        cells = json.loads(content)["cells"]
        sources = [cell["source"] for cell in cells]
        parts = ["".join(source) if isinstance(source, list) else str(source) for source in sources]
    except (ValueError, KeyError, TypeError, RecursionError):
        return b""
    return "\n".join(parts).encode("utf-8", "surrogatepass")


def _sketches(texts: list[bytes]) -> list[bytes]:
    """The sketch of each text over its runs of three words; empty where it is too short to be alike by anything."""
    from rensa import RMinHash

    found = []
    for text in texts:
        words = _WORDS.findall(text[:_LONGEST].decode("utf-8", "replace").lower())
        if len(words) < _LEAST_WORDS:
            found.append(b"")
            continue
        sketch = RMinHash(SKETCH, _SEED)
        sketch.update(list(map(" ".join, zip(words, words[1:], words[2:], strict=False))))
        found.append(b"".join(value.to_bytes(4, "little") for value in sketch.digest()))
    return found


def sketch_version() -> str:
    """What sketches must have in common to be compared."""
    from rensa import RMinHash

    return f"rensa {RMinHash.ALGORITHM_VERSION}, {SKETCH} of seed {_SEED}"


def bands_of(sketch: bytes) -> list[int]:
    """The bands of a sketch as signed 64-bit numbers; two alike files share one of them."""
    width = 4 * _ROWS
    pieces = (bytes([band]) + sketch[band * width : (band + 1) * width] for band in range(BANDS))
    return [int.from_bytes(hashlib.blake2b(piece, digest_size=8).digest(), "little", signed=True) for piece in pieces]


def likeness(one: bytes, other: bytes) -> float:
    """The estimated share of runs of words that two files have in common, 0 to 1."""
    if not one or not other:
        return 0.0
    same = sum(one[at : at + 4] == other[at : at + 4] for at in range(0, len(one), 4))
    return same / SKETCH
