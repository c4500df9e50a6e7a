"""Decisions drawn at random, to be checked by hand against the files.

    python benchmarks/evidence_sample.py RESULTS.jsonl --seed N [--decisions 60] [--projects 20]

RESULTS.jsonl holds one JSON report a line, as ``benchmarks/collect.py`` writes it. Decisions are drawn evenly over the
projects, whatever their status; those that could not be assessed are left out. Prints a Markdown table.
"""

from __future__ import annotations

import argparse
import json
import random
from pathlib import Path
from typing import Any

Row = tuple[str, dict[str, Any]]


def main() -> None:
    """Draw and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("results", type=Path)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--decisions", type=int, default=60)
    parser.add_argument("--projects", type=int, default=20)
    arguments = parser.parse_args()
    lines = arguments.results.read_text(encoding="utf-8").splitlines()
    reports = sorted((json.loads(line) for line in lines if line.strip()), key=named)
    rows = draw(reports, random.Random(arguments.seed), arguments.projects, arguments.decisions)
    print(f"{len(rows)} decisions, seed {arguments.seed}\n")
    print("| | project | criterion | status | summary | evidence | line | right? |\n|---:|---|---|---|---|---|---|---|")
    for number, (project, item) in enumerate(rows, 1):
        print(f"| {number} | {project} | {item['id']} | {item['status']} | {cell(item['summary'])} | {shown(item)} | |")


def named(report: dict[str, Any]) -> str:
    """The name of a report's project, with the folder that was judged."""
    target = report["target"]
    name = report.get("project") or "/".join(part for part in (target["owner"], target["repo"]) if part)
    return f"{name}/{target['subdir']}" if target["subdir"] else str(name)


def draw(reports: list[dict[str, Any]], chance: random.Random, projects: int, decisions: int) -> list[Row]:
    """Draw projects, then as many decisions of each as come to ``decisions`` together."""
    chosen = chance.sample(reports, min(projects, len(reports)))
    rows: list[Row] = []
    for index, report in enumerate(chosen):
        share = (index + 1) * decisions // len(chosen) - index * decisions // len(chosen)
        assessed = [item for item in report["criteria"] if item["status"] != "unknown"]
        rows += [(named(report), item) for item in chance.sample(assessed, min(share, len(assessed)))]
    return rows


def shown(item: dict[str, Any]) -> str:
    """The decisive place, linked where the report has a link, and what stands there."""
    if not item["evidence"]:
        return "none | "
    first = item["evidence"][0]
    place = f"{first['path']}:{first['line']}"
    linked = f"[{cell(place)}]({first['url']})" if first["url"] else f"`{cell(place)}`"
    return f"{linked} | `{cell(first['snippet'])[:120]}`"


def cell(text: str) -> str:
    """Text for one cell of a table."""
    return " ".join(text.replace("|", "\\|").replace("`", "'").split())


if __name__ == "__main__":
    main()
