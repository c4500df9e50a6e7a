"""Models that factories make, pages that a README leads to, processes that programs start, routes that are scraped."""

from __future__ import annotations

import pytest

from analyzer.findings import Status
from tests.conftest import BuildRepository, decided

TITLE = "# Docks\n\nHow long ships wait at the docks is predicted from tides and cargo.\n\n"
TRAIN = "from sklearn.linear_model import Ridge\n\n\ndef train():\n    return Ridge().fit([[1]], [1])\n\n\ntrain()\n"
API = """\
import joblib
import uvicorn
from fastapi import FastAPI

app = FastAPI()
model = joblib.load("model.joblib")


@app.post("/predict")
def predict(wait: float) -> float:
    return model.predict([[wait]])[0]


uvicorn.run(app)
"""

# -- set-up ------------------------------------------------------------------------------------------------------

STEPS = "# Set up\n\n```bash\npip install -r requirements.txt\npython train.py\n```\n"


@pytest.mark.parametrize(
    ("page", "said", "wanted"),
    [
        ("guides/setup.md", "", Status.PARTIAL),
        ("guides/setup.md", "See [the guide](guides/setup.md).", Status.MET),
        ("guides/setup.md", "See [the guide](https://github.com/o/docks/blob/main/guides/setup.md).", Status.MET),
        ("guides/setup.md", "All is told in setup.md there.", Status.MET),
        ("guides/README.md", "See the guides folder.", Status.MET),
        ("guides/README.md", "What is in `guides/` tells it.", Status.MET),
        ("guides/README.md", "```\ndocks/\n├── guides/\n└── train.py\n```", Status.PARTIAL),
        ("guides/README.md", "We have guides for the docks.", Status.PARTIAL),
        ("guides/README.md", "Each part has its own README with the steps.", Status.MET),
        ("SETUP.md", "", Status.MET),
        ("docs/setup.md", "", Status.PARTIAL),
    ],
)
def test_steps_are_where_a_readme_leads(repository: BuildRepository, page: str, said: str, wanted: Status) -> None:
    files = {"README.md": f"{TITLE}{said}\n", page: STEPS, "requirements.txt": "scikit-learn\n", "train.py": TRAIN}
    found = decided(repository, "doc.setup", files)
    assert found.status is wanted
    if wanted is Status.PARTIAL:
        assert found.summary == f"The steps are told in {page}, to which no README leads"


@pytest.mark.parametrize("settings", ["mkdocs.yml", "docusaurus.config.ts", "docs/index.rst"])
def test_pages_of_a_site_are_found_by_its_readers(repository: BuildRepository, settings: str) -> None:
    files = {"README.md": TITLE, "docs/setup.md": STEPS, "requirements.txt": "scikit-learn\n", "train.py": TRAIN}
    assert decided(repository, "doc.setup", {**files, settings: "name: docks\n"}).status is Status.MET


def test_a_page_may_lead_on(repository: BuildRepository) -> None:
    files = {
        "README.md": f"{TITLE}See [the pages](pages/begin.md).\n",
        "pages/begin.md": "# The docks\n\nHow the docks are read is told in [the steps](../steps/run.md).\n",
        "steps/run.md": STEPS,
        "requirements.txt": "scikit-learn\n",
        "train.py": TRAIN,
    }
    assert decided(repository, "doc.setup", files).status is Status.MET


# -- models ------------------------------------------------------------------------------------------------------

FACTORY = """\
class Chooser:
    @staticmethod
    def get_model(name):
        return KINDS[name]()


class Trainer:
    def run(self, rows, waits):
        self.model = Chooser.get_model("ridge")
        self.model.fit(rows, waits)


Trainer().run([[1]], [1])
"""
PIPELINES = """\
from sklearn.pipeline import Pipeline


class Builder:
    @staticmethod
    def create(steps):
        return Pipeline(steps)


class Trainer:
    def run(self, rows, waits):
        built = Builder.create([])
        built.fit(rows, waits)


Trainer().run([[1]], [1])
"""


