"""The sample repositories: what the analyzer must say about each, and whole reports as snapshots."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from analyzer import Options, Report, analyze
from analyzer.reporters.json_report import render_json
from analyzer.reporters.markdown import render_markdown
from analyzer.reporters.text import render_text
from analyzer.rubric import load_rubric
from analyzer.version import VERSION
from tests.conftest import FIXTURES

SNAPSHOTS = Path(__file__).parent / "snapshots"
NAMES = sorted(path.name for path in FIXTURES.iterdir())


@cache
def expected(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = YAML(typ="safe").load((FIXTURES / name / "expected.yaml").read_text())
    return loaded


@cache
def report(name: str) -> Report:
    return analyze(str(FIXTURES / name), Options(standalone=True, subdir=expected(name)["subdir"]))


def test_there_are_at_least_fourteen() -> None:
    assert len(NAMES) >= 14


@pytest.mark.parametrize("name", NAMES)
def test_every_criterion_has_the_expected_status(name: str) -> None:
    found = {item.criterion.id: item.decision.status.value for item in report(name).scorecard.criteria}
    assert found == {criterion: wanted["status"] for criterion, wanted in expected(name)["criteria"].items()}


@pytest.mark.parametrize("name", NAMES)
def test_evidence_is_among_the_places_that_show_it(name: str) -> None:
    wrong = {}
    for item in report(name).scorecard.criteria:
        wanted = set(expected(name)["criteria"][item.criterion.id].get("evidence", ()))
        found = {f"{place.path}:{place.line}" for place in item.decision.evidence}
        if wanted and not wanted & found:
            wrong[item.criterion.id] = sorted(found)
    assert wrong == {}


@pytest.mark.parametrize("name", NAMES)
def test_the_score_is_in_its_range(name: str) -> None:
    bounds = expected(name)["score"]
    assert bounds["min"] <= report(name).scorecard.score <= bounds["max"]


@pytest.mark.parametrize("name", NAMES)
def test_technologies_and_claims(name: str) -> None:
    assert {item.id for item in report(name).technologies} == set(expected(name)["technologies"])
    assert {item.technology for item in report(name).claims} == set(expected(name)["claims"])


@pytest.mark.parametrize("name", NAMES)
def test_no_evidence_points_beyond_the_file(name: str) -> None:
    for item in report(name).scorecard.criteria:
        for place in item.decision.evidence:
            lines = (FIXTURES / name / place.path).read_text("utf-8").count("\n") + 1
            assert 1 <= place.line <= place.end_line <= lines, (item.criterion.id, place)


@pytest.mark.parametrize("name", NAMES)
def test_whole_report(name: str, request: pytest.FixtureRequest) -> None:
    """Reports as they were last looked at; ``bin/test tests/test_fixtures.py --update-snapshots`` writes them anew.

    Text for every sample; JSON and Markdown, which say the same in other forms, for three.
    """
    texts = {"txt": _steady(render_text(report(name)))}
    if name in ("exemplary", "course-subfolder", "notebook-only"):
        texts |= {"json": _steady(render_json(report(name))), "md": _steady(render_markdown(report(name)))}
    for suffix, text in texts.items():
        path = SNAPSHOTS / f"{name}.{suffix}"
        if request.config.getoption("--update-snapshots"):
            path.write_text(text, "utf-8")
        assert path.read_text("utf-8") == text


def _steady(text: str) -> str:
    """The report without the version of the tool and the hash of the rubric, which every release changes."""
    text = text.replace(VERSION, "VERSION")
    for length in (64, 12, 10):
        text = text.replace(load_rubric().sha256[:length], "HASH")
    return "\n".join(line.rstrip() for line in text.split("\n"))
