"""Technologies that code or configuration shows."""

from __future__ import annotations

import pytest

from analyzer.claims import find_claims
from analyzer.findings import Evidence
from analyzer.knowledge.technologies import KINDS, TECHNOLOGIES
from analyzer.technologies import find_technologies
from tests.conftest import BuildRepository, Files

DEPLOYMENT = (
    "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: x}\nspec:\n  template:\n    spec:\n"
    "      containers:\n        - image: kserve/controller:1\n"
)


@pytest.fixture
def shown(repository: BuildRepository):
    """``shown(files)`` returns {technology: places}."""

    def find(files: Files, subdir: str = "") -> dict[str, list[str]]:
        technologies = find_technologies(repository(files, subdir))
        return {item.id: [f"{found.path}:{found.line}" for found in item.evidence] for item in technologies}

    return find


@pytest.mark.parametrize(
    ("technology", "files", "place"),
    [
        ("python", {"a.py": "x = 1\n"}, "a.py:1"),
        ("go", {"main.go": "package main\n"}, "main.go:1"),
        ("aws", {"Pulumi.yaml": "name: x\nruntime: yaml\nresources:\n  a:\n    type: aws:ec2:Instance\n"}, "Pulumi.yaml:4"),
        (
            "grafana",
            {"a.yaml": "apiVersion: 1\ngroups:\n- name: g\n  rules:\n  - title: drift\n    condition: C\n"},
            "a.yaml:5",
        ),
        ("rust", {"src/main.rs": "fn main() {}\n"}, "src/main.rs:1"),
        ("scikit-learn", {"a.py": "import os\nfrom sklearn.svm import SVC\nSVC()\n"}, "a.py:2"),
        ("keras", {"a.py": "import tensorflow as tf\ntf.keras.Model()\n"}, "a.py:2"),
        ("google-vertex-ai", {"a.py": "from google.cloud import aiplatform\naiplatform.init()\n"}, "a.py:1"),
        ("docker", {"Dockerfile": "FROM python\nCOPY . .\n"}, "Dockerfile:1"),
        ("docker", {"compose.yaml": "services:\n  g:\n    image: redis:7\n"}, "compose.yaml:1"),
        ("seldon-core", {"s.tf": 'resource "helm_release" "s" {\n  chart = "seldon-core-operator"\n}\n'}, "s.tf:1"),
        ("gcp", {"Dockerfile": "FROM gcr.io/shop-123/base:1\nCOPY . .\n"}, "Dockerfile:1"),
        ("grafana", {"compose.yaml": "services:\n  g:\n    image: grafana/grafana:11\n"}, "compose.yaml:2"),
        ("prometheus", {"p.yml": "scrape_configs:\n  - job_name: x\n    static_configs: []\n"}, "p.yml:1"),
        ("alertmanager", {"a.yml": "route: {receiver: x}\nreceivers: [{name: x}]\n"}, "a.yml:1"),
        ("kubernetes", {"k.yaml": DEPLOYMENT}, "k.yaml:1"),
        ("kserve", {"k.yaml": DEPLOYMENT}, "k.yaml:1"),
        ("kserve", {"k.yaml": "apiVersion: serving.kserve.io/v1beta1\nkind: InferenceService\nmetadata: {name: x}\n"}, "k.yaml:1"),
        ("argo-cd", {"k.yaml": "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: x}\n"}, "k.yaml:1"),
        ("argo-workflows", {"k.yaml": "apiVersion: argoproj.io/v1alpha1\nkind: Workflow\nmetadata: {name: x}\n"}, "k.yaml:1"),
        ("aws-sagemaker", {"main.tf": 'resource "aws_sagemaker_model" "m" {\n  name = "m"\n}\n'}, "main.tf:1"),
        ("terraform", {"main.tf": 'resource "aws_s3_bucket" "b" {}\n'}, "main.tf:1"),
        ("aws-sam", {"t.yaml": "Transform: AWS::Serverless-2016-10-31\nResources:\n  F:\n    Type: AWS::Serverless::Function\n"}, "t.yaml:1"),
        ("cloudformation", {"t.yaml": "Transform: AWS::Serverless-2016-10-31\nResources:\n  F:\n    Type: AWS::Serverless::Function\n"}, "t.yaml:1"),
        ("pulumi", {"Pulumi.yaml": "name: x\nruntime: yaml\nresources:\n  b:\n    type: aws:s3:Bucket\n"}, "Pulumi.yaml:1"),
        ("cml", {".github/workflows/c.yml": "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - uses: iterative/setup-cml@v2\n"}, ".github/workflows/c.yml:6"),
        ("helm", {"Makefile": "deploy:\n\thelm upgrade x .\n"}, "Makefile:2"),
        ("ansible", {"play.yml": "- hosts: all\n  tasks: []\n"}, "play.yml:1"),
        ("poetry", {"pyproject.toml": '[tool.poetry]\nname = "x"\n[tool.poetry.dependencies]\npandas = "*"\n'}, "pyproject.toml:1"),
        ("uv", {"uv.lock": '[[package]]\nname = "pandas"\nversion = "2.0"\n'}, "uv.lock:1"),
        ("pipenv", {"Pipfile.lock": '{\n    "default": {\n        "pandas": {\n            "version": "==2.0"\n'}, "Pipfile.lock:1"),
        ("conda", {"environment.yml": "channels: [x]\ndependencies:\n  - pandas\n"}, "environment.yml:1"),
        ("feast", {"feature_store.yaml": "project: x\nregistry: r.db\nprovider: local\n"}, "feature_store.yaml:1"),
        ("kubeflow", {"kfp.yaml": "pipelines.kubeflow.org: x\n"}, "kfp.yaml:1"),
    ],
)  # fmt: skip
def test_what_shows_a_technology(shown, technology, files, place):
    path, _, line = place.rpartition(":")
    found = shown(files).get(technology, [])
    assert place in found if line != "1" else any(item.startswith(f"{path}:") for item in found)


