"""Names that stand for others, what is imported of a module, and what a schedule, a request or a lock comes to."""

from __future__ import annotations

import json

import pytest

from analyzer.engine import decide
from analyzer.findings import Status
from analyzer.plugins import discover
from analyzer.soundness import find_defects
from tests.conftest import BuildRepository, decided

TITLE = "# Tides\n\nThis project predicts tides.\n\n"
FIT = "from sklearn.linear_model import Ridge\n\ndef fit_tides():\n    return Ridge().fit([[1]], [1])\n\ndef read_tides():\n    return [1]\n"
TRAIN = "from sklearn.linear_model import Ridge\nRidge().fit([[1]], [1])\n"


def test_a_function_is_called_by_its_other_name(repository: BuildRepository) -> None:
    main = "from tides.fitting import fit_tides as learn\n\nif __name__ == '__main__':\n    learn()\n"
    files = {"tides/fitting.py": FIT, "main.py": main, "Makefile": "train:\n\tpython main.py\n"}
    assert decided(repository, "e2e.training", files).status is Status.MET


@pytest.mark.parametrize(("name", "wanted"), [("fit_tides", Status.MET), ("read_tides", Status.MISSING)])
def test_a_schedule_comes_to_what_is_imported(repository: BuildRepository, name: str, wanted: Status) -> None:
    dag = (
        f"from airflow.decorators import dag, task\nfrom fitting import {name}\n\n@dag(schedule='@daily')\ndef tides():\n"
        f"    @task\n    def work():\n        return {name}()\n    work()\n\ntides()\n"
    )
    files = {
        "dags/tides.py": dag,
        "dags/fitting.py": FIT,
        "train.py": "from dags.fitting import fit_tides\nfit_tides()\n",
    }
    assert decided(repository, "mon.retraining", files).status is wanted


def test_a_program_may_be_called_like_a_test(repository: BuildRepository) -> None:
    service = (
        "import joblib\nfrom flask import Flask, request\n\napp = Flask(__name__)\n\n@app.route('/predict', methods=['POST'])\n"
        "def predict():\n    return str(joblib.load('model.pkl').predict([request.json])[0])\n"
    )
    files = {"service_test.py": service, "model.pkl": "x", "Makefile": "up:\n\tflask --app service_test run\n"}
    assert decided(repository, "e2e.serving", files).status is Status.MET


@pytest.mark.parametrize(("end", "wanted"), [("model.predict(frame)\n", Status.PARTIAL), ("frame.to_csv('b.csv')\n", Status.MET)])  # fmt: skip
def test_what_is_read_for_an_answer_is_no_ingestion(repository: BuildRepository, end: str, wanted: Status) -> None:
    batch = f"import joblib\nimport pandas as pd\n\nmodel = joblib.load('model.pkl')\nframe = pd.read_csv('hours.csv')\n{end}"
    train = "import pandas as pd\nfrom sklearn.linear_model import Ridge\nRidge().fit(pd.read_csv('a.csv'), [1])\n"
    assert decided(repository, "e2e.data-ingestion", {"batch.py": batch, "train.py": train}).status is wanted


@pytest.mark.parametrize(
    ("lock", "told"), [("", 0), ('[[package]]\nname = "evidently"\nversion = "0.7.11"\n', 1)]
)  # fmt: skip
def test_a_lock_says_more_than_an_open_requirement_beside_it(repository: BuildRepository, lock: str, told: int) -> None:
    files = {
        "requirements.txt": "evidently>=0.4.15\n",
        "watch.py": "from evidently import ColumnMapping\nColumnMapping()\n",
    }
    if lock:
        files["poetry.lock"] = lock
    defects, _ = find_defects(repository(files))
    assert [item.kind for item in defects].count("library-name") == told


def test_two_names_that_no_version_has_together(repository: BuildRepository) -> None:
    code = "from evidently import DataDefinition\nfrom evidently.metrics import ColumnDriftMetric\n\nDataDefinition(), ColumnDriftMetric()\n"
    defects, _ = find_defects(repository({"watch.py": code}))
    assert [(item.line, item.kind) for item in defects] == [(2, "library-name")]
    assert "beside DataDefinition of evidently, and no version of evidently has both" in defects[0].sentence


# -- scripts and tests -------------------------------------------------------------------------------------------


def test_a_decorator_of_a_test_asks_no_service(repository: BuildRepository) -> None:
    test = "from moto import mock_aws\nfrom store import put\n\n@mock_aws\ndef test_put():\n    assert put(1) == 1\n"
    files = {"tests/test_store.py": test, "store.py": "def put(x):\n    return x\n"}
    assert decided(repository, "tests.integration", files).status is Status.MISSING


