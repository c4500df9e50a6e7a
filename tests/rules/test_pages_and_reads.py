"""What pages link and show, what reads are for, and what is found under other names."""

from __future__ import annotations

import pytest

from analyzer.findings import Status
from tests.conftest import BuildRepository, decided

SERVICE = (
    "import joblib\nfrom fastapi import FastAPI\n\napp = FastAPI()\n\n\n@app.post('/predict')\ndef predict(item: dict):\n"
    "    return joblib.load('model.pkl').predict([item])[0]\n"
)
STARTED = {"app.py": SERVICE, "Makefile": "serve:\n\tuvicorn app:app\n"}
TRAINED = {"Makefile": "train:\n\tpython train.py\n"}
TITLE = "# Tides\n\nThis project predicts tides.\n\n"
PNG = "x" * 1000


# -- links and pictures ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("Try it live: [the app](https://tides-forecast.net/predict).", Status.MET),
        ("As [others](https://mlguide.net/glossary) say, many models that are built never come to be used, so this one has gone into production.", Status.MISSING),
        ("As [Databricks](https://www.databricks.com/glossary/mlops) says, bring it to production.", Status.MISSING),
        ("The API: http://34.131.121.93:8000/predict", Status.MET),
        ("http://34.131.121.93:9091 what the models push to", Status.PARTIAL),
        ("http://34.131.121.93:8080 look at Prometheus here", Status.PARTIAL),
    ],
)  # fmt: skip
def test_what_a_link_leads_to_is_told_by_the_words_beside_it(
    repository: BuildRepository, line: str, wanted: Status
) -> None:
    assert decided(repository, "e2e.live-endpoint", {"README.md": f"{TITLE}{line}\n", **STARTED}).status is wanted


@pytest.mark.parametrize(
    ("picture", "wanted"),
    [
        ("![Tide prediction](tides.png)", Status.PARTIAL),
        ("![Tide prediction banner](banner.png)", Status.MISSING),
        ("[![A prediction](tides.png)](https://youtu.be/abc)", Status.MISSING),
        ("![Dashboard of predictions](banner.png)", Status.PARTIAL),
    ],
)
def test_a_picture_that_adorns_or_leads_to_a_film_is_no_result(
    repository: BuildRepository, picture: str, wanted: Status
) -> None:
    files = {"README.md": f"{TITLE}{picture}\n", "tides.png": PNG, "banner.png": PNG}
    assert decided(repository, "doc.results", files).status is wanted


def test_pictures_of_metrics_are_looked_for_on_all_pages(repository: BuildRepository) -> None:
    files = {
        "README.md": f"{TITLE}![Prediction](tides.png)\n",
        "tides.png": PNG,
        "docs/runs.md": "# Runs of the tides model\n\nWhat MLflow says of the runs of the tides project.\n\n![compared runs](compared.png)\n",
        "docs/compared.png": PNG,
        "train.py": "import mlflow\n\nmlflow.log_metric('mae', 0.1)\n",
        "Makefile": "train:\n\tpython train.py\n",
    }
    decision = decided(repository, "doc.results", files)
    assert (decision.status, decision.evidence[0].path) == (Status.MET, "docs/runs.md")


REPORT = (
    "from evidently.metric_preset import DataDriftPreset\nfrom evidently.report import Report\n\n"
    "report = Report(metrics=[DataDriftPreset()])\nreport.run(reference_data=None, current_data=None)\n"
)


def test_a_picture_of_a_report_that_is_a_file_is_half_a_dashboard(repository: BuildRepository) -> None:
    saved = f"{REPORT}report.save_html('drift.html')\n"
    for name, code, wanted in (
        ("drift_report.png", saved, Status.PARTIAL),
        ("grafana_report.png", saved, Status.MET),
        (
            "drift_report.png",
            f"{saved}from evidently.ui.workspace import Workspace\nWorkspace.create('w')\n",
            Status.MET,
        ),
    ):
        files = {"README.md": f"{TITLE}## Monitoring\n\n![the report]({name})\n", name: PNG, "monitoring.py": code}
        assert decided(repository, "mon.dashboard", files).status is wanted


def test_a_page_of_the_documentation_is_not_called_the_readme(repository: BuildRepository) -> None:
    files = {
        "README.md": TITLE,
        "docs/monitoring.md": "# Monitoring of tides\n\n![Grafana](grafana.png)\n",
        "docs/grafana.png": PNG,
        "monitoring.py": REPORT,
    }
    summary = decided(repository, "mon.dashboard", files).summary
    assert summary == "A page of the documentation shows a picture of the dashboard"


