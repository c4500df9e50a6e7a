"""Which of several lines a decision shows: the one that is the thing itself."""

from __future__ import annotations

import json

import pytest

from analyzer.findings import Status
from tests.conftest import BuildRepository, decide_one


def shown(repository: BuildRepository, criterion: str, files: dict[str, str]) -> str:
    """The first line of evidence, as it stands in its file."""
    return decide_one(repository(files), criterion).evidence[0].snippet


def test_the_route_that_predicts_comes_before_those_that_read_predictions(repository: BuildRepository) -> None:
    code = (
        "import joblib\nfrom fastapi import FastAPI\n\napp = FastAPI()\nmodel = joblib.load('model.pkl')\n\n"
        "@app.get('/predictions/recent')\ndef recent():\n    return open('predictions.csv').read()\n\n"
        "@app.post('/estimate')\ndef estimate(item: dict):\n    return model.predict([list(item.values())])\n"
    )
    files = {
        "app.py": code,
        "train.py": "import joblib\njoblib.dump(1, 'model.pkl')\n",
        "Makefile": "serve:\n\tuvicorn app:app\n",
    }
    assert shown(repository, "e2e.serving", files) == "@app.post('/estimate')"


def test_what_is_written_before_the_model_is_asked_is_no_prediction(repository: BuildRepository) -> None:
    code = (
        "import boto3\nimport joblib\nimport pandas as pd\n\n"
        "def score():\n    store = boto3.client('s3')\n    frame = pd.read_csv('hour.csv')\n"
        "    store.put_object(Bucket='b', Key='features', Body=frame.to_csv())\n"
        "    answers = joblib.load('model.pkl').predict(frame)\n"
        "    store.put_object(Bucket='b', Key='answers', Body=str(answers))\n\nscore()\n"
    )
    assert "answers" in shown(repository, "mon.metrics", {"score.py": code})


def test_the_row_of_measures_comes_before_the_row_of_a_prediction(repository: BuildRepository) -> None:
    code = (
        "import sqlite3\nfrom evidently.metric_preset import DataDriftPreset\nfrom evidently.report import Report\n\n"
        "def keep(values):\n    sqlite3.connect('a.db').cursor().execute('INSERT INTO answers VALUES (?)', values)\n\n"
        "def compare(old, new):\n    report = Report(metrics=[DataDriftPreset()])\n"
        "    report.run(reference_data=old, current_data=new)\n"
        "    sqlite3.connect('a.db').cursor().execute('INSERT INTO drift_results VALUES (?)', report.as_dict())\n\n"
        "keep([1])\ncompare(None, None)\n"
    )
    assert "drift_results" in shown(repository, "mon.metrics", {"monitoring.py": code})


def test_a_logged_picture_is_no_saved_model(repository: BuildRepository) -> None:
    head = "import mlflow\nimport sklearn.svm\n\nmodel = sklearn.svm.SVC().fit([[1]], [1])\nroc_path = 'roc.png'\n"
    picture, kept = "mlflow.log_artifact(roc_path)\n", "mlflow.sklearn.log_model(model, 'model')\n"
    assert shown(repository, "e2e.model-registry", {"train.py": head + picture + kept}) == kept.strip()
    alone = decide_one(repository({"train.py": head + picture}), "e2e.model-registry")
    assert alone.status is Status.MISSING


def test_the_search_whose_run_is_registered_is_the_choice(repository: BuildRepository) -> None:
    code = (
        "import mlflow\nfrom mlflow import MlflowClient\n\nclient = MlflowClient()\n\n\ndef promote():\n"
        "    for run in client.search_runs('1', order_by=['metrics.mae DESC']):\n        print(run)\n"
        "    best = client.search_runs('1', order_by=['metrics.mae ASC'])[0]\n"
        "    mlflow.register_model(f'runs:/{best.info.run_id}/model', 'rides')\n\n\npromote()\n"
    )
    assert "ASC" in shown(repository, "ci.model-gate", {"register.py": code})


