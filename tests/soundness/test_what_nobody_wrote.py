"""Files and tasks that nobody made, tests that nothing calls, and what can be reached through broken modules alone."""

from __future__ import annotations

import pytest

from analyzer.findings import Status
from analyzer.soundness import find_defects
from tests.conftest import BuildRepository, decided, judged

FIT = "from sklearn.linear_model import Ridge\nRidge().fit([[1]], [1])\n"


def told(repository: BuildRepository, kind: str, files: dict[str, str]) -> list[tuple[int, str]]:
    defects, problems = find_defects(repository(files))
    assert problems == ()
    return [(item.line, item.sentence) for item in defects if item.kind == kind]


MACHINE = 'resource "aws_instance" "docks" {{\n  ami       = "ami-1"\n  user_data = {data}\n}}\n'
READS = 'templatefile("${path.module}/install.sh", {})'


@pytest.mark.parametrize(
    ("data", "beside"),
    [
        (READS, {}),
        ('file("./install.sh")', {}),
        (READS, {"infra/other.sh": "echo\n", "infra/.gitignore": "*.pem\n"}),
    ],
)
def test_terraform_reads_what_nobody_wrote(repository: BuildRepository, data: str, beside: dict[str, str]) -> None:
    files = {"infra/main.tf": MACHINE.format(data=data), **beside}
    name = data.partition("(")[0]
    sentence = f"{name} reads infra/install.sh, which is no file of the repository"
    assert told(repository, "terraform-reference", files) == [(3, sentence)]
    assert judged(repository, "iac.provisioning", files).status is Status.PARTIAL


@pytest.mark.parametrize(
    ("data", "beside"),
    [
        (READS, {"infra/install.sh": "echo\n"}),
        (READS, {"infra/.gitignore": "install.sh\n"}),
        (READS, {"infra/install.sh.tpl": "echo\n"}),
        (READS, {"Makefile": "up:\n\techo done > infra/install.sh\n"}),
        (READS, {"infra/files.tf": 'resource "local_file" "x" {\n  filename = "${path.module}/install.sh"\n  content = "x"\n}\n'}),
        ('file("${path.module}/key.pem")', {}),
        ('file("${path.module}/../../install.sh")', {}),
        ('fileexists("${path.module}/install.sh") ? file("${path.module}/install.sh") : ""', {}),
        (f'"x" # {READS}', {}),
        ('<<EOT\nfile("./install.sh")\nEOT', {}),
    ],
)  # fmt: skip
def test_terraform_reads_what_is_there_or_may_be(
    repository: BuildRepository, data: str, beside: dict[str, str]
) -> None:
    assert told(repository, "terraform-reference", {"infra/main.tf": MACHINE.format(data=data), **beside}) == []


def test_a_line_that_is_a_comment_reads_nothing(repository: BuildRepository) -> None:
    files = {"infra/main.tf": f"{MACHINE.format(data=chr(34) + 'x' + chr(34))}# data = {READS}\n// {READS}\n"}
    assert told(repository, "terraform-reference", files) == []


DAG = """\
from airflow import DAG
from airflow.operators.python import BranchPythonOperator, PythonOperator

def choose():
    def inner():
        return "elsewhere"
    if inner():
        return {found}
    if inner() == 2:
        return {found}
    return ["skip_it"]

def fit():
    from sklearn.linear_model import Ridge
    Ridge().fit([[1]], [1])

with DAG("docks", schedule="@daily"):
    first = BranchPythonOperator(task_id="choose", python_callable=choose)
    second = PythonOperator(task_id={task}, python_callable=fit)
    third = PythonOperator(task_id="skip_it", python_callable=print)
    first >> [second, third]
"""