GLOSSARY = "Ctrl + B → the prefix\nCtrl + D → leave the session\nCtrl + C → stop what runs"
LISTED = "Tides\n├── 1. Data → read the tables\n├── 2. Model → train it\n├── 3. Service → answer\n└── 4. Watch → look at drift"
PARTS = (
    "Tides\n├── Data layer\n│   ├── MLflow tracking\n│   └── Features\n├── Serving layer\n│   ├── FastAPI service\n"
    "│   └── Docker image\n└── Watching\n    └── Grafana"
)
FLOWING = "tables --> features\nfeatures --> training\ntraining --> service"


@pytest.mark.parametrize(
    ("heading", "text", "wanted"),
    [
        ("Keys", GLOSSARY, Status.MISSING),
        ("Map", LISTED, Status.MISSING),
        ("Map", PARTS, Status.MISSING),
        ("Architecture", PARTS, Status.MET),
        ("Architecture", "tides/\n├── a.py\n├── b.py\n├── c.py\n├── d.py\n├── e.py\n└── fastapi_mlflow.py", Status.MISSING),
        ("Flow", FLOWING, Status.MET),
    ],
)  # fmt: skip
def test_a_list_with_arrows_is_no_drawing_and_a_tree_of_parts_is_one(
    repository: BuildRepository, heading: str, text: str, wanted: Status
) -> None:
    files = {"README.md": f"{TITLE}## {heading}\n\n```\n{text}\n```\n", "train.py": "import mlflow\nmlflow.log_metric('a', 1)\n"}  # fmt: skip
    assert decided(repository, "doc.diagram", {**files, **STARTED}).status is wanted


def test_problems_are_solved_by_our_solution_too(repository: BuildRepository) -> None:
    part = (
        "## {}\n\n**Problem Solved**: tides of many harbours come late and in another form, so the tides model saw old tables.\n\n"
        "**Our Solution**: a task of Prefect reads the tides again each hour and writes them in one form for training.\n\n"
    )
    page = "# Notes on the tides project\n\n" + part.format("Data") + part.format("Training")
    files = {"README.md": TITLE, "docs/notes.md": page, "flow.py": "from prefect import flow\n\n\n@flow\ndef main():\n    pass\n\n\nmain()\n"}  # fmt: skip
    assert decided(repository, "doc.writeup", files).status is Status.MET


# -- set-up ------------------------------------------------------------------------------------------------------


def test_the_step_below_the_heading_of_setup_is_shown(repository: BuildRepository) -> None:
    readme = (
        f"{TITLE}## Data\n\n```sh\npython look.py\n```\n\n"
        "## Setup\n\n```sh\npip install -r requirements.txt\npython train.py\n```\n"
    )
    files = {"README.md": readme, "look.py": "print(1)\n", "train.py": "print(2)\n", "requirements.txt": "pandas\n"}
    decision = decided(repository, "doc.setup", files)
    assert decision.evidence[0].snippet == "pip install -r requirements.txt"


# -- reads -------------------------------------------------------------------------------------------------------


def test_a_read_in_the_function_that_predicts_is_no_step(repository: BuildRepository) -> None:
    batch = (
        "import joblib\nimport pandas as pd\n\n\ndef run(files):\n    rows = pd.read_csv(files[0])\n"
        "    return joblib.load('model.pkl').predict(rows)\n\n\nrun(['a.csv'])\n"
    )
    assert decided(repository, "e2e.data-ingestion", {"batch.py": batch}).status is Status.PARTIAL
    step = "import pandas as pd\n\n\ndef get():\n    return pd.read_csv('a.csv')\n\n\nget()\n"
    decision = decided(repository, "e2e.data-ingestion", {"batch.py": batch, "get.py": step})
    assert (decision.status, decision.evidence[0].path) == (Status.MET, "get.py")


def test_what_the_service_reads_for_an_answer_is_shown_last(repository: BuildRepository) -> None:
    fetch = "import yfinance\n\n\ndef get_data():\n    return yfinance.download('TIDE')\n\n\nget_data()\n"
    files = {"app/utils.py": fetch, "data/fetch.py": fetch}
    for criterion in ("e2e.data-ingestion", "repro.data-versioning"):
        assert decided(repository, criterion, files).evidence[0].path == "data/fetch.py"


