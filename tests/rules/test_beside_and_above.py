"""What stands beside a line, above it or in another file decides what it is worth."""

from __future__ import annotations

import pytest

from analyzer.engine import Decision
from analyzer.findings import Status
from tests.conftest import BuildRepository, judged

MODEL = "import joblib\n\nmodel = joblib.load('model.pkl')\n"
FIT = "from sklearn.linear_model import Ridge\n\ndef fit(x, y):\n    return Ridge().fit(x, y)\n\nfit([[1]], [1])\n"


def decided(repository: BuildRepository, criterion: str, files: dict[str, str]) -> Decision:
    return judged(repository, criterion, {"README.md": "# Tides\n\nForecasts of the tides in the harbour.\n", **files})


def status(repository: BuildRepository, criterion: str, files: dict[str, str]) -> Status:
    return decided(repository, criterion, files).status


# -- what others call ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "text", "wanted"),
    [
        ("main.tf", 'resource "google_cloudfunctions_function" "tides" {\n  entry_point = "answer"\n}\n', Status.MET),
        ("main.tf", 'resource "google_cloudfunctions2_function" "tides" {\n  build_config {\n    entry_point = "answer"\n  }\n}\n', Status.MET),
        ("deploy.sh", "gcloud functions deploy tides --runtime python312 --entry-point answer\n", Status.MET),
        ("main.tf", 'resource "google_storage_bucket" "tides" {\n  name = "answer"\n}\n', Status.MISSING),
    ],
)  # fmt: skip
def test_the_function_that_a_platform_calls(repository: BuildRepository, path: str, text: str, wanted: Status) -> None:
    function = f"{MODEL}\ndef answer(event, context):\n    print(model.predict([event['x']]))\n"
    assert status(repository, "e2e.serving", {"main.py": function, path: text}) is wanted


def test_a_test_that_starts_the_server_of_functions(repository: BuildRepository) -> None:
    test = (
        "import subprocess\nimport requests\n\ndef test_answer():\n"
        "    server = subprocess.Popen(['functions-framework', '--target', 'answer'])\n"
        "    assert requests.post('http://localhost:8080').ok\n    server.kill()\n"
    )
    assert status(repository, "tests.integration", {"tests/test_live.py": test}) is Status.MET


@pytest.mark.parametrize(("asked", "wanted"), [("drift > 0.3", Status.MET), ("st.button('Train')", Status.MISSING)])
def test_what_a_button_starts_is_started_by_hand(repository: BuildRepository, asked: str, wanted: Status) -> None:
    page = f"import streamlit as st\nfrom train import fit\n\ndrift_share = drift = 0.4\nif {asked}:\n    fit([[1]], [1])\n    retrain = 1\n"
    files = {"train.py": FIT, "drift_page.py": page.replace("drift > ", "drift_share > ")}
    assert status(repository, "mon.retraining", files) is wanted


def test_a_program_that_is_named_to_a_process(repository: BuildRepository) -> None:
    run = "import subprocess\n\ndef job(name):\n    subprocess.run(['spark-submit', f'/jobs/{name}'])\n\njob('{}')\n"
    for name, wanted in (("fit_tides.py", Status.MET), ("other.py", Status.PARTIAL)):
        files = {"jobs/fit_tides.py": FIT, "jobs/other.py": "x = 1\n", "scheduler.py": run.replace("'{}'", f"'{name}'")}
        assert status(repository, "e2e.training", files) is wanted


@pytest.mark.parametrize("handed", ["from tides.fitting import *\n", "from tides import *\n"])
def test_names_of_a_star_import(repository: BuildRepository, handed: str) -> None:
    main = f"import pandas as pd\n{handed}\ndef load():\n    return pd.read_csv('a.csv')\n\ndef main():\n    x = load()\n    fit(x, x)\n\nmain()\n"
    files = {"main.py": main, "tides/__init__.py": "from .fitting import *\n", "tides/fitting.py": FIT}
    found = decided(repository, "e2e.pipeline", files)
    assert (found.status, found.evidence[0].path) == (Status.PARTIAL, "main.py")


def test_a_variable_that_is_called_like_a_library(repository: BuildRepository) -> None:
    code = "import torch\n\ndef step(a, device):\n    delta = torch.zeros(3) - a\n    return delta.to(device)\n\nstep(1, 2)\n"
    assert status(repository, "repro.data-versioning", {"fit.py": FIT, "step.py": code}) is Status.MISSING


# -- prose -----------------------------------------------------------------------------------------------------------


def test_a_list_of_packages_in_another_folder(repository: BuildRepository) -> None:
    readme = "# Tides\n\n## Setup\n\n```sh\ngit clone https://github.com/crew/tides\ncd tides\n{}pip install -r requirements.txt\npython main.py\n```\n"
    files = {"main.py": "x = 1\n", "service/requirements.txt": "flask\n"}
    here = decided(repository, "doc.setup", {**files, "README.md": readme.format("")})
    assert (here.status, here.summary) == (
        Status.PARTIAL,
        "The steps call what is not in the repository, such as requirements.txt",
    )
    assert status(repository, "doc.setup", {**files, "README.md": readme.format("cd service\n")}) is Status.MET


