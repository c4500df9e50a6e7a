"""Metrics, who scrapes, shows and watches them."""

from __future__ import annotations

import json

from analyzer.wiring import build_wiring
from tests.conftest import BuildRepository
from tests.wiring.support import SYSTEM, edges


def _dashboard(query: str, key: str = "expr") -> str:
    panel = {"type": "timeseries", "title": "p", "targets": [{key: query}], "datasource": "prometheus"}
    return json.dumps({"title": "Service", "schemaVersion": 39, "panels": [panel]}, indent=1)


def test_an_alert_watches_the_metric_that_code_exports(repository: BuildRepository) -> None:
    repo = repository(SYSTEM)
    assert edges(repo, "exports", "watches", "scrapes") == {
        ("module:service/app.py", "exports", "metric:ride_predictions"),
        ("alert:monitoring/rules.yml#NoPredictions", "watches", "metric:ride_predictions"),
        ("target:monitoring/prometheus.yml#duration", "scrapes", "service:docker-compose.yml#api"),
    }


def test_a_target_without_a_service_is_a_gap(repository: BuildRepository) -> None:
    repo = repository(
        {"prometheus.yml": "scrape_configs:\n  - job_name: api\n    static_configs:\n      - targets: ['nobody:80']\n"}
    )
    assert [(gap.kind, gap.name) for gap in build_wiring(repo).gaps] == [("target", "nobody:80")]


def test_a_local_address_means_the_service_that_publishes_the_port(repository: BuildRepository) -> None:
    repo = repository(
        {
            "prometheus.yml": "scrape_configs:\n  - job_name: api\n    static_configs:\n"
            "      - targets: ['host.docker.internal:9696']\n",
            "docker-compose.yml": "services:\n  scorer:\n    image: x/y\n    ports: ['9696:80']\n",
        }
    )
    assert edges(repo, "scrapes") == {("target:prometheus.yml#api", "scrapes", "service:docker-compose.yml#scorer")}


def test_a_dashboard_queries_the_table_that_code_writes(repository: BuildRepository) -> None:
    repo = repository(
        {
            "monitor.py": "SQL = 'create table drift_metrics(value float)'\nprint(SQL)\n",
            "grafana/drift.json": _dashboard(
                "WITH latest AS (SELECT 1) SELECT value FROM drift_metrics JOIN latest ON true", "rawSql"
            ),
        }
    )
    assert edges(repo, "queries", "writes") == {
        ("module:monitor.py", "writes", "dataset:table:drift_metrics"),
        ("dashboard:grafana/drift.json", "queries", "dataset:table:drift_metrics"),
    }


def test_evidence_of_a_query_is_its_line(repository: BuildRepository) -> None:
    repo = repository({"grafana/x.json": _dashboard("rate(answers_total[5m])")})
    edge = next(edge for edge in build_wiring(repo).edges if edge.kind == "queries")
    assert "answers_total" in repo.line(edge.place)


def test_a_library_exports_its_own_metrics(repository: BuildRepository) -> None:
    repo = repository(
        {
            "app.py": "from fastapi import FastAPI\nfrom prometheus_fastapi_instrumentator import Instrumentator\n"
            "app = FastAPI()\nInstrumentator().instrument(app).expose(app)\n",
            "grafana/x.json": _dashboard("sum(rate(http_requests_total[5m]))"),
        }
    )
    assert ("module:app.py", "exports", "metric:http_requests") in edges(repo, "exports")
