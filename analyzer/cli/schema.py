"""``folioscope schema``: the JSON Schema of the report, or of the configuration."""

from __future__ import annotations

import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which of the schemas."""
    parser.add_argument("of", nargs="?", choices=("report", "config"), default="report", help="default: report")


def run(arguments: argparse.Namespace) -> int:
    """Print it."""
    if arguments.of == "config":
        from analyzer.configuration import config_schema_text as text
    else:
        from analyzer.reporters.schema import schema_text as text

    print(text(), end="")
    return 0
