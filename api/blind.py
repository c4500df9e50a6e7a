"""Names hidden on request: a code in place of a row, the same on pages and in exports, and nothing that leads to a person.

What is hidden is what ``folioscope batch --blind`` hides: names, addresses, commits, sentences about a repository, and the
place in the upload, which tells who it is to whoever has the list. So rows stand in the order of their codes.
"""

from __future__ import annotations

import base64
import hmac
from collections.abc import Callable, Mapping
from typing import Any

__all__ = ["Coder", "blinded", "coder"]

Coder = Callable[[str], str]
"""From the id of a row to its code."""
_BYTES = 5
"""Of the digest; five make eight digits."""
_KEPT = ("code", "status", "rubric", "score", "grade", "sections", "technologies", "strength", "gap")


def coder(secret: str) -> Coder:
    """Codes of a service: the same for a row whoever asks, and without a way back for who has not the secret key."""
    key = secret.encode()

    def code(name: str) -> str:
        return base64.b32encode(hmac.digest(key, f"blind:{name}".encode(), "sha256")[:_BYTES]).decode("ascii")

    return code


def blinded(row: Mapping[str, Any]) -> dict[str, Any]:
    """The part of a result that says nothing about who it is; of causes, their codes alone."""
    cause = row.get("cause")
    kept = {name: row[name] for name in _KEPT if name in row}
    if "not_read" in row:
        kept["not_read"] = [{"code": item["code"]} for item in row["not_read"]]
    return kept | {"cause": {"code": cause["code"]} if cause else None}
