"""What is tuned and not chosen, handed to a server and not run, told and not listed."""

from __future__ import annotations

import pytest

from analyzer.findings import Status
from tests.conftest import BuildRepository, decide_one

MODEL = {"models/docks.pkl": "x"}
"""Makes a repository one with a model, whatever else it shows."""
PARAMETERS = """\
import mlflow
from mlflow.tracking import MlflowClient

client = MlflowClient()

def get_best_params():
    runs = client.search_runs(experiment_ids=["1"], max_results=1, order_by=["metrics.mae ASC"])
    return runs[0].data.params

def get_best_model_uri():
    runs = client.search_runs(experiment_ids=["2"], max_results=1, order_by=["created DESC"])
    return f"runs:/{runs[0].info.run_id}/model"

def register():
    print(get_best_params())
    mlflow.register_model(get_best_model_uri(), "docks")

register()
"""
SEARCHED = """\
import mlflow
from sklearn.linear_model import Ridge
from sklearn.model_selection import GridSearchCV

def get_best_model(x, y):
    search = GridSearchCV(Ridge(), {"alpha": [1, 2]}).fit(x, y)
    model = Ridge(**search.best_params_).fit(x, y)
    mlflow.sklearn.log_model(model, "model", registered_model_name="docks")

get_best_model([[1]], [1])
"""


@pytest.mark.parametrize(
    ("program", "wanted"),
    [
        (PARAMETERS, Status.MISSING),
        (PARAMETERS.replace('["created DESC"]', '["metrics.mae ASC"]'), Status.PARTIAL),
        (PARAMETERS.replace("runs[0].data.params", "runs[0].info.run_id"), Status.PARTIAL),
        (SEARCHED, Status.MISSING),
        (SEARCHED.replace("    model = ", "    mlflow.search_runs(order_by=['metrics.mae'])\n    model = "), Status.PARTIAL),
    ],
)  # fmt: skip
def test_a_tuner_chooses_parameters_and_no_model(repository: BuildRepository, program: str, wanted: Status) -> None:
    assert decide_one(repository({**MODEL, "train.py": program}), "ci.model-gate").status is wanted


FLOWS = {
    "pipeline.py": "from prefect import flow\nfrom sklearn.linear_model import Ridge\n\n@flow\ndef main():\n    Ridge().fit([[1]], [1])\n",
    ".github/workflows/ci.yml": "on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - run: python deploy.py\n",
}
HANDED_ON = """\
from prefect import flow
from pipeline import main

main.from_source(source="https://github.com/octocat/docks", entrypoint="pipeline.py:main").deploy(name="docks")
"""


@pytest.mark.parametrize(
    ("program", "deploys", "trains"),
    [
        (HANDED_ON, Status.MET, Status.MISSING),
        ("from pipeline import main\n\nmain()\n", Status.MISSING, Status.MET),
    ],
)
def test_a_flow_that_ci_hands_to_a_server_is_deployed_and_not_run(
    repository: BuildRepository, program: str, deploys: Status, trains: Status
) -> None:
    repo = repository({**MODEL, **FLOWS, "deploy.py": program})
    assert (decide_one(repo, "ci.deploy").status, decide_one(repo, "ci.training").status) == (deploys, trains)


ACCOUNT = 'import os\nimport mlflow\n\nos.environ["AWS_PROFILE"] = "docks"\nHOST = open("host.txt").read()\nmlflow.set_tracking_uri(f"http://{HOST}:5000")\n'


@pytest.mark.parametrize(
    ("program", "wanted"),
    [(ACCOUNT, Status.PARTIAL), (ACCOUNT.replace("set_tracking_uri", "set_experiment"), Status.MISSING)],
)
def test_a_tracking_server_in_an_account(repository: BuildRepository, program: str, wanted: Status) -> None:
    assert decide_one(repository({**MODEL, "train.py": program}), "e2e.cloud-deployment").status is wanted


def test_two_numbers_that_a_metric_lies_between(repository: BuildRepository) -> None:
    train = "from sklearn.linear_model import Ridge\nfrom sklearn.metrics import mean_squared_error\n\nprint(mean_squared_error([1], Ridge().fit([[1]], [1]).predict([[1]])))\n"
    readme = "# Docks\n\n## Results\n\nOn average the promoted models reach an RMSE between 110 and 112.\n"
    repo = repository({**MODEL, "train.py": train, "README.md": readme})
    assert decide_one(repo, "doc.results").status is Status.MET


