"""Task definitions of Amazon ECS, and settings that are called as a platform's file is."""

from __future__ import annotations

import json

import pytest

from analyzer.artifacts.ecs import parse_task_definition
from analyzer.findings import Status
from tests.conftest import BuildRepository, decided

TASK = {
    "family": "tides",
    "containerDefinitions": [{"name": "api", "image": "1.dkr.ecr.eu-north-1.amazonaws.com/tides:7"}],
}
FILES = {
    "Dockerfile": 'FROM python:3.12\nCOPY app.py .\nCMD ["uvicorn", "app:app"]\n',
    "app.py": "from fastapi import FastAPI\n\napp = FastAPI()\n\n\n@app.get('/')\ndef tides() -> str:\n    return 'high'\n",
}  # fmt: skip


@pytest.mark.parametrize("whole", [TASK, {"taskDefinition": TASK}])
def test_images_with_their_lines(whole: dict[str, object]) -> None:
    found = parse_task_definition("task.json", json.dumps(whole, indent=2))
    assert found.family == "tides"
    [(image, line)] = found.images
    assert image.endswith("tides:7")
    assert '"image"' in json.dumps(whole, indent=2).split("\n")[line - 1]


def test_a_task_of_ones_own_image_deploys(repository: BuildRepository) -> None:
    files = {**FILES, "deploy/task.json": json.dumps(TASK, indent=2)}
    found = decided(repository, "e2e.cloud-deployment", files)
    assert (found.status, found.evidence[0].path) == (Status.MET, "deploy/task.json")


def test_a_task_of_others_does_not(repository: BuildRepository) -> None:
    task = {"family": "db", "containerDefinitions": [{"name": "db", "image": "postgres:16"}]}
    files = {**FILES, "deploy/task.json": json.dumps(task, indent=2)}
    assert decided(repository, "e2e.cloud-deployment", files).status is Status.MISSING


@pytest.mark.parametrize(
    ("path", "text", "wanted"),
    [
        ("config/app.yaml", "mlflow:\n  uri: http://localhost:5000\nseed: 42\n", Status.MISSING),
        ("app.yaml", "runtime: python312\nentrypoint: uvicorn app:app\n", Status.MET),
        (".do/app.yaml", "name: tides\nservices:\n  - name: api\n    dockerfile_path: Dockerfile\n", Status.MET),
    ],
)
def test_settings_of_an_application_are_no_platform(
    repository: BuildRepository, path: str, text: str, wanted: Status
) -> None:
    assert decided(repository, "e2e.cloud-deployment", {**FILES, path: text}).status is wanted
