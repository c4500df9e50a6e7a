"""Claims: what words name and nothing shows, with a kind sentence."""

from __future__ import annotations

from analyzer.claims import Claim, find_claims
from analyzer.knowledge.claims import looked_for, spelled
from analyzer.knowledge.technologies import TECHNOLOGIES
from analyzer.repository import Repository
from analyzer.technologies import find_technologies
from tests.conftest import BuildRepository


def claims(repo: Repository) -> dict[str, Claim]:
    return {item.technology: item for item in find_claims(repo, find_technologies(repo))}


def test_a_mention_without_code_is_a_claim_that_says_what_was_looked_for(repository: BuildRepository):
    repo = repository({"README.md": "# Churn\n\nThe service runs on Kubernetes.\n"})

    assert claims(repo)["kubernetes"] == Claim(
        "kubernetes", "README.md", 3, "README line 3 mentions Kubernetes; no manifest, chart or client code was found."
    )


def test_what_code_shows_is_no_claim(repository: BuildRepository):
    repo = repository(
        {"README.md": "# Churn\n\nTracked with MLflow.\n", "train.py": "import mlflow\n\nmlflow.start_run()\n"}
    )

    assert "mlflow" not in claims(repo)


def test_a_badge_is_a_claim(repository: BuildRepository):
    repo = repository({"README.md": "# Churn\n\n![](https://img.shields.io/badge/Terraform-1.9-blue)\n"})

    assert claims(repo)["terraform"].sentence == (
        "README line 3 names Terraform in a badge or picture; no file with a resource, or command of it was found."
    )


def test_a_dependency_that_nothing_imports_is_a_claim(repository: BuildRepository):
    repo = repository({"requirements.txt": "pandas\nevidently==0.4\n"})

    assert claims(repo)["evidently"].sentence.startswith("requirements.txt line 2 lists Evidently as a dependency; no ")


def test_a_description_is_a_claim(repository: BuildRepository):
    repo = repository({"pyproject.toml": '[project]\nname = "x"\ndescription = "Forecasts served by BentoML"\n'})

    assert claims(repo)["bentoml"].line == 3


def test_plans_are_told_from_what_is_said_to_be_there(repository: BuildRepository):
    found = claims(
        repository({"README.md": "# Churn\n\nWe plan to use Kafka.\n\n## Future work\n\n- Move to Kubernetes\n"})
    )

    assert {name: item.aside for name, item in found.items()} == {"kafka": True, "kubernetes": True}
    assert found["kubernetes"].sentence == (
        "README line 7 names Kubernetes as a plan or aside; no manifest, chart or client code was found."
    )


def test_every_technology_has_a_name_and_something_to_look_for():
    assert all(spelled(item.id) and looked_for(item.id, item.area) != "code or configuration" for item in TECHNOLOGIES)