def test_a_class_that_only_transforms_trains_nothing(repository: BuildRepository) -> None:
    code = (
        "from sklearn.preprocessing import LabelEncoder\nfrom sklearn.svm import SVC\n\n\n"
        "class Encode:\n    def fit(self, rows, y=None):\n        self.encoder = LabelEncoder().fit(rows)\n"
        "        return self\n\n    def transform(self, rows):\n        return self.encoder.transform(rows)\n\n"
        "    def fit_transform(self, rows, y=None):\n        return self.fit(rows, y).transform(rows)\n\n\n"
        "rows = Encode().fit_transform(['a'])\n"
    )
    trained = "SVC().fit(rows, [1])"
    assert shown(repository, "e2e.training", {"train.py": f"{code}{trained}\n"}) == trained
    assert decide_one(repository({"train.py": code}), "e2e.training").status is Status.MISSING


def test_a_new_column_comes_before_one_in_another_type(repository: BuildRepository) -> None:
    code = (
        "import pandas as pd\n\nrides = pd.read_csv('rides.csv')\nrides['begin'] = pd.to_datetime(rides['begin'])\n"
        "rides['hour'] = rides['begin'].dt.hour\nrides['day'] = rides['begin'].dt.dayofweek\n"
    )
    served = (
        "import pandas as pd\nfrom fastapi import FastAPI\n\napp = FastAPI()\n\n@app.post('/')\ndef ask(item: dict):\n"
        "    frame = pd.DataFrame([item])\n    frame['hour'] = frame['begin'].dt.hour\n    return frame.to_dict()\n"
    )
    files = {"api.py": served, "prepare.py": code}
    assert shown(repository, "e2e.feature-engineering", files) == "rides['hour'] = rides['begin'].dt.hour"


def test_a_model_of_the_projects_own_that_spacy_loads_is_no_feature(repository: BuildRepository) -> None:
    code = "import pandas as pd\nimport spacy\n\ntexts = pd.read_csv('a.csv')['text']\ndocs = [spacy.load('{}')(text) for text in texts]\n"
    for name, wanted in (("en_core_web_sm", Status.MET), ("models/best", Status.MISSING)):
        assert decide_one(repository({"a.py": code.format(name)}), "e2e.feature-engineering").status is wanted


def test_an_evaluation_is_no_ingestion(repository: BuildRepository) -> None:
    read = "import pandas as pd\n\n\ndef {}():\n    return pd.read_csv('{}.csv')\n\n\n{}()\n"
    files = {
        "eval/eval.py": read.format("labels", "labels", "labels"),
        "prepare.py": read.format("rows", "rows", "rows"),
    }
    assert shown(repository, "e2e.data-ingestion", files) == "return pd.read_csv('rows.csv')"


TITLE = "# Tides\n\nThis project predicts tides.\n\n"


def test_a_list_is_shown_where_it_tells_of_the_parts_and_never_by_the_contents(repository: BuildRepository) -> None:
    contents = "## Table of Contents 📑\n\n- [MLflow tracking](#mlflow)\n- [Grafana](#grafana)\n\n"
    setup = "## Deploy the infrastructure\n\nThis makes:\n\n- a Grafana server\n\n"
    tree = "## Project structure\n\n```\ntides/\n├── src/\n└── tests/\n```\n"
    assert shown(repository, "doc.architecture", {"README.md": TITLE + contents + setup + tree}) == "tides/"
    parts = "## Architecture\n\n- **MLflow** for tracking\n- **Grafana** for dashboards\n"
    line = shown(repository, "doc.architecture", {"README.md": TITLE + contents + setup + tree + parts})
    assert line == "- **MLflow** for tracking"


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Cells of the notebook:\n\n![](image-1.png)", "The orchestration:\n\n![](image-2.png)"),
        ("![Pipeline](image-1.png)", "![Pipeline overview](image-2.png)"),
    ],
)
def test_the_picture_that_is_said_to_be_a_diagram_is_shown(
    repository: BuildRepository, first: str, second: str
) -> None:
    pictures = {"image-1.png": "x" * 1000, "image-2.png": "x" * 1000}
    readme = f"{TITLE}## Workflow orchestration\n\n{first}\n\n{second}\n"
    assert "image-2" in shown(repository, "doc.diagram", {"README.md": readme, **pictures})


