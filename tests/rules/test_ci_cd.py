"""What CI does, and which tests are tests, in small repositories."""

from __future__ import annotations

import pytest

from analyzer.findings import Status
from tests.conftest import BuildRepository, decide_one

WORKFLOW = "on: {on}\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - run: {run}\n"
IMAGE = {"Dockerfile": "FROM python\n"}
TEST = {
    "calc.py": "def add(a, b):\n    return a + b\n",
    "tests/test_calc.py": "from calc import add\n\ndef test_add():\n    assert add(1, 2) == 3\n\ndef test_zero():\n    assert add(0, 0) == 0\n",
}


MODEL = {"models/docks.pkl": "x"}
"""Makes a repository one with a model, whatever else it shows."""


def status(repository: BuildRepository, criterion: str, files: dict[str, str]) -> Status:
    return decide_one(repository({**MODEL, **files}), criterion).status


def workflow(run: str, on: str = "push", path: str = ".github/workflows/ci.yml") -> dict[str, str]:
    return {path: WORKFLOW.format(on=on, run=run)}


@pytest.mark.parametrize(
    ("files", "wanted"),
    [
        (workflow("ruff check ."), Status.MET),
        (workflow("ruff check .", on="workflow_dispatch"), Status.PARTIAL),
        (workflow("ruff check .", path="app/.github/workflows/ci.yml"), Status.PARTIAL),
        ({".github/workflows/ci.yml": "# on: push\n# jobs:\n"}, Status.PARTIAL),
        ({}, Status.MISSING),
    ],
)
def test_pipeline(repository: BuildRepository, files: dict[str, str], wanted: Status) -> None:
    assert status(repository, "ci.pipeline", files) is wanted


@pytest.mark.parametrize(
    ("run", "wanted"), [("pytest", Status.MET), ("pytest || true", Status.PARTIAL), ("echo pytest", Status.MISSING)]
)
def test_ci_runs_tests(repository: BuildRepository, run: str, wanted: Status) -> None:
    assert status(repository, "ci.tests", {**TEST, **workflow(run)}) is wanted


def test_a_linter_that_succeeds_whatever_it_finds_is_partial(repository: BuildRepository) -> None:
    assert status(repository, "ci.lint", workflow("flake8 . --exit-zero")) is Status.PARTIAL
    both = workflow("flake8 . --select=E9 && flake8 . --exit-zero")
    assert status(repository, "ci.lint", both) is Status.MET


@pytest.mark.parametrize(("run", "wanted"), [("pre-commit install", Status.MISSING), ("pre-commit run", Status.MET)])
def test_hooks_check_when_they_run(repository: BuildRepository, run: str, wanted: Status) -> None:
    hooks = {".pre-commit-config.yaml": "repos:\n- repo: a\n  hooks:\n  - id: black\n"}
    assert status(repository, "ci.lint", {**hooks, **workflow(run)}) is wanted


def test_local_hooks_are_followed(repository: BuildRepository) -> None:
    hooks = "repos:\n- repo: local\n  hooks:\n  - {id: checks, entry: make lint}\n  - {id: tests, entry: pytest}\n"
    files = {**TEST, ".pre-commit-config.yaml": hooks, "Makefile": "lint:\n\truff check .\n"}
    uses = "on: push\njobs:\n  a:\n    steps:\n      - uses: actions/checkout@v4\n      - uses: pre-commit/action@v3\n"
    for started in (workflow("pre-commit run --all-files"), {".github/workflows/ci.yml": uses}):
        assert status(repository, "ci.lint", {**files, **started}) is Status.MET
        assert status(repository, "ci.tests", {**files, **started}) is Status.MET


