"""From raw data to predictions, in small repositories."""

from __future__ import annotations

import pytest

from analyzer.findings import Status
from tests.conftest import BuildRepository, decide_one

TRAIN = """
import pandas as pd
from sklearn.linear_model import Ridge

def train(frame):
    model = Ridge()
    model.fit(frame[["a"]], frame["b"])
    return model

if __name__ == "__main__":
    train(pd.read_csv("data.csv"))
"""
SERVE = """
import joblib
from fastapi import FastAPI

app = FastAPI()
model = joblib.load("model.joblib")

@app.post("/answer")
def answer(row: dict):
    return {"value": float(model.predict([[row["a"]]])[0])}
"""


FITS = {"fit.py": "from sklearn.linear_model import Ridge\n\nRidge().fit([[1]], [1])\n"}
"""Something that a server could run."""
MODEL = {"models/docks.pkl": "x"}
"""Makes a repository one with a model, whatever else it shows."""


def status(repository: BuildRepository, criterion: str, files: dict[str, str]) -> Status:
    return decide_one(repository({**MODEL, **files}), criterion).status


@pytest.mark.parametrize(
    ("files", "wanted"),
    [
        ({"ingest.py": "import pandas as pd\ndef load():\n    return pd.read_csv('x.csv')\nload()\n"}, Status.MET),
        ({"train.py": TRAIN}, Status.PARTIAL),
        ({"a.py": "x = 1\n"}, Status.MISSING),
    ],
)
def test_ingestion_is_a_step_of_its_own(repository: BuildRepository, files: dict[str, str], wanted: Status) -> None:
    assert status(repository, "e2e.data-ingestion", files) is wanted


def test_data_read_by_hand_count(repository: BuildRepository) -> None:
    code = (
        "import json\n\ndef load_data(path):\n    rows = []\n    with open(path) as file:\n        for line in file:\n"
        "            rows.append(json.loads(line))\n    return rows\n\nload_data('a.jsonl')\n"
    )
    assert status(repository, "e2e.data-ingestion", {"etl.py": code}) is Status.MET


def test_reading_for_the_drift_report_is_no_ingestion(repository: BuildRepository) -> None:
    code = "import pandas as pd\ndef load_reference():\n    return pd.read_csv('x.csv')\nload_reference()\n"
    assert status(repository, "e2e.data-ingestion", {"monitoring/drift.py": code}) is Status.PARTIAL


def test_filling_gaps_is_a_trivial_feature(repository: BuildRepository) -> None:
    filled = (
        "def clean(df):\n    df['a'] = df['a'].fillna(0)\n    df['b'] = df['b'].fillna(1)\n    return df\nclean(1)\n"
    )
    assert status(repository, "e2e.feature-engineering", {"f.py": filled}) is Status.PARTIAL
    derived = (
        "def build(df):\n    df['a'] = df['x'] / df['y']\n    df['b'] = df['x'] - df['y']\n    return df\nbuild(1)\n"
    )
    assert status(repository, "e2e.feature-engineering", {"f.py": derived}) is Status.MET


def test_environment_variables_are_no_columns(repository: BuildRepository) -> None:
    code = "import os\nos.environ['A'] = str(1)\nos.environ['B'] = str(2)\n"
    assert status(repository, "e2e.feature-engineering", {"f.py": code}) is Status.MISSING


@pytest.mark.parametrize(
    "made", ["params: dict = {}", "params = hyperopt.fmin(1)", "best: dict = json.load(open('docks.json'))"]
)
def test_parameters_of_a_model_are_no_columns(repository: BuildRepository, made: str) -> None:
    name = made.partition(":")[0].partition(" ")[0]
    keys = "".join(f"{name}['{key}'] = int(len('docks') * 2)\n" for key in ("depth", "leaves", "rounds"))
    files = {"train.py": f"import hyperopt\nimport json\n\n{made}\n{keys}"}
    assert status(repository, "e2e.feature-engineering", files) is Status.MISSING


@pytest.mark.parametrize(
    ("base", "wanted"), [("Protocol", Status.PARTIAL), ("ABC", Status.PARTIAL), ("dict", Status.MISSING)]
)
def test_a_class_that_stands_for_models_of_a_library(repository: BuildRepository, base: str, wanted: Status) -> None:
    own = f"from abc import ABC\nfrom typing import Protocol\n\n\nclass Regressor({base}):\n    def fit(self, x, y): ...\n"
    code = "from models import Regressor\n\n\ndef learn(it: Regressor):\n    it.fit([[1]], [1])\n\n\nlearn(object())\n"
    assert status(repository, "e2e.training", {"models.py": own, "train.py": code}) is wanted


