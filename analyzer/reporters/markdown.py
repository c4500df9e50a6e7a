"""The report in Markdown, for a pull request or a wiki page."""

from __future__ import annotations

import re
from collections.abc import Iterator

from analyzer.findings import Evidence, Status
from analyzer.github.words import sentences
from analyzer.knowledge.interview import TOPICS
from analyzer.report import Report
from analyzer.reporters.owners_word import OWNERS_WORD, owners_sentences
from analyzer.reporters.words import STATUS_WORDS, leaning, number, place, sentence, spans, visible
from analyzer.rubric import Rubric
from analyzer.scorer import Scorecard

__all__ = ["MARKS", "about_markdown", "code", "escaped", "render_markdown", "sections_markdown", "steps_markdown"]

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>()#+!|~$-])")
MARKS = {Status.MET: "✅", Status.PARTIAL: "🟡", Status.MISSING: "⬜", Status.UNKNOWN: "❔"}


def render_markdown(report: Report) -> str:
    """Return the report as GitHub-flavoured Markdown; text of the repository is escaped."""
    return "\n".join(_lines(report)).rstrip() + "\n"


def escaped(text: str) -> str:
    """Text of a repository that Markdown shows as it is, and that calls nobody."""
    # GitHub would notify whoever a text of the repository names, escaped or not; a space of no width prevents it.
    return _SPECIAL.sub(r"\\\1", visible(text)).replace("@", "@\u200b")


def code(text: str) -> str:
    """Text of a repository as code."""
    return f"`{visible(text).replace('`', chr(39))}`"


def _in_cell(report: Report, found: Evidence) -> str:
    """A link in a table, whose cells end at a bar even within code."""
    return _link(report, found).replace("|", "\\|")


def _link(report: Report, evidence: Evidence) -> str:
    url = report.target.link(evidence.path, evidence.line, evidence.end_line)
    shown = code(place(evidence))
    return f"[{shown}]({url})" if url else shown


def _lines(report: Report) -> Iterator[str]:
    card, target = report.scorecard, report.target
    yield f"# {escaped(target.name)}: {number(card.score)} of 100, {card.grade}"
    yield ""
    yield sentence(report)
    if card.assessed < 0.9995:
        yield f"{card.assessed:.0%} of the points could be assessed."
    yield ""
    yield from sections_markdown(card)
    yield from steps_markdown(report)
    yield from _chain(report)
    yield from _defects(report)
    yield from _checklist(report)
    yield from _technologies(report)
    yield from _interview(report)
    yield from _problems(report)
    commit = f", commit `{target.commit[:12]}`" if target.commit else ""
    yield about_markdown(report.tool_version, report.rubric, commit)


def sections_markdown(card: Scorecard) -> Iterator[str]:
    """The table of the sections' points."""
    yield "| section | points | of |"
    yield "|---|---:|---:|"
    for section in card.sections:
        bonus = f" +{number(section.bonus)} bonus" if section.bonus else ""
        yield f"| {section.title} | {number(section.score)}{bonus} | {number(section.max_score)} |"
    yield ""


def about_markdown(version: str, rubric: Rubric, more: str = "") -> str:
    """The last line: what scored it, and what the score is not."""
    return (
        f"<sub>folioscope {version}, rubric {rubric.id} {rubric.version} (`{rubric.sha256[:12]}`){more}. "
        "The score orders reading; it does not decide about a person.</sub>"
    )


def steps_markdown(report: Report, heading: str = "##") -> Iterator[str]:
    """The next steps under a heading; nothing where there is none."""
    if not report.next_steps:
        return
    yield f"{heading} Next steps"
    yield ""
    for index, step in enumerate(report.next_steps, 1):
        missing = f"{escaped(step.missing)}. " if step.missing else ""
        base = f" Begin at {_link(report, step.builds_on)}." if step.builds_on else ""
        yield f"{index}. **{step.title}** (+{number(step.gain)} points, {step.effort}). {missing}{escaped(step.how)}{base}"
    yield ""


