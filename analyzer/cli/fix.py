"""``folioscope fix``: a start for a criterion, made from what the repository has."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from analyzer.starts import Project


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The criterion, the repository, and whether to write."""
    from analyzer.cli.completion import offer
    from analyzer.starts import STARTS

    criterion = parser.add_argument(
        "criterion", nargs="?", metavar="ID", help="a criterion; without one, those that have a start are listed"
    )
    offer(criterion, STARTS)
    parser.add_argument(
        "path", nargs="?", default=".", metavar="PATH", help="the repository, or a folder of it (default: .)"
    )
    parser.add_argument("--subdir", default="", metavar="FOLDER", help="the project is in this folder of PATH")
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--dry-run", action="store_true", help="print the files (the default)")
    how.add_argument("--write", action="store_true", help="write the files; what is there already is left alone")


def run(arguments: argparse.Namespace) -> int:
    """List the starts, or print or write one."""
    from analyzer.collector import paused_collector
    from analyzer.errors import UsageError
    from analyzer.reporters.words import visible
    from analyzer.starts import STARTS, RefusalError, start_for

    if not arguments.criterion:
        if arguments.write:
            raise UsageError("No criterion is named to write a start for", "folioscope fix lists those that have one.")
        for name, known in STARTS.items():
            print(f"{name:<16} {known.what}")
        return 0
    from analyzer.starts.writing import open_project, place_of, write

    root, git_dir, subdir = place_of(Path(arguments.path), arguments.subdir)
    with paused_collector(), open_project(root, git_dir, subdir) as project:
        maker = STARTS.get(arguments.criterion)
        met = _met_already(project, arguments.criterion) if maker and not maker.goes_on else ""
        start = None
        if not met:
            try:
                start = start_for(arguments.criterion, project)
            except RefusalError:
                met = _met_already(project, arguments.criterion)
                if not met:
                    raise
    if start is None:
        print(f"{arguments.criterion} is met already: {visible(met)}")
        return 0
    if not arguments.write:
        for file in start.files:
            print(f"--- {file.path}\n{file.text}")
    else:
        for path, written in write(root, start.files):
            print(f"wrote {path}" if written else f"{path} is there already and was left alone")
    for note in start.notes:
        print(f"Next: {visible(note)}")
    return 0


def _met_already(project: Project, criterion: str) -> str:
    """Where the criterion is met, in words; empty where it is not."""
    from analyzer.engine import decide
    from analyzer.findings import Status
    from analyzer.plugins import discover
    from analyzer.reporters.words import place

    [decision], _ = decide(project.repository, discover(), (criterion,))
    if decision.status is not Status.MET:
        return ""
    return f"{decision.summary} ({place(decision.evidence[0])})"
