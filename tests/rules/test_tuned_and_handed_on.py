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
