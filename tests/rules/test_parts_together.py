"""What counts as a test of the parts together, beside tests that a runner collects from a folder of that name."""

from __future__ import annotations

import pytest

from analyzer.findings import Status
from tests.conftest import BuildRepository, decide_one


def status(repository: BuildRepository, files: dict[str, str]) -> Status:
    return decide_one(repository(files), "tests.integration").status


SCORE = "import pandas as pd\n\nprint(pd.read_csv('docks.csv').free.sum())\n"


def test_a_test_that_starts_a_program_and_looks_at_what_it_wrote(repository: BuildRepository) -> None:
    test = (
        "import os\nimport pandas as pd\n\ndef test_scores():\n    os.system('python score.py')\n"
        "    assert pd.read_csv('scores.csv').free.sum() == 12\n"
    )
    assert status(repository, {"tests/test_score.py": test, "score.py": SCORE}) is Status.MET
    quiet = test.replace("python score.py", "ls")
    assert status(repository, {"tests/test_score.py": quiet, "score.py": SCORE}) is Status.MISSING


def test_a_script_that_starts_a_program_and_asserts(repository: BuildRepository) -> None:
    script = (
        "import os\nimport pandas as pd\n\nos.system('python score.py')\nassert pd.read_csv('scores.csv').free.sum()\n"
    )
    assert (
        status(repository, {"integration_test/check.py": SCORE, "integration_test/score_test.py": script}) is Status.MET
    )


STORE = "import psycopg\n\ndef connect():\n    return psycopg.connect('dbname=docks')\n\ndef save(row):\n    connect().execute(row)\n"
TEST_OF_STORE = "from store import connect, save\n\ndef test_save():\n    save('insert')\n    assert connect().execute('select 1').fetchone()\n"


def test_a_test_whose_own_code_connects_to_a_database_server(repository: BuildRepository) -> None:
    assert status(repository, {"tests/test_store.py": TEST_OF_STORE, "store.py": STORE}) is Status.MET


@pytest.mark.parametrize(
    "replaced",
    [
        TEST_OF_STORE.replace("test_save()", "test_save(monkeypatch)"),
        f"from unittest.mock import patch\n{TEST_OF_STORE}",
    ],
)
def test_where_something_stands_in_for_the_server(repository: BuildRepository, replaced: str) -> None:
    assert status(repository, {"tests/test_store.py": replaced, "store.py": STORE}) is Status.MISSING


def test_a_test_that_goes_through_three_parts_and_trains(repository: BuildRepository) -> None:
    parts = {
        "src/ingest.py": "import pandas as pd\n\ndef ingest():\n    return pd.read_csv('docks.csv')\n",
        "src/clean.py": "def clean(frame):\n    return frame.dropna()\n",
        "src/learn.py": "from sklearn.linear_model import Ridge\n\ndef learn(frame):\n    return Ridge().fit(frame, frame.free)\n",
    }
    test = (
        "from src.ingest import ingest\nfrom src.clean import clean\nfrom src.learn import learn\n\n"
        "def test_docks():\n    assert learn(clean(ingest())).coef_.any()\n"
    )
    assert status(repository, {**parts, "tests/test_docks.py": test}) is Status.MET
    two = test.replace("clean(ingest())", "ingest()")
    assert status(repository, {**parts, "tests/test_docks.py": two}) is Status.MISSING


def test_a_smoke_script_outside_the_folder_of_tests(repository: BuildRepository) -> None:
    script = (
        "import requests\n\ndef main():\n    answer = requests.get('http://localhost:9696/docks')\n"
        "    if answer.json()['free'] < 0:\n        raise ValueError(answer.text)\n\n"
        "if __name__ == '__main__':\n    main()\n"
    )
    assert status(repository, {"scripts/compose_smoke.py": script}) is Status.MET
    assert status(repository, {"scripts/ask.py": script}) is Status.MISSING


SERVICE = "from flask import Flask\n\napp = Flask('docks')\n\nif __name__ == '__main__':\n    app.run(port=9696)\n"


def workflow(run: str) -> dict[str, str]:
    return {
        "service.py": SERVICE,
        ".github/workflows/ci.yml": f"on: push\njobs:\n  try:\n    runs-on: ubuntu-24.04\n    steps:\n      - run: {run}\n",
    }


@pytest.mark.parametrize(
    ("run", "wanted"),
    [
        ("curl -f -d '{}' http://localhost:9696/predict", Status.MET),
        ("curl --fail --data @docks.json http://127.0.0.1:9696/predict", Status.MET),
        ("curl -d '{}' http://localhost:9696/predict", Status.PARTIAL),
        ("curl -f http://localhost:9696/health || true", Status.PARTIAL),
        ("curl -sf http://localhost:9696/health", Status.PARTIAL),
        ("curl -fsSL https://example.org/install.sh", Status.MISSING),
    ],
)
def test_requests_that_ci_sends(repository: BuildRepository, run: str, wanted: Status) -> None:
    assert status(repository, workflow(run)) is wanted
    assert status(repository, {**workflow(run), "service.py": "print(1)\n"}) is Status.MISSING


def test_a_script_of_requests_whose_address_is_a_variable(repository: BuildRepository) -> None:
    script = "#!/bin/bash\nURL=${1:-http://localhost:9696}\n\nask() {\n  answer=$(curl -s $URL/$1)\n  echo $answer\n}\nask docks\n"
    files = {"service.py": SERVICE}
    decision = decide_one(repository({**files, "scripts/test_api.sh": script}), "tests.integration")
    assert (decision.status, decision.evidence[0].line) == (Status.PARTIAL, 5)
    assert status(repository, {**files, "scripts/warm_up.sh": script}) is Status.MISSING
    told = script.replace("answer=$(curl", "# $(curl")
    assert status(repository, {**files, "scripts/test_api.sh": told}) is Status.MISSING


PREDICTS = (
    "import joblib\n\ndef test_docks():\n    model = joblib.load('docks.joblib')\n"
    "    assert len(model.predict([[1.0]])) == 1\n"
)


def test_a_test_that_predicts_by_itself_runs_nothing(repository: BuildRepository) -> None:
    decision = decide_one(repository({"tests/integration_test.py": PREDICTS}), "tests.integration")
    assert (decision.status, decision.summary) == (
        Status.PARTIAL,
        "A test loads the model and predicts by itself; nothing of the project runs",
    )
    own = {
        "tests/integration_test.py": "from scoring import score\n\ndef test_docks():\n    assert len(score()) == 1\n",
        "scoring.py": "import joblib\n\ndef score():\n    return joblib.load('docks.joblib').predict([[1.0]])\n",
    }
    assert status(repository, own) is Status.MET


def test_what_asserts_is_told_before_what_only_asks(repository: BuildRepository) -> None:
    script = "import requests\n\nprint(requests.post('http://localhost:9696/predict').json())\n"
    client = "from fastapi.testclient import TestClient\nfrom service import app\n\ndef test_it():\n    assert TestClient(app).get('/').status_code\n"
    decision = decide_one(
        repository({"service.py": SERVICE, "test_serve.py": script, "tests/test_api.py": client}), "tests.integration"
    )
    assert (decision.status, decision.evidence[0].path) == (Status.PARTIAL, "tests/test_api.py")


def test_a_client_of_a_model_server_that_asserts_nothing(repository: BuildRepository) -> None:
    script = (
        "import bentoml\n\nif __name__ == '__main__':\n    with bentoml.SyncHTTPClient('https://docks') as client:\n"
        "        print(client.predict(station=3))\n"
    )
    assert status(repository, {"test/test_api.py": script}) is Status.PARTIAL
