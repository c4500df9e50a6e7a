"""Terraform: resources, variables, modules, backends, references, and files that do not parse."""

from __future__ import annotations

import pytest

from analyzer.artifacts.infrastructure import InfraFile
from analyzer.artifacts.terraform import parse_terraform
from analyzer.findings import Place

MAIN = """\
terraform {
  required_version = ">= 1.6"
  backend "s3" {
    bucket = "state"
    key    = "demo"
  }
}

provider "aws" {
  region = var.region
}

variable "region" {
  type    = string
  default = "eu-west-1"
}

locals {
  name = "demo-${var.region}"
}

data "aws_caller_identity" "me" {}

# aws_s3_bucket.commented.id
resource "aws_s3_bucket" "data" {
  bucket = local.name
  tags = {
    owner = data.aws_caller_identity.me.account_id
  }
}

module "net" {
  source = "./modules/net"
  bucket = aws_s3_bucket.data.id # var.ignored
}

output "url" {
  value = module.net.url
}
"""


def parse(text: str) -> InfraFile:
    return parse_terraform("main.tf", text)


def test_resources_have_lines_attributes_and_source() -> None:
    (bucket,) = parse(MAIN).resources
    assert (bucket.type, bucket.name, bucket.place) == ("aws_s3_bucket", "data", Place("main.tf", 25, 30))
    assert bucket.attributes["bucket"] == "local.name"
    assert bucket.body.startswith('resource "aws_s3_bucket"')
    assert parse(MAIN).place == bucket.place


def test_declarations_have_values() -> None:
    file = parse(MAIN)
    declared = (*file.variables, *file.outputs, *file.modules, *file.backends, *file.providers)
    assert [(item.name, item.line, item.value) for item in declared] == [
        ("region", 13, "eu-west-1"),
        ("url", 37, "module.net.url"),
        ("net", 32, "./modules/net"),
        ("s3", 3, "bucket key"),
        ("aws", 9, ""),
    ]
    assert file.backends[0].place == Place("main.tf", 3)


def test_data_sources_are_no_resources() -> None:
    assert [(item.type, item.line) for item in parse(MAIN).data] == [("aws_caller_identity", 22)]


def test_references_tell_what_is_used() -> None:
    references = [(item.name, item.line, item.value) for item in parse(MAIN).references]
    assert ("region", 10, "var") in references
    assert ("name", 26, "local") in references
    assert ("aws_caller_identity.me", 28, "data") in references
    assert ("aws_s3_bucket.data", 34, "resource") in references
    assert ("net", 38, "module") in references
    assert not [item for item in references if item[0] in ("ignored", "aws_s3_bucket.commented")]


def test_terraform_cloud_is_a_backend() -> None:
    text = 'terraform {\n  cloud {\n    organization = "demo"\n  }\n  required_providers {\n  }\n}\n'
    assert [(item.name, item.line) for item in parse(text).backends] == [("cloud", 2)]


def test_heredocs_loops_and_conditions_parse() -> None:
    text = (
        'resource "aws_iam_policy" "p" {\n  for_each = toset(["a"])\n  policy = <<EOF\n{"a": 1}\nEOF\n'
        '  count = var.on ? 1 : 0\n  dynamic "rule" {\n    for_each = []\n    content {}\n  }\n}\n'
    )
    file = parse(text)
    assert (file.error, file.resources[0].end_line) == ("", 11)


def test_a_file_that_one_grammar_alone_refuses_is_read_whole() -> None:
    # python-hcl2 wants nothing behind the closing word; Terraform does not mind, and reads on.
    spaced = parse('resource "aws_iam_policy" "p" {\n  policy = <<EOF\n{"a": "${var.x}"}\nEOF  \n  count = 1\n}\n')
    assert (spaced.error, spaced.resources[0].end_line, spaced.resources[0].attributes["count"]) == ("", 6, "1")


def test_a_file_without_a_last_line_feed_parses() -> None:
    assert parse('variable "x" {}').variables[0].name == "x"


def test_after_a_syntax_error_the_heads_are_read() -> None:
    file = parse(
        'variable "a" {\n  default = = 1\n}\nresource "aws_s3_bucket" "b" {\n}\nmodule "m" {\n}\noutput "o" {\n}\nresource "half" {\n'
    )
    assert [(item.type, item.line) for item in file.resources] == [("aws_s3_bucket", 4)]
    assert [item.name for item in (*file.variables, *file.modules, *file.outputs)] == ["a", "m", "o"]
    assert file.error == "line 2: no valid HCL"


@pytest.mark.parametrize("text", ["", "\n \n", "a = 1\n", "resource {}\n", "terraform {}\n"])
def test_files_without_resources(text: str) -> None:
    file = parse(text)
    assert (file.resources, file.place) == ((), Place("main.tf", 1))


def test_deep_nesting_is_refused() -> None:
    assert parse("a = " + "[" * 100 + "]" * 100 + "\n").error == "nested too deeply"
    assert parse("# " + ")" * 9000 + "\na = " + "[" * 9000).error == "nested too deeply"


def test_terragrunt_names_a_module_its_inputs_and_its_state() -> None:
    text = (
        'locals {\n  name = "docks"\n}\n\nterraform {\n  source = "terraform-aws-modules/rds/aws"\n}\n\n'
        'inputs = {\n  identifier = local.name\n}\n\nremote_state {\n  backend = "s3"\n  config = {\n    bucket = "states"\n  }\n}\n'
    )
    file = parse_terraform("infra/database/terragrunt.hcl", text)
    assert (file.tool, file.error) == ("terragrunt", "")
    assert [(item.name, item.value, item.line) for item in file.modules] == [
        ("database", "terraform-aws-modules/rds/aws", 5)
    ]
    assert [(item.name, item.line) for item in file.variables] == [("inputs", 9)]
    assert [(item.name, item.line) for item in file.backends] == [("s3", 13)]


def test_lines_behind_many_blank_ones_are_those_of_the_file() -> None:
    text = 'variable "a" {' + "\n" * 200 + "}\n" + "\t\n" * 120 + 'resource "aws_s3_bucket" "b" {\n  bucket = "b"\n}\n'
    (bucket,) = parse_terraform("main.tf", text).resources
    assert bucket.place == Place("main.tf", text[: text.index("resource")].count("\n") + 1, bucket.place.end_line)
