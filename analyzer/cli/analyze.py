"""``folioscope analyze``: one repository, one report."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from analyzer.cli.options import add_judging, add_limits, add_platform, add_reading, options_of, platform_of, score_of
from analyzer.cli.output import check_output, showing_progress, write_result
from analyzer.collector import paused_collector
from analyzer.reporters.formats import FORMATS, render

if TYPE_CHECKING:
    from rich.console import Console

    from analyzer.acquire import Progress
    from analyzer.analysis import Options
    from analyzer.report import Report


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The target, and how it is read, judged and shown."""
    parser.add_argument(
        "target",
        metavar="TARGET",
        help="URL of a repository (with /tree/REF/FOLDER if you like), OWNER/REPO, or the path of a repository or folder",
    )
    add_reading(parser)
    add_platform(parser, "the repository")
    how = add_judging(parser)
    how.add_argument("--fail-under", type=score_of, metavar="N", help="exit with 1 when the score is below N")
    output = parser.add_argument_group("output")
    output.add_argument("--format", choices=tuple(FORMATS), default="text")
    output.add_argument("--output", metavar="FILE", help="write to a file instead of standard output")
    output.add_argument("--no-color", action="store_true", help="no colour, even on a terminal")
    output.add_argument("--quiet", action="store_true", help="print the score alone")
    output.add_argument("--verbose", action="store_true", help="print all evidence, instructions and problems")
    add_limits(parser)


def run(arguments: argparse.Namespace) -> int:
    """Analyze, write the report, and say whether it is below the threshold."""
    with paused_collector():
        from analyzer.analysis import analyze

        options = options_of(arguments)
    if arguments.output:
        check_output(Path(arguments.output))
    with showing_progress(arguments) as progress:
        report = analyze(arguments.target, options, progress)
        if arguments.github:
            report = _beside(report, options, progress)
    _write(report, arguments)
    least = arguments.fail_under
    if least is None and report.configuration:
        least = report.configuration.fail_under
    below = least is not None and report.scorecard.score < least
    if below:
        print(f"folioscope: the score {report.scorecard.score:g} is below {least:g}", file=sys.stderr)
    return 1 if below else 0


def _beside(report: Report, options: Options, progress: Progress) -> Report:
    """The report with what the platform says; offline it is not asked."""
    from analyzer.beside import host_of, with_platform

    if options.offline:
        return with_platform(report, None, "--offline was given")
    with platform_of(host_of(report, options.hosts), progress) as platform:
        return with_platform(report, platform)


def _write(report: Report, arguments: argparse.Namespace) -> None:
    def printing(console: Console) -> None:
        from analyzer.reporters.text import print_report

        print_report(report, console, verbose=arguments.verbose)

    write_result(
        arguments,
        lambda: render(report, arguments.format, verbose=arguments.verbose),
        printing,
        lambda: f"{report.scorecard.score:g}",
    )
