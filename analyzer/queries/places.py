"""The line that shows something, within what spans several."""

from __future__ import annotations

import re

from analyzer.findings import Located, Place
from analyzer.repository import Repository

__all__ = ["first_said", "where_named", "written"]

_COMMENT = re.compile(r"^\s*(?:#|//|$)")


def where_named(repo: Repository, item: Located | Place, *names: str) -> Place:
    """The line within a call on which one of its keywords stands; all of it where none does."""
    place = item if isinstance(item, Place) else item.place
    if place.last > place.line:
        wanted = re.compile(rf"\b(?:{'|'.join(map(re.escape, names))})\b")
        for number, line in enumerate(repo.lines(place.path)[place.line - 1 : place.last], place.line):
            if wanted.search(line):
                return Place(place.path, number, place.last)
    return place


def written(repo: Repository, place: Place) -> str:
    """The source lines of what stands at a place."""
    return "\n".join(repo.lines(place.path)[place.line - 1 : max(place.last, place.line)])


def first_said(repo: Repository, path: str) -> Place:
    """The first line of a file that is neither empty nor a comment."""
    lines = enumerate(repo.lines(path), 1)
    return Place(path, next((number for number, line in lines if not _COMMENT.match(line)), 1))
