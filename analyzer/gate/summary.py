"""The summary of a check in Markdown: verdict, bars, what changed, next steps."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from analyzer.compare import Comparison
from analyzer.report import Report
from analyzer.reporters.comparison import changes_markdown, signed
from analyzer.reporters.gaps import headline
from analyzer.reporters.markdown import code, escaped, steps_markdown
from analyzer.reporters.words import number, sentence

__all__ = ["summary_markdown"]

_BAR = 20


def summary_markdown(
    report: Report, comparison: Comparison | None, base_name: str, reasons: Sequence[str], notes: Sequence[str] = ()
) -> str:
    """Return the summary.

    Args:
        report: what was found.
        comparison: with the base, where there is one.
        base_name: what the base is called.
        reasons: why the check does not pass; none when it does.
        notes: what could not be done.
    """
    return "\n".join(_lines(report, comparison, base_name, reasons, notes)).rstrip() + "\n"


def _lines(
    report: Report, comparison: Comparison | None, base_name: str, reasons: Sequence[str], notes: Sequence[str]
) -> Iterator[str]:
    target, card = report.target, report.scorecard
    change = f" ({signed(comparison.difference)})" if comparison and comparison.change else ""
    yield f"## Folioscope: {escaped(headline(report))}{change}"
    yield ""
    yield f"**Not passed:** {escaped('; '.join(reasons))}." if reasons else "**Passed.**"
    yield escaped(sentence(report))
    for note in notes:
        yield ""
        yield f"*{escaped(note)}*"
    yield ""
    yield "| section | | points | of |"
    yield "|---|---|---:|---:|"
    for section in card.sections:
        bonus = f" +{number(section.bonus)} bonus" if section.bonus else ""
        filled = round(_BAR * section.score / section.max_score) if section.max_score else 0
        bar = f"`{'█' * filled}{'░' * (_BAR - filled)}`" if section.max_score else "not assessed"
        yield f"| {escaped(section.title)} | {bar} | {number(section.score)}{bonus} | {number(section.max_score)} |"
    yield ""
    if comparison:
        yield f"### What changed since {code(base_name)}"
        yield ""
        yield from changes_markdown(comparison)
    yield from steps_markdown(report, heading="###")
    commit = f", commit `{target.commit[:12]}`" if target.commit else ""
    yield (
        f"<sub>{escaped(target.name)}, folioscope {report.tool_version}, rubric {report.rubric.id} "
        f"{report.rubric.version}{commit}. The score orders reading; it does not decide about a person.</sub>"
    )
