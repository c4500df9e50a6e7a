"""Rubric files: the built-in ones, files of one's own, and rubrics that extend others."""

from __future__ import annotations

import hashlib
import io
import re
from pathlib import Path

import pytest
from rich.console import Console

from analyzer.errors import RubricError
from analyzer.reporters.rules import print_criterion, print_rules
from analyzer.rubric import BUILT_IN, load_rubric
from tests.conftest import write_files

DOCS = Path(__file__).parent.parent / "docs" / "rubrics.md"
HEAD = 'id: own\nversion: "1"\ntitle: Own\nextends: mlops\n'


def complaint(folder: Path, text: str) -> str:
    """What is said about a file, without its folder."""
    path = folder / "own.yaml"
    path.write_text(text)
    with pytest.raises(RubricError) as caught:
        load_rubric(str(path))
    assert caught.value.exit_code == 2
    return caught.value.what.removeprefix(f"{folder}/")


@pytest.mark.parametrize("name", BUILT_IN)
def test_built_in_rubrics_judge_the_same_criteria(name):
    assert [item.id for item in load_rubric(name).criteria] == [item.id for item in load_rubric("mlops").criteria]


@pytest.mark.parametrize("name", ["startup", "midsize", "enterprise"])
def test_markets_say_why_they_weigh_otherwise(name):
    rubric = load_rubric(name)
    assert rubric.extends == "mlops"
    assert rubric.changes
    assert all(item.points != item.before and len(item.reason.split()) > 6 for item in rubric.changes)


def test_markets_differ_where_the_guide_says():
    points = {
        name: {item.id: item.points for item in load_rubric(name).criteria}
        for name in ("startup", "midsize", "enterprise")
    }
    for criterion in ("iac.remote-state", "doc.operations", "mon.alerting", "repro.data-versioning"):
        assert points["startup"][criterion] < points["midsize"][criterion] < points["enterprise"][criterion]
    for criterion in ("e2e.live-endpoint", "doc.quantified"):
        assert points["startup"][criterion] > points["midsize"][criterion] >= points["enterprise"][criterion]


def test_documented_examples_are_whole_rubrics(tmp_path):
    examples = re.findall(r"```yaml\n# (\S+)\n(.*?)```", DOCS.read_text(), re.DOTALL)
    write_files(tmp_path, dict(examples))
    fintech, service = (load_rubric(str(tmp_path / name)) for name, _ in examples)
    criteria = {item.id: item for item in fintech.criteria}
    assert criteria["ci.model-gate"].points == 5
    assert criteria["iac.remote-state"].points == 3
    assert criteria["doc.operations"].why == "Our on-call team meets your model at three in the morning."
    assert [item.criterion for item in fintech.changes] == ["ci.model-gate"]
    assert service.grade(39) == "at the beginning"


def test_hash_covers_the_parents(tmp_path):
    write_files(tmp_path, {"child.yaml": HEAD})
    own = hashlib.sha256(HEAD.encode()).hexdigest()
    joined = hashlib.sha256(f"{load_rubric('mlops').sha256}\n{HEAD}".encode()).hexdigest()
    assert load_rubric(str(tmp_path / "child.yaml")).sha256 == joined != own


def test_a_parent_is_found_beside_the_file(tmp_path):
    write_files(
        tmp_path,
        {
            "team/own.yaml": HEAD.replace("mlops", "../company.yaml"),
            "company.yaml": HEAD + "grades: [{from: 0, name: any}]\n",
        },
    )
    rubric = load_rubric(str(tmp_path / "team" / "own.yaml"))
    assert rubric.grade(99) == "any"
    assert rubric.extends == "own"


def test_sections_of_ones_own_follow_those_of_the_parent(tmp_path):
    text = HEAD + (
        "sections:\n  - id: ours\n    title: Ours\n    criteria:\n"
        "      - {id: ours.one, title: One, points: 1, why: w, how: h, builds_on: e2e.serving}\n"
    )
    write_files(tmp_path, {"own.yaml": text})
    assert load_rubric(str(tmp_path / "own.yaml")).sections[-1].criteria[0].builds_on == "e2e.serving"


CHANGES = HEAD + "changes:\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (CHANGES + "  - {criterion: e2e.servin, points: 1, reason: r}\n", "line 6: mlops has no criterion 'e2e.servin'"),
        (CHANGES + "  - {criterion: e2e.serving, points: 1}\n", "line 6: reason is missing or empty"),
        (CHANGES + "  - {criterion: e2e.serving, points: many, reason: r}\n", "line 6: points is 'many'"),
        (CHANGES + "  - {criterion: e2e.serving}\n", "line 6: the change of e2e.serving changes nothing"),
        (CHANGES + "  - {criterion: e2e.serving, weight: 3}\n", "line 6: there is no key 'weight' here"),
        (CHANGES + "  - &a {criterion: e2e.serving, how: h}\n  - *a\n", "the change of e2e.serving stands there twice"),
        (CHANGES + "  criterion: e2e.serving\n", "line 6: changes must be a list"),
        (HEAD.replace("mlops", "own.yaml"), "line 4: extends 'own.yaml' leads back to this file"),
        (HEAD.replace("mlops", "gone.yaml"), "line 4: it extends 'gone.yaml', which cannot be used"),
        (HEAD.replace("extends: mlops\n", "changes: []\n"), "line 4: there is no key 'changes' here"),
        (HEAD + "sections: [{id: monitoring, title: M, criteria: [{id: x, title: t, points: 1, why: w, how: h}]}]\n",
         "line 5: the section monitoring stands there twice"),
        (HEAD + "grades: [{from: 10, name: low}]\n", "line 5: the lowest grade must be from 0"),
        ("id: own\n- x\n", "line 2"),
        ("", "line 1: a rubric is a mapping"),
    ],
)  # fmt: skip
def test_wrong_files_are_told_with_line_and_reason(tmp_path, text, expected):
    assert expected in complaint(tmp_path, text)


def test_two_files_cannot_extend_each_other(tmp_path):
    write_files(tmp_path, {"a.yaml": HEAD.replace("mlops", "b.yaml"), "b.yaml": HEAD.replace("mlops", "a.yaml")})
    with pytest.raises(RubricError, match=r"a\.yaml' leads back to this file"):
        load_rubric(str(tmp_path / "a.yaml"))


def test_an_unknown_name_lists_the_known_ones():
    with pytest.raises(RubricError, match="mlops, startup, midsize, enterprise"):
        load_rubric("no-such-rubric")


def listing(name: str) -> str:
    buffer = io.StringIO()
    print_rules(load_rubric(name), Console(file=buffer, width=200, no_color=True))
    return buffer.getvalue()


def test_rules_show_the_reasons():
    assert "1 in mlops, 3 here: Several teams change one infrastructure" in listing("enterprise")
    assert "here:" not in listing("mlops")


def test_one_criterion_shows_its_reason():
    buffer = io.StringIO()
    print_criterion(load_rubric("startup"), "e2e.live-endpoint", Console(file=buffer, width=200, no_color=True))
    assert "2 in mlops, 5 here: A small team" in buffer.getvalue()