@pytest.mark.parametrize(
    ("technology", "files"),
    [
        ("scikit-learn", {"a.py": "import sklearn\n"}),
        ("scikit-learn", {"README.md": "scikit-learn\n", "requirements.txt": "scikit-learn\n"}),
        ("docker", {"Dockerfile": "\n"}),
        ("go", {"node_modules/x/main.go": "package main\n"}),
        ("aws-sam", {"t.yaml": "Transform: AWS::Serverless-2016-10-31\nResources: {}\n"}),
        ("prometheus", {"p.yml": "scrape_configs: []\n"}),
        ("gcp", {"compose.yaml": "services:\n  c:\n    image: gcr.io/cadvisor/cadvisor:v0.49\n"}),
        ("aws", {"Dockerfile": "FROM public.ecr.aws/docker/library/python:3.12\nCOPY . .\n"}),
    ],
)
def test_what_does_not_show_a_technology(shown, technology, files):
    assert technology not in shown(files)


def test_files_of_the_root_show_what_serves_a_subfolder(shown):
    workflow = "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: cd project && pytest\n"
    found = shown({".github/workflows/c.yml": workflow, "project/a.py": "x = 1\n"}, "project")
    assert found["github-actions"] == [".github/workflows/c.yml:1"]


def test_evidence_is_three_places_with_their_lines(repository: BuildRepository):
    files = {f"{name}.py": "import mlflow\nmlflow.start_run()\n" for name in "abcdefghijklmnop"}
    technologies = find_technologies(repository(files))
    (found,) = (item for item in technologies if item.id == "mlflow")
    assert found.area == "lifecycle"
    assert found.evidence == tuple(Evidence(f"{name}.py", 1, 1, "import mlflow") for name in "abc")


def test_technologies_come_in_the_order_of_the_table(shown):
    order = [marks.id for marks in TECHNOLOGIES]
    found = list(
        shown({"a.py": "import torch\nimport mlflow\nimport pandas\ntorch.x(mlflow.y())\n", "main.go": "package x\n"})
    )
    assert found == sorted(found, key=order.index)


def test_names_that_nothing_shows_are_claims_with_their_line(repository: BuildRepository):
    files = {
        "README.md": "# Shop\n\nBuilt with:\n\n- Kubernetes\n- MLflow\n\n```\nterraform apply\n```\n",
        "requirements.txt": "pandas\nevidently==0.7\nmlflow\n",
        "a.py": "import mlflow\nmlflow.start_run()\n",
    }
    repo = repository(files)
    claims = find_claims(repo, find_technologies(repo))
    places = [(item.technology, item.path, item.line) for item in claims]
    assert places == [("evidently", "requirements.txt", 2), ("kubernetes", "README.md", 5)]


def test_without_a_readme_there_are_no_claims_of_prose(repository: BuildRepository):
    repo = repository({"a.txt": "Kubernetes"})
    assert find_technologies(repo) == ()
    assert find_claims(repo, ()) == ()


def test_the_table_is_whole():
    ids = [marks.id for marks in TECHNOLOGIES]
    assert len(ids) == len(set(ids)) > 80
    assert set(KINDS) <= set(ids)
    assert next(marks.imports for marks in TECHNOLOGIES if marks.id == "mlflow") == ("mlflow",)
