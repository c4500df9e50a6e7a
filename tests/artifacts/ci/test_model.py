"""Steps from scripts: which command stands on which line."""

from __future__ import annotations

import pytest

from analyzer.artifacts.ci.model import Pipeline, script_step
from analyzer.artifacts.yaml_reader import read_yaml
from analyzer.findings import Place


def lines(text: str) -> list[tuple[str, int]]:
    step = script_step("x", read_yaml(text).documents[0].get("s"), name="n", folder="f", allow_failure=True)
    assert (step.name, step.folder, step.allow_failure) == ("n", "f", True)
    return [(item.text, step.place_of(item).line) for item in step.commands]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("s: a\n", [("a", 1)]),
        ("s: |\n  a\n\n  b\n", [("a", 2), ("b", 4)]),
        ("s:\n  - a\n\n  # why\n  - b\n", [("a", 2), ("b", 5)]),
        ("s:\n  - |\n    a\n    b\n  - c\n", [("a", 3), ("b", 4), ("c", 5)]),
        ("s:\n  - a\n  - {k: v}\n  - b\n", [("a", 2), ("b", 4)]),
        ("s:\n  - a -x\n    -y\n  - b\n", [("a -x -y", 2), ("b", 4)]),
        ('s:\n  - "a\\nb"\n', [("a", 2), ("b", 2)]),
        ("s: []\n", []),
    ],
)
def test_commands_stand_where_they_are_written(text: str, expected: list[tuple[str, int]]) -> None:
    assert lines(text) == expected


def test_a_pipeline_of_nothing_has_a_first_line() -> None:
    assert Pipeline("x", "y").place == Place("x", 1)