def test_actions_within_actions_are_followed(repository: BuildRepository) -> None:
    action = "runs:\n  using: composite\n  steps:\n  - {step}\n"
    files = {
        ".github/workflows/ci.yml": "on: push\njobs:\n  a:\n    steps:\n      - uses: actions/checkout@v4\n      - uses: ./outer\n",
        "outer/action.yml": action.format(step="uses: ./inner"),
        "inner/action.yml": action.format(step="run: ruff check ."),
    }
    assert status(repository, "ci.lint", files) is Status.MET
    files["inner/action.yml"] = action.format(step="uses: ./outer")
    assert status(repository, "ci.lint", files) is Status.MISSING


@pytest.mark.parametrize(
    ("step", "wanted"),
    [
        ("uses: docker/build-push-action@v6\n        with: {outputs: 'type=image,name=a/b,push=true'}", Status.MET),
        ("uses: docker/build-push-action@v6\n        with: {outputs: 'type=local,dest=out'}", Status.PARTIAL),
        ("run: /kaniko/executor --context . --destination a/b:1", Status.MET),
        ("run: /kaniko/executor --context . --destination a/b:1 --no-push", Status.PARTIAL),
    ],
)
def test_an_image_is_pushed_or_not(repository: BuildRepository, step: str, wanted: Status) -> None:
    text = f"on: push\njobs:\n  a:\n    steps:\n      - uses: actions/checkout@v4\n      - {step}\n"
    assert status(repository, "ci.deploy", {**IMAGE, ".github/workflows/ci.yml": text}) is wanted


@pytest.mark.parametrize(("command", "wanted"), [("", Status.MET), ("build", Status.PARTIAL)])
def test_the_task_of_azure_builds_and_pushes_by_itself(
    repository: BuildRepository, command: str, wanted: Status
) -> None:
    text = f"steps:\n- task: Docker@2\n  inputs:\n    repository: a\n    command: '{command}'\n"
    assert status(repository, "ci.deploy", {**IMAGE, "azure-pipelines.yml": text}) is wanted


def test_files_that_a_pipeline_includes_are_found(repository: BuildRepository) -> None:
    files = {".gitlab-ci.yml": "include: /ci/*.yml\n", "ci/lint.yml": "lint:\n  script: ruff check .\n"}
    assert status(repository, "ci.lint", files) is Status.MET
    azure = {
        "azure-pipelines.yml": "jobs:\n- template: ci/a.yml\n",
        "ci/a.yml": "jobs:\n- job: a\n  steps:\n  - script: ruff check .\n",
    }
    assert status(repository, "ci.lint", azure) is Status.MET


def test_commands_are_followed_through_make_and_scripts(repository: BuildRepository) -> None:
    files = {**workflow("make quality"), "Makefile": "quality:\n\tbash check.sh\n", "check.sh": "ruff check .\n"}
    assert status(repository, "ci.lint", files) is Status.MET


def test_an_image_that_is_built_and_not_pushed_is_partial(repository: BuildRepository) -> None:
    assert status(repository, "ci.deploy", {**IMAGE, **workflow("docker build -t x .")}) is Status.PARTIAL
    assert (
        status(
            repository, "ci.deploy", {**IMAGE, **workflow("docker build -t x . && docker push registry.example.org/x")}
        )
        is Status.MET
    )


def test_a_preview_of_infrastructure_is_no_deployment(repository: BuildRepository) -> None:
    step = "on: push\njobs:\n  a:\n    steps:\n      - uses: pulumi/actions@v6\n        with:\n          command: {command}\n"
    preview = {".github/workflows/ci.yml": step.format(command="preview")}
    assert status(repository, "ci.deploy", preview) is Status.MISSING
    assert status(repository, "ci.deploy", {".github/workflows/ci.yml": step.format(command="up")}) is Status.MET


def test_units(repository: BuildRepository) -> None:
    assert status(repository, "tests.unit", TEST) is Status.MET
    bare = {"calc.py": TEST["calc.py"], "checks/test.py": "from calc import add\nassert add(1, 2) == 3\n"}
    assert status(repository, "tests.unit", bare) is Status.PARTIAL


