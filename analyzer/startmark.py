"""The mark of a start that ``folioscope fix`` wrote, and how an unchanged one is told from work of somebody's own.

A start carries a line with the fingerprint of the rest. As long as both agree, nobody has worked on it, and it is no
evidence. Whoever changes the text or removes the line makes it theirs, with two exceptions: a document is none as long as
half of the questions that its skeleton asks are open, however they are introduced, and a gate none without its bound.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from analyzer.fingerprints import fingerprint
from analyzer.knowledge.starts import NO_BOUND, PROMPT, PROMPTS

__all__ = ["ORIGIN", "is_start", "marked"]

ORIGIN = "folioscope fix"
"""What a report calls the origin of an unchanged start."""

_WORDS = "a first draft by folioscope fix {criterion}. It earns nothing until you change it or remove this line."
_MARK = re.compile(rb"(?m)^(?:# |<!-- )folioscope start ([0-9a-f]{12}): [^\n]*\n")
_NO_BOUND = NO_BOUND.encode()
_UNSET = re.compile(rb"(?m)^(?:MIN|MAX)_\w+ = None\b")
_WITHIN = 400
_WORD = re.compile(r"\w+")
_SECTION = re.compile(r"(?m)^#+ .*$")
_RUN = 3
_MOST = 0.6
_ANSWER = 8


def marked(text: str, criterion: str, *, markdown: bool = False) -> str:
    """The text with the line that marks it as a start, as a comment of its language."""
    line = f"folioscope start {fingerprint(text.encode())}: {_WORDS.format(criterion=criterion)}"
    return f"<!-- {line} -->\n{text}" if markdown else f"# {line}\n{text}"


def is_start(content: bytes, *, document: bool = False) -> bool:
    """Whether a file is a start that nobody has worked on; the questions of skeletons are looked for in documents alone."""
    if b"folioscope start " in content[:_WITHIN]:
        plain = content.replace(b"\r\n", b"\n")
        mark = _MARK.search(plain)
        if mark and fingerprint(plain[: mark.start()] + plain[mark.end() :]).encode() == mark.group(1):
            return True
    if document:
        return any(_asks(content, questions) for questions in _QUESTIONS)
    return _NO_BOUND in content and bool(_UNSET.search(content))


# -- questions of documents ------------------------------------------------------------------------------------------


class _Question:
    """A question of a skeleton: its words, without how it is introduced."""

    def __init__(self, prompt: str) -> None:
        words = _words(prompt.removeprefix(PROMPT))
        self.rarest = max(words, key=len).encode()
        self.runs = frozenset(_runs(words))

    def place(self, runs: dict[tuple[str, ...], list[int]]) -> range | None:
        """Where most of the question stands in a section, by its runs of words and where they begin; or None."""
        found = sorted(at for run in self.runs & runs.keys() for at in runs[run])
        if not found:
            return None
        return range(found[0], found[-1] + _RUN) if len(found) >= _MOST * len(self.runs) else None


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())


def _runs(words: list[str]) -> Iterator[tuple[str, ...]]:
    return (tuple(words[at : at + _RUN]) for at in range(len(words) - _RUN + 1))


_QUESTIONS = tuple(tuple(map(_Question, sorted(prompts))) for prompts in PROMPTS)


def _asks(content: bytes, questions: tuple[_Question, ...]) -> bool:
    """Whether half of the questions or more are open."""
    if 2 * sum(question.rarest in content for question in questions) < len(questions):
        return False  # nearly every document: the rest takes a while
    sections = _SECTION.split(content.decode("utf-8", "replace"))
    still = {question for section in sections for question in _open(section, questions)}
    return 2 * len(still) >= len(questions)


def _open(section: str, questions: tuple[_Question, ...]) -> Iterator[_Question]:
    """Questions of a section that are said to be unanswered, or that no answer of some words follows."""
    words = _words(section)
    runs: dict[tuple[str, ...], list[int]] = {}
    wanted = frozenset().union(*(question.runs for question in questions))
    for at, run in enumerate(_runs(words)):
        if run in wanted:
            runs.setdefault(run, []).append(at)
    asked = [(place, question) for question in questions if (place := question.place(runs))]
    for place, question in asked:
        end = min((other.start for other, _ in asked if other.start >= place.stop), default=len(words))
        if PROMPT.strip() in section or end - place.stop < _ANSWER:
            yield question
