"""What prose wants to reach, sets or makes up, and does not say that it was reached: goals, criteria of success, settings."""

from __future__ import annotations

import re

from analyzer.artifacts.document import Block, Document
from analyzer.remembered import remembered

__all__ = ["aims"]

_AIM = re.compile(
    r"(?i)\b(?:mock|hypothetical)\b|\btrigger(?:s|ed)? (?:if|when|by)\b|\bgoals?\b|\btargets?\b(?! variable)|\bsuccess (?:metrics?|criteria)|acceptance|\bkpis?\b|requirements|definition of done|(?:considered|ready)\b.* when"
)


@remembered
def aims(document: Document) -> frozenset[Block]:
    """The blocks below headings of what is wanted, the lists that such words lead to, what they stand before or above.

    An item whose box is not ticked is to be done yet, and a page of plans tells of nothing else.
    """
    if _PLAN.search(document.path):
        return frozenset(document.blocks)
    headed = [block for section in document.sections if _AIM.search(section.title) for block in section.blocks]
    led = [
        item
        for section in document.sections
        for lead, items in section.lists
        if lead.rstrip().endswith(":") and _AIM.search(lead)
        for item in items
    ]
    tables = [block for block in document.blocks if block.kind == "table" and _wants(block.text)]
    opened = [block for block in document.blocks if block.open]
    labelled = [block for block in document.blocks if (label := _LABEL.match(block.text)) and _AIM.search(label[1])]
    return frozenset((*headed, *led, *tables, *opened, *labelled))


def _wants(table: str) -> bool:
    """Whether a table has a column of what is wanted or set, and none of what was reached."""
    head = next((row for row in table.split("\n") if row.strip("| \t")), "")
    cells = [cell.strip(" *_`") for cell in head.split("|")]
    return any(map(_WANTED.fullmatch, cells)) and not any(map(_REACHED.search, cells))


_PLAN = re.compile(r"(?i)(?:^|/)(?:[\w-]*[-_])?(?:road-?map|next[-_ ]?steps?|plans?|planning|backlog)\.\w+$")
_WANTED = re.compile(
    r"(?i)(?:the )?(?:targets?|goals?|slos?|slas?|objectives?|thresholds?|acceptance)(?: values?| metrics?)?|defaults?(?: values?)?"
)
_REACHED = re.compile(r"(?i)actual|achiev|result|current|measured(?! by)|reached|score|observed|obtained|status")


_LABEL = re.compile(r"[-*+_\s]{0,6}([A-Za-z][^:\n]{0,30}?)[*_]{0,3}:")
