"""``folioscope rules``: the criteria and rules, or one of them explained."""

from __future__ import annotations

import argparse
import sys

from analyzer.cli.options import add_rubric
from analyzer.errors import UsageError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which criterion or rule, in which rubric."""
    parser.add_argument("action", nargs="?", choices=("show",), help="explain one criterion or rule")
    parser.add_argument("id", nargs="?", metavar="ID", help="a criterion such as e2e.container, or a rule")
    add_rubric(parser)
    parser.add_argument("--no-color", action="store_true")


def run(arguments: argparse.Namespace) -> int:
    """Print the list, or the explanation."""
    from analyzer.reporters.rules import print_criterion, print_rules
    from analyzer.reporters.text import console_for
    from analyzer.rubric import load_rubric

    console = console_for(sys.stdout, color=False if arguments.no_color else None)
    rubric = load_rubric(arguments.rubric)
    if arguments.action == "show":
        if not arguments.id:
            raise UsageError("rules show needs the id of a criterion or rule", "folioscope rules lists them.")
        print_criterion(rubric, arguments.id, console)
    else:
        print_rules(rubric, console)
    return 0