@pytest.mark.parametrize(
    ("condition", "wanted"), [("answer.status_code != 200", Status.MET), ("len(sys.argv) < 2", Status.PARTIAL)]
)
def test_a_script_that_fails_by_the_answer_asserts(repository: BuildRepository, condition: str, wanted: Status) -> None:
    script = (
        "import sys\nimport requests\n\nif __name__ == '__main__':\n    answer = requests.post('http://localhost:9000/predict')\n"
        f"    if {condition}:\n        sys.exit(1)\n"
    )
    assert decided(repository, "tests.integration", {"integration_test.py": script, "model.pkl": "x"}).status is wanted


def test_a_test_that_fits_for_itself_runs_no_pipeline(repository: BuildRepository) -> None:
    test = (
        "import pandas as pd\nfrom sklearn.linear_model import Ridge\n\ndef test_end_to_end():\n    frame = pd.read_csv('a.csv')\n"
        "    model = Ridge().fit(frame, frame)\n    assert model.predict(frame) is not None\n"
    )
    status = decided(repository, "tests.integration", {"tests/test_train.py": test, "train.py": TRAIN}).status
    assert status is not Status.MET


# -- pages -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Download the [training data](https://drive.google.com/file/d/1).", Status.MISSING),
        ("Watch the [demo](https://drive.google.com/file/d/1).", Status.MET),
    ],
)
def test_a_kept_file_is_a_video_where_it_is_called_one(repository: BuildRepository, text: str, wanted: Status) -> None:
    assert decided(repository, "doc.site", {"README.md": f"{TITLE}{text}\n", "a.py": "x = 1\n"}).status is wanted


@pytest.mark.parametrize(
    ("after", "summary"),
    [
        ("", "The README links a running application"),
        (
            "\nThe server has been shut down.",
            "The README links an application of which it says that it is no longer running",
        ),
    ],
)
def test_an_application_that_was_shut_down_is_not_running(
    repository: BuildRepository, after: str, summary: str
) -> None:
    service = (
        "from fastapi import FastAPI\napp = FastAPI()\n\n@app.post('/predict')\ndef predict(x: int):\n    return x\n"
    )
    files = {"README.md": f"{TITLE}The API: http://34.131.121.93:8000/predict{after}\n", "app.py": service}
    assert decided(repository, "e2e.live-endpoint", files).summary == summary


def test_the_range_of_a_metric_is_no_result(repository: BuildRepository) -> None:
    for text, wanted in (("accuracy score (0.0-1.0)", Status.MISSING), ("accuracy score 0.91 (0.0-1.0)", Status.MET)):
        readme = f"{TITLE}## Metrics\n\n- model_score: {text}\n"
        measured = f"{TRAIN}from sklearn.metrics import accuracy_score\nprint(accuracy_score([1], [1]))\n"
        assert decided(repository, "doc.results", {"README.md": readme, "train.py": measured}).status is wanted


# -- platforms and monitoring ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "wanted"), [("api", Status.MET), ("once", Status.PARTIAL)])
def test_a_request_to_the_orchestrator_starts_a_prediction(
    repository: BuildRepository, kind: str, wanted: Status
) -> None:
    block = "import joblib\nfrom mage_ai.data_preparation.decorators import custom\n\n@custom\ndef answer(*args, **kwargs):\n    return joblib.load('model.pkl').predict([[1]])\n"
    files = {
        "flow/custom/answer.py": block,
        "flow/pipelines/predict/metadata.yaml": "blocks:\n- name: answer\n  type: custom\n  uuid: answer\nname: predict\nuuid: predict\n",
        "flow/pipelines/predict/triggers.yaml": f"triggers:\n- name: now\n  schedule_type: {kind}\n  schedule_interval: '@once'\n  status: active\n",
        "flow/metadata.yaml": "project_uuid: a\n",
        "model.pkl": "x",
    }
    assert decided(repository, "e2e.serving", files).status is wanted


@pytest.mark.parametrize(("more", "wanted"), [("", Status.PARTIAL), (" --apply", Status.MET)])
def test_a_schedule_may_be_given_by_a_command(repository: BuildRepository, more: str, wanted: Status) -> None:
    flow = "from prefect import flow\nfrom sklearn.linear_model import Ridge\n\n@flow\ndef train():\n    return Ridge().fit([[1]], [1])\n"
    build = f'up:\n\tprefect deployment build flow.py:train -n nightly --cron "0 3 * * *"{more}\n'
    assert decided(repository, "mon.retraining", {"flow.py": flow, "Makefile": build}).status is wanted


@pytest.mark.parametrize(("current", "wanted"), [("val_data", Status.PARTIAL), ("last_week", Status.MET)])
def test_frames_are_of_what_they_are_made_of(repository: BuildRepository, current: str, wanted: Status) -> None:
    code = (
        "import pandas as pd\nfrom evidently.report import Report\nfrom evidently.metric_preset import DataDriftPreset\n\n"
        f"def compare(train_data, {current}):\n    reference_data = pd.DataFrame(train_data)\n    current_data = pd.DataFrame({current})\n"
        "    report = Report(metrics=[DataDriftPreset()])\n"
        "    report.run(reference_data=reference_data, current_data=current_data)\n    return report.as_dict()\n\ncompare(1, 2)\n"
    )
    assert decided(repository, "mon.drift", {"watch.py": code, "train.py": TRAIN}).status is wanted


