"""What starts training or stops a model, and what makes a feature."""

from __future__ import annotations

import pytest

from analyzer.findings import Status
from tests.conftest import BuildRepository, decided

TRAIN = "from sklearn.linear_model import Ridge\n\n\ndef train():\n    return Ridge().fit([[1]], [1])\n\n\nif __name__ == '__main__':\n    train()\n"


# -- retraining --------------------------------------------------------------------------------------------------

TRIGGER = """\
import requests
from fastapi import BackgroundTasks, FastAPI

app = FastAPI()


def start(url):
    requests.post(f"{{url}}/api/v4/projects/1/{address}", timeout=3)


def later():
    start("https://gitlab.com")


def _plan(tasks):
    tasks.add_task({handed})


@app.post("/predict")
def predict(tasks: BackgroundTasks):
    drift_found = detect_drift([1])
    if drift_found:
        _plan(tasks)
    return 1


def detect_drift(values):
    return sum(values) > 3
"""


@pytest.mark.parametrize(
    ("address", "command", "handed", "wanted"),
    [
        ("trigger/pipeline", "python train.py", "later", Status.MET),
        ("trigger/pipeline", "python train.py", "func=later", Status.MET),
        ("trigger/pipeline", "python train.py", "print", Status.MISSING),
        ("trigger/pipeline", "echo", "later", Status.MISSING),
        ("issues", "python train.py", "later", Status.MISSING),
    ],
)
def test_drift_may_start_ci_which_trains(
    repository: BuildRepository, address: str, command: str, handed: str, wanted: Status
) -> None:
    ci = f"fit:\n  script:\n    - {command}\n"
    files = {"app.py": TRIGGER.format(address=address, handed=handed), ".gitlab-ci.yml": ci, "train.py": TRAIN}
    assert decided(repository, "mon.retraining", files).status is wanted


SKIPS = """\
import pandas as pd
from sklearn.linear_model import Ridge


def train():
    found = pd.read_csv("drift.csv")
    if {asked}:
        return None
    return Ridge().fit([[1]], [1])


train()
"""


@pytest.mark.parametrize(
    ("asked", "ci", "wanted"),
    [
        ('found["drift_detected"].sum() == 0', True, Status.MET),
        ('found["drift_detected"].sum() == 0', False, Status.PARTIAL),
        ("found.empty", True, Status.MISSING),
    ],
)
def test_training_may_be_left_where_nothing_drifted(
    repository: BuildRepository, asked: str, ci: bool, wanted: Status
) -> None:
    files = {"train.py": SKIPS.format(asked=asked)}
    if ci:
        files[".gitlab-ci.yml"] = "fit:\n  script:\n    - python train.py\n"
    assert decided(repository, "mon.retraining", files).status is wanted


SHIFTS = """\
def profile_drift(old, new, threshold=0.2):
    exceeded = []
    for column in old:
        before = old[column].mean()
        after = {after}
        {name} = abs(after - before) / before
        if {name} > threshold:
            exceeded.append(column)
    return exceeded


print(profile_drift({{}}, {{}}))
"""


@pytest.mark.parametrize(
    ("after", "name", "wanted"),
    [
        ("new[column].mean()", "delta", Status.MET),
        ("0.5", "delta", Status.MISSING),
        ("new[column].mean()", "rows", Status.MISSING),
    ],
)
def test_a_shift_of_statistics_is_drift(repository: BuildRepository, after: str, name: str, wanted: Status) -> None:
    files = {"shifts.py": SHIFTS.format(after=after, name=name), "train.py": TRAIN}
    assert decided(repository, "mon.drift", files).status is wanted


PASSES = """\
from sklearn.metrics import mean_squared_error


def evaluate_quality(result, bound=1.0):
    failures = []
    if result["rmse"] > bound_of("max_rmse"):
        failures.append("rmse")
    return {{"passed": not failures}}


def bound_of(name):
    return 1.0


def report():
    quality = evaluate_quality({{"rmse": mean_squared_error([1], [1])}})
    if {asked}:
        raise SystemExit(2)


report()
"""


