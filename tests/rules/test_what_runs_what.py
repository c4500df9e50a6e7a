"""Notebooks that run, images by other names, values of charts, and what is written for others."""

from __future__ import annotations

import json

import pytest

from analyzer.findings import Status
from tests.conftest import BuildRepository
from tests.rules.test_beside_and_above import FIT, MODEL, decided, status

# -- what runs what ---------------------------------------------------------------------------------------------------


def notebook(*cells: str) -> str:
    code = ",".join(f'{{"cell_type": "code", "source": {json.dumps(cell)}, "outputs": []}}' for cell in cells)
    return f'{{"nbformat": 4, "metadata": {{}}, "cells": [{code}]}}'


def test_a_notebook_that_a_program_runs_is_code(repository: BuildRepository) -> None:
    files = {"fit.ipynb": notebook(FIT)}
    assert status(repository, "e2e.training", files) is Status.PARTIAL
    runs = "import papermill\n\npapermill.execute_notebook('{}', 'out.ipynb')\n"
    assert status(repository, "e2e.training", {**files, "run.py": runs.format("fit.ipynb")}) is Status.MET
    assert status(repository, "e2e.training", {**files, "run.py": runs.format("other.ipynb")}) is Status.PARTIAL


def test_kedro_finds_pipelines_by_their_names(repository: BuildRepository) -> None:
    pipeline = "from kedro.pipeline import node, pipeline\nfrom .nodes import load, fit\n\ndef {}(**kwargs):\n    return pipeline([node(load, 'raw', 'x'), node(fit, 'x', 'model')])\n"
    nodes = "import pandas as pd\n\ndef load(raw):\n    return pd.DataFrame(raw)\n\ndef fit(x):\n    from sklearn.linear_model import Ridge\n    return Ridge().fit(x, x)\n"
    for name, wanted in (("create_pipeline", Status.MET), ("somewhere", Status.MISSING)):
        files = {"src/tides/pipeline.py": pipeline.format(name), "src/tides/nodes.py": nodes}
        assert status(repository, "e2e.pipeline", files) is wanted


def test_tests_of_dbt_that_something_runs(repository: BuildRepository) -> None:
    schema = "version: 2\nmodels:\n  - name: tides\n    columns:\n      - name: hour\n        data_tests:\n          - not_null\n"
    files = {"dbt/dbt_project.yml": "name: tides\n", "dbt/models/schema.yml": schema, "train.py": FIT}
    assert status(repository, "ci.data-validation", files) is Status.MISSING
    found = decided(repository, "ci.data-validation", {**files, "Makefile": "data:\n\tcd dbt && dbt build\n"})
    assert (found.status, found.evidence[0].path, found.evidence[0].line) == (Status.MET, "dbt/models/schema.yml", 6)


def test_a_monitor_of_databricks(repository: BuildRepository) -> None:
    code = "from databricks.sdk import WorkspaceClient\n\nworkspace = WorkspaceClient()\nworkspace.{}(table_name='tides')\n"
    for call, wanted in (("quality_monitors.run_refresh", Status.MET), ("tables.get", Status.MISSING)):
        files = {"refresh.py": code.format(call), "train.py": FIT}
        assert status(repository, "mon.model-performance", files) is wanted


def test_delta_keeps_versions(repository: BuildRepository) -> None:
    code = "def keep(spark):\n    spark.sql('ALTER TABLE tides SET TBLPROPERTIES ({} = true)')\n\nkeep(None)\n"
    for switch, wanted in (("delta.enableChangeDataFeed", Status.MET), ("comment", Status.MISSING)):
        files = {"keep.py": code.format(switch), "train.py": FIT}
        assert status(repository, "repro.data-versioning", files) is wanted


def test_quality_that_is_looked_at_in_training(repository: BuildRepository) -> None:
    look = "from evidently.metric_preset import ClassificationPreset\nfrom evidently.report import Report\n\ndef look(x):\n    return Report(metrics=[ClassificationPreset()])\n\nlook([])\n"
    assert status(repository, "mon.model-performance", {"train.py": FIT, "look.py": look}) is Status.MET
    assert status(repository, "mon.model-performance", {"train.py": FIT + look}) is Status.MISSING


RULES = "    - name: tides\n      rules:\n        - alert: Drift\n          expr: tide_drift > 0.3\n"


@pytest.mark.parametrize(
    "values",
    [
        f"additionalPrometheusRules:\n  - name: tides\n    groups:\n{RULES}",
        f"additionalPrometheusRulesMap:\n  tides:\n    groups:\n{RULES}",
        f"serverFiles:\n  alerting_rules.yml:\n    groups:\n{RULES}",
        "alertmanager:\n  config:\n    receivers:\n      - name: crew\n        slack_configs:\n          - channel: crew\n",
    ],
)
def test_alerts_in_the_values_of_a_chart(repository: BuildRepository, values: str) -> None:
    metrics = "from prometheus_client import Gauge\n\nGauge('tide_drift', 'Drift of the tides').set(1)\n"
    files = {"metrics.py": metrics, "monitoring/values.yaml": values}
    assert status(repository, "mon.alerting", files) is Status.MET
    assert status(
        repository, "mon.alerting", {**files, "monitoring/values.yaml": "alertmanager:\n  enabled: true\n"}
    ) is (Status.MISSING)


