"""The gaps as workflow commands of GitHub Actions, which it shows beside the lines of a pull request.

GitHub shows ten warnings and ten notices of a step, so no more are printed: what would not run first, then the gaps that
gain most.
"""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.findings import Status
from analyzer.report import Report
from analyzer.reporters.gaps import gaps_of, headline
from analyzer.reporters.words import number, plain_utf8, visible

__all__ = ["command", "render_annotations"]

_MOST = 10
"""Annotations of one level that GitHub shows for one step."""
_IN_DATA = "%\r\n"
_IN_PROPERTIES = "%\r\n:,"


def render_annotations(report: Report) -> str:
    """Return one command a line."""
    warnings, notices = list(_warnings(report)), list(_notices(report))
    shown = [*warnings[:_MOST], *notices[: _MOST - 1]]
    left = len(warnings) + len(notices) - len(shown)
    more = f"; {left} more in the report" if left else ""
    shown.append(command("notice", f"{headline(report)}{more}", title="Folioscope"))
    return "".join(f"{line}\n" for line in shown)


def _warnings(report: Report) -> Iterator[str]:
    for item in report.defects:
        message = f"{visible(item.sentence)}. It would not run"
        yield command("warning", message, title="Would it run", path=item.path, line=item.line)
    yield from _of_status(report, Status.MISSING, "warning")


def _notices(report: Report) -> Iterator[str]:
    yield from _of_status(report, Status.PARTIAL, "notice")


def _of_status(report: Report, status: Status, level: str) -> Iterator[str]:
    found = [gap for gap in gaps_of(report) if gap.item.decision.status is status]
    for gap in sorted(found, key=lambda gap: -gap.gain):
        summary = visible(gap.item.decision.summary).rstrip(".")
        message = f"{summary}. {gap.item.criterion.how} (+{number(gap.gain)} points)"
        title = f"{gap.item.criterion.title}: {status.value}"
        yield command(level, message, title=title, path=gap.at.path, line=gap.at.line, end_line=gap.at.end_line)


def command(level: str, message: str, *, title: str = "", path: str = "", line: int = 0, end_line: int = 0) -> str:
    """One workflow command: ``::warning file=a.py,line=3,title=T::message``.

    Per cent signs and line ends are escaped, in properties also colons and commas, so that no text of a repository can
    end the command or begin another one.
    """
    properties = {
        "file": plain_utf8(path),
        "line": str(line) if path and line else "",
        "endLine": str(end_line) if path and end_line > line else "",
        "title": plain_utf8(title),
    }
    told = ",".join(f"{name}={_escaped(value, _IN_PROPERTIES)}" for name, value in properties.items() if value)
    return f"::{level}{' ' if told else ''}{told}::{_escaped(plain_utf8(message), _IN_DATA)}"


def _escaped(text: str, characters: str) -> str:
    return "".join(f"%{ord(one):02X}" if one in characters else one for one in text)
