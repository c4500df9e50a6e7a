"""``folioscope ci``: the check in CI, the same on GitHub, GitLab, Jenkins and in a shell."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from msgspec.structs import replace

from analyzer.cli.options import add_limits, add_rubric, add_rules, options_of, score_of


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What is checked, what is asked, and where it is said."""
    parser.add_argument(
        "path", metavar="PATH", nargs="?", default=".", help="the checked-out repository or a folder of it"
    )
    how = parser.add_argument_group("how to judge")
    add_rubric(how)
    add_rules(how)
    how.add_argument(
        "--fail-under",
        type=score_of,
        metavar="N",
        help="exit with 1 when the score is below N (default: that of the configuration)",
    )
    how.add_argument(
        "--fail-on-regression", action="store_true", help="exit with 1 when the score fell or a criterion lost points"
    )
    how.add_argument("--base", default="", metavar="REF", help="compare with this (default: what the CI system names)")
    output = parser.add_argument_group("output")
    output.add_argument(
        "--reports",
        default="folioscope-reports",
        metavar="FOLDER",
        help="where reports go (default: folioscope-reports)",
    )
    output.add_argument("--comment", action="store_true", help="write one comment on the pull or merge request")
    output.add_argument("--upload-sarif", action="store_true", help="hand the results to GitHub's code scanning")
    output.add_argument("--annotations", action="store_true", help="print annotations in a GitHub workflow")
    output.add_argument("--show-base", action="store_true", help="print the commit to compare with, and do no more")
    add_limits(parser)
    parser.set_defaults(
        ref="",
        subdir="",
        worktree=False,
        standalone=False,
        offline=True,
        no_cache=True,
        with_config=True,
        owner="",
        host=[],
    )


def run(arguments: argparse.Namespace) -> int:
    """Check; 0 when it passes, 1 when it does not."""
    from analyzer.gate.surroundings import read_surroundings

    around = read_surroundings(os.environ)
    if arguments.show_base:
        print(arguments.base or around.base)
        return 0
    from analyzer.collector import paused_collector
    from analyzer.errors import FolioscopeError

    with paused_collector():
        from analyzer.gate.check import Demands, run_check, tell_failure
    demands = Demands(
        Path(arguments.reports),
        arguments.fail_under,
        arguments.fail_on_regression,
        arguments.base,
        arguments.comment,
        arguments.upload_sarif,
        arguments.annotations,
    )
    try:
        options = replace(options_of(arguments), configuration_required=False)
        checked = run_check(arguments.path, options, demands, around)
    except FolioscopeError as error:
        tell_failure(error, around)
        raise
    card = checked.report.scorecard
    change = f" ({checked.comparison.difference:+g})" if checked.comparison and checked.comparison.change else ""
    print(f"{card.score:g} of 100 points{change}, {card.grade}; reports are in {demands.reports}")
    for reason in checked.reasons:
        print(f"folioscope: {reason}", file=sys.stderr)
    return 1 if checked.reasons else 0
