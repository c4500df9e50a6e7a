"""The check: analyze, compare with the base, write reports, say it where it is read, and decide whether it passes."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from analyzer.analysis import Options, analyze
from analyzer.compare import Comparison, compare_documents
from analyzer.errors import FolioscopeError, TargetError, UsageError
from analyzer.gate.comment import mark_of, put_comment
from analyzer.gate.scanning import upload_sarif
from analyzer.gate.summary import summary_markdown
from analyzer.gate.surroundings import Surroundings
from analyzer.report import Report
from analyzer.reporters.annotations import command, render_annotations
from analyzer.reporters.comparison import comparison_document
from analyzer.reporters.formats import render
from analyzer.reporters.json_report import as_document
from analyzer.reporters.markdown import escaped
from analyzer.reporters.words import number
from analyzer.sides import commit_of

__all__ = ["FILES", "Checked", "Demands", "run_check", "tell_failure"]

FILES = {
    "report-json": ("report.json", "json"),
    "report-markdown": ("report.md", "markdown"),
    "report-sarif": ("report.sarif", "sarif"),
    "report-junit": ("report.xml", "junit"),
    "badge": ("badge.svg", "badge"),
    "shields": ("shields.json", "shields"),
}
"""The reports that are written, by the name of the output that tells their path: file and format."""

_SUMMARY, _COMPARISON, _OUTPUTS = "summary.md", "comparison.json", "outputs.env"


class Demands(Struct, frozen=True):
    """What is asked of the repository, and what is done with the answer.

    ``fail_under`` overrides the threshold of the repository's configuration, and ``base`` what the CI system names; ``reports`` is the folder that is written to.
    """

    reports: Path
    fail_under: float | None = None
    fail_on_regression: bool = False
    base: str = ""
    comment: bool = False
    upload: bool = False
    annotations: bool = False


class Checked(Struct, frozen=True):
    """The answer: the report, the comparison where there is a base, and why it does not pass."""

    report: Report
    comparison: Comparison | None
    reasons: tuple[str, ...]
    notes: tuple[str, ...]


def run_check(
    path: str, options: Options, demands: Demands, around: Surroundings, say: Callable[[str], None] = print
) -> Checked:
    """Run the check; whatever the platform refuses is a note and does not decide.

    Args:
        path: a folder of a checked-out repository.
        options: of the analysis.
        demands: what is asked.
        around: where it runs.
        say: takes the lines of standard output.

    Raises:
        FolioscopeError: the repository cannot be read, or a regression was asked for and the base is not here.
    """
    if not Path(path).exists():
        raise TargetError(f"There is no folder {path}", "Give the checked-out repository, or a folder of it.")
    _clear(demands.reports)
    report = analyze(path, options)
    document = as_document(report)
    comparison, notes = _compared(path, document, options, demands, around)
    reasons = tuple(_reasons(report, comparison, demands, around))
    summary = summary_markdown(report, comparison, _base_name(demands, around), reasons, notes)
    _write(report, comparison, summary, demands.reports)
    if demands.comment and around.system == "shell":
        notes = (*notes, "No comment was written: no pull or merge request is known here.")
    for what, act in _deeds(report, summary, demands, around):
        try:
            act()
        except FolioscopeError as error:
            notes = (*notes, f"{what}: {error}")
    _hand_over(report, comparison, summary, reasons, demands, around, say)
    for note in notes:
        say(command("warning", note, title="Folioscope") if around.system == "github" else f"note: {note}")
    return Checked(report, comparison, reasons, notes)


def tell_failure(error: FolioscopeError, around: Surroundings, say: Callable[[str], None] = print) -> None:
    """Say where the system shows it that nothing could be checked."""
    if around.system == "github":
        say(command("error", str(error), title="Folioscope"))
    _append(around.summary, f"## Folioscope: not checked\n\n{escaped(error.what)}. {escaped(error.hint)}\n")
    _append(around.outputs, "passed=false\n")


def _append(file: str, text: str) -> None:
    if file:
        with Path(file).open("a", encoding="utf-8", errors="backslashreplace") as stream:
            stream.write(text)


def _base_name(demands: Demands, around: Surroundings) -> str:
    return demands.base or around.base_name


def _compared(
    path: str, document: dict[str, Any], options: Options, demands: Demands, around: Surroundings
) -> tuple[Comparison | None, tuple[str, ...]]:
    """The comparison with the base; or none, and why."""
    base = demands.base or around.base
    if not base:
        return None, ()
    commit = commit_of(Path(path), base)
    if not commit:
        hint = "Fetch it first (actions/checkout: fetch-depth: 0; GitLab: GIT_DEPTH: 0)."
        if demands.fail_on_regression:
            raise TargetError(f"{base}, with which to compare, is not in this clone", hint)
        return None, (f"Not compared: {base} is not in this clone. {hint}",)
    try:
        before = as_document(analyze(path, replace(options, ref=commit)))
    except FolioscopeError as error:
        if demands.fail_on_regression:
            raise TargetError(
                f"{base}, with which to compare, cannot be judged: {error.what}",
                "Correct it there first, name another commit with --base, or leave out --fail-on-regression once.",
            ) from error
        return None, (f"Not compared with {base}: {error.what}.",)
    return compare_documents(before, document, (_base_name(demands, around), "this commit")), ()


def _reasons(report: Report, comparison: Comparison | None, demands: Demands, around: Surroundings) -> list[str]:
    found = []
    score, least = report.scorecard.score, demands.fail_under
    if least is None and report.configuration:
        least = report.configuration.fail_under
    if least is not None and score < least:
        found.append(f"the score {number(score)} is below {number(least)}")
    if demands.fail_on_regression and comparison and comparison.regression:
        lost = ", ".join(item.criterion for item in comparison.lost)
        what = f"lost {lost}" if lost else f"the score fell by {number(-comparison.difference)}"
        found.append(f"worse than {_base_name(demands, around)}: {what}")
    return found


def _clear(folder: Path) -> None:
    """Take the reports of an earlier run away, which nobody should take for those of a run that fails."""
    for name in (*(file for file, _ in FILES.values()), _SUMMARY, _COMPARISON, _OUTPUTS):
        with suppress(OSError):
            (folder / name).unlink()


def _write(report: Report, comparison: Comparison | None, summary: str, folder: Path) -> None:
    texts = {file: render(report, form) for file, form in FILES.values()}
    texts[_SUMMARY] = summary
    if comparison:
        said = comparison_document(comparison)
        texts[_COMPARISON] = json.dumps(said, ensure_ascii=False, indent=1) + "\n"
    try:
        if not folder.exists():
            folder.mkdir(parents=True)
            (folder / ".gitignore").write_text("*\n")  # a report that is committed would be read as a document
        for name, text in texts.items():
            (folder / name).write_bytes(text.encode("utf-8", "backslashreplace"))
    except OSError as error:
        raise UsageError(
            f"{folder} cannot be written: {error.strerror}", "Give another folder with --reports."
        ) from error


def _deeds(
    report: Report, summary: str, demands: Demands, around: Surroundings
) -> list[tuple[str, Callable[[], object]]]:
    found: list[tuple[str, Callable[[], object]]] = []
    if demands.comment and around.change:
        change, mark = around.change, mark_of(report.target.subdir, report.rubric.id)
        found.append(("No comment was written", lambda: put_comment(change, mark, summary)))
    if demands.upload:
        found.append(("No results were uploaded", lambda: upload_sarif(around, render(report, "sarif"))))
    return found


def _hand_over(
    report: Report,
    comparison: Comparison | None,
    summary: str,
    reasons: tuple[str, ...],
    demands: Demands,
    around: Surroundings,
    say: Callable[[str], None],
) -> None:
    """Outputs, summary and annotations, as the system takes them; the outputs also as a file of variables."""
    outputs = {
        "score": number(report.scorecard.score),
        "grade": report.scorecard.grade,
        "passed": "false" if reasons else "true",
        "change": number(comparison.change) if comparison and comparison.change is not None else "",
        "regression": ("true" if comparison.regression else "false") if comparison else "",
        "reports": str(demands.reports),
        **{name: str(demands.reports / file) for name, (file, _) in FILES.items()},
    }
    plain = {name: re.sub(r"[\x00-\x1f\x7f\u0085\u2028\u2029]+", " ", value) for name, value in outputs.items()}
    variables = "".join(f"FOLIOSCOPE_{name.upper().replace('-', '_')}={value}\n" for name, value in plain.items())
    (demands.reports / _OUTPUTS).write_text(variables, "utf-8", errors="backslashreplace")
    for file, text in (
        (around.outputs, "".join(f"{name}={value}\n" for name, value in plain.items())),
        (around.summary, summary),
    ):
        _append(file, text)
    if demands.annotations and around.system == "github":
        say(render_annotations(report).rstrip("\n"))
