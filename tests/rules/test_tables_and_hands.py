"""Tables of settings and of times, data that catalogs and callers hand in, and services that CI starts."""

from __future__ import annotations

import pytest

from analyzer.findings import Status
from tests.conftest import BuildRepository, decided
from tests.rules.docks import TITLE, TRAIN

MODEL = {"models/docks.pkl": "x"}
"""Makes a repository one with a model, whatever else it shows."""


# -- pages -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("page", "wanted"),
    [
        ("| Model | Train (s) | Infer (s) |\n|---|---|---|\n| ridge | 1.2 | 0.3 |\n| forest | 8.4 | 0.9 |\n", Status.MET),
        ("| Model | Train (s) |\n|---|---|\n| ridge | 1.2 |\n", Status.MISSING),
        ("| Model | Ships (s) |\n|---|---|\n| ridge | 1.2 |\n| forest | 8.4 |\n", Status.MISSING),
        ("```\nBatch of 1: 0.7 seconds\nBatch of 9: 2.1 seconds\n```\n", Status.MET),
        ("```bash\nsleep 1: 0.7 seconds\nsleep 2: 2.1 seconds\n```\n", Status.MISSING),
    ],
)  # fmt: skip
def test_columns_and_lines_of_times_are_outcomes(repository: BuildRepository, page: str, wanted: Status) -> None:
    files = {"README.md": f"{TITLE}## Latency\n\n{page}", "train.py": TRAIN}
    assert decided(repository, "doc.quantified", files).status is wanted


@pytest.mark.parametrize(("column", "wanted"), [("Default", Status.MISSING), ("Reached", Status.MET)])
def test_what_a_table_sets_was_not_measured(repository: BuildRepository, column: str, wanted: Status) -> None:
    table = f"| Key | {column} | Description |\n|---|---|---|\n| `floor` | `0.9` | Accuracy below which an alert is sent |\n"
    code = f"from sklearn.metrics import accuracy_score\n{TRAIN}\nprint(accuracy_score([1], [1]))\n"
    files = {"README.md": f"{TITLE}## Settings\n\n{table}", "train.py": code}
    assert decided(repository, "doc.results", files).status is wanted


@pytest.mark.parametrize(
    "text",
    [
        "- Registering models that meet the criteria (e.g., R² ≥ 0.85)\n",
        "The model ought to have at least 15% of precision, so that it is not trivial.\n",
    ],
)
def test_a_criterion_is_no_result(repository: BuildRepository, text: str) -> None:
    files = {"README.md": f"{TITLE}## Tracking\n\n{text}", "train.py": TRAIN}
    assert decided(repository, "doc.quantified", files).status is Status.MISSING


@pytest.mark.parametrize(
    ("page", "wanted"),
    [
        ("## Author\n\n**Nils Kai** - [nilskai.io](https://nilskai.io)\n", Status.MET),
        ("## Author\n\n**Nils Kai** - [a page](https://nilskai.io/posts/1)\n", Status.MISSING),
        ("## Data\n\nFrom [nilskai.io](https://nilskai.io)\n", Status.MISSING),
        ("## Metric\n\nThe [score](https://someone.github.io/imbalanced-learn/docks.html) of docks.\n", Status.MISSING),
        (
            "## Data\n\nAudio recordings of docks. " + "They are long. " * 12
            + "All of them are [here](https://drive.google.com/file/d/1/view).\n",
            Status.MISSING,
        ),
    ],
)  # fmt: skip
def test_whose_page_a_link_leads_to(repository: BuildRepository, page: str, wanted: Status) -> None:
    assert decided(repository, "doc.site", {"README.md": TITLE + page, "train.py": TRAIN}).status is wanted


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("MLflow is running on: http://ec2-18-117-234-13.us-east-2.compute.amazonaws.com:5000", Status.PARTIAL),
        ("Adminer is running on: http://18.117.234.13:8080", Status.PARTIAL),
        ("The service is running on: http://ec2-18-117-234-13.us-east-2.compute.amazonaws.com:8080", Status.MET),
    ],
)
def test_what_runs_on_a_machine_is_told_by_its_line(repository: BuildRepository, line: str, wanted: Status) -> None:
    app = (
        "from flask import Flask\n\napp = Flask(__name__)\n\n\n@app.route('/predict')\ndef predict():\n    return '1'\n"
    )
    files = {"README.md": f"{TITLE}## Steps\n\n{line}\n", "app.py": app, "train.py": TRAIN}
    assert decided(repository, "e2e.live-endpoint", files).status is wanted


@pytest.mark.parametrize(
    ("line", "name", "wanted"),
    [
        ("Parts:", "mlops.png", Status.MET),
        ("Parts:", "mlops4.png", Status.MISSING),
        ("Prefect UI:", "pipeline.png", Status.MISSING),
        ("What runs:", "pipeline.png", Status.MET),
    ],
)
def test_pictures_of_a_series_and_of_a_page_are_no_diagrams(
    repository: BuildRepository, line: str, name: str, wanted: Status
) -> None:
    page = f"{TITLE}## Steps\n\n{line}\n\n![alt text](https://i.ibb.co/rkRyt/{name})\n"
    assert decided(repository, "doc.diagram", {"README.md": page, "train.py": TRAIN}).status is wanted


