"""Makefiles that make cannot read."""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.findings import Place
from analyzer.repository import Repository
from analyzer.soundness.defect import Defect

__all__ = ["refused_makefiles"]


def refused_makefiles(repository: Repository) -> Iterator[Defect]:
    """Makefiles with a line that is neither rule, assignment, directive nor recipe: none of their targets runs.

    Source: https://www.gnu.org/software/make/manual/html_node/Error-Messages.html ("missing separator").
    """
    for file in repository.task_files:
        if file.refused:
            line = repository.line(Place(file.path, file.refused))
            spaces = "; a recipe begins with a tab" if line.startswith(" ") else ""
            sentence = f"make reads no target of the file: {line.strip()[:40]} is no rule and no assignment{spaces}"
            yield Defect(file.path, file.refused, "makefile", sentence)