@pytest.mark.parametrize(
    ("uuid", "wanted"),
    [
        ("uuid: learn_docks", Status.MET),
        ("uuid: models/learn_docks", Status.MET),
        ("uuid: count_docks", Status.PARTIAL),
    ],
)
def test_a_block_of_mage_runs_where_a_pipeline_names_it(repository: BuildRepository, uuid: str, wanted: Status) -> None:
    block = (
        "from mage_ai.data_preparation.decorators import transformer\nfrom sklearn.linear_model import Ridge\n\n\n"
        "@transformer\ndef transform(docks):\n    return Ridge().fit(docks, docks)\n"
    )
    other = "from mage_ai.data_preparation.decorators import transformer\n\n\n@transformer\ndef transform(docks):\n    return docks\n"
    files = {
        "lake/transformers/learn_docks.py": block,
        "lake/transformers/count_docks.py": other,
        "lake/use.py": "from sklearn.preprocessing import StandardScaler\n\nStandardScaler().fit([[1]]).transform([[1]])\n",
        "lake/pipelines/docks/metadata.yaml": f"blocks:\n- type: transformer\n  {uuid}\n  upstream_blocks: []\nname: docks\n",
    }
    assert status(repository, "e2e.training", files) is wanted
    del files["lake/pipelines/docks/metadata.yaml"]
    assert status(repository, "e2e.training", files) is Status.MET


def test_training_that_nothing_calls_is_partial(repository: BuildRepository) -> None:
    run = {"train.py": TRAIN, "Makefile": "fit:\n\tpython train.py\n"}
    assert status(repository, "e2e.training", run) is Status.MET
    assert status(repository, "e2e.training", {"train.py": TRAIN}) is Status.PARTIAL
    unreached = TRAIN.split("if __name__", maxsplit=1)[0]
    assert status(repository, "e2e.training", {"train.py": unreached}) is Status.PARTIAL


def test_prediction_route_and_handler(repository: BuildRepository) -> None:
    saved = "import joblib\njoblib.dump(1, 'model.joblib')\n"
    started = {"app.py": SERVE, "train.py": saved, "Makefile": "serve:\n\tuvicorn app:app\n"}
    assert status(repository, "e2e.serving", started) is Status.MET
    assert status(repository, "e2e.serving", {"app.py": SERVE, "train.py": saved}) is Status.PARTIAL
    assert status(repository, "e2e.serving", {"app.py": SERVE}) is Status.MISSING
    handler = "import joblib\nmodel = joblib.load('m')\ndef lambda_handler(event, context):\n    return model.predict([event['x']])\n"
    assert status(repository, "e2e.serving", {"f.py": handler}) is Status.MET


def test_a_route_may_ask_the_model_through_a_function_of_the_project(repository: BuildRepository) -> None:
    files = {
        "Makefile": "serve:\n\tuvicorn api:app\n",
        "core.py": "def predict_docks(where, models):\n    return models[where](1)\n",
        "api.py": "from fastapi import APIRouter\nfrom core import predict_docks\nrouter = APIRouter()\n"
        "@router.get('/stations/{name}')\ndef read(name: str):\n    return predict_docks(name, {})\n",
    }
    assert status(repository, "e2e.serving", files) is Status.MET


def test_a_module_goes_before_a_function_of_its_name(repository: BuildRepository) -> None:
    files = {
        "Makefile": "serve:\n\tuvicorn triage.app:app\n",
        "triage/__init__.py": "",
        "triage/model.py": "import joblib\nbooster = joblib.load('m')\ndef value(row):\n    return booster.predict([row])\n",
        "triage/app.py": "from fastapi import FastAPI\nfrom triage import model\napp = FastAPI()\n@app.post('/x')\n"
        "def triage(row: dict):\n    return model.value(row)\n",
    }
    assert status(repository, "e2e.serving", files) is Status.MET


def test_an_app_is_partial_serving(repository: BuildRepository) -> None:
    code = "import joblib\nimport streamlit as st\nmodel = joblib.load('m')\nst.title('x')\nst.write(model.predict([[1]]))\n"
    assert status(repository, "e2e.serving", {"app.py": code}) is Status.PARTIAL


def test_a_server_in_a_cloud_used_from_code_is_partial_deployment(repository: BuildRepository) -> None:
    code = "import mlflow\nmlflow.set_tracking_uri('http://ec2-1-2-3-4.eu-west-1.compute.amazonaws.com:5000')\n"
    assert status(repository, "e2e.cloud-deployment", {"train.py": code}) is Status.PARTIAL


def test_an_orchestrator_joins_stages(repository: BuildRepository) -> None:
    code = (
        "from prefect import flow, task\n@task\ndef a():\n    return 1\n@task\ndef b(x):\n    return x\n"
        "@flow\ndef main():\n    b(a())\nmain()\n"
    )
    assert status(repository, "e2e.pipeline", {"flow.py": code}) is Status.MET
    stage = {"dvc.yaml": "stages:\n  a:\n    cmd: python a.py\n", "a.py": "print(1)\n"}
    assert status(repository, "e2e.pipeline", stage) is Status.PARTIAL


