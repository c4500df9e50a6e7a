"""Makefiles that make cannot read."""

from __future__ import annotations

import re
from collections.abc import Iterator

from analyzer.inventory import Kind
from analyzer.repository import Repository
from analyzer.soundness.defect import Defect

__all__ = ["refused_makefiles"]

_DIRECTIVES = frozenset(
    """
    include -include sinclude define endef ifdef ifndef ifeq ifneq else endif export unexport override private vpath undefine
    load -load
    """.split()
)
_TOLD_ELSEWHERE = re.compile(r"\.RECIPEPREFIX|\{\{|\{%")


def refused_makefiles(repository: Repository) -> Iterator[Defect]:
    """Makefiles with a line that is neither rule, assignment, directive nor recipe: none of their targets runs.

    Source: https://www.gnu.org/software/make/manual/html_node/Error-Messages.html ("missing separator").
    """
    for path in repository.inventory.of(Kind.MAKEFILE):
        text = repository.text(path) or ""
        if _TOLD_ELSEWHERE.search(text):
            continue  # recipes begin otherwise, or it is a template
        for number, line in _statements(text):
            if not _is_known(line):
                spaces = "; a recipe begins with a tab" if line.startswith(" ") else ""
                sentence = f"make reads no target of the file: {line.strip()[:40]} is no rule and no assignment{spaces}"
                yield Defect(path, number, "makefile", sentence)
                break


def _statements(text: str) -> Iterator[tuple[int, str]]:
    """The lines that make reads itself, with their numbers: not those of recipes, definitions, or that go on from others."""
    defining = going_on = False
    for number, line in enumerate(text.split("\n"), 1):
        words = line.split()
        goes_on = line.rstrip("\r").endswith("\\")
        if defining:
            defining = words[:1] != ["endef"]
        elif words[:1] == ["define"] or words[:2] == ["override", "define"]:
            defining = True
        elif words and not going_on and not line.startswith(("\t", "#")):
            yield number, line
        going_on = goes_on


def _is_known(line: str) -> bool:
    plain = line.split("#", 1)[0].strip()
    return not plain or plain[0] == "$" or ":" in plain or "=" in plain or plain.split()[0] in _DIRECTIVES
