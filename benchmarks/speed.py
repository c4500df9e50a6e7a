"""How long an analysis takes, next to what no analysis can do without, and next to repo-review.

    python benchmarks/speed.py FOLDER [--limit N] [--repeats N] [--cold N]

FOLDER holds git directories as OWNER+REPO/repo. Three tables are printed as Markdown:

warm    one analysis in a process that has analyzed others before, without any cache of reports, over the floor: the
        time that `git ls-tree -r -l HEAD` and `git cat-file --batch` take for the same text files. Floor and analysis
        take turns, round after round over all projects, and the medians of the rounds are compared.
slow    the ten slowest by that ratio, with the share of each phase.
cold    the commands `folioscope analyze PATH --format json` and `repo-review PATH` (with sp-repo-review), in turns on
        a fresh clone. repo-review is installed into a virtual environment under a temporary folder.
"""

from __future__ import annotations

import argparse
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from instructions import forget
from phases import measured_phases

from analyzer.analysis import analyze
from analyzer.assessment import assess
from analyzer.limits import Limits
from analyzer.report import ReportTarget
from analyzer.rubric import load_rubric
from analyzer.snapshot import open_git

_Item = TypeVar("_Item")


@dataclass(frozen=True)
class Pair:
    """Seconds of two things that were measured in turns, each the median of its repeats."""

    name: str
    base: float
    ours: float
    files: int = 0
    size: int = 0

    @property
    def ratio(self) -> float:
        """How many times as long ours takes."""
        return self.ours / self.base


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--limit", type=int, default=0, metavar="N", help="take N projects, evenly (default: all)")
    parser.add_argument("--repeats", type=int, default=5, metavar="N", help="measure each project N times (default: 5)")
    parser.add_argument("--cold", type=int, default=20, metavar="N", help="projects of the cold table; 0 for none")
    arguments = parser.parse_args()
    found = sorted(path / "repo" for path in arguments.folder.iterdir() if (path / "repo" / "HEAD").is_file())
    projects = evenly(found, arguments.limit)
    if not projects:
        parser.error(f"{arguments.folder} holds no git directory as OWNER+REPO/repo")
    warm = measure_warm(projects, arguments.repeats)
    print_warm(warm, arguments.repeats)
    print_slow(sorted(warm, key=lambda pair: -pair.ratio)[:10], arguments.folder)
    if arguments.cold:
        print_cold(measure_cold(evenly(projects, arguments.cold), arguments.repeats), arguments.repeats)