def test_the_flow_that_is_shown_is_the_one_that_ties_most_of_the_training(repository: BuildRepository) -> None:
    head = "from prefect import flow, task\n\n"
    score = f"{head}@task\ndef a():\n    return 1\n@task\ndef b(x):\n    return x\n@flow\ndef score():\n    b(a())\nscore()\n"
    train = (
        f"{head}from sklearn.linear_model import Ridge\n@task\ndef load():\n    return 1\n@task\ndef fit(x):\n"
        "    return Ridge().fit(x, x)\n@flow\ndef part(x):\n    return fit(x)\n@flow\ndef whole():\n    part(load())\nwhole()\n"
    )
    decision = decide_one(repository({"a_score.py": score, "train.py": train}), "e2e.pipeline")
    first = decision.evidence[0]
    assert (decision.status, first.path, first.line) == (Status.MET, "train.py", 13)


def test_the_workflow_that_is_shown_is_the_one_of_training(repository: BuildRepository) -> None:
    block = "- all_upstream_blocks_executed: true\n  name: {0}\n  type: custom\n  uuid: {0}\n"
    files = {
        f"mage/pipelines/{name}/metadata.yaml": "blocks:\n" + "".join(map(block.format, blocks))
        for name, blocks in (("deploy", ["pick", "run", "tell"]), ("learn", ["load", "train_model"]))
    }
    assert decide_one(repository(files), "e2e.pipeline").status is Status.MISSING  # without its blocks
    files |= {f"mage/custom/{name}.py": "print(1)\n" for name in ("pick", "run", "tell", "load", "train_model")}
    decision = decide_one(repository(files), "e2e.pipeline")
    first = decision.evidence[0]
    assert (first.path, first.line, first.snippet) == ("mage/pipelines/learn/metadata.yaml", 5, "uuid: load")


def test_tracking_needs_values(repository: BuildRepository) -> None:
    assert (
        status(repository, "e2e.experiment-tracking", {"t.py": "import mlflow\nmlflow.log_metric('a', 1)\n"})
        is Status.MET
    )
    assert (
        status(repository, "e2e.experiment-tracking", {"t.py": "import mlflow\nmlflow.start_run()\n"}) is Status.PARTIAL
    )


def test_a_read_around_what_a_tuner_calls_is_no_step(repository: BuildRepository) -> None:
    code = (
        "import pandas as pd\nfrom hyperopt import fmin\nfrom sklearn.linear_model import Ridge\n\n"
        "def create(path):\n    frame = pd.read_csv(path)\n\n    def objective(choice):\n"
        "        return Ridge(**choice).fit(frame, frame).score(frame, frame)\n\n"
        "    fmin(fn=objective, space={}, max_evals=10)\n    frame.to_csv('b.csv')\n\ncreate('a.csv')\n"
    )
    decision = decide_one(repository({**MODEL, "build.py": code}), "e2e.data-ingestion")
    assert (decision.status, decision.evidence[0].line) == (Status.PARTIAL, 6)


def test_a_read_in_what_runs_all_is_no_step(repository: BuildRepository) -> None:
    code = (
        "import pandas as pd\nfrom sklearn.linear_model import Ridge\n\n"
        "def fit(frame):\n    return Ridge().fit(frame, frame)\n\n"
        "def NAME(path):\n    frame = pd.read_csv(path)\n    model = fit(frame)\n    return model\n\nNAME('a.csv')\n"
    )
    run = {"train.py": code.replace("NAME", "run_experiments")}
    assert status(repository, "e2e.data-ingestion", run) is Status.PARTIAL


def test_a_dockerfile_packages_own_code(repository: BuildRepository) -> None:
    files = {"app.py": SERVE, "Dockerfile": 'FROM python:3.11\nCOPY app.py .\nCMD ["uvicorn", "app:app"]\n'}
    assert status(repository, "e2e.container", files) is Status.MET
    tests = 'FROM python:3.11\nCOPY . .\nCMD ["pytest", "tests/"]\n'
    decision = decide_one(repository({"app.py": SERVE, "Dockerfile.tests": tests}), "e2e.container")
    assert (decision.status, decision.summary) == (Status.PARTIAL, "A Dockerfile packages the code for its tests alone")
    tracking = "import mlflow\nmlflow.log_metric('a', 1)\n"
    assert status(repository, "e2e.container", {"t.py": tracking, "Dockerfile": "FROM mlflow\n"}) is Status.PARTIAL
    assert status(repository, "e2e.container", {"Dockerfile": "FROM mlflow\n"}) is Status.MISSING


