"""Infrastructure as code, in small files."""

from __future__ import annotations

from analyzer.findings import Status
from tests.conftest import BuildRepository, decide_one

SERVICE = 'resource "aws_ecs_service" "api" {\n  name = "api"\n}\n'
BUCKET = 'resource "aws_s3_bucket" "data" {\n  bucket = "data"\n}\n'


def status(repository: BuildRepository, criterion: str, files: dict[str, str]) -> Status:
    return decide_one(repository(files), criterion).status


def test_provisioning_needs_a_resource(repository: BuildRepository) -> None:
    assert status(repository, "iac.provisioning", {"main.tf": SERVICE}) is Status.MET
    assert status(repository, "iac.provisioning", {"main.tf": 'variable "a" {}\n'}) is Status.MISSING
    assert status(repository, "iac.provisioning", {"main.tf": "# " + SERVICE.replace("\n", "\n# ")}) is Status.MISSING


def test_only_a_bucket_is_partial_infrastructure(repository: BuildRepository) -> None:
    assert status(repository, "iac.ml-infrastructure", {"main.tf": BUCKET}) is Status.PARTIAL
    assert status(repository, "iac.ml-infrastructure", {"main.tf": BUCKET + SERVICE}) is Status.MET


def test_what_tells_most_stands_first(repository: BuildRepository) -> None:
    dashboard = 'resource "aws_cloudwatch_dashboard" "a" {\n  dashboard_name = "a"\n}\n'
    decision = decide_one(repository({"a.tf": dashboard, "b.tf": SERVICE}), "iac.provisioning")
    assert decision.evidence[0].path == "b.tf"


def test_parameters(repository: BuildRepository) -> None:
    variable, output = 'variable "a" {}\n', 'output "b" {\n  value = 1\n}\n'
    assert status(repository, "iac.parameterised", {"main.tf": SERVICE + variable}) is Status.PARTIAL
    assert status(repository, "iac.parameterised", {"main.tf": SERVICE + variable + output}) is Status.MET


def test_remote_state(repository: BuildRepository) -> None:
    bucket = 'resource "aws_s3_bucket" "data" {{\n}}\n'
    backend = bucket + 'terraform {{\n  backend "{}" {{\n{}  }}\n}}\n'
    assert status(repository, "iac.remote-state", {"main.tf": backend.format("s3", '    bucket = "x"\n')}) is Status.MET
    assert status(repository, "iac.remote-state", {"main.tf": backend.format("s3", "")}) is Status.PARTIAL
    assert status(repository, "iac.remote-state", {"main.tf": backend.format("local", "")}) is Status.MISSING
    template = "AWSTemplateFormatVersion: '2010-09-09'\nResources:\n  F:\n    Type: AWS::Lambda::Function\n"
    assert status(repository, "iac.remote-state", {"template.yaml": template}) is Status.MET
    nothing = decide_one(repository({"a.py": "print(1)\n"}), "iac.remote-state")
    assert (nothing.status, "no infrastructure code" in nothing.summary) == (Status.MISSING, True)


def test_compose_with_two_services_is_partial_orchestration(repository: BuildRepository) -> None:
    compose = "services:\n  api:\n    build: .\n  db:\n    image: postgres\n"
    assert status(repository, "iac.kubernetes", {"compose.yaml": compose, "Dockerfile": "FROM x\n"}) is Status.PARTIAL
    server = "services:\n  prefect:\n    image: prefecthq/prefect\n    command: prefect server start\n    volumes:\n      - ./flows:/flows\n  db:\n    image: postgres\n"
    files = {"compose.yaml": server, "flows/train.py": "print(1)\n"}
    assert status(repository, "iac.kubernetes", files) is Status.MISSING
    runs = {**files, "compose.yaml": server.replace("prefect server start", "python /flows/train.py")}
    assert status(repository, "iac.kubernetes", runs) is Status.PARTIAL
    manifest = "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: a\nspec:\n  template:\n    spec:\n      containers:\n      - image: example.org/docks:1\n"
    assert status(repository, "iac.kubernetes", {"k8s/api.yaml": manifest}) is Status.MET


def test_terragrunt_provisions(repository: BuildRepository) -> None:
    source = 'terraform {\n  source = "terraform-aws-modules/%s/aws"\n}\n\ninputs = {\n  name = "docks"\n}\n\nremote_state {\n  backend = "s3"\n}\n'
    database = repository({"infra/db/terragrunt.hcl": source % "rds"})
    for criterion in ("iac.provisioning", "iac.ml-infrastructure", "iac.parameterised", "iac.remote-state"):
        assert decide_one(database, criterion).status is Status.MET, criterion
    bucket = repository({"infra/db/terragrunt.hcl": source % "s3-bucket"})
    assert decide_one(bucket, "iac.ml-infrastructure").status is Status.PARTIAL
