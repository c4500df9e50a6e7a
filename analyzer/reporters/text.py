"""The report for a terminal: score first, then bars, next steps, strengths, and the checklist."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from typing import IO, cast

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from analyzer.advice import NextStep
from analyzer.findings import Evidence, Status
from analyzer.github.words import sentences
from analyzer.interview import Question
from analyzer.knowledge.interview import TOPICS
from analyzer.report import Report
from analyzer.reporters.owners_word import OWNERS_WORD, owners_sentences
from analyzer.reporters.wiring_text import chain_text
from analyzer.reporters.words import STATUS_WORDS, leaning, number, order_of, place, sentence, spans, strengths, visible
from analyzer.scorer import ScoredCriterion, ScoredSection

__all__ = ["console_for", "print_report", "printed", "render_text"]

_WIDTH = 80
_BAR = 24
_OUTCOMES = 8
_PROJECTS = 8
_STYLES = {Status.MET: "green", Status.PARTIAL: "yellow", Status.MISSING: "red", Status.UNKNOWN: "bright_black"}
_FEW_QUESTIONS = 2
_FILLING = re.compile(r" +\n")
_MARKS = {Status.MET: "●", Status.PARTIAL: "◐", Status.MISSING: "○", Status.UNKNOWN: "?"}


class _Console(Console):
    """A console that leaves it to the command what a closed pipe means; rich would exit with 1."""

    def on_broken_pipe(self) -> None:
        raise BrokenPipeError


class _Trimmed(io.TextIOBase):
    """Leaves out the blanks with which rich fills lines up: in a file or a pipe nobody wants them."""

    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        return self._stream.write(_FILLING.sub("\n", text))

    def flush(self) -> None:
        self._stream.flush()


def console_for(stream: IO[str], *, color: bool | None = None, terminal: bool | None = None) -> Console:
    """A console of at most 100 columns; 80 where the stream is no terminal, which ``terminal`` may say."""
    # Words of a rubric are no markup.
    console = _Console(
        file=stream,
        force_terminal=terminal,
        no_color=color is False or None,
        highlight=False,
        markup=False,
        emoji=False,
    )
    if console.is_terminal:
        console.width = min(console.width, 100)
    else:
        console.width, console.file = _WIDTH, cast("IO[str]", _Trimmed(stream))
    return console


def printed(printing: Callable[[Console], None]) -> str:
    """What is printed, as plain text of 80 columns, without colour."""
    buffer = io.StringIO()
    printing(console_for(buffer, color=False, terminal=False))
    return buffer.getvalue()


def render_text(report: Report, *, verbose: bool = False) -> str:
    """Return the report as plain text of 80 columns, without colour."""
    return printed(lambda console: print_report(report, console, verbose=verbose))


def print_report(report: Report, console: Console, *, verbose: bool = False) -> None:
    """Print the report. ``verbose`` adds every criterion's instructions, and all problems."""
    parts: list[RenderableType] = [_header(report), "", _bars(report), ""]
    if report.next_steps:
        parts += [_title(f"Next steps, {order_of(report.next_steps[0])}"), *_steps(report), ""]
    chain = chain_text(report)
    if chain:
        parts += [*chain, ""]
    best = strengths(report)
    if best:
        parts += [_title("Strengths"), *(_strength(report, item) for item in best), ""]
    parts += _defects(report, verbose)
    parts += _projects(report, verbose)
    parts += [_title("Checklist"), *_checklist(report, verbose), ""]
    parts += list(_technologies(report))
    parts += _outcomes(report, verbose)
    parts += list(_interview(report, verbose))
    parts += _beside(report)
    parts += _platform(report)
    parts += _owners_word(report)
    parts += list(_problems(report, verbose))
    parts.append(_about(report))
    console.print(Group(*parts), crop=False)


def _title(text: str) -> Text:
    return Text(text, style="bold")


def _header(report: Report) -> RenderableType:
    target, card = report.target, report.scorecard
    line = Text.assemble((visible(target.name), "bold"))
    if target.commit:
        line.append(f"  {target.commit[:10]}", style="bright_black")
        line.append(f"  {target.committed[:10]}", style="bright_black")
    score = Text.assemble(
        (f"{number(card.score)}", "bold"), " of 100 points: ", (card.grade, "bold"),
    )  # fmt: skip
    if card.assessed < 0.9995:
        score.append(f"   {card.assessed:.0%} of the points could be assessed", style="bright_black")
    return Group(line, score, Text(sentence(report)))


def _bars(report: Report) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True, justify="right")
    for section in report.scorecard.sections:
        table.add_row(section.title, _bar(section), _points(section))
    return table


