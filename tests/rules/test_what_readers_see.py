"""What a careful reader sees at once: what a page says by itself, what a script is for, and what starts what."""

from __future__ import annotations

import pytest

from analyzer.findings import Status
from tests.conftest import BuildRepository, decided

TITLE = "# Tides\n\nThis project predicts tides.\n\n"
PNG = "x" * 1000
TRAIN = "from sklearn.linear_model import Ridge\n\ndef train():\n    return Ridge().fit([[1]], [1])\n\ntrain()\n"


# -- pages -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Ships wait too long, which is costly, and pilots need a forecast to reduce the risk of running aground.", Status.MET),
        ("It is from the Great Harbour Delays Challenge, where every tide needs to be forecast into one of six classes.", Status.PARTIAL),
    ],
)  # fmt: skip
def test_a_name_and_a_task_are_no_reasons(repository: BuildRepository, text: str, wanted: Status) -> None:
    told = "The tides of three harbours are predicted from the wind, the moon and the pressure of the air of the day before."
    readme = f"# Tides\n\n## Problem\n\n{told} {text}\n"
    assert decided(repository, "doc.problem", {"README.md": readme, "tides.py": "x = 1\n"}).status is wanted


@pytest.mark.parametrize(
    ("commands", "wanted"),
    [
        ("pipenv install flask gunicorn\npipenv shell", Status.PARTIAL),
        ("pipenv install flask gunicorn\ngunicorn app:app", Status.MET),
        ("pip install -r requirements.txt\ndocker compose up", Status.PARTIAL),
        ("pip install -r requirements.txt && python app.py\ndocker compose up", Status.MET),
    ],
)
def test_what_is_installed_or_of_others_does_not_run_the_project(
    repository: BuildRepository, commands: str, wanted: Status
) -> None:
    files = {
        "README.md": f"{TITLE}## Set-up\n\n```bash\n{commands}\n```\n",
        "Pipfile": '[packages]\nflask = "*"\n',
        "requirements.txt": "flask\n",
        "compose.yaml": "services:\n  db:\n    image: postgres:16\n",
        "app.py": "from flask import Flask\napp = Flask(__name__)\n",
    }
    assert decided(repository, "doc.setup", files).status is wanted


def test_a_start_may_be_told_in_words(repository: BuildRepository) -> None:
    readme = f"{TITLE}## Set-up\n\n```bash\npip install -r requirements.txt\ndocker compose up\n```\n\n- Run python train.py\n"
    files = {"README.md": readme, "requirements.txt": "x\n", "train.py": TRAIN}
    files["compose.yaml"] = "services:\n  db:\n    image: postgres:16\n"
    assert (
        decided(repository, "doc.setup", files).summary != "The environment is set up, but no command runs the project"
    )


@pytest.mark.parametrize(("folder", "wanted"), [("docs", Status.PARTIAL), ("setup", Status.MISSING)])
def test_pages_on_setting_up_are_no_writeup(repository: BuildRepository, folder: str, wanted: Status) -> None:
    page = "# Page\n\n" + "The tides of the harbour are read from tides.py and kept, one by one, for the pilots. " * 30
    files = {"README.md": TITLE, f"{folder}/reading.md": page, f"{folder}/keeping.md": page, "tides.py": "x = 1\n"}
    assert decided(repository, "doc.writeup", files).status is wanted


@pytest.mark.parametrize(
    ("picture", "wanted"),
    [
        ("## Architecture\n\n![The system](system.png)", Status.MET),
        ("## CNN Architecture\n\n![The layers](system.png)", Status.MISSING),
        ("## Design\n\n![Model architecture](system.png)", Status.MISSING),
    ],
)
def test_the_layers_of_a_network_are_no_diagram(repository: BuildRepository, picture: str, wanted: Status) -> None:
    files = {"README.md": f"{TITLE}{picture}\n", "system.png": PNG}
    assert decided(repository, "doc.diagram", files).status is wanted


@pytest.mark.parametrize(
    ("alt", "image", "wanted"),
    [
        ("Screenshot 2025-08-05 at 10.12.30 AM", "grafana/grafana:11", Status.MET),
        ("f3a0b1c2-1111-2222-3333-444455556666", "grafana/grafana:11", Status.MET),
        ("The harbour", "grafana/grafana:11", Status.MISSING),
        ("Screenshot 2025-08-05", "postgres:16", Status.MISSING),
    ],
)
def test_a_picture_without_a_name_is_what_its_section_says(
    repository: BuildRepository, alt: str, image: str, wanted: Status
) -> None:
    source = "https://github.com/user-attachments/assets/f3a0b1c2-1111-2222-3333-444455556666"
    readme = (
        f"{TITLE}## Monitoring\n\n- Kept in a table and shown in Grafana\n- Alerts can be added\n\n![{alt}]({source})\n"
    )
    files = {"README.md": readme, "compose.yaml": f"services:\n  look:\n    image: {image}\n", "train.py": TRAIN}
    assert decided(repository, "mon.dashboard", files).status is wanted


