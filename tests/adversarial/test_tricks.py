"""What a trick may gain: two points of a hundred alone, six points all together."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import pytest

from tests.adversarial.kit import Tree, rate
from tests.adversarial.tricks import TRICKS, Trick, all_together
from tests.adversarial.weak import WEAK

MOST_ALONE = 2.0
MOST_TOGETHER = 6.0


@lru_cache(maxsize=16)
def honest(name: str, folder: Path) -> float:
    """The score of a weak repository without any trick."""
    return rate(folder / name, WEAK[name]).scorecard.score


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for the repositories without tricks."""
    return tmp_path_factory.mktemp("honest")


def gained(weak: str, tree: Tree, tmp_path: Path, folder: Path) -> tuple[float, str]:
    """Points that a tree has more than its weak repository, and what it earns them with."""
    report = rate(tmp_path / "tricked", tree)
    earned = {item.criterion.id: item.points for item in report.scorecard.criteria if item.points}
    return report.scorecard.score - honest(weak, folder), str(earned)


@pytest.mark.parametrize("weak", WEAK)
@pytest.mark.parametrize("trick", TRICKS, ids=lambda trick: trick.name)
def test_a_trick_alone_gains_next_to_nothing(trick: Trick, weak: str, tmp_path: Path, folder: Path):
    gain, earned = gained(weak, trick.apply(WEAK[weak]), tmp_path, folder)
    assert gain <= MOST_ALONE, earned


@pytest.mark.parametrize("weak", WEAK)
@pytest.mark.parametrize("tricks", [TRICKS, TRICKS[::-1]], ids=["in order", "backwards"])
def test_all_tricks_together_gain_little(tricks: list[Trick], weak: str, tmp_path: Path, folder: Path):
    gain, earned = gained(weak, all_together(WEAK[weak], tricks), tmp_path, folder)
    assert gain <= MOST_TOGETHER, earned
