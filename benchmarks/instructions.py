"""How many instructions of Python an analysis executes: a guard against regressions that noise cannot move.

    bin/instructions            compare with benchmarks/instructions.json; fail above +5 %
    bin/instructions --update   write the numbers of this Python anew

Three sample repositories are analyzed: a small one, a medium one, and the exemplary one. Everything is imported before,
and what functions remember is forgotten. Counted are the bytecode instructions of the interpreter, which depend on
neither the machine nor its load, but on the minor version of Python. What a call into C does, such as one search of a
regular expression, counts as one; for that there is `benchmarks/speed.py`.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

__all__ = ["FIXTURES", "counted", "forget", "measured"]

FIXTURES = ("notebook-only", "sam-lambda", "exemplary")
_ROOT = Path(__file__).parents[1]
_KEPT = Path(__file__).with_suffix(".json")
_MOST = 1.05


def main() -> int:
    """Measure, then compare or update; the exit code is 1 where one fixture takes too many."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--update", action="store_true", help="write the numbers of this Python version")
    arguments = parser.parse_args()
    if os.environ.get("PYTHONHASHSEED") != "0":
        # The order of sets follows from hashes of texts; it is fixed when Python starts.
        os.execve(sys.executable, [sys.executable, *sys.argv], {**os.environ, "PYTHONHASHSEED": "0"})
    found = {name: measured(name) for name in FIXTURES}
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    kept = json.loads(_KEPT.read_text()) if _KEPT.is_file() else {}
    if arguments.update:
        kept[version] = found
        _KEPT.write_text(json.dumps(dict(sorted(kept.items())), indent=2) + "\n")
    return compared(found, kept.get(version, {}), version)


def compared(found: dict[str, int], kept: dict[str, int], version: str) -> int:
    """Print each number next to the one that is kept; 1 where one is above it by more than 5 %, or none is kept."""
    failed = False
    for name, number in found.items():
        known = kept.get(name)
        if known is None:
            failed = True
            print(f"{name}: {number:,} instructions; none are kept for Python {version}, run bin/instructions --update")
            continue
        share = number / known
        over = share > _MOST
        failed |= over
        word = ", over the 5 % that are allowed" if over else ""
        word = ", fewer: run bin/instructions --update, so that the guard stays close" if share < 2 - _MOST else word
        print(f"{name}: {number:,} instructions, {share - 1:+.2%} of {known:,}{word}")
    return int(failed)


def measured(name: str) -> int:
    """The instructions of one warm analysis of a sample repository."""
    from analyzer.analysis import Options, analyze
    from analyzer.plugins import discover

    def work() -> object:
        return analyze(str(_ROOT / "fixtures" / "repos" / name), Options(standalone=True))

    work()
    forget()
    discover(Options().rules)  # looks at every installed package, which is not the analysis
    return counted(work)


def counted(work: Callable[[], object]) -> int:
    """The bytecode instructions that a function executes."""
    return _monitored(work) if sys.version_info >= (3, 12) else _traced(work)


def _monitored(work: Callable[[], object]) -> int:
    """With sys.monitoring (PEP 669), which tracing of instructions has been built on since Python 3.12."""
    number = 0

    def step(code: object, offset: int) -> None:
        nonlocal number
        del code, offset
        number += 1

    monitoring: Any = sys.monitoring  # type: ignore[attr-defined,unused-ignore]
    monitoring.use_tool_id(monitoring.PROFILER_ID, "instructions")
    monitoring.register_callback(monitoring.PROFILER_ID, monitoring.events.INSTRUCTION, step)
    monitoring.set_events(monitoring.PROFILER_ID, monitoring.events.INSTRUCTION)
    try:
        work()
    finally:
        monitoring.set_events(monitoring.PROFILER_ID, 0)
        monitoring.free_tool_id(monitoring.PROFILER_ID)
    return number


def _traced(work: Callable[[], object]) -> int:
    number = 0

    def step(frame: FrameType, event: str, argument: Any) -> Any:
        nonlocal number
        del frame, event, argument
        number += 1
        return step

    def enter(frame: FrameType, event: str, argument: Any) -> Any:
        del event, argument
        frame.f_trace_lines = False
        frame.f_trace_opcodes = True
        return step

    before = sys.gettrace()
    sys.settrace(enter)
    try:
        work()
    finally:
        sys.settrace(before)
    return number


def forget() -> None:
    """Empty what functions remember about texts and names, so that nothing profits from a run before."""
    for name, module in list(sys.modules.items()):
        if name.startswith(("analyzer", "rules")):
            for value in vars(module).values():
                if hasattr(value, "cache_clear"):
                    value.cache_clear()


if __name__ == "__main__":
    sys.exit(main())
