"""What a command imports before it looks at anything: python benchmarks/imports.py.

A new process imports all that ``folioscope analyze`` needs, with the time that classes and expressions take of it, both of
which Python makes anew at each start. The first process fills the cache of compiled modules and is not counted.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
from pathlib import Path

ROUNDS = 7
PROGRAM = """
import dataclasses, re, time
from re import _compiler

spent = {"dataclasses": [0, 0.0], "expressions": [0, 0.0]}

def clocked(name, make):
    def call(*given, **named):
        begun = time.perf_counter()
        try:
            return make(*given, **named)
        finally:
            spent[name][0] += 1
            spent[name][1] += time.perf_counter() - begun
    return call

dataclasses._process_class = clocked("dataclasses", dataclasses._process_class)
_compiler.compile = clocked("expressions", _compiler.compile)
begun = time.perf_counter()
import analyzer.cli, analyzer.analysis, analyzer.assessment, analyzer.reporters.json_report
from analyzer.plugins import discover
discover(())
print(time.perf_counter() - begun, *spent["dataclasses"], *spent["expressions"])
"""


def main() -> None:
    """Measure, and print a table."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    rows = []
    for _ in range(ROUNDS + 1):
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM], cwd=Path(__file__).parents[1], env=environment, capture_output=True,
            text=True, check=True,
        )  # fmt: skip
        rows.append([float(word) for word in done.stdout.split()])
    whole, classes, of_classes, expressions, of_expressions = (
        statistics.median(row) for row in zip(*rows[1:], strict=True)
    )
    print("| what | number | ms, median |\n|---|---:|---:|")
    print(f"| all imports | | {whole * 1e3:.0f} |")
    print(f"| dataclasses | {classes:.0f} | {of_classes * 1e3:.0f} |")
    print(f"| regular expressions | {expressions:.0f} | {of_expressions * 1e3:.0f} |")


if __name__ == "__main__":
    main()