def test_a_service_class_of_bentoml(repository: BuildRepository) -> None:
    service = (
        "import bentoml\n\n@bentoml.service(traffic={'timeout': 10})\nclass Docks:\n    def __init__(self):\n"
        "        self.model = bentoml.xgboost.load_model('docks:latest')\n\n    @bentoml.api()\n"
        "    def predict(self, rows: list) -> list:\n        return self.model.predict(rows)\n"
    )
    decision = decide_one(repository({"service.py": service}), "e2e.serving")
    assert (decision.status, decision.evidence[0].line) == (Status.MET, 8)


def test_an_app_whose_model_a_function_of_ones_own_loads(repository: BuildRepository) -> None:
    files = {
        "app.py": "import gradio as gr\nfrom loading import load\n\nmodel = load()\ngr.ChatInterface(model).launch()\n",
        "loading.py": "import joblib\n\ndef load():\n    return joblib.load('model.bin')\n",
    }
    assert decide_one(repository(files), "e2e.serving").status is Status.PARTIAL


def test_a_cloud_that_is_emulated_or_used_by_hand(repository: BuildRepository) -> None:
    compose = "services:\n  aws:\n    image: localstack/localstack:3\n"
    assert decide_one(repository({"compose.yaml": compose}), "e2e.cloud-deployment").status is Status.PARTIAL
    readme = (
        "# Dock watch\n\n## Set-up of the GCP instance\n\n1. Create a machine.\n2. Open port 22.\n3. Start compose.\n"
    )
    assert decide_one(repository({"README.md": readme}), "e2e.cloud-deployment").status is Status.PARTIAL
    assert (
        decide_one(
            repository({"README.md": "# Dock watch\n\n## Plans\n\n- deploy on GCP\n"}), "e2e.cloud-deployment"
        ).status
        is Status.MISSING
    )


def test_parameters_are_no_features(repository: BuildRepository) -> None:
    code = "def cast(params):\n    params['depth'] = int(params['depth'])\n    return params\n\ncast({'depth': 3.0})\n"
    assert decide_one(repository({"tune.py": code}), "e2e.feature-engineering").status is Status.MISSING


def test_a_databricks_job_in_a_file_of_its_own(repository: BuildRepository) -> None:
    job = (
        "resources:\n  jobs:\n    docks:\n      name: docks\n      tasks:\n        - task_key: ingest\n          notebook_task:\n"
        "            notebook_path: ../src/ingest\n        - task_key: train\n          depends_on:\n            - task_key: ingest\n"
        "          spark_python_task:\n            python_file: ../src/train.py\n"
    )
    own = {"src/ingest.ipynb": '{"cells": []}', "src/train.py": "print(1)\n"}
    assert decide_one(repository({"resources/docks.job.yml": job, **own}), "e2e.pipeline").status is Status.MET
    assert decide_one(repository({"resources/docks.job.yml": job}), "e2e.pipeline").status is Status.MISSING


@pytest.mark.parametrize(
    ("files", "wanted"),
    [
        ({}, Status.MISSING),
        ({"compose.yaml": "services:\n  flows:\n    image: kestra/kestra:v0.20\n"}, Status.PARTIAL),
        ({"load.py": "print(1)\n", "train.py": "print(1)\n"}, Status.MET),
    ],
)
def test_a_flow_counts_by_what_it_runs_here(repository: BuildRepository, files: dict[str, str], wanted: Status) -> None:
    script = "  - id: {0}\n    type: io.kestra.plugin.scripts.python.Script\n    script: |\n      # as {0}.py does\n      print(1)\n"
    flow = "id: weekly\nnamespace: docks\ntasks:\n" + script.format("load") + script.format("train")
    assert status(repository, "e2e.pipeline", {"flows/weekly.yaml": flow, **files}) is wanted


@pytest.mark.parametrize(
    ("applied", "wanted"), [("definition = file('flow.asl.json')", Status.MET), ("", Status.MISSING)]
)
def test_a_state_machine_is_applied_by_infrastructure_code(
    repository: BuildRepository, applied: str, wanted: Status
) -> None:
    states = '{"StartAt": "A", "States": {"A": {"Type": "Task", "Next": "B"}, "B": {"Type": "Task", "End": true}}}'
    main = f'resource "aws_sfn_state_machine" "docks" {{\n  {applied}\n}}\n'
    assert status(repository, "e2e.pipeline", {"infra/flow.asl.json": states, "infra/main.tf": main}) is wanted


def test_stages_of_programs_that_are_not_here(repository: BuildRepository) -> None:
    dvc = "stages:\n  load:\n    cmd: python carts/load.py\n    outs: [data.csv]\n  train:\n    cmd: python carts/train.py\n    outs: [model.pkl]\n"
    assert status(repository, "e2e.pipeline", {"dvc.yaml": dvc}) is Status.MISSING
    assert status(repository, "e2e.model-registry", {**MODEL, "dvc.yaml": dvc}) is Status.MISSING
    assert status(repository, "repro.data-versioning", {"dvc.yaml": dvc}) is Status.MISSING


