"""What a number of repositories a day takes, from measured costs: workers, network, tokens, money, and what breaks first.

    python benchmarks/scale/simulate.py [benchmarks/scale/costs.json] [--repositories N] [--hours H] ...

A discrete simulation: jobs arrive evenly or in bursts, each with the costs of a measured repository that is drawn with a
fixed seed, and wait for one of N workers of one core each. The network adds waiting to a job that no processor does. All
that is assumed and not measured is an option with its default, and is printed.
"""

from __future__ import annotations

import argparse
import heapq
import json
import math
import random
import statistics
from dataclasses import dataclass
from pathlib import Path
from typing import Any

STAGES = ("resolve", "fetch", "read", "parse", "rules", "store")
SCORECARD = {"repositories": 1_000_000, "hours": 168, "workers": 14, "rest": 66, "graphql": 4}
"""OpenSSF Scorecard's weekly run as its maintainers describe it."""
REST_AN_HOUR = 5_000
"""Calls of GitHub's REST API that a user's token may make in an hour."""


@dataclass(frozen=True)
class Day:
    """What one simulated day came to."""

    done: int
    seconds: float
    busy: float
    wait_95: float
    longest_queue: int


def main() -> None:
    """Print the tables."""
    options = _options()
    costs: list[dict[str, Any]] = json.loads(options.costs.read_text())
    print_costs(costs, options)
    workers = needed(costs, options)
    print_plan(costs, options, workers)
    print_yardstick(costs, options)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("costs", type=Path, nargs="?", default=Path(__file__).with_name("costs.json"))
    add("--repositories", type=int, default=1_000_000, metavar="N", help="a day (default: 1,000,000)")
    add("--hours", type=float, default=24, metavar="H", help="of the day (default: 24)")
    add("--unchanged", type=float, default=0.0, metavar="SHARE", help="share that the store knows (default: 0)")
    add("--busy", type=float, default=0.75, metavar="SHARE", help="of a worker's time that is planned (default: 0.75)")
    add("--line", type=float, default=100, metavar="MBIT", help="speed of one fetch, Mbit/s (default: 100)")
    add("--trip", type=float, default=0.05, metavar="S", help="round trip to the host, seconds (default: 0.05)")
    add("--trips", type=int, default=8, metavar="N", help="round trips of resolve and fetch (default: 8)")
    add("--writes", type=float, default=500, metavar="N", help="results a second a database takes (default: 500)")
    add("--core-hour", type=float, default=0.04, metavar="PRICE", help="of a core with 2 GB (default: 0.04)")
    add("--traffic", type=float, default=0.0, metavar="PRICE", help="of a GB that comes in (default: 0)")
    add(
        "--facts",
        type=int,
        default=0,
        metavar="N",
        help="API calls a repository for facts beside the score (default: 0)",
    )
    return parser.parse_args()


def processor(cost: dict[str, Any]) -> float:
    """Processor seconds of a repository that is new."""
    return float(sum(cost[stage] for stage in STAGES))


def waiting(cost: dict[str, Any], options: argparse.Namespace) -> float:
    """Seconds that a new repository waits for the network."""
    return options.trips * options.trip + 8 * cost["bytes"] / (options.line * 1e6)


def occupied(cost: dict[str, Any], options: argparse.Namespace, *, known: bool) -> float:
    """Seconds that a worker is taken by a repository."""
    if known:
        return float(cost["resolve"]) + 2 * float(options.trip)
    return processor(cost) + waiting(cost, options)


def mean_occupied(costs: list[dict[str, Any]], options: argparse.Namespace) -> float:
    """The mean over all, with the share that is known."""
    new = statistics.fmean(occupied(cost, options, known=False) for cost in costs)
    old = statistics.fmean(occupied(cost, options, known=True) for cost in costs)
    return (1 - options.unchanged) * new + options.unchanged * old


def needed(costs: list[dict[str, Any]], options: argparse.Namespace) -> int:
    """Workers that do it in the time while they are busy for the planned share of it."""
    rate = options.repositories / (options.hours * 3600)
    return math.ceil(rate * mean_occupied(costs, options) / options.busy)