def _chain(report: Report) -> Iterator[str]:
    links = report.wiring.chain.links
    if not any(link.found for link in links):
        return
    yield "## From data to alert"
    yield ""
    yield "| | link | where | |"
    yield "|---|---|---|---|"
    for link in links:
        evidence = Evidence(link.path, link.line, link.line, "")
        where = _in_cell(report, evidence) if link.path else ""
        mark = MARKS[Status.MET if link.found else Status.MISSING]
        yield f"| {mark} {link.status} | {link.name} | {where} | {escaped(link.sentence)} |"
    yield ""


def _defects(report: Report) -> Iterator[str]:
    if not report.defects:
        return
    yield "## Would it run?"
    yield ""
    ordered = sorted(report.defects, key=lambda item: not item.criteria)
    for item in ordered[:10]:
        yield f"- {_link(report, Evidence(item.path, item.line, item.line, ''))}: {escaped(item.sentence)}"
    if len(ordered) > 10:
        yield f"- and {len(ordered) - 10} more"
    yield ""


def _checklist(report: Report) -> Iterator[str]:
    yield "## Checklist"
    yield ""
    for section in report.scorecard.sections:
        yield f"<details><summary>{section.title}: {number(section.score)} of {number(section.max_score)}</summary>"
        yield ""
        yield "| | criterion | points | what was found | evidence |"
        yield "|---|---|---:|---|---|"
        for item in report.scorecard.criteria:
            if item.criterion.section != section.id:
                continue
            status = item.decision.status
            # A pipe in a path would end the cell.
            evidence = "<br>".join(_in_cell(report, found) for found in item.decision.evidence[:3])
            yield (
                f"| {MARKS[status]} {STATUS_WORDS[status]} | {item.criterion.title} | "
                f"{number(item.points)}/{number(item.criterion.points)} | {escaped(item.decision.summary)} | {evidence} |"
            )
        yield ""
        yield "</details>"
        yield ""


def _technologies(report: Report) -> Iterator[str]:
    if report.technologies:
        yield f"**Technologies shown:** {', '.join(item.id for item in report.technologies)}"
        yield ""
    if report.roles:
        yield f"**Leans to:** {leaning(report)}"
        yield ""
    if report.claims:
        yield "**Named, but not shown by code or configuration**"
        yield ""
        yield from (f"- {escaped(item.sentence)}" for item in report.claims)
        yield ""
    if report.outcomes:
        yield "**Outcomes in numbers**"
        yield ""
        yield from (f"- {escaped(item.sentence)}" for item in sorted(report.outcomes, key=lambda item: not item.backed))
        yield ""
    yield "**Facts beside the score**"
    yield ""
    yield from (f"- {escaped(fact)}" for fact in report.authenticity.facts)
    yield ""
    if report.platform:
        yield "**What the platform says, beside the score**"
        yield ""
        yield from (f"- {escaped(item)}" for item in sentences(report.platform))
        yield ""
    if report.projects:
        yield "**Projects inside, at first sight**"
        yield ""
        yield from (f"- {code(item.path)}: {escaped(item.impression)}" for item in report.projects)
        yield ""
    said = [f"- {escaped(item)}" for item in owners_sentences(report)]
    if said:
        yield from (f"**{OWNERS_WORD}**", "", *said, "")


def _interview(report: Report) -> Iterator[str]:
    questions, note = report.interview.questions, report.interview.note
    if not questions and not note:
        return
    count = "one question" if len(questions) == 1 else f"{len(questions)} questions" if questions else "no question"
    yield f"<details><summary>To talk about: {count}</summary>"
    yield ""
    for index, item in enumerate(questions, 1):
        text = "".join(code(part) if is_code else escaped(part) for part, is_code in spans(item.question))
        yield f"{index}. **{TOPICS.get(item.topic, item.topic)}.** {text}"
        yield from (f"   - {escaped(point)}" for point in item.covers)
    yield from ([escaped(note)] if note else [])
    yield ""
    yield "</details>"
    yield ""


def _problems(report: Report) -> Iterator[str]:
    if report.problems:
        yield f"<details><summary>{len(report.problems)} files were not read, or read in part</summary>"
        yield ""
        yield from (f"- {code(item.where)}: {escaped(item.what)}" for item in report.problems[:50])
        yield ""
        yield "</details>"
        yield ""