def test_a_graph_of_the_pipeline_is_no_result_and_metrics_come_first(repository: BuildRepository) -> None:
    readme = f"{TITLE}## Pipeline\n\n![Pipeline graph of the runs](graph.png)\n"
    files = {"README.md": readme, "graph.png": PNG, "page.png": PNG, "run_metrics_table.png": PNG}
    assert decided(repository, "doc.results", files).status is Status.MISSING
    files["README.md"] += "\n## Results\n\n![The webapp](page.png)\n\n## Runs\n\n![Runs](run_metrics_table.png)\n"
    assert "run_metrics_table" in decided(repository, "doc.results", files).evidence[0].snippet


def test_a_table_is_shown_by_a_row_with_a_number(repository: BuildRepository) -> None:
    readme = (
        f"{TITLE}## Results\n\n| Model | RMSE |\n|---|---|\n| Ridge, with a baseline below | 0.42 |\n| mean | 0.61 |\n"
    )
    files = {"README.md": readme, "train.py": TRAIN}
    for criterion in ("doc.results", "doc.quantified"):
        assert "0.42" in decided(repository, criterion, files).evidence[0].snippet


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("https://github.com/user-attachments/assets/86db3084-0000-1111-2222-333344445555", Status.MET),
        ("See https://github.com/user-attachments/assets/86db3084-0000-1111-2222-333344445555", Status.MISSING),
        ("![](https://github.com/user-attachments/assets/86db3084-0000-1111-2222-333344445555)", Status.MISSING),
    ],
)
def test_an_upload_on_a_line_of_its_own_is_a_video(repository: BuildRepository, line: str, wanted: Status) -> None:
    assert decided(repository, "doc.site", {"README.md": f"{TITLE}{line}\n", "a.py": "x = 1\n"}).status is wanted


# -- scripts, tests and CI ---------------------------------------------------------------------------------------


ASKS = "import requests\n\nanswer = requests.post('http://localhost:9696/predict', json={'wind': 3})\nprint(answer.json())\n"


@pytest.mark.parametrize(
    ("files", "summary"),
    [
        ({"ask.py": ASKS}, "A script asks the running service, but asserts nothing"),
        ({"page.py": f"import streamlit\n{ASKS}"}, "There are no integration or end-to-end tests."),
        ({"ask.py": ASKS.replace("/predict", "/page")}, "There are no integration or end-to-end tests."),
        (
            {"tests/test_load.py": "import mlflow\nmodel = mlflow.pyfunc.load_model('models:/tides/Production')\nprint(model.predict([[1]]))\n"},
            "A script loads the registered model and predicts, but asserts nothing",
        ),
        (
            {"tests/integration/test_dag.py": "from airflow.models import DagBag\n\ndef test_dag():\n    assert DagBag().dags['tides']\n"},
            "A test loads the pipeline and checks its shape; no task runs",
        ),
        (
            {"tests/test_api.py": "from fastapi import FastAPI\nfrom fastapi.testclient import TestClient\n\ndef test_api():\n    app = FastAPI()\n    assert TestClient(app).get('/').status_code == 404\n"},
            "There are no integration or end-to-end tests.",
        ),
        (
            {"app.py": "from fastapi import FastAPI\napp = FastAPI()\n", "tests/test_api.py": "from app import app\nfrom fastapi.testclient import TestClient\n\ndef test_api():\n    assert TestClient(app).get('/').status_code == 404\n"},
            "Only a test client asks the API; nothing runs",
        ),
    ],
)  # fmt: skip
def test_what_a_script_or_test_tries(repository: BuildRepository, files: dict[str, str], summary: str) -> None:
    assert decided(repository, "tests.integration", {**files, "model.pkl": "x"}).summary == summary


@pytest.mark.parametrize(
    ("job", "after", "wanted"),
    [
        ("integration", "      - run: pytest\n", Status.PARTIAL),
        ("integration", "", Status.MET),
        ("nightly", "      - run: pytest\n", Status.MET),
    ],
)
def test_a_model_that_ci_trains_for_its_tests(
    repository: BuildRepository, job: str, after: str, wanted: Status
) -> None:
    steps = f"on: push\njobs:\n  {job}:\n    runs-on: a\n    steps:\n      - uses: actions/checkout@v4\n      - run: python train.py\n{after}"
    assert decided(repository, "ci.training", {"train.py": TRAIN, ".github/workflows/a.yml": steps}).status is wanted


