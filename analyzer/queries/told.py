"""What READMEs and docs tell of trouble: what was hard and how it was solved, ways out of an error, operating it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from analyzer.artifacts.document import Block, Document, Section
from analyzer.knowledge.prose import (
    ANSWERED,
    DIFFICULTY,
    LOOKS_AFTER,
    REMEDY,
    SOLVED,
    TAKES_BACK,
    TAKES_DOWN,
    TITLES,
    TROUBLE,
    WAY_OUT,
    WHEN,
)
from analyzer.queries.prose import about, is_grounded, own_documents
from analyzer.queries.steps import is_run_here, typed_commands
from analyzer.repository import Repository

__all__ = ["challenges", "looked_after", "operated", "problems_by_line", "solved_problems", "ways_out"]


_LEAST_WORDS = 25
_LEAST_PAIRS = 2


def challenges(repo: Repository, document: Document) -> Iterator[Section | Block]:
    """Where a page tells of challenges and what was done about them.

    Under a heading that says so; in a list that a line on challenges leads to, half of whose items tell what was done;
    or as problems that each have a solution.
    """
    for topic in ("challenges", "known-issues"):
        for section in about(document, topic):
            told = " ".join(item.prose for item in document.below(section))
            answered = topic == "challenges" or SOLVED.search(told)
            if answered and len(told.split()) >= _LEAST_WORDS and is_grounded(repo, told):
                yield section
    for section in document.sections:
        for lead, items in section.lists:
            if DIFFICULTY.search(lead) and not _helps(section) and _are_answered(repo, items):
                yield items[0]
        if any(_ASKS_FOR.search(block.text) for block in section.of("quote")) and not _helps(section):
            answer = section.of("paragraph", "item")
            if sum(block.words for block in answer) >= _LONG_ANSWER:
                yield answer[0]
    yield from solved_problems(repo, document)
    yield from problems_by_line(repo, document)


# A question of a report in the form of questions, as courses hand it out.
_ASKS_FOR = re.compile(
    r"(?i)\b(?:discuss|describe|what were|which)\b.{0,40}\b(?:struggles?|challenges?|difficulties)\b"
)
_LONG_ANSWER = 60


def _are_answered(repo: Repository, items: tuple[Block, ...]) -> bool:
    """Whether half of the items, and two at least, tell what was done about something of this project."""
    answers = sum(bool(ANSWERED.search(item.text)) for item in items)
    told = "\n".join(item.text for item in items)
    return answers >= max(_LEAST_PAIRS, len(items) // 2) and is_grounded(repo, told)


def _helps(section: Section) -> bool:
    """Whether a section is part of a guide for those who run the project: its entries are no challenges of building it."""
    return any(TITLES["operations"].search(title) for title in (section.heading, *section.trail))


_PROBLEM = re.compile(r"(?i)^(?:the )?(?:problem|issue|challenge|difficulty)\b(?! statement| description| definition)")
_SOLUTION = re.compile(r"(?i)^(?:the )?(?:solution|fix|resolution|workaround)\b")
# The same as words that begin a line: "Problem: ...", "Root cause: ...", "Solution: ...".
_PROBLEM_LINE = re.compile(
    r"(?im)^[^\w\n]{0,12}(?:the )?(?:problem|issue|challenge|root cause)(?: solved)?\b[^\w\n]{1,4}\s*\w"
)
_SOLUTION_LINE = re.compile(
    r"(?im)^[^\w\n]{0,12}(?:(?:our|my|the|proposed|chosen) )?(?:solution|fix|resolution|mitigation|workaround|why this one)\b[^\w\n]{1,4}\s*\w"
)


def problems_by_line(repo: Repository, document: Document) -> Iterator[Section]:
    """The first of several sections of a page that say in lines of their own what the problem was and what solved it."""
    found = [
        section
        for section in document.sections
        if not _helps(section)
        and _PROBLEM_LINE.search(told := "\n".join(block.text for block in section.blocks))
        and _SOLUTION_LINE.search(told)
    ]
    pairs = sum(_pairs("\n".join(block.text for block in section.blocks)) for section in found)
    if pairs >= _LEAST_PAIRS and is_grounded(repo, "\n".join(section.prose for section in found)):
        yield found[0]


def _pairs(text: str) -> int:
    """How many problems of a text have a solution."""
    return min(len(_PROBLEM_LINE.findall(text)), len(_SOLUTION_LINE.findall(text)))


def solved_problems(repo: Repository, document: Document) -> Iterator[Section]:
    """The first of several problems that each have a solution below them.

    One problem with one solution is how READMEs tell what a project is for.
    """
    pairs = [
        (before, f"{before.title}\n{before.prose}\n{after.prose}")
        for before, after in pairwise(document.sections)
        if _PROBLEM.search(before.heading) and _SOLUTION.search(after.heading)
        if not _helps(before)
    ]
    if len(pairs) >= _LEAST_PAIRS and is_grounded(repo, "\n".join(told for _, told in pairs)):
        yield pairs[0][0]


def ways_out(repo: Repository, document: Document) -> Iterator[Block]:
    """Sentences that say what to type when something fails."""
    typed = {id(block) for block, _ in typed_commands(document)}
    for section in document.sections:
        for block, after in pairwise((*section.blocks, None)):
            if block is None or block.kind not in ("paragraph", "item", "quote"):
                continue
            if typed.isdisjoint((id(block), id(after))) or not TROUBLE.search(block.text):
                continue
            if _leads_out(block.text) and is_grounded(repo, f"{section.title}\n{section.prose}"):
                yield block


_SOON, _NEXT = 110, 180  # characters: what fails is told in the sentence, what to do in it or the next


def _leads_out(text: str) -> bool:
    """Whether a text names a way around, or says what to do in case something fails."""
    if WAY_OUT.search(text):
        return True
    for when in WHEN.finditer(text):
        sentence = text[when.end() : when.end() + _SOON].split("\n", 1)[0].split(". ", 1)[0]
        fails = TROUBLE.search(sentence)
        if fails:
            begin = when.end() + fails.end()
            if REMEDY.search(text[begin : begin + _NEXT].split("\n", 1)[0]):
                return True
    return False


_LEAST_KINDS = 2


def operated(repo: Repository, document: Document) -> Iterator[Block]:
    """Commands that take a running system back, or two kinds of them that look after it or take it down.

    A page of the docs that leads up to taking it down is a guide to using it; a README ends its set-up so.
    """
    guide = bool(_OF_DOCS.search(document.path))
    seen: set[str] = set()
    for block, kinds in _kinds_of_care(repo, document):
        seen |= kinds - {"back"}
        if "back" in kinds or ("down" in kinds and guide) or len(seen) >= _LEAST_KINDS:
            yield block


def looked_after(repo: Repository) -> Iterator[Block]:
    """The last of two kinds of commands, on one page, that look after a running system or take it back."""
    for document in own_documents(repo):
        seen: set[str] = set()
        for block, kinds in _kinds_of_care(repo, document):
            seen |= kinds - {"down"}
            if len(seen) >= _LEAST_KINDS:
                yield block
                break


def _kinds_of_care(repo: Repository, document: Document) -> Iterator[tuple[Block, set[str]]]:
    """Commands to a running system of the project, with what they do: look after it in some way, ``back``, or ``down``."""
    for block, command in typed_commands(document):
        kept, back, down = (pattern.search(command) for pattern in (LOOKS_AFTER, TAKES_BACK, TAKES_DOWN))
        if (kept or back or down) and _is_for(repo, block, command):
            named = {kind for kind in (kept.groups() if kept else ()) if kind}
            yield block, named | ({"back"} if back else set()) | ({"down"} if down else set())


_OF_DOCS = re.compile(r"(?i)(?:^|/)docs?/(?:.*/)?(?!readme)[^/]*$")


def _is_for(repo: Repository, block: Block, command: str) -> bool:
    """Whether a command works on something of the repository; where that cannot be told, whether its tools are used."""
    here = is_run_here(repo, command)
    return here or (here is None and is_grounded(repo, block.text))