@pytest.mark.parametrize("code", [FACTORY, PIPELINES])
def test_a_model_that_a_factory_makes_is_fitted(repository: BuildRepository, code: str) -> None:
    files = {"Makefile": "train:\n\tpython train.py\n", "train.py": code}
    assert decided(repository, "e2e.training", files).status is Status.MET


def test_the_fit_of_a_class_of_ones_own_is_followed(repository: BuildRepository) -> None:
    code = "class Encoder:\n    def fit(self, rows):\n        return rows\n\n\nEncoder().fit([1])\n"
    assert decided(repository, "e2e.training", {"train.py": code}).status is Status.MISSING


@pytest.mark.parametrize(("out", "wanted"), [("data/waits/graph.pt", Status.PARTIAL), ("weights/graph.pt", Status.MET)])
def test_tensors_below_a_folder_of_data_are_no_model(repository: BuildRepository, out: str, wanted: Status) -> None:
    code = f"import joblib\n{TRAIN}\nmodel = train()\njoblib.dump(model, 'model.joblib')\n"
    files = {"data.dvc": f"outs:\n- path: {out}\n  md5: 0a\n", "train.py": code}
    assert decided(repository, "e2e.model-registry", files).status is wanted


GATE = """\
import mlflow
from mlflow import MlflowClient


def compare_metrics(one, other):
    first, second = MlflowClient().get_run(one), MlflowClient().get_run(other)
    ours, theirs = first.get("k"), second.get("k")
    return ours > theirs


def main():
    is_better = compare_metrics("a", "b")
    if is_better:
        MlflowClient().set_registered_model_alias("docks", "live", 2)


main()
"""


@pytest.mark.parametrize(("name", "wanted"), [("compare_metrics", Status.MET), ("order_of_ships", Status.PARTIAL)])
def test_what_is_compared_may_be_told_by_the_function(repository: BuildRepository, name: str, wanted: Status) -> None:
    code = GATE.replace("compare_metrics", name)
    found = decided(repository, "ci.model-gate", {"train.py": TRAIN, "promote.py": code}).status
    assert (found is Status.MET) is (wanted is Status.MET)


# -- what runs what ----------------------------------------------------------------------------------------------

STEP = "on: push\njobs:\n  check:\n    runs-on: ubuntu-latest\n    steps:\n      - run: {}\n"


@pytest.mark.parametrize(
    ("check", "wanted"),
    [
        ('subprocess.run(["mypy", "."], check=True)', Status.MET),
        ('subprocess.check_call(["mypy", "."])', Status.MET),
        ('sys.exit(subprocess.run(["mypy", "."]).returncode)', Status.MET),
        ('os.system("mypy .")', Status.PARTIAL),
        ('subprocess.run(["mypy", "."])', Status.PARTIAL),
        ('print("mypy", ".")', Status.MISSING),
    ],
)
def test_a_program_that_ci_runs_may_start_the_linter(repository: BuildRepository, check: str, wanted: Status) -> None:
    code = f"import os\nimport subprocess\nimport sys\n\n\ndef main():\n    {check}\n\n\nmain()\n"
    files = {".github/workflows/ci.yml": STEP.format("python tools/check.py"), "tools/check.py": code}
    assert decided(repository, "ci.lint", files).status is wanted


def test_a_process_in_a_function_that_nothing_calls_is_not_started(repository: BuildRepository) -> None:
    code = 'import subprocess\n\n\ndef lint():\n    subprocess.check_call(["mypy", "."])\n\n\nprint(1)\n'
    files = {".github/workflows/ci.yml": STEP.format("python tools/check.py"), "tools/check.py": code}
    assert decided(repository, "ci.lint", files).status is Status.MISSING