# -- images and files -------------------------------------------------------------------------------------------------


def test_a_dockerfile_that_compose_names(repository: BuildRepository) -> None:
    image = "FROM python:3.12\nCOPY main.py .\nCMD python main.py\n"
    compose = "services:\n  tides:\n    build:\n      context: .\n      dockerfile: {}\n"
    files = {"main.py": "x = 1\n", "install/tides": image}
    assert status(repository, "e2e.container", {**files, "compose.yaml": compose.format("install/tides")}) is Status.MET
    assert status(repository, "e2e.container", files) is Status.MISSING


def test_an_image_that_wraps_a_server_of_others(repository: BuildRepository) -> None:
    image = "FROM python:3.12\nRUN pip install mlflow\nCOPY start.sh .\nCMD ./start.sh\n"
    code = f"import mlflow\n{FIT}\nmlflow.log_metric('rmse', 1)\n"
    for start, wanted in (
        ("mlflow server --host 0.0.0.0", Status.PARTIAL),
        ("while true; do date; sleep 9; done", Status.MET),
    ):
        files = {"Dockerfile": image, "start.sh": f"#!/bin/sh\n{start}\n", "train.py": code}
        assert status(repository, "e2e.container", files) is wanted


def test_an_image_with_packages_that_the_code_imports(repository: BuildRepository) -> None:
    image = "FROM python:3.12\nCOPY requirements.txt .\nRUN pip install -r requirements.txt\n"
    for listed, wanted in (("mlflow==3.1.0", Status.PARTIAL), ("cowsay==6.1", Status.MISSING)):
        files = {
            "server/Dockerfile": image,
            "server/requirements.txt": f"{listed}\n",
            "a.py": f"import mlflow\n{FIT}mlflow.log_metric('a', 1)\n",
        }
        assert status(repository, "e2e.container", files) is wanted


def test_cloud_build_in_a_folder_of_its_own(repository: BuildRepository) -> None:
    build = 'steps:\n  - name: gcr.io/cloud-builders/gcloud\n    args: ["run", "deploy", "tides", "--image", "tides"]\n'
    app = f"from flask import Flask\n{MODEL}\napp = Flask(__name__)\n\n@app.post('/predict')\ndef predict():\n    return str(model.predict([[1]]))\n\napp.run()\n"
    assert status(repository, "e2e.cloud-deployment", {"app.py": app, "cloudbuild/tides.yaml": build}) is Status.MET


def test_models_in_a_folder_that_dvc_keeps(repository: BuildRepository) -> None:
    pointer = "outs:\n- path: kept\n  files:\n  - relpath: {}\n    md5: 1\n"
    for name, wanted in (("best.pth", Status.MET), ("tides.csv", Status.MISSING)):
        files = {
            "kept.dvc": pointer.format(name),
            ".dvc/config": "['remote \"a\"']\n    url = s3://a\n",
            "train.py": FIT,
        }
        assert status(repository, "e2e.model-registry", files) is wanted


@pytest.mark.parametrize(
    ("path", "wanted"), [(".githooks/pre-push", Status.PARTIAL), ("docs/pre-push", Status.MISSING)]
)
def test_a_hook_of_git_that_is_kept(repository: BuildRepository, path: str, wanted: Status) -> None:
    assert status(repository, "repro.hooks", {path: "#!/bin/sh\nmake test\n"}) is wanted


def test_a_runbook_of_commands(repository: BuildRepository) -> None:
    commands = "docker compose up -d\ndocker compose logs tides\ndocker compose restart tides\npython main.py"
    files = {
        "main.py": "x = 1\n",
        "compose.yaml": "services:\n  tides:\n    build: .\n",
        "Dockerfile": "FROM python:3.12\nCOPY main.py .\n",
    }
    page = {"docs/runbooks/tides.md": f"# The tides service\n\n```sh\n{commands}\n```\n"}
    assert status(repository, "doc.operations", {**files, **page}) is Status.MET
    assert (
        status(repository, "doc.operations", {**files, "docs/other/tides.md": page["docs/runbooks/tides.md"]})
        is not Status.MET
    )


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("The app runs at http://ec2-18-222-108-158.compute.amazonaws.com:8000", Status.MET),
        (
            "The host is shown, example: http://ec2-18-222-108-158.compute.amazonaws.com:8000 This will vary.",
            Status.MISSING,
        ),
    ],
)
def test_an_address_that_is_an_example(repository: BuildRepository, line: str, wanted: Status) -> None:
    app = f"from flask import Flask\n{MODEL}\napp = Flask(__name__)\n\n@app.post('/predict')\ndef predict():\n    return str(model.predict([[1]]))\n\napp.run()\n"
    assert status(repository, "e2e.live-endpoint", {"README.md": f"# Tides\n\n{line}\n", "app.py": app}) is wanted