def test_a_gate_is_asked_whether_it_was_passed(repository: BuildRepository) -> None:
    given = {"train.py": TRAIN}
    asked = given | {"quality.py": PASSES.format(asked='not quality["passed"]')}
    assert decided(repository, "ci.model-gate", asked).status is Status.MET
    other = given | {"quality.py": PASSES.format(asked="quality is None")}
    assert decided(repository, "ci.model-gate", other).status is not Status.MET


# -- data and features -------------------------------------------------------------------------------------------


def test_tokenizers_of_a_given_model_are_no_features(repository: BuildRepository) -> None:
    asks = (
        "from transformers import AutoTokenizer, pipeline\nwords = AutoTokenizer.from_pretrained('x')\n"
        "ask = pipeline('sentiment-analysis', 'x')\nprint(ask(words('a')))\n"
    )
    assert decided(repository, "e2e.feature-engineering", {"ask.py": asks}).status is Status.MISSING
    files = {"ask.py": asks, "train.py": TRAIN}
    assert decided(repository, "e2e.feature-engineering", files).status is Status.MET


def test_what_a_given_model_asks_for_is_half_a_feature(repository: BuildRepository) -> None:
    asks = (
        "import joblib\nfrom sklearn.preprocessing import OneHotEncoder\n\n"
        "model = joblib.load('given.pkl')\nprint(model.predict(OneHotEncoder().fit_transform([['a']])))\n"
    )
    assert decided(repository, "e2e.feature-engineering", {"ask.py": asks}).status is Status.PARTIAL
    files = {"ask.py": asks, "train.py": TRAIN}
    assert decided(repository, "e2e.feature-engineering", files).status is Status.MET


def test_texts_are_replaced_without_tables(repository: BuildRepository) -> None:
    names = "def name(uri):\n    return uri.replace('a', 'b')\n\n\nprint(name('a'))\n"
    plain = {"train.py": TRAIN, "names.py": names}
    assert decided(repository, "e2e.feature-engineering", plain).status is Status.MISSING
    frames = {"train.py": TRAIN, "names.py": f"import pandas as pd\n\n{names}"}
    assert decided(repository, "e2e.feature-engineering", frames).status is Status.PARTIAL


def test_windows_of_sql_are_features(repository: BuildRepository) -> None:
    query = (
        'import psycopg\n\nQUERY = """SELECT card, {asked} FROM paid"""\nwith psycopg.connect() as db:\n'
        "    db.execute(QUERY)\n"
    )
    over = {"train.py": TRAIN, "load.py": query.format(asked="sum(cost) OVER (PARTITION BY card) AS spent")}
    assert decided(repository, "e2e.feature-engineering", over).status is Status.MET
    told = {"train.py": TRAIN, "load.py": 'print("the sum(cost) over (many) years")\n'}
    assert decided(repository, "e2e.feature-engineering", told).status is Status.MISSING
    plain = {"train.py": TRAIN, "load.py": query.format(asked="cost")}
    assert decided(repository, "e2e.feature-engineering", plain).status is Status.MISSING


def test_the_reference_of_drift_is_no_data_of_training(repository: BuildRepository) -> None:
    drift = (
        "import numpy as np\nfrom alibi_detect.cd import KSDrift\n\nreference = np.load('reference.npy')\n"
        "print(KSDrift(reference, p_val=0.05).predict(reference))\n"
    )
    files = {"train.py": TRAIN, "drift.py": drift}
    assert decided(repository, "e2e.data-ingestion", files).status is Status.MISSING
    assert decided(repository, "mon.drift", files).status is Status.MET


# -- clusters, services and gates ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("setting", "wanted"),
    [
        ('setting {\n    name  = "containerInsights"\n    value = "enabled"\n  }', Status.MET),
        ('setting {\n    name  = "containerInsights"\n    value = "disabled"\n  }', Status.MISSING),
        ("", Status.MISSING),
    ],
)
def test_a_cluster_may_keep_metrics_of_its_containers(
    repository: BuildRepository, setting: str, wanted: Status
) -> None:
    cluster = f'resource "aws_ecs_cluster" "docks" {{\n  name = "docks"\n  {setting}\n}}\n'
    assert decided(repository, "mon.metrics", {"train.py": TRAIN, "main.tf": cluster}).status is wanted


