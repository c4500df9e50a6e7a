"""``folioscope schema``: the JSON Schema of the report, of a portfolio, or of the configuration."""

from __future__ import annotations

import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Of what."""
    parser.add_argument("what", nargs="?", choices=("report", "portfolio", "config"), default="report")


def run(arguments: argparse.Namespace) -> int:
    """Print it."""
    if arguments.what == "portfolio":
        from analyzer.portfolio.reporters.document import schema_text
    elif arguments.what == "config":
        from analyzer.configuration import config_schema_text as schema_text
    else:
        from analyzer.reporters.schema import schema_text

    print(schema_text(), end="")
    return 0
