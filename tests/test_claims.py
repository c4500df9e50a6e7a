"""Claims: what words name and nothing shows, with a kind sentence."""

from __future__ import annotations

import pytest

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


def test_a_package_of_another_name_is_named_as_it_is_listed(repository: BuildRepository):
    repo = repository({"requirements.txt": "pandas\nboto3\n"})

    assert claims(repo)["aws"].sentence.startswith("requirements.txt line 2 lists boto3 (AWS) as a dependency; no ")


def test_a_list_of_all_that_was_installed_claims_nothing(repository: BuildRepository):
    frozen = "".join(f"package{number}==1.{number}\n" for number in range(60))

    assert claims(repository({"requirements.txt": f"{frozen}sentry-sdk==2.0\nflask==3.0\n"})) == {}


def test_an_exported_environment_claims_nothing(repository: BuildRepository):
    frozen = "".join(f"  - package{number}=1.{number}=py311_0\n" for number in range(60))

    found = claims(repository({"environment.yml": f"name: x\ndependencies:\n{frozen}  - flask=3.0=py311_0\n"}))
    assert "flask" not in found


def test_a_compose_file_shows_docker(repository: BuildRepository):
    repo = repository(
        {
            "README.md": "# Churn\n\nStart it with Docker.\n",
            "compose.yaml": "services:\n  db:\n    image: postgres:16\n",
        }
    )

    assert "docker" not in claims(repo)


@pytest.mark.parametrize(
    "line",
    [
        "- No Kubernetes complexity",
        "- Blob storage (similar to AWS S3)",
        "- Docker networks (extendable to Terraform)",
        "- Evidently reports (not yet done)",
        "- 2 points: the project is deployed to Kubernetes or uses LocalStack",
        "- [ ] LocalStack",
        "- Make comes with Git Bash",
        "- The cloud is used, although not Kubernetes",
        "- Firebase is like GCP, for telephones",
        "- You could also copy the data into an AWS bucket",
        "- (Optional) AWS account, to deploy on SageMaker",
        "- Cloud Storage, an alternative for storage from Amazon Web Services",
        "- Evidently was there, and I removed it for want of time",
        "- Implement data versioning with DVC",
        "- 🔜 Releases by GitHub Actions",
        "- Monitoring is under development (adding Evidently)",
        "- Workloads that are ready for Kubernetes",
        "- [Ruff](https://docs.astral.sh/ruff): a fast linter written in Rust",
    ],
)
def test_what_a_line_sets_aside_is_not_said_to_be_there(repository: BuildRepository, line: str):
    found = claims(repository({"README.md": f"# Churn\n\n{line}\n"}))

    assert all(item.aside for name, item in found.items() if name != "docker")


def test_what_else_the_line_names_stays_a_claim(repository: BuildRepository):
    found = claims(repository({"README.md": "# Churn\n\nNo servers to keep: Terraform makes it on Kubernetes.\n"}))

    assert {name for name, item in found.items() if not item.aside} == {"terraform", "kubernetes"}


def test_a_tool_of_packaging_that_the_readme_runs_is_no_claim(repository: BuildRepository):
    text = "# Churn\n\nActivate the conda environment.\n\n```\n$ conda activate churn\n```\n"

    assert claims(repository({"README.md": text})) == {}


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