@pytest.mark.parametrize(("entries", "wanted"), [(5, Status.MET), (4, Status.PARTIAL)])
def test_entries_may_begin_in_bold(repository: BuildRepository, entries: int, wanted: Status) -> None:
    told = "the service of the docks does not answer as it should, so look at its logs and start it once more. " * 2
    text = "".join(f"**The docks are closed, {number}**: {told}\n\n" for number in range(entries))
    files = {"README.md": f"{TITLE}## Troubleshooting\n\n{text}", "docks.py": "x = 1\n"}
    assert decided(repository, "doc.operations", files).status is wanted


@pytest.mark.parametrize(
    ("heading", "comments", "wanted"),
    [
        ("Day-to-day operations", "# what ran\n{0}\n# start it\n{0}\n# look at it\n{0}", Status.MET),
        ("Day-to-day operations", "{0}\n{0}\n{0}", Status.PARTIAL),
        ("How to begin", "# what ran\n{0}\n# start it\n{0}\n# look at it\n{0}", Status.MISSING),
    ],
)
def test_commands_may_be_explained_by_comments(
    repository: BuildRepository, heading: str, comments: str, wanted: Status
) -> None:
    page = f"{TITLE}## {heading}\n\n```bash\n{comments.format('dockctl jobs list docks')}\n```\n"
    assert decided(repository, "doc.operations", {"README.md": page, "docks.py": "x = 1\n"}).status is wanted


@pytest.mark.parametrize(
    ("item", "wanted"),
    [("MLflow: keeps the models", True), ("Step 1: build what runs with Docker and push it", False)],
)
def test_a_step_that_names_a_tool_is_no_list_of_tools(repository: BuildRepository, item: str, *, wanted: bool) -> None:
    files = {"README.md": f"{TITLE}## Pipeline\n\n- {item}\n- {item} twice\n", "docks.py": "x = 1\n"}
    found = decided(repository, "doc.architecture", files)
    assert (found.status, "a list of tools" in found.summary) == (Status.PARTIAL, wanted)


# -- data and models ---------------------------------------------------------------------------------------------

CATALOG = "ships:\n  type: pandas.CSVDataset\n  filepath: data/01_raw/ships.csv\n\nclean:\n  type: pandas.CSVDataset\n  filepath: data/clean.csv\n"
NODES = "from sklearn.linear_model import Ridge\n\n\ndef tidy(ships):\n    return ships.dropna()\n\n\ndef fit(ships):\n    return Ridge().fit(ships, ships)\n"


@pytest.mark.parametrize(
    ("node", "wanted"),
    [
        ('node(func=tidy, inputs=["ships", "params:x"], outputs="clean")', Status.MET),
        ('node(tidy, "ships", "clean")', Status.MET),
        ('node(func=tidy, inputs=dict(a="ships"), outputs="clean")', Status.MET),
        ('node(func=tidy, inputs="clean", outputs="clean")', Status.MISSING),
        ('node(func=tidy, inputs="boats", outputs="clean")', Status.MISSING),
        ('node(func=fit, inputs="ships", outputs="model")', Status.MISSING),
    ],
)
def test_a_node_is_given_raw_data_by_the_catalog(repository: BuildRepository, node: str, wanted: Status) -> None:
    pipeline = f"from kedro.pipeline import node, pipeline\nfrom .nodes import fit, tidy\n\n\ndef create_pipeline(**kwargs):\n    return pipeline([{node}])\n"
    files = {
        "conf/base/catalog.yml": CATALOG,
        "src/docks/__init__.py": "",
        "src/docks/nodes.py": NODES,
        "src/docks/pipeline.py": pipeline,
    }
    found = decided(repository, "e2e.data-ingestion", files | MODEL)
    assert found.status is wanted
    if wanted is Status.MET:
        assert [item.path for item in found.evidence] == ["src/docks/pipeline.py", "conf/base/catalog.yml"]


@pytest.mark.parametrize(
    ("out", "wanted"),
    [("data/encoder.joblib", Status.MISSING), ("data/docks.joblib", Status.MET), ("models/encoder.joblib", Status.MET)],
)
def test_an_encoder_that_dvc_keeps_is_no_model(repository: BuildRepository, out: str, wanted: Status) -> None:
    files = {"dvc.yaml": f"stages:\n  tidy:\n    cmd: python tidy.py\n    outs: [{out}]\n", "tidy.py": "print(1)\n"}
    found = decided(repository, "e2e.model-registry", {**files, "train.py": TRAIN})
    assert (found.status is Status.MET) is (wanted is Status.MET)


def test_an_archive_is_a_source_of_data(repository: BuildRepository) -> None:
    code = "import requests\nimport pandas as pd\n\n\ndef fetch(name):\n    return requests.get(f'https://harbour.example/{name}.7z')\n\n\npd.read_csv(fetch('docks'))\n"
    assert decided(repository, "repro.data-versioning", {"fetch.py": code, "train.py": TRAIN}).status is Status.PARTIAL


