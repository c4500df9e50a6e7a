"""Files of every well-known name: some to be empty, some with the least that is no syntax error."""

from __future__ import annotations

__all__ = ["EMPTY", "STUBS"]

EMPTY = (
    "Dockerfile", "docker-compose.yml", "compose.yaml", ".dockerignore", ".github/workflows/ci.yml",
    ".github/workflows/deploy.yml", ".github/workflows/train.yml", ".gitlab-ci.yml", "Jenkinsfile", ".circleci/config.yml",
    "azure-pipelines.yml", "main.tf", "variables.tf", "outputs.tf", "backend.tf", "Pulumi.yaml", "template.yaml",
    "serverless.yml", "cdk.json", "main.bicep", "dvc.yaml", "dvc.lock", ".dvc/config", "data/raw.csv.dvc", "Makefile", "justfile",
    "Taskfile.yml", "tox.ini", "noxfile.py", "prometheus.yml", "alert_rules.yml", "alertmanager.yml",
    "grafana/dashboards/model.json", "grafana/provisioning/datasources/prometheus.yml", "tests/__init__.py",
    "tests/test_model.py", "tests/integration/test_api.py", "tests/conftest.py", "k8s/deployment.yaml", "k8s/service.yaml",
    "k8s/kustomization.yaml", "charts/model/Chart.yaml", "charts/model/values.yaml", "charts/model/templates/deployment.yaml",
    ".pre-commit-config.yaml", "docs/runbook.md", "docs/architecture.md", "docs/adr/0001-record.md", "docs/challenges.md",
    "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "requirements-dev.txt", "poetry.lock", "uv.lock", "Pipfile.lock",
    "environment.yml", "setup.py", "Procfile", "render.yaml", "fly.toml", "app.yaml", "prefect.yaml", "MLproject",
    "feature_store/feature_store.yaml", "feature_store/features.py", "src/__init__.py", "src/data_ingestion.py",
    "src/feature_engineering.py", "src/training.py", "src/serving.py", "src/monitoring.py", "src/drift.py", "src/registry.py",
    "dags/training_dag.py", "great_expectations/great_expectations.yml", "architecture.drawio", "docs/diagram.mmd",
    "mlruns/meta.yaml", "model_card.md", "docs/results.png",
)  # fmt: skip

STUBS = {
    "Dockerfile": "FROM python:3.11-slim\n",
    "docker-compose.yml": "services:\n  mlflow:\n    image: ghcr.io/mlflow/mlflow\n  grafana:\n    image: grafana/grafana\n  db:\n    image: postgres\n",
    ".github/workflows/ci.yml": (
        "name: CI\non: [push, pull_request]\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n"
        "      - uses: actions/checkout@v4\n      - run: echo 'pytest'\n      - run: echo 'ruff check .' && true\n"
    ),
    ".github/workflows/deploy.yml": (
        "name: Deploy\non: push\njobs:\n  deploy:\n    runs-on: ubuntu-latest\n    steps:\n      - run: echo deploy to production\n"
        "      - run: |\n          # terraform apply\n          # kubectl apply -f k8s\n          true\n"
    ),
    ".gitlab-ci.yml": "stages: [test, deploy]\ntest:\n  stage: test\n  script: [echo test]\n",
    "Jenkinsfile": "pipeline { agent any\n stages { stage('Test') { steps { echo 'pytest' } } } }\n",
    "main.tf": 'terraform {\n  required_version = ">= 1.5"\n}\n\nprovider "aws" {\n  region = "eu-west-1"\n}\n\n# resource "aws_instance" "api" {}\n',
    "variables.tf": 'variable "region" {\n  type = string\n}\n',
    "outputs.tf": 'output "region" {\n  value = var.region\n}\n',
    "backend.tf": 'terraform {\n  backend "s3" {}\n}\n',
    "Pulumi.yaml": "name: stub\nruntime: yaml\n",
    "template.yaml": "AWSTemplateFormatVersion: '2010-09-09'\nTransform: AWS::Serverless-2016-10-31\nResources: {}\n",
    "serverless.yml": "service: stub\nprovider:\n  name: aws\nfunctions: {}\n",
    "dvc.yaml": "stages: {}\n",
    ".dvc/config": "[core]\n",
    "Makefile": "train:\n\t@echo training\ntest:\n\t@echo testing\nlint:\n\t@true\n",
    "prometheus.yml": "global:\n  scrape_interval: 15s\nscrape_configs: []\n",
    "alert_rules.yml": "groups: []\n",
    "alertmanager.yml": "route: {receiver: none}\nreceivers: [{name: none}]\n",
    "grafana/dashboards/model.json": '{"title": "Model", "schemaVersion": 38, "panels": []}',
    "tests/test_model.py": "def test_model():\n    pass\n\n\ndef test_true():\n    assert True\n",
    "tests/integration/test_api.py": "def test_api():\n    assert True\n",
    "k8s/empty.yaml": "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: model\nspec: {}\n",
    "k8s/deployment.yaml": (
        "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: model\nspec:\n  template:\n    spec:\n"
        "      containers:\n        - name: model\n          image: example/model:1.0\n"
    ),
    "k8s/service.yaml": "apiVersion: v1\nkind: Service\nmetadata:\n  name: model\nspec: {}\n",
    "charts/model/Chart.yaml": "apiVersion: v2\nname: model\nversion: 0.1.0\n",
    "charts/model/values.yaml": "image: model\n",
    ".pre-commit-config.yaml": "repos: []\n",
    "docs/runbook.md": "# Runbook\nTo be written.\n",
    "docs/architecture.md": "# Architecture\nComing soon.\n",
    "docs/adr/0001-record.md": "# 1. Record decisions\nAccepted.\n",
    "docs/challenges.md": "# Challenges\nMany.\n",
    "CHANGELOG.md": "# Changelog\n## 1.0.0\n- Added everything\n",
    "Procfile": "web: gunicorn app:app\n",
    "render.yaml": "services:\n  - type: web\n    name: model\n    env: python\n",
    "fly.toml": "app = 'model'\n",
    "prefect.yaml": "deployments: []\n",
    "MLproject": "name: stub\n",
    "poetry.lock": "# empty\n",
    "src/training.py": "def train():\n    pass\n",
    "src/serving.py": "def predict():\n    raise NotImplementedError\n",
    "src/drift.py": "def detect_drift():\n    ...\n",
    "dags/training_dag.py": '"""DAG of the training."""\n',
    "feature_store/feature_store.yaml": "project: stub\n",
    "docs/diagram.mmd": "graph LR\n",
}
