"""What is handed over: to CI, to a wrapper, to the background, to a service of gRPC, and whose a chart or a page is."""

from __future__ import annotations

import pytest

from analyzer.findings import Status
from tests.conftest import BuildRepository, decided

TRAIN = "from sklearn.linear_model import Ridge\n\n\ndef train():\n    return Ridge().fit([[1]], [1])\n\n\nif __name__ == '__main__':\n    train()\n"
PUSH = "on: push\njobs:\n"
TITLE = "# Docks\n\nHow long ships wait at the docks is predicted from tides and cargo.\n\n"


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
def test_a_pipeline_of_ci_chains_stages_where_it_trains(
    repository: BuildRepository, ci: str, wanted: Status
) -> None:
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
    ci = (
        f"{PUSH}  go:\n    runs-on: x\n    services:\n      db:\n        image: {image}\n    steps:\n      - run: pytest\n"
    )
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


@pytest.mark.parametrize("made", ["train = task(train, retries=3)", "from functools import partial\ntrain = partial(train)"])
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


# -- retraining --------------------------------------------------------------------------------------------------

TRIGGER = """\
import requests
from fastapi import BackgroundTasks, FastAPI

app = FastAPI()


def start(url):
    requests.post(f"{{url}}/api/v4/projects/1/{address}", timeout=3)


def _plan(tasks):
    def later():
        start("https://gitlab.com")

    tasks.add_task(later)


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
    ("address", "command", "wanted"),
    [
        ("trigger/pipeline", "python train.py", Status.MET),
        ("trigger/pipeline", "echo", Status.MISSING),
        ("issues", "python train.py", Status.MISSING),
    ],
)
def test_drift_may_start_ci_which_trains(
    repository: BuildRepository, address: str, command: str, wanted: Status
) -> None:
    ci = f"fit:\n  script:\n    - {command}\n"
    files = {"app.py": TRIGGER.format(address=address), ".gitlab-ci.yml": ci, "train.py": TRAIN}
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


# -- serving -----------------------------------------------------------------------------------------------------


def test_a_service_of_grpc_serves(repository: BuildRepository) -> None:
    code = (
        "import grpc\nimport joblib\nimport docks_pb2_grpc\n\nmodel = joblib.load('m.pkl')\n\n\n"
        "class Docks(docks_pb2_grpc.DocksServicer):\n    def Predict(self, request, context):\n        return model.predict([[request.tide]])\n\n\n"
        "server = grpc.server(None)\n{hung}server.start()\n"
    )
    hung = "docks_pb2_grpc.add_DocksServicer_to_server(Docks(), server)\n"
    files = {"train.py": TRAIN, "serve.py": code.format(hung=hung)}
    assert decided(repository, "e2e.serving", files).status is Status.MET
    assert decided(repository, "e2e.serving", files | {"serve.py": code.format(hung="")}).status is not Status.MET


def test_a_server_that_ci_starts_serves_nobody(repository: BuildRepository) -> None:
    ci = f"{PUSH}  smoke:\n    runs-on: x\n    steps:\n      - run: mlflow models serve -m runs:/1/model\n"
    files = {"train.py": TRAIN, ".github/workflows/ci.yml": ci}
    assert decided(repository, "e2e.serving", files).status is Status.MISSING
    made = {"train.py": TRAIN, "Makefile": "serve:\n\tmlflow models serve -m runs:/1/model\n"}
    assert decided(repository, "e2e.serving", made).status is Status.MET


# -- whose it is, and pages ---------------------------------------------------------------------------------------

RULES = (
    "apiVersion: monitoring.coreos.com/v1\nkind: PrometheusRule\nmetadata: {name: up}\nspec:\n  groups:\n"
    "  - name: up\n    rules:\n    - alert: Down\n      expr: up == 0\n"
)


@pytest.mark.parametrize(
    ("folder", "page", "wanted"),
    [
        ("charts/kube-prometheus-stack", True, Status.MISSING),
        ("charts/kube-prometheus-stack", False, Status.MET),
        ("charts/docks", True, Status.MET),
    ],
)
def test_charts_that_others_keep_are_theirs(
    repository: BuildRepository, folder: str, page: bool, wanted: Status
) -> None:
    files = {
        "train.py": TRAIN,
        f"{folder}/Chart.yaml": "apiVersion: v2\nname: x\nversion: 1.0.0\n",
        f"{folder}/templates/rules.yaml": RULES,
    }
    if page:
        files[f"{folder}/README.md"] = "# A chart\n"
    assert decided(repository, "mon.alerting", files).status is wanted


def test_fences_may_end_with_a_tab(repository: BuildRepository) -> None:
    text = f"{TITLE}```\nmake up\n```\t\n\n[Watch it](https://youtu.be/abc123)\n"
    assert decided(repository, "doc.site", {"README.md": text}).status is Status.MET


@pytest.mark.parametrize(
    ("link", "wanted"),
    [
        ("[blog post](https://school.example/blog/waiting-at-the-docks)", Status.MET),
        ("[blog post](https://school.example/blog/what-is-kubernetes)", Status.MISSING),
        ("[their course](https://school.example/blog/waiting-at-the-docks)", Status.MISSING),
    ],
)
def test_a_link_may_say_that_it_leads_to_an_article(repository: BuildRepository, link: str, wanted: Status) -> None:
    assert decided(repository, "doc.writeup", {"README.md": f"{TITLE}{link}\n"}).status is wanted


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ("The deployment is available at https://docks-x1y2z3-ew.a.run.app today.", Status.PARTIAL),
        ("For example the deployment is available at https://docks-x1y2z3-ew.a.run.app", Status.MISSING),
        ("See https://docks-x1y2z3-ew.a.run.app", Status.MISSING),
    ],
)
def test_another_page_may_link_the_application(repository: BuildRepository, said: str, wanted: Status) -> None:
    app = "from fastapi import FastAPI\nimport uvicorn\n\napp = FastAPI()\nuvicorn.run(app)\n"
    files = {"README.md": TITLE, "reports/README.md": f"# The docks, deployed\n\nHow long ships wait at the docks is asked over `app.py`, an API with FastAPI. {said}\n", "app.py": app}
    assert decided(repository, "e2e.live-endpoint", files).status is wanted


def test_operation_is_looked_after_by_commands(repository: BuildRepository) -> None:
    section = "## Maintenance\n\nThe docks service keeps running between the tides and is looked at each week.\n\n"
    care = "```bash\nkubectl logs docks\nkubectl rollout restart deploy/docks\n```\n"
    manifest = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: docks}\nspec: {}\n"
    files = {"k8s/docks.yaml": manifest, "README.md": f"{TITLE}{section}"}
    assert decided(repository, "doc.operations", files).status is Status.PARTIAL
    files["k8s/README.md"] = f"# The docks on a cluster\n\nThe docks service of `docks.yaml` waits for ships on Kubernetes.\n\n{care}"
    assert decided(repository, "doc.operations", files).status is Status.MET


@pytest.mark.parametrize("heading", ["Установка и запуск", "Requisitos", "Prérequis", "Kurulum"])
def test_headings_on_setup_in_other_languages(repository: BuildRepository, heading: str) -> None:
    text = f"{TITLE}## {heading}\n\n```bash\npip install -r requirements.txt\npython train.py\n```\n"
    files = {"README.md": text, "requirements.txt": "scikit-learn==1.5.0\n", "train.py": TRAIN}
    decision = decided(repository, "doc.setup", files)
    assert decision.status is Status.MET
    assert decision.evidence[-1].line == 5


def test_the_main_list_of_packages_decides(repository: BuildRepository) -> None:
    pinned = "".join(f"{name}==1.0\n" for name in ("numpy", "scikit-learn", "mlflow", "flask", "boto3"))
    loose = "prefect\nevidently\nstreamlit\n"
    files = {"train.py": TRAIN, "requirements.txt": pinned, "monitor/requirements.txt": loose}
    assert decided(repository, "repro.dependencies", files).status is Status.MET
    away = {"train.py": TRAIN, "api/requirements.txt": pinned, "monitor/requirements.txt": loose}
    assert decided(repository, "repro.dependencies", away).status is Status.PARTIAL
