"""The built-in checklist, and files without a parent; rubrics that extend others are in test_rubrics.py."""

from __future__ import annotations

from pathlib import Path

import pytest

from analyzer.errors import RubricError
from analyzer.rubric import load_rubric

WHOLE = """\
id: own
version: "1"
title: Own
grades:
  - {from: 50, name: good}
  - {from: 0, name: begun}
sections:
  - id: a
    title: Section
    criteria:
      - {id: a.x, title: X, points: 2, why: w, how: h}
      - id: a.y
        title: Y
        points: 0.5
        bonus: true
        effort: an hour
        why: Because
          it is so.
        how: Do it.
        after: [a.x]
        builds_on: a.x
        example: |
          one
            two
"""


def load(folder: Path, text: str | bytes) -> None:
    path = folder / "own.yaml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    load_rubric(str(path))


def complaint(folder: Path, text: str | bytes) -> str:
    with pytest.raises(RubricError) as caught:
        load(folder, text)
    assert caught.value.exit_code == 2
    return caught.value.what.removeprefix(f"{folder}/")


def test_the_checklist_has_44_criteria_and_100_points_in_reach():
    rubric = load_rubric()
    assert len(rubric.criteria) == 44
    assert [item.id for item in rubric.criteria if item.bonus] == ["ci.data-validation", "ci.model-gate"]
    assert all(item.why.endswith(".") and item.how.endswith(".") for item in rubric.criteria)
    assert len({rubric.grade(score) for score in range(101)}) == len(rubric.grades)


def test_a_file_is_read_as_it_stands(tmp_path: Path):
    (tmp_path / "own.yaml").write_text(WHOLE)
    rubric = load_rubric(str(tmp_path / "own.yaml"))
    first, second = rubric.criteria
    assert (first.effort, first.bonus, first.after) == ("an evening", False, ())
    assert (second.points, second.bonus, second.effort, second.why) == (0.5, True, "an hour", "Because it is so.")
    assert (second.after, second.builds_on, second.example) == (("a.x",), "a.x", "one\n  two")
    assert rubric.criterion("a.y") is second
    assert rubric.criterion("b") is None
    assert [rubric.grade(score) for score in (100, 50, 49.9, 0)] == ["good", "good", "begun", "begun"]


def test_a_file_that_changes_is_read_anew(tmp_path: Path):
    load(tmp_path, WHOLE)
    first = load_rubric(str(tmp_path / "own.yaml"))
    load(tmp_path, WHOLE.replace("title: Own", "title: Changed"))
    assert load_rubric(str(tmp_path / "own.yaml")).title == "Changed"
    assert load_rubric(str(tmp_path / "own.yaml")).sha256 != first.sha256


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("title: Own", "titel: Own", "own.yaml, line 3: there is no key 'titel' here"),
        ("title: Own", "title: ' '", "own.yaml, line 3: title is missing or empty"),
        ("points: 2", "points: lots", "own.yaml, line 11: points is 'lots'; a number from 0 to 100 was expected"),
        ("points: 2", "points: -1", "own.yaml, line 11: points is -1; a number from 0 to 100 was expected"),
        ("points: 2", "points: .nan", "own.yaml, line 11: points is '.nan'; a number from 0 to 100 was expected"),
        ("points: 2", "points: 1e3", "own.yaml, line 11: points is 1e3; a number from 0 to 100 was expected"),
        (", why: w", "", "own.yaml, line 11: why is missing or empty"),
        ("bonus: true", "bonus: perhaps", "own.yaml, line 15: bonus is 'perhaps'; it is true or false"),
        (
            "effort: an hour",
            "effort: a year",
            "own.yaml, line 16: effort is 'a year'; it is one of: an hour, an evening",
        ),
        ("title: Y", "title: Y\n        points: 3", "own.yaml, line 15: the key 'points' stands there twice"),
        ("title: Own", "title: Own\ntitle: Other", "own.yaml, line 4: the key 'title' stands there twice"),
        ("sections:", "---\nsections:", "own.yaml, line 8: a rubric is one document, and another begins here"),
        ("{from: 50,", "{from: 0,", "own.yaml, line 6: a grade from 0 stands there twice"),
        ("id: a.y", "id: a y/..", "own.yaml, line 12: id is 'a y/..'; it has letters, digits"),
        ("id: a.y", "id: a.x", "own.yaml, line 12: the criterion a.x stands there twice"),
        ("after: [a.x]", "after: [a.z]", "own.yaml, line 12: a.y refers to a.z, which is no criterion of this rubric"),
        ("builds_on: a.x", "builds_on: b", "own.yaml, line 12: a.y refers to b, which is no criterion of this rubric"),
        ("{from: 0, ", "{from: 1, ", "own.yaml, line 5: the lowest grade must be from 0"),
        ("{from: 50, ", "{above: 50, ", "own.yaml, line 5: there is no key 'above' here"),
        ("points: 2", "points: 0", "own.yaml, line 1: the criteria that are no bonus have no points at all"),
        ("sections:\n  - id: a", "sections:\n  - a", "own.yaml, line 9"),
        ("  - {from: 50, name: good}\n  - {from: 0, name: begun}", "  from: 0", "line 5: grades must be a list"),
        ("  - {from: 50, name: good}\n  - {from: 0, name: begun}", "", "grades must be a list"),
        ("title: Own", "title: [", "own.yaml, line"),
    ],
)
def test_what_is_wrong_is_told_with_line_and_reason(tmp_path: Path, before, after, expected):
    assert before in WHOLE
    assert expected in complaint(tmp_path, WHOLE.replace(before, after, 1))


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "line 1: a rubric is a mapping"),
        (b"- a\n", "line 1: a rubric is a mapping"),
        (b"id: \xff\n", "is not UTF-8 text"),
        (b"#" * 1_000_001, "is over 1,000,000 bytes long"),
    ],
)
def test_what_is_no_rubric_at_all_is_said(tmp_path: Path, content, expected):
    assert expected in complaint(tmp_path, content)


@pytest.mark.parametrize("name", ["nothing.yaml", "/", "a\0b"])
def test_a_file_that_cannot_be_read_names_the_built_in_ones(name):
    with pytest.raises(RubricError, match="cannot be read") as caught:
        load_rubric(name)
    assert "one of: mlops" in caught.value.hint
