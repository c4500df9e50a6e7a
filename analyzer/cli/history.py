"""``folioscope history``: the score over the commits of a repository."""

from __future__ import annotations

import argparse
from pathlib import Path

from analyzer.cli.options import add_jobs, add_limits, add_rubric, add_rules, options_of
from analyzer.cli.output import check_output, showing_progress, write_result


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The target, which commits, and how they are shown."""
    parser.add_argument("target", metavar="TARGET", nargs="?", default=".", help="URL, OWNER/REPO or path (default: .)")
    which = parser.add_argument_group("which commits").add_mutually_exclusive_group()
    which.add_argument(
        "--every",
        metavar="PERIOD",
        help="the newest commit of each period: 3d, 1w, 2m, 1y (default: the shortest of 1d, 3d, 1w, 2w, 1m, 3m,"
        " 1y that gives at most 26 points)",
    )
    which.add_argument("--tags", action="store_true", help="the commits that have a tag")
    which.add_argument("--last", type=_count, metavar="N", help="the last N commits, along first parents")
    what = parser.add_argument_group("what to read")
    what.add_argument("--ref", default="", help="branch, tag or commit at which the history ends (default: HEAD)")
    what.add_argument("--subdir", default="", metavar="FOLDER", help="judge this folder of the repository")
    what.add_argument("--offline", action="store_true", help="never use the network")
    what.add_argument("--no-cache", action="store_true", help="neither read nor keep answers of commits")
    what.add_argument(
        "--isolate",
        action="store_true",
        help="read a local repository in confined processes, as a remote one always is (see folioscope doctor)",
    )
    add_jobs(what)
    what.add_argument("--host", action="append", default=[], metavar="URL", help="also clone from this host")
    how = parser.add_argument_group("how to judge")
    add_rubric(how)
    add_rules(how)
    output = parser.add_argument_group("output")
    output.add_argument("--format", choices=("text", "json", "svg"), default="text")
    output.add_argument("--output", metavar="FILE", help="write to a file instead of standard output")
    output.add_argument("--no-color", action="store_true", help="no colour, even on a terminal")
    output.add_argument("--quiet", action="store_true", help="print the scores alone, one a line")
    output.add_argument("--verbose", action="store_true", help="tell each commit on standard error")
    add_limits(parser)
    parser.set_defaults(worktree=False, standalone=False, with_config=False, owner="")


def _count(text: str) -> int:
    if not text.isdigit() or not 1 <= int(text) <= 10_000:
        raise argparse.ArgumentTypeError(f"{text} is no number of commits; give one from 1 to 10000")
    return int(text)


def run(arguments: argparse.Namespace) -> int:
    """Judge the commits and show the trend."""
    from analyzer.collector import paused_collector

    with paused_collector():
        from analyzer.reporters.trend import print_trend, render_json, render_svg, render_text
        from analyzer.timeline import Choice, seconds_of
        from analyzer.trend import read_trend

    if arguments.output:
        check_output(Path(arguments.output))
    options = options_of(arguments)
    choice = Choice(seconds_of(arguments.every) if arguments.every else 0, arguments.tags, arguments.last or 0)
    with showing_progress(arguments) as progress:
        trend = read_trend(arguments.target, choice, options, progress, jobs=arguments.jobs)
    render = {"text": render_text, "json": render_json, "svg": render_svg}[arguments.format]
    write_result(
        arguments,
        lambda: render(trend),
        lambda console: print_trend(trend, console),
        lambda: "\n".join(f"{point.score:g}" for point in trend.points),
    )
    return 0
