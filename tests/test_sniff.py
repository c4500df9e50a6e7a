"""Files whose name says nothing are told by words that must stand in them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.sniff import json_worth_reading, sniff_json, sniff_yaml


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("apiVersion: v1\nkind: Service\n", "kubernetes"),
        ("AWSTemplateFormatVersion: x\nResources: {}\n", "cloudformation"),
        ("Transform: AWS::Serverless-2016-10-31\nResources: {}\n", "cloudformation"),
        ("Resources:\n  A: {Type: 'AWS::S3::Bucket'}\n", "cloudformation"),
        ("Resources: {}\n", ""),
        ("scrape_configs: []\n", "prometheus"),
        ("route: {}\nreceivers: []\n", "alertmanager"),
        ("groups:\n  - rules:\n    - alert: Down\n", "rules"),
        ("groups:\n  - name: people\n", ""),
        ("apiVersion: 1\ndatasources: []\n", "provisioning"),
        ("apiVersion: 1\nproviders: []\n", "provisioning"),
        ("project: x\nregistry: y\nprovider: local\n", "feast"),
        ("resources:\n  jobs:\n    a:\n      tasks:\n        - task_key: b\n", "databricks"),
        ("$schema: https://azuremlschemas.azureedge.net/latest/pipelineJob.schema.json\ntype: pipeline\n", "azure-ml"),
        ("resources:\n  jobs:\n    a: {}\n", ""),
        ("channels: []\ndependencies: []\n", "conda"),
        ("- hosts: all\n  tasks: []\n", "ansible"),
        ("- hosts: all\n", ""),
        ("learning_rate: 0.1\n", ""),
        ("", ""),
    ],
)
def test_yaml(text, kind):
    assert sniff_yaml(text) == kind


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ('{"panels": [], "schemaVersion": 1}', "dashboard"),
        ('{"panels": [{"targets": []}]}', "dashboard"),
        ('{"panels": []}', ""),
        ('{"StartAt": "a", "States": {}}', "state-machine"),
        ('{"containerDefinitions": []}', "task-definition"),
        ('{"AWSTemplateFormatVersion": "x"}', "cloudformation"),
        ('{"Resources": {"A": {"Type": "AWS::S3::Bucket"}}}', "cloudformation"),
        ('{"widgets": [{"metrics": []}]}', "cloudwatch-dashboard"),
        ('{"accuracy": 0.9}', ""),
    ],
)
def test_json(text, kind):
    assert sniff_json(text) == kind


@pytest.mark.parametrize(
    ("path", "size", "worth"),
    [
        ("x.json", 40_000, True),
        ("x.json", 40_001, False),
        ("grafana/x.json", 900_000, True),
        ("a.asl.json", 50_000, True),
    ],
)
def test_json_is_worth_reading_by_name_or_size(path, size, worth):
    assert json_worth_reading(path, size) is worth


@given(st.text())
def test_any_text_is_sniffed(text):
    assert isinstance(sniff_yaml(text) + sniff_json(text), str)