def test_a_dashboard_without_a_question_shows_nothing(repository: BuildRepository) -> None:
    panel: dict[str, object] = {"type": "timeseries", "title": "Drift", "datasource": {"uid": "db"}}
    for targets, wanted in (
        ([{"refId": "A", "rawSql": "SELECT drift FROM metrics"}], Status.MET),
        ([{"refId": "A", "queryText": "drift"}], Status.MET),
        ([{"refId": "A", "datasource": {"uid": "db"}}], Status.PARTIAL),
        ([], Status.PARTIAL),
    ):
        document = {"title": "Tides", "schemaVersion": 39, "panels": [panel | {"targets": targets}]}
        decision = decide_one(repository({"dashboards/tides.json": json.dumps(document)}), "mon.dashboard")
        assert decision.status is wanted
        assert wanted is Status.PARTIAL or decision.summary == "A Grafana dashboard with one panel"


def test_a_function_that_hands_on_to_a_method_of_its_name_is_what_the_platform_starts(
    repository: BuildRepository,
) -> None:
    model = (
        "import joblib\n\n\nclass Service:\n    def lambda_handler(self, event):\n"
        "        return joblib.load('model.pkl').predict(event)\n\n\ndef init():\n    return [Service()][0]\n"
    )
    start = "import model\n\nservice = model.init()\n\n\ndef lambda_handler(event, context):\n    return service.lambda_handler(event)\n"
    decision = decide_one(repository({"start.py": start, "model.py": model}), "e2e.serving")
    assert decision.summary == "Predictions are made by a function of a cloud platform"
    assert decision.evidence[0].path == "start.py"


def test_reports_in_a_workspace_are_no_exported_metrics(repository: BuildRepository) -> None:
    code = (
        "from evidently.metric_preset import DataDriftPreset\nfrom evidently.report import Report\n"
        "from evidently.ui.workspace import Workspace\n\nspace = Workspace.create('space')\n"
        "project = space.create_project('Tides')\nproject.save()\nreport = Report(metrics=[DataDriftPreset()])\n"
        "report.run(reference_data=None, current_data=None)\nspace.add_report(project.id, report)\n"
    )
    decision = decide_one(repository({"monitoring.py": code}), "mon.metrics")
    assert decision.status is Status.PARTIAL
    assert decision.evidence[0].snippet == "space.add_report(project.id, report)"


def test_it_is_said_how_many_versions_are_exact(repository: BuildRepository) -> None:
    told = decide_one(repository({"requirements.txt": "pandas\nmlflow==2.9.1\nredis\n"}), "repro.dependencies")
    assert told.summary == "Only 1 of 3 dependencies have an exact version"
    none = decide_one(repository({"requirements.txt": "pandas\nredis\n"}), "repro.dependencies")
    assert none.summary == "Dependencies are declared without exact versions"


def test_an_import_that_is_not_used_tests_nothing_of_the_project(repository: BuildRepository) -> None:
    tests = "from tides import high\n\n\ndef twice(x):\n    return 2 * x\n\n\ndef test_a():\n    assert {}\n\n\ndef test_b():\n    assert twice(2) == 4\n"
    for asserted, wanted in (("high(1) == 2", Status.MET), ("twice(1) == 2", Status.PARTIAL)):
        files = {"tides.py": "def high(x):\n    return x + 1\n", "tests/test_tides.py": tests.format(asserted)}
        assert decide_one(repository(files), "tests.unit").status is wanted
