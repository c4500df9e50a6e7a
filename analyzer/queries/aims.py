"""What prose wants to reach or makes up, and does not say that it was reached: goals, targets, criteria of success."""

from __future__ import annotations

import re

from analyzer.artifacts.document import Block, Document
from analyzer.remembered import remembered

__all__ = ["aims"]

_AIM = re.compile(
    r"(?i)\b(?:mock|hypothetical)\b|\btrigger(?:s|ed)? (?:if|when|by)\b|\bgoals?\b|\btargets?\b(?! variable)|\bsuccess (?:metrics?|criteria)|acceptance|\bkpis?\b|requirements"
)


@remembered
def aims(document: Document) -> frozenset[Block]:
    """The blocks below headings of what is wanted, the lists that such words lead to, and what they stand before."""
    headed = [block for section in document.sections if _AIM.search(section.title) for block in section.blocks]
    led = [
        item
        for section in document.sections
        for lead, items in section.lists
        if lead.rstrip().endswith(":") and _AIM.search(lead)
        for item in items
    ]
    labelled = [block for block in document.blocks if (label := _LABEL.match(block.text)) and _AIM.search(label[1])]
    return frozenset((*headed, *led, *labelled))


_LABEL = re.compile(r"[-*+_\s]{0,6}([A-Za-z][^:\n]{0,30}?)[*_]{0,3}:")