def test_a_test_of_the_model_that_is_kept_here_is_one(repository: BuildRepository) -> None:
    code = (
        "import pickle\n\ndef test_model():\n    with open('web/model.pkl', 'rb') as file:\n"
        "        model = pickle.load(file)\n    assert model.predict([[1]])[0] in (0, 1)\n"
    )
    one = decide_one(repository({"tests/test_model.py": code, "web/model.pkl": "x"}), "tests.unit")
    assert (one.status, one.summary) == (Status.PARTIAL, "One unit test only")
    none = decide_one(repository({"tests/test_model.py": code}), "tests.unit")
    assert (none.status, none.summary) == (
        Status.PARTIAL,
        "The tests assert, but on nothing of the project's own code",
    )


def test_tests_behind_a_step_that_asks_in_vain_are_intent(repository: BuildRepository) -> None:
    """Where there are tests to start; a workflow copied from elsewhere earns nothing."""
    steps = "on: push\njobs:\n  a:\n    steps:\n      - run: pip install -r absent.txt\n      - run: pytest\n"
    files = {".github/workflows/ci.yml": steps}
    decision = decide_one(repository({**TEST, **files}), "ci.tests")
    assert (decision.status, decision.evidence[0].line) == (Status.PARTIAL, 6)
    assert status(repository, "ci.tests", files) is Status.MISSING


def test_settings_and_tests_that_fit_for_themselves_are_no_training(repository: BuildRepository) -> None:
    train = {"train.py": "from sklearn.linear_model import Ridge\nRidge().fit([[1]], [1])\n"}
    settings = {
        "settings.py": "ENTRY_POINT = 'train.py'\n",
        "deploy.py": "from settings import ENTRY_POINT\nprint(ENTRY_POINT)\n",
    }
    assert status(repository, "ci.training", {**train, **settings, **workflow("python deploy.py")}) is Status.MISSING
    test = (
        "import requests\nfrom sklearn.linear_model import Ridge\n\ndef test_score():\n    model = Ridge().fit([[1]], [1])\n"
        "    assert requests.get('http://localhost:8000').json() == model.predict([[1]])[0]\n"
    )
    tested = {**train, "tests/integration/test_score.py": test, **workflow("pytest")}
    assert status(repository, "ci.training", tested) is Status.MISSING


def test_a_conditional_skip_is_a_test_all_the_same(repository: BuildRepository) -> None:
    code = (
        "import os\nimport pytest\nimport requests\nURL = os.getenv('URL')\n"
        "@pytest.mark.skipif(not URL, reason='no service')\ndef test_live():\n"
        "    answer = requests.post(f'{URL}/predict', json={})\n    assert answer.status_code == 200\n"
    )
    assert status(repository, "tests.integration", {"tests/integration_test.py": code}) is Status.MET
    assert (
        status(
            repository,
            "tests.integration",
            {"tests/integration_test.py": code.replace("skipif(not URL, reason='no service')", "skip")},
        )
        is not Status.MET
    )


def test_a_script_against_a_cloud_without_assertion_is_partial(repository: BuildRepository) -> None:
    code = "import boto3\n\ndef main():\n    boto3.client('kinesis').put_record()\n\nif __name__ == '__main__':\n    main()\n"
    assert status(repository, "tests.integration", {"scripts/test_stream.py": code}) is Status.PARTIAL


def test_blocks_of_a_pipeline_are_no_tests_whatever_their_name(repository: BuildRepository) -> None:
    code = (
        "from mage_ai.data_preparation.decorators import data_exporter\nimport mlflow\n"
        "@data_exporter\ndef export(new_rmse, production_rmse):\n"
        "    if new_rmse <= production_rmse:\n        mlflow.register_model('runs:/1/m', 'm')\n"
    )
    assert status(repository, "ci.model-gate", {"data_exporters/test_and_promote.py": code}) is Status.MET


