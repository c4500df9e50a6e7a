"""What Python hands on: stages, files, models, and names that files elsewhere resolve."""

from __future__ import annotations

import pytest

from analyzer.wiring import build_wiring
from tests.conftest import BuildRepository
from tests.wiring.support import edges


def test_a_flow_calls_its_tasks_and_one_hands_on_to_the_next(repository: BuildRepository) -> None:
    repo = repository(
        {
            "flow.py": """
from prefect import flow, task

@task
def load():
    return [1]

@task
def train(rows):
    return sum(rows)

@flow
def training():
    rows = load()
    train(rows)

training.serve(name="a")
"""
        }
    )
    assert edges(repo, "calls", "hands on to") == {
        ("module:flow.py", "calls", "stage:flow.py#training"),
        ("stage:flow.py#training", "calls", "stage:flow.py#load"),
        ("stage:flow.py#training", "calls", "stage:flow.py#train"),
        ("stage:flow.py#load", "hands on to", "stage:flow.py#train"),
    }


def test_an_airflow_operator_calls_the_module_of_its_function(repository: BuildRepository) -> None:
    repo = repository(
        {
            "dags/daily.py": """
from airflow import DAG
from airflow.operators.python import PythonOperator
from steps.train import train

with DAG("daily") as dag:
    fit = PythonOperator(task_id="fit", python_callable=train)
""",
            "steps/train.py": "def train():\n    return 1\n",
        }
    )
    assert ("stage:dags/daily.py#fit", "calls", "module:steps/train.py") in edges(repo, "calls")


def test_a_file_that_one_module_writes_and_another_reads_is_one_node(repository: BuildRepository) -> None:
    repo = repository(
        {
            "train.py": 'import joblib\njoblib.dump(object(), "models/fare_model.joblib")\n',
            "serve/predict.py": 'import joblib\nmodel = joblib.load("../models/fare_model.joblib")\n',
        }
    )
    assert edges(repo, "saves", "loads") == {
        ("module:train.py", "saves", "model:file:models/fare_model.joblib"),
        ("module:serve/predict.py", "loads", "model:file:models/fare_model.joblib"),
    }


def test_the_file_behind_an_open_call_is_found(repository: BuildRepository) -> None:
    repo = repository(
        {"train.py": 'import pickle\nwith open("model.bin", "wb") as target:\n    pickle.dump(object(), target)\n'}
    )
    assert edges(repo, "saves") == {("module:train.py", "saves", "model:file:model.bin")}


@pytest.mark.parametrize(
    ("module", "others"),
    [
        ('NAME = "fare"\nmlflow.register_model("runs:/1/model", NAME)\n', {}),
        ('mlflow.register_model("runs:/1/model", os.getenv("MODEL", "fare"))\n', {}),
        ('mlflow.register_model("runs:/1/model", os.environ["MODEL"])\n', {".env": "MODEL=fare\n"}),
        ("from config import NAME\nmlflow.register_model('runs:/1/model', NAME)\n", {"config.py": "NAME = 'fare'\n"}),
        (
            "from config import settings\nmlflow.register_model('runs:/1/model', settings.name)\n",
            {
                "config.py": "from pydantic_settings import BaseSettings\n"
                "class Settings(BaseSettings):\n    name: str = 'fare'\nsettings = Settings()\n"
            },
        ),
        ("def keep(name: str):\n    mlflow.register_model('runs:/1/model', name)\nkeep('fare')\n", {}),
        ("def keep(name='fare'):\n    mlflow.register_model('runs:/1/model', name)\nkeep()\n", {}),
    ],
    ids=["constant", "default of getenv", ".env", "other module", "settings", "argument", "default of a parameter"],
)
def test_the_name_of_a_model_is_resolved(repository: BuildRepository, module: str, others: dict[str, str]) -> None:
    repo = repository({"register.py": f"import os\nimport mlflow\n{module}", **others})
    assert edges(repo, "registers") == {("module:register.py", "registers", "model:mlflow:fare")}


def test_a_name_known_only_at_run_time_is_a_gap_and_no_edge(repository: BuildRepository) -> None:
    repo = repository(
        {"serve.py": 'import mlflow, sys\nmodel = mlflow.pyfunc.load_model(f"models:/{sys.argv[1]}/1")\n'}
    )
    wiring = build_wiring(repo)
    assert edges(repo, "loads") == set()
    assert [(gap.source, gap.kind, gap.line) for gap in wiring.gaps] == [("module:serve.py", "loads (mlflow)", 2)]


def test_a_dvc_stage_runs_its_script_and_knows_its_files(repository: BuildRepository) -> None:
    repo = repository(
        {
            "dvc.yaml": "stages:\n  train:\n    cmd: python train.py\n    deps: [data/rides.csv]\n    outs: [model.pkl]\n",
            "train.py": "print(1)\n",
        }
    )
    assert edges(repo, "runs", "reads", "saves") == {
        ("stage:dvc.yaml#train", "runs", "module:train.py"),
        ("stage:dvc.yaml#train", "reads", "dataset:data/rides.csv"),
        ("stage:dvc.yaml#train", "saves", "model:file:model.pkl"),
    }


def test_blocks_of_mage_follow_their_upstream_blocks(repository: BuildRepository) -> None:
    repo = repository(
        {
            "mlops/pipelines/training/metadata.yaml": """
blocks:
- name: ingest
  type: data_loader
  upstream_blocks: []
  uuid: ingest
- name: fit
  type: transformer
  upstream_blocks: [ingest]
  uuid: fit
name: training
type: python
""",
            "mlops/data_loaders/ingest.py": "def load():\n    return 1\n",
            "mlops/transformers/fit.py": "def fit():\n    return 1\n",
        }
    )
    pipeline = "stage:mlops/pipelines/training/metadata.yaml#training"
    assert (f"{pipeline}.ingest", "hands on to", f"{pipeline}.fit") in edges(repo, "hands on to")
    assert (f"{pipeline}.fit", "runs", "module:mlops/transformers/fit.py") in edges(repo, "runs")
