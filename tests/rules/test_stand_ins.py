"""What stands in for a missing library, a thread for a call, a script for a test, and a baseline for another model."""

from __future__ import annotations

import pytest

from analyzer.findings import Status
from tests.conftest import BuildRepository, decided
from tests.rules.docks import API, TITLE, TRAIN

STEP = "on: push\njobs:\n  check:\n    runs-on: ubuntu-latest\n    steps:\n      - run: {}\n"
JOBS = """\
resources:
  jobs:
    docks:
      schedule:
        quartz_cron_expression: "0 0 6 * * ?"
      tasks:
        - task_key: fit_the_model
          spark_python_task:
            python_file: scripts/{}
"""


# -- what stands in for what -------------------------------------------------------------------------------------

GUARDED = """\
try:
    from prometheus_client import Counter, start_http_server
except Exception:
    class _Nothing:
        def inc(self):
            return None

    def _factory(*given):
        return _Nothing()

    Counter = _factory

    def start_http_server(port):
        return None


ASKED = Counter("docks_asked_total", "Requests")
start_http_server(8001)
ASKED.inc()
"""
BOARD = '{"title": "Docks", "panels": [{"datasource": "Prometheus", "title": "Asked", "targets": [{"expr": "rate(docks_asked_total[5m])"}]}], "schemaVersion": 36}\n'


def test_a_library_that_may_be_missing_is_meant_all_the_same(repository: BuildRepository) -> None:
    files = {"watch.py": GUARDED, "grafana/dashboards/docks.json": BOARD, "train.py": TRAIN}
    assert decided(repository, "mon.dashboard", files).status is Status.MET


def test_another_import_of_a_handler_stands(repository: BuildRepository) -> None:
    code = "try:\n    from nowhere import Ridge\nexcept ImportError:\n    from sklearn.linear_model import Ridge\n\nRidge().fit([[1]], [1])\n"
    files = {"Makefile": "train:\n\tpython train.py\n", "train.py": code}
    assert decided(repository, "e2e.training", files).status is Status.MET


DAG = """\
from airflow import DAG
from airflow.operators.bash import BashOperator

with DAG("docks", schedule_interval="@daily") as dag:
    BashOperator(task_id="again", bash_command="curl -X POST 'http://api:8000/{}?by=airflow'")
"""
ASKED = """\
import threading

from fastapi import FastAPI

from train import train

app = FastAPI()


class Manager:
    def run(self):
        train()

    def begin(self):
        threading.Thread(target=self.run, daemon=True).start()


@app.post("/retrain")
def retrain():
    Manager().begin()
"""


@pytest.mark.parametrize(("route", "wanted"), [("retrain", Status.MET), ("train-of-thought", Status.MISSING)])
def test_a_scheduled_request_may_start_training_in_a_thread(
    repository: BuildRepository, route: str, wanted: Status
) -> None:
    files = {"dags/docks.py": DAG.format(route), "app.py": ASKED, "train.py": TRAIN}
    found = decided(repository, "mon.retraining", files).status
    assert (found is Status.MET) is (wanted is Status.MET)


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ("An F1 of 0.59 is an edge over a 0.50 random baseline.", Status.MET),
        ("An F1 of 0.59 is an edge.", Status.PARTIAL),
    ],
)
def test_a_number_may_come_before_the_baseline(repository: BuildRepository, said: str, wanted: Status) -> None:
    files = {"README.md": f"{TITLE}## Results\n\n{said}\n", "train.py": TRAIN}
    assert decided(repository, "doc.quantified", files).status is wanted


TRIES = """\
docker compose up -d
answer=$(curl -X POST http://127.0.0.1:8000/predict -d '{"wait": [0]}')
if [ "$answer" != "14.3" ]; then
  echo wrong
  EXIT
fi
"""


@pytest.mark.parametrize(("ends", "wanted"), [("exit 1", Status.MET), ("echo again", Status.PARTIAL)])
@pytest.mark.parametrize("ci", [True, False])
def test_a_script_may_stop_by_what_the_service_answers(
    repository: BuildRepository, ends: str, wanted: Status, *, ci: bool
) -> None:
    files = {"tests/integration.sh": TRIES.replace("EXIT", ends), "app.py": API, "train.py": TRAIN}
    if ci:
        files[".github/workflows/ci.yml"] = STEP.format("bash tests/integration.sh")
    assert decided(repository, "tests.integration", files).status is wanted


@pytest.mark.parametrize(
    ("between", "wanted"), [("", Status.MET), ("      - name: other\n        run: |\n", Status.PARTIAL)]
)
def test_a_step_may_stop_by_what_the_service_answers(repository: BuildRepository, between: str, wanted: Status) -> None:
    step = "          curl -X POST http://127.0.0.1:8000/predict -d x > told\n"
    check = "          if grep -q error told; then\n            exit 1\n          fi\n"
    flow = STEP.format("|").replace("run: |\n", f"run: |\n{step}{between}{check}")
    files = {".github/workflows/ci.yml": flow, "app.py": API, "train.py": TRAIN}
    assert decided(repository, "tests.integration", files).status is wanted


@pytest.mark.parametrize(("path", "wanted"), [("board.py", Status.MISSING), ("features.py", Status.PARTIAL)])
def test_what_a_page_only_shows_is_no_feature(repository: BuildRepository, path: str, wanted: Status) -> None:
    show = "import streamlit as st\n\nst.title('Docks')\n" if path == "board.py" else ""
    code = f'import pandas as pd\n{show}\nframe = pd.read_csv("waits.csv")\nframe["day"] = pd.to_datetime(frame["at"]).dt.day\n'
    assert decided(repository, "e2e.feature-engineering", {path: code, "train.py": TRAIN}).status is wanted


