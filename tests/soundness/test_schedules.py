"""Schedules of Prefect that start a flow which cannot run."""

from __future__ import annotations

import pytest

from analyzer.findings import Status
from analyzer.soundness import find_defects
from tests.conftest import BuildRepository, judged

FLOW = """\
from prefect import flow
from sklearn.linear_model import Ridge

@flow
def train_docks(data: str, trials: int = 3):
    return Ridge().fit([[data]], [trials])
"""
SPEC = """\
from prefect.deployments import DeploymentSpec
from prefect.orion.schemas.schedules import CronSchedule
from train import train_docks

DeploymentSpec(
    flow=train_docks,
    name="docks",
    schedule=CronSchedule(cron="0 2 15 * *"),
)
"""
BUILT = """\
from datetime import timedelta
from prefect.deployments import Deployment
from prefect.orion.schemas.schedules import IntervalSchedule
from train import train_docks

Deployment.build_from_flow(
    flow=train_docks("docks.csv"),
    name="docks",
    schedule=IntervalSchedule(interval=timedelta(days=7)),
).apply()
"""
FILES = {"train.py": FLOW, "requirements.txt": "prefect==2.10.8\nscikit-learn==1.2.2\n"}


def told(repository: BuildRepository, deployment: str, **files: str) -> list[tuple[int, str]]:
    defects, problems = find_defects(repository({**FILES, **files, "deploy.py": deployment}))
    assert problems == ()
    return [(item.line, item.sentence) for item in defects if item.kind == "schedule-start"]


def test_a_flow_that_needs_what_nothing_gives(repository: BuildRepository) -> None:
    (found,) = told(repository, SPEC)
    assert found == (8, "the schedule starts train_docks without data, and nothing else gives a value")


def test_the_answer_of_a_flow_is_no_flow(repository: BuildRepository) -> None:
    (found,) = told(repository, BUILT)
    assert found == (9, "the schedule is given what train_docks answers and not the flow, which runs here and now")


def test_a_flow_that_is_served(repository: BuildRepository) -> None:
    served = 'from train import train_docks\n\ntrain_docks.serve(name="docks", cron="0 2 * * *")\n'
    (found,) = told(repository, served)
    assert found[0] == 3
    assert told(repository, served.replace("cron", 'parameters={"data": "docks.csv"}, cron')) == []


@pytest.mark.parametrize(
    "deployment",
    [
        SPEC.replace("name=", 'parameters={"data": "docks.csv"}, name='),
        SPEC.replace('    schedule=CronSchedule(cron="0 2 15 * *"),\n', ""),
        SPEC.replace("from train import train_docks", "from others import train_docks"),
        BUILT.replace('train_docks("docks.csv")', "train_docks").replace("name=", 'parameters={"data": "x"}, name='),
    ],
)  # fmt: skip
def test_where_it_would_run_or_cannot_be_told(repository: BuildRepository, deployment: str) -> None:
    assert told(repository, deployment) == []


def test_with_defaults_for_all(repository: BuildRepository) -> None:
    assert told(repository, SPEC, **{"train.py": FLOW.replace("data: str", 'data: str = "docks.csv"')}) == []


APPLIED = BUILT.replace('train_docks("docks.csv")', "train_docks")


def test_retraining_that_would_not_run(repository: BuildRepository) -> None:
    decision = judged(repository, "mon.retraining", {**FILES, "deploy.py": APPLIED})
    assert decision.status is Status.PARTIAL
    assert "without data" in decision.summary
    sound = APPLIED.replace("name=", 'parameters={"data": "docks.csv"}, name=')
    assert judged(repository, "mon.retraining", {**FILES, "deploy.py": sound}).status is Status.MET


def test_several_that_are_needed(repository: BuildRepository) -> None:
    many = FLOW.replace("data: str", "data, rows, seed, kind")
    (found,) = told(repository, SPEC, **{"train.py": many})
    assert found[1] == "the schedule starts train_docks without data, rows and seed, and nothing else gives a value"
