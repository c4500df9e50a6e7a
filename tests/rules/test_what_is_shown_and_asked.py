"""Pictures of runs, problems with reasons, best runs, rows of measures, schedules of the cloud, builds that are submitted."""

from __future__ import annotations

import pytest

from analyzer.findings import Status
from tests.conftest import BuildRepository, decided

TITLE = "# Tides\n\nThis project predicts tides.\n\n"
PNG = "x" * 1000
FIT = "from sklearn.linear_model import Ridge\nRidge().fit([[1]], [1])\n"
TRACKED = f"import mlflow\nmlflow.log_metric('rmse', 0.2)\n{FIT}"


@pytest.mark.parametrize(
    ("picture", "code", "wanted"),
    [
        ("mlflow.png", TRACKED, Status.MET),
        ("mlflow_experiments.png", TRACKED, Status.MET),
        ("tensorboard.png", TRACKED, Status.MET),
        ("mlflow_registry.png", TRACKED, Status.PARTIAL),
        ("mlflow.png", FIT, Status.PARTIAL),
    ],
)
def test_a_picture_of_tracked_runs_shows_results(
    repository: BuildRepository, picture: str, code: str, wanted: Status
) -> None:
    files = {"README.md": f"{TITLE}![here](pictures/{picture})\n", f"pictures/{picture}": PNG, "train.py": code}
    assert decided(repository, "doc.results", files).status is wanted


def test_the_part_that_gives_reasons_tells_the_problem(repository: BuildRepository) -> None:
    reasons = (
        "Harbours plan the moorings of tides with care, and to know the tides is crucial for the safety of crews. This gives "
        "pilots valuable insights into the tides of the next days, so that nobody waits outside of the harbour any longer.\n"
    )
    features = "".join(
        f"- Tides of station {number}, measured with one gauge beside the pier\n" for number in range(14)
    )
    readme = f"# Tides\n\n## Overview\n\n{reasons}\n## About\n\nTides of harbours.\n\n{features}"
    files = {"README.md": readme, "tides.py": "def predict_tides(tides):\n    return tides\n"}
    found = decided(repository, "doc.problem", files)
    assert (found.status, found.evidence[0].line) == (Status.MET, 5)


SEARCH = "best = client.search_runs(['1'], order_by=['metrics.rmse ASC'])[0]\n    run = best.info.run_id\n"
CLIENT = "from mlflow import MlflowClient\nclient = MlflowClient()\n"
TRIALS = (
    "import mlflow\nimport optuna\n\ndef main():\n    study = optuna.create_study()\n    study.optimize(fit)\n"
    "    run = study.best_trial.user_attrs['run_id']\n    mlflow.register_model(f'runs:/{run}/model', 'tides')\n\nmain()\n"
)
LINKED = (
    "import wandb\n\ndef promote_best_model():\n    runs = wandb.Api().runs('tides')\n"
    "    ordered = sorted(runs, key=lambda run: run.summary['rmse'])\n    model = ordered[0].logged_artifacts()[0]\n"
    "    model.link('registry/tides', aliases=['production'])\n\npromote_best_model()\n"
)


@pytest.mark.parametrize(
    ("code", "wanted"),
    [
        (f"{CLIENT}\ndef main():\n    {SEARCH}    client.download_artifacts(run, 'model')\n\nmain()\n", Status.PARTIAL),
        (f"{CLIENT}\ndef main():\n    {SEARCH}    print(run)\n\nmain()\n", Status.MISSING),
        (TRIALS, Status.PARTIAL),
        (TRIALS.replace("best_trial.user_attrs", "trials[0].attrs"), Status.MISSING),
        (LINKED, Status.PARTIAL),
        (LINKED.replace(", aliases=['production']", ""), Status.MISSING),
    ],
)
def test_the_best_run_is_taken_in_other_ways(repository: BuildRepository, code: str, wanted: Status) -> None:
    assert decided(repository, "ci.model-gate", {"promote.py": code, "train.py": FIT}).status is wanted


TABLE = (
    "import sqlalchemy\nfrom evidently import Report\n\n"
    "def keep(frame):\n    engine = sqlalchemy.create_engine('postgresql://db/tides')\n"
    "    table = sqlalchemy.Table('m', sqlalchemy.MetaData(), sqlalchemy.Column('share', sqlalchemy.Float))\n"
    "    share = Report([]).run(frame, frame).dict()['metrics'][0]['value']\n"
    "    with engine.begin() as connection:\n        connection.execute({row})\n\nkeep([1])\n"
)


@pytest.mark.parametrize(
    ("row", "wanted"),
    [("table.insert().values(share=share)", Status.MET), ("sqlalchemy.text('select 1')", Status.PARTIAL)],
)
def test_rows_of_a_table_that_is_an_object(repository: BuildRepository, row: str, wanted: Status) -> None:
    files = {"monitoring.py": TABLE.replace("{row}", row), "train.py": FIT}
    assert decided(repository, "mon.metrics", files).status is wanted


