"""Infrastructure files of all tools in one shape, and those written in Python."""

from __future__ import annotations

from analyzer.artifacts.infrastructure import Declaration, InfraFile, Resource
from analyzer.artifacts.infrastructure_code import read_infrastructure
from analyzer.artifacts.python_source import parse_python
from analyzer.findings import Place


def read(text: str) -> InfraFile | None:
    return read_infrastructure(parse_python("__main__.py", text))


def test_a_file_stands_where_its_first_resource_stands() -> None:
    resource = Resource("main.tf", "terraform", "aws_s3_bucket", "b", 3, 5)
    assert InfraFile("main.tf", "terraform", (resource,)).place == resource.place == Place("main.tf", 3, 5)
    assert InfraFile("main.tf", "terraform").place == Place("main.tf", 1)
    assert Declaration("main.tf", "x", 7, end_line=9).place == Place("main.tf", 7)


PULUMI = """\
import pulumi
import pulumi_aws as aws
from pulumi_aws import ecs

config = pulumi.Config()
size = config.require_int("size")
bucket = aws.s3.Bucket(
    "data",
    versioning=True,
)
ecs.Cluster("main")
args = aws.s3.BucketArgs(acl="private")
aws.s3.Bucket

class Service(pulumi.ComponentResource):
    pass

pulumi.export("url", bucket.id)
"""


def test_pulumi_in_python() -> None:
    file = read(PULUMI)
    assert file is not None
    assert [(item.type, item.name, item.line, item.end_line) for item in file.resources] == [
        ("aws.s3.Bucket", "data", 7, 10),
        ("aws.ecs.Cluster", "main", 11, 11),
    ]
    assert "versioning" in file.resources[0].body
    declared = (*file.variables, *file.outputs, *file.modules)
    assert [(item.name, item.line) for item in declared] == [("size", 6), ("url", 18), ("Service", 15)]


def test_cdk_in_python() -> None:
    file = read(
        "import aws_cdk as cdk\nfrom aws_cdk import aws_s3 as s3\n\nclass Data(cdk.Stack):\n    def __init__(self, scope):\n"
        '        s3.Bucket(self, "Data", removal_policy=cdk.RemovalPolicy.DESTROY)\n        cdk.CfnOutput(self, "Url", value="x")\n'
    )
    assert file is not None
    assert (file.tool, [(item.type, item.name, item.line) for item in file.resources]) == (
        "cdk",
        [("aws_cdk.aws_s3.Bucket", "Data", 6)],
    )
    assert ([item.name for item in file.outputs], file.modules) == (["Url"], ())


def test_other_modules_declare_nothing() -> None:
    assert read("import pandas\n") is None