def _bar(section: ScoredSection) -> Text:
    if not section.max_score:
        return Text("not assessed", style="bright_black")
    filled = round(_BAR * section.score / section.max_score)
    return Text.assemble(("█" * filled, "cyan"), ("░" * (_BAR - filled), "bright_black"))


def _points(section: ScoredSection) -> str:
    bonus = f" +{number(section.bonus)}" if section.bonus else ""
    return f"{number(section.score)} of {number(section.max_score)}{bonus}"


def _steps(report: Report) -> list[RenderableType]:
    found: list[RenderableType] = []
    for index, step in enumerate(report.next_steps, 1):
        head = Text.assemble(
            (f"{index}. {step.title}", "bold"),
            (f"  +{number(step.gain)}", "green"),
            (f"  {step.effort}", "bright_black"),
        )
        found.append(head)
        found.append(Padding(_advice(report, step), (0, 0, 0, 3)))
    return found


def _advice(report: Report, step: NextStep) -> Text:
    text = Text()
    if step.missing:
        text.append(f"{visible(step.missing)}. ")
    text.append(step.how)
    if step.builds_on:
        text.append(" Begin at ")
        text.append_text(_link(report, step.builds_on))
        text.append(".")
    return text


def _link(report: Report, evidence: Evidence) -> Text:
    url = report.target.link(evidence.path, evidence.line, evidence.end_line)
    return Text(place(evidence), style=f"link {url}" if url else "")


def _whole(link: Text) -> Text:
    """A place on a line of its own below a criterion, further left where it is long: terminals open no half of one."""
    indent = max(2, min(15, _WIDTH - link.cell_len))
    line = Text(" " * indent, no_wrap=True, overflow="ignore")
    return line.append_text(link)


def _strength(report: Report, item: ScoredCriterion) -> Text:
    line = Text.assemble((f"{_MARKS[Status.MET]} ", "green"), item.criterion.title)
    if item.decision.evidence:
        link = _link(report, item.decision.evidence[0])
        line.append("  " if line.cell_len + 2 + link.cell_len <= _WIDTH else "\n  ").append_text(link)
    return line


def _checklist(report: Report, verbose: bool) -> list[RenderableType]:
    found: list[RenderableType] = []
    for section in report.scorecard.sections:
        found.append(Text(f"{section.title}  {_points(section)}", style="underline"))
        for item in report.scorecard.criteria:
            if item.criterion.section == section.id:
                found += _criterion(report, item, verbose)
    return found


def _criterion(report: Report, item: ScoredCriterion, verbose: bool) -> list[RenderableType]:
    status = item.decision.status
    bonus = " bonus" if item.criterion.bonus else ""
    points = f"{number(item.points)}/{number(item.criterion.points)}{bonus}" if status is not Status.UNKNOWN else "-"
    line = Table.grid(padding=(0, 1), expand=True)
    line.add_column(width=14, no_wrap=True)
    line.add_column(ratio=1)
    line.add_column(justify="right", no_wrap=True)
    line.add_row(Text(f"{_MARKS[status]} {STATUS_WORDS[status]}", style=_STYLES[status]), item.criterion.title, points)
    found: list[RenderableType] = [line]
    if status is not Status.MET or verbose:
        found.append(Padding(Text(visible(item.decision.summary), style="bright_black"), (0, 0, 0, 15)))
    most = len(item.decision.evidence) if verbose else 2
    for evidence in item.decision.evidence[:most]:
        found.append(_whole(_link(report, evidence)))
        if verbose and evidence.snippet:
            found.append(
                Padding(
                    Text(visible(evidence.snippet)[:76], style="bright_black", no_wrap=True, overflow="ellipsis"),
                    (0, 0, 0, 17),
                )
            )
    if verbose and status is not Status.MET:
        found.append(Padding(Text(f"How: {item.criterion.how}"), (0, 0, 0, 15)))
    return found


def _defects(report: Report, verbose: bool) -> list[RenderableType]:
    """Would it run? Those that cost points first."""
    if not report.defects:
        return []
    ordered = sorted(report.defects, key=lambda item: not item.criteria)
    shown = ordered if verbose else ordered[:5]
    found: list[RenderableType] = [_title("Would it run?")]
    for item in shown:
        line = _link(report, Evidence(item.path, item.line, item.line, ""))
        found.append(Text.assemble(line, (f"  {visible(item.sentence)}", "bright_black")))
    if len(ordered) > len(shown):
        found.append(Text(f"and {len(ordered) - len(shown)} more; --verbose shows all", style="bright_black"))
    return [*found, ""]