def evenly(items: Sequence[_Item], limit: int) -> list[_Item]:
    """At most ``limit`` of the items, taken at equal distances; all of them when it is 0."""
    if not limit or limit >= len(items):
        return list(items)
    return [items[index * len(items) // limit] for index in range(limit)]


def seconds(action: Callable[[], object]) -> float:
    """The wall-clock time of one call."""
    begun = time.perf_counter()
    action()
    return time.perf_counter() - begun


# -- warm --------------------------------------------------------------------------------------------------------


def measure_warm(projects: Sequence[Path], repeats: int) -> list[Pair]:
    """Floor and analysis of each project in turns; between two measurements of one project stand all others."""
    read = {git_dir: what_is_read(git_dir) for git_dir in projects}
    floors: dict[Path, list[float]] = {git_dir: [] for git_dir in projects}
    analyses: dict[Path, list[float]] = {git_dir: [] for git_dir in projects}
    for number in range(repeats):
        start = number * len(projects) // repeats
        order = [*projects[start:], *projects[:start]]
        forget()
        for git_dir in order[-5:]:
            analyze(str(git_dir))
        for git_dir in order:
            names = read[git_dir][0]
            floors[git_dir].append(seconds(lambda git_dir=git_dir, names=names: read_with_git(git_dir, names)))
            analyses[git_dir].append(seconds(lambda git_dir=git_dir: analyze(str(git_dir))))
    return [
        Pair(
            git_dir.parent.name, statistics.median(floors[git_dir]), statistics.median(analyses[git_dir]),
            len(read[git_dir][0]), read[git_dir][1],
        )
        for git_dir in projects
    ]  # fmt: skip


def what_is_read(git_dir: Path) -> tuple[list[str], int]:
    """The object ids of the files that an analysis reads, and their bytes."""
    with open_git(git_dir, "", Limits()) as snapshot:
        assess(snapshot, ReportTarget("", "", "", "", "", "", "", ""), load_rubric("mlops"))
        read = [snapshot.entries[path] for path, content in snapshot._contents.items() if content is not None]
    return [entry.oid for entry in read], sum(entry.size for entry in read)


def read_with_git(git_dir: Path, names: Sequence[str]) -> None:
    """List the tree and read the objects; nothing else."""
    git = ["git", f"--git-dir={git_dir}"]
    subprocess.run([*git, "ls-tree", "-r", "-l", "HEAD"], check=True, capture_output=True)
    subprocess.run([*git, "cat-file", "--batch"], input="\n".join(names).encode(), check=True, capture_output=True)


def print_warm(pairs: Sequence[Pair], repeats: int) -> None:
    """The ratio of analysis and floor over all projects, and the memory of this process."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"\n### Warm analysis over the floor: {len(pairs)} projects, {repeats} repeats in turns\n")
    print(f"Python {platform.python_version()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}\n")
    print("| | median | 95th percentile | most |\n|---|---:|---:|---:|")
    row("ratio", [pair.ratio for pair in pairs], "{:.1f}")
    row("floor, ms", [pair.base * 1000 for pair in pairs], "{:.0f}")
    row("analysis, ms", [pair.ours * 1000 for pair in pairs], "{:.0f}")
    row("files read", [pair.files for pair in pairs], "{:.0f}")
    row("text read, KiB", [pair.size / 1024 for pair in pairs], "{:.0f}")
    print(f"\nPeak memory of the process that analyzed all of them: {peak:.0f} MiB")


def row(name: str, values: Sequence[float], form: str) -> None:
    """One line of a table: median, 95th percentile, most."""
    ordered = sorted(values)
    shown = (statistics.median(ordered), ordered[int(0.95 * (len(ordered) - 1) + 0.5)], ordered[-1])
    print(f"| {name} | {' | '.join(form.format(value) for value in shown)} |")


def print_slow(pairs: Sequence[Pair], folder: Path) -> None:
    """The slowest projects with the share of each phase."""
    print("\n### The ten slowest, with the share of each phase\n")
    print("| project | ratio | floor, ms | analysis, ms | phases |\n|---|---:|---:|---:|---|")
    for pair in pairs:
        phases = measured_phases(lambda name=pair.name: analyze(str(folder / name / "repo")))
        whole = sum(phases.values())
        largest = sorted(phases.items(), key=lambda item: -item[1])[:7]
        shares = ", ".join(f"{name} {100 * spent / whole:.0f} %" for name, spent in largest)
        print(f"| {pair.name} | {pair.ratio:.1f} | {pair.base * 1000:.0f} | {pair.ours * 1000:.0f} | {shares} |")


# -- cold --------------------------------------------------------------------------------------------------------


def measure_cold(projects: Sequence[Path], repeats: int) -> list[Pair]:
    """Both commands in turns on a fresh clone of each project; projects that cannot be cloned are left out."""
    folioscope = Path(sys.executable).with_name("folioscope")
    pairs = []
    with tempfile.TemporaryDirectory() as temporary:
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        # Both are compiled by the run that is not measured: modules, and of ours the expressions (decision 15).
        environment["PYTHONPYCACHEPREFIX"] = f"{temporary}/compiled"
        environment["XDG_CACHE_HOME"] = f"{temporary}/cache"

        def start(*argv: str | Path) -> None:
            # repo-review exits with an error where a check fails
            subprocess.run(argv, env=environment, capture_output=True, check=False)

        repo_review = install_repo_review(Path(temporary) / "venv")
        for git_dir in projects:
            clone = Path(temporary) / git_dir.parent.name
            if subprocess.run(
                ["git", "clone", "-q", "--shared", git_dir, clone], capture_output=True, check=False
            ).returncode:
                continue
            theirs, ours = [], []
            for _ in range(repeats + (not pairs)):
                theirs.append(seconds(lambda clone=clone: start(repo_review, clone)))
                ours.append(seconds(lambda clone=clone: start(folioscope, "analyze", clone, "--format", "json")))
            pairs.append(Pair(clone.name, statistics.median(theirs[-repeats:]), statistics.median(ours[-repeats:])))
    return pairs


def install_repo_review(folder: Path) -> Path:
    """Make a virtual environment with repo-review and its checks; return the command."""
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    packages = ["repo-review[cli]", "sp-repo-review"]
    subprocess.run([folder / "bin" / "pip", "install", "-q", *packages], check=True, stderr=subprocess.DEVNULL)
    return folder / "bin" / "repo-review"


def print_cold(pairs: Sequence[Pair], repeats: int) -> None:
    """The ratio of both commands."""
    print(f"\n### Cold command over a cold repo-review: {len(pairs)} projects, {repeats} repeats in turns\n")
    print("| | median | 95th percentile | most |\n|---|---:|---:|---:|")
    row("ratio", [pair.ratio for pair in pairs], "{:.2f}")
    row("repo-review, ms", [pair.base * 1000 for pair in pairs], "{:.0f}")
    row("folioscope analyze --format json, ms", [pair.ours * 1000 for pair in pairs], "{:.0f}")


if __name__ == "__main__":
    main()