def test_the_folder_of_a_step_may_stand_in_a_variable(repository: BuildRepository) -> None:
    flow = "on: push\nenv:\n  home: service\njobs:\n  check:\n    runs-on: ubuntu-latest\n    steps:\n      - run: make check\n        working-directory: ${{ env.home }}\n"
    files = {
        ".github/workflows/ci.yml": flow,
        "service/Makefile": "check:\n\truff check .\n",
        "Makefile": "check:\n\techo\n",
    }
    assert decided(repository, "ci.lint", files).status is Status.MET


@pytest.mark.parametrize(
    ("made", "wanted"), [("helm/kind-action@v1", Status.PARTIAL), ("azure/setup-kubectl@v4", Status.MET)]
)
def test_a_cluster_of_the_job_itself_is_a_test(repository: BuildRepository, made: str, wanted: Status) -> None:
    flow = f"on: push\njobs:\n  try:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v4\n      - uses: {made}\n      - run: docker build -t docks .\n      - run: kubectl apply -f deploy.yaml\n"
    files = {
        ".github/workflows/ci.yml": flow,
        "Dockerfile": "FROM python:3.12\nCOPY app.py .\nCMD python app.py\n",
        "app.py": API,
        "deploy.yaml": "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: docks\nspec:\n  template:\n    spec:\n      containers:\n        - name: docks\n          image: docks:1\n",
    }
    assert decided(repository, "ci.deploy", files).status is wanted


def test_cloud_build_may_name_its_program_among_the_arguments(repository: BuildRepository) -> None:
    build = "steps:\n  - name: gcr.io/google.com/cloudsdktool/cloud-sdk\n    args: [gcloud, run, deploy, docks, --image, docks]\n"
    files = {"cloudbuild.yaml": build, "app.py": API}
    assert decided(repository, "ci.deploy", files).status is Status.MET


JOBS = """\
resources:
  jobs:
    docks:
      schedule:
        quartz_cron_expression: "0 0 6 * * ?"
      tasks:
        - task_key: fit_the_model
          spark_python_task:
            python_file: scripts/{}
"""


@pytest.mark.parametrize(("program", "wanted"), [("02_train.py", Status.MET), ("03_other.py", Status.MISSING)])
def test_a_job_of_databricks_runs_the_program_that_it_names(
    repository: BuildRepository, program: str, wanted: Status
) -> None:
    files = {"databricks.yml": JOBS.format(program), "scripts/02_train.py": TRAIN, "scripts/03_other.py": "print(1)\n"}
    assert decided(repository, "mon.retraining", files).status is wanted


def test_a_program_may_be_named_in_what_a_starter_imports(repository: BuildRepository) -> None:
    files = {
        "settings/__init__.py": "",
        "settings/places.py": 'from pathlib import Path\n\nFIT = Path("jobs", "fit_model.py")\n',
        "api.py": 'import subprocess\n\nfrom settings import places\n\nsubprocess.run(["python", places.FIT])\n',
        "jobs/fit_model.py": TRAIN,
    }
    assert decided(repository, "e2e.training", files).status is Status.MET
    del files["api.py"]
    assert decided(repository, "e2e.training", files).status is Status.PARTIAL


# -- monitoring --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "wanted"),
    [
        ("opentelemetry-instrument uvicorn app:app", Status.MET),
        ("opentelemetry-instrument --metrics_exporter none uvicorn app:app", Status.MISSING),
        ("uvicorn app:app", Status.MISSING),
    ],
)
def test_an_image_that_starts_under_an_agent_exports_metrics(
    repository: BuildRepository, start: str, wanted: Status
) -> None:
    files = {"Dockerfile": f"FROM python:3.12\nCOPY app.py .\nCMD {start}\n", "app.py": API, "train.py": TRAIN}
    assert decided(repository, "mon.metrics", files).status is wanted


