"""A comparison as text for a terminal, as Markdown for a pull request, and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from analyzer.compare import Change, Comparison, Moved, Seen
from analyzer.findings import Status
from analyzer.reporters.markdown import code, escaped
from analyzer.reporters.words import STATUS_WORDS, number, visible

__all__ = ["changes_markdown", "comparison_document", "print_comparison", "render_comparison", "signed"]

_MOST = 20
"""Lines of evidence that are shown; JSON holds all."""


def render_comparison(comparison: Comparison, form: str) -> str:
    """The comparison as ``text`` of 80 columns, ``markdown`` or ``json``."""
    if form == "json":
        return json.dumps(comparison_document(comparison), ensure_ascii=False, indent=1) + "\n"
    if form == "markdown":
        return "\n".join(_markdown(comparison)).rstrip() + "\n"
    from analyzer.reporters.text import printed

    return printed(lambda console: print_comparison(comparison, console))


def comparison_document(comparison: Comparison) -> dict[str, Any]:
    """The comparison as plain values."""
    return {
        "schema_version": 1,
        "base": asdict(comparison.base),
        "head": asdict(comparison.head),
        "difference": comparison.change,
        "same_rubric": comparison.same_rubric,
        "regression": comparison.regression,
        "sections": [asdict(item) for item in comparison.sections],
        "criteria": {
            "gained": [asdict(item) for item in comparison.gained],
            "lost": [asdict(item) for item in comparison.lost],
            "unseen": [asdict(item) for item in comparison.unseen],
        },
        "evidence": {
            "moved": [asdict(item) for item in comparison.moved],
            "appeared": [asdict(item) for item in comparison.appeared],
            "vanished": [asdict(item) for item in comparison.vanished],
        },
        "notes": list(comparison.notes),
    }


def signed(points: float) -> str:
    """A difference with its sign: +3, -1.5; 0 without one."""
    return f"{'+' if points > 0 else '-' if points < 0 else ''}{number(abs(points))}"


def _said(comparison: Comparison) -> str:
    if comparison.change is None:
        return "by two rubrics"
    return signed(comparison.change) if comparison.change else "no change"


def _word(status: str) -> str:
    return STATUS_WORDS[Status(status)] if status else "not in the rubric"


# -- text --------------------------------------------------------------------------------------------------------


def print_comparison(comparison: Comparison, console: Console) -> None:
    """Print it for a terminal."""
    base, head = comparison.base, comparison.head
    console.print(
        Text.assemble((f"{visible(base.name)} {base.commit[:10]}".rstrip(), "bold"), " to "),
        Text(f"{visible(head.name)} {head.commit[:10]}".rstrip(), style="bold"),
        sep="",
    )
    points = comparison.change or 0
    style = {1: "green", -1: "red"}.get((points > 0) - (points < 0), "")
    console.print(
        Text.assemble(
            f"{number(base.score)} to ",
            (number(head.score), "bold"),
            " of 100 points: ",
            (_said(comparison), style),
            f", {head.grade}",
        )
    )
    for note in comparison.notes:
        console.print(Text(note, style="bright_black"))
    changed = [item for item in comparison.sections if item.base != item.head]
    if changed:
        console.print()
    for item in changed:
        console.print(
            f"  {item.title}: {number(item.base)} to {number(item.head)} points ({signed(item.head - item.base)})"
        )
    for title, changes, colour in (
        ("Gained", comparison.gained, "green"),
        ("Lost", comparison.lost, "red"),
        ("Not assessed on one side", comparison.unseen, "bright_black"),
    ):
        if changes:
            console.print()
            console.print(Text(title, style="bold"))
            for change in changes:
                line = Text.assemble((signed(change.points), colour), f"  {_told(change)}")
                console.print(Padding(line, (0, 0, 0, 2)))
    _print_evidence(comparison, console)
    if not (comparison.gained or comparison.lost or comparison.unseen):
        console.print()
        console.print("No criterion changed.")


def _told(change: Change) -> str:
    at = f" ({visible(change.path)}:{change.line})" if change.path else ""
    return (
        f"{change.title}: {_word(change.before)} to {_word(change.after)}. {visible(change.summary).rstrip('.')}{at}."
    )


def _print_evidence(comparison: Comparison, console: Console) -> None:
    for title, items in (
        ("Evidence that moved", [_moved(item) for item in comparison.moved]),
        ("New evidence", [_seen(item) for item in comparison.appeared]),
        ("Evidence that is gone", [_seen(item) for item in comparison.vanished]),
    ):
        if items:
            console.print()
            console.print(Text(title, style="bold"))
            for line in items[:_MOST]:
                console.print(Text(f"  {line}"))
            if len(items) > _MOST:
                console.print(Text(f"  and {len(items) - _MOST} more; --format json has all", style="bright_black"))


def _moved(item: Moved) -> str:
    return f"{item.criterion}  {visible(item.path)}: line {item.before} to {item.after}"


def _seen(item: Seen) -> str:
    return f"{item.criterion}  {visible(item.path)}:{item.line}"


# -- Markdown ----------------------------------------------------------------------------------------------------


def _markdown(comparison: Comparison) -> Iterator[str]:
    base, head = comparison.base, comparison.head
    yield (f"# {number(base.score)} to {number(head.score)} of 100 points ({_said(comparison)})")
    yield ""
    yield f"From {code(_named(base.name, base.commit))} to {code(_named(head.name, head.commit))}."
    yield ""
    yield from changes_markdown(comparison)


def _named(name: str, commit: str) -> str:
    return f"{name} {commit[:10]}".rstrip()


def changes_markdown(comparison: Comparison) -> Iterator[str]:
    """The changed sections, criteria and evidence, without a headline."""
    for note in comparison.notes:
        yield f"*{escaped(note)}*"
        yield ""
    changed = [item for item in comparison.sections if item.base != item.head]
    if changed:
        yield "| section | points before | now | |"
        yield "|---|---:|---:|---:|"
        for item in changed:
            yield (
                f"| {escaped(item.title)} | {number(item.base)} | {number(item.head)} | {signed(item.head - item.base)} |"
            )
        yield ""
    for title, changes in (
        ("Gained", comparison.gained),
        ("Lost", comparison.lost),
        ("Not assessed on one side", comparison.unseen),
    ):
        if changes:
            yield f"**{title}**"
            yield ""
            yield from (f"- {_told_markdown(change)}" for change in changes)
            yield ""
    if not (comparison.gained or comparison.lost or comparison.unseen):
        yield "No criterion changed."
        yield ""
    evidence = [
        *(f"- moved: {code(item.criterion)} {code(item.path)} line {item.before} to {item.after}" for item in comparison.moved),
        *(f"- new: {code(item.criterion)} {code(f'{item.path}:{item.line}')}" for item in comparison.appeared),
        *(f"- gone: {code(item.criterion)} {code(f'{item.path}:{item.line}')}" for item in comparison.vanished),
    ]  # fmt: skip
    if evidence:
        yield f"<details><summary>{len(evidence)} places of evidence moved, appeared or are gone</summary>"
        yield ""
        yield from evidence[:_MOST]
        if len(evidence) > _MOST:
            yield f"- and {len(evidence) - _MOST} more"
        yield ""
        yield "</details>"
        yield ""


def _told_markdown(change: Change) -> str:
    at = f" ({code(f'{change.path}:{change.line}')})" if change.path else ""
    return (
        f"**{escaped(change.title)}** ({signed(change.points)}): {_word(change.before)} to {_word(change.after)}. "
        f"{escaped(change.summary).rstrip('.')}{at}."
    )
