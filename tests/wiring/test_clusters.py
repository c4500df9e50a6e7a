"""Workloads, services of clusters, resources and platform files."""

from __future__ import annotations

import pytest

from analyzer.wiring import build_wiring
from tests.conftest import BuildRepository
from tests.wiring.support import edges

_DEPLOYMENT = (
    "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: api}\nspec:\n  template:\n"
    "    metadata: {labels: {app: api}}\n    spec:\n      containers: [{image: 'example/api:1'}]\n"
)
_SERVICE = "apiVersion: v1\nkind: Service\nmetadata: {name: api}\nspec:\n  selector: {app: api}\n"


def test_a_service_selects_the_workload_of_its_folder(repository: BuildRepository) -> None:
    repo = repository(
        {
            "local/deployment.yaml": _DEPLOYMENT,
            "local/service.yaml": _SERVICE,
            "remote/deployment.yaml": _DEPLOYMENT,
        }
    )
    assert edges(repo, "selects") == {
        ("service:local/service.yaml#api", "selects", "workload:local/deployment.yaml#Deployment.api")
    }


def test_a_function_runs_the_module_of_its_handler(repository: BuildRepository) -> None:
    repo = repository(
        {
            "src/score.py": "def handler(event, context):\n    return event\n",
            "template.yaml": "Transform: AWS::Serverless-2016-10-31\nResources:\n  Score:\n"
            "    Type: AWS::Serverless::Function\n    Properties: {Handler: score.handler, CodeUri: src/}\n",
        }
    )
    assert edges(repo, "runs") == {
        ("resource:template.yaml#AWS::Serverless::Function.Score", "runs", "module:src/score.py")
    }


def test_a_machine_image_is_no_container_image(repository: BuildRepository) -> None:
    repo = repository({"main.tf": 'resource "digitalocean_droplet" "server" {\n  image = "ubuntu-24-04-x64"\n}\n'})
    assert build_wiring(repo).of("image") == ()


def test_an_unknown_image_of_terraform_is_a_gap(repository: BuildRepository) -> None:
    repo = repository(
        {"main.tf": 'variable "image" {}\nresource "aws_lambda_function" "f" {\n  image_uri = var.image\n}\n'}
    )
    wiring = build_wiring(repo)
    assert wiring.of("image") == ()
    assert [(gap.kind, gap.name) for gap in wiring.gaps] == [("image", "${var.image}")]


def test_a_platform_file_runs_the_module_that_it_names(repository: BuildRepository) -> None:
    repo = repository({"Procfile": "web: gunicorn app:server\n", "app.py": "server = object()\n"})
    assert edges(repo, "runs") == {("resource:platform:Procfile", "runs", "module:app.py")}


def test_terraform_apply_deploys_the_resources_of_its_folder(repository: BuildRepository) -> None:
    repo = repository(
        {
            "Makefile": "deploy:\n\tcd infra && terraform apply -auto-approve\n",
            "infra/main.tf": 'resource "aws_ecs_service" "api" {\n  name = "api"\n}\n',
            "other/main.tf": 'resource "aws_ecs_service" "api" {\n  name = "api"\n}\n',
        }
    )
    assert edges(repo, "deploys") == {
        ("script:Makefile#deploy", "deploys", "resource:infra/main.tf#aws_ecs_service.api")
    }


def test_a_deploy_command_runs_the_image_that_it_names(repository: BuildRepository) -> None:
    repo = repository(
        {
            "Dockerfile": "FROM python\nCOPY app.py .\n",
            "app.py": "print(1)\n",
            "deploy.sh": "IMAGE=europe-docker.pkg.dev/x/api\ndocker build -t $IMAGE .\n"
            "gcloud run deploy api --image $IMAGE --region europe-west1\n",
        }
    )
    assert ("resource:command:deploy.sh:3", "runs", "image:Dockerfile") in edges(repo, "runs")


@pytest.mark.parametrize(
    "started",
    [
        "command: [python, -m, shop.train]",
        "command: [python]\n            args: ['-m', 'shop.train']",
        "args: [make, train]",
        "command:\n            - sh\n            - -c\n            - python shop/train.py",
    ],
)
def test_a_workload_runs_the_module_that_its_container_is_told(repository: BuildRepository, started: str) -> None:
    manifest = (
        "apiVersion: batch/v1\nkind: CronJob\nmetadata: {name: train}\nspec:\n  jobTemplate:\n    spec:\n      template:\n"
        f"        spec:\n          containers:\n          - image: example/shop:1\n            {started}\n"
    )
    files = {"shop/train.py": "x = 1\n", "Makefile": "train:\n\tpython -m shop.train\n", "k8s/train.yaml": manifest}
    runs = edges(repository(files), "runs")
    assert ("workload:k8s/train.yaml#CronJob.train", "runs", "module:shop/train.py") in runs
