"""``folioscope init``: the workflow, the configuration and the badge that a checked repository begins with."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from analyzer.cli.options import score_of

if TYPE_CHECKING:
    from analyzer.starts.checked import Plan


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The repository, what its check asks, and whether to write."""
    from analyzer.knowledge.home import ACTION
    from analyzer.rubric import BUILT_IN

    parser.add_argument("path", nargs="?", default=".", metavar="PATH", help="root of the repository (default: .)")
    parser.add_argument("--dry-run", action="store_true", help="print what would be written, and write nothing")
    parser.add_argument("--rubric", choices=BUILT_IN, default="mlops", help="rubric to score by (default: mlops)")
    parser.add_argument(
        "--fail-under",
        type=score_of,
        metavar="N",
        help="score below which the check fails (default: the score of now, rounded down to five)",
    )
    parser.add_argument(
        "--action", default=ACTION, metavar="OWNER/REPO@REF", help=f"the action to use (default: {ACTION})"
    )


def run(arguments: argparse.Namespace) -> int:
    """Print or write the files, put the badge into the README, and say what is left."""
    from analyzer.reporters.words import visible
    from analyzer.starts.checked import plan
    from analyzer.starts.writing import root_of, write

    root, git_dir = root_of(Path(arguments.path))
    made = plan(root, git_dir, rubric=arguments.rubric, fail_under=arguments.fail_under, action=arguments.action)
    if arguments.dry_run:
        for file in made.files:
            print(f"--- {file.path}\n{file.text}")
    else:
        for path, written in write(root, made.files):
            print(f"wrote {path}" if written else f"{path} is there already and was left alone")
    print(_badge(made, root, dry=arguments.dry_run))
    for note in made.notes:
        print(visible(note))
    return 0


def _badge(made: Plan, root: Path, *, dry: bool) -> str:
    if not made.badge:
        return "There is no badge: the remote origin names no project"
    if not made.readme:
        return f"There is no README.md for the badge:\n{made.badge}"
    if made.badge_stands:
        return f"{made.readme} has the badge already"
    if dry:
        return f"--- {made.readme}, below its first heading\n{made.badge}"
    made.put_badge(root)
    return f"put the badge into {made.readme}"
