"""``folioscope compare``: what changed from one commit, folder or report to another."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from analyzer.cli.options import add_limits, add_rubric, add_rules, options_of
from analyzer.cli.output import check_output, write_result


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The two sides, and how the comparison is shown."""
    side = "a branch, tag or commit of --repo; the path or address of a repository; or a report written as JSON"
    parser.add_argument("base", metavar="BASE", help=f"what to compare with: {side}")
    parser.add_argument("head", metavar="HEAD", nargs="?", default="HEAD", help="what to judge (default: HEAD)")
    what = parser.add_argument_group("what to read")
    what.add_argument("--repo", default=".", metavar="PATH", help="the repository whose refs are named (default: .)")
    what.add_argument("--subdir", default="", metavar="FOLDER", help="judge this folder of both")
    what.add_argument("--standalone", action="store_true", help="judge a folder as a repository of its own")
    how = parser.add_argument_group("how to judge")
    add_rubric(how)
    add_rules(how)
    how.add_argument(
        "--fail-on-regression", action="store_true", help="exit with 1 when the score fell or a criterion lost points"
    )
    output = parser.add_argument_group("output")
    output.add_argument("--format", choices=("text", "json", "markdown"), default="text")
    output.add_argument("--output", metavar="FILE", help="write to a file instead of standard output")
    output.add_argument("--no-color", action="store_true", help="no colour, even on a terminal")
    add_limits(parser)
    parser.set_defaults(ref="", worktree=False, offline=False, no_cache=False, with_config=False, owner="", host=[])


def run(arguments: argparse.Namespace) -> int:
    """Compare, write, and say whether something got worse."""
    from analyzer.compare import compare_documents
    from analyzer.reporters.comparison import print_comparison, render_comparison
    from analyzer.sides import document_of

    if arguments.output:
        check_output(Path(arguments.output))
    options, repository = options_of(arguments), Path(arguments.repo)
    base, head = (document_of(name, repository, options) for name in (arguments.base, arguments.head))
    comparison = compare_documents(base, head, (arguments.base, arguments.head))
    write_result(
        arguments,
        lambda: render_comparison(comparison, arguments.format),
        lambda console: print_comparison(comparison, console),
    )
    if arguments.fail_on_regression and comparison.regression:
        lost = ", ".join(item.criterion for item in comparison.lost) or "the score"
        print(f"folioscope: worse than {arguments.base}: {lost}", file=sys.stderr)
        return 1
    return 0
