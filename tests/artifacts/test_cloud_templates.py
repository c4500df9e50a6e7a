"""CloudFormation, SAM, Serverless, Pulumi, CDK and Bicep."""

from __future__ import annotations

from analyzer.artifacts.cloud_templates import (
    parse_bicep,
    parse_cloudformation,
    parse_pulumi_program,
    parse_pulumi_yaml,
    parse_serverless,
)
from analyzer.artifacts.infrastructure import InfraFile
from analyzer.findings import Place

TEMPLATE = """\
AWSTemplateFormatVersion: "2010-09-09"
Parameters:
  Stage:
    Type: String
    Default: dev
Resources:
  Data:
    Type: AWS::S3::Bucket
    Properties:
      BucketName: !Sub "data-${Stage}"
      Tags:
        - Key: a
          Value: !Ref Stage
  Role:
    Type: AWS::IAM::Role
  Broken: {}
Outputs:
  Arn:
    Value: !GetAtt Data.Arn
"""


def resources(file: InfraFile) -> list[tuple[str, str, int, int]]:
    return [(item.type, item.name, item.line, item.end_line) for item in file.resources]


def test_cloudformation_with_short_tags() -> None:
    file = parse_cloudformation("template.yaml", TEMPLATE)
    assert (file.tool, resources(file)) == (
        "cloudformation",
        [("AWS::S3::Bucket", "Data", 7, 13), ("AWS::IAM::Role", "Role", 14, 15)],
    )
    assert file.resources[0].attributes == {"BucketName": "data-${Stage}", "Tags": ""}
    assert file.resources[0].body.endswith("Value: !Ref Stage")
    assert [(item.name, item.line, item.value) for item in (*file.variables, *file.outputs)] == [
        ("Stage", 3, "dev"),
        ("Arn", 18, "Data.Arn"),
    ]


def test_sam_is_told_by_its_transform_or_its_types() -> None:
    by_transform = parse_cloudformation("t.yaml", "Transform: AWS::Serverless-2016-10-31\nResources: {}\n")
    by_type = parse_cloudformation("t.yaml", "Resources:\n  F:\n    Type: AWS::Serverless::Function\n")
    assert (by_transform.tool, by_type.tool, by_type.resources[0].tool) == ("sam", "sam", "sam")


def test_cloudformation_as_json_with_tabs() -> None:
    text = '{\n\t"Resources": {\n\t\t"B": {"Type": "AWS::S3::Bucket"}\n\t}\n}\n'
    assert resources(parse_cloudformation("t.json", text)) == [("AWS::S3::Bucket", "B", 3, 3)]


def test_serverless_has_functions_and_resources() -> None:
    text = "service: x\ncustom:\n  stage: dev\nfunctions:\n  predict:\n    handler: app.handler\nresources:\n  Resources:\n    T:\n      Type: AWS::DynamoDB::Table\n"
    file = parse_serverless("serverless.yml", text)
    assert resources(file) == [("function", "predict", 5, 6), ("AWS::DynamoDB::Table", "T", 9, 10)]
    assert (file.resources[0].attributes, file.variables[0].name) == ({"handler": "app.handler"}, "stage")


def test_pulumi_yaml_has_a_backend_config_and_outputs() -> None:
    text = "name: x\nruntime: yaml\nbackend:\n  url: s3://state\nconfig:\n  region: {default: eu}\nresources:\n  b:\n    type: aws:s3:Bucket\n  n: {}\noutputs:\n  url: ${b.url}\n"
    file = parse_pulumi_yaml("Pulumi.yaml", text)
    assert resources(file) == [("aws:s3:Bucket", "b", 8, 9)]
    declared = (*file.backends, *file.variables, *file.outputs)
    assert [(item.name, item.line, item.value) for item in declared] == [
        ("s3://state", 4, ""),
        ("region", 6, "eu"),
        ("url", 12, "${b.url}"),
    ]


def test_empty_files_have_nothing() -> None:
    for parse in (parse_cloudformation, parse_serverless, parse_pulumi_yaml):
        file = parse("x", "")
        assert (file.resources, file.backends, file.place) == ((), (), Place("x", 1))


def test_pulumi_in_typescript() -> None:
    text = 'import * as aws from "@pulumi/aws";\nconst config = new pulumi.Config();\nconst size = config.require("size");\n\nconst b = new aws.s3.Bucket("data", {});\nexport const name = b.id;\n'
    file = parse_pulumi_program("index.ts", text)
    assert (file.tool, resources(file)) == ("pulumi", [("aws.s3.Bucket", "data", 5, 5)])
    assert [(item.name, item.line) for item in (*file.variables, *file.outputs)] == [
        ("config", 2),
        ("size", 3),
        ("name", 6),
    ]


def test_pulumi_in_go() -> None:
    file = parse_pulumi_program("main.go", 'package main\n\n\tb, err := s3.NewBucket(ctx, "data", nil)\n')
    assert resources(file) == [("s3.Bucket", "data", 3, 3)]


def test_cdk_in_typescript() -> None:
    text = 'import * as s3 from "aws-cdk-lib/aws-s3";\nexport const x = 1;\nnew s3.Bucket(this, `Data`);\n'
    file = parse_pulumi_program("stack.ts", text)
    assert (file.tool, resources(file), file.outputs) == ("cdk", [("s3.Bucket", "Data", 3, 3)], ())


def test_bicep() -> None:
    text = "@description('where')\nparam location string = 'eu'\n\n  resource web 'Microsoft.Web/sites@2023-01-01' = {\n  name: 'x'\n}\nmodule net './net.bicep' = {\n}\noutput id string = web.id\n"
    file = parse_bicep("main.bicep", text)
    assert resources(file) == [("Microsoft.Web/sites", "web", 4, 4)]
    assert [(item.name, item.line) for item in (*file.variables, *file.modules, *file.outputs)] == [
        ("location", 2),
        ("net", 7),
        ("id", 9),
    ]