ROWS = (
    "from sqlalchemy.orm import DeclarativeBase, Mapped\n\nclass Base(DeclarativeBase):\n    pass\n\n"
    "class Answer(Base):\n    __tablename__ = 'answers'\n    took: Mapped[float]\n"
)
SERVICE = (
    "import joblib\nfrom fastapi import FastAPI\nfrom rows import Answer\nfrom base import session\n\napp = FastAPI()\n"
    "model = joblib.load('model.pkl')\n\n@app.post('/predict')\ndef predict(wind: float):\n    answer = model.predict([[wind]])[0]\n"
    "    session.add(Answer({name}=3.5))\n    return {{'tide': answer}}\n"
)


@pytest.mark.parametrize(("name", "wanted"), [("latency_ms", Status.MET), ("wind", Status.MISSING)])
def test_what_a_request_took_in_a_mapped_row(repository: BuildRepository, name: str, wanted: Status) -> None:
    files = {
        "rows.py": ROWS,
        "base.py": "from sqlalchemy.orm import Session\nsession = Session()\n",
        "service.py": SERVICE.format(name=name),
        "model.pkl": "x",
        "Makefile": "up:\n\tuvicorn service:app\n",
    }
    assert decided(repository, "mon.metrics", files).status is wanted


RULE = (
    "import {{ Rule, Schedule }} from 'aws-cdk-lib/aws-events';\nimport {{ Stack }} from 'aws-cdk-lib';\n"
    "import {{ Function }} from 'aws-cdk-lib/aws-lambda';\n\nexport class TidesStack extends Stack {{\n  constructor() {{\n"
    "    const tides = new Function(this, 'tides', {{ handler: 'app.handler' }});\n"
    "    const rule = new Rule(this, 'Rule', {{\n      {when},\n    }});\n  }}\n}}\n"
)
HANDLER = "import joblib\n\nmodel = joblib.load('model.pkl')\n\ndef handler(event, context):\n    print(model.predict([[3]]))\n"


@pytest.mark.parametrize(
    ("when", "wanted"),
    [
        ("schedule: Schedule.expression('rate(5 minutes)')", Status.MET),
        ("eventPattern: { source: ['tides'] }", Status.PARTIAL),
    ],
)
def test_a_rule_of_the_cdk_starts_a_function_by_time(repository: BuildRepository, when: str, wanted: Status) -> None:
    image = 'FROM public.ecr.aws/lambda/python:3.11\nCOPY app.py model.pkl ./\nCMD ["app.handler"]\n'
    files = {"lib/stack.ts": RULE.format(when=when), "app.py": HANDLER, "model.pkl": "x", "Dockerfile": image}
    assert decided(repository, "e2e.serving", files).status is wanted


SUBMITS = "on: push\njobs:\n  build:\n    runs-on: ubuntu-latest\n    steps:\n      - run: gcloud builds submit . --config {config}\n"
JOB = "steps:\n- name: gcr.io/cloud-builders/gcloud\n  args: ['ai', 'custom-jobs', 'create', '--config', 'job.yaml']\n"


@pytest.mark.parametrize(("config", "wanted"), [("gcp/fit.yaml", Status.MET), ("gcp/other.yaml", Status.MISSING)])
def test_a_build_that_ci_submits_is_followed(repository: BuildRepository, config: str, wanted: Status) -> None:
    files = {".github/workflows/ci.yml": SUBMITS.format(config=config), "gcp/fit.yaml": JOB, "train.py": FIT}
    assert decided(repository, "ci.training", files).status is wanted


PUSH = "steps:\n- name: gcr.io/cloud-builders/docker\n  args: ['push', 'eu.gcr.io/tides/app']\n"


@pytest.mark.parametrize(
    ("beside", "wanted"),
    [
        ({}, Status.MET),
        ({"Makefile": "image:\n\tgcloud builds submit --config cloudbuild.yaml\n"}, Status.PARTIAL),
        ({"infra/main.tf": "x = <<EOT\ngcloud builds submit . \\\n  --config=cloudbuild.yaml\nEOT\n"}, Status.PARTIAL),
        ({"Makefile": "image:\n\tgcloud builds submit --config other.yaml\n"}, Status.MET),
    ],
)  # fmt: skip
def test_a_build_that_a_hand_submits(repository: BuildRepository, beside: dict[str, str], wanted: Status) -> None:
    files = {"cloudbuild.yaml": PUSH, "Dockerfile": "FROM python:3.12\nCOPY train.py .\n", "train.py": FIT, **beside}
    assert decided(repository, "ci.deploy", files).status is wanted


def test_a_model_is_published_by_firebase(repository: BuildRepository) -> None:
    code = (
        "from firebase_admin import ml, storage\n\ndef upload(path):\n    storage.bucket().blob(path).upload_from_filename(path)\n"
        "    ml.publish_model(ml.create_model(ml.Model(display_name='tides')).model_id)\n\nupload('tides.tflite')\n"
    )
    files = {"upload.py": code, "train.py": FIT}
    assert decided(repository, "e2e.model-registry", files).status is Status.MET
    assert decided(repository, "e2e.cloud-deployment", files).status is Status.PARTIAL