def test_a_stream_is_a_source(repository: BuildRepository) -> None:
    code = (
        "import stomp\n\n\ndef start():\n    connection = stomp.Connection12([('feed.org', 61613)])\n"
        "    connection.subscribe('/topic/tides', id='1')\n\n\nstart()\n"
    )
    files = {"listen.py": code, "train.py": "from sklearn.svm import SVC\n\nSVC().fit([[1]], [1])\n"}
    assert decided(repository, "e2e.data-ingestion", files).status is Status.MET


def test_a_bucket_that_anybody_may_read_is_a_public_source(repository: BuildRepository) -> None:
    code = (
        "import os\nimport boto3\n{}\n\ndef load():\n    store = boto3.client('s3'{})\n"
        "    store.download_file(os.environ['BUCKET'], 'tides.csv', 'tides.csv')\n\n\nload()\n"
    )
    public = code.format("from botocore import UNSIGNED\nfrom botocore.config import Config\n", ", config=Config(signature_version=UNSIGNED)")  # fmt: skip
    train = {"train.py": "from sklearn.svm import SVC\n\nSVC().fit([[1]], [1])\n"}
    assert decided(repository, "repro.data-versioning", {"load.py": public, **train}).status is Status.PARTIAL
    own = code.format("", "")
    assert decided(repository, "repro.data-versioning", {"load.py": own, **train}).status is Status.MISSING


def test_a_column_that_is_put_on_after_the_answer_is_no_feature(repository: BuildRepository) -> None:
    code = (
        "import pandas as pd\nimport requests\n\n\ndef send():\n    rows = pd.read_csv('a.csv')\n{}"
        "    rows['hour'] = rows['time'].dt.hour\n    return rows\n\n\nsend()\n"
    )
    asking = "    rows['score'] = requests.post('http://localhost:8000/predict', json={}).json()\n"
    assert decided(repository, "e2e.feature-engineering", {"a.py": code.format("")}).status is Status.PARTIAL
    assert decided(repository, "e2e.feature-engineering", {"a.py": code.format(asking)}).status is Status.MISSING


# -- other names -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("req.txt", "pandas\nmlflow\n"),
        ("reqs-dev.txt", "pandas\n"),
        ("batch_environment.yml", "dependencies:\n  - pandas\n"),
    ],
)
def test_lists_of_packages_have_other_names_too(repository: BuildRepository, path: str, text: str) -> None:
    assert decided(repository, "repro.dependencies", {path: text}).status is Status.PARTIAL


def test_rules_for_files_are_no_tasks(repository: BuildRepository) -> None:
    makefile = "train:\n\tpython train.py\n\n$(MODELS):\n\tmkdir -p $(MODELS)\n\ndata/tides.csv:\n\tcurl -o $@ https://tides.org/a.csv\n"
    assert decided(repository, "repro.automation", {"Makefile": makefile}).summary == "One task is automated with make"


def test_scripts_that_try_a_remote_part_assert_nothing(repository: BuildRepository) -> None:
    code = "from prometheus_client import CollectorRegistry, push_to_gateway\n\npush_to_gateway('127.0.0.1:9091', job='try', registry=CollectorRegistry())\n"
    decision = decided(repository, "tests.integration", {"tests/push.py": code})
    assert decision.status is Status.PARTIAL


def test_a_test_called_integration_comes_to_a_bucket_through_own_code(repository: BuildRepository) -> None:
    own = "import fsspec\n\n\ndef build():\n    return fsspec.filesystem('s3').ls('bucket')\n"
    test = "{}from build import build\n\n\ndef test_build():\n    assert build() == ['a']\n"
    for path, head, wanted in (
        ("tests/integration/test_build.py", "", Status.MET),
        ("tests/unit/test_build.py", "", Status.MISSING),
        ("tests/integration/test_build.py", "from unittest.mock import patch\n", Status.MISSING),
    ):
        files = {"build.py": own, path: test.format(head), "conftest.py": "import sys\nsys.path.append('.')\n"}
        assert decided(repository, "tests.integration", files).status is wanted


# -- training and watching ---------------------------------------------------------------------------------------