README = "# Dock watch\n\nA forecast of free docks.\n\n"


def test_an_address_in_a_quoted_call_is_a_link(repository: BuildRepository) -> None:
    files = {
        "README.md": f"{README}Ask it: requests.post('https://dock-watch.herokuapp.com/predict', json=row)\n",
        "app.py": "from flask import Flask\napp = Flask('docks')\n\n@app.post('/predict')\ndef predict():\n    return {}\n\napp.run()\n",
    }
    assert decide_one(repository(files), "e2e.live-endpoint").status is Status.MET


def test_a_folder_that_is_called_after_the_project(repository: BuildRepository) -> None:
    code = "import pandas as pd\n\ndef main():\n    pd.read_csv('raw.csv').to_csv('clean.csv')\n\nmain()\n"
    decision = decide_one(repository({"dock-demand-prediction/src/prepare_data.py": code}), "e2e.data-ingestion")
    assert decision.status is Status.MET
    serving = decide_one(repository({"prediction_service/prepare_data.py": code}), "e2e.data-ingestion")
    assert serving.status is Status.PARTIAL


def test_drawing_rows_anew_and_making_labels_are_not_the_first_evidence(repository: BuildRepository) -> None:
    files = {
        "a_draw.py": "from imblearn.over_sampling import SMOTE\n\nSMOTE().fit_resample([[1]], [1])\n",
        "a_label.py": "import pandas as pd\n\ndef build_labels(df):\n    df['up'] = pd.cut(df['next'], [0, 1])\n",
        "b_encode.py": "from sklearn.preprocessing import OneHotEncoder\n\nOneHotEncoder().fit_transform([[1]])\n",
    }
    assert decide_one(repository(files), "e2e.feature-engineering").evidence[0].path == "b_encode.py"


def test_a_plan_for_a_cloud_is_no_steps(repository: BuildRepository) -> None:
    plan = "# Dock watch\n\n## Deploy on AWS\n\n- one day, with a server\n"
    assert status(repository, "e2e.cloud-deployment", {"README.md": plan}) is Status.MISSING


def test_a_mapping_made_for_a_request_is_no_preparation(repository: BuildRepository) -> None:
    code = "import pandas as pd\n\nprint(pd.DataFrame({'a': [1]}).iloc[0].to_dict())\n"
    assert status(repository, "e2e.feature-engineering", {"ask.py": code}) is Status.MISSING


def test_a_platform_file_shows_its_first_line_that_says_something(repository: BuildRepository) -> None:
    files = {
        "Procfile": "# where it runs\n\nweb: uvicorn app:app\n",
        "app.py": "from fastapi import FastAPI\n\napp = FastAPI()\n\n@app.get('/')\ndef root():\n    return {}\n",
    }
    decision = decide_one(repository(files), "e2e.cloud-deployment")
    assert (decision.status, decision.evidence[0].path, decision.evidence[0].line) == (Status.MET, "Procfile", 3)


@pytest.mark.parametrize(("part", "wanted"), [("application", Status.PARTIAL), ("environment", Status.MET)])
def test_an_application_of_beanstalk_runs_nothing_by_itself(
    repository: BuildRepository, part: str, wanted: Status
) -> None:
    main = f'resource "aws_elastic_beanstalk_{part}" "docks" {{\n  name = "docks"\n}}\n'
    assert status(repository, "e2e.cloud-deployment", {**FITS, "main.tf": main}) is wanted


@pytest.mark.parametrize(
    ("command", "wanted"),
    [
        ("rsync -av --exclude='terraform/' src /backup", Status.MISSING),
        ("rsync -avz ./ $TARGET_DIR", Status.MISSING),
        ("rsync -avz ./ deploy@203.0.113.7:/srv/app", Status.MET),
        ("rsync -avz ./ ${HOST}:/srv/app", Status.MET),
        ("rsync -e ssh -avz ./ $TARGET", Status.MET),
    ],
)
def test_a_copy_to_another_machine_deploys_and_one_on_this_does_not(
    repository: BuildRepository, command: str, wanted: Status
) -> None:
    assert status(repository, "e2e.cloud-deployment", {"copy.sh": command + "\n"}) is wanted


@pytest.mark.parametrize(
    ("resource", "wanted", "sentence"),
    [
        ("render_web_service", Status.MET, "Infrastructure code deploys compute on a cloud"),
        ("aws_s3_bucket", Status.PARTIAL, "Infrastructure code provisions stores only; nothing runs the application"),
        (
            "acme_widget",
            Status.PARTIAL,
            "Infrastructure code provisions nothing that is known to run an application",
        ),
    ],
)
def test_what_infrastructure_code_is_said_to_provision(
    repository: BuildRepository, resource: str, wanted: Status, sentence: str
) -> None:
    main = f'resource "{resource}" "docks" {{\n  name = "docks"\n}}\n'
    decision = decide_one(repository({**FITS, "main.tf": main}), "e2e.cloud-deployment")
    assert (decision.status, decision.summary) == (wanted, sentence)