@pytest.mark.parametrize(
    ("text", "wanted"), [("the run was a success", Status.PARTIAL), ("the run failed", Status.MET)]
)
def test_a_success_alone_is_no_alert(repository: BuildRepository, text: str, wanted: Status) -> None:
    code = f"import smtplib\n\ndef tell():\n    smtplib.SMTP('mail').sendmail('a', 'b', '{text}')\n\ntell()\n"
    assert decided(repository, "mon.alerting", {"tell.py": code, "train.py": TRAIN}).status is wanted


def test_rules_of_grafana_may_be_json(repository: BuildRepository) -> None:
    rules = {
        "apiVersion": 1,
        "groups": [{"name": "tides", "rules": [{"uid": "a", "title": "Misses", "condition": "C", "data": []}]}],
    }
    files = {"grafana/alerts.json": json.dumps(rules, indent=1), "train.py": TRAIN}
    assert decided(repository, "mon.alerting", files).status is Status.MET


@pytest.mark.parametrize(("schema", "wanted"), [("class Settings(BaseModel):\n    host: str\n", Status.MISSING), ("", Status.PARTIAL)])  # fmt: skip
def test_a_schema_without_an_api_checks_no_request(repository: BuildRepository, schema: str, wanted: Status) -> None:
    service = (
        "from fastapi import FastAPI\nfrom pydantic import BaseModel\n\nclass Hour(BaseModel):\n    wind: float\n\n"
        "app = FastAPI()\n\n@app.post('/predict')\ndef predict(hour: Hour):\n    return 1\n"
    )
    code = f"from pydantic import BaseModel\n\n{schema}" if schema else service
    assert decided(repository, "ci.data-validation", {"app.py": code, "train.py": TRAIN}).status is wanted


@pytest.mark.parametrize(("value", "wanted"), [("!Ref Size", Status.MET), ("t3.micro", Status.PARTIAL)])
def test_parameters_that_nothing_asks_for(repository: BuildRepository, value: str, wanted: Status) -> None:
    template = (
        "AWSTemplateFormatVersion: '2010-09-09'\nParameters:\n  Size:\n    Type: String\nResources:\n  Host:\n"
        f"    Type: AWS::EC2::Instance\n    Properties:\n      InstanceType: {value}\n      SubnetId: !Ref Net\n"
        "  Net:\n    Type: AWS::EC2::Subnet\nOutputs:\n  Id:\n    Value: !Ref Host\n"
    )
    assert decided(repository, "iac.parameterised", {"stack.yaml": template}).status is wanted


def test_rows_of_a_public_api_are_public_data(repository: BuildRepository) -> None:
    code = "import requests\n\nURL = 'https://data.harbour.example/resource/h9gi-nx95.json'\n\ndef fetch():\n    return requests.get(f'{URL}?limit=9').json()\n\nfetch()\n"
    assert decided(repository, "repro.data-versioning", {"fetch.py": code, "train.py": TRAIN}).status is Status.PARTIAL


def test_one_sound_image_is_enough(repository: BuildRepository) -> None:
    files = {
        "Dockerfile": "FROM python:3.12\nCOPY lost/ train.py ./\nCMD python train.py\n",
        "api/Dockerfile": "FROM python:3.12\nCOPY app.py .\nCMD python app.py\n",
        "api/app.py": "print(1)\n",
        "train.py": TRAIN,
    }
    repo = repository(files)
    (decision,), _ = decide(repo, discover(), ("e2e.container",), find_defects(repo)[0])
    assert (decision.status, decision.evidence[0].path) == (Status.MET, "api/Dockerfile")


@pytest.mark.parametrize(("kind", "wanted"), [("aws_ecs_service", Status.MET), ("aws_s3_bucket", Status.PARTIAL)])
def test_what_is_applied_is_worth_what_it_provisions(repository: BuildRepository, kind: str, wanted: Status) -> None:
    files = {
        "infra/main.tf": f'resource "{kind}" "tides" {{\n  name = "tides"\n}}\n',
        "Makefile": "up:\n\tterraform -chdir=infra apply\n",
        "train.py": TRAIN,
    }
    assert decided(repository, "e2e.cloud-deployment", files).status is wanted


def test_broken_infrastructure_is_not_deployed_by_the_command_that_applies_it(repository: BuildRepository) -> None:
    files = {
        "infra/main.tf": 'resource "aws_ecs_service" "tides" {\n  name = var.lost\n}\n',
        "Makefile": "up:\n\tterraform -chdir=infra apply\n",
        "train.py": TRAIN,
    }
    repo = repository(files)
    (decision,), _ = decide(repo, discover(), ("e2e.cloud-deployment",), find_defects(repo)[0])
    assert decision.status is Status.PARTIAL