def test_a_declared_class_is_believed_where_a_factory_makes_it(repository: BuildRepository) -> None:
    code = "import hydra\nfrom lightning import Trainer\n\n\ndef train(settings):\n    trainer{} = hydra.utils.instantiate(settings)\n    trainer.fit(None)\n\n\ntrain(1)\n"
    assert decided(repository, "e2e.training", {"train.py": code.format(": Trainer"), **TRAINED}).status is Status.MET
    assert decided(repository, "e2e.training", {"train.py": code.format("")}).status is Status.MISSING


def test_the_fit_comes_before_the_score_of_a_split(repository: BuildRepository) -> None:
    code = "from sklearn.model_selection import cross_val_score\nfrom sklearn.svm import SVC\n\nprint(cross_val_score(SVC(), [[1]], [1]))\nSVC().fit([[1]], [1])\n"
    assert (
        decided(repository, "e2e.training", {"train.py": code, **TRAINED}).evidence[0].snippet
        == "SVC().fit([[1]], [1])"
    )


def test_runs_that_train_are_shown_before_those_that_watch(repository: BuildRepository) -> None:
    watching = "import mlflow\n\nmlflow.log_metric('drift', 1)\n"
    training = "import mlflow\nfrom sklearn.svm import SVC\n\nSVC().fit([[1]], [1])\nmlflow.log_metric('mae', 1)\n"
    files = {"monitoring.py": watching, "training.py": training}
    assert decided(repository, "e2e.experiment-tracking", files).evidence[0].path == "training.py"


def test_a_drop_of_quality_that_is_called_drift_is_concept_drift(repository: BuildRepository) -> None:
    code = (
        "import joblib\nfrom sklearn.metrics import mean_absolute_error\n\n\ndef compare(now, before):\n    drift_detected = False\n"
        "    if now - before > 0.1:\n        {} = True\n    return drift_detected\n\n\ndef watch(rows, labels):\n"
        "    answers = joblib.load('model.pkl').predict(rows)\n    return compare(mean_absolute_error(labels, answers), 0.2)\n\n\nwatch([], [])\n"
    )
    drifts = code.format("drift_detected")
    decision = decided(repository, "mon.drift", {"monitor.py": drifts})
    assert (decision.status, decision.evidence[0].snippet) == (Status.MET, "if now - before > 0.1:")
    assert decided(repository, "mon.drift", {"monitor.py": code.format("worse")}).status is Status.MISSING
    assert decided(repository, "mon.drift", {"score.py": drifts}).status is Status.MISSING


def test_a_suite_about_the_model_checks_no_data(repository: BuildRepository) -> None:
    code = "from evidently.test_preset import {0}\nfrom evidently.test_suite import TestSuite\n\nsuite = TestSuite(tests=[{0}()])\nsuite.run(reference_data=None, current_data=None)\n"
    data = decided(repository, "ci.data-validation", {"monitoring.py": code.format("DataQualityTestPreset")})
    assert data.evidence[0].snippet == "suite = TestSuite(tests=[DataQualityTestPreset()])"
    model = "from evidently.test_preset import RegressionTestPreset\n\nRegressionTestPreset()\n"
    assert decided(repository, "ci.data-validation", {"monitoring.py": model}).status is Status.MISSING


def test_the_condition_that_stops_is_shown(repository: BuildRepository) -> None:
    code = (
        "import os\nimport pandas as pd\n\n\ndef validate_data(path):\n    if not os.path.exists(path):\n        raise OSError(path)\n"
        "    rows = pd.read_csv(path)\n    missing = {'a'} - set(rows.columns)\n    if missing:\n        raise ValueError(missing)\n"
        "    return rows\n\n\nvalidate_data('a.csv')\n"
    )
    assert decided(repository, "ci.data-validation", {"prepare.py": code}).evidence[0].snippet == "if missing:"


def test_what_answers_is_shown_before_what_leads_to_it(repository: BuildRepository) -> None:
    files = {
        "infra/alb.tf": 'resource "aws_lb" "front" {\n  name = "front"\n}\n',
        "infra/app.tf": 'resource "aws_ecs_cluster" "app" {\n  name = "app"\n}\n',
        **STARTED,
    }
    for criterion in ("iac.ml-infrastructure", "e2e.cloud-deployment"):
        assert decided(repository, criterion, files).evidence[0].path == "infra/app.tf"


def test_a_message_is_shown_and_not_the_channel_that_is_opened(repository: BuildRepository) -> None:
    code = "from prefect_email import EmailServerCredentials, email_send_message\n\n\ndef tell():\n    channel = EmailServerCredentials.load('mail')\n    email_send_message(channel, 'drift')\n\n\ntell()\n"
    assert "email_send_message(channel" in decided(repository, "mon.alerting", {"monitor.py": code}).evidence[0].snippet