@pytest.mark.parametrize(
    ("lead", "wanted"),
    [("I wrote several posts about this project:", Status.MET), ("Useful reading:", Status.MISSING)],
)
def test_articles_on_a_site_of_ones_own(repository: BuildRepository, lead: str, wanted: Status) -> None:
    readme = f"# Tides\n\n{lead}\n\n- [Part one](https://crew.github.io/blog/one.html)\n"
    assert status(repository, "doc.writeup", {"README.md": readme}) is wanted


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("The [documentation](https://crew.github.io/tides) of this project.", Status.MET),
        ("Set up the server with the help of the following [blog](https://crew.github.io/tides-server).", Status.MISSING),
        ("See [the portfolio](https://your-portfolio.com).", Status.MISSING),
        ("Follow this link: [set-up](https://www.youtube.com/watch?v=abc&list=PL1&index=3)", Status.MISSING),
        ("Watch the [demo](media/demo%20one.mp4).", Status.MET),
        ("Watch the [demo](media/other.mp4).", Status.MISSING),
    ],
)  # fmt: skip
def test_whose_site_a_link_leads_to(repository: BuildRepository, line: str, wanted: Status) -> None:
    files = {"README.md": f"# Tides\n\n{line}\n", "media/demo one.mp4": "video"}
    assert status(repository, "doc.site", files) is wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("| Metric | Target |\n|---|---|\n| RMSE | 0.31 |\n| F1 score | 0.92 |\n", Status.MISSING),
        ("| Metric | Target | Result |\n|---|---|---|\n| RMSE | 0.31 | 0.29 |\n", Status.MET),
        ("- [ ] RMSE of 0.31\n", Status.MISSING),
        ("- [x] RMSE of 0.31\n", Status.MET),
        ("| Stage | Progress | Meaning |\n|---|---|---|\n| queued | 0% | waits |\n| scored | 10% | accuracy follows |\n", Status.MISSING),
    ],
)  # fmt: skip
def test_what_is_wanted_is_no_result(repository: BuildRepository, text: str, wanted: Status) -> None:
    files = {"README.md": f"# Tides\n\n## Results\n\n{text}", "train.py": f"{FIT}\nrmse, f1 = 1, 2\nprint(rmse, f1)\n"}
    assert status(repository, "doc.results", files) is wanted


def test_a_page_of_questions_about_what_fails(repository: BuildRepository) -> None:
    troubles = ["The tides service fails to start.", "main.py crashes at once.", "I see no tides."]
    more = ["The harbour is empty.", "The forecast stays flat."]
    page = "# Questions\n\n" + "\n\n".join(f"**{item}**\nStart main.py again." for item in (*troubles, *more))
    files = {"main.py": "x = 1\n", "docs/faq.md": page}
    assert status(repository, "doc.operations", files) is Status.MET
    asking = page.replace("The harbour is empty.", "What is a harbour?").replace(
        "I see no tides.", "How do tides work?"
    )
    assert status(repository, "doc.operations", {**files, "docs/faq.md": asking}) is not Status.MET


# -- models and what watches them ------------------------------------------------------------------------------------

PROMOTE = "import mlflow\n\ndef main(version):\n    mlflow.MlflowClient().set_registered_model_alias('tides', 'live', version)\n"


def test_a_comparison_that_leads_to_a_promotion(repository: BuildRepository) -> None:
    flow = "from stages import main as put_live\n\ndef choose(test_score, prod_test_score):\n    if test_score > prod_test_score:\n        put_live(3)\n\nchoose(1, 2)\n"
    files = {"train.py": FIT, "stages.py": PROMOTE, "flow.py": flow}
    found = decided(repository, "ci.model-gate", files)
    assert (found.status, found.evidence[0].path, found.evidence[0].line) == (Status.MET, "flow.py", 4)


def test_the_best_run_is_loaded_to_serve(repository: BuildRepository) -> None:
    app = (
        "import mlflow\n\ndef load():\n    runs = mlflow.search_runs(experiment_ids=['1'])\n"
        "    best = runs.sort_values('metrics.auc').iloc[0]\n    return mlflow.pyfunc.load_model(best.run_id)\n\nload()\n"
    )
    found = decided(repository, "ci.model-gate", {"app.py": app, "train.py": FIT})
    assert (found.status, found.evidence[0].line) == (Status.PARTIAL, 5)


def test_a_space_in_a_folder_of_its_own(repository: BuildRepository) -> None:
    header = "---\ntitle: Tides\nsdk: streamlit\napp_file: page.py\n---\n"
    page = f"import streamlit as st\n{MODEL}\nst.write(model.predict([[1]]))\n"
    files = {"demo/README.md": header, "demo/page.py": page}
    assert status(repository, "e2e.cloud-deployment", files) is Status.MET
    assert status(repository, "e2e.cloud-deployment", {**files, "demo/page.py": "x = 1\n"}) is Status.MISSING


