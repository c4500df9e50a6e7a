"""``folioscope schema``: the JSON Schema of the report, or of a portfolio."""

from __future__ import annotations

import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Of what."""
    parser.add_argument("what", nargs="?", choices=("report", "portfolio"), default="report")


def run(arguments: argparse.Namespace) -> int:
    """Print it."""
    if arguments.what == "portfolio":
        from analyzer.portfolio.reporters.document import schema_text
    else:
        from analyzer.reporters.schema import schema_text

    print(schema_text(), end="")
    return 0
