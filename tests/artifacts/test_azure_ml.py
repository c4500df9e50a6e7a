"""Files of Azure Machine Learning's command line."""

from __future__ import annotations

from analyzer.artifacts.azure_ml import parse_azure_ml
from analyzer.findings import Status
from analyzer.queries.schedules import starts_training
from analyzer.technologies import find_technologies
from tests.conftest import BuildRepository, decide_one

SCHEMA = "$schema: https://azuremlschemas.azureedge.net/latest/{}.schema.json\n"
PIPELINE = (
    SCHEMA.format("pipelineJob")
    + """\
type: pipeline
experiment_name: docks
jobs:
  prepare:
    code: ../src
    command: >-
      python prepare.py --raw ${{inputs.raw}}
  fit:
    component:
      command: python -u src/train.py --out ${{outputs.model}}
  tell: {type: command, component: azureml:tell@latest}
"""
)
SCHEDULE = (
    SCHEMA.format("schedule")
    + """\
name: weekly
trigger: {type: cron, expression: "0 7 * * 1"}
create_job: ./pipeline.yml
"""
)
DEPLOYMENT = SCHEMA.format("managedOnlineDeployment") + "name: blue\nmodel: azureml:docks@latest\n"
TRAIN = "from sklearn.linear_model import LinearRegression\n\nLinearRegression().fit([[1]], [1])\n"
PROJECT = {
    "mlops/pipeline.yml": PIPELINE,
    "mlops/schedule.yml": SCHEDULE,
    "mlops/online.yml": DEPLOYMENT,
    "src/prepare.py": "print('ready')\n",
    "src/train.py": TRAIN,
}


def test_steps_are_the_programs_of_the_jobs() -> None:
    file = parse_azure_ml("mlops/pipeline.yml", PIPELINE)
    assert (file.kind, file.line, file.serves) == ("pipelineJob", 1, False)
    assert file.workflow
    assert (file.workflow.name, file.workflow.steps, file.workflow.line) == ("docks", ("prepare", "train", "tell"), 5)


def test_a_schedule_starts_the_pipeline_of_its_job(repository: BuildRepository) -> None:
    repo = repository(PROJECT)
    assert [(item.place.path, item.place.line) for item in starts_training(repo)] == [("mlops/schedule.yml", 3)]


def test_what_is_no_file_of_azure(repository: BuildRepository) -> None:
    assert parse_azure_ml("a.yml", "name: docks\n").kind == ""
    assert parse_azure_ml("a.yml", "").workflow is None
    assert repository({"a.yml": "name: docks\njobs: {a: {command: python a.py}}\n"}).azure_ml == ()


def test_rules_know_them(repository: BuildRepository) -> None:
    repo = repository(PROJECT)
    for criterion in ("e2e.pipeline", "e2e.serving", "e2e.cloud-deployment", "e2e.training", "mon.retraining"):
        assert decide_one(repo, criterion).status is Status.MET, criterion
    assert "azure-ml" in {item.id for item in find_technologies(repo)}
