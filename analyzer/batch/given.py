"""The columns of a file that are carried along, told from rows that leave out the cells that are empty."""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["columns_of"]


def columns_of(rows: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    """The names of all columns, in an order that agrees with that of each row as far as they agree.

    The order in which rows come does not matter: fuller rows, which tell more of the order, count first.
    """
    found: list[str] = []
    for names in sorted(set(rows), key=lambda names: (-len(names), names)):
        if set(found).issuperset(names):
            continue
        at = len(found)
        for name in reversed(names):
            if name in found:
                at = found.index(name)
            else:
                found.insert(at, name)
    return tuple(found)
