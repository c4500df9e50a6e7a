"""Prometheus, Alertmanager and Grafana."""

from __future__ import annotations

import json

import pytest

from analyzer.artifacts.monitoring import (
    metrics_of,
    parse_alertmanager,
    parse_dashboard,
    parse_prometheus,
    parse_provisioning,
    parse_rules,
)
from analyzer.findings import Place


def test_scrape_jobs_have_targets_and_lines() -> None:
    text = "global: {}\nrule_files: [rules.yml]\nscrape_configs:\n  - job_name: api\n    metrics_path: /m\n    static_configs:\n      - targets: ['api:8000', 'b:1']\n  - job_name: k8s\n"
    config = parse_prometheus("prometheus.yml", text)
    assert [(job.name, job.targets, job.line, job.metrics_path) for job in config.jobs] == [
        ("api", ("api:8000", "b:1"), 4, "/m"),
        ("k8s", (), 8, "/metrics"),
    ]
    assert (config.rule_files, config.kind) == (("rules.yml",), "prometheus")
    assert (config.place.line, config.jobs[0].place) == (4, Place("prometheus.yml", 4))


RULES = """\
groups:
  - name: model
    rules:
      - record: drift:avg
        expr: avg(model_drift)
      - alert: Drift
        expr: max(model_drift{job="api"}) > 0.3
      - title: Errors
        condition: C
        data:
          - model: {expr: "rate(errors_total[5m])"}
          - model: {rawSql: "select 1"}
      - title: no condition
"""


def test_alerts_of_prometheus_and_grafana() -> None:
    config = parse_rules("rules.yml", RULES)
    assert [(item.name, item.source, item.metrics, item.line) for item in config.alerts] == [
        ("Drift", "prometheus", ("model_drift",), 6),
        ("Errors", "grafana", ("errors_total", "select"), 8),
    ]
    assert (config.line, config.alerts[0].place) == (6, Place("rules.yml", 6))


def test_rules_of_the_operator_are_found_in_its_object() -> None:
    text = "kind: PrometheusRule\nspec:\n  groups:\n    - rules:\n        - alert: Down\n          expr: up == 0\n"
    assert [(item.name, item.metrics) for item in parse_rules("x", text).alerts] == [("Down", ())]


def test_files_without_rules() -> None:
    assert (parse_rules("x", "").alerts, parse_rules("x", "groups: [a]\n").line) == ((), 1)


@pytest.mark.parametrize(
    ("expression", "metrics"),
    [
        ("sum by (job) (rate(http_total{code=~'5..'}[5m])) / sum(http_total)", ("http_total",)),
        ("histogram_quantile(0.9, latency_bucket) > 1", ("latency_bucket",)),
        ("absent(up)", ()),
        ("", ()),
    ],
)
def test_metrics_of_an_expression(expression: str, metrics: tuple[str, ...]) -> None:
    assert metrics_of(expression) == metrics


def test_receivers_have_channels() -> None:
    text = "route: {receiver: team}\nreceivers:\n  - name: team\n    slack_configs:\n      - channel: x\n    email_configs: []\n  - name: none\n"
    config = parse_alertmanager("alertmanager.yml", text)
    assert [(item.name, item.channels, item.place.line) for item in config.receivers] == [
        ("team", ("slack",), 3),
        ("none", (), 7),
    ]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("datasources:\n  - type: prometheus\n", "datasources"),
        ("providers:\n  - name: x\n", "providers"),
        ("contactPoints:\n  - name: x\n    receivers:\n      - type: slack\n", "contact-points"),
        ("groups:\n  - rules:\n      - title: a\n        condition: B\n", "contact-points"),
        ("", "contact-points"),
    ],
)
def test_provisioning_of_grafana(text: str, kind: str) -> None:
    config = parse_provisioning("x.yml", text)
    assert config.kind == kind
    assert config.datasources == (("prometheus",) if kind == "datasources" else ())
    assert [item.channels for item in config.receivers] == ([("slack",)] if "slack" in text else [])
    assert len(config.alerts) == text.count("condition")


DASHBOARD = {
    "panels": [
        {"title": "a", "datasource": "p", "targets": [{"expr": "up"}, {"rawSql": ""}, 1]},
        {"type": "row", "panels": [{"title": "b", "alert": {}, "targets": [{"query": "q"}]}]},
        "junk",
        {"targets": "junk"},
    ],
    "title": "Model",
}


def test_a_dashboard_has_panels_queries_and_a_title() -> None:
    dashboard = parse_dashboard("d.json", json.dumps(DASHBOARD, indent=1))
    assert dashboard is not None
    assert (dashboard.title, dashboard.panels, dashboard.queries) == ("Model", 3, ("up", "q"))
    assert (dashboard.alerts, dashboard.has_datasource) == (1, True)
    assert dashboard.place.line == json.dumps(DASHBOARD, indent=1).count("\n")


def test_old_rows_and_exports_are_read() -> None:
    dashboard = parse_dashboard("d.json", json.dumps({"dashboard": {"rows": [{"panels": [{"id": 1}]}], "title": 3}}))
    assert dashboard is not None
    assert (dashboard.panels, dashboard.title, dashboard.line, dashboard.has_datasource) == (1, "", 1, False)


def test_a_dashboard_of_a_thousand_panels_is_cut() -> None:
    dashboard = parse_dashboard(
        "d.json", json.dumps({"panels": [{"panels": [{}] * 400}, {"panels": [{}] * 400}, {"panels": [{}]}]})
    )
    assert dashboard is not None
    assert dashboard.panels == 800


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"panels": 1}', "[" * 99999, "9" * 5000])
def test_other_json_is_no_dashboard(text: str) -> None:
    assert parse_dashboard("d.json", text) is None
