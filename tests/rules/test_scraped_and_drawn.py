"""Metrics that are scraped, told to a next task or estimated, addresses in headings, and drawings of boxes."""

from __future__ import annotations

import pytest

from analyzer.findings import Status
from tests.conftest import BuildRepository, decided
from tests.rules.docks import API, TITLE, TRAIN

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


@pytest.mark.parametrize(("times", "wanted"), [(70, Status.PARTIAL), (10, Status.MISSING)])
def test_one_long_page_is_half_of_a_write_up(repository: BuildRepository, times: int, wanted: Status) -> None:
    page = "# Design of the docks\n\n" + "The waits of ships are read from `app.py` by the docks.\n\n" * times
    files = {"README.md": TITLE, "docs/design.md": page, "app.py": API, "train.py": TRAIN}
    assert decided(repository, "doc.writeup", files).status is wanted
