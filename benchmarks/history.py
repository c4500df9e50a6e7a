"""What a history costs, next to one analysis of the same repository.

    python benchmarks/history.py [--commits N] [--repeats N]

A repository of 500 commits is made from the sample `exemplary`: its files come one by one, then commits change code,
documents, configuration, tests and data in the shares of `MIX`, over two years. The same number gives the same commits.
Both are commands of their own, in new processes and in turns, without a cache but where the table says so. Time on the
clock is compared, and processor time (user and system) of the command and its children, which a busy machine changes
least: a history is judged by several processes.
"""

from __future__ import annotations

import argparse
import os
import platform
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

SAMPLE = Path(__file__).parents[1] / "fixtures" / "repos" / "exemplary"
MIX = {"code": 35, "documents": 20, "tests": 10, "configuration": 15, "data": 20}
"""Percent of the commits that change a file of each."""
FIRST, YEARS = 1_700_000_000, 2
MOMENTS = {
    "history (at most 26 points)": (),
    "history --every 1w": ("--every", "1w"),
    "history --last 500": ("--last", "500"),
}


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--commits", type=int, default=500, metavar="N")
    parser.add_argument("--repeats", type=int, default=5, metavar="N", help="median of so many turns (default: 5)")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        repository = make_repository(work / "sample.git", arguments.commits)
        print(f"Python {platform.python_version()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}\n")
        print(
            f"| command on a repository of {arguments.commits} commits | points | seconds | over one analysis"
            " | processor seconds | over one analysis |"
        )
        print("|---|---:|---:|---:|---:|---:|")
        spent: dict[str, list[Cost]] = {name: [] for name in ("analyze", *MOMENTS)}
        for _ in range(arguments.repeats):
            spent["analyze"].append(cost(work, "analyze", str(repository), "--quiet"))
            for name, options in MOMENTS.items():
                spent[name].append(cost(work, "history", str(repository), *options, "--no-cache", "--quiet"))
        one = middle(spent["analyze"])
        row("analyze", one, one)
        for name in MOMENTS:
            row(name, middle(spent[name]), one)
        again = ("history", str(repository), "--last", str(arguments.commits), "--quiet")
        cost(work, *again)
        row("history --last 500, again, from the cache", cost(work, *again), one)


class Cost(NamedTuple):
    """Seconds of one command on the clock and of processors, and the number of lines that it printed."""

    clock: float
    processor: float
    lines: int


def middle(costs: Sequence[Cost]) -> Cost:
    """The medians of the same command."""
    clock, processor = (statistics.median(times) for times in list(zip(*costs, strict=True))[:2])
    return Cost(clock, processor, costs[0].lines)


def row(name: str, spent: Cost, one: Cost) -> None:
    """One line of the table."""
    clock, processor = f"{spent.clock:.2f} | {spent.clock / one.clock:.1f}", spent.processor / one.processor
    print(f"| {name} | {spent.lines} | {clock} | {spent.processor:.2f} | {processor:.1f} |")


def cost(work: Path, *arguments: str) -> Cost:
    """What one command takes."""
    environment = os.environ | {"XDG_CACHE_HOME": str(work / "cache")}
    began = time.perf_counter()
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [sys.executable, "-m", "analyzer.cli", *arguments], capture_output=True, check=True, env=environment
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Cost(time.perf_counter() - began, processor, len(done.stdout.splitlines()))


def make_repository(git_dir: Path, commits: int) -> Path:
    """Make the bare repository (git-fast-import(1)) and return it."""
    subprocess.run(["git", "init", "--quiet", "--bare", "--initial-branch=main", str(git_dir)], check=True)
    stream = b"".join(stream_of(commits))
    subprocess.run(["git", f"--git-dir={git_dir}", "fast-import", "--quiet"], input=stream, check=True)
    return git_dir


def stream_of(commits: int) -> Iterator[bytes]:
    """The stream of all commits, the oldest first."""
    chance = random.Random(1)
    files = {
        path.relative_to(SAMPLE).as_posix(): path.read_bytes()
        for path in sorted(SAMPLE.rglob("*"))
        if path.is_file() and path.name != "expected.yaml"
    }
    waiting = sorted(files, key=lambda path: (not path.startswith("README"), path))
    here: dict[str, bytes] = {}
    for number in range(commits):
        if waiting and number % 3 != 2:
            path = waiting.pop(0)
            content = files[path]
        else:
            path, content = edit(number, here, chance)
        here[path] = content
        at = FIRST + number * YEARS * 365 * 86_400 // commits
        message = f"Change {path}".encode()
        yield b"commit refs/heads/main\ncommitter Tester <tester@example.org> %d +0000\ndata %d\n%s\n" % (
            at,
            len(message),
            message,
        )
        yield b"M 100644 inline %s\ndata %d\n%s\n" % (path.encode(), len(content), content)


def edit(number: int, here: dict[str, bytes], chance: random.Random) -> tuple[str, bytes]:
    """A file and what one more commit makes of it."""
    what = chance.choices(list(MIX), list(MIX.values()))[0]
    suffixes = {"code": ".py", "documents": ".md", "tests": ".py", "configuration": (".yml", ".yaml", ".tf", ".toml")}
    if what == "data" or not (found := paths_of(here, suffixes[what], tests=what == "tests")):
        return f"data/{number % 7}.csv", b"hour,value\n" + b"".join(b"%d,%d\n" % (n, n * number) for n in range(40))
    path = chance.choice(found)
    added = {
        "code": b"\n\ndef step_%d(value: float) -> float:\n    return value * %d\n" % (number, number),
        "tests": b"\n\ndef test_step_%d() -> None:\n    assert %d + 1 == %d\n" % (number, number, number + 1),
        "documents": b"\nThe number of the change is %d.\n" % number,
        "configuration": b"# change %d\n" % number,
    }[what]
    base = here[path]
    # The last change of a kind gives way to the next one, so that files do not grow without end.
    mark = added[:7]
    head, found_mark, _ = base.rpartition(mark)
    return path, (head if found_mark and chance.random() < 0.7 else base.rstrip(b"\n") + b"\n") + added


def paths_of(here: dict[str, bytes], suffixes: str | tuple[str, ...], *, tests: bool) -> list[str]:
    """Paths with one of the suffixes, of tests or of the others."""
    return [path for path in here if path.endswith(suffixes) and path.startswith("tests/") == tests]


if __name__ == "__main__":
    main()
