"""Copies that are set up, modules that nobody calls, choices between models, and what a tracker's callback records."""

from __future__ import annotations

import pytest

from analyzer.findings import Status
from analyzer.queries.kept import provisioned_copies
from tests.conftest import BuildRepository, decided
from tests.rules.docks import TITLE, TRAIN

# -- models ------------------------------------------------------------------------------------------------------

GATE = """\
from mlflow import MlflowClient

client = MlflowClient()


def promote(version):
    best_rmse = client.search_runs(["1"])[0].data.metrics["rmse"]
    prod_rmse = client.get_run("7").data.metrics["rmse"]
    if best_rmse < prod_rmse:
        chosen = "Production"
    else:
        chosen = "Archived"
    client.transition_model_version_stage({handed})


promote(3)
"""


@pytest.mark.parametrize(
    ("handed", "wanted"),
    [
        ('"docks", version, chosen', Status.MET),
        ('name="docks", version=version, stage=chosen', Status.MET),
        ('name=chosen, version=version, stage="Production"', Status.PARTIAL),
    ],
)
def test_a_comparison_may_choose_the_stage(repository: BuildRepository, handed: str, wanted: Status) -> None:
    files = {"promote.py": GATE.format(handed=handed), "train.py": TRAIN}
    assert decided(repository, "ci.model-gate", files).status is wanted


def test_the_best_of_a_loop_is_no_gate(repository: BuildRepository) -> None:
    code = GATE.format(handed='"docks", version, chosen').replace(
        'best_rmse = client.search_runs(["1"])[0].data.metrics["rmse"]', "best_rmse = 9.0"
    )
    files = {"promote.py": code.replace("prod_rmse", "this_rmse"), "train.py": TRAIN}
    assert decided(repository, "ci.model-gate", files).status is not Status.MET


@pytest.mark.parametrize(
    ("made", "wanted"),
    [
        ('wandb.Artifact("docks", "model")', Status.MET),
        ('wandb.Artifact("docks", type="model")', Status.MET),
        ('wandb.Artifact("docks", "dataset")', Status.PARTIAL),
    ],
)
def test_the_type_of_an_artifact_may_stand_second(repository: BuildRepository, made: str, wanted: Status) -> None:
    code = f"import wandb\n{TRAIN}\nwandb.init()\nartifact = {made}\nartifact.add_file('docks.pkl')\nwandb.log_artifact(artifact)\n"
    assert decided(repository, "e2e.model-registry", {"train.py": code}).status is wanted


@pytest.mark.parametrize(
    "code",
    [
        f"import wandb\nfrom wandb.catboost import WandbCallback\n{TRAIN}\nwandb.init()\nmodel.fit([[1]], callbacks=[WandbCallback()])\n",
        f"import neptune\n{TRAIN}\nmodel = neptune.init_model(name='docks', key='D')\nmodel['rmse'].log(1)\n",
    ],
)
def test_callbacks_and_entries_of_a_tracker_record(repository: BuildRepository, code: str) -> None:
    assert decided(repository, "e2e.experiment-tracking", {"train.py": code}).status is Status.MET


@pytest.mark.parametrize(
    ("command", "wanted"),
    [
        ('python -c "from tests import unit_docks; unit_docks.test_high()"', "2 unit tests with assertions"),
        ('python -c "import docks; docks.high()"', "no runner collects"),
    ],
)
def test_a_test_that_a_command_calls_runs(repository: BuildRepository, command: str, wanted: str) -> None:
    tests = "from docks import high\n\n\ndef test_high():\n    assert high() == 1\n\n\ndef test_low():\n    assert high() != 0\n"
    files = {
        "docks.py": "def high():\n    return 1\n",
        "tests/unit_docks.py": tests,
        "tests/run.sh": f"#!/bin/bash\n{command}\n",
    }
    assert wanted in decided(repository, "tests.unit", files).summary


# -- monitoring and infrastructure -------------------------------------------------------------------------------

DASHBOARD = '{"panels": [{"targets": [{"expr": "up"}]}], "schemaVersion": 30}'


