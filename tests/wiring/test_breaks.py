"""Parts that name what is not there, and what rules make of them."""

from __future__ import annotations

import json

import pytest

from analyzer.engine import Decision, decide
from analyzer.plugins import discover
from analyzer.repository import Repository
from tests.conftest import BuildRepository
from tests.wiring.support import SYSTEM


def _decided(repo: Repository, criterion: str) -> Decision:
    return decide(repo, discover(), (criterion,))[0][0]


def test_an_image_that_starts_nothing_is_partial(repository: BuildRepository) -> None:
    repo = repository({"app.py": "print(1)\n", "Dockerfile": 'FROM python\nCOPY app.py .\nCMD ["python", "main.py"]\n'})
    found = _decided(repo, "e2e.container")
    assert (found.status, found.summary) == (
        "partial",
        "A Dockerfile packages code, but the Dockerfile starts main.py, which is no file of the repository",
    )


def test_an_image_that_starts_a_tool_is_met(repository: BuildRepository) -> None:
    repo = repository(
        {
            "app.py": "print(1)\n",
            "requirements.txt": "mlflow\n",
            "Dockerfile": 'FROM python\nCOPY app.py .\nCMD ["python", "-m", "mlflow.server"]\n',
        }
    )
    assert _decided(repo, "e2e.container").status == "met"


def test_an_image_that_does_not_copy_what_it_starts_is_partial(repository: BuildRepository) -> None:
    files = {
        "web/static/page.html": "<p>\n",
        "web/score.py": "print(1)\n",
        "tests/app.py": "app = 1\n",
        "web/requirements.txt": "fastapi\nuvicorn\n",
    }

    def image(*lines: str) -> Decision:
        file = "\n".join(("FROM python", "WORKDIR /app", *lines, 'CMD ["uvicorn", "app:app"]', ""))
        return _decided(repository({**files, "Dockerfile": file}), "e2e.container")

    found = image("COPY web/ .", "RUN pip install -r requirements.txt")
    assert (found.status, found.summary) == (
        "partial",
        "A Dockerfile packages code, but the Dockerfile starts app, which it does not copy",
    )
    # What else may bring it in leaves it open, and so does a folder in which the image may be built.
    for more in ("RUN git clone https://example.org/app .", "RUN cp -r score.py app.py", "COPY tests/ ."):
        assert image("COPY web/ .", more).status == "met", more
    compose = "services:\n  web:\n    build: .\n    volumes: [./tests:/app]\n"
    dockerfile = 'FROM python\nCOPY web/ .\nCMD ["uvicorn", "app:app"]\n'
    repo = repository({**files, "Dockerfile": dockerfile, "compose.yaml": compose})
    assert _decided(repo, "e2e.container").status == "met"


def test_ci_that_tests_an_empty_folder_is_partial(repository: BuildRepository) -> None:
    repo = repository(
        {
            "tests/README.md": "tests will come\n",
            "src/test_real.py": "def test_a():\n    assert sum([1, 1]) == 2\n",
            ".github/workflows/ci.yml": "on: push\njobs:\n  t:\n    runs-on: x\n    steps:\n      - run: pytest tests/\n",
        }
    )
    found = _decided(repo, "ci.tests")
    assert (found.status, found.summary) == (
        "partial",
        "CI starts a test runner, but CI tests tests, which holds no test",
    )


def test_an_alert_for_a_metric_nobody_exports_is_partial(repository: BuildRepository) -> None:
    changed = SYSTEM["monitoring/rules.yml"].replace("ride_predictions", "ride_errors")
    found = _decided(repository({**SYSTEM, "monitoring/rules.yml": changed}), "mon.alerting")
    assert (found.status, found.evidence[0].path) == ("partial", "monitoring/rules.yml")
    assert _decided(repository(SYSTEM), "mon.alerting").status == "met"


def test_an_alert_on_other_peoples_servers_is_met(repository: BuildRepository) -> None:
    changed = SYSTEM["monitoring/rules.yml"].replace("rate(ride_predictions_total[10m])", "node_load1")
    assert _decided(repository({**SYSTEM, "monitoring/rules.yml": changed}), "mon.alerting").status == "met"


def test_a_dashboard_whose_metrics_nobody_exports_is_partial(repository: BuildRepository) -> None:
    panel = {"type": "stat", "title": "p", "targets": [{"expr": "sum(orders_total)"}], "datasource": "prometheus"}
    dashboard = json.dumps({"title": "Shop", "schemaVersion": 39, "panels": [panel]})
    found = _decided(repository({**SYSTEM, "grafana/shop.json": dashboard}), "mon.dashboard")
    assert (found.status, "which nothing in the repository exports" in found.summary) == ("partial", True)


_TRAINS = (
    "from sklearn.svm import SVC\n\ndef fit(x, y):\n    SVC().fit(x, y)\n\nif __name__ == '__main__':\n    fit(1, 2)\n"
)


def test_training_that_nothing_runs_is_partial(repository: BuildRepository) -> None:
    found = _decided(repository({"src/fit_it.py": _TRAINS}), "e2e.training")
    assert (found.status, found.summary) == (
        "partial",
        "A model is trained in code, but nothing runs src/fit_it.py: no task, pipeline, CI job or image names it",
    )


def test_training_that_the_readme_tells_how_to_run_is_met(repository: BuildRepository) -> None:
    repo = repository({"src/fit_it.py": _TRAINS, "README.md": "Run `python src/fit_it.py`.\n"})
    assert _decided(repo, "e2e.training").status == "met"


COMPOSE = SYSTEM["docker-compose.yml"]


@pytest.mark.parametrize(
    ("changed", "status", "told"),
    [
        ({"monitoring/prometheus.yml": SYSTEM["monitoring/prometheus.yml"].replace("rules.yml", "others.yml")}, "partial",
         "monitoring/prometheus.yml names no file of rules that monitoring/rules.yml could be"),
        ({"monitoring/prometheus.yml": SYSTEM["monitoring/prometheus.yml"].replace("rules.yml", "'/etc/*.yml'")}, "met", ""),
        ({"docker-compose.yml": COMPOSE.replace(
            "prom/prometheus:v3", "prom/prometheus:v3\n    volumes: ['./monitoring/prometheus.yml:/etc/prometheus/prometheus.yml']")},
         "partial", "the container of the service prometheus does not get monitoring/rules.yml"),
        ({"docker-compose.yml": COMPOSE.replace(
            "prom/prometheus:v3", "prom/prometheus:v3\n    volumes: ['./monitoring:/etc/prometheus', 'kept:/prometheus']")}, "met", ""),
        ({"docker-compose.yml": COMPOSE.replace(
            "prom/prometheus:v3", "prom/prometheus:v3\n    volumes: ['kept:/prometheus']")}, "met", ""),
    ],
)  # fmt: skip
def test_rules_that_no_prometheus_loads(
    repository: BuildRepository, changed: dict[str, str], status: str, told: str
) -> None:
    found = _decided(repository({**SYSTEM, **changed}), "mon.alerting")
    assert (found.status, told in found.summary) == (status, True)