@pytest.mark.parametrize(("path", "wanted"), [("/figures", Status.MET), ("/metrics", Status.MISSING)])
def test_a_route_that_prometheus_asks_for_is_its_metrics(
    repository: BuildRepository, path: str, wanted: Status
) -> None:
    scrape = f"scrape_configs:\n  - job_name: docks\n    metrics_path: {path}\n    static_configs:\n      - targets: [app:8000]\n"
    route = '\n\n@app.get("/figures")\ndef figures():\n    return "waits 3"\n'
    files = {"prometheus.yml": scrape, "app.py": API.replace("\n\nuvicorn", f"{route}\n\nuvicorn"), "train.py": TRAIN}
    assert decided(repository, "mon.metrics", files).status is wanted


SCORED = """\
import mlflow
from sklearn.metrics import f1_score


def check(ti):
    model = mlflow.pyfunc.load_model("models:/docks/1")
    value = f1_score([1], model.predict([[1]]))
    {}


check(None)
"""


@pytest.mark.parametrize(
    ("then", "wanted"), [('ti.xcom_push(key="f1", value=value)', Status.MET), ("print(value)", Status.PARTIAL)]
)
def test_a_score_that_the_next_task_gets_is_kept(repository: BuildRepository, then: str, wanted: Status) -> None:
    files = {"train.py": TRAIN, "dags/check_model.py": SCORED.format(then)}
    assert decided(repository, "mon.model-performance", files).status is wanted


def test_an_estimate_without_labels_is_a_proxy(repository: BuildRepository) -> None:
    code = "import nannyml\n\nnannyml.CBPE(chunk_size=9).fit([1]).estimate([1])\n"
    assert decided(repository, "mon.model-performance", {"watch.py": code, "train.py": TRAIN}).status is Status.PARTIAL


def test_a_monitor_of_databricks_is_known_by_its_client(repository: BuildRepository) -> None:
    code = 'def watch(workspace):\n    workspace.quality_monitors.create(table_name="docks", inference_log=None)\n\n\nwatch(None)\n'
    for criterion in ("mon.drift", "mon.model-performance"):
        assert decided(repository, criterion, {"watch.py": code, "train.py": TRAIN}).status is Status.MET


@pytest.mark.parametrize(("heading", "wanted"), [("Pipelines", Status.MISSING), ("Watching", Status.MET)])
def test_a_drawing_of_a_pipeline_is_no_dashboard(repository: BuildRepository, heading: str, wanted: Status) -> None:
    files = {
        "README.md": f"{TITLE}## {heading}\n\n![Alt](docs/monitoring.png)\n",
        "docs/monitoring.png": "x" * 999,
        "watch.py": "import prometheus_client\n\nprometheus_client.Gauge('waits', 'w').set(1)\n",
        "train.py": TRAIN,
    }
    assert decided(repository, "mon.dashboard", files).status is wanted


# -- pages -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Tuning helped, improving recall from 0.71 to 0.78 on the docks.", Status.MET),
        ("Recall goes from 0.71 to 0.78 by port.", Status.PARTIAL),
        ("| Measure | Baseline | Tuned |\n|---|---|---|\n| Recall | 0.71 | 0.78 |", Status.MET),
        ("| Measure | Default | Reached |\n|---|---|---|\n| Throughput | 610 | 880 |", Status.MET),
        ("| Name | Default | Meaning |\n|---|---|---|\n| recall | 0.71 | what is asked |", Status.PARTIAL),
    ],
)  # fmt: skip
def test_what_stands_beside_a_baseline_is_an_outcome(repository: BuildRepository, text: str, wanted: Status) -> None:
    files = {"README.md": f"{TITLE}## Results\n\n{text}\n", "train.py": TRAIN}
    found = decided(repository, "doc.quantified", files).status
    assert (found is Status.MET) is (wanted is Status.MET)