def test_a_site_among_the_references(repository: BuildRepository) -> None:
    readme = "# Tides\n\n## {}\n\n- https://tides-of-the-harbour.vercel.app/tides\n"
    assert status(repository, "doc.site", {"README.md": readme.format("References")}) is Status.MISSING
    assert status(repository, "doc.site", {"README.md": readme.format("About")}) is Status.MET


def test_a_page_of_plans_and_a_blank_to_fill_in_are_no_outcomes(repository: BuildRepository) -> None:
    line = "The forecast takes 40 ms, down from 300 ms.\n"
    for path, text, wanted in (
        ("docs/speed.md", line, Status.MET),
        ("ROADMAP.md", line, Status.MISSING),
        ("docs/script.md", "Latency is [read value] ms, within the 300 ms SLA, down from 400 ms.\n", Status.MISSING),
    ):
        files = {
            "README.md": "# Tides\n\nForecasts of tides.\n",
            path: f"# The tides of the harbour\n\nmain.py forecasts.\n\n{text}",
            "main.py": FIT,
        }
        assert (status(repository, "doc.quantified", files) is Status.MET) is (wanted is Status.MET)


def test_parts_about_the_work_tell_no_problem(repository: BuildRepository) -> None:
    why = "Boats run aground because nobody knows the tide, which costs the harbour money and time, so that captains wait for hours and lose their catch every week of the year, because of it."
    readme = "# Tides\n\n## About the project\n\nIt forecasts the tides of the harbour from the moon.\n\n### {}\n\n{}\n"
    assert status(repository, "doc.problem", {"README.md": readme.format("The harbour", why)}) is Status.MET
    assert status(repository, "doc.problem", {"README.md": readme.format("Training process", why)}) is Status.PARTIAL


DAG = "import os\nfrom airflow import DAG\n\nwith DAG(dag_id={}) as dag:\n    pass\n"


@pytest.mark.parametrize(
    ("name", "known", "wanted"),
    [
        ("train_tides", "'train_tides'", Status.MET),
        ("train_harbour", "'train_tides'", Status.PARTIAL),
        ("train_harbour", "os.environ['TIDES']", Status.MET),
    ],
)
def test_a_dag_that_is_started_by_its_name(repository: BuildRepository, name: str, known: str, wanted: Status) -> None:
    watch = (
        "from airflow import DAG\nfrom airflow.operators.trigger_dagrun import TriggerDagRunOperator\n\n"
        "with DAG(dag_id='watch', schedule='@daily') as dag:\n"
        f"    retrain = TriggerDagRunOperator(task_id='retrain_on_drift', trigger_dag_id='{name}')\n"
    )
    drift = "from evidently.metric_preset import DataDriftPreset\n\nDataDriftPreset()\n"
    train = f"{DAG.format(known)}{FIT}"
    files = {"dags/watch.py": watch, "dags/train.py": train, "drift.py": drift}
    assert status(repository, "mon.retraining", files) is wanted


def test_a_model_that_is_not_accepted_leaves_the_pipeline(repository: BuildRepository) -> None:
    judge = "def judge(accuracy, production_accuracy, threshold):\n    is_model_accepted = accuracy - production_accuracy > threshold\n    return is_model_accepted\n"
    run = "from judge import judge\n\ndef go(result):\n    if not result.is_model_accepted:\n        return None\n    {}(result)\n\ngo(judge(1, 2, 3))\n"
    for act, wanted in (("start_model_pusher", Status.MET), ("print", Status.PARTIAL)):
        files = {"judge.py": judge, "run.py": run.replace("{}", act), "train.py": FIT}
        assert status(repository, "ci.model-gate", files) is wanted


def test_an_artifact_of_a_logger_is_a_registered_model(repository: BuildRepository) -> None:
    code = (
        "import wandb\nfrom lightning.pytorch.loggers import WandbLogger\n\nlogger = WandbLogger(project='tides')\n"
        "kept = wandb.Artifact('tides', type='{}')\nlogger.experiment.log_artifact(kept)\n"
    )
    for kind, wanted in (("model", Status.MET), ("dataset", Status.MISSING)):
        found = status(repository, "e2e.model-registry", {"keep.py": code.replace("{}", kind), "train.py": FIT})
        assert (found is Status.MET) is (wanted is Status.MET)


def test_mail_to_nobody(repository: BuildRepository) -> None:
    settings = "from airflow import DAG\n\ndefaults = {{\n    'email': ['{}'],\n    'email_on_failure': True,\n}}\n\nDAG('tides', default_args=defaults)\n"
    for address, wanted in (("crew@harbour.dk", Status.MET), ("alerts@company.com", Status.PARTIAL)):
        assert status(repository, "mon.alerting", {"dag.py": settings.format(address), "train.py": FIT}) is wanted
