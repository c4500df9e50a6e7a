"""The hostile corpus as a table: outcome, time and peak memory of each case.

    python benchmarks/hostile.py [PATTERN] > benchmarks/hostile.md

Time is processor time of the analysis with all that it started, the good target after it and every format included;
memory is the peak of one process. Building a case is not counted.
"""

from __future__ import annotations

import re
import sys
import tempfile
from pathlib import Path

from tests.conftest import commit_all, git, write_files
from tests.git_server import serve
from tests.hostile.case import REPORT, Case, Place
from tests.hostile.corpus import CASES
from tests.hostile.runner import Outcome, Runner
from tests.hostile.test_corpus import run

_WORDS = {0: "report", 2: "wrong use", 3: "could not be read", 4: "limit"}


def main() -> None:
    """Run the cases whose name matches, and print the table."""
    pattern = re.compile(sys.argv[1] if len(sys.argv) > 1 else "")
    chosen = [case for case in CASES if pattern.search(f"{case.group}: {case.name}")]
    runner = Runner()
    rows: list[tuple[Case, Outcome]] = []
    with tempfile.TemporaryDirectory() as named, serve(Path(named) / "served") as server:
        good = Path(named) / "good"
        good.mkdir()
        git(good, "init", "-q", "-b", "main")
        commit_all(write_files(good, {"README.md": "# Rides\n"}))
        for number, case in enumerate(chosen):
            with tempfile.TemporaryDirectory() as folder:
                place = Place(Path(folder), server.root, server.base, "http://127.0.0.1:1")
                rows.append((case, run(case, place, server, good, runner)))
            print(_row(*rows[-1]), file=sys.stderr)
            print(f"{number + 1}/{len(chosen)} {case.group}: {case.name}", file=sys.stderr)
    runner.close()
    _print(rows)


def _print(rows: list[tuple[Case, Outcome]]) -> None:
    red = [case for case, outcome in rows if outcome.exit not in case.exits]
    print("# Hostile cases\n")
    print("`python benchmarks/hostile.py > benchmarks/hostile.md`; what the columns mean is said there.\n")
    print(f"{len(rows)} cases, {len(red)} with another outcome than expected, ", end="")
    print(
        f"{sum(outcome.exit == REPORT for _, outcome in rows)} reports, {sum(bool(o.exit) for _, o in rows)} errors. ",
        end="",
    )
    print(f"Slowest {max(o.cpu for _, o in rows):.1f} s, largest {max(o.memory for _, o in rows) / 2**20:.0f} MiB.\n")
    print("| group | case | outcome | as expected | CPU s | peak MiB |\n|---|---|---|---|---:|---:|")
    print("\n".join(_row(case, outcome) for case, outcome in rows))


def _row(case: Case, outcome: Outcome) -> str:
    word = _WORDS.get(outcome.exit, f"exit {outcome.exit}")
    right = "yes" if outcome.exit in case.exits else "**no**"
    name = case.name.replace("|", "\\|")
    return f"| {case.group} | {name} | {word} | {right} | {outcome.cpu:.2f} | {outcome.memory / 2**20:.0f} |"


if __name__ == "__main__":
    main()
