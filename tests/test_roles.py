"""How the evidence leans between roles."""

from __future__ import annotations

import json

import pytest

from analyzer.analysis import Options, analyze
from analyzer.engine import decide
from analyzer.knowledge.roles import CRITERION_WEIGHTS, ROLES, TECHNOLOGY_WEIGHTS
from analyzer.knowledge.technologies import TECHNOLOGIES
from analyzer.plugins import discover
from analyzer.repository import Repository
from analyzer.roles import Reason, RoleShare, role_shares
from analyzer.rubric import load_rubric
from analyzer.scorer import score
from analyzer.technologies import find_technologies
from tests.conftest import FIXTURES

TERRAFORM = """
terraform {
  backend "s3" { bucket = "state" }
}
variable "region" {}
resource "aws_ecs_service" "api" { name = "api" }
output "name" { value = aws_ecs_service.api.name }
"""


def shares(repo: Repository) -> tuple[RoleShare, ...]:
    """The shares of a repository."""
    rubric = load_rubric()
    decisions, _ = decide(repo, discover(), [item.id for item in rubric.criteria])
    return role_shares(score(decisions, rubric), find_technologies(repo))


def test_infrastructure_leans_to_devops(repository):
    first = shares(repository({"infra/main.tf": TERRAFORM}))[0]
    assert first.role == "DevOps engineer"
    assert first.because[0] == Reason("iac.provisioning", "", "infra/main.tf", 6)


def test_a_notebook_leans_to_data_science(repository):
    source = [
        "import pandas as pd\n",
        "from sklearn.linear_model import Ridge\n",
        "from sklearn.preprocessing import StandardScaler\n",
        "frame = pd.read_csv('a.csv')\n",
        "x = StandardScaler().fit_transform(frame[['x']])\n",
        "Ridge().fit(x, frame['y'])\n",
    ]
    text = json.dumps({"cells": [{"cell_type": "code", "source": source}], "nbformat": 4, "nbformat_minor": 5})
    first = shares(repository({"a.ipynb": text}))[0]
    assert first.role == "data scientist"
    assert first.share == 1.0


def test_a_compose_file_is_no_work_on_clusters(repository):
    compose = "services:\n  api:\n    build: .\n    ports: ['8000:8000']\n  db:\n    image: postgres:16\n"
    serve = (
        "from fastapi import FastAPI\nfrom sklearn.linear_model import Ridge\n\napp = FastAPI()\nmodel = Ridge().fit([[1]], [1])\n\n"
        "@app.post('/predict')\ndef predict(x: float):\n    return model.predict([[x]])[0]\n"
    )
    files = {
        "app.py": serve,
        "Dockerfile": "FROM python\nCOPY app.py .\nCMD fastapi run app.py\n",
        "compose.yaml": compose,
    }
    found = shares(repository(files))
    assert not any(reason.criterion == "iac.kubernetes" for item in found for reason in item.because)


def test_spark_and_checks_lean_to_data_engineering(repository):
    flow = """
import pandera as pa
import pandas as pd
import dagster
from pyspark.sql import SparkSession

schema = pa.DataFrameSchema({"price": pa.Column(float, pa.Check.gt(0))})

@dagster.asset
def raw():
    frame = SparkSession.builder.getOrCreate().read.parquet("s3://raw").toPandas()
    return schema.validate(frame)

@dagster.asset
def clean(raw):
    raw.to_parquet("clean.parquet")
    return raw

defs = dagster.Definitions(assets=[raw, clean])
"""
    assert shares(repository({"pipeline.py": flow}))[0].role == "data engineer"


@pytest.mark.parametrize("path", sorted(FIXTURES.iterdir()), ids=lambda path: path.name)
def test_shares_add_up_to_one(path):
    found = analyze(str(path), Options(standalone=True)).roles
    assert round(sum(item.share for item in found), 9) in (0, 1)
    assert [item.share for item in found] == sorted((item.share for item in found), reverse=True)
    assert all(item.because for item in found if item.share)


def test_hardly_any_evidence_leans_nowhere(repository):
    assert shares(repository({"README.md": "# Kubernetes, Spark and PyTorch\n", "a.py": "print(1)\n"})) == ()


def test_points_of_the_rubric_move_no_role():
    path = str(FIXTURES / "exemplary")
    found = {analyze(path, Options(standalone=True, rubric=name)).roles for name in ("mlops", "enterprise")}
    assert len(found) == 1


def test_the_tables_name_what_exists():
    assert set(CRITERION_WEIGHTS) <= {item.id for item in load_rubric().criteria}
    assert set(TECHNOLOGY_WEIGHTS) <= {item.id for item in TECHNOLOGIES}
    for row in (*CRITERION_WEIGHTS.values(), *TECHNOLOGY_WEIGHTS.values()):
        assert len(row) == len(ROLES)
        assert sum(row) > 0
        assert all(0 <= weight <= 3 for weight in row)
