"""Reports of many git directories, one JSON document a line, with the name of the project in front.

    python benchmarks/collect.py FOLDER [--limit N] > results.jsonl

FOLDER holds git directories as OWNER+REPO/repo. Projects that cannot be analyzed are named on standard error.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from speed import evenly

from analyzer.analysis import Options, analyze_many
from analyzer.reporters.json_report import as_document


def main() -> None:
    """Analyze and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--limit", type=int, default=0, metavar="N", help="take N projects, evenly (default: all)")
    parser.add_argument("--jobs", type=int, default=2, metavar="N")
    arguments = parser.parse_args()
    found = sorted(path / "repo" for path in arguments.folder.iterdir() if (path / "repo" / "HEAD").is_file())
    for result in analyze_many(map(str, evenly(found, arguments.limit)), Options(), jobs=arguments.jobs):
        project = Path(result.target).parent.name
        if result.report:
            print(json.dumps({"project": project, **as_document(result.report)}, ensure_ascii=False))
        else:
            print(f"{project}: {result.error}", file=sys.stderr)


if __name__ == "__main__":
    main()