def test_a_branch_leads_to_a_task_that_is_not_there(repository: BuildRepository) -> None:
    files = {"dags/docks.py": DAG.format(found='"fit_it"', task='"fit_docks"')}
    assert told(repository, "missing-task", files) == [
        (8, "a branch leads to fit_it, and no task of the DAG has this name")
    ]
    assert judged(repository, "mon.retraining", files).status is Status.PARTIAL
    assert decided(repository, "mon.retraining", files).status is Status.MET


@pytest.mark.parametrize(
    ("found", "task"),
    [('"fit_docks"', '"fit_docks"'), ('"group.fit_docks"', '"fit_docks"'), ('"fit_it"', 'f"fit_{number}"'), ("name", '"fit_docks"')],
)  # fmt: skip
def test_a_branch_leads_to_what_may_be_there(repository: BuildRepository, found: str, task: str) -> None:
    assert told(repository, "missing-task", {"dags/docks.py": DAG.format(found=found, task=task)}) == []


DECORATED = """\
from airflow.decorators import dag, task

@task.branch
def choose():
    return "{found}"

@task
def fit_docks():
    pass

@dag(schedule="@daily")
def docks():
    choose() >> fit_docks()

docks()
"""


@pytest.mark.parametrize(("found", "count"), [("fit_docks", 0), ("fit_it", 1)])
def test_decorated_branches(repository: BuildRepository, found: str, count: int) -> None:
    assert len(told(repository, "missing-task", {"dags/docks.py": DECORATED.format(found=found)})) == count


ASKS = """\
import requests

def test_answer():
    assert requests.post("http://localhost:9696/predict", json={}).ok
"""
RUNS = "tries:\n\tdocker compose up -d\n\tpython integration/test_docks.py\n"


@pytest.mark.parametrize(
    ("code", "makefile", "count"),
    [
        (ASKS, RUNS, 1),
        (ASKS, f"{RUNS}unit:\n\tpytest tests/\n", 1),
        (ASKS, f"{RUNS}unit:\n\tpytest\n", 0),
        (ASKS, f"{RUNS}unit:\n\tpytest integration\n", 0),
        (ASKS, f"{RUNS}unit:\n\tpython -m pytest integration/test_docks.py::test_answer\n", 0),
        (f"{ASKS}\ntest_answer()\n", RUNS, 0),
        (f"{ASKS}\nif __name__ == '__main__':\n    test_answer()\n", RUNS, 0),
        (f"import pytest\n{ASKS}\npytest.main([__file__])\n", RUNS, 0),
        (ASKS, "tries:\n\tdocker compose up -d\n", 0),
    ],
)
def test_a_script_of_tests_that_calls_none(repository: BuildRepository, code: str, makefile: str, count: int) -> None:
    files = {"integration/test_docks.py": code, "Makefile": makefile}
    found = told(repository, "uncollected-tests", files)
    assert len(found) == count
    if found:
        line = 1 + code.split("\n").index("def test_answer():")
        assert found[0] == (
            line,
            "test_docks.py is run with python, which calls none of its tests: test_answer never runs",
        )


IMAGE = 'FROM python:3.12\nCOPY Pipfile Pipfile.lock ./\nRUN pipenv install --system\nCOPY app.py .\nCMD ["python", "app.py"]\n'


@pytest.mark.parametrize(
    ("makefile", "count"),
    [("lock:\n\tpipenv lock\n", 0), ("up:\n\tdocker build .\n", 1), ("lock:\n\tpoetry lock\n", 1)],
)
def test_a_lock_that_a_task_makes(repository: BuildRepository, makefile: str, count: int) -> None:
    files = {"Dockerfile": IMAGE, "Pipfile": "[packages]\n", "app.py": "print(1)\n", ".gitignore": "Pipfile.lock\n"}
    assert len(told(repository, "missing-copy", {**files, "Makefile": makefile})) == count


LATE = "import mlflow\n\ndef fit():\n    import broken\n    mlflow.log_metric('auc', 0.9)\n    mlflow.log_param('c', 1)\n\nfit()\n"
EARLY = LATE.replace("    import broken\n", "").replace("    mlflow.log_param('c', 1)\n", "    mlflow.log_param('c', 1)\n    import broken\n")  # fmt: skip