def _technologies(report: Report) -> list[RenderableType]:
    found: list[RenderableType] = []
    if report.technologies:
        found += [
            _title("Technologies that the code shows"),
            Text(", ".join(item.id for item in report.technologies)),
            "",
        ]
    if report.roles:
        found += [Text.assemble(("Leans to: ", "bold"), leaning(report)), ""]
    if report.claims:
        found.append(_title("Named, but not shown by code or configuration"))
        found += [Text(visible(item.sentence), style="bright_black") for item in report.claims]
        found.append("")
    return found


def _outcomes(report: Report, verbose: bool) -> list[RenderableType]:
    """Numbers that prose states, those first that something in the repository shows."""
    if not report.outcomes:
        return []
    ordered = sorted(report.outcomes, key=lambda item: not item.backed)
    shown = ordered if verbose else ordered[:_OUTCOMES]
    found: list[RenderableType] = [_title("Outcomes in numbers")]
    for item in shown:
        mark = ("● ", "green") if item.backed else ("○ ", "bright_black")
        found.append(Text.assemble(mark, visible(item.sentence)))
    if len(ordered) > len(shown):
        found.append(Text(f"and {len(ordered) - len(shown)} more; --verbose shows all", style="bright_black"))
    return [*found, ""]


def _beside(report: Report) -> list[RenderableType]:
    found: list[RenderableType] = [_title("Facts beside the score")]
    found += [Text(visible(fact)) for fact in report.authenticity.facts]
    return [*found, ""]


def _owners_word(report: Report) -> list[RenderableType]:
    found: list[RenderableType] = [Text(visible(item)) for item in owners_sentences(report)]
    return [_title(OWNERS_WORD), *found, ""] if found else []


def _platform(report: Report) -> list[RenderableType]:
    if report.platform is None:
        return []
    return [
        _title("What the platform says, beside the score"),
        *(Text(visible(item)) for item in sentences(report.platform)),
        "",
    ]


def _projects(report: Report, verbose: bool) -> list[RenderableType]:
    """Projects inside, with the way to judge one alone."""
    if not report.projects:
        return []
    shown = report.projects if verbose else report.projects[:_PROJECTS]
    found: list[RenderableType] = [_title("Projects inside, at first sight")]
    found += [Text.assemble((visible(item.path), "cyan"), f"  {visible(item.impression)}") for item in shown]
    more = f"and {len(report.projects) - len(shown)} more; " if len(report.projects) > len(shown) else ""
    hint = f"{more}--subdir {visible(shown[0].path)} judges one alone, portfolio --split all of them"
    return [*found, Text(hint, style="bright_black"), ""]


def _interview(report: Report, verbose: bool) -> list[RenderableType]:
    questions, note = report.interview.questions, report.interview.note
    found: list[RenderableType] = [_title("To talk about")] if questions or note else []
    shown = questions if verbose else questions[:_FEW_QUESTIONS]
    for item in shown:
        found += _question(item, verbose)
    if len(questions) > len(shown):
        hint = f"{len(shown)} of {len(questions)} questions; --verbose shows all, with what a good answer covers"
        found.append(Text(hint, style="bright_black"))
    if note and (verbose or len(shown) == len(questions)):
        found.append(Text(note, style="bright_black"))
    return [*found, ""] if found else []


def _question(item: Question, verbose: bool) -> list[RenderableType]:
    text = Text()
    for part, is_code in spans(item.question):
        # A place is plain by itself; a line of code would run into the sentence where there is no colour.
        shown = f"`{part}`" if is_code and " " in part else part
        text.append(visible(shown), style="cyan" if is_code else "")
    found: list[RenderableType] = [Text(TOPICS.get(item.topic, item.topic), style="underline"), text]
    if verbose:
        points = Table.grid(padding=(0, 1))
        for point in item.covers:
            points.add_row(Text("-", style="bright_black"), Text(point, style="bright_black"))
        found.append(Padding(points, (0, 0, 0, 2)))
    return found


def _problems(report: Report, verbose: bool) -> list[RenderableType]:
    if not report.problems:
        return []
    shown = report.problems if verbose else report.problems[:5]
    found: list[RenderableType] = [_title("Not read, or read in part")]
    found += [Text(f"{visible(item.where)}: {visible(item.what)}", style="bright_black") for item in shown]
    if len(report.problems) > len(shown):
        found.append(Text(f"and {len(report.problems) - len(shown)} more; --verbose shows all", style="bright_black"))
    return [*found, ""]


def _about(report: Report) -> Text:
    rubric = report.rubric
    return Text(
        f"Rubric {rubric.id} {rubric.version} ({rubric.sha256[:10]}), folioscope {report.tool_version}, "
        f"{report.files} files of your own. The score orders reading; it does not decide about a person.",
        style="bright_black",
    )
