"""Infrastructure as code, in small files."""

from __future__ import annotations

import pytest

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


CDK = (
    "import * as lambda from 'aws-cdk-lib/aws-lambda';\nexport class S extends cdk.Stack {\n  constructor() {\n"
    "    new lambda.DockerImageFunction(this, 'f', {});\n    new cdk.CfnOutput(this, 'url', {value: 'x'});\n  }\n}\n"
)
GO = (
    'package main\n\nimport "github.com/pulumi/pulumi/sdk/v3/go/pulumi"\n\nfunc main() {\n\tc := config.New(ctx, "")\n'
    '\tecs.NewService(ctx, "api", nil)\n\tctx.Export("url", pulumi.String(c.Require("url")))\n}\n'
)
PYTHON = (
    "from aws_cdk import Stack, aws_lambda\nclass S(Stack):\n    def __init__(self, scope):\n"
    "        aws_lambda.DockerImageFunction(self, 'f', code=None)\n"
)


@pytest.mark.parametrize(
    "files",
    [
        {"lib/s.ts": CDK},
        {"main.go": GO},
        {"s.py": PYTHON},
        {"i.py": "import pulumi_aws as aws\naws.lambda_.Function('f', runtime='python3.12')\n"},
        {"stack.template": '{"Resources": {"F": {"Type": "AWS::Lambda::Function"}}}'},
    ],
)
def test_programs_provision_what_runs_code(repository: BuildRepository, files: dict[str, str]) -> None:
    assert status(repository, "iac.ml-infrastructure", files) is Status.MET


@pytest.mark.parametrize("files", [{"lib/s.ts": CDK}, {"main.go": GO}])
def test_programs_take_values_and_give_outputs(repository: BuildRepository, files: dict[str, str]) -> None:
    assert status(repository, "iac.parameterised", files) is Status.MET


def test_an_output_of_the_cdk_is_no_resource(repository: BuildRepository) -> None:
    (file,) = repository({"lib/s.ts": CDK}).infrastructure
    assert [item.type for item in file.resources] == ["lambda.DockerImageFunction"]


def test_azure_keeps_the_state_of_bicep(repository: BuildRepository) -> None:
    files = {"main.bicep": "resource ws 'Microsoft.MachineLearningServices/workspaces@2024-04-01' = {\n}\n"}
    assert status(repository, "iac.remote-state", files) is Status.MET


MANIFEST = (
    "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: api}\nspec:\n  template:\n    spec:\n      containers:\n"
    "      - name: api\n        image: {{ image }}:${TAG}\n"
)


@pytest.mark.parametrize("name", ["api.yaml.j2", "api.yml.tmpl", "api.yaml.template"])
def test_manifests_that_a_tool_fills_in_are_read(repository: BuildRepository, name: str) -> None:
    seen = repository({f"deploy/{name}": MANIFEST, "Dockerfile": "FROM python\nCOPY . .\n"})
    decision = decide_one(seen, "iac.kubernetes")
    assert (decision.status, decision.evidence[0].line) == (Status.MET, 2)
    assert seen.problems == ()


def test_manifests_in_json_are_read(repository: BuildRepository) -> None:
    text = (
        '{"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "api"}, "spec": {"template": {"spec": '
        '{"containers": [{"name": "api", "image": "own/api:1"}]}}}}'
    )
    files = {"k8s/api.json": text, "Dockerfile": "FROM python\nCOPY . .\n"}
    assert status(repository, "iac.kubernetes", files) is Status.MET