# -- of other projects -------------------------------------------------------------------------------------------


def test_a_path_of_windows_leads_to_its_picture(repository: BuildRepository) -> None:
    files = {"README.md": f"{TITLE}![Architecture](images\\architecture.png)\n", "images/architecture.png": PNG}
    assert decided(repository, "doc.diagram", files).status is Status.MET


def test_a_picture_of_a_pipeline_that_monitors_is_no_dashboard(repository: BuildRepository) -> None:
    for name, wanted in (("monitoring_pipeline.png", Status.MISSING), ("monitoring.png", Status.MET)):
        files = {"README.md": f"{TITLE}![blocks]({name})\n", name: PNG, "monitoring.py": REPORT}
        assert decided(repository, "mon.dashboard", files).status is wanted


def test_what_is_pretrained_is_not_trained_again(repository: BuildRepository) -> None:
    code = "from transformers import AutoModel\n\n\ndef answer(quality):\n    if quality > 0.5:\n        return AutoModel.{}('a')\n    return None\n\n\nanswer(1)\n"
    train = "from sklearn.svm import SVC\n\nSVC().fit([[1]], [1])\n"
    for name, wanted in (("from_pretrained", Status.MISSING), ("retrain", Status.PARTIAL)):
        files = {"monitor.py": code.format(name), "train.py": train}
        assert decided(repository, "mon.retraining", files).status is wanted


def test_a_block_of_mage_starts_training_over_http_behind_a_condition(repository: BuildRepository) -> None:
    trigger = (
        "import requests\nfrom mage_ai.data_preparation.decorators import custom\n\n\n@custom\ndef trigger():\n"
        "    requests.post('http://localhost:6789/api/pipeline_schedules/1/api_trigger', json={})\n"
    )
    condition = "from mage_ai.data_preparation.decorators import condition\n\n\n@condition\ndef decide(data):\n    return data[1] >= 0.5\n"
    train = "from sklearn.svm import SVC\n\nSVC().fit([[1]], [1])\n"
    files = {"mage/custom/trigger_training.py": trigger, "train.py": train}
    assert decided(repository, "mon.retraining", files).status is Status.MISSING
    drifted = {**files, "mage/conditionals/dataset_drift.py": condition}
    assert decided(repository, "mon.retraining", drifted).status is Status.MET


def test_the_best_of_a_loop_is_no_rival(repository: BuildRepository) -> None:
    code = (
        "import mlflow\n\n\ndef choose(models):\n    best_score = {}\n    best_model = None\n    for model in models:\n        score = model.score()\n"
        "        if score > best_score:\n            best_score = score\n            best_model = model\n            mlflow.register_model('runs:/1/model', 'tides')\n"
        "    return best_model\n\n\ndef production():\n    return 1\n\n\nchoose([])\n"
    )
    for start, wanted in (("0", Status.PARTIAL), ("production()", Status.MET)):
        assert decided(repository, "ci.model-gate", {"train.py": code.format(start)}).status is wanted


def test_names_of_a_star_import_are_those_of_its_package(repository: BuildRepository) -> None:
    code = (
        "from evidently.metrics import *\nfrom evidently.report import Report\n\nreport = Report(metrics=[DatasetDriftMetric()])\n"
        "report.run(reference_data=None, current_data=None)\n"
    )
    assert decided(repository, "mon.drift", {"monitor.py": code}).status is Status.MET


def test_it_is_said_whether_parameters_or_metrics_are_tracked(repository: BuildRepository) -> None:
    calls = {
        "log_param('a', 1)": "Parameters of",
        "log_metric('a', 1)": "Metrics of",
        "autolog()": "Parameters and metrics of",
    }
    for call, words in calls.items():
        decision = decided(repository, "e2e.experiment-tracking", {"train.py": f"import mlflow\n\nmlflow.{call}\n"})
        assert decision.summary.startswith(words)


def test_the_address_of_the_deployment_is_that_of_the_application(repository: BuildRepository) -> None:
    readme = f"{TITLE}The URL for the deployment is: [tides.quest](http://tides.quest)\n"
    assert decided(repository, "e2e.live-endpoint", {"README.md": readme, **STARTED}).status is Status.MET
