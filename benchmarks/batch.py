"""Batches: throughput with one and two workers, ends by signal 9, and ten thousand rows of which few are new.

    python benchmarks/batch.py FOLDER [--limit N] [--rounds N] [--only throughput|kills|stored]

FOLDER holds git directories as OWNER+REPO/repo. Each table is printed as Markdown.

throughput  the same repositories with --jobs 1 and --jobs 2, in turns, each time with an empty store; the best of the
            rounds is compared, since other work on the machine only ever slows a run. Memory is the largest of a worker
            and of the confined processes that it starts. Beside it stands what the machine itself makes of two processes
            of git and Python that share nothing: no batch can do better.
kills       ten ends by signal 9 at random moments, each followed by --resume; the sorted lines must be those of an
            uninterrupted run, byte for byte.
stored      10,000 rows that each name a repository of its own, 9,900 of them known to the store, which is filled by
            copies of real entries; the time of the whole command, and its memory after a tenth of the rows and at the end.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from msgspec.structs import replace
from speed import evenly

from analyzer.analysis import Options
from analyzer.batch.entry import entry_of
from analyzer.batch.locate import locate, read_located
from analyzer.batch.store import open_store
from analyzer.rubric import load_rubric

PROGRAM = [sys.executable, "-m", "analyzer.cli", "batch"]


@dataclass(frozen=True)
class Run:
    """One command: seconds by the clock, the largest memory of a worker in MiB."""

    wall: float
    worker: float


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--limit", type=int, default=0, metavar="N", help="take N projects, evenly (default: all)")
    parser.add_argument("--rounds", type=int, default=3, metavar="N", help="runs with each number of jobs (default: 3)")
    parser.add_argument("--only", choices=("throughput", "kills", "stored"), action="append")
    arguments = parser.parse_args()
    found = sorted(path / "repo" for path in arguments.folder.iterdir() if (path / "repo" / "HEAD").is_file())
    projects = evenly(found, arguments.limit)
    if not projects:
        parser.error(f"{arguments.folder} holds no git directory as OWNER+REPO/repo")
    wanted = arguments.only or ["throughput", "kills", "stored"]
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        file = root / "applicants.csv"
        file.write_text("name,repo\n" + "".join(f"Applicant {n},{path}\n" for n, path in enumerate(projects, 1)))
        if "throughput" in wanted:
            print_throughput(root, file, projects, arguments.rounds)
        if "kills" in wanted:
            print_kills(root, file, len(projects))
        if "stored" in wanted:
            print_stored(root, projects[0])


def run_once(root: Path, file: Path, name: str, *more: str) -> Run:
    """One batch with an empty store."""
    began = time.perf_counter()
    command = [*PROGRAM, str(file), "--output", str(root / name), "--store", str(root / f"{name}.sqlite"), "--offline"]
    subprocess.run([*command, "--quiet", *more], check=False)
    wall = time.perf_counter() - began
    peaks = [json.loads(line)["peak"] for line in (root / name / "journal.jsonl").read_bytes().splitlines()]
    return Run(wall, max(peaks) / 1024 / 1024)


def print_throughput(root: Path, file: Path, projects: Sequence[Path], rounds: int) -> None:
    """Rows a second with one worker and with two."""
    count = len(projects)
    runs: dict[int, list[Run]] = {1: [], 2: []}
    for number in range(rounds):
        for jobs in (1, 2) if number % 2 == 0 else (2, 1):
            runs[jobs].append(run_once(root, file, f"jobs{jobs}-{number}", "--jobs", str(jobs)))
    best = {jobs: min(found, key=lambda run: run.wall) for jobs, found in runs.items()}
    load = os.getloadavg()[0]
    print(f"\n### {count} repositories in one batch, {rounds} rounds in turns, load {load:.1f} at the end\n")
    print("| | --jobs 1 | --jobs 2 |\n|---|---:|---:|")
    print(f"| seconds, best | {best[1].wall:.1f} | {best[2].wall:.1f} |")
    print(f"| repositories a second | {count / best[1].wall:.2f} | {count / best[2].wall:.2f} |")
    peaks = {jobs: max(run.worker for run in found) for jobs, found in runs.items()}
    print(f"| memory of a worker at most, MiB | {peaks[1]:.0f} | {peaks[2]:.0f} |")
    machine = [2 * apart(projects[0], 1) / apart(projects[0], 2) for _ in range(rounds)]
    print(
        f"\nTwo workers do {best[1].wall / best[2].wall:.2f} times as much. Two processes that share nothing", end=" "
    )
    print(f"(`folioscope analyze` of one repository, ten times) do {max(machine):.2f} times as much as one.")


def apart(project: Path, processes: int) -> float:
    """Seconds that so many independent processes take, each for the same ten analyses."""
    code = f"from analyzer import analyze\nfor _ in range(10): analyze({str(project)!r})"
    began = time.perf_counter()
    running = [subprocess.Popen([sys.executable, "-c", code]) for _ in range(processes)]
    for process in running:
        process.wait()
    return time.perf_counter() - began


def print_kills(root: Path, file: Path, count: int, kills: int = 10) -> None:
    """Ends at random moments, and what is left of them in the result."""
    whole = run_once(root, file, "whole", "--jobs", "2")
    chance = random.Random(1)
    command = [
        *PROGRAM,
        str(file),
        "--output",
        str(root / "killed"),
        "--store",
        str(root / "killed.sqlite"),
        "--offline",
    ]
    more: list[str] = []
    moments = []
    for _ in range(kills):
        process = subprocess.Popen([*command, "--quiet", "--jobs", "2", *more])
        results = root / "killed" / "results.jsonl"
        until = count_lines(results) + chance.randint(0, max(1, 2 * count // kills))
        while process.poll() is None and count_lines(results) < until:
            time.sleep(0.01)
        time.sleep(chance.uniform(0, whole.wall / count))
        ended = process.poll() is not None
        process.send_signal(signal.SIGKILL)
        process.wait()
        lines = count_lines(results)
        moments.append(f"{lines}{' (done)' if ended else ''}")
        more = ["--resume"]
    subprocess.run([*command, "--quiet", "--jobs", "2", "--resume"], check=False)
    same = sorted_lines(root / "killed") == sorted_lines(root / "whole")
    print(f"\n### {count} repositories, {kills} ends by signal 9 and as many --resume\n")
    print(
        f"Lines at each end: {', '.join(moments)}. The same bytes as an uninterrupted run, sorted: {'yes' if same else 'NO'}."
    )


def sorted_lines(folder: Path) -> list[bytes]:
    """The lines of a batch's results."""
    return sorted((folder / "results.jsonl").read_bytes().splitlines())