def test_a_gate_compares_two_models(repository: BuildRepository) -> None:
    code = (
        "def compare_models(accuracy_1, accuracy_2, a, b):\n    if accuracy_2 > accuracy_1:\n        return b\n    return a\n\n"
        "compare_models(1, 2, 'a', 'b')\n"
    )
    assert status(repository, "ci.model-gate", {"train.py": code}) is Status.MET


def test_the_best_run_without_comparison_is_a_partial_gate(repository: BuildRepository) -> None:
    code = "import mlflow\nruns = [('a', 1.0), ('b', 2.0)]\nbest, mae = min(runs, key=lambda run: run[1])\nmlflow.register_model(best, 'm')\n"
    assert status(repository, "ci.model-gate", {"train.py": code}) is Status.PARTIAL


def test_checks_of_data_that_stop_the_run(repository: BuildRepository) -> None:
    code = (
        "import pandas as pd\n\ndef check_columns(df: pd.DataFrame) -> None:\n    missing = {'a'} - set(df.columns)\n"
        "    if missing:\n        raise ValueError(missing)\n\ncheck_columns(pd.read_csv('x'))\n"
    )
    assert status(repository, "ci.data-validation", {"ingest.py": code}) is Status.MET


def test_tests_of_what_data_are_like_and_of_what_a_function_does(repository: BuildRepository) -> None:
    test = "import pandas as pd\nfrom clean import convert\n\ndef {}():\n    assert set(convert(pd.read_csv('x')).columns) == {{'a'}}\n"
    clean = {"clean.py": "def convert(frame):\n    return frame\n"}
    for name, wanted in (("test_expected_columns", Status.PARTIAL), ("test_convert_columns", Status.MISSING)):
        files = {**clean, "tests/test_clean.py": test.format(name)}
        assert status(repository, "ci.data-validation", files) is wanted


def test_a_suite_that_comes_after_all_that_stops_has_no_consequence(repository: BuildRepository) -> None:
    code = (
        "import pandas as pd\nfrom evidently.test_suite import TestSuite\nfrom evidently.tests import TestColumnsType\n\n"
        "def look(project):\n    if not project:\n        raise ValueError('no project')\n"
        "    suite = TestSuite(tests=[TestColumnsType()])\n"
        "    suite.run(reference_data=pd.read_csv('a'), current_data=pd.read_csv('b'))\n{}\nlook('x')\n"
    )
    assert status(repository, "ci.data-validation", {"look.py": code.format("")}) is Status.PARTIAL
    stopping = code.format("    if not suite.as_dict()['summary']['all_passed']:\n        raise ValueError('data')\n")
    assert status(repository, "ci.data-validation", {"look.py": stopping}) is Status.MET


@pytest.mark.parametrize(
    ("metric", "wanted"),
    [
        ("DatasetMissingValuesMetric()", Status.PARTIAL),
        ("DatasetDriftMetric()", Status.PARTIAL),
        ("ColumnDriftMetric(column_name='prediction')", Status.MISSING),
        ("RegressionQualityMetric()", Status.MISSING),
    ],
)
def test_numbers_of_data_without_consequence_are_half_a_check(
    repository: BuildRepository, metric: str, wanted: Status
) -> None:
    code = (
        "import pandas as pd\nfrom evidently.report import Report\nfrom evidently import metrics\n\n"
        f"report = Report(metrics=[metrics.{metric}])\n"
        "report.run(reference_data=pd.read_csv('a'), current_data=pd.read_csv('b'))\nreport.save_html('report.html')\n"
    )
    assert status(repository, "ci.data-validation", {"look.py": code}) is wanted