@pytest.mark.parametrize(("step", "wanted"), [("loss.backward()", Status.MISSING), ("note(loss)", Status.PARTIAL)])
def test_the_best_epoch_is_no_choice_of_a_run(repository: BuildRepository, step: str, wanted: Status) -> None:
    code = (
        "import mlflow\nimport torch\n\ndef learn(model, data, note):\n    best_acc = 0\n    for batch in data:\n"
        f"        loss = model(batch)\n        {step}\n        val_acc = float(loss)\n        if val_acc > best_acc:\n"
        "            best_acc = val_acc\n            torch.save(model.state_dict(), 'best.pt')\n"
        "    mlflow.register_model('runs:/1/model', 'tides')\n\nlearn(torch.nn.Linear(1, 1), [], print)\n"
    )
    assert decided(repository, "ci.model-gate", {"learn.py": code, "model.pkl": "x"}).status is wanted


def test_what_a_handler_takes_stops_nothing(repository: BuildRepository) -> None:
    code = (
        "import pandas as pd\n\ndef validate_frames(paths):\n    kept = []\n    for path in paths:\n        try:\n"
        "            frame = pd.read_csv(path)\n            if 'tide' not in frame.columns:\n"
        "                raise ValueError('no tide')\n            kept.append(frame)\n        except Exception as error:\n"
        "            print(error)\n    frame = pd.concat(kept)\n    if frame.isnull().any().any():\n"
        "        raise ValueError('empty cells')\n    return frame\n\nvalidate_frames(['a.csv'])\n"
    )
    evidence = decided(repository, "ci.data-validation", {"prepare.py": code, "train.py": TRAIN}).evidence
    assert evidence[0].snippet == "if frame.isnull().any().any():"


# -- data, schedules and platforms -------------------------------------------------------------------------------


@pytest.mark.parametrize(("operator", "wanted"), [("PythonOperator(task_id='a', python_callable=fill)", Status.MET), ("fill()", Status.PARTIAL)])  # fmt: skip
def test_what_an_operator_calls_is_a_task(repository: BuildRepository, operator: str, wanted: Status) -> None:
    code = (
        "import pandas as pd\nfrom airflow import DAG\nfrom airflow.operators.python import PythonOperator\n\n"
        "def fill():\n    for row in pd.read_csv('https://tides.example.org/hours.csv').values:\n        print(row)\n\n"
        f"with DAG('tides'):\n    {operator}\n"
    )
    assert decided(repository, "e2e.data-ingestion", {"dags/tides.py": code, "train.py": TRAIN}).status is wanted


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("from tensorflow.keras.datasets import mnist\ndata = mnist.load_data()\n", Status.PARTIAL),
        ("from torchvision import datasets\ndata = datasets.CIFAR10('data', download=True)\n", Status.PARTIAL),
        ("from torchvision import datasets\ndata = datasets.ImageFolder('data')\n", Status.MISSING),
    ],
)
def test_data_sets_of_libraries_are_public(repository: BuildRepository, line: str, wanted: Status) -> None:
    assert decided(repository, "repro.data-versioning", {"read.py": line, "train.py": TRAIN}).status is wanted


def test_a_manifest_of_prefect_may_hold_its_schedule_deeper(repository: BuildRepository) -> None:
    manifest = (
        "name: nightly\nversion: 1\nflow_name: train\nentrypoint: flow.py:train\n"
        "schedules:\n- schedule:\n    cron: 0 3 * * *\n  active: true\n"
    )
    flow = "from prefect import flow\nfrom sklearn.linear_model import Ridge\n\n@flow\ndef train():\n    return Ridge().fit([[1]], [1])\n"
    files = {
        "flow.py": flow,
        "train-deployment.yaml": manifest,
        "Makefile": "up:\n\tprefect deployment apply train-deployment.yaml\n",
    }
    assert decided(repository, "mon.retraining", files).status is Status.MET


@pytest.mark.parametrize(
    ("end", "wanted"),
    [("settings = {'schedule': CronSchedule(cron='0 3 * * *')}\n", Status.PARTIAL), ("train.serve(schedule=CronSchedule(cron='0 3 * * *'))\n", Status.MET)],
)  # fmt: skip
def test_a_schedule_that_nothing_takes(repository: BuildRepository, end: str, wanted: Status) -> None:
    flow = (
        "from prefect import flow\nfrom prefect.client.schemas.schedules import CronSchedule\nfrom sklearn.linear_model import Ridge\n\n"
        "@flow\ndef train():\n    return Ridge().fit([[1]], [1])\n\n"
    )
    assert decided(repository, "mon.retraining", {"flow.py": f"{flow}{end}train()\n"}).status is wanted