def test_a_model_as_a_function_of_spark_scores_by_hand(repository: BuildRepository) -> None:
    code = (
        "import mlflow\n\nscored = mlflow.pyfunc.spark_udf(spark, 'models:/docks@production')\n"
        "frame.withColumn('docks', scored('hour')).write.saveAsTable('docks')\n"
    )
    decision = decide_one(repository({"use.py": code}), "e2e.serving")
    assert (decision.status, decision.evidence[0].line) == (Status.PARTIAL, 3)


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("model", Status.PARTIAL),
        ("(dv, model)", Status.PARTIAL),
        ("embeddings", Status.MISSING),
        ("(X_train, y_train)", Status.MISSING),
    ],
)
def test_only_what_may_be_a_model_is_a_saved_model(repository: BuildRepository, name: str, wanted: Status) -> None:
    code = f"import pickle\n\ndv = model = embeddings = X_train = y_train = [1]\npickle.dump({name}, open('a.bin', 'wb'))\n"
    assert status(repository, "e2e.model-registry", {"a.py": code}) is wanted


def test_a_model_that_is_evaluated_serves_nobody(repository: BuildRepository) -> None:
    code = (
        "import joblib\nimport pandas as pd\nfrom sklearn.metrics import accuracy_score\n\nmodel = joblib.load('m.joblib')\n"
        "frame = pd.read_csv('a.csv')\nprint(accuracy_score(frame['y'], model.predict(frame[['x']])))\n"
    )
    assert status(repository, "e2e.serving", {"model_evaluation.py": code, "train.py": TRAIN}) is Status.MISSING
    logs = (
        "import mlflow\n\ndef log_all(model, X_train, y_train):\n"
        "    mlflow.log_metric('mean', model.predict(X_train).mean())\n\nlog_all(mlflow.sklearn.load_model('m'), 1, 2)\n"
    )
    assert status(repository, "e2e.serving", {"tracking.py": logs, "train.py": TRAIN}) is Status.MISSING


def test_asking_for_a_version_registers_none(repository: BuildRepository) -> None:
    code = "from zenml import Model\n\nmodel = Model(name='demand', version=VERSION)\nprint(model.load_artifact('m'))\n"
    asks = code.replace("VERSION", "'production'")
    assert status(repository, "e2e.model-registry", {"a.py": asks}) is not Status.MET
    assert status(repository, "e2e.model-registry", {"a.py": code.replace("VERSION", "None")}) is Status.MET


def test_an_image_that_a_readme_pushes_is_a_partial_deployment(repository: BuildRepository) -> None:
    files = {
        "README.md": "# Docks\n\nPush it:\n\n```sh\ndocker build -t octocat/docks .\ndocker push octocat/docks\n```\n",
        "app.py": "print(1)\n",
    }
    image = {"Dockerfile": 'FROM python:3.12\nCOPY app.py .\nCMD ["python", "app.py"]\n'}
    assert status(repository, "e2e.cloud-deployment", files) is Status.MISSING
    decision = decide_one(repository({**files, **image}), "e2e.cloud-deployment")
    assert (decision.status, decision.evidence[0].line) == (Status.PARTIAL, 7)


def test_a_deployment_on_this_machine_is_none_on_a_cloud(repository: BuildRepository) -> None:
    code = "import mlflow.deployments as d\n\nd.get_deploy_client({}).create_deployment('m', 'models:/m/1')\n"
    for place, status in (
        ("'sagemaker'", Status.MET),
        ("'local'", Status.MISSING),
        ("'http://localhost:5000'", Status.MISSING),
    ):
        decision = decide_one(repository({"up.py": code.format(place)}), "e2e.cloud-deployment")
        assert decision.status == status, place


def test_a_client_of_an_emulator_uses_no_cloud(repository: BuildRepository) -> None:
    code = "import boto3\n\nboto3.client('s3', endpoint_url={}).upload_file('a', 'b', 'c')\n"
    emulated = decide_one(repository({"up.py": code.format("'http://localhost:4566'")}), "e2e.cloud-deployment")
    assert (emulated.status, emulated.summary) == (Status.PARTIAL, "A cloud is emulated; nothing deploys on one")
    here = decide_one(repository({"up.py": code.format("'http://localhost:9100'")}), "e2e.cloud-deployment")
    assert here.summary == emulated.summary
    beside = (
        code.format("None") + "import mlflow\nmlflow.set_tracking_uri('http://localhost:5000')\n"
    )  # no cloud either
    real = decide_one(repository({"up.py": beside}), "e2e.cloud-deployment")
    assert real.summary == "Cloud services are used from code; nothing deploys the project"


