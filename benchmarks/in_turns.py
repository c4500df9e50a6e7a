"""How long this checkout takes for the same analyses as another one, project by project in turns.

    python benchmarks/in_turns.py OTHER FOLDER [--limit N] [--rounds N]

OTHER is a checkout of another version, FOLDER holds git directories as OWNER+REPO/repo. One process of each version
stays warm; they analyze each project one after the other, now the one first and now the other, and the shortest time of
each counts: a machine that is slower for a while is slower for both. Prints medians, and the ratio of this one to the other.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
from pathlib import Path

from speed import evenly

_WORKER = """
import sys, time
sys.path.insert(0, sys.argv[1])
from analyzer.analysis import analyze
for line in sys.stdin:
    begun = time.perf_counter()
    analyze(line.strip())
    print(time.perf_counter() - begun, flush=True)
"""


class Worker:
    """A process that analyzes with one version."""

    def __init__(self, checkout: Path) -> None:
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        self._process = subprocess.Popen(
            [sys.executable, "-c", _WORKER, str(checkout)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
            cwd="/",
        )
        self.shortest: dict[Path, float] = {}

    def analyze(self, project: Path) -> float:
        """The seconds of one analysis.

        Raises:
            RuntimeError: the process ended.
        """
        assert self._process.stdin
        assert self._process.stdout
        print(project, file=self._process.stdin, flush=True)
        answer = self._process.stdout.readline()
        if not answer:
            raise RuntimeError(f"the analysis of {project} ended its process")
        return float(answer)

    def close(self) -> None:
        """End it."""
        self._process.terminate()
        self._process.wait()


def main() -> None:
    """Print one line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("other", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--limit", type=int, default=40, metavar="N", help="take N projects, evenly (default: 40)")
    parser.add_argument("--rounds", type=int, default=3, metavar="N", help="rounds after a first one (default: 3)")
    arguments = parser.parse_args()
    found = sorted(path / "repo" for path in arguments.folder.iterdir() if (path / "repo" / "HEAD").is_file())
    projects = [path.resolve() for path in evenly(found, arguments.limit)]
    if not projects or not (arguments.other / "analyzer").is_dir():
        parser.error(
            f"{arguments.folder} holds no git directory as OWNER+REPO/repo, or {arguments.other} is no checkout"
        )
    ours, others = workers = Worker(Path(__file__).resolve().parents[1]), Worker(arguments.other.resolve())
    for number in range(arguments.rounds + 1):
        for index, project in enumerate(projects):
            for worker in workers if (number + index) % 2 else reversed(workers):
                taken = worker.analyze(project)
                if number:  # the first round warms up
                    worker.shortest[project] = min(taken, worker.shortest.get(project, taken))
    for worker in workers:
        worker.close()
    ratios = [ours.shortest[project] / others.shortest[project] for project in projects]
    milliseconds = [1000 * statistics.median(worker.shortest.values()) for worker in workers]
    whole = sum(ours.shortest.values()) / sum(others.shortest.values())
    print(
        f"{len(projects)} projects: median {milliseconds[0]:.0f} ms, the other {milliseconds[1]:.0f} ms;"
        f" ratio {statistics.median(ratios):.2f} in the median, {whole:.2f} of the sums"
    )


if __name__ == "__main__":
    main()