# -- stored ------------------------------------------------------------------------------------------------------------


def print_stored(root: Path, sample: Path, rows: int = 10_000, known: int = 9_900) -> None:
    """The time and memory of a batch that knows nearly all."""
    places = small_repositories(root / "many", rows)
    fill(root / "stored.sqlite", sample, places[:known])
    file = root / "many.csv"
    file.write_text("name,repo\n" + "".join(f"Applicant {n},{path}\n" for n, path in enumerate(places, 1)))
    output = root / "many-out"
    command = [*PROGRAM, str(file), "--output", str(output), "--store", str(root / "stored.sqlite"), "--offline"]
    began = time.perf_counter()
    process = subprocess.Popen([*command, "--quiet", "--jobs", "2"])
    memory: list[tuple[int, float]] = []
    while process.poll() is None:
        memory.append((count_lines(output / "journal.jsonl"), resident(process.pid)))
        time.sleep(0.2)
    wall = time.perf_counter() - began
    stored = sum(json.loads(line)["stored"] for line in (output / "journal.jsonl").read_bytes().splitlines())
    early = max((size for lines, size in memory if lines <= rows / 10), default=0.0)
    print(f"\n### {rows:,} rows, {stored:,} of them from the store, load {os.getloadavg()[0]:.1f}\n")
    print(f"{wall:.1f} seconds with tables, exit code {process.returncode}. Memory of the batch: ", end="")
    at_rows = max((size for lines, size in memory if lines < rows), default=0.0)
    print(f"{early:.0f} MiB in the first tenth of the rows, {at_rows:.0f} MiB in all of them, ", end="")
    print(f"{max(size for _, size in memory):.0f} MiB with the tables.")


def small_repositories(root: Path, count: int) -> list[Path]:
    """Bare repositories of one commit each that share one folder of objects."""
    root.mkdir()
    shared = root / "shared"
    subprocess.run(["git", "init", "-q", "--bare", str(shared)], check=True)
    parts = []
    for number in range(count):
        text = f"# Project {number}\n\nPredicts demand {number} from sales, so that less is thrown away.\n"
        parts.append(
            f"commit refs/heads/b{number}\ncommitter A <a@example.org> {1_700_000_000 + number} +0000\ndata 1\nx\n"
            f"M 100644 inline README.md\ndata {len(text)}\n{text}\n"
        )
    subprocess.run(["git", f"--git-dir={shared}", "fast-import", "--quiet"], input="".join(parts).encode(), check=True)
    refs = subprocess.run(
        ["git", f"--git-dir={shared}", "for-each-ref", "--format=%(objectname)"], capture_output=True, check=True
    )
    places = []
    for number, commit in enumerate(refs.stdout.decode().split()):
        place = root / f"p{number}"
        (place / "refs" / "heads").mkdir(parents=True)
        (place / "HEAD").write_text("ref: refs/heads/main\n")
        (place / "refs" / "heads" / "main").write_text(f"{commit}\n")
        (place / "config").write_text("[core]\n\trepositoryformatversion = 0\n\tbare = true\n")
        (place / "objects").symlink_to(shared / "objects")
        places.append(place)
    return places


def fill(store: Path, sample: Path, places: Sequence[Path]) -> None:
    """Keep an entry for each place: that of a real repository, under the key of the place, with prints of its own."""
    options, rubric = Options(prints=True, offline=True), load_rubric()
    report, _ = read_located(locate(str(sample), options), str(sample), rubric, options)
    entry = entry_of(report)
    with open_store(store) as opened, opened.writing():
        for place in places:
            located = locate(str(place), options)
            repository = {**entry["repository"], "name": place.name, "commit": located.commit}
            prints = [
                replace(item, digest=os.urandom(8), sketch=os.urandom(len(item.sketch))) for item in report.prints[:10]
            ]
            key = located.key(located.commit, rubric, options)
            opened.put(key, located.name, {**entry, "repository": repository}, prints)


def count_lines(path: Path) -> int:
    """The lines of a file so far."""
    return path.read_bytes().count(b"\n") if path.exists() else 0


def resident(pid: int) -> float:
    """Resident memory of a process in MiB; 0 when it has ended."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1024 / 1024
    except (OSError, IndexError, ValueError):
        return 0.0


if __name__ == "__main__":
    main()
