"""``folioscope projects``: the projects inside a repository, at first sight."""

from __future__ import annotations

import argparse
import json
import sys

from analyzer.cli.options import add_limits, add_reading, options_of
from analyzer.cli.output import showing_progress, write_out


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The target, and how it is read and shown."""
    parser.add_argument("target", metavar="TARGET", help="a repository, as analyze takes it; of a remote one, file names alone are fetched")  # fmt: skip
    add_reading(parser)
    parser.set_defaults(rubric="mlops", owner="", rules=[], with_config=False, ignore_annotations=False)
    output = parser.add_argument_group("output")
    output.add_argument("--format", choices=("text", "json"), default="text")
    output.add_argument("--no-color", action="store_true", help="no colour, even on a terminal")
    output.add_argument("--quiet", action="store_true", help="print the folders alone")
    output.add_argument("--verbose", action="store_true", help="tell the stages")
    add_limits(parser)


def run(arguments: argparse.Namespace) -> int:
    """List them."""
    from analyzer.portfolio.look import look_at
    from analyzer.reporters.json_platform import project
    from analyzer.reporters.words import visible

    with showing_progress(arguments) as progress:
        look = look_at(arguments.target, options_of(arguments), progress)
    if arguments.quiet:
        for item in look.projects:
            print(visible(item.path))
    elif arguments.format == "json":
        document = {
            "schema_version": 1,
            "whole": {"files": look.files, "impression": look.impression, "signs": list(look.signs)},
            "projects": [project(item) for item in look.projects],
        }
        write_out(json.dumps(document, ensure_ascii=False, indent=1) + "\n")
    else:
        from rich.text import Text

        from analyzer.reporters.text import console_for

        console = console_for(sys.stdout, color=False if arguments.no_color else None)
        count = len(look.projects)
        console.print(Text(f"{count or 'No'} project{'' if count == 1 else 's'} inside", style="bold"))
        for item in look.projects:
            console.print(Text.assemble((visible(item.path), "cyan"), f"  ({', '.join(item.marks)})"))
            console.print(Text(f"  {item.files:,} files: {visible(item.impression)}"))
        console.print(Text(f"The whole: {look.files:,} files: {visible(look.impression)}", style="bright_black"))
    return 0