TOOLS = "# Docks\n\n## Architecture\n\nModels are tracked in MLflow and Prefect runs the flow of it each month for all docks.\n"


def test_a_sentence_on_two_tools_is_no_list(repository: BuildRepository) -> None:
    files = {
        **MODEL,
        "train.py": "import mlflow\nfrom prefect import flow\n\nmlflow.start_run()\n\n@flow\ndef main():\n    pass\n",
    }
    told = decide_one(repository({**files, "README.md": TOOLS}), "doc.architecture")
    assert (told.status, told.summary) == (Status.PARTIAL, "The architecture is told in a few words only")
    listed = TOOLS.replace("Models are", "- MLflow\n- Prefect\n\nModels are")
    told = decide_one(repository({**files, "README.md": listed}), "doc.architecture")
    assert "a list of tools" in told.summary


def test_skills_that_were_learned_are_no_write_up(repository: BuildRepository) -> None:
    skills = "\n".join(f"{number}. ✅ Consumer groups of Kafka" for number in range(1, 25))
    page = f"# Deliverables\n\n## Challenges and what was learned\n\n{skills}\n"
    files = {**MODEL, "README.md": "# Docks\n", "train.py": "print(1)\n", "docs/deliverables.md": page}
    assert decide_one(repository(files), "doc.writeup").status is Status.MISSING
    story = (
        "In `train.py` the broker lost messages under load, so we keep the offset in a table of our own and read it again. "
        * 6
    )
    told = {**files, "docs/deliverables.md": page.replace(skills, story)}
    assert decide_one(repository(told), "doc.writeup").status is Status.MET


CHECKED = """\
import pandas as pd

class DataValidationArtifact:
    def __init__(self, validation_status):
        self.validation_status = validation_status

def validate_columns(data):
    if [name for name in ("dock", "riders") if name not in data.columns]:
        return False
    return True

def initiate():
    return DataValidationArtifact(validation_status=validate_columns(pd.read_csv("docks.csv")))
"""
NEXT_STEP = """\
from sklearn.linear_model import Ridge
from checks import initiate

def transform(artifact):
    if not artifact.validation_status:
        raise ValueError("the data are not valid")
    return Ridge().fit([[1]], [1])

transform(initiate())
"""


@pytest.mark.parametrize(
    ("step", "wanted"),
    [(NEXT_STEP, Status.MET), (NEXT_STEP.replace('raise ValueError("the data are not valid")', "print('no')"), Status.PARTIAL)],
)  # fmt: skip
def test_what_a_check_found_stops_the_next_step(repository: BuildRepository, step: str, wanted: Status) -> None:
    files = {**MODEL, "checks.py": CHECKED, "pipeline.py": step}
    assert decide_one(repository(files), "ci.data-validation").status is wanted


@pytest.mark.parametrize(
    ("prefix", "wanted"),
    [("raw/dataset-{TIMESTAMP}/", Status.MET), ("models/{TIMESTAMP}/", Status.MISSING), ("raw/dataset/", Status.MISSING)],
)  # fmt: skip
def test_folders_of_data_that_bear_the_time(repository: BuildRepository, prefix: str, wanted: Status) -> None:
    program = f"""\
from datetime import datetime
import boto3
import pandas as pd

TIMESTAMP = datetime.now().strftime("%Y%m%d_%H%M%S")
PREFIX = f"{prefix}"
pd.read_csv("docks.csv").to_csv("here.csv")
boto3.client("s3").upload_file("here.csv", "docks", PREFIX + "docks.csv")
"""
    assert decide_one(repository({**MODEL, "fetch.py": program}), "repro.data-versioning").status is wanted


DRAWN = "# Docks\n\n## Architecture\n\n```\nLaptop\n   |\n   v\n[Check] train.py\n   |\n   v\n[Train]\n   |\n   v\n[MLflow]\n```\n"


@pytest.mark.parametrize(("page", "wanted"), [(DRAWN, Status.MET), (DRAWN.replace("   |\n", ""), Status.MISSING)])
def test_a_drawing_of_lines_and_heads(repository: BuildRepository, page: str, wanted: Status) -> None:
    files = {**MODEL, "train.py": "import mlflow\n\nmlflow.start_run()\n", "README.md": page}
    assert decide_one(repository(files), "doc.diagram").status is wanted


