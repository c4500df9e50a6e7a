"""``folioscope unblind``: who is behind the codes of a blind batch."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The blind file, its key, and where the result goes."""
    parser.add_argument(
        "file", metavar="FILE", help="results.jsonl, batch.csv, batch.xlsx or pairs.csv of a blind batch"
    )
    parser.add_argument("--key", required=True, metavar="KEYFILE", help="the file that --blind wrote")
    parser.add_argument("--output", metavar="FILE", help="write to a file instead of standard output (tables as CSV)")


def run(arguments: argparse.Namespace) -> int:
    """Write the file with people in place of codes."""
    from analyzer.batch.lines import replace_file
    from analyzer.batch.unblind import restored
    from analyzer.cli.output import check_output

    parts = restored(Path(arguments.file), Path(arguments.key))
    if arguments.output:
        check_output(Path(arguments.output))

        def write(path: Path) -> None:
            with path.open("wb") as file:
                file.writelines(parts)

        replace_file(Path(arguments.output), write)
        return 0
    sys.stdout.flush()
    for part in parts:
        sys.stdout.buffer.write(part)
    sys.stdout.buffer.flush()
    return 0