def test_columns_of_data_that_are_made_up_are_no_features(repository: BuildRepository) -> None:
    code = (
        'import pandas as pd\n\nframe = pd.DataFrame()\nframe["one"] = frame["a"] * 2\nframe["two"] = frame["b"] / 2\n'
    )
    made = decided(repository, "e2e.feature-engineering", {"generate_dataset.py": code, "train.py": TRAIN})
    assert made.status is Status.MISSING
    assert decided(repository, "e2e.feature-engineering", {"tidy.py": code, "train.py": TRAIN}).status is Status.MET


@pytest.mark.parametrize(
    ("url", "wanted"),
    [
        ("https://files.example.net/trip-data/yellow_", Status.PARTIAL),
        ("https://files.example.net/guides/yellow_", Status.MISSING),
    ],
)
def test_an_address_may_begin_the_names_of_files(repository: BuildRepository, url: str, wanted: Status) -> None:
    code = f'import requests\n\n\ndef get(base):\n    open("a", "wb").write(requests.get(f"{{base}}01").content)\n\n\nget("{url}")\n'
    files = {"get.py": code, "train.py": TRAIN}
    assert decided(repository, "repro.data-versioning", files).status is wanted


def test_what_makes_a_version_is_shown_before_what_moves_one(repository: BuildRepository) -> None:
    files = {
        "check.py": 'from mlflow import MlflowClient\n\nMlflowClient().set_registered_model_alias("docks", "live", 1)\n',
        "train.py": f'import mlflow\n{TRAIN}\nmlflow.sklearn.log_model(train(), "m", registered_model_name="docks")\n',
    }
    found = decided(repository, "e2e.model-registry", files)
    assert (found.status, found.evidence[0].path) == (Status.MET, "train.py")


SCORES = """\
from sklearn.metrics import accuracy_score


class Tracker:
    def score(self):
        first, second = self.ground_truths, self.predictions
        return accuracy_score(first, second)


def table():
    return accuracy_score([], [])


print(Tracker().score())
"""


def test_a_score_of_kept_predictions_is_told_by_the_names_around_it(repository: BuildRepository) -> None:
    files = {"service/tracker.py": SCORES, "train.py": TRAIN}
    assert decided(repository, "mon.model-performance", files).status is Status.MET
    idle = {**files, "service/tracker.py": SCORES.replace("print(Tracker().score())\n", "")}
    tested = {
        **idle,
        "tests/test_tracker.py": "from service.tracker import Tracker\n\n\ndef test_it():\n    assert Tracker().score()\n",
    }
    for item in (idle, tested):
        assert decided(repository, "mon.model-performance", item).status is Status.MISSING


@pytest.mark.parametrize(("ending", "wanted"), [(".ipynb", Status.MISSING), (".py", Status.MET)])
def test_a_bundle_of_databricks_deploys_what_is_here(repository: BuildRepository, ending: str, wanted: Status) -> None:
    files = {"databricks.yml": JOBS.format(f"02_train{ending}"), "scripts/02_train.py": TRAIN}
    assert decided(repository, "e2e.cloud-deployment", files).status is wanted


@pytest.mark.parametrize(("said", "wanted"), [("Recall gate failed", Status.MET), ("Recall is low", Status.MISSING)])
def test_a_gate_may_be_called_so_by_its_complaint(repository: BuildRepository, said: str, wanted: Status) -> None:
    code = f'def look(recall, min_recall):\n    if recall < min_recall:\n        raise ValueError("{said}")\n\n\nlook(0.5, 0.4)\n'
    found = decided(repository, "ci.model-gate", {"train.py": TRAIN, "look.py": code}).status
    assert (found is Status.MET) is (wanted is Status.MET)


@pytest.mark.parametrize(
    ("up", "more", "wanted"),
    [
        ("docker compose up --build", {}, Status.PARTIAL),
        ("docker compose up -d database", {}, Status.MET),
        ("docker compose up --build", {"service/Dockerfile": "FROM python:3.12\n"}, Status.MET),
        ("docker compose up --build", {".gitmodules": ""}, Status.MET),
        ("docker compose up --build", {"other/compose.yaml": "services:\n  a:\n    image: redis\n"}, Status.MET),
    ],
)
def test_services_that_nothing_builds_cannot_be_started(
    repository: BuildRepository, up: str, more: dict[str, str], wanted: Status
) -> None:
    files = {
        "README.md": f"{TITLE}## Run\n\n```bash\npip install -r requirements.txt\n{up}\npython app.py\n```\n",
        "docker-compose.yml": "services:\n  database:\n    image: postgres\n  api:\n    build:\n      context: .\n      dockerfile: service/Dockerfile\n",
        "requirements.txt": "fastapi\n",
        "app.py": API,
    }
    found = decided(repository, "doc.setup", {**files, **more})
    assert found.status is wanted
    assert ("service/Dockerfile" in found.summary) is (wanted is Status.PARTIAL)


@pytest.mark.parametrize(("mode", "wanted"), [("a", Status.PARTIAL), ("w", Status.MISSING)])
def test_predictions_may_be_added_to_a_file_by_what_predicts(
    repository: BuildRepository, mode: str, wanted: Status
) -> None:
    code = f'import joblib\nimport pandas as pd\n\n\ndef predict(row):\n    model = joblib.load("model.joblib")\n    frame = pd.DataFrame([row])\n    frame["told"] = model.predict(frame)\n    frame.to_csv("told.csv", mode="{mode}")\n    return frame\n\n\npredict([1])\n'
    files = {"service/predict.py": code, "train.py": TRAIN}
    assert decided(repository, "mon.metrics", files).status is wanted
