"""What the reference says of each criterion beside its rubric: an example that is not enough, since when, offline or not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Example", "criterion_examples"]

FILE = Path(__file__).parents[2] / "docs" / "criteria.yaml"


@dataclass(frozen=True, slots=True)
class Example:
    """A file that does not earn the criterion, and why; ``since`` is the version that decides it first."""

    path: str
    text: str
    says: str
    since: str
    offline: bool


def criterion_examples() -> Mapping[str, Example]:
    """The examples by criterion."""
    from ruamel.yaml import YAML

    found = YAML(typ="safe").load(FILE.read_text("utf-8"))
    return {
        name: Example(
            item["path"], item["text"], item["says"], str(item.get("since", "0.1.0")), item.get("offline", True)
        )
        for name, item in found.items()
    }