def test_stages_that_a_script_calls_one_after_the_other(repository: BuildRepository) -> None:
    files = {
        "prepare.py": "import pandas as pd\n\ndef load():\n    return pd.read_csv('rows.csv')\n",
        "learn.py": "from sklearn.svm import SVC\n\ndef fit(rows):\n    SVC().fit(rows, rows)\n",
    }
    run = "from learn import fit\nfrom prepare import load\n\nif __name__ == '__main__':\n    rows = load()\n    fit(rows)\n"
    decision = decide_one(repository({**files, "run.py": run}), "e2e.pipeline")
    assert (decision.status, decision.summary, decision.evidence[0].line) == (
        Status.PARTIAL,
        "Stages are chained by one script, not by an orchestrator",
        5,
    )
    alone = "from learn import fit\n\nfit([[1]])\n"
    assert decide_one(repository({**files, "run.py": alone}), "e2e.pipeline").status is Status.MISSING


def test_stages_that_a_program_starts_one_after_the_other(repository: BuildRepository) -> None:
    files = {
        "pipelines/all.py": "import subprocess\n\nfor script in ['load.py', 'src/train.py']:\n    subprocess.run(['python', script], check=True)\n",
        "pipelines/load.py": "import pandas as pd\n\npd.read_csv('https://example.org/a.csv').to_csv('a.csv')\n",
        "src/train.py": "from sklearn.svm import SVC\n\nSVC().fit([[1], [2]], [0, 1])\n",
    }
    decision = decide_one(repository(files), "e2e.pipeline")
    assert (decision.status, decision.evidence[0].path, decision.evidence[0].line) == (
        Status.PARTIAL,
        "pipelines/all.py",
        4,
    )
    files["pipelines/all.py"] = files["pipelines/all.py"].replace("src/train.py", "src/none.py")
    assert decide_one(repository(files), "e2e.pipeline").status is Status.MISSING


@pytest.mark.parametrize("folder", [".opencode/skills/audit", ".claude/agents", ".cursor/rules"])
def test_what_assistants_are_told_is_no_work_of_the_project(repository: BuildRepository, folder: str) -> None:
    files = {f"{folder}/train.py": "from sklearn.svm import SVC\n\nSVC().fit([[1], [2]], [0, 1])\n"}
    assert decide_one(repository(files), "e2e.training").status is Status.MISSING


@pytest.mark.parametrize(
    "main",
    [
        "from steps import Loader, Trainer\n\nrows = Loader().load()\nTrainer().train(rows)\n",
        "from steps import Loader, Trainer\n\nclass Pipeline:\n    def run(self):\n        Trainer().train(Loader().load())\n\nPipeline().run()\n",
        "from sklearn.svm import SVC\nfrom steps import Loader, check\n\ndef run():\n    rows = check(Loader().load())\n    SVC().fit(rows, rows)\n\nrun()\n",
    ],
    ids=["script", "class", "function"],
)
def test_stages_that_are_objects_are_chained_by_one_program(repository: BuildRepository, main: str) -> None:
    steps = (
        "import pandas as pd\nfrom sklearn.svm import SVC\n\nclass Loader:\n    def load(self):\n        return pd.read_csv('a.csv')\n\n"
        "class Trainer:\n    def train(self, rows):\n        SVC().fit(rows, rows)\n\ndef check(rows):\n    return rows\n"
    )
    decision = decide_one(repository({"steps.py": steps, "main.py": main}), "e2e.pipeline")
    assert decision.status is Status.PARTIAL
    assert decision.evidence[0].path == "main.py"


@pytest.mark.parametrize(
    "files",
    [
        {"train.py": "import mlflow\n\nmlflow.pyfunc.load_model('s3://docks-models/1/model')\n"},
        {
            "store.py": "from huggingface_hub import HfApi\n\nHfApi().upload_file(path_or_fileobj='docks.bin', repo_id='a/b')\n"
        },
        {
            ".dvc/config": "[core]\n    remote = bucket\n['remote \"bucket\"']\n    url = s3://docks-data\n",
            "docks.csv.dvc": "outs:\n- md5: 0123456789abcdef0123456789abcdef\n  path: docks.csv\n",
        },
        {"runtime.txt": "python-3.11\n", "app.py": "import streamlit as st\n\nst.title('docks')\n"},
    ],
)
def test_what_is_kept_or_hosted_in_a_cloud(repository: BuildRepository, files: dict[str, str]) -> None:
    assert status(repository, "e2e.cloud-deployment", files) is Status.PARTIAL


