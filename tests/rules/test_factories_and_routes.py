"""Models that factories make, pages that a README leads to, and processes that programs start."""

from __future__ import annotations

import pytest

from analyzer.findings import Status
from tests.conftest import BuildRepository, decided
from tests.rules.docks import API, TITLE, TRAIN

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
    pushed = {**files, ".github/workflows/ci.yml": f"{flow}      - run: docker push docks\n"}
    assert decided(repository, "ci.deploy", pushed).status is Status.MET


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


def test_an_image_may_serve_what_compose_mounts(repository: BuildRepository) -> None:
    route = API.replace("\n\nuvicorn.run(app)\n", "\n").replace("import uvicorn\n", "")
    assert "uvicorn" not in route
    compose = "services:\n  api:\n    build: ./service\n    volumes:\n      - {}:/app\n"
    files = {
        "service/Dockerfile": 'FROM python:3.12\nWORKDIR /app\nCOPY requirements.txt .\nCMD ["uvicorn", "app:app"]\n',
        "service/requirements.txt": "fastapi\nuvicorn\n",
        "service/app.py": route,
        "train.py": f"{TRAIN}import joblib\n\njoblib.dump(train(), 'model.joblib')\n",
    }
    for folder, wanted in (("./service", Status.MET), ("./other", Status.PARTIAL)):
        found = decided(repository, "e2e.serving", {**files, "docker-compose.yml": compose.format(folder)})
        assert found.status is wanted


@pytest.mark.parametrize(
    ("run", "wanted"),
    [
        ("if [ -f Pipfile ]; then\n  pytest\nfi", Status.PARTIAL),
        ("if [ -f tests/test_it.py ]; then\n  pytest\nfi", Status.MET),
        ("if [ -f Pipfile ]; then\n  pytest\nelse\n  echo none\nfi", Status.PARTIAL),
        ("if [ -f Pipfile ]; then\n  pytest\nfi\npytest", Status.MET),
    ],
)
@pytest.mark.parametrize("made", [False, True])
def test_a_step_may_ask_first_for_what_is_not_there(
    repository: BuildRepository, run: str, wanted: Status, *, made: bool
) -> None:
    before = "      - run: cp lists/Pipfile Pipfile\n" if made else ""
    flow = (
        STEP.split("      - run", maxsplit=1)[0]
        + before
        + "      - run: |\n"
        + "".join(f"          {line}\n" for line in run.split("\n"))
    )
    files = {
        ".github/workflows/ci.yml": flow,
        "train.py": TRAIN,
        "tests/test_it.py": "from train import train\n\n\ndef test_it():\n    assert train()\n",
        "lists/Pipfile": "[packages]\n",
    }
    assert decided(repository, "ci.tests", files).status is (Status.MET if made else wanted)


@pytest.mark.parametrize(
    ("code", "wanted", "told"),
    [
        ('from transformers import TrainingArguments\n\nTrainingArguments("out", report_to="wandb")\n', Status.MET, "by the library"),
        ('from transformers import TrainingArguments\n\nTrainingArguments("out", report_to=["mlflow"])\n', Status.MET, "by the library"),
        ('from transformers import TrainingArguments\n\nTrainingArguments("out", report_to="none")\n', Status.MISSING, ""),
        ('from transformers import TrainingArguments\n\n\ndef idle():\n    TrainingArguments("out", report_to="wandb")\n', Status.MISSING, ""),
        ('import wandb\n\nwandb.init(project="docks", config={"depth": 3})\n', Status.MET, "Parameters"),
        ('import wandb\n\nwandb.init(project="docks")\n', Status.PARTIAL, ""),
    ],
)  # fmt: skip
def test_a_tracker_may_be_told_to_record_by_itself(
    repository: BuildRepository, code: str, wanted: Status, told: str
) -> None:
    found = decided(repository, "e2e.experiment-tracking", {"log.py": code, "train.py": TRAIN})
    assert found.status is wanted
    assert told in found.summary


@pytest.mark.parametrize(
    ("repo", "hook", "wanted"),
    [
        ("https://github.com/pre-commit/pre-commit-hooks", "check-yaml", Status.MET),
        ("https://github.com/pre-commit/pre-commit-hooks.git", "black", Status.PARTIAL),
        ("https://github.com/psf/black", "black", Status.MET),
        ("local", "anything", Status.MET),
    ],
)
def test_a_hook_that_its_repository_does_not_have_stops_all(
    repository: BuildRepository, repo: str, hook: str, wanted: Status
) -> None:
    text = f"repos:\n  - repo: {repo}\n    rev: v1\n    hooks:\n      - id: {hook}\n        entry: x\n"
    assert decided(repository, "repro.hooks", {".pre-commit-config.yaml": text}).status is wanted
