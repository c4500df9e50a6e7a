"""What is handed over: to CI, to task runners, to wrappers of functions, to orchestrators."""

from __future__ import annotations

import pytest

from analyzer.findings import Status
from tests.conftest import BuildRepository, decided

TRAIN = "from sklearn.linear_model import Ridge\n\n\ndef train():\n    return Ridge().fit([[1]], [1])\n\n\nif __name__ == '__main__':\n    train()\n"
PUSH = "on: push\njobs:\n"


# -- CI ----------------------------------------------------------------------------------------------------------


def gitlab(train: str = "python train.py", needs: str = "[fit]") -> str:
    return (
        f"stages: [fit, ship]\nfit:\n  stage: fit\n  script:\n    - {train}\n"
        f"ship:\n  stage: ship\n  needs: {needs}\n  script:\n    - docker build -t docks .\n"
    )


@pytest.mark.parametrize(
    ("ci", "wanted"),
    [
        (gitlab(), Status.PARTIAL),
        (gitlab(needs="[]"), Status.MISSING),
        (gitlab(train="python clean.py"), Status.MISSING),
        (gitlab(needs="[]").replace("docker build -t docks .", "python report.py"), Status.PARTIAL),
        (gitlab(needs="[]").replace("docker build -t docks .", "python test_all.py"), Status.MISSING),
    ],
)
def test_a_pipeline_of_ci_chains_stages_where_it_trains(repository: BuildRepository, ci: str, wanted: Status) -> None:
    files = {".gitlab-ci.yml": ci, "train.py": TRAIN, "clean.py": "print(1)\n", "report.py": "print(2)\n"}
    files |= {"test_all.py": "print(3)\n", "Dockerfile": "FROM python:3.12\nCOPY . .\n"}
    assert decided(repository, "e2e.pipeline", files).status is wanted


TASKS = """\
from invoke import task


@task
def fit(c, data="x.csv"):
    from train import train

    print("fits")
    train()


def _run(c, command):
    c.run(command)


@task
def check(c):
    _run(c, "ruff check .")
"""


@pytest.mark.parametrize("command", ["invoke fit", "python -m invoke fit", "uv run -m invoke fit", "inv fit"])
def test_tasks_of_invoke_call_functions(repository: BuildRepository, command: str) -> None:
    ci = f"{PUSH}  go:\n    runs-on: x\n    steps:\n      - run: {command}\n"
    files = {".github/workflows/ci.yml": ci, "tasks.py": TASKS, "train.py": TRAIN}
    assert decided(repository, "ci.training", files).status is Status.MET
    assert decided(repository, "repro.automation", files).status is Status.MET


def test_tasks_of_invoke_run_what_a_helper_is_given(repository: BuildRepository) -> None:
    ci = f"{PUSH}  go:\n    runs-on: x\n    steps:\n      - run: invoke check\n"
    files = {".github/workflows/ci.yml": ci, "tasks.py": TASKS, "train.py": TRAIN}
    assert decided(repository, "ci.lint", files).status is Status.MET
    assert decided(repository, "ci.training", files).status is Status.MISSING


@pytest.mark.parametrize(
    ("pulled", "wanted"), [("data/x.csv", Status.MET), ("prepare", Status.MET), ("data/y.csv", Status.PARTIAL)]
)
def test_what_dvc_pulls_need_not_be_in_git(repository: BuildRepository, pulled: str, wanted: Status) -> None:
    ci = f"{PUSH}  go:\n    runs-on: x\n    steps:\n      - run: dvc pull {pulled}\n      - run: pytest\n"
    files = {
        ".github/workflows/ci.yml": ci,
        "data/x.csv.dvc": "outs:\n- path: x.csv\n  md5: 1\n",
        "dvc.yaml": "stages:\n  prepare:\n    cmd: python train.py\n    outs: [data/clean.csv]\n",
        "train.py": TRAIN,
        "test_train.py": "from train import train\n\n\ndef test_fits():\n    assert train()\n",
    }
    assert decided(repository, "ci.tests", files).status is wanted


