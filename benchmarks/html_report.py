"""Size and CPU time of the HTML report of the samples: ``python benchmarks/html_report.py``."""

from __future__ import annotations

import gzip
import statistics
import time
from pathlib import Path

from analyzer import Options, analyze
from analyzer.reporters.html import render_html

FIXTURES = Path(__file__).parents[1] / "fixtures" / "repos"
TIMES = 15


def main() -> None:
    """Print a table."""
    print("| sample | bytes | gzipped | ms of CPU to render, median |")
    print("|---|---:|---:|---:|")
    for name in ("exemplary", "course-subfolder", "notebook-only"):
        report = analyze(str(FIXTURES / name), Options(standalone=True))
        text = render_html(report).encode()
        spent = []
        for _ in range(TIMES):
            begun = time.process_time()
            render_html(report)
            spent.append((time.process_time() - begun) * 1000)
        print(f"| {name} | {len(text):,} | {len(gzip.compress(text, 6)):,} | {statistics.median(spent):.0f} |")


if __name__ == "__main__":
    main()
