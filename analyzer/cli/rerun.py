"""``folioscope rerun``: whether a line of a batch still holds."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from analyzer.cli.options import add_network, hosts_of
from analyzer.errors import FolioscopeError, UsageError
from analyzer.reporters.words import visible


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The lines, and what they need."""
    parser.description = (
        "Run lines of a batch again at the commits, by the rubric and limits that they name. "
        "The same version gives the same score; another version or rubric is asked for by name."
    )
    parser.epilog = (
        "exit codes: 0 every line holds, 1 one does not, 2 another version or rubric is needed, 3 not readable"
    )
    parser.add_argument("file", metavar="FILE", help="results.jsonl, or a file with one of its lines")
    parser.add_argument(
        "--row", type=int, action="append", default=[], metavar="N", help="this row alone; may be repeated"
    )
    parser.add_argument("--rubric", default="", metavar="FILE", help="the rubric file that the line names")
    add_network(parser)


def run(arguments: argparse.Namespace) -> int:
    """Run the lines again and say of each what came of it."""
    from analyzer.batch.lines import read_lines

    wanted = set(arguments.row)
    seen: set[int] = set()
    code = 0
    try:
        for _, line in read_lines(Path(arguments.file)):
            number = int(line.get("row", 0))
            if not wanted or number in wanted:
                seen.add(number)
                code = max(code, _one(number, line, arguments))
    except (OSError, ValueError, AttributeError) as error:
        raise UsageError(f"{arguments.file} holds no lines of a batch: {error}", "Give results.jsonl.") from error
    missing = sorted(wanted - seen)
    if missing or not seen:
        named = f"row {missing[0]}" if missing else "whole line"
        raise UsageError(f"{arguments.file} has no {named}", "A line ends with a line break; check the number.")
    return code


def _one(number: int, line: dict[str, Any], arguments: argparse.Namespace) -> int:
    from analyzer.analysis import Options
    from analyzer.batch.rerun import rerun

    options = Options(offline=arguments.offline, hosts=hosts_of(arguments.host))
    try:
        found = rerun(line, options, arguments.rubric)
    except FolioscopeError as error:
        print(f"row {number}: {visible(error.what)}. {visible(error.hint)}".rstrip(), file=sys.stderr)
        return error.exit_code
    if found.same:
        print(f"row {number}: {found.now:g}, as the line says")
        return 0
    print(f"row {number}: {found.now:g} now, {found.then:g} in the line")
    for text in found.changed:
        print(f"  {visible(text)}")
    return 1
