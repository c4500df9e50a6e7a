"""What each stage costs for a repository: processor seconds, bytes, calls of an API.

    python benchmarks/scale/measure.py FOLDER [--limit N] > benchmarks/scale/costs.json

FOLDER holds git directories as OWNER+REPO/repo. Each is served over HTTP by a real git server on loopback, in a process of
its own, so that the seconds are those of the client. Processor seconds are counted, which other work on the machine
stretches little; waiting for a network is no part of them.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))  # the programs beside this folder
from phases import measured_phases
from speed import evenly

from analyzer.acquire import acquire, resolve_remote
from analyzer.assessment import assess
from analyzer.batch.entry import entry_of
from analyzer.batch.store import open_store
from analyzer.limits import Limits
from analyzer.report import ReportTarget
from analyzer.rubric import load_rubric
from analyzer.snapshot import open_git
from analyzer.target import Host, parse_target
from tests.git_server import serve

READING = {"list", "read", "inventory"}
"""Phases of ``phases.py`` that are reading; those that begin with parse, and the indexes of code, are parsing."""


def main() -> None:
    """Print the costs of each repository as a JSON list."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--limit", type=int, default=60, metavar="N", help="take N projects, evenly (default: 60)")
    arguments = parser.parse_args()
    found = sorted(path / "repo" for path in arguments.folder.iterdir() if (path / "repo" / "HEAD").is_file())
    costs = []
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder)) as base:
        for number, repository in enumerate(evenly(found, arguments.limit)):
            publish(repository, Path(folder) / "o" / f"r{number}.git")
            try:
                costs.append(cost(f"{base}/o/r{number}", base, Path(folder) / "store.sqlite"))
            except Exception as error:  # noqa: BLE001 a repository over a limit costs the others nothing
                print(f"{number}: {error}", file=sys.stderr)
    print(json.dumps(costs[1:], indent=0))  # the first one imports what all use


@contextmanager
def serving(root: Path) -> Iterator[str]:
    """A git server in another process; yields its address."""
    here, there = multiprocessing.Pipe()
    process = multiprocessing.get_context("fork").Process(target=_serve, args=(root, there))
    process.start()
    try:
        yield here.recv()
    finally:
        here.send("end")
        process.join()


def _serve(root: Path, pipe: Connection) -> None:
    with serve(root) as server:
        pipe.send(server.base)
        pipe.recv()


def publish(repository: Path, place: Path) -> None:
    """A bare repository that borrows the objects of another one and serves them as large hosts do."""
    place.parent.mkdir(exist_ok=True)
    subprocess.run(["git", "clone", "-q", "--bare", "--shared", str(repository), str(place)], check=True)
    for key in ("uploadpack.allowFilter", "uploadpack.allowAnySHA1InWant"):
        subprocess.run(["git", f"--git-dir={place}", "config", key, "true"], check=True)


def spent() -> float:
    """Processor seconds of this process and of its children that ended."""
    return time.process_time() + sum(resource.getrusage(resource.RUSAGE_CHILDREN)[:2])


def cost(url: str, base: str, store: Path) -> dict[str, Any]:
    """The costs of one repository."""
    limits, rubric = Limits(), load_rubric()
    target = parse_target(url, hosts=(Host.of(base),))
    begun = spent()
    ref = resolve_remote(target, limits)
    resolved = spent()
    with acquire(target, ref, limits) as acquired:
        fetched = spent()
        size = sum(path.lstat().st_size for path in acquired.git_dir.rglob("*") if path.is_file())
        reports = []

        def analyze() -> None:
            with open_git(acquired.git_dir, acquired.commit, limits, filtered=True) as snapshot:
                whole = ReportTarget(url, "o", "r", "", "", acquired.commit, "", url)
                reports.append(assess(snapshot, whole, rubric, prints=True))

        before = spent()
        phases = measured_phases(analyze)
        analyzed = spent()
    report = reports[0]
    entry = entry_of(report)
    with open_store(store) as opened, opened.writing():
        opened.put(url, url, entry, report.prints)
    kept = spent()
    whole = sum(phases.values()) or 1.0
    reading = sum(value for name, value in phases.items() if name in READING) / whole
    parsing = sum(value for name, value in phases.items() if name.startswith(("parse", "code", "commands"))) / whole
    processor = analyzed - before
    return {
        "resolve": round(resolved - begun, 4),
        "fetch": round(fetched - resolved, 4),
        "read": round(processor * reading, 4),
        "parse": round(processor * parsing, 4),
        "rules": round(processor * (1 - reading - parsing), 4),
        "store": round(kept - analyzed, 4),
        "bytes": size,
        "files": report.files,
        "kept_bytes": len(json.dumps(entry)),
        "api_calls": 0,
        "peak_mib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        "load": round(os.getloadavg()[0], 1),
    }


if __name__ == "__main__":
    main()
