"""Unit tests in other languages than Python, by the forms that their frameworks have."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from msgspec import Struct

from analyzer.findings import Place
from analyzer.remembered import remembered
from analyzer.repository import Repository

__all__ = ["other_unit_tests"]


class _Form(Struct, frozen=True):
    """How tests of a language look: the names of their files, where one begins, and what it asserts by."""

    files: re.Pattern[str]
    begins: re.Pattern[str]
    asserts: re.Pattern[str]


# https://jestjs.io/docs/api, https://pkg.go.dev/testing, https://doc.rust-lang.org/book/ch11-01-writing-tests.html,
# https://xunit.net, https://docs.nunit.org and https://junit.org.
_FORMS = (
    _Form(
        re.compile(r"(?i)\.(?:test|spec)\.[cm]?[jt]sx?$|(?:^|/)__tests__/.*\.[jt]sx?$"),
        re.compile(r"^[ \t]*(?:test|it)(?:\.each\([^)]*\))?\s*\("),
        re.compile(r"\bexpect\w*\(|\bassert\b|\.should\b|\.hasResource\w*\(|\.resource\w+\("),
    ),
    _Form(
        re.compile(r"_test\.go$"),
        re.compile(r"^func Test\w*\("),
        re.compile(r"\bt\.(?:Error|Fatal|Fail)|\b(?:assert|require)\."),
    ),
    _Form(re.compile(r"\.rs$"), re.compile(r"^[ \t]*#\[(?:tokio::)?test\]"), re.compile(r"\bassert\w*!")),
    _Form(
        re.compile(r"(?i)tests?\.(?:cs|java|kt)$|(?:^|/)[\w.]*tests?/.*\.(?:cs|java|kt)$"),
        re.compile(r"^[ \t]*(?:\[(?:Fact|Theory|Test|TestMethod|TestCase)\b|@Test\b)"),
        re.compile(r"\b(?:Assert|assert)\w*\b|\.Should\w*\("),
    ),
)
_COMMENT = re.compile(r"^[ \t]*//[^\n]*$", re.MULTILINE)
_SCAFFOLD = re.compile(r"(?i)learn react|[\"']empty stack[\"']")
_MOST_FILES = 200
_MOST_BYTES = 200_000


@remembered
def other_unit_tests(repo: Repository) -> Iterator[Place]:
    """The lines on which tests with assertions begin, in the order of the paths; what generators write is none."""
    for form in _FORMS:
        named = [path for path in repo.paths if form.files.search(path)]
        own = {_ending(path) for path in repo.paths if not form.files.search(path)} if named else set()
        for path in islice(named, _MOST_FILES):
            if path.endswith(".rs") or _ending(path) in own:  # a program that they may be of
                yield from _tests_of(repo, path, form)


def _ending(path: str) -> str:
    return path.rsplit(".", 1)[-1].removesuffix("x")


def _tests_of(repo: Repository, path: str, form: _Form) -> Iterator[Place]:
    text = _COMMENT.sub("", repo.text(path) or "") if repo.snapshot.entries[path].size <= _MOST_BYTES else ""
    if form.asserts.search(text) and not _SCAFFOLD.search(text):
        for number, line in enumerate(text.split("\n"), 1):
            if form.begins.search(line):
                yield Place(path, number)