@pytest.mark.parametrize(
    ("name", "wanted"),
    [("prefect_train.png", Status.MISSING), ("prefect_flow_runs.png", Status.MISSING), ("prefect_flow.png", Status.MET)],
)  # fmt: skip
def test_a_picture_named_after_a_tool_shows_a_page_of_it(
    repository: BuildRepository, name: str, wanted: Status
) -> None:
    page = f"# Docks\n\n## Flows\n\nIt runs each month.\n\n![Workflow for the training pipeline]({name})\n"
    assert decide_one(repository({**MODEL, "README.md": page, name: "x" * 1000}), "doc.diagram").status is wanted


@pytest.mark.parametrize(("address", "wanted"), [("http://localhost:9000", Status.MISSING), ("https://s3.amazonaws.com", Status.PARTIAL)])  # fmt: skip
def test_a_store_at_home_is_no_cloud(repository: BuildRepository, address: str, wanted: Status) -> None:
    files = {
        **MODEL,
        ".dvc/config": f"[core]\n    remote = store\n['remote \"store\"']\n    url = s3://docks/dvc\n    endpointurl = {address}\n",
        "docks.csv.dvc": "outs:\n- md5: d41d8cd98f00b204e9800998ecf8427e\n  path: docks.csv\n",
    }
    assert decide_one(repository(files), "e2e.cloud-deployment").status is wanted


def test_an_aim_among_objectives_is_no_result(repository: BuildRepository) -> None:
    train = "from sklearn.linear_model import LogisticRegression\nfrom sklearn.metrics import accuracy_score\n\nprint(accuracy_score([1], LogisticRegression().fit([[1], [0]], [1, 0]).predict([[1]])))\n"
    page = "# Docks\n\nKey objectives include achieving high model accuracy (85%).\n"
    files = {**MODEL, "train.py": train, "README.md": page}
    assert decide_one(repository(files), "doc.results").status is Status.MISSING
    files["README.md"] = page.replace("Key objectives include achieving high", "The model reaches a high")
    assert decide_one(repository(files), "doc.results").status is Status.MET


HANDLED = "from handler import lambda_handler\n\nprint(lambda_handler({'path': '/predict'}, {}))\n"


@pytest.mark.parametrize(
    ("path", "script", "wanted"),
    [
        ("test_lambda.py", HANDLED, Status.PARTIAL),
        ("try_lambda.py", HANDLED, Status.MISSING),
        ("test_lambda.py", HANDLED.replace("from handler", "from others"), Status.MISSING),
    ],
)
def test_a_script_that_has_a_handler_answer(
    repository: BuildRepository, path: str, script: str, wanted: Status
) -> None:
    handler = "import joblib\n\nmodel = joblib.load('models/docks.pkl')\n\ndef lambda_handler(event, context):\n    return model.predict([event])\n"
    assert decide_one(repository({**MODEL, "handler.py": handler, path: script}), "tests.integration").status is wanted


def test_a_page_on_issues_of_the_set_up(repository: BuildRepository) -> None:
    page = "# Solve setup issues\n\n" + "If `train.py` does not start, remove the environment and make it anew. " * 6
    files = {**MODEL, "README.md": "# Docks\n", "train.py": "print(1)\n", "docs/setup_issues.md": page}
    assert decide_one(repository(files), "doc.operations").status is Status.MET


def test_the_query_of_a_request_is_no_column(repository: BuildRepository) -> None:
    program = "from urllib.parse import urlencode\nimport pandas as pd\n\ndef ask(scope):\n    scope['query'] = urlencode({'a': 1})\n    return pd.DataFrame()\n\nask({})\n"
    assert decide_one(repository({**MODEL, "ask.py": program}), "e2e.feature-engineering").status is Status.MISSING


def test_a_shift_of_a_mean_is_no_drift(repository: BuildRepository) -> None:
    program = "from sklearn.cluster import {}\n\ndef estimate(points):\n    return {}().fit(points)\n\ndef look(method, points):\n    if method == '{}':\n        estimate(points)\n\nlook('', [[1]])\n"
    files = {**MODEL, "region.py": program.format("MeanShift", "MeanShift", "meanshift")}
    assert decide_one(repository(files), "mon.retraining").status is Status.MISSING


