"""``folioscope schema``: the JSON Schema of the report."""

from __future__ import annotations

import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """None."""
    del parser


def run(arguments: argparse.Namespace) -> int:
    """Print it."""
    del arguments
    from analyzer.reporters.schema import schema_text

    print(schema_text(), end="")
    return 0