def simulate(
    costs: list[dict[str, Any]], options: argparse.Namespace, workers: int, jobs: int, burst: int = 1, seed: int = 1
) -> Day:
    """Let ``jobs`` jobs arrive at the rate of the day, in bursts, and workers take them in order."""
    chance = random.Random(seed)
    rate = options.repositories / (options.hours * 3600)
    free = [0.0] * workers
    busy, waits, starts = 0.0, [], []
    for number in range(jobs):
        arrives = (number // burst) * burst / rate
        begins = max(arrives, heapq.heappop(free))
        takes = occupied(chance.choice(costs), options, known=chance.random() < options.unchanged)
        heapq.heappush(free, begins + takes)
        busy += takes
        waits.append(begins - arrives)
        starts.append((arrives, begins))
    end = max(free)
    events = sorted([(arrives, 1) for arrives, _ in starts] + [(begins, -1) for _, begins in starts])
    queue = longest = 0
    for _, step in events:
        queue += step
        longest = max(longest, queue)
    return Day(jobs, end, busy / (workers * end), statistics.quantiles(waits, n=20)[18], longest)


def print_costs(costs: list[dict[str, Any]], options: argparse.Namespace) -> None:
    """The measured costs."""
    print(f"\n### Measured costs of a new repository ({len(costs)} repositories)\n")
    print("| | mean | 95th percentile | most |\n|---|---:|---:|---:|")
    for stage in STAGES:
        _row(f"{stage}, processor seconds", [cost[stage] for cost in costs], "{:.3f}")
    _row("all, processor seconds", [processor(cost) for cost in costs], "{:.2f}")
    _row("waiting for the network, seconds (assumed line)", [waiting(cost, options) for cost in costs], "{:.2f}")
    _row("fetched, MB", [cost["bytes"] / 1e6 for cost in costs], "{:.2f}")
    _row("kept, kB before compression", [cost["kept_bytes"] / 1e3 for cost in costs], "{:.0f}")
    print(f"\nCalls of an API for a score: {sum(cost['api_calls'] for cost in costs)}.")


def _row(name: str, values: list[float], form: str) -> None:
    ordered = sorted(values)
    high = ordered[min(len(ordered) - 1, math.ceil(0.95 * len(ordered)) - 1)]
    print(f"| {name} | {form.format(statistics.fmean(values))} | {form.format(high)} | {form.format(ordered[-1])} |")


def print_plan(costs: list[dict[str, Any]], options: argparse.Namespace, workers: int) -> None:
    """What the day takes, and what breaks first."""
    hours, rate = options.hours, options.repositories / (options.hours * 3600)
    fetched = options.repositories * (1 - options.unchanged) * statistics.fmean(cost["bytes"] for cost in costs)
    network = 8 * fetched / (hours * 3600) / 1e6
    calls = options.repositories * options.facts
    print(f"\n### {options.repositories:,} repositories in {hours:g} hours, {options.unchanged:.0%} of them known\n")
    print("| | |\n|---|---:|")
    print(f"| repositories a second | {rate:.1f} |")
    print(f"| workers of one core, {options.busy:.0%} busy | {workers:,} |")
    for burst in (1, 10_000):
        day = simulate(costs, options, workers, min(options.repositories, 60_000), burst)
        kind = "evenly" if burst == 1 else f"in bursts of {burst:,}"
        print(
            f"| arriving {kind}: busy, wait (95th percentile), longest queue | {day.busy:.0%}, {day.wait_95:.1f} s, {day.longest_queue:,} |"
        )
    print(f"| coming in, Mbit/s; TB a day | {network:,.0f}; {fetched / 1e12 * 24 / hours:.2f} |")
    print("| calls of an API for the scores; tokens | 0; 0 |")
    print(
        f"| calls for facts beside the score ({options.facts} each); tokens | {calls:,}; {math.ceil(calls / (REST_AN_HOUR * hours)):,} |"
    )
    price = workers * hours * options.core_hour + fetched / 1e9 * options.traffic
    print(
        f"| price, {options.core_hour:g} a core-hour and {options.traffic:g} a GB | {price:,.0f}; {1000 * price / options.repositories:.3f} for 1,000 |"
    )
    print("\n| what breaks | load of it | repositories a day at its end |\n|---|---:|---:|")
    day_seconds = 24 * 3600
    ends = [
        ("one database that takes results", rate / options.writes, options.writes * day_seconds),
        ("a line of 10 Gbit/s", network / 10_000, 10_000 / network * rate * day_seconds if network else math.inf),
        (
            "the git host: fetches at a time",
            rate * (1 - options.unchanged) * mean_occupied(costs, options) / 1000,
            math.nan,
        ),
    ]
    for name, load, most in sorted(ends, key=lambda item: -item[1]):
        said = "not published; 1,000 assumed" if math.isnan(most) else f"{most:,.0f}"
        print(f"| {name} | {load:.0%} | {said} |")


def print_yardstick(costs: list[dict[str, Any]], options: argparse.Namespace) -> None:
    """Next to OpenSSF Scorecard's weekly run."""
    theirs = SCORECARD["hours"] * 3600 * SCORECARD["workers"] / SCORECARD["repositories"]
    tokens = SCORECARD["repositories"] * SCORECARD["rest"] / (REST_AN_HOUR * SCORECARD["hours"])
    ours = mean_occupied(costs, options)
    weekly = SCORECARD["repositories"] * ours / options.busy / (SCORECARD["hours"] * 3600)
    print("\n### A million repositories a week, next to OpenSSF Scorecard\n")
    print("| | Scorecard | Folioscope |\n|---|---:|---:|")
    print(f"| workers | {SCORECARD['workers']} | {math.ceil(weekly)} of one core |")
    print(f"| worker seconds a repository | {theirs:.1f} | {ours / options.busy:.1f} |")
    print(f"| calls of the REST API a repository | {SCORECARD['rest']} | 0 |")
    print(f"| calls of the GraphQL API a repository | {SCORECARD['graphql']} | 0 |")
    print(f"| tokens at {REST_AN_HOUR:,} REST calls an hour | {math.ceil(tokens)} | 0 |")


if __name__ == "__main__":
    main()
