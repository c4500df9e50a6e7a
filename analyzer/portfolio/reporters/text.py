"""The portfolio for a terminal: score, skills, strongest projects, plan, what is missing, and what was left out."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from analyzer.findings import Status
from analyzer.github.words import owner_sentences
from analyzer.portfolio.model import PlannedStep, Portfolio, Skill, Unit
from analyzer.reporters.text import printed
from analyzer.reporters.words import STATUS_WORDS, number, order_of, visible

__all__ = ["print_portfolio", "render_text"]

_BAR = 20
_FEW = 10
_LEVELS = {"strong": ("●", "green"), "shown": ("●", "cyan"), "begun": ("◐", "yellow"), "not shown": ("○", "red")}
_MARKS = {Status.MET: ("●", "green"), Status.PARTIAL: ("◐", "yellow"), Status.MISSING: ("○", "red"), Status.UNKNOWN: ("?", "bright_black")}  # fmt: skip


def render_text(portfolio: Portfolio, *, verbose: bool = False) -> str:
    """Return the portfolio as plain text of 80 columns, without colour."""
    return printed(lambda console: print_portfolio(portfolio, console, verbose=verbose))


def print_portfolio(portfolio: Portfolio, console: Console, *, verbose: bool = False) -> None:
    """Print the portfolio. ``verbose`` adds every criterion, all technologies, and all that was left out."""
    parts: list[RenderableType] = [_header(portfolio), "", _bars(portfolio), ""]
    if portfolio.plan:
        parts += [_title(f"Next steps for the whole, {order_of(portfolio.plan[0].step)}"), *_plan(portfolio.plan), ""]
    parts += [_title("Skills"), *_skills(portfolio.skills, verbose), ""]
    parts += [_title("Strongest projects"), *_strongest(portfolio), ""]
    parts += [_title("Repositories"), _units(portfolio.units), ""]
    parts += [_title("Presentation of the whole"), *_tips(portfolio), ""]
    parts += _missing(portfolio)
    if verbose:
        parts += [_title("Checklist: where each criterion is shown best"), *_checklist(portfolio), ""]
    parts += _beside(portfolio)
    parts += _left_out(portfolio, verbose)
    parts.append(_about(portfolio))
    console.print(Group(*parts))


def _title(text: str) -> Text:
    return Text(text, style="bold")


def _grey(text: str) -> Text:
    return Text(visible(text), style="bright_black")


def _header(portfolio: Portfolio) -> RenderableType:
    card, count = portfolio.scorecard, len(portfolio.units)
    name = f"Portfolio of {visible(portfolio.name)}" if portfolio.name else "Portfolio"
    line = Text.assemble((name, "bold"), f"  {_count(count, 'repository or project', 'repositories and projects')}")
    score = Text.assemble((number(card.score), "bold"), " of 100 points: ", (card.grade, "bold"))
    best = portfolio.units[0]
    note = f"The best evidence of all counts. The strongest alone, {visible(best.name)}, has {number(best.score)}."
    parts: list[RenderableType] = [line, score, Text(note)]
    if card.assessed < 0.9995:
        parts.append(_grey(f"{card.assessed:.0%} of the points could be assessed."))
    return Group(*parts)


def _bars(portfolio: Portfolio) -> Table:
    table = Table.grid(padding=(0, 2))
    for justify in ("left", "left", "right"):
        table.add_column(no_wrap=True, justify=justify)
    for section in portfolio.scorecard.sections:
        bonus = f" +{number(section.bonus)}" if section.bonus else ""
        points = f"{number(section.score)} of {number(section.max_score)}{bonus}"
        share = section.score / section.max_score if section.max_score else 0.0
        table.add_row(section.title, _bar(share), points)
    return table


def _bar(share: float) -> Text:
    filled = round(_BAR * share)
    return Text.assemble(("█" * filled, "cyan"), ("░" * (_BAR - filled), "bright_black"))


def _plan(plan: Sequence[PlannedStep]) -> list[RenderableType]:
    found: list[RenderableType] = []
    for index, item in enumerate(plan, 1):
        step = item.step
        head = Text.assemble((f"{index}. {step.title}", "bold"), (f"  +{number(step.gain)}", "green"))
        head.append(f"  {step.effort}", style="bright_black")
        where = Text.assemble("in ", (visible(item.unit), "cyan"), ": ")
        missing = f"{visible(step.missing)}. " if step.missing else ""
        where.append(f"{missing}{step.how}")
        if step.builds_on:
            where.append(" Begin at ")
            where.append(f"{visible(step.builds_on.path)}:{step.builds_on.line}", style="cyan")
            where.append(".")
        found += [head, Padding(where, (0, 0, 0, 3))]
    return found


def _skills(skills: Sequence[Skill], verbose: bool) -> list[RenderableType]:
    table = Table.grid(padding=(0, 1))
    for _ in range(3):
        table.add_column()
    for skill in skills:
        mark, style = _LEVELS[skill.level]
        shown = [item for item in skill.technologies if item.shown_in]
        words = ", ".join(item.technology for item in shown) or "-"
        claimed = [item.technology for item in skill.technologies if item.claimed_in and not item.shown_in]
        cell = Text(words)
        if claimed:
            cell.append(f"; named alone: {', '.join(claimed)}", style="bright_black")
        if verbose:
            rest = [item.technology for item in skill.technologies if not item.shown_in and not item.claimed_in]
            cell.append(f"; not seen: {', '.join(rest)}" if rest else "", style="bright_black")
            cell.append(f"; in {', '.join(visible(name) for name in skill.units)}" if skill.units else "", style="cyan")
        table.add_row(Text(f"{mark} {skill.level}", style=style), Text(skill.title), cell)
    return [table]


def _strongest(portfolio: Portfolio) -> list[RenderableType]:
    found: list[RenderableType] = []
    for item in portfolio.strongest:
        found.append(
            Text.assemble((visible(item.unit), "bold"), f"  {number(item.score)}, {item.grade}. {item.sentence}")
        )
        if item.best_in:
            found.append(Padding(_grey(f"Met here alone: {'; '.join(item.best_in)}."), (0, 0, 0, 2)))
    return found


def _units(units: Sequence[Unit]) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(justify="right", no_wrap=True)
    table.add_column()
    table.add_column()
    for unit in units:
        report = unit.report
        commit = report.target.commit[:10]
        table.add_row(
            number(unit.score),
            Text.assemble((visible(unit.name), "cyan"), f"  {commit}"),
            _grey(unit.look.impression if unit.look else ""),
        )
    return table


def _tips(portfolio: Portfolio) -> list[RenderableType]:
    found: list[RenderableType] = []
    for item in portfolio.tips:
        mark, style = _MARKS[item.status]
        found.append(Text.assemble((f"{mark} ", style), f"{item.title}: {visible(item.sentence)}"))
    return found


def _missing(portfolio: Portfolio) -> list[RenderableType]:
    if not portfolio.missing:
        return []
    names = [f"{item.criterion.title} ({number(item.criterion.points)})" for item in portfolio.missing]
    return [_title("Missing everywhere, with the points it would earn"), Text("; ".join(names)), ""]


def _checklist(portfolio: Portfolio) -> list[RenderableType]:
    found: list[RenderableType] = []
    for item in portfolio.criteria:
        mark, style = _MARKS[item.status]
        line = Text.assemble((f"{mark} ", style), f"{item.criterion.title}: {STATUS_WORDS[item.status]}")
        line.append(f", {number(item.points)} of {number(item.criterion.points)}")
        if item.unit:
            line.append(f"  {visible(item.unit)}", style="cyan")
            evidence = item.scored.decision.evidence
            if evidence:
                line.append(f" {visible(evidence[0].path)}:{evidence[0].line}")
            if item.also:
                line.append(f"  also in {', '.join(visible(name) for name in item.also)}", style="bright_black")
        found.append(line)
    return found


def _beside(portfolio: Portfolio) -> list[RenderableType]:
    found: list[RenderableType] = []
    leaning = ", ".join(f"{item.role} {item.share * 100:.0f} %" for item in portfolio.roles if item.share)
    if leaning:
        found += [Text(f"Leans to: {leaning}"), ""]
    if portfolio.owners:
        found.append(_title("What the platform says, beside the score"))
        found += [Text(visible(line)) for owner in portfolio.owners for line in owner_sentences(owner)]
        found.append("")
    return found


def _left_out(portfolio: Portfolio, verbose: bool) -> list[RenderableType]:
    found: list[RenderableType] = []
    if portfolio.failures:
        found.append(_title("Could not be read; no part of the score"))
        found += [Text(f"{visible(item.target)}: {visible(item.error.what)}.") for item in portfolio.failures]
        found.append("")
    if portfolio.left_out:
        shown = portfolio.left_out if verbose else portfolio.left_out[:_FEW]
        found.append(_title("Left out after a first look"))
        found += [Text.assemble((visible(item.name), "cyan"), f": {visible(item.reason)}") for item in shown]
        if len(portfolio.left_out) > len(shown):
            found.append(_grey(f"and {len(portfolio.left_out) - len(shown)} more; --verbose shows all"))
        found.append("")
    return found


def _about(portfolio: Portfolio) -> Text:
    rubric = portfolio.rubric
    return _grey(
        f"Rubric {rubric.id} {rubric.version} ({rubric.sha256[:10]}), folioscope {portfolio.tool_version}. "
        "The score orders reading; it does not decide about a person. Private work was not seen."
    )


def _count(value: int, one: str, many: str) -> str:
    return f"{value:,} {one if value == 1 else many}"