def test_a_schedule_that_asks_first_says_so(repository: BuildRepository) -> None:
    imports = "from airflow import DAG\nfrom airflow.operators.python import BranchPythonOperator, PythonOperator\nfrom airflow.operators.trigger_dagrun import TriggerDagRunOperator\n"
    watch = (
        f"{imports}\ndef choose():\n    return 'again'\n\nwith DAG('watch', schedule='@daily'):\n"
        "    BranchPythonOperator(task_id='a', python_callable=choose)\n    TriggerDagRunOperator(task_id='again', trigger_dag_id='train')\n"
    )
    train = f"{imports}from train import train\n\nwith DAG('train', schedule=None):\n    PythonOperator(task_id='a', python_callable=train)\n"
    files = {"dags/watch.py": watch, "dags/again.py": train, "train.py": TRAIN}
    summary = decided(repository, "mon.retraining", files).summary
    assert summary == "What runs on a schedule starts retraining where its condition holds"


def test_modal_runs_what_code_declares(repository: BuildRepository) -> None:
    code = "import modal\nfrom fastapi import FastAPI\n\napp = modal.App('tides')\nweb = FastAPI()\n\n@web.post('/predict')\ndef predict(x: int):\n    return x\n"
    readme = f"{TITLE}```\ncurl -X POST https://harbour--tides-web.modal.run\n```\n\n[DagsHub](https://dagshub.com/user/sign_up)\n"
    files = {"api.py": code, "README.md": readme}
    assert decided(repository, "e2e.cloud-deployment", files).status is Status.MET
    assert decided(repository, "e2e.live-endpoint", files).status is Status.MET


def test_a_report_may_be_written_as_text(repository: BuildRepository) -> None:
    code = (
        "from evidently.report import Report\nfrom evidently.metric_preset import DataDriftPreset\n\n"
        "report = Report(metrics=[DataDriftPreset()])\nreport.run(reference_data=1, current_data=2)\n"
        "open('drift.html', 'w').write(report.get_html())\n"
    )
    assert (
        decided(repository, "mon.dashboard", {"watch.py": code, "train.py": TRAIN}).summary
        == "Only HTML reports are written"
    )


def test_bad_news_comes_before_good_news(repository: BuildRepository) -> None:
    send = "    with smtplib.SMTP('mail') as server:\n        server.sendmail('a', 'b', '{}')\n\n"
    code = (
        f"import smtplib\n\ndef tell_of_success():\n{send.format('the run was a success')}"
        f"def tell_of_tides():\n{send.format('drift above the threshold')}tell_of_success()\ntell_of_tides()\n"
    )
    evidence = decided(repository, "mon.alerting", {"tides.py": code, "train.py": TRAIN}).evidence
    assert "drift above" in evidence[0].snippet


def test_an_empty_task_file_is_called_empty(repository: BuildRepository) -> None:
    assert decided(repository, "repro.automation", {"Makefile": "", "a.py": "x = 1\n"}).summary == "Makefile is empty."


def test_a_whole_number_beside_an_error_is_a_result(repository: BuildRepository) -> None:
    measured = f"{TRAIN}from sklearn.metrics import root_mean_squared_error\nprint(root_mean_squared_error([1], [1]))\n"
    for text, wanted in (("The model has an RMSE of 377 MWh.", Status.MET), ("RMSE of the 12 models.", Status.MISSING)):
        files = {"README.md": f"{TITLE}## Results\n\n{text}\n", "train.py": measured}
        assert decided(repository, "doc.results", files).status is wanted


def test_a_picture_may_be_linked(repository: BuildRepository) -> None:
    files = {"README.md": f"{TITLE}## Screenshots\n\n- [Runs](page.png)\n", "page.png": PNG, "train.py": TRAIN}
    assert decided(repository, "doc.results", files).status is Status.PARTIAL


@pytest.mark.parametrize(
    ("heading", "wanted"), [("Machine Learning Operations", Status.MISSING), ("Operations", Status.PARTIAL)]
)
def test_the_operations_of_a_trade_are_no_guide(repository: BuildRepository, heading: str, wanted: Status) -> None:
    text = "The tides are read from tides.py and kept, one by one, for the pilots of the harbour."
    readme = f"{TITLE}## {heading}\n\n{text}\n"
    assert decided(repository, "doc.operations", {"README.md": readme, "tides.py": "x = 1\n"}).status is wanted


@pytest.mark.parametrize(("more", "wanted"), [("", Status.PARTIAL), ("mlflow.register_model('runs:/1/model', 'tides')\n", Status.MET)])  # fmt: skip
def test_versions_that_are_moved_only(repository: BuildRepository, more: str, wanted: Status) -> None:
    code = (
        "import mlflow\nfrom mlflow import MlflowClient\n\nmlflow.sklearn.log_model(1, 'model')\n"
        f"{more}MlflowClient().transition_model_version_stage('tides', 1, 'Production')\n"
    )
    assert decided(repository, "e2e.model-registry", {"move.py": code, "train.py": TRAIN}).status is wanted
