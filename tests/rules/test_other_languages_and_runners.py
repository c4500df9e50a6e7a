"""Tests in other languages, machines of the project's own, jobs that only install, and columns that are only chosen."""

from __future__ import annotations

import pytest

from analyzer.findings import Status
from tests.conftest import BuildRepository, decided, judged

FIT = "from sklearn.linear_model import Ridge\nRidge().fit([[1]], [1])\n"
JEST = 'import { run } from "../lib/tides";\n\ntest("rises", () => {\n  expect(run(3)).toBe(4);\n});\n\nit("falls", () => {\n  expect(run(1)).toBe(0);\n});\n'
GO = 'package tides\n\nimport "testing"\n\nfunc TestRise(t *testing.T) {\n\tif Rise(3) != 4 {\n\t\tt.Fatal("no")\n\t}\n}\n\nfunc TestFall(t *testing.T) {\n\tt.Errorf("no")\n}\n'
XUNIT = "public class TidesTests\n{\n    [Fact]\n    public void Rises()\n    {\n        Assert.Equal(4, Tides.Rise(3));\n    }\n\n    [Fact]\n    public void Falls() => Assert.True(true);\n}\n"
RUST = "pub fn rise() {}\n\n#[test]\nfn rises() {\n    assert_eq!(rise(), 4);\n}\n\n#[test]\nfn falls() {\n    assert!(true);\n}\n"
EXPORT = "export const run = (x) => x + 1;\n"


@pytest.mark.parametrize(
    ("files", "wanted"),
    [
        ({"test/tides.test.ts": JEST, "lib/tides.ts": EXPORT}, Status.MET),
        ({"src/__tests__/tides.jsx": JEST, "lib/tides.js": EXPORT}, Status.MET),
        ({"tides_test.go": GO, "tides.go": "package tides\n"}, Status.MET),
        ({"src/lib.rs": RUST}, Status.MET),
        ({"Tides.Tests/TidesTests.cs": XUNIT, "Tides/Tides.cs": "class Tides {}\n"}, Status.MET),
        ({"test/tides.test.ts": JEST.partition("it(")[0], "lib/tides.ts": EXPORT}, Status.PARTIAL),
        ({"test/tides.test.ts": JEST}, Status.MISSING),
        ({"test/tides.test.ts": JEST.replace("expect(", "print("), "lib/tides.ts": EXPORT}, Status.MISSING),
        ({"src/App.test.js": JEST.replace("rises", "renders learn react link"), "src/App.js": EXPORT}, Status.MISSING),
        ({"test/a.test.ts": "\n".join(f"// {line}" for line in JEST.split("\n")), "lib/tides.ts": EXPORT}, Status.MISSING),
        ({"lib/tides.ts": JEST}, Status.MISSING),
    ],
)  # fmt: skip
def test_unit_tests_in_other_languages(repository: BuildRepository, files: dict[str, str], wanted: Status) -> None:
    assert decided(repository, "tests.unit", files).status is wanted


def test_many_tests_in_python_come_before_one_elsewhere(repository: BuildRepository) -> None:
    tests = "from tides import rise\n\n" + "".join(
        f"def test_{name}():\n    assert rise({name!r}) == 4\n\n" for name in ("a", "b", "c")
    )
    files = {"tests/test_tides.py": tests, "tides.py": "def rise(x):\n    return 4\n"}
    more = {**files, "test/tides.test.ts": JEST, "lib/tides.ts": EXPORT}
    assert decided(repository, "tests.unit", more).summary == "3 unit tests with assertions"


@pytest.mark.parametrize("command", ["dotnet test", "mvn -B verify", "./gradlew test"])
def test_runners_of_other_languages(repository: BuildRepository, command: str) -> None:
    ci = f"on: push\njobs:\n  test:\n    runs-on: x\n    steps:\n      - uses: actions/checkout@v4\n      - run: {command}\n"
    assert decided(repository, "ci.tests", {".github/workflows/ci.yml": ci}).status is Status.MET


ONE = "from tides import rise\n\ndef test_rise():\n    assert rise(3) == 4\n"
ASKS = "import requests\n\ndef test_whole():\n    assert requests.get('http://localhost:80').ok\n"


