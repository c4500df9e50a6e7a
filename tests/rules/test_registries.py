"""What registers a model, in small repositories."""

from __future__ import annotations

import json

import pytest

from analyzer.findings import Status
from tests.conftest import BuildRepository, decide_one

LOGGED = "import mlflow\nmlflow.sklearn.log_model(1, 'model')\n"
REGISTERED = "import mlflow\nmlflow.register_model('runs:/1/model', 'docks')\n"
LOADED = "import mlflow\nmlflow.pyfunc.load_model('models:/docks/Production').predict([[1]])\n"
SAVED = "import joblib\njoblib.dump(1, 'model.joblib')\n"


def status(repository: BuildRepository, files: dict[str, str]) -> Status:
    return decide_one(repository(files), "e2e.model-registry").status


def test_registering_is_more_than_saving(repository: BuildRepository) -> None:
    assert status(repository, {"train.py": LOGGED, "register.py": REGISTERED}) is Status.MET
    assert status(repository, {"train.py": SAVED}) is Status.PARTIAL


def notebook(code: str) -> str:
    cell = {"cell_type": "code", "source": [code], "metadata": {}, "outputs": [], "execution_count": 1}
    return json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"serve.py": LOADED}, "A model is loaded from a registry that no code here fills"),
        ({"serve.py": LOADED, "train.ipynb": notebook(REGISTERED)}, "Models are registered only in a notebook"),
        ({"serve.py": LOADED, "train.py": SAVED}, "Models are saved or logged, but not registered in code"),
        ({"train.ipynb": notebook(SAVED)}, "Models are saved only in a notebook"),
    ],
)
def test_what_half_of_a_registry_is_told_as(repository: BuildRepository, files: dict[str, str], said: str) -> None:
    decision = decide_one(repository(files), "e2e.model-registry")
    assert (decision.status, decision.summary) == (Status.PARTIAL, said)


@pytest.mark.parametrize(
    ("train", "wanted"),
    [
        ("import mlflow\nmlflow.log_metric('rmse', 1)\n", Status.PARTIAL),
        ("import mlflow\nmlflow.autolog(disable=True)\n", Status.PARTIAL),
        ("import mlflow\nmlflow.autolog()\n", Status.MET),
        ("import mlflow\nmlflow.log_artifact('model.bin')\n", Status.MET),
        ("from ultralytics import YOLO\nYOLO('docks').train()\n", Status.MET),
    ],
)
def test_a_version_of_a_run_that_nobody_logs_a_model_to(
    repository: BuildRepository, train: str, wanted: Status
) -> None:
    decision = decide_one(repository({"train.py": train, "register.py": REGISTERED}), "e2e.model-registry")
    assert (decision.status, decision.evidence[0].path) == (wanted, "register.py")


OWN = """import json
import joblib

def save_version(model, number):
    joblib.dump(model, f'docks/{number}.joblib')

def promote(number):
    json.dump({'production': number}, open('docks/registry.json', 'w'))

def get_production_model():
    return joblib.load(json.load(open('docks/registry.json'))['production'])

save_version(1, 2)
promote(2)
get_production_model()
"""


def test_a_registry_of_the_projects_own(repository: BuildRepository) -> None:
    decision = decide_one(repository({"store.py": OWN}), "e2e.model-registry")
    assert (decision.status, [item.line for item in decision.evidence]) == (Status.MET, [4, 10])


@pytest.mark.parametrize(
    "code",
    [
        OWN.replace("get_production_model", "show"),  # nothing finds a version again
        OWN.replace(
            "\nsave_version(1, 2)\npromote(2)\nget_production_model()\n", "\nsave_version(1, 2)\n"
        ),  # not called
    ],
)
def test_half_a_registry_is_saving(repository: BuildRepository, code: str) -> None:
    assert status(repository, {"store.py": code}) is Status.PARTIAL


def test_a_registry_in_a_table(repository: BuildRepository) -> None:
    code = (
        "import joblib\nfrom database import run\n\ndef set_production(number):\n    joblib.dump(1, 'docks.joblib')\n"
        "    run('update model_versions set stage = 1 where number = %s', number)\n\nset_production(1)\n"
    )
    assert status(repository, {"store.py": code}) is Status.MET
    assert status(repository, {"store.py": code.replace("model_versions", "docks")}) is Status.PARTIAL
