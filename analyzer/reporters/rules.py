"""The checklist and its rules, listed and explained."""

from __future__ import annotations

from rich.console import Console
from rich.padding import Padding
from rich.syntax import Syntax
from rich.table import Table
from rich.text import Text

from analyzer.errors import UsageError
from analyzer.plugins import Rule, discover
from analyzer.reporters.words import number
from analyzer.rubric import Change, Criterion, Rubric
from analyzer.snapshot import nearest

__all__ = ["print_criterion", "print_rules"]


def print_rules(rubric: Rubric, console: Console) -> None:
    """Print every criterion with its points, what the rubric changes in them, and the rules that feed it."""
    rules = _by_criterion()
    _print_head(rubric, console)
    for section in rubric.sections:
        console.print(Text(section.title, style="bold"))
        table = Table.grid(padding=(0, 2))
        table.add_column(width=24, no_wrap=True)
        table.add_column(justify="right", width=4)
        table.add_column()
        for item in section.criteria:
            points = f"{'+' if item.bonus else ''}{number(item.points)}"
            names = ", ".join(rule.id.partition("/")[2] for rule in rules.get(item.id, ()))
            told = Text.assemble(item.title, "\n", (names or "no rule installed", "bright_black"))
            if change := rubric.change(item.id):
                told.append(f"\n{_changed(rubric, change)}", style="cyan")
            table.add_row(item.id, points, told)
        console.print(Padding(table, (0, 0, 1, 2)))
    others = sorted(set(rules) - {item.id for item in rubric.criteria})
    if others:
        console.print(f"Rules for criteria that this rubric does not have: {', '.join(others)}")
    console.print(Text("folioscope rules show ID explains one.", style="bright_black"))


def _print_head(rubric: Rubric, console: Console) -> None:
    parent = f", extends {rubric.extends} and changes the points of {len(rubric.changes)} criteria" * bool(
        rubric.extends
    )
    console.print(Text.assemble((rubric.title, "bold"), f" ({rubric.id} {rubric.version}{parent})"))
    console.print()


def _changed(rubric: Rubric, change: Change) -> str:
    return f"{number(change.before)} in {rubric.extends}, {number(change.points)} here: {change.reason}"


def _by_criterion() -> dict[str, list[Rule]]:
    found: dict[str, list[Rule]] = {}
    for rule in discover():
        found.setdefault(rule.criterion, []).append(rule)
    return found


def print_criterion(rubric: Rubric, name: str, console: Console) -> None:
    """Print one criterion: why it counts, how to earn it, an example, and what its rules say when they find nothing.

    Raises:
        UsageError: neither a criterion nor a rule has this id.
    """
    criterion = rubric.criterion(name) or rubric.criterion(name.partition("/")[0])
    if criterion is None:
        names = [item.id for item in rubric.criteria]
        raise UsageError(f"There is no criterion or rule {name!r}", nearest(name, names))
    rules = [rule for rule in _by_criterion().get(criterion.id, ()) if "/" not in name or rule.id == name]
    if not rules and "/" in name:
        raise UsageError(f"There is no rule {name!r}", nearest(name, [rule.id for rule in discover()]))
    _print(rubric, criterion, rules, console)


def _print(rubric: Rubric, criterion: Criterion, rules: list[Rule], console: Console) -> None:
    section = next(item for item in rubric.sections if item.id == criterion.section)
    console.print(Text.assemble((criterion.id, "bold"), "  ", criterion.title))
    kind = "bonus points" if criterion.bonus else "points"
    console.print(
        Text(
            f"{number(criterion.points)} {kind} when met, half when partial; about {criterion.effort}",
            style="bright_black",
        )
    )
    if change := rubric.change(criterion.id):
        console.print(Text(_changed(rubric, change), style="cyan"))
    guide = f" (guide: {section.source})" if section.source else ""
    console.print(Text(f"Section: {section.title}{guide}", style="bright_black"))
    console.print()
    console.print(Text.assemble(("Why  ", "bold"), criterion.why))
    console.print(Text.assemble(("How  ", "bold"), criterion.how))
    if criterion.after:
        console.print(Text.assemble(("After  ", "bold"), ", ".join(criterion.after)))
    if criterion.example:
        console.print(Text("Example", style="bold"))
        language = "yaml" if criterion.example.lstrip().startswith(("on:", "- ", "apiVersion", "repos:")) else "python"
        shown = (
            Text(criterion.example)
            if console.no_color
            else Syntax(criterion.example, language, background_color="default")
        )
        console.print(Padding(shown, (0, 0, 0, 2)))
    console.print(Text("Rules", style="bold"))
    for rule in rules:
        console.print(
            Padding(
                Text.assemble(rule.id, "\n", (f"when it finds nothing: {rule.title}", "bright_black")), (0, 0, 0, 2)
            )
        )
