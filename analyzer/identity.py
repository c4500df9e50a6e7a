"""What a finding is known by when files change around it."""

from __future__ import annotations

import hashlib

__all__ = ["fingerprint"]


def fingerprint(rule: str, path: str, content: str) -> str:
    """The identity of a finding: its rule, its file, and what stands there without its white space; never the line.

    A criterion is the rule here, as it is in SARIF. Returns 32 hexadecimal digits.
    """
    parts = "\0".join((rule, path, " ".join(content.split())))
    return hashlib.sha256(parts.encode("utf-8", "surrogateescape")).hexdigest()[:32]
