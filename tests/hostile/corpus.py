"""All cases."""

from __future__ import annotations

from tests.hostile import contents, repositories, urls

__all__ = ["CASES"]

CASES = (*urls.cases(), *repositories.cases(), *contents.cases())
"""In the order of their groups."""
assert len({(case.group, case.name) for case in CASES}) == len(CASES)
