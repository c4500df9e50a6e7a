"""``folioscope portfolio``: many repositories of one person, one portfolio."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from analyzer.cli.options import (
    add_jobs,
    add_judging,
    add_limits,
    add_platform,
    add_reading,
    options_of,
    positive,
    score_of,
)
from analyzer.cli.output import check_output, showing_progress, write_result
from analyzer.errors import UsageError

if TYPE_CHECKING:
    from rich.console import Console

    from analyzer.portfolio.model import Portfolio

_FORMATS = ("text", "json", "markdown", "html", "csv")
_MOST = 12


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What makes the portfolio, how it is chosen, read, judged and shown."""
    parser.add_argument(
        "targets",
        metavar="USER|ORG|TARGET|FILE",
        nargs="+",
        help="an account of GitHub; repositories as analyze takes them; or a file that lists them, one a line",
    )
    choice = parser.add_argument_group("what to choose")
    choice.add_argument(
        "--most", type=positive, default=_MOST, metavar="N", help=f"analyze at most N in full (default: {_MOST})"
    )
    choice.add_argument("--all", action="store_true", help="analyze what does not look like machine learning too")
    choice.add_argument("--split", action="store_true", help="each project inside a repository is a unit of its own")
    add_jobs(choice)
    add_reading(parser)
    add_platform(parser, "each repository")
    how = add_judging(parser)
    how.add_argument("--fail-under", type=score_of, metavar="N", help="exit with 1 when the score is below N")
    output = parser.add_argument_group("output")
    output.add_argument("--format", choices=_FORMATS, default="text")
    output.add_argument("--output", metavar="FILE", help="write to a file instead of standard output")
    output.add_argument("--no-color", action="store_true", help="no colour, even on a terminal")
    output.add_argument("--quiet", action="store_true", help="print the score alone")
    output.add_argument("--verbose", action="store_true", help="print every criterion, technology and reason")
    add_limits(parser)


def run(arguments: argparse.Namespace) -> int:
    """Choose, analyze, merge, write, and say whether it is below the threshold."""
    from analyzer.portfolio import analyze_portfolio

    if arguments.subdir and len(arguments.targets) > 1:
        raise UsageError("--subdir names a folder of one repository", "Give /tree/REF/FOLDER addresses, or --split.")
    if arguments.with_config:
        raise UsageError(
            "--with-config judges each repository by its own rubric", "A portfolio has one: give --rubric."
        )
    options = options_of(arguments)
    if arguments.output:
        check_output(Path(arguments.output))
    with showing_progress(arguments) as progress:
        portfolio = analyze_portfolio(
            arguments.targets,
            options,
            progress,
            jobs=arguments.jobs,
            most=arguments.most,
            everything=arguments.all,
            split=arguments.split,
            ask=arguments.github,
        )
    _write(portfolio, arguments)
    for failure in portfolio.failures:
        print(f"folioscope: {failure.target} was not read: {failure.error.what}", file=sys.stderr)
    below = arguments.fail_under is not None and portfolio.score < arguments.fail_under
    if below:
        print(f"folioscope: the score {portfolio.score:g} is below {arguments.fail_under:g}", file=sys.stderr)
    return 1 if below else 0


def _write(portfolio: Portfolio, arguments: argparse.Namespace) -> None:
    from analyzer.portfolio.reporters import render_portfolio

    def printing(console: Console) -> None:
        from analyzer.portfolio.reporters.text import print_portfolio

        print_portfolio(portfolio, console, verbose=arguments.verbose)

    write_result(
        arguments,
        lambda: render_portfolio(portfolio, arguments.format, verbose=arguments.verbose),
        printing,
        lambda: f"{portfolio.score:g}",
    )
