"""Copies of what the ignore file of the build context leaves out."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from itertools import islice

from msgspec import Struct

from analyzer.artifacts.dockerfile import Copy
from analyzer.queries.containers import Packaging, packagings
from analyzer.repository import Repository
from analyzer.soundness.defect import Defect
from analyzer.soundness.images import TEMPLATES

__all__ = ["ignored_copies"]

_UNSURE = re.compile(r"[$*?\[\]{}<>~:]|^\.\.")


def ignored_copies(repository: Repository) -> Iterator[Defect]:
    """Sources of COPY and ADD that .dockerignore takes out of the context, so that no build finds them.

    Source: https://docs.docker.com/build/concepts/context/#dockerignore-files
    """
    for packaging in packagings(repository):
        if packaging.dockerfile.path.endswith(TEMPLATES):
            continue
        ignoring = _ignoring(repository, packaging)
        rules = _rules(repository.text(ignoring) or "") if ignoring else ()
        for copy in packaging.dockerfile.copies[:_MOST_SOURCES] if rules else ():
            for source in islice(_sources(copy), _MOST_SOURCES):
                if _is_left_out(source, rules):
                    sentence = f"the image copies {source}, which {ignoring} leaves out of the build"
                    yield Defect(copy.path, copy.line, "missing-copy", sentence)


def _ignoring(repository: Repository, packaging: Packaging) -> str:
    """The ignore file of a build: the Dockerfile's own, before that of the context."""
    own = f"{packaging.dockerfile.path}.dockerignore"
    candidates = (own, posixpath.join(packaging.context, ".dockerignore"))
    return next((path for path in candidates if path in repository.snapshot.entries), "")


def _sources(copy: Copy) -> Iterator[str]:
    for source in () if copy.from_stage else copy.sources:
        plain = posixpath.normpath(source.strip("\"',").lstrip("/"))
        if plain != "." and not _UNSURE.search(plain) and not source.startswith("<<"):
            yield plain


class _Rule(Struct, frozen=True):
    """One line of an ignore file: the parts of its pattern, and whether it takes back in what an earlier one leaves out."""

    parts: tuple[str, ...]
    takes_back: bool

    def matches(self, path: Sequence[str]) -> bool:
        """Whether the pattern means a path of these parts; ``**`` stands for any number of them."""
        reached = {0}
        for part in self.parts:
            if part == "**":
                reached = set(range(min(reached), len(path) + 1)) if reached else reached
            else:
                reached = {at + 1 for at in reached if at < len(path) and fnmatchcase(path[at], part)}
        return len(path) in reached


def _rules(text: str) -> tuple[_Rule, ...]:
    """The patterns in the order of the file."""
    found = []
    for line in text.lstrip("\ufeff").splitlines():
        plain = posixpath.normpath(line.strip().removeprefix("!").strip().lstrip("/"))
        if line.strip() and not line.startswith("#") and plain != ".":
            found.append(_Rule(tuple(plain.split("/")), line.strip().startswith("!")))
    return tuple(found[:_MOST_RULES])


_MOST_RULES = 500
_MOST_SOURCES = 500


def _is_left_out(source: str, rules: tuple[_Rule, ...]) -> bool:
    """Whether the last pattern that matches a path, or a folder above it, leaves it out, and none takes back a part."""
    parts = tuple(source.split("/"))
    if any(rule.takes_back and rule.parts[: len(parts)] == parts for rule in rules):
        return False
    left_out = False
    for rule in rules:
        if any(rule.matches(parts[:end]) for end in range(1, len(parts) + 1)):
            left_out = not rule.takes_back
    return left_out
