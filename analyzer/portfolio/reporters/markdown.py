"""The portfolio in Markdown, for a profile or a wiki page."""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.github.words import owner_sentences
from analyzer.portfolio.model import Portfolio
from analyzer.reporters.markdown import MARKS, about_markdown, code, escaped, sections_markdown
from analyzer.reporters.words import STATUS_WORDS, number

__all__ = ["render_markdown"]

_LEVELS = {"strong": "✅", "shown": "✅", "begun": "🟡", "not shown": "⬜"}


def render_markdown(portfolio: Portfolio) -> str:
    """Return the portfolio as GitHub-flavoured Markdown; text of repositories is escaped."""
    return "\n".join(_lines(portfolio)).rstrip() + "\n"


def _cell(text: str) -> str:
    """Text of a table's cell: a pipe would end it."""
    return text.replace("|", "\\|")


def _lines(portfolio: Portfolio) -> Iterator[str]:
    card = portfolio.scorecard
    name = f"Portfolio of {escaped(portfolio.name)}" if portfolio.name else "Portfolio"
    yield f"# {name}: {number(card.score)} of 100, {card.grade}"
    yield ""
    best = portfolio.units[0]
    yield f"The best evidence of all counts. The strongest alone, {code(best.name)}, has {number(best.score)} points."
    if card.assessed < 0.9995:
        yield f"{card.assessed:.0%} of the points could be assessed."
    yield ""
    yield from sections_markdown(card)
    yield from _plan(portfolio)
    yield from _skills(portfolio)
    yield from _units(portfolio)
    yield from _whole(portfolio)
    yield from _checklist(portfolio)
    yield from _left_out(portfolio)
    yield about_markdown(portfolio.tool_version, portfolio.rubric)


def _plan(portfolio: Portfolio) -> Iterator[str]:
    if not portfolio.plan:
        return
    targets = {unit.name: unit.report.target for unit in portfolio.units}
    yield "## Next steps for the whole"
    yield ""
    for index, item in enumerate(portfolio.plan, 1):
        step = item.step
        missing = f"{escaped(step.missing)}. " if step.missing else ""
        base = ""
        if step.builds_on:
            place = code(f"{step.builds_on.path}:{step.builds_on.line}")
            url = targets[item.unit].link(step.builds_on.path, step.builds_on.line, step.builds_on.end_line)
            base = f" Begin at {f'[{place}]({url})' if url else place}."
        yield (
            f"{index}. **{step.title}** in {code(item.unit)} (+{number(step.gain)} points, {step.effort}). "
            f"{missing}{escaped(step.how)}{base}"
        )
    yield ""


def _skills(portfolio: Portfolio) -> Iterator[str]:
    yield "## Skills"
    yield ""
    yield "| | skill | shown by code or configuration | named alone | where |"
    yield "|---|---|---|---|---|"
    for skill in portfolio.skills:
        shown = ", ".join(item.technology for item in skill.technologies if item.shown_in)
        claimed = ", ".join(item.technology for item in skill.technologies if item.claimed_in and not item.shown_in)
        where = ", ".join(code(name) for name in skill.units)
        yield f"| {_LEVELS[skill.level]} {skill.level} | {skill.title} | {shown} | {claimed} | {_cell(where)} |"
    yield ""


def _units(portfolio: Portfolio) -> Iterator[str]:
    yield "## Repositories"
    yield ""
    yield "| points | repository | at first sight |"
    yield "|---:|---|---|"
    for unit in portfolio.units:
        target = unit.report.target
        shown = f"[{code(unit.name)}]({target.url})" if target.url else code(unit.name)
        impression = escaped(unit.look.impression) if unit.look else ""
        yield f"| {number(unit.score)} | {_cell(shown)} | {_cell(impression)} |"
    yield ""
    for item in portfolio.strongest:
        best = f" Met here alone: {'; '.join(item.best_in)}." if item.best_in else ""
        yield f"- {code(item.unit)}: {item.sentence}{best}"
    yield ""


def _whole(portfolio: Portfolio) -> Iterator[str]:
    yield "## Presentation of the whole"
    yield ""
    for item in portfolio.tips:
        yield f"- {MARKS[item.status]} **{item.title}**: {escaped(item.sentence)}"
    yield ""
    if portfolio.missing:
        names = (f"{item.criterion.title} ({number(item.criterion.points)})" for item in portfolio.missing)
        yield f"**Missing everywhere**: {'; '.join(names)}"
        yield ""
    leaning = ", ".join(f"{item.role} {item.share * 100:.0f} %" for item in portfolio.roles if item.share)
    if leaning:
        yield f"**Leans to:** {leaning}"
        yield ""
    if portfolio.owners:
        yield "**What the platform says, beside the score**"
        yield ""
        yield from (f"- {escaped(line)}" for owner in portfolio.owners for line in owner_sentences(owner))
        yield ""


def _checklist(portfolio: Portfolio) -> Iterator[str]:
    targets = {unit.name: unit.report.target for unit in portfolio.units}
    yield "<details><summary>Checklist: where each criterion is shown best</summary>"
    yield ""
    yield "| | criterion | points | repository | evidence |"
    yield "|---|---|---:|---|---|"
    for item in portfolio.criteria:
        evidence = item.scored.decision.evidence[:1]
        places = []
        for found in evidence:
            place = code(f"{found.path}:{found.line}")
            url = targets[item.unit].link(found.path, found.line, found.end_line)
            places.append(f"[{place}]({url})" if url else place)
        yield (
            f"| {MARKS[item.status]} {STATUS_WORDS[item.status]} | {item.criterion.title} | "
            f"{number(item.points)}/{number(item.criterion.points)} | {_cell(code(item.unit)) if item.unit else ''} | "
            f"{_cell(', '.join(places))} |"
        )
    yield ""
    yield "</details>"
    yield ""


def _left_out(portfolio: Portfolio) -> Iterator[str]:
    if portfolio.failures:
        yield "**Could not be read; no part of the score**"
        yield ""
        yield from (f"- {code(item.target)}: {escaped(item.error.what)}" for item in portfolio.failures)
        yield ""
    if portfolio.left_out:
        yield f"<details><summary>{len(portfolio.left_out)} left out after a first look</summary>"
        yield ""
        yield from (f"- {code(item.name)}: {escaped(item.reason)}" for item in portfolio.left_out)
        yield ""
        yield "</details>"
        yield ""