def test_a_page_to_ask_for_forecasts_is_no_dashboard(repository: BuildRepository) -> None:
    page = "import streamlit as st\nimport requests\n\nst.write(requests.post('http://api:8000/predict').json())\n"
    files = {"dashboard/app.py": page, "train.py": FIT}
    assert status(repository, "mon.dashboard", files) is Status.MISSING
    watching = page + "st.line_chart([1], x_label='drift of the inputs')\n"
    assert status(repository, "mon.dashboard", {**files, "dashboard/app.py": watching}) is Status.PARTIAL


def test_confidence_is_a_proxy(repository: BuildRepository) -> None:
    code = f"import mlflow\n{MODEL}\ndef score(x):\n    p = model.predict_proba(x)\n    mlflow.log_metric('{{}}', p.max())\n\nscore([[1]])\n"
    for name, wanted in (("mean_confidence", Status.PARTIAL), ("rows", Status.MISSING)):
        files = {"score.py": code.replace("{}", name), "train.py": FIT}
        assert status(repository, "mon.model-performance", files) is wanted


def test_drift_by_the_class_of_a_tab(repository: BuildRepository) -> None:
    code = "from evidently.dashboard import Dashboard\nfrom evidently.tabs import {0}\n\ndef look(df):\n    board = Dashboard(tabs=[{0}])\n    board.calculate(df[:9], df[9:])\n\nlook([])\n"
    for tab, wanted in (("DataDriftTab", Status.MET), ("RegressionPerformanceTab", Status.MISSING)):
        assert status(repository, "mon.drift", {"look.py": code.format(tab), "train.py": FIT}) is wanted


def test_times_of_requests_in_a_table(repository: BuildRepository) -> None:
    keep = (
        "import psycopg2\n\ndef save(time, label):\n    columns = ['{}', 'label']\n"
        "    connection = psycopg2.connect('db')\n    connection.cursor().execute(f'INSERT INTO answers ({{\",\".join(columns)}}) VALUES (1)')\n"
    )
    app = f"from flask import Flask\nfrom keep import save\n{MODEL}\napp = Flask(__name__)\n\n@app.post('/predict')\ndef predict():\n    save(1, model.predict([[1]]))\n\napp.run()\n"
    for column, wanted in (("exec_time_ms", Status.MET), ("colour", Status.MISSING)):
        files = {"app.py": app, "keep.py": keep.format(column)}
        assert (status(repository, "mon.metrics", files) is Status.MET) is (wanted is Status.MET)


def test_a_check_that_answers_by_the_shape_of_a_table(repository: BuildRepository) -> None:
    code = (
        "import pandas as pd\n\nclass Checks:\n    def validate_columns(self, frame: pd.DataFrame) -> bool:\n        print('checking')\n"
        "        return len(frame.columns) == 4\n\n    def start(self, one, other):\n"
        "        fine = self.validate_columns(one) and self.validate_columns(other)\n        if not fine:\n            {}\n\n"
        "Checks().start(pd.read_csv('a'), pd.read_csv('b'))\n"
    )
    for act, wanted in (("raise ValueError(fine)", Status.MET), ("print(fine)", Status.PARTIAL)):
        assert status(repository, "ci.data-validation", {"checks.py": code.format(act)}) is wanted


def test_what_brings_a_model_is_no_ingestion(repository: BuildRepository) -> None:
    code = "import boto3\n\ndef {}(path):\n    boto3.client('s3').download_file('bucket', 'key', path)\n    return path\n\n{}('a')\n"
    for name, wanted in (("download_from_registry", Status.MISSING), ("download_tides", Status.MET)):
        files = {"get.py": code.replace("{}", name), "train.py": FIT}
        assert status(repository, "e2e.data-ingestion", files) is wanted


def test_a_file_that_cannot_start_leaves_the_others(repository: BuildRepository) -> None:
    files = {
        "crew/__init__.py": "",
        "crew/data.py": "x = [[1]]\n",
        "crew/a_fit.py": f"from .data import x\n{FIT}" + "Ridge().fit(x, x)\n" * 3,
        "crew/b_fit.py": f"from crew.data import x\n{FIT}",
        "Dockerfile": "FROM python:3.12\nCOPY crew crew\nCMD python crew/a_fit.py\n",
        "Makefile": "b:\n\tpython -m crew.b_fit\n",
    }
    found = decided(repository, "e2e.training", files)
    assert (found.status, found.evidence[0].path) == (Status.MET, "crew/b_fit.py")


def test_an_exercise_by_the_name_of_its_file(repository: BuildRepository) -> None:
    flow = "from prefect import flow, task\n\n@task\ndef load():\n    return 1\n\n@task\ndef fit(x):\n    return x\n\n@flow\ndef run():\n    fit(load())\n\nrun()\n"
    files = {"main.py": "x = 1\n"}
    assert status(repository, "e2e.pipeline", {**files, "flows/tides_flow.py": flow}) is Status.MET
    assert status(repository, "e2e.pipeline", {**files, "flows/tides_homework_flow.py": flow}) is Status.MISSING