@pytest.mark.parametrize(("host", "wanted"), [("http://minio:9000", Status.MISSING), ("https://s3.eu-west-1.amazonaws.com", Status.PARTIAL)])  # fmt: skip
def test_a_client_that_asks_a_store_of_ones_own(repository: BuildRepository, host: str, wanted: Status) -> None:
    program = f"import boto3\n\nboto3.client('s3', endpoint_url='{host}').upload_file('a', 'b', 'c')\n"
    assert decide_one(repository({**MODEL, "save.py": program}), "e2e.cloud-deployment").status is wanted


def test_a_task_that_runs_others_is_a_task(repository: BuildRepository) -> None:
    tasks = "all:\n\tmake data && \\\n\tmake train\n\ndata:\n\tpython data.py\n\ntrain:\n\tpython train.py\n\nidle:\n\tmake nothing\n"
    decision = decide_one(repository({**MODEL, "Makefile": tasks}), "repro.automation")
    assert decision.summary == "3 tasks are automated with make"


PRINTS = "from steps import Trainer\n\ntrainer = Trainer()\ntrainer.run_training()\nprint('passed')\n"
STEP = "from sklearn.linear_model import Ridge\n\nclass Trainer:\n    def run_training(self):\n        return Ridge().fit([[1]], [1])\n"
RUN_TESTS = "on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - run: python -m tests.test_trainer\n"


@pytest.mark.parametrize(
    ("script", "ci", "together"),
    [
        (PRINTS, Status.PARTIAL, Status.PARTIAL),
        (PRINTS.replace("print('passed')", "assert trainer"), Status.MET, Status.MISSING),
        ("print('passed')\n", Status.PARTIAL, Status.MISSING),
    ],
)
def test_scripts_that_run_steps_and_assert_nothing(
    repository: BuildRepository, script: str, ci: Status, together: Status
) -> None:
    files = {**MODEL, "steps.py": STEP, "tests/test_trainer.py": script, ".github/workflows/ci.yml": RUN_TESTS}
    repo = repository(files)
    assert decide_one(repo, "ci.tests").status is ci
    assert decide_one(repo, "tests.integration").status is together


WATCHED = """\
from scipy.stats import ks_2samp

class DriftDetector:
    def detect(self, reference, current):
        return ks_2samp(reference, current).pvalue < 0.05
"""
TESTED = "from watch import DriftDetector\n\ndef test_drift():\n    assert not DriftDetector().detect([1, 2], [1, 2])\n"


@pytest.mark.parametrize(
    ("job", "wanted"),
    [("print('idle')\n", Status.PARTIAL), ("from watch import DriftDetector\n\nDriftDetector().detect([1], [2])\n", Status.MET)],
)  # fmt: skip
def test_what_only_tests_call_watches_nothing(repository: BuildRepository, job: str, wanted: Status) -> None:
    files = {**MODEL, "watch.py": WATCHED, "tests/test_watch.py": TESTED, "job.py": job}
    decision = decide_one(repository(files), "mon.drift")
    assert decision.status is wanted
    assert ("only tests call" in decision.summary) is (wanted is Status.PARTIAL)


TRAINER = "from sklearn.linear_model import Ridge\n\ndef train(rows):\n    return Ridge().fit(rows, rows)\n"
UNIT = "from trainer import train\n\ndef test_training():\n    assert train([[1], [2]])\n"
PYTEST = "on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - run: pytest\n"


@pytest.mark.parametrize(
    ("test", "wanted"),
    [
        (UNIT, Status.PARTIAL),
        (UNIT.replace("test_training()", "test_training(monkeypatch)"), Status.MISSING),
        (UNIT.replace("test_training", "test_numbers"), Status.MISSING),
    ],
)
def test_a_test_of_training_trains_in_ci(repository: BuildRepository, test: str, wanted: Status) -> None:
    files = {**MODEL, "trainer.py": TRAINER, "tests/test_it.py": test, ".github/workflows/ci.yml": PYTEST}
    assert decide_one(repository(files), "ci.training").status is wanted


@pytest.mark.parametrize(("many", "wanted"), [(8, Status.MET), (1, Status.MISSING)])
def test_a_report_in_the_form_of_questions(repository: BuildRepository, many: int, wanted: Status) -> None:
    answer = "In `train.py` the runs took hours, so we keep the features of docks and read them again. " * many
    page = f"# Report\n\n### Question 26\n\n> Discuss the overall struggles of the project.\n\n> Answer:\n\n{answer}\n"
    files = {**MODEL, "README.md": "# Docks\n", "train.py": "print(1)\n", "reports/README.md": page}
    assert decide_one(repository(files), "doc.writeup").status is wanted