@pytest.mark.parametrize(
    ("learner", "wanted"),
    [("", Status.PARTIAL), ("from pyspark.ml.classification import GBTClassifier\n", Status.MET)],
)
def test_a_pipeline_of_spark_may_have_features_alone(repository: BuildRepository, learner: str, wanted: Status) -> None:
    stages = "scaler, GBTClassifier()" if learner else "scaler"
    fit = (
        f"from pyspark.ml import Pipeline\nfrom pyspark.ml.feature import StandardScaler, StringIndexer\n{learner}\n"
        "def run(frame):\n    scaler = StandardScaler()\n    StringIndexer().fit(frame)\n"
        f"    return Pipeline(stages=[{stages}]).fit(frame)\n\nrun([1])\n"
    )
    files = {"fit.py": fit, "notes.ipynb": NOTEBOOK, "Makefile": "fit:\n\tpython fit.py\n"}
    assert decided(repository, "e2e.training", files).status is wanted


NOTEBOOK = (
    '{"cells": [{"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": 1, "source": ["from sklearn.linear_model '
    'import Ridge\\n", "Ridge().fit([[1]], [1])"]}], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}'
)


DRIFT = (
    "import pandas as pd\nfrom scipy.stats import ks_2samp\n\ndef compare(reference, current):\n"
    "    statistic, _ = ks_2samp(reference, current)\n    {flag} = statistic > 0.2\n    return {flag}\n\n"
    "compare(pd.read_csv('a.csv'), pd.read_csv('b.csv'))\n"
)


@pytest.mark.parametrize(("flag", "wanted"), [("target_drift", Status.MET), ("differs", Status.MISSING)])
def test_a_statistic_is_of_drift_by_the_names_beside_it(repository: BuildRepository, flag: str, wanted: Status) -> None:
    assert decided(repository, "mon.drift", {"compare.py": DRIFT.format(flag=flag), "train.py": FIT}).status is wanted


def test_routes_in_a_page_are_no_paths(repository: BuildRepository) -> None:
    routes = "".join(
        f"- `GET /{name}/{{id}}` gives one of the service\n" for name in ("tides", "gauges", "piers", "boats")
    )
    told = "The service asks Airflow for the tides and keeps them, so that FastAPI answers from what is there. " * 6
    files = {
        "README.md": TITLE,
        "docs/design.md": f"# Design\n\n{told}\n\n{routes}",
        "docs/deployment.md": f"# Deployment\n\n{told}\n",
        "app.py": "from fastapi import FastAPI\napp = FastAPI()\n",
        "dags/tides.py": "from airflow import DAG\nDAG('tides')\n",
    }
    assert decided(repository, "doc.writeup", files).status is Status.PARTIAL


def test_targets_may_stand_behind_spaces(repository: BuildRepository) -> None:
    files = {"Makefile": "NAME := tides\n\n   test:\n\tpytest tests\n\n   build: test\n\tdocker build -t $(NAME) .\n"}
    found = decided(repository, "repro.automation", files)
    assert (found.status, found.summary) == (Status.MET, "2 tasks are automated with make")


@pytest.mark.parametrize(
    ("sentence", "wanted"),
    [
        ("The flow in Prefect asks MLflow for the model of the tides and stores what it predicts for each harbour. ", Status.MET),
        ("Student s123 was responsible for the flow in Prefect that asks MLflow for the model of the tides and stores. ", Status.PARTIAL),
        ("Go to the page of Prefect, which asks MLflow for the model of the tides and stores what it predicts, and run. ", Status.PARTIAL),
    ],
)  # fmt: skip
def test_who_did_what_and_where_to_press_explains_nothing(
    repository: BuildRepository, sentence: str, wanted: Status
) -> None:
    readme = f"{TITLE}## How it works\n\n{sentence * 12}\n"
    files = {
        "README.md": readme,
        "flow.py": "import mlflow\nfrom prefect import flow\n\n@flow\ndef tides():\n    pass\n",
    }
    found = decided(repository, "doc.architecture", files)
    assert found.status is wanted


def test_what_is_recorded_is_shown_before_what_records_by_itself(repository: BuildRepository) -> None:
    code = f"import mlflow\nmlflow.sklearn.autolog()\n{FIT}mlflow.log_param('a', 1)\nmlflow.log_metric('rmse', 0.2)\n"
    assert decided(repository, "e2e.experiment-tracking", {"train.py": code}).evidence[0].line == 5


def test_the_aim_is_shown_where_the_most_words_are_of_parts(repository: BuildRepository) -> None:
    parts = "".join(
        f"- Tides of part {number} come from one gauge beside the pier of the harbour\n" for number in range(9)
    )
    readme = f"# Work\n\n# Goal\n\nTo predict the tides of a harbour.\n\n# Introduction\n\n{parts}"
    files = {"README.md": readme, "tides.py": "def predict_tides(tides):\n    return tides\n"}
    found = decided(repository, "doc.problem", files)
    assert (found.status, found.evidence[0].line) == (Status.PARTIAL, 5)