def test_a_block_test_that_only_asks_for_an_output_is_none(repository: BuildRepository) -> None:
    code = "from mage_ai.data_preparation.decorators import data_loader, test\n@data_loader\ndef load():\n    return 1\n@test\ndef test_output(output):\n    assert {}\n"
    assert (
        status(repository, "ci.data-validation", {"data_loaders/a.py": code.format("output is not None")})
        is Status.MISSING
    )
    assert (
        status(repository, "ci.data-validation", {"data_loaders/a.py": code.format("output.shape[1] == 32")})
        is Status.MET
    )


def test_ci_that_trains(repository: BuildRepository) -> None:
    train = "from sklearn.linear_model import Ridge\nRidge().fit([[1]], [1])\n"
    assert status(repository, "ci.training", {"train.py": train, **workflow("python train.py")}) is Status.MET
    assert (
        status(repository, "ci.training", {"train.py": train, **workflow("python train.py --compile-only")})
        is Status.MISSING
    )


def test_a_branch_that_is_there_for_show_starts_nothing(repository: BuildRepository) -> None:
    text = "on:\n  push:\n    branches: [{}]\njobs:\n  a:\n    steps:\n      - run: ruff check .\n"
    assert (
        status(repository, "ci.pipeline", {".github/workflows/ci.yml": text.format("NOT_A_BRANCH")}) is Status.PARTIAL
    )
    assert status(repository, "ci.pipeline", {".github/workflows/ci.yml": text.format("release")}) is Status.MET


def test_a_test_that_raises(repository: BuildRepository) -> None:
    test = (
        "import unittest\nimport requests\n\nclass Asks(unittest.TestCase):\n    def test_docks(self):\n"
        "        answer = requests.post('http://localhost:9696/predict', json={})\n"
        "        if answer.status_code != 200:\n            raise ValueError(answer.text)\n"
    )
    decision = decide_one(repository({"tests/test_service.py": test}), "tests.integration")
    assert decision.status is Status.MET


def test_a_script_that_asserts_on_what_its_function_asked(repository: BuildRepository) -> None:
    test = (
        "import requests\n\ndef ask():\n    return requests.get('http://localhost:9696/health')\n\n"
        "if __name__ == '__main__':\n    assert ask().status_code == 200\n"
    )
    assert decide_one(repository({"tests/smoke/test_service.py": test}), "tests.integration").status is Status.MET


def test_an_assertion_of_false_that_a_condition_leads_to(repository: BuildRepository) -> None:
    test = (
        "import requests\n\ndef test_docks():\n    answer = requests.get('http://localhost:9696/predict').json()\n"
        "    if answer != {'free': 3}:\n        assert False, answer\n"
    )
    assert decide_one(repository({"tests/test_service.py": test}), "tests.integration").status is Status.MET


def test_a_gain_over_the_model_in_use_that_promotes(repository: BuildRepository) -> None:
    code = (
        "def promote_model(name):\n    print(name)\n\ndef choose(old, new, threshold=0.2):\n"
        "    improvement = (old - new) / old\n    if improvement >= threshold:\n        promote_model('docks')\n\nchoose(1, 2)\n"
    )
    decision = decide_one(repository({**MODEL, "promote.py": code}), "ci.model-gate")
    assert (decision.status, decision.evidence[0].line) == (Status.MET, 6)


REGISTER = (
    "import mlflow\n\ndef register():\n    client = mlflow.MlflowClient()\n    runs = client.search_runs(\n"
    "        experiment_ids=['1'],\n        {},\n    )\n    mlflow.register_model(f'runs:/{{runs[0]}}/model', 'docks')\n\nregister()\n"
)


@pytest.mark.parametrize(
    ("search", "status"),
    [
        ("filter_string='metrics.rmse < 20'", Status.MET),
        ("filter_string=\"tags.kind = 'best'\", order_by=['metrics.rmse ASC']", Status.PARTIAL),
    ],
)
def test_a_search_within_a_bound_is_a_gate(repository: BuildRepository, search: str, status: Status) -> None:
    decision = decide_one(repository({"register.py": REGISTER.format(search)}), "ci.model-gate")
    assert (decision.status, decision.evidence[0].line) == (status, 7)


