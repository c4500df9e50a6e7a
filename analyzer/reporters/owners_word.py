"""What the repository says about its own check, in sentences that every report shows alike."""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.report import Report
from analyzer.reporters.words import number

__all__ = ["OWNERS_WORD", "owners_sentences"]

OWNERS_WORD = "By the owner's word"
"""The heading above the sentences."""


def owners_sentences(report: Report) -> Iterator[str]:
    """Yield what a configuration did to this report; nothing where there is none. Text of the repository is as it is."""
    said = report.configuration
    if said is None:
        return
    for item in said.annotations:
        head = f"{item.criterion} does not apply ({said.path}:{item.line}): {item.reason}"
        yield f"{head} [no effect: {item.refused}]" if item.refused else head
    if any(not item.refused for item in said.annotations):
        yield f"Without these annotations the score is {number(said.score_without)}; --ignore-annotations shows it."
    if said.leave_out:
        files = "1 file" if said.left_out_files == 1 else f"{said.left_out_files} files"
        yield f"Left out, {files}: {', '.join(said.leave_out)}"
