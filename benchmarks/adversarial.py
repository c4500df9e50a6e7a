"""What tricks gain: prints a Markdown table of the points that each gains for Folioscope and for plain file presence.

    python -m benchmarks.adversarial

The largest gain over the weak repositories of tests/adversarial stands in the table, and the mean beside it.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

from tests.adversarial.kit import Tree, presence, rate
from tests.adversarial.tricks import TRICKS, all_together
from tests.adversarial.weak import WEAK


def gains(folder: Path, apply: Callable[[Tree], Tree], honest: dict[str, float]) -> tuple[list[float], list[int]]:
    """The gains over all weak repositories, for Folioscope and for file presence."""
    ours, theirs = [], []
    for number, (name, tree) in enumerate(WEAK.items()):
        tricked = apply(tree)
        ours.append(rate(folder / str(number), tricked).scorecard.score - honest[name])
        theirs.append(presence(tricked) - presence(tree))
    return ours, theirs


def row(name: str, ours: list[float], theirs: list[int]) -> str:
    """One line of the table."""
    means = sum(ours) / len(ours), sum(theirs) / len(theirs)
    return f"| {name} | {max(ours):+.1f} | {means[0]:+.1f} | {max(theirs):+d} | {means[1]:+.0f} |"


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as root:
        folder = Path(root)
        honest = {
            name: rate(folder / f"honest-{n}", tree).scorecard.score for n, (name, tree) in enumerate(WEAK.items())
        }
        print(f"Weak repositories: {', '.join(f'{name} ({score:g})' for name, score in honest.items())}.\n")
        print("| trick | gain, most | gain, mean | file presence, most | file presence, mean |")
        print("|---|---:|---:|---:|---:|")
        for number, trick in enumerate(TRICKS):
            print(row(trick.name, *gains(folder / str(number), trick.apply, honest)))
        print(row("**all together**", *gains(folder / "all", all_together, honest)))


if __name__ == "__main__":
    main()
