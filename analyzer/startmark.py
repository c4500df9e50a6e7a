"""The mark of a start that ``folioscope fix`` wrote, and how an unchanged one is told from work of somebody's own.

A start carries a line with the fingerprint of the rest. As long as both agree, nobody has worked on it, and it is no
evidence. Whoever changes the text or removes the line makes it theirs, with one exception: a document is none as long as
half of the questions that its skeleton asks still stand there.
"""

from __future__ import annotations

import re

from analyzer.fingerprints import fingerprint
from analyzer.knowledge.starts import PROMPT, PROMPTS

__all__ = ["ORIGIN", "is_start", "marked"]

ORIGIN = "folioscope fix"
"""What a report calls the origin of an unchanged start."""

_WORDS = "a first draft by folioscope fix {criterion}. It earns nothing until you change it or remove this line."
_MARK = re.compile(rb"(?m)^(?:# |<!-- )folioscope start ([0-9a-f]{12}): [^\n]*\n")
_PROMPT = PROMPT.encode()
_WITHIN = 400


def marked(text: str, criterion: str, *, markdown: bool = False) -> str:
    """The text with the line that marks it as a start, as a comment of its language."""
    line = f"folioscope start {fingerprint(text.encode())}: {_WORDS.format(criterion=criterion)}"
    return f"<!-- {line} -->\n{text}" if markdown else f"# {line}\n{text}"


def is_start(content: bytes) -> bool:
    """Whether a file is a start that nobody has worked on."""
    if b"folioscope start " in content[:_WITHIN]:
        plain = content.replace(b"\r\n", b"\n")
        mark = _MARK.search(plain)
        if mark and fingerprint(plain[: mark.start()] + plain[mark.end() :]).encode() == mark.group(1):
            return True
    if content.count(_PROMPT) >= 2:
        lines = {line.strip() for line in content.decode("utf-8", "replace").splitlines()}
        return any(2 * len(lines.intersection(prompts)) >= len(prompts) for prompts in PROMPTS)
    return False
