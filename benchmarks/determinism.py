"""Whether one commit gives the same bytes: 20 new processes, each with another seed of hashes, from three copies.

    python benchmarks/determinism.py PATH [--runs N]

PATH is a git repository. It is cloned bare, as a work tree, and copied to another folder; the runs take turns.
Prints a Markdown table with the SHA-256 of each copy's JSON; the exit code is 1 when two runs differ.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path


def main() -> int:
    """Run and compare."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("path", type=Path)
    parser.add_argument("--runs", type=int, default=20)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        copies = make_copies(arguments.path.resolve(), Path(temporary))
        hashes: dict[str, list[str]] = {name: [] for name in copies}
        names = list(copies)
        for run in range(arguments.runs):
            name = names[run % len(names)]
            hashes[name].append(hashlib.sha256(report(copies[name], seed=run)).hexdigest())
    every = {value for values in hashes.values() for value in values}
    print("| copy | runs | SHA-256 of the JSON |\n|---|---:|---|")
    for name, values in hashes.items():
        print(f"| {name} | {len(values)} | {', '.join(sorted(set(values)))} |")
    print(f"\n{arguments.runs} runs, PYTHONHASHSEED 0 to {arguments.runs - 1}: {len(every)} different output(s)")
    return 0 if len(every) == 1 else 1


def make_copies(source: Path, folder: Path) -> dict[str, Path]:
    """A bare clone, a work tree and a copy of it elsewhere; all of one name, since the name stands in the report."""
    name = source.name.removesuffix(".git").strip(".") or source.parent.name
    bare, work, other = folder / "bare" / f"{name}.git", folder / "work" / name, folder / "a" / "b c" / name
    subprocess.run(["git", "clone", "-q", "--bare", "--", source, bare], check=True)
    subprocess.run(["git", "clone", "-q", "--", source, work], check=True)
    shutil.copytree(work, other, symlinks=True)
    return {"bare clone": bare, "work tree": work, "copy in another folder": other}


def report(path: Path, seed: int) -> bytes:
    """The JSON report of a new process."""
    command = [sys.executable, "-m", "analyzer.cli", "analyze", path, "--format", "json"]
    environment = {**os.environ, "PYTHONHASHSEED": str(seed)}
    return subprocess.run(command, env=environment, capture_output=True, check=True).stdout


if __name__ == "__main__":
    sys.exit(main())