def test_the_best_of_all_versions_without_a_bound(repository: BuildRepository) -> None:
    code = (
        "import mlflow\n\nclient = mlflow.MlflowClient()\nbest_acc = 0\nfor version in client.search_model_versions(''):\n"
        "    acc = client.get_run(version.run_id).data.metrics['accuracy']\n    if acc > best_acc:\n        best_acc = acc\n"
        "client.transition_model_version_stage('docks', 1, 'Production')\n"
    )
    assert decide_one(repository({**MODEL, "promote.py": code}), "ci.model-gate").status is Status.PARTIAL


TEST_OF_DOCKS = (
    "from docks import free\n\ndef test_free():\n    assert free(1) == 1\n\ndef test_none():\n    assert free(0) == 0\n"
)


DOCKS = "def free(count):\n    return count\n\nfree(1)\n"


@pytest.mark.parametrize(
    "named",
    [
        {"Makefile": "test:\n\tpytest checks/unit_tests.py\n"},
        {
            ".pre-commit-config.yaml": "repos:\n  - repo: local\n    hooks:\n      - id: tests\n        entry: pytest\n"
            "        language: system\n        args: [checks/unit_tests.py]\n"
        },
    ],
)
def test_tests_that_somebody_names_to_the_runner(repository: BuildRepository, named: dict[str, str]) -> None:
    files = {"tests/checks/unit_tests.py": TEST_OF_DOCKS, "docks.py": DOCKS}
    assert decide_one(repository(files), "tests.unit").status is Status.PARTIAL
    assert decide_one(repository({**files, **named}), "tests.unit").status is Status.MET


def test_tests_of_nothing_of_the_project(repository: BuildRepository) -> None:
    test = "import os\n\ndef test_there():\n    assert os.path.exists('data')\n"
    assert (
        decide_one(repository({"tests/test_data.py": test, "docks.py": DOCKS}), "tests.unit").status is Status.PARTIAL
    )
    inside = repository({"tests/integration/test_data.py": test, "docks.py": DOCKS})
    assert decide_one(inside, "tests.unit").status is Status.MISSING


def test_a_script_that_starts_the_parts_and_tests_them(repository: BuildRepository) -> None:
    script = "docker compose up -d\nsleep 5\npipenv run pytest tests\n"
    files = {"tests/test_docks.py": TEST_OF_DOCKS, "docks.py": DOCKS}
    decision = decide_one(repository({**files, "scripts/check.sh": script}), "tests.integration")
    assert (decision.status, decision.evidence[0].line) == (Status.MET, 3)
    alone = repository({**files, "scripts/check.sh": "pipenv run pytest tests\n"})
    assert decide_one(alone, "tests.integration").status is Status.MISSING


def test_the_best_model_that_a_function_chose_is_registered(repository: BuildRepository) -> None:
    code = "import mlflow\nfrom training import save_best_model\n\nsave_best_model(metric='f1')\nmlflow.register_model('runs:/1/model', 'docks')\n"
    files = {"register.py": code, "training.py": "def save_best_model(metric):\n    return metric\n"}
    assert decide_one(repository(files), "ci.model-gate").status is Status.PARTIAL


def test_a_search_within_a_bound_that_promotes_nothing_is_no_gate(repository: BuildRepository) -> None:
    search = "import mlflow\n\nprint(mlflow.search_runs(filter_string='metrics.rmse < 20'))\n"
    assert status(repository, "ci.model-gate", {"look.py": search}) is Status.MISSING


def test_a_script_that_starts_parts_where_nothing_asserts(repository: BuildRepository) -> None:
    files = {"tests/test_docks.py": "def test_free():\n    print(1)\n", "docks.py": DOCKS}
    script = {"scripts/check.sh": "docker compose up -d\npytest tests\n"}
    assert status(repository, "tests.integration", {**files, **script}) is Status.MISSING


