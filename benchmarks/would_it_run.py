"""Count what "Would it run?" finds in many repositories, by kind.

    python benchmarks/would_it_run.py FOLDER [--skip NAMES.txt] [--list FILE.tsv] [--most N] [--ranked FILE.tsv]

FOLDER holds git directories: FOLDER/NAME/repo or FOLDER/NAME. Repositories whose name stands in the skip file are left
out. ``--list`` writes every finding as a line (repository, kind, path, line, sentence), for checking a sample by hand. ``--ranked`` names
a table with the columns owner, repo and subdir: the folder of each repository that is judged.
"""

from __future__ import annotations

import argparse
import collections
import csv
import sys
import time
from pathlib import Path

from analyzer.errors import FolioscopeError
from analyzer.knowledge.defects import DEFECT_KINDS
from analyzer.limits import Limits
from analyzer.repository import Repository
from analyzer.snapshot import open_git
from analyzer.soundness import find_defects


def main() -> None:
    """Read the arguments, go through the folder, print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--skip", type=Path)
    parser.add_argument("--list", type=Path)
    parser.add_argument("--ranked", type=Path)
    parser.add_argument("--most", type=int, default=1_000_000)
    args = parser.parse_args()
    skipped = set(args.skip.read_text().split()) if args.skip else set()
    folders: dict[str, str] = {}
    if args.ranked:
        rows = csv.DictReader(args.ranked.open(), delimiter="\t")
        folders = {f"{row['owner']}+{row['repo']}": row["subdir"] for row in rows}
    places = [path for path in sorted(args.folder.iterdir()) if path.name not in skipped][: args.most]
    counts: collections.Counter[str] = collections.Counter()
    repositories: collections.Counter[str] = collections.Counter()
    lines: list[str] = []
    read, seconds = 0, 0.0
    for place in places:
        where = place / "repo" if (place / "repo").is_dir() else place
        try:
            with open_git(where, "", Limits()) as snapshot:
                repository = Repository(snapshot, folders.get(place.name, ""))
                began = time.perf_counter()
                defects, problems = find_defects(repository)
                seconds += time.perf_counter() - began
        except FolioscopeError as error:
            print(f"{place.name}: {error.what}", file=sys.stderr)
            continue
        read += 1
        for problem in problems:
            print(f"{place.name}: {problem.what}", file=sys.stderr)
        counts.update(item.kind for item in defects)
        repositories.update({item.kind for item in defects})
        lines += [f"{place.name}\t{item.kind}\t{item.path}\t{item.line}\t{item.sentence}" for item in defects]
    print(f"{'kind':22} {'findings':>8} {'repositories':>12}")
    for kind in DEFECT_KINDS:
        print(f"{kind:22} {counts[kind]:8} {repositories[kind]:12}")
    print(f"{'all':22} {sum(counts.values()):8} {read:12} read, {seconds / max(read, 1):.2f} s each")
    if args.list:
        args.list.write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
