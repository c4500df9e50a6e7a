"""What a YAML or JSON file without a telling name is, from words that must stand in it."""

from __future__ import annotations

import re

from analyzer.artifacts.yaml_reader import read_yaml

__all__ = ["embedded", "json_worth_reading", "sniff_json", "sniff_text", "sniff_yaml"]

_TOP_KEY = re.compile(r"^([A-Za-z_][\w.-]*)\s*:", re.MULTILINE)
_TELLING_JSON = re.compile(
    r"(?i)dashboard|grafana|monitor|\.asl\.|state[-_]?machine|step[-_]?function|task[-_]?def|template|cloudformation|cdk|stack"
    r"|alert|workflow|pipeline|definition"
)
_SMALL = 40_000
# Values of the charts kube-prometheus-stack and prometheus: https://github.com/prometheus-community/helm-charts
_RULES_OF_CHARTS = frozenset({"additionalPrometheusRules", "additionalPrometheusRulesMap", "serverFiles"})


def json_worth_reading(path: str, size: int) -> bool:
    """Whether a JSON file can be configuration: by its name, or because it is small."""
    return size <= _SMALL or bool(_TELLING_JSON.search(path))


def sniff_yaml(text: str) -> str:
    """Return what the file is, or an empty string.

    One of ``kubernetes``, ``cloudformation``, ``prometheus``, ``rules``, ``alertmanager``, ``monitoring-values``, ``provisioning``,
    ``ansible``, ``conda``, ``feast``, ``databricks``, ``kestra``, ``prefect``, ``azure-ml``.
    """
    if "azuremlschemas" in text[:2000]:
        return "azure-ml"
    keys = set(_TOP_KEY.findall(text[:200_000]))
    if "kind" in keys and "apiVersion" in keys:
        return "kubernetes"
    if "Resources" in keys and ("AWSTemplateFormatVersion" in keys or "Transform" in keys or "AWS::" in text):
        return "cloudformation"
    if "scrape_configs" in keys:
        return "prometheus"
    if "receivers" in keys and "route" in keys:
        return "alertmanager"
    if keys & _RULES_OF_CHARTS or ("alertmanager" in keys and re.search(r"^[ \t]+receivers\s*:", text, re.MULTILINE)):
        return "monitoring-values"
    if "groups" in keys and re.search(r"^[ \t]*-?[ \t]*(?:alert|record|title|condition)\s*:", text, re.MULTILINE):
        return "rules"
    if ("datasources" in keys or "contactPoints" in keys or "providers" in keys) and "apiVersion" in keys:
        return "provisioning"
    if "feature_views" in keys or ("registry" in keys and "provider" in keys and "project" in keys):
        return "feast"
    if "resources" in keys and "task_key" in text and re.search(r"^[ \t]+jobs\s*:", text, re.MULTILINE):
        return "databricks"
    if "namespace" in keys and "tasks" in keys and "io.kestra." in text:
        return "kestra"
    if "flow_name" in keys and "entrypoint" in keys:
        return "prefect"
    if "dependencies" in keys and "channels" in keys:
        return "conda"
    if re.search(r"^- (?:name|hosts|import_playbook)\s*:", text, re.MULTILINE) and re.search(
        r"^[ \t]+(?:tasks|roles|handlers)\s*:", text, re.MULTILINE
    ):
        return "ansible"
    return ""


def sniff_json(text: str) -> str:
    """Return ``dashboard``, ``kubernetes``, ``rules``, ``state-machine``, ``task-definition``, ``cloudformation``, or an empty string."""
    if '"panels"' in text and ('"schemaVersion"' in text or '"targets"' in text):
        return "dashboard"
    if '"apiVersion"' in text and '"kind"' in text and '"metadata"' in text:
        return "kubernetes"
    if '"groups"' in text and '"rules"' in text and '"condition"' in text:
        return "rules"
    if '"StartAt"' in text and '"States"' in text:
        return "state-machine"
    if '"containerDefinitions"' in text:
        return "task-definition"
    if '"AWSTemplateFormatVersion"' in text or ('"Resources"' in text and '"AWS::' in text):
        return "cloudformation"
    if '"widgets"' in text and '"metrics"' in text:
        return "cloudwatch-dashboard"
    return ""


def sniff_text(text: str) -> str:
    """What a file is that may be YAML or JSON."""
    return sniff_json(text) if text.lstrip()[:1] == "{" else sniff_yaml(text)


def embedded(text: str) -> tuple[tuple[str, str], ...]:
    """(text, what it is) of the files that the ConfigMaps of a manifest hold, each behind as many lines as stand before it."""
    found = []
    for document in read_yaml(text).documents:
        for item in (document, *document.get("items")):
            if item.get("kind").text != "ConfigMap":
                continue
            for _, _, node in item.get("data").items():
                kind = sniff_text(node.text) if node.block else ""
                if kind:
                    found.append(("\n" * node.line + node.text, kind))
    return tuple(found)