@pytest.mark.parametrize(
    ("volume", "found"), [("./boards:/boards", True), ("./other:/boards", False), ("boards:/boards", False)]
)
def test_a_copied_dashboard_counts_in_half_where_it_is_set_up(
    repository: BuildRepository, volume: str, *, found: bool
) -> None:
    files = {
        "boards/docks.json": DASHBOARD,
        "compose.yaml": f"services:\n  grafana:\n    image: grafana/grafana\n    volumes:\n      - {volume}\n",
    }
    repo = repository(files)
    repo.inventory = repo.inventory.without({"boards/docks.json": "a template"})
    assert [place.path for place in provisioned_copies(repo)] == (["boards/docks.json"] if found else [])


@pytest.mark.parametrize(("called", "wanted"), [("watch", Status.MET), ("net", Status.MISSING)])
def test_modules_that_nobody_calls_beside_others_set_nothing_up(
    repository: BuildRepository, called: str, wanted: Status
) -> None:
    files = {
        "infra/main.tf": f'module "one" {{\n  source = "./modules/{called}"\n}}\n',
        "infra/modules/watch/main.tf": 'resource "aws_cloudwatch_dashboard" "docks" {\n  dashboard_name = "docks"\n}\n',
        "infra/modules/net/main.tf": 'resource "aws_vpc" "docks" {\n  cidr_block = "10.0.0.0/16"\n}\n',
    }
    assert decided(repository, "mon.dashboard", files).status is wanted


def test_a_table_of_metrics_may_be_written_elsewhere(repository: BuildRepository) -> None:
    files = {
        "drift.py": (
            "from evidently.metric_preset import DataDriftPreset\nfrom evidently.report import Report\nfrom store import keep\n\n"
            "report = Report(metrics=[DataDriftPreset()])\nreport.run(reference_data=old, current_data=new)\nkeep(report.as_dict())\n"
        ),
        "store.py": "import pandas as pd\n\n\ndef keep(rows):\n    pd.DataFrame(rows).to_sql('drift_metrics', con=ENGINE)\n",
        "train.py": TRAIN,
    }
    assert decided(repository, "mon.metrics", files).status is Status.MET
    files["store.py"] = files["store.py"].replace("drift_metrics", "ships")
    assert decided(repository, "mon.metrics", files).status is not Status.MET


# -- pages -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("content", "wanted"), [("...mxfile...", Status.MET), ("...", Status.MISSING)])
def test_a_picture_may_hold_its_drawing(repository: BuildRepository, content: str, wanted: Status) -> None:
    files = {"README.md": TITLE, "docs/parts.drawio.png": content, "docks.py": "x = 1\n"}
    assert decided(repository, "doc.diagram", files).status is wanted


@pytest.mark.parametrize(
    ("heading", "text", "wanted"),
    [
        ("Overview", "Every day Prefect runs the predictions, which are stored in a bucket, and MLflow keeps the models.", Status.PARTIAL),
        ("Overview", "Every day Prefect runs the predictions, which are stored in a harbour, and a clerk keeps the books of all.", Status.MISSING),
        ("Overview", "Every day the ships are counted, which are stored in a harbour, and a clerk keeps the books of all.", Status.MISSING),
    ],
)  # fmt: skip
def test_an_overview_may_tell_what_does_what(
    repository: BuildRepository, heading: str, text: str, wanted: Status
) -> None:
    files = {
        "README.md": f"{TITLE}## {heading}\n\n{text} {text} {text}\n",
        "flow.py": "import mlflow\nfrom prefect import flow\n\n\n@flow\ndef main():\n    mlflow.log_param('a', 1)\n\n\nmain()\n",
    }
    assert decided(repository, "doc.architecture", files).status is wanted


@pytest.mark.parametrize(("steps", "unfinished"), [(5, False), (2, True)])
def test_a_remark_among_many_commands_leaves_the_steps_finished(
    repository: BuildRepository, steps: int, *, unfinished: bool
) -> None:
    typed = "".join(f"Step {number}:\n\n```bash\npython train.py {number}\n```\n\n" for number in range(steps))
    page = f"{TITLE}## Set-up\n\n```bash\npip install -r requirements.txt\n```\n\n{typed}The flow that watches is not done.\n"
    found = decided(
        repository, "doc.setup", {"README.md": page, "train.py": TRAIN, "requirements.txt": "scikit-learn\n"}
    )
    assert ("unfinished" in found.summary) is unfinished
