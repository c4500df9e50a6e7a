"""``folioscope compare``: what changed from one commit, folder or report to another."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from msgspec.structs import replace

from analyzer.cli.options import add_limits, add_rubric, add_rules, options_of
from analyzer.cli.output import check_output, write_result


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The two sides, and how the comparison is shown."""
    side = "a branch, tag or commit of --repo; the path or address of a repository; or a report written as JSON"
    parser.add_argument("base", metavar="BASE", nargs="?", default="", help=f"what to compare with: {side}")
    parser.add_argument("head", metavar="HEAD", nargs="?", default="HEAD", help="what to judge (default: HEAD)")
    what = parser.add_argument_group("what to read")
    what.add_argument("--repo", default=".", metavar="PATH", help="the repository whose refs are named (default: .)")
    what.add_argument(
        "--before-push",
        action="store_true",
        help="for a hook of git: BASE is what the remote has of the branch; passes where it has nothing",
    )
    what.add_argument("--subdir", default="", metavar="FOLDER", help="judge this folder of both")
    what.add_argument("--standalone", action="store_true", help="judge a folder as a repository of its own")
    how = parser.add_argument_group("how to judge")
    add_rubric(how)
    add_rules(how)
    how.add_argument(
        "--with-config",
        action="store_true",
        help="the repository is yours: judge each side by its .folioscope.yaml or pyproject.toml, as folioscope ci does",
    )
    how.add_argument(
        "--fail-on-regression", action="store_true", help="exit with 1 when the score fell or a criterion lost points"
    )
    output = parser.add_argument_group("output")
    output.add_argument("--format", choices=("text", "json", "markdown"), default="text")
    output.add_argument("--output", metavar="FILE", help="write to a file instead of standard output")
    output.add_argument("--no-color", action="store_true", help="no colour, even on a terminal")
    add_limits(parser)
    parser.set_defaults(ref="", worktree=False, offline=False, no_cache=False, owner="", host=[])


def run(arguments: argparse.Namespace) -> int:
    """Compare, write, and say whether something got worse."""
    from analyzer.compare import compare_documents
    from analyzer.reporters.comparison import print_comparison, render_comparison
    from analyzer.sides import document_of

    if arguments.output:
        check_output(Path(arguments.output))
    options, repository = replace(options_of(arguments), configuration_required=False), Path(arguments.repo)
    names = _names(arguments, repository)
    if not names[0]:
        print("folioscope: nothing to compare with: the remote has none of these commits", file=sys.stderr)
        return 0
    base, head = (document_of(name, repository, options) for name in names)
    comparison = compare_documents(base, head, names)
    write_result(
        arguments,
        lambda: render_comparison(comparison, arguments.format),
        lambda console: print_comparison(comparison, console),
    )
    if arguments.fail_on_regression and comparison.regression:
        lost = ", ".join(item.criterion for item in comparison.lost) or "the score"
        print(f"folioscope: worse than {names[0]}: {lost}", file=sys.stderr)
        return 1
    return 0


def _names(arguments: argparse.Namespace, repository: Path) -> tuple[str, str]:
    """What the two sides are; the first is empty where a push has nothing to compare with."""
    from analyzer.errors import UsageError
    from analyzer.sides import pushed

    if arguments.before_push:
        if arguments.base:
            raise UsageError("--before-push finds BASE and HEAD itself", f"Leave out {arguments.base}.")
        return pushed(repository, os.environ)
    if not arguments.base:
        raise UsageError("There is no BASE to compare with", "Name a branch, tag or commit, a report, or a path.")
    names = arguments.base, arguments.head
    kept = [name for name in names if Path(name).is_file()]
    if kept and getattr(arguments, "rubric_typed", False):
        raise UsageError(
            f"{kept[0]} is a report that was judged already, so --rubric {arguments.rubric} cannot judge it",
            "Leave out --rubric, or give refs or paths.",
        )
    return names