def test_a_cluster_of_ray_runs_the_image(repository: BuildRepository) -> None:
    cluster = (
        "apiVersion: ray.io/v1\nkind: {kind}\nmetadata: {{name: docks}}\nspec:\n  headGroupSpec:\n    template:\n"
        "      spec:\n        containers:\n        - name: head\n          image: docks:1\n"
    )
    files = {"train.py": TRAIN, "Dockerfile": "FROM python:3.12\nCOPY train.py .\nCMD python train.py\n"}
    ray = files | {"ray.yaml": cluster.format(kind="RayCluster")}
    assert decided(repository, "iac.kubernetes", ray).status is Status.MET
    other = files | {"ray.yaml": cluster.format(kind="Unknown")}
    assert decided(repository, "iac.kubernetes", other).status is Status.MISSING


ASKED = """\
import requests
from airflow.decorators import dag, task


@task
def fit():
    requests.post("http://docks:8000{path}", json={{}})


@dag(schedule="@daily")
def daily():
    fit()


daily()
"""


@pytest.mark.parametrize(("path", "wanted"), [("/train-model", Status.MET), ("/train-all", Status.MISSING)])
def test_a_schedule_may_ask_a_service_to_train(repository: BuildRepository, path: str, wanted: Status) -> None:
    api = (
        "import uvicorn\nfrom fastapi import FastAPI\nfrom train import train\n\napp = FastAPI()\n\n\n"
        '@app.post("/train-model")\ndef fit():\n    return train()\n\n\nuvicorn.run(app)\n'
    )
    files = {"train.py": TRAIN, "api.py": api, "dags/daily.py": ASKED.format(path=path)}
    assert decided(repository, "mon.retraining", files).status is wanted


KEPT = """\
import json

import mlflow


def _require_gate(path):
    gate = json.load(open(path))
    if {asked}:
        raise RuntimeError("no")


def promote():
    {first}
    mlflow.MlflowClient().set_registered_model_alias("docks", "champion", 1)


promote()
"""


@pytest.mark.parametrize(
    ("asked", "first", "wanted"),
    [
        ('not gate.get("passed")', '_require_gate("gate.json")', Status.MET),
        ('not gate.get("name")', '_require_gate("gate.json")', Status.MISSING),
        ('not gate.get("passed")', "pass", Status.MISSING),
    ],
)
def test_a_gate_may_be_kept_in_a_file(repository: BuildRepository, asked: str, first: str, wanted: Status) -> None:
    files = {"train.py": TRAIN, "promote.py": KEPT.format(asked=asked, first=first)}
    assert decided(repository, "ci.model-gate", files).status is wanted


def test_the_least_error_of_all_versions_is_the_best_run(repository: BuildRepository) -> None:
    code = (
        "import mlflow\nimport pandas as pd\n\n\ndef promote():\n    client = mlflow.MlflowClient()\n"
        "    found = pd.DataFrame([{'mse': 1.0, 'version': 1}])\n    {name} = found['mse'].min()\n"
        "    client.transition_model_version_stage('docks', found[found['mse'] == {name}]['version'][0], 'Production')\n"
        "\n\npromote()\n"
    )
    files = {"train.py": TRAIN, "promote.py": code.replace("{name}", "min_mse")}
    assert decided(repository, "ci.model-gate", files).status is Status.PARTIAL
    other = {"train.py": TRAIN, "promote.py": code.replace("{name}", "wanted")}
    assert decided(repository, "ci.model-gate", other).status is Status.MISSING


CHAIN = """\
import pandas as pd


class Loader:
    def load(self):
        return pd.read_csv("x.csv")


class Trainer:
    def __init__(self, model):
        self.model = model

    def train(self, data):
        self.model.{asked}(data, data)


def run():
    data = Loader().load()
    trainer = Trainer(make())
    trainer.train(data)


def make():
    from sklearn.linear_model import Ridge

    return Ridge()


run()
"""


@pytest.mark.parametrize(("asked", "wanted"), [("fit", Status.PARTIAL), ("show", Status.MISSING)])
def test_a_chain_may_train_an_object_it_was_given(repository: BuildRepository, asked: str, wanted: Status) -> None:
    assert decided(repository, "e2e.pipeline", {"main.py": CHAIN.format(asked=asked)}).status is wanted