def test_values_of_dvc_stand_in_other_files(repository: BuildRepository) -> None:
    files = {
        "dvc.yaml": (
            "vars:\n  - conf/names.yaml\n  - last: report.py\n"
            "stages:\n  fit:\n    cmd: python ${scripts.fit}\n  tell:\n    cmd: python ${last} ${unknown}\n"
        ),
        "params.yaml": "scripts:\n  fit: nothing.py\n",
        "conf/names.yaml": "scripts:\n  fit: train.py\n",
        "train.py": TRAIN,
        "report.py": "print(1)\n",
    }
    built = repository(files)
    stages = {stage.name: stage.command for file in built.dvc_files for stage in file.stages}
    assert stages == {"fit": "python train.py", "tell": "python report.py ${unknown}"}
    assert decided(repository, "e2e.pipeline", files).status is Status.MET


@pytest.mark.parametrize(
    ("kept", "wanted"), [("mlruns/0/model", Status.MET), ("coverage.xml", Status.PARTIAL), ("", Status.PARTIAL)]
)
def test_what_is_trained_before_the_tests_may_be_kept(repository: BuildRepository, kept: str, wanted: Status) -> None:
    ci = f"{PUSH}  build-and-test:\n    runs-on: x\n    steps:\n      - run: python train.py\n      - run: pytest\n"
    if kept:
        ci += f"      - uses: actions/upload-artifact@v4\n        with:\n          path: {kept}\n"
    files = {".github/workflows/ci.yml": ci, "train.py": TRAIN, "test_a.py": "def test_a():\n    assert 1 + 1 == 2\n"}
    assert decided(repository, "ci.training", files).status is wanted


@pytest.mark.parametrize(
    ("command", "wanted"),
    [
        ("pytest", Status.PARTIAL),
        ("pytest tests", Status.PARTIAL),
        ("pytest tests/test_whole.py", Status.PARTIAL),
        ("pytest tests/test_other.py::test_b -v", Status.MISSING),
        ("pytest unit/", Status.MISSING),
        ("pytest ./", Status.PARTIAL),
        ("pytest ests/", Status.MISSING),
    ],
)
def test_ci_trains_in_the_tests_that_it_asks_for(repository: BuildRepository, command: str, wanted: Status) -> None:
    ci = f"{PUSH}  go:\n    runs-on: x\n    steps:\n      - run: {command}\n"
    whole = (
        "import pandas as pd\nfrom train import train\n\n\ndef test_train_end_to_end():\n"
        "    pd.read_csv('x.csv')\n    assert train()\n"
    )
    files = {
        ".github/workflows/ci.yml": ci,
        "train.py": TRAIN,
        "tests/test_whole.py": whole,
        "tests/test_other.py": "def test_b():\n    assert 1 + 1 == 2\n",
        "unit/test_c.py": "def test_c():\n    assert 1 + 1 == 2\n",
    }
    assert decided(repository, "ci.training", files).status is wanted


def test_mlflow_runs_an_entry_point_only_by_run(repository: BuildRepository) -> None:
    project = "name: docks\nentry_points:\n  main:\n    command: python train.py\n"
    for command, wanted in (("mlflow run .", Status.MET), ("mlflow server -p 5000", Status.MISSING)):
        ci = f"{PUSH}  go:\n    runs-on: x\n    steps:\n      - run: {command}\n"
        files = {".github/workflows/ci.yml": ci, "train.py": TRAIN, "MLproject": project}
        assert decided(repository, "ci.training", files).status is wanted


def test_a_hook_may_stand_in_a_variable(repository: BuildRepository) -> None:
    ci = f'{PUSH}  go:\n    runs-on: x\n    steps:\n      - run: curl "$deploy_url"\n'
    files = {".github/workflows/ci.yml": ci, "app.py": "import flask\napp = flask.Flask(__name__)\napp.run()\n"}
    assert decided(repository, "ci.deploy", files).status is Status.MET
    plain = {**files, ".github/workflows/ci.yml": ci.replace("deploy_url", "data_url")}
    assert decided(repository, "ci.deploy", plain).status is Status.MISSING


# -- tests -------------------------------------------------------------------------------------------------------