@pytest.mark.parametrize(("code", "wanted"), [(LATE, Status.PARTIAL), (EARLY, Status.MET)])
def test_a_function_that_imports_what_is_broken_stops_there(
    repository: BuildRepository, code: str, wanted: Status
) -> None:
    files = {"main.py": code, "broken.py": "def broken(:\n", "train.py": FIT, "Makefile": "fit:\n\tpython main.py\n"}
    assert judged(repository, "e2e.experiment-tracking", files).status is wanted


TRACKS = "import mlflow\n\ndef keep():\n    mlflow.log_metric('auc', 0.9)\n    mlflow.log_param('c', 1)\n"


@pytest.mark.parametrize(
    ("beside", "wanted"),
    [
        ({}, Status.PARTIAL),
        ({"other.py": "from tracks import keep\nkeep()\n"}, Status.MET),
        ({"Makefile": "keep:\n\tpython -c 'import tracks; tracks.keep()'\n"}, Status.MET),
        ({"tests/test_tracks.py": "from tracks import keep\n\ndef test_keep():\n    assert keep() is None\n"}, Status.PARTIAL),
    ],
)  # fmt: skip
def test_what_only_a_broken_module_imports(repository: BuildRepository, beside: dict[str, str], wanted: Status) -> None:
    files = {"main.py": "import broken\nfrom tracks import keep\nkeep()\n", "tracks.py": TRACKS, "train.py": FIT}
    assert (
        judged(repository, "e2e.experiment-tracking", {**files, "broken.py": "def broken(:\n", **beside}).status
        is wanted
    )


SCRIPT = (
    'docker compose up -d\npython ../train.py\nCOUNT=$(ls out | wc -l)\nif [ "$COUNT" -eq 3 ]; then\n  echo fine\nelse\n'
    "  exit 1\nfi\n"
)
COMPOSE = "services:\n  store:\n    image: minio/minio\n"


@pytest.mark.parametrize(
    ("script", "wanted"),
    [(SCRIPT, Status.MET), (SCRIPT.replace("  exit 1\n", "  echo bad\n"), Status.MISSING), (SCRIPT.replace("python ../train.py\n", ""), Status.MISSING)],
)  # fmt: skip
def test_a_script_fails_by_what_comes_of_the_project(repository: BuildRepository, script: str, wanted: Status) -> None:
    ci = "on: push\njobs:\n  try:\n    runs-on: x\n    steps:\n      - working-directory: integration_tests\n        run: bash run.sh\n"
    files = {
        "integration_tests/run.sh": script,
        "integration_tests/docker-compose.yml": COMPOSE,
        "train.py": FIT,
        ".github/workflows/ci.yml": ci,
    }
    assert decided(repository, "tests.integration", files).status is wanted
    if "train.py" in script:
        assert decided(repository, "ci.training", files).status is Status.PARTIAL


REGISTRY = (
    "import mlflow\n{more}\ndef test_answer({given}):\n    model = mlflow.sklearn.load_model('models:/docks/1')\n"
    "    assert len(model.predict([[1]])) == 1\n"
)


@pytest.mark.parametrize(
    ("folder", "more", "given", "wanted"),
    [
        ("tests/integration", "", "", Status.MET),
        ("tests/e2e", "", "", Status.PARTIAL),
        ("tests/integration", "", "monkeypatch", Status.PARTIAL),
        ("tests/integration", "from unittest import mock\n", "", Status.PARTIAL),
    ],
)
def test_a_model_of_a_registry_that_must_run(
    repository: BuildRepository, folder: str, more: str, given: str, wanted: Status
) -> None:
    files = {f"{folder}/test_docks.py": REGISTRY.format(more=more, given=given), "train.py": FIT}
    assert decided(repository, "tests.integration", files).status is wanted
