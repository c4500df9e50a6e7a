"""The sample portfolios: what the merged matrix and the plan must say about each."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML

from analyzer import Options, Portfolio
from analyzer.portfolio import analyze_portfolio
from analyzer.portfolio.reporters import PORTFOLIO_FORMATS, render_portfolio
from analyzer.portfolio.reporters.document import as_document, portfolio_schema
from tests.conftest import FIXTURES

PORTFOLIOS = FIXTURES.parent / "portfolios"
NAMES = sorted(path.name for path in PORTFOLIOS.iterdir())

pytestmark = pytest.mark.parametrize("name", NAMES)


@cache
def expected(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = YAML(typ="safe").load((PORTFOLIOS / name / "expected.yaml").read_text("utf-8"))
    return loaded


@cache
def portfolio(name: str) -> Portfolio:
    wanted = expected(name)
    targets = [str(FIXTURES / repository) for repository in wanted["repositories"]]
    return analyze_portfolio(targets, Options(standalone=True), split=wanted["split"])


def repository_of(unit: str) -> str:
    """The repository of a unit, which may be a project of it."""
    return unit.partition(" (")[0]


def test_it_is_made_of_six_repositories(name: str):
    assert len(expected(name)["repositories"]) == 6
    assert {repository_of(unit.name) for unit in portfolio(name).units} == set(expected(name)["repositories"])


def test_each_criterion_is_shown_best_where_it_is(name: str):
    wanted, found = expected(name)["criteria"], portfolio(name).criteria
    assert {item.criterion.id: item.status.value for item in found} == {
        criterion: item["status"] for criterion, item in wanted.items()
    }
    elsewhere = {
        item.criterion.id: item.unit
        for item in found
        if repository_of(item.unit) not in wanted[item.criterion.id].get("in", [""])
    }
    assert elsewhere == {}


def test_the_merged_statuses_are_the_best_of_what_each_fixture_expects(name: str):
    """The table above, once more from the tables of the six repositories themselves; course work is left to its project."""
    tables = {
        repository: YAML(typ="safe").load((FIXTURES / repository / "expected.yaml").read_text("utf-8"))["criteria"]
        for repository in expected(name)["repositories"]
    }
    order = ["missing", "partial", "met"]
    for criterion, wanted in expected(name)["criteria"].items():
        best = max((table[criterion]["status"] for table in tables.values()), key=order.index)
        assert wanted["status"] == best, criterion


def test_the_skills_matrix(name: str):
    found = {
        skill.id: {
            "level": skill.level,
            "shown": {item.technology for item in skill.technologies if item.shown_in},
            "claimed": {item.technology for item in skill.technologies if item.claimed_in and not item.shown_in},
        }
        for skill in portfolio(name).skills
    }
    wanted = {
        skill: {"level": item["level"], "shown": set(item["shown"]), "claimed": set(item["claimed"])}
        for skill, item in expected(name)["skills"].items()
    }
    assert found == wanted


def test_the_plan(name: str):
    wanted, found = expected(name)["plan"], portfolio(name).plan
    assert [item.step.criterion for item in found] == [item["criterion"] for item in wanted]
    for step, item in zip(found, wanted, strict=True):
        assert repository_of(step.unit) in item["in"], item["criterion"]


def test_score_strongest_presentation_and_role(name: str):
    wanted, found = expected(name), portfolio(name)
    assert wanted["score"]["min"] <= found.score <= wanted["score"]["max"]
    assert {repository_of(item.unit) for item in found.strongest} == set(wanted["strongest"])
    assert {item.id: item.status.value for item in found.tips} == wanted["presentation"]
    assert found.roles[0].role == wanted["roles"]["first"]


def test_evidence_lies_in_the_repository_that_it_is_said_to(name: str):
    for item in portfolio(name).criteria:
        for place in item.scored.decision.evidence[:1]:
            assert (FIXTURES / repository_of(item.unit) / place.path).is_file()


def test_the_document_is_as_its_schema_says(name: str):
    errors = [
        error.message[:200]
        for error in Draft202012Validator(portfolio_schema()).iter_errors(as_document(portfolio(name)))
    ]
    assert errors == []


@pytest.mark.parametrize("form", PORTFOLIO_FORMATS)
def test_every_format_says_score_and_strongest(name: str, form: str):
    text = render_portfolio(portfolio(name), form)
    assert portfolio(name).units[0].name in text
    assert form == "csv" or f"{portfolio(name).score:g}" in text


def test_weak_neighbours_do_not_lower_the_strong_ones(name: str):
    strong = [str(FIXTURES / "airflow-batch")]
    weak = [str(FIXTURES / "notebook-only"), str(FIXTURES / "empty-claims")]
    alone = analyze_portfolio(strong, Options(standalone=True))
    together = analyze_portfolio([*weak, *strong], Options(standalone=True))
    assert together.score >= alone.score
    assert together.units[0].name == "airflow-batch"


def test_paths_of_the_samples_are_named_nowhere_in_the_document(name: str):
    assert str(Path(FIXTURES)) not in render_portfolio(portfolio(name), "json")