def test_a_service_is_made_by_a_factory(repository: BuildRepository) -> None:
    app = (
        "import joblib\nfrom flask import Flask\n\n\ndef make_app():\n    app = Flask(__name__)\n\n    @app.route('/predict')\n"
        "    def predict():\n        return str(joblib.load('m.pkl').predict([[1]]))\n\n    return app\n"
    )
    files = {"app.py": app, "Dockerfile": 'FROM python:3.12\nCOPY app.py .\nCMD ["flask", "--app", "app", "run"]\n'}
    assert decided(repository, "e2e.serving", files | MODEL).status is Status.MET


def test_the_function_that_chains_most_is_shown(repository: BuildRepository) -> None:
    code = (
        "import pandas as pd\nfrom sklearn.linear_model import Ridge\nfrom sklearn.preprocessing import OneHotEncoder\n\n\n"
        "def encode(x):\n    return OneHotEncoder().fit_transform(x)\n\n\ndef fit(x):\n    return Ridge().fit(x, x)\n\n\n"
        "def search(x):\n    return fit(encode(x))\n\n\n"
        "def read():\n    return pd.read_csv('ships.csv')\n\n\ndef everything():\n    return search(read())\n\n\neverything()\n"
    )
    found = decided(repository, "e2e.pipeline", {"train.py": code})
    assert (found.status, found.evidence[0].snippet) == (Status.PARTIAL, "def everything():")


# -- monitoring --------------------------------------------------------------------------------------------------

REPORT = """\
from evidently.metric_preset import DataDriftPreset
from evidently.report import Report


class Drift:
    def run(self, current_data, reference_data):
        report = Report(metrics=[DataDriftPreset()])
        report.run(current_data=current_data, reference_data=reference_data)
        report.save_html("drift.html")


def compare({now}, {before}):
    Drift().run(current_data={now}, reference_data={before})
"""


@pytest.mark.parametrize(
    ("now", "before", "made", "wanted"),
    [
        ("x_now", "x_then", "now = df_val.assign(a=1)\nthen = df_train.assign(a=1)\ncompare(now, then)", Status.PARTIAL),
        ("x_now", "x_then", "now = live.assign(a=1)\nthen = df_train.assign(a=1)\ncompare(now, then)", Status.MET),
        ("test_df", "reference_df", "compare(load(1), load(2))", Status.MET),
        ("x_now", "x_then", "compare(df_val, df_train)\ncompare(live, df_train)", Status.MET),
    ],
)  # fmt: skip
def test_tables_are_followed_to_where_they_are_made(
    repository: BuildRepository, now: str, before: str, made: str, wanted: Status
) -> None:
    files = {"drift.py": f"{REPORT.format(now=now, before=before)}\n\n{made}\n", "train.py": TRAIN}
    assert decided(repository, "mon.drift", files).status is wanted


@pytest.mark.parametrize(("told", "wanted"), [("answer", Status.PARTIAL), ("type(answer)", Status.MISSING)])
def test_the_kind_of_an_answer_is_no_answer(repository: BuildRepository, told: str, wanted: Status) -> None:
    app = (
        "import logging\nimport joblib\nfrom fastapi import FastAPI\n\nlog = logging.getLogger()\nmodel = joblib.load('m.pkl')\n"
        "app = FastAPI()\n\n\n@app.post('/predict')\ndef predict(x: float):\n    answer = model.predict([[x]])\n"
        f"    log.warning(f'Prediction made {{{told}}}')\n    return answer[0]\n"
    )
    assert decided(repository, "mon.metrics", {"app.py": app} | MODEL).status is wanted


# -- containers and CI -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("service", "wanted"), [("build: .", Status.PARTIAL), ("image: postgres:16", Status.MISSING)])
def test_a_service_that_ci_starts_is_built(repository: BuildRepository, service: str, wanted: Status) -> None:
    files = {
        ".github/workflows/ci.yml": "on: push\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - run: docker compose up -d\n      - run: pytest\n",
        "compose.yaml": f"services:\n  api:\n    {service}\n",
        "Dockerfile": "FROM python:3.12\nCOPY app.py .\n",
        "app.py": "x = 1\n",
    }
    assert decided(repository, "ci.deploy", files).status is wanted


def test_what_fills_a_database_is_no_code_of_the_project(repository: BuildRepository) -> None:
    files = {
        "Dockerfile": "FROM postgres:16\nCOPY init.sql /docker-entrypoint-initdb.d/\n",
        "init.sql": "create table ships (id int);\n",
    }
    assert decided(repository, "e2e.container", files).status is not Status.MET


def test_a_layer_of_packages_is_no_application(repository: BuildRepository) -> None:
    files = {
        "layer.sh": "aws lambda publish-layer-version --layer-name packages --content S3Bucket=b\n",
        "app.py": "x = 1\n",
    }
    assert decided(repository, "e2e.cloud-deployment", files).status is Status.MISSING