CONFTEST = (
    "import pytest\nfrom sqlalchemy import create_engine\n\n\n@pytest.fixture\ndef engine():\n"
    "    return create_engine('postgresql://x')\n\n\n@pytest.fixture\ndef client(engine):\n    return engine.connect()\n"
)


@pytest.mark.parametrize(
    ("image", "mocked", "wanted"),
    [
        ("postgres:16", "", Status.MET),
        ("nginx:1", "", Status.MISSING),
        ("postgres:16", "from unittest import mock\n", Status.MISSING),
    ],
)
def test_fixtures_connect_to_a_database_of_ci(
    repository: BuildRepository, image: str, mocked: str, wanted: Status
) -> None:
    ci = f"{PUSH}  go:\n    runs-on: x\n    services:\n      db:\n        image: {image}\n    steps:\n      - run: pytest\n"
    files = {
        ".github/workflows/ci.yml": ci,
        "docks.py": "def wait(client):\n    return 1\n",
        "tests/conftest.py": CONFTEST,
        "tests/test_docks.py": f"{mocked}from docks import wait\n\n\ndef test_wait(client):\n    assert wait(client) == 1\n",
    }
    assert decided(repository, "tests.integration", files).status is wanted


FLOW = """\
import pandas as pd
from prefect import flow, task
from train import train

{made}


@flow
def whole():
    pd.read_csv("x.csv")
    return train()


whole()
"""


@pytest.mark.parametrize(
    "made", ["train = task(train, retries=3)", "from functools import partial\ntrain = partial(train)"]
)
def test_a_wrapped_function_is_the_function(repository: BuildRepository, made: str) -> None:
    files = {
        "train.py": TRAIN,
        "flow.py": FLOW.format(made=made),
        "tests/test_flow.py": "from flow import whole\n\n\ndef test_whole_flow():\n    assert whole() is not None\n",
    }
    assert decided(repository, "tests.integration", files).status is Status.MET
    other = files | {"flow.py": FLOW.format(made="train = print")}
    assert decided(repository, "tests.integration", other).status is not Status.MET


# -- flows -------------------------------------------------------------------------------------------------------

ASSETS = "from dagster import asset, job\n\n\n@asset\ndef one():\n    {one}\n\n\n@asset\ndef two(one):\n    {two}\n"


def test_examples_that_only_print_are_no_stages(repository: BuildRepository) -> None:
    said = 'print("Hello world")\n    return 1'
    filled = ASSETS.format(one="return open('x.csv').read()", two="return len(one.split())")
    assert decided(repository, "e2e.pipeline", {"a.py": filled}).status is Status.MET
    assert decided(repository, "e2e.pipeline", {"a.py": ASSETS.format(one=said, two=said)}).status is Status.MISSING


DAG = """\
from airflow import DAG
from airflow.operators.python import PythonOperator


def pull():
    return open("x.csv").read()


with DAG("{name}", schedule="@daily") as dag:
    {name} = PythonOperator(task_id="{name}", python_callable=pull)
"""


def test_dags_of_one_task_each_tie_nothing_together(repository: BuildRepository) -> None:
    files = {f"dags/{name}.py": DAG.format(name=name) for name in ("tides", "cargo")}
    assert decided(repository, "e2e.pipeline", files).status is Status.PARTIAL
    more = DAG.format(name="tides") + '    more = PythonOperator(task_id="more", python_callable=pull)\n'
    assert decided(repository, "e2e.pipeline", {**files, "dags/tides.py": more}).status is Status.MET


def test_steps_of_sagemaker_are_functions(repository: BuildRepository) -> None:
    code = (
        "from sagemaker.workflow.function_step import step\nfrom sagemaker.workflow.pipeline import Pipeline\n\n\n"
        "@step(name='clean')\ndef clean():\n    return open('x.csv').read()\n\n\n"
        "@step(name='fit')\ndef fit(data):\n    return len(data)\n\n\n"
        "def build():\n    return Pipeline(name='docks', steps=[clean(), fit(1)])\n\n\nbuild().upsert()\n"
    )
    assert decided(repository, "e2e.pipeline", {"pipeline.py": code}).status is Status.MET