def test_an_integration_test_is_no_second_unit_test(repository: BuildRepository) -> None:
    files = {
        "tests/test_tides.py": ONE,
        "tides.py": "def rise(x):\n    return 4\n",
        "integration_tests/test_all.py": ASKS,
    }
    assert decided(repository, "tests.unit", files).summary == "One unit test only"


@pytest.mark.parametrize(
    ("code", "wanted"), [({}, Status.MET), ({"handler.py": "import boto3\nboto3.client('sns')\n"}, Status.PARTIAL)]
)
def test_a_lock_of_another_language(repository: BuildRepository, code: dict[str, str], wanted: Status) -> None:
    assert decided(repository, "repro.dependencies", {"package-lock.json": "{}\n", **code}).status is wanted
    inside = {"web/node_modules/a/package-lock.json": "{}\n", **code}
    assert decided(repository, "repro.dependencies", inside).status is Status.MISSING


RUNNER = "on: push\njobs:\n  {name}:\n    runs-on: {machine}\n    steps:\n      - run: docker pull tides/app\n      - run: {command}\n"


@pytest.mark.parametrize(
    ("name", "machine", "command", "wanted"),
    [
        ("deploy", "self-hosted", "docker run -d -p 80:80 tides/app", Status.MET),
        ("deploy", "[self-hosted, linux]", "docker compose up --detach", Status.MET),
        ("deploy", "ubuntu-latest", "docker run -d -p 80:80 tides/app", Status.MISSING),
        ("deploy", "self-hosted", "docker run --rm tides/app", Status.MISSING),
        ("smoke-test", "self-hosted", "docker run -d -p 80:80 tides/app", Status.MISSING),
    ],
)
def test_a_machine_of_its_own_keeps_the_image_running(
    repository: BuildRepository, name: str, machine: str, command: str, wanted: Status
) -> None:
    files = {".github/workflows/ci.yml": RUNNER.format(name=name, machine=machine, command=command), "train.py": FIT}
    assert decided(repository, "e2e.cloud-deployment", files).status is wanted


INSTALLS = "on: push\njobs:\n  lint:\n    runs-on: x\n    steps:\n      - uses: ./.github/actions/build\n      - run: poetry run make check\n"
BUILDS = "runs:\n  using: composite\n  steps:\n    - uses: actions/checkout@v4\n    - run: poetry install\n      shell: bash\n"


@pytest.mark.parametrize(
    ("check", "wanted"),
    [("\t#ruff check .\n", Status.PARTIAL), ("\truff check .\n", Status.MET), ("\techo fine\n", Status.PARTIAL)],
)
def test_a_job_that_only_installs(repository: BuildRepository, check: str, wanted: Status) -> None:
    files = {
        ".github/workflows/ci.yml": INSTALLS,
        ".github/actions/build/action.yml": BUILDS,
        "Makefile": f"check:\n{check}\nrun:\n\tpython train.py\n",
        "train.py": FIT,
    }
    assert decided(repository, "ci.pipeline", files).status is wanted


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("frame = frame[['wind', 'moon']]", Status.PARTIAL),
        ("frame = frame.select_dtypes('number')", Status.PARTIAL),
        ("images = images / 255.0", Status.PARTIAL),
        ("x_train, x_test = x_train / 255, x_test / 255", Status.PARTIAL),
        ("# frame = frame[['wind', 'moon']]", Status.MISSING),
        ("names = tides[['wind']]", Status.MISSING),
        ("print(frame)", Status.MISSING),
    ],
)
def test_columns_that_are_only_chosen(repository: BuildRepository, line: str, wanted: Status) -> None:
    code = f"import pandas as pd\nfrom sklearn.linear_model import Ridge\nframe = pd.read_csv('a.csv')\n{line}\nRidge().fit(frame, frame)\n"
    assert decided(repository, "e2e.feature-engineering", {"train.py": code}).status is wanted


DEPLOYMENTS = "deployments:\n- name: tides\n  flow_name: tides\n  entrypoint: scoring.py:run\n  schedule:\n    cron: 0 6 * * *\n  work_pool:\n    name: pool\n"
SCORING = "import joblib\nimport pandas as pd\nfrom prefect import flow\n\n@flow\ndef run():\n    print(joblib.load('m.pkl').predict(pd.read_csv('a.csv')))\n"