@pytest.mark.parametrize(
    "run",
    [
        "curl ${{ secrets.RENDER_DEPLOY_HOOK_URL }}",
        "curl -X POST https://api.render.com/deploy/srv-1?key=$KEY",
        "git push https://user:$TOKEN@huggingface.co/spaces/octocat/docks HEAD:main",
        "git clone https://user:$TOKEN@huggingface.co/spaces/octocat/docks space",
        'git remote add space "https://user:$TOKEN@huggingface.co/spaces/${NAME}.git"',
    ],
)
def test_a_platform_is_told_to_deploy(repository: BuildRepository, run: str) -> None:
    assert status(repository, "ci.deploy", workflow(run)) is Status.MET


def test_a_push_to_a_repository_of_code_is_no_deployment(repository: BuildRepository) -> None:
    assert status(repository, "ci.deploy", workflow("git push origin HEAD:main")) is Status.MISSING


ECS = """\
on: push
jobs:
  a:
    runs-on: ubuntu-latest
    steps:
      - run: {before}
      - uses: aws-actions/amazon-ecs-deploy-task-definition@v1
        with: {{task-definition: task-definition.json, cluster: docks}}
"""


@pytest.mark.parametrize(
    ("before", "wanted"),
    [
        ("aws ecs describe-task-definition --task-definition docks > task-definition.json", Status.MET),
        ("aws ecs describe-task-definition --task-definition docks", Status.MISSING),
    ],
)
def test_a_step_may_make_what_a_later_one_asks_for(repository: BuildRepository, before: str, wanted: Status) -> None:
    files = {".github/workflows/ci.yml": ECS.format(before=before)}
    assert status(repository, "ci.deploy", files) is wanted


def test_a_branch_for_show_starts_no_tests(repository: BuildRepository) -> None:
    files = TEST | workflow("pytest", on="{push: {branches: [NOT_A_BRANCH]}}")
    decision = decide_one(repository(files), "ci.tests")
    assert decision.status is Status.PARTIAL
    assert "nothing starts it but a hand" in decision.summary


def test_cloud_build_in_json(repository: BuildRepository) -> None:
    build = '{"steps": [{"name": "gcr.io/cloud-builders/docker", "args": ["push", "gcr.io/docks/web"]}]}\n'
    assert status(repository, "ci.deploy", {"deploy/web_cloudbuild.json": build}) is Status.MET


@pytest.mark.parametrize(
    ("run", "wanted"),
    [
        ("python -c 'from src.models import train_model; train_model()'", Status.MET),
        ("curl -X POST $URL/api/v1/dags/train/dagRuns -d '{}'", Status.MET),
        ("python -c 'import train'", Status.MISSING),
    ],
)
def test_training_that_a_step_writes_out_or_asks_for(repository: BuildRepository, run: str, wanted: Status) -> None:
    files = {
        "src/models.py": "from sklearn.svm import SVC\n\ndef train_model():\n    SVC().fit([[1], [2]], [0, 1])\n",
        "train.py": "from src.models import train_model\n\ntrain_model()\n",
    }
    assert status(repository, "ci.training", files | {".github/workflows/ci.yml": INLINE.format(run=run)}) is wanted


INLINE = "on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - run: |\n          {run}\n"


def test_what_a_model_goes_through_is_no_check_of_data(repository: BuildRepository) -> None:
    code = (
        "import pandas as pd\nfrom sklearn.metrics import f1_score\nfrom sklearn.svm import SVC\n\nclass Trainer:\n"
        "    model = SVC()\n\n    def validate(self, x_val, y_val):\n        if self.model is None:\n            raise ValueError('no model')\n"
        "        return f1_score(y_val, self.model.predict(x_val))\n\nTrainer().validate(pd.read_csv('x'), [])\n"
    )
    assert status(repository, "ci.data-validation", {"train.py": code}) is Status.MISSING