def test_a_page_of_a_generator_tells_nothing_of_the_project(repository: BuildRepository) -> None:
    page = "Overview\n========\n\nWelcome to Astronomer! This project was generated after you ran 'astro dev init' using the CLI. How ships wait, because docks are few, so that cargo is late.\n\n## Architecture\n\nThe scheduler sends tasks to the triggerer, which hands them to the webserver.\n"
    files = {"README.md": page, "train.py": TRAIN}
    for criterion in ("doc.problem", "doc.architecture"):
        assert decided(repository, criterion, files).status is Status.MISSING


@pytest.mark.parametrize(
    "readme",
    [
        "## Live\n\n### The docks: https://docks-9.onrender.com/\n",
        "## [The docks live](https://docks-9.onrender.com/)\n",
    ],
)
def test_a_heading_may_hold_the_address(repository: BuildRepository, readme: str) -> None:
    files = {"README.md": f"{TITLE}{readme}", "app.py": API, "train.py": TRAIN}
    assert decided(repository, "e2e.live-endpoint", files).status is Status.MET


@pytest.mark.parametrize(
    ("page", "led", "wanted"),
    [
        ("reports/README.md", "It is deployed on Cloud Run. To ask it:", Status.MET),
        ("reports/README.md", "To ask a service:", Status.MISSING),
        ("reports/report.md", "It is deployed on Cloud Run. To ask it:", Status.MISSING),
    ],
)
def test_the_readme_of_a_folder_may_show_how_to_ask(
    repository: BuildRepository, page: str, led: str, wanted: Status
) -> None:
    told = f"# The docks\n\nHow long ships wait at the docks is told by `app.py`.\n\n{led}\n\n```bash\ncurl https://docks-x1y2z3-ew.a.run.app/predict\n```\n"
    files = {"README.md": TITLE, page: told, "app.py": API, "train.py": TRAIN}
    assert decided(repository, "e2e.live-endpoint", files).status is wanted


def test_a_guide_of_an_organisation_is_no_site_of_the_author(repository: BuildRepository) -> None:
    said = "Comments of the docks follow [the guide](https://google.github.io/styleguide/pyguide.html).\n"
    files = {"README.md": f"{TITLE}{said}", "app.py": API, "train.py": TRAIN}
    assert decided(repository, "doc.site", files).status is Status.MISSING
    assert decided(repository, "e2e.live-endpoint", files).status is Status.MISSING


@pytest.mark.parametrize(
    ("code", "wanted"),
    [
        ('import dagshub\n\ndagshub.init("docks", "someone")\n', Status.PARTIAL),
        ('import mlflow\n\nmlflow.set_tracking_uri("https://dagshub.com/someone/docks.mlflow")\n', Status.PARTIAL),
        ('print("https://dagshub.com/someone/docks")\n', Status.MISSING),
    ],
)
def test_a_hosted_tracker_is_used_from_a_cloud(repository: BuildRepository, code: str, wanted: Status) -> None:
    files = {"log.py": code, "train.py": TRAIN}
    assert decided(repository, "e2e.cloud-deployment", files).status is wanted


BOXES = "```text\n[Ships] (rows)\n   |\n[Docks] (`app.py`)\n   |\n[Waits] (answers)\n   |\n[Watch] (counts)\n```\n"


def test_boxes_in_brackets_are_a_drawing(repository: BuildRepository) -> None:
    files = {"README.md": f"{TITLE}## How it is drawn\n\n{BOXES}", "app.py": API}
    assert decided(repository, "doc.diagram", files).status is Status.MET
    apart = {**files, "README.md": f"{TITLE}## How it is drawn\n\n{BOXES.replace('   |', '')}"}
    assert decided(repository, "doc.diagram", apart).status is Status.MISSING


def test_an_architecture_may_be_named_in_korean(repository: BuildRepository) -> None:
    files = {"README.md": f"{TITLE}### 시스템 아키텍쳐\n\n![alt](static/1.png)\n", "static/1.png": "x" * 999}
    assert decided(repository, "doc.diagram", {**files, "train.py": TRAIN}).status is Status.MET