@pytest.mark.parametrize(("other", "wanted"), [("other/notes.py", Status.MET), ("other/scoring.py", Status.PARTIAL)])
def test_an_entry_point_without_its_folder(repository: BuildRepository, other: str, wanted: Status) -> None:
    files = {"prefect.yaml": DEPLOYMENTS, "deployment/scoring.py": SCORING, other: "x = 1\n", "train.py": FIT}
    assert decided(repository, "e2e.serving", files).status is wanted


COMPOSE = "services:\n  api:\n    build:\n      context: {context}\n      dockerfile: {dockerfile}\n"
IMAGE = 'FROM python:3.12\nCOPY ../requirements.txt .\nRUN pip install -r requirements.txt\nCOPY . .\nCMD ["python", "app.py"]\n'


@pytest.mark.parametrize(
    ("context", "dockerfile", "wanted"), [("./api", "Dockerfile", Status.PARTIAL), (".", "api/Dockerfile", Status.MET)]
)
def test_no_copy_leads_out_of_the_context(
    repository: BuildRepository, context: str, dockerfile: str, wanted: Status
) -> None:
    files = {
        "api/Dockerfile": IMAGE,
        "api/app.py": "print(1)\n",
        "requirements.txt": "pandas==2.2.0\n",
        "docker-compose.yml": COMPOSE.format(context=context, dockerfile=dockerfile),
    }
    assert judged(repository, "e2e.container", files).status is wanted


STEPS = "      - run: pip install -r requirements.txt\n      - run: ruff check .\n"
CI = f"on: push\njobs:\n  lint:\n    runs-on: x\n    steps:\n      - uses: actions/checkout@v4\n{STEPS}"


@pytest.mark.parametrize(
    ("listed", "steps", "wanted"),
    [
        ("boto3==1.34.144\nnumpy==2.0.0\nboto3==1.34.145\n", STEPS, Status.PARTIAL),
        ("boto3==1.34.144\nnumpy==2.0.0\n", STEPS, Status.MET),
        ("boto3==1.34.144\nboto3==1.34.145\n", STEPS.replace("txt\n", "txt || true\n", 1), Status.MET),
        ("boto3==1.34.144\nboto3==1.34.145\n", "      - run: ruff check .\n      - run: pip install -r requirements.txt\n", Status.MET),
    ],
)  # fmt: skip
def test_ci_installs_what_pip_refuses(repository: BuildRepository, listed: str, steps: str, wanted: Status) -> None:
    files = {".github/workflows/ci.yml": CI.replace(STEPS, steps), "requirements.txt": listed, "train.py": FIT}
    found = judged(repository, "ci.lint", files)
    assert found.status is wanted
    if wanted is Status.PARTIAL:
        assert "pip refuses requirements.txt: it asks for boto3 1.34.144 and 1.34.145" in found.summary


QUALITY = "from sklearn.metrics import mean_absolute_error\n\nclass {name}Evaluator:\n    def evaluate(self, model, data):\n        return mean_absolute_error(data, model.predict(data))\n\n{name}Evaluator().evaluate(1, [1])\n"


@pytest.mark.parametrize(("name", "wanted"), [("WineQuality", Status.MISSING), ("ModelQuality", Status.MET)])
def test_the_quality_of_wine_is_none_of_a_model(repository: BuildRepository, name: str, wanted: Status) -> None:
    files = {"evaluator.py": QUALITY.format(name=name), "train.py": FIT, "Makefile": "all:\n\tpython evaluator.py\n"}
    assert decided(repository, "mon.model-performance", files).status is wanted


@pytest.mark.parametrize(("name", "wanted"), [("overview.png", Status.MET), ("bucket_overview.png", Status.MISSING)])
def test_what_a_console_shows_is_no_diagram(repository: BuildRepository, name: str, wanted: Status) -> None:
    readme = f"# Tides\n\nThis project predicts tides.\n\n![here](pictures/{name})\n"
    assert decided(repository, "doc.diagram", {"README.md": readme, f"pictures/{name}": "x" * 1000}).status is wanted
