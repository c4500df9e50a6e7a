"""Pipelines where their system does not look, schedules in manifests, tests of whole flows, links that lead elsewhere."""

from __future__ import annotations

import pytest

from analyzer.artifacts.orchestration import parse_prefect
from analyzer.findings import Status
from tests.conftest import BuildRepository, decide_one

GITLAB = "check:\n  script:\n    - ruff check .\n    - pytest\n"
CIRCLE = "version: 2.1\njobs:\n  check:\n    docker: [{image: 'cimg/python:3.12'}]\n    steps:\n      - checkout\n      - run: ruff check .\n      - run: pytest\nworkflows:\n  all:\n    jobs: [check]\n"


@pytest.mark.parametrize(
    ("path", "text", "system"), [(".gitlab-ci.yml", GITLAB, "GitLab"), (".circleci/config.yml", CIRCLE, "CircleCI")]
)
def test_a_pipeline_within_a_folder_is_read_by_nobody(
    repository: BuildRepository, path: str, text: str, system: str
) -> None:
    files = {"tides/test_a.py": "def test_a():\n    assert 1 + 1 == 2\n", "tides/README.md": "# Tides\n"}
    assert decide_one(repository({path: text, **files}), "ci.pipeline").status is Status.MET
    within = repository({f"tides/{path}": text, **files}, subdir="tides")
    for criterion in ("ci.pipeline", "ci.lint"):
        decision = decide_one(within, criterion)
        assert decision.status is Status.PARTIAL
        assert f"{system} does not look" in decision.summary


MANIFEST = (
    "name: nightly\nwork_queue_name: default\nschedule:\n  cron: 0 5 * * *\nis_schedule_active: true\n"
    "flow_name: training\nentrypoint: flows/train.py:main\n"
)
FLOW = (
    "from prefect import flow\nfrom sklearn.svm import SVC\n\n\n@flow\ndef main():\n    SVC().fit([[1]], [1])\n\n\n"
    "if __name__ == '__main__':\n    main()\n"
)
APPLIES = "# Tides\n\n```sh\nprefect deployment apply main-deployment.yaml\n```\n"


def test_a_manifest_of_prefect_is_a_deployment() -> None:
    [found] = parse_prefect("main-deployment.yaml", MANIFEST)
    assert (found.name, found.schedule, found.active, found.entrypoint) == (
        "nightly", "0 5 * * *", True, "flows/train.py:main",
    )  # fmt: skip
    [off] = parse_prefect("main-deployment.yaml", MANIFEST.replace("active: true", "active: false"))
    assert not off.active


@pytest.mark.parametrize(
    ("manifest", "readme", "wanted"),
    [
        (MANIFEST, APPLIES, Status.MET),
        (MANIFEST, "# Tides\n\n```sh\nprefect deployment build flows/train.py:main -n nightly -a\n```\n", Status.MET),
        (MANIFEST, "# Tides\n", Status.PARTIAL),
        (MANIFEST.replace("active: true", "active: false"), APPLIES, Status.PARTIAL),
        (MANIFEST.replace("schedule:\n  cron: 0 5 * * *\n", "schedule: null\n"), APPLIES, Status.MISSING),
    ],
)
def test_a_manifest_trains_on_its_schedule(
    repository: BuildRepository, manifest: str, readme: str, wanted: Status
) -> None:
    files = {"main-deployment.yaml": manifest, "flows/train.py": FLOW, "README.md": readme}
    assert decide_one(repository(files), "mon.retraining").status is wanted


FLOW_OF_DATA = (
    "import pandas as pd\nfrom prefect import flow, task\nfrom sklearn.svm import SVC\n\n\n"
    "@task\ndef rows(path):\n    return pd.read_csv(path)\n\n\n@flow\ndef train(path):\n"
    "    frame = rows(path)\n    return SVC().fit(frame[['a']], frame['b'])\n"
)


@pytest.mark.parametrize(
    ("head", "flow", "wanted"),
    [
        ("", FLOW_OF_DATA, Status.MET),
        ("from unittest.mock import patch\n", FLOW_OF_DATA, Status.MISSING),
        ("", FLOW_OF_DATA.replace("@flow\n", ""), Status.MISSING),
        ("", FLOW_OF_DATA.replace("pd.read_csv(path)", "path"), Status.MISSING),
    ],
)
def test_a_test_that_runs_a_flow_runs_the_pipeline(
    repository: BuildRepository, head: str, flow: str, wanted: Status
) -> None:
    test = f"{head}from train import train\n\n\ndef test_model(tmp_path):\n    assert train(tmp_path / 'rows.csv') is not None\n"
    decision = decide_one(repository({"train.py": flow, "tests/test_train.py": test}), "tests.integration")
    assert decision.status is wanted
    if wanted is Status.MET:
        assert decision.summary == "A test runs the pipeline from its data to its model"


def test_training_by_the_function_of_a_library(repository: BuildRepository) -> None:
    code = "from spacy.cli.train import train\n\ntrain('config.cfg', 'models')\n"
    files = {"train.py": code, "README.md": "# Tides\n\n`python train.py`\n"}
    assert decide_one(repository(files), "e2e.training").status is Status.MET


@pytest.mark.parametrize(
    ("sentence", "wanted"),
    [
        ("The project page: [tides](https://tides.github.io/forecast/).", Status.MET),
        ("Trained on the dataset of [tides 2023](https://tides-2023.github.io/).", Status.MISSING),
    ],
)
def test_the_page_of_a_data_set_is_no_page_of_the_project(
    repository: BuildRepository, sentence: str, wanted: Status
) -> None:
    readme = f"# Forecast of tides\n\nA forecast of tides.\n\n{sentence}\n"
    assert decide_one(repository({"README.md": readme}), "doc.site").status is wanted


@pytest.mark.parametrize(
    ("names", "wanted"),
    [(("docs/drift.md", "docs/model.md"), Status.PARTIAL), (("docs/setup.md", "docs/install-gcp.md"), Status.MISSING)],
)
def test_pages_on_installing_tell_of_no_work(
    repository: BuildRepository, names: tuple[str, ...], wanted: Status
) -> None:
    page = "# Tracking server\n\n" + "Install MLflow on the machine that all can reach, and open its port. " * 10
    train = "import mlflow\n\nmlflow.log_param('depth', 1)\n"
    files = {"README.md": "# Tides\n", "train.py": train, **dict.fromkeys(names, page)}
    assert decide_one(repository(files), "doc.writeup").status is wanted