@pytest.mark.parametrize(
    "files",
    [
        {"train.py": "import mlflow\n\nmlflow.pyfunc.load_model('s3://your-bucket/1/model')\n"},
        {
            "train.py": "import mlflow\n\nmlflow.pyfunc.load_model('s3://docks-models/1/model')\n",
            "compose.yaml": "services:\n  store:\n    image: minio/minio\n",
        },
        {".dvc/config": "[core]\n    remote = disk\n['remote \"disk\"']\n    url = /mnt/docks\n"},
        {"runtime.txt": "python-3.11\n", "app.py": "print('docks')\n"},
        {"runtime.txt": "\n", "app.py": "import streamlit as st\n\nst.title('docks')\n"},
    ],
)
def test_what_only_looks_like_a_cloud(repository: BuildRepository, files: dict[str, str]) -> None:
    assert status(repository, "e2e.cloud-deployment", files) is Status.MISSING


TRAINS_INSIDE = (
    "import pandas as pd\nfrom sklearn.linear_model import Ridge\n\ndef train():\n    frame = pd.read_csv('docks.csv')\n"
    "    return Ridge().fit(frame, frame.free)\n\ntrain()\n"
)
READS = "import pandas as pd\n\ndef read():\n    return pd.read_csv('docks.csv')\n\nread()\n"


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("evaluate.py", Status.PARTIAL),
        ("dummy_requests.py", Status.PARTIAL),
        ("api/main.py", Status.PARTIAL),
        ("read.py", Status.MET),
    ],
)
def test_a_read_where_a_model_is_tried_is_no_step(repository: BuildRepository, name: str, wanted: Status) -> None:
    assert status(repository, "e2e.data-ingestion", {"train.py": TRAINS_INSIDE, name: READS}) is wanted
    assert status(repository, "e2e.data-ingestion", {name: READS}) is Status.MET


@pytest.mark.parametrize(
    ("more", "wanted"),
    [
        ("", Status.PARTIAL),
        ("frame['hour'] = frame.time.dt.hour\nframe['night'] = frame.time.dt.hour > 22\n", Status.MET),
        ("from sklearn.preprocessing import OneHotEncoder\nOneHotEncoder().fit_transform(frame)\n", Status.MET),
    ],
)
def test_scaling_alone_makes_no_feature(repository: BuildRepository, more: str, wanted: Status) -> None:
    code = (
        "import pandas as pd\nfrom sklearn.preprocessing import StandardScaler\n\nframe = pd.read_csv('docks.csv')\n"
        f"StandardScaler().fit_transform(frame)\n{more}"
    )
    assert status(repository, "e2e.feature-engineering", {"features.py": code}) is wanted


def test_a_command_that_applies_a_bucket_deploys_no_application(repository: BuildRepository) -> None:
    files = {"Makefile": "up:\n\tterraform -chdir=infra apply -auto-approve\n"}
    bucket = 'resource "aws_s3_bucket" "docks" {\n  bucket = "docks"\n}\n'
    assert status(repository, "e2e.cloud-deployment", {**files, "infra/main.tf": bucket}) is Status.PARTIAL
    server = 'resource "aws_instance" "docks" {\n  ami = "ami-1"\n}\n'
    both = {**files, "infra/main.tf": bucket + server}
    assert status(repository, "e2e.cloud-deployment", {**both, **FITS}) is Status.MET
    assert status(repository, "e2e.cloud-deployment", both) is Status.PARTIAL  # nothing could run on it


@pytest.mark.parametrize(("started", "wanted"), [("score", Status.MET), ("train", Status.PARTIAL)])
def test_only_a_schedule_that_scores_is_batch_scoring(
    repository: BuildRepository, started: str, wanted: Status
) -> None:
    train = (
        "from sklearn.linear_model import Ridge\n\ndef run():\n    model = Ridge().fit([[1]], [1])\n"
        "    print(model.predict([[1]]))\n"
    )
    score = "import joblib\n\ndef run():\n    print(joblib.load('m.pkl').predict([[1]]))\n"
    dag = (
        f"from airflow import DAG\nfrom airflow.operators.python import PythonOperator\nfrom {started} import run\n\n"
        "with DAG('daily', schedule='@daily') as dag:\n    PythonOperator(task_id='run', python_callable=run)\n"
    )
    files = {**MODEL, "train.py": train, "score.py": f"{score}\nrun()\n", "dags/daily.py": dag}
    assert status(repository, "e2e.serving", files) is wanted


def test_a_scoring_function_in_a_module_that_trains_too(repository: BuildRepository) -> None:
    code = (
        "import mlflow\nimport pandas as pd\nfrom sklearn.linear_model import Ridge\n\ndef train(frame):\n"
        "    return Ridge().fit(frame, frame.free)\n\ndef apply_model(frame, address):\n"
        "    frame['free'] = mlflow.pyfunc.load_model(address).predict(frame)\n    return frame\n\n"
        "train(pd.read_csv('docks.csv'))\napply_model(pd.read_csv('new.csv'), 'models:/docks/1')\n"
    )
    assert status(repository, "e2e.serving", {"docks.py": code}) is Status.PARTIAL
    assert status(repository, "e2e.serving", {"docks.py": code.replace("apply_model", "compare")}) is Status.MISSING
