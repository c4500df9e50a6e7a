"""What stands behind a name: who asks, what is compared with what, what a switch or a status file decides."""

from __future__ import annotations

import pytest

from analyzer.findings import Status
from analyzer.soundness import find_defects
from tests.conftest import BuildRepository, decided

APP = "from flask import Flask\napp = Flask(__name__)\n\n@app.route('/predict', methods=['POST'])\ndef predict():\n    return {}\n\napp.run()\n"
CLIENT = "import pytest\nfrom app import app\n\n@pytest.fixture\ndef client():\n    return app.test_client()\n"
ASKS = "def test_predict(client):\n    assert client.post('/predict').status_code == 200\n"


# -- tests and scripts -------------------------------------------------------------------------------------------


def test_a_client_may_come_from_a_fixture_of_the_folder(repository: BuildRepository) -> None:
    files = {"app.py": APP, "conftest.py": CLIENT, "test_app.py": ASKS}
    assert decided(repository, "tests.integration", files).summary == "Only a test client asks the API; nothing runs"
    assert decided(repository, "tests.unit", files).status is Status.PARTIAL
    alone = {**files, "conftest.py": CLIENT.replace("def client", "def other")}
    assert decided(repository, "tests.integration", alone).status is Status.MISSING


SCRIPT = "import requests\n\nBASE = 'http://localhost:8000'\n\ndef {name}():\n    print(requests.get(f'{{BASE}}/health').json())\n\n{name}()\n"


@pytest.mark.parametrize(
    ("name", "imports", "wanted"),
    [
        ("test_health", "", Status.PARTIAL),
        ("ask_health", "", Status.MISSING),
        ("test_health", "import streamlit\n", Status.MISSING),
    ],
)
def test_a_script_of_functions_that_try_the_service(
    repository: BuildRepository, name: str, imports: str, wanted: Status
) -> None:
    files = {"app.py": APP, "client.py": imports + SCRIPT.format(name=name)}
    assert decided(repository, "tests.integration", files).status is wanted


def test_a_script_that_asserts_on_a_database(repository: BuildRepository) -> None:
    script = (
        "import psycopg\n\ndef rows():\n    return psycopg.connect('host=localhost').execute('select 1').fetchall()\n\n"
        "def main():\n    found = rows()\n    assert found[0] == (1,)\n\nif __name__ == '__main__':\n    main()\n"
    )
    found = decided(repository, "tests.integration", {"integration/test_tables.py": script})
    assert found.status is Status.MET
    fixture = script.split("def main", maxsplit=1)[0]
    assert decided(repository, "tests.integration", {"integration/conftest.py": fixture}).status is Status.MISSING


def test_a_script_that_asks_a_managed_endpoint(repository: BuildRepository) -> None:
    script = "#!/bin/bash\naws sagemaker-runtime invoke-endpoint --endpoint-name tides out.json\n"
    found = decided(repository, "tests.integration", {"scripts/test_endpoint.sh": script, "train.py": "x = 1\n"})
    assert found.status is Status.PARTIAL
    assert found.evidence[0].line == 2


def test_an_integration_test_alone_is_no_unit_test(repository: BuildRepository) -> None:
    flow = (
        "import pandas as pd\nfrom sklearn.linear_model import Ridge\n\ndef run(path):\n"
        "    return Ridge().fit(pd.read_csv(path), [1])\n"
    )
    test = "from flow import run\n\ndef test_all(tmp_path):\n    assert run(tmp_path / 'tides.csv').coef_[0] > 0\n"
    files = {"flow.py": flow, "tests/test_integration.py": test}
    assert decided(repository, "tests.integration", files).status is Status.MET
    assert decided(repository, "tests.unit", files).status is Status.MISSING


# -- infrastructure ----------------------------------------------------------------------------------------------

PROVIDER = 'provider "aws" {{\n  endpoints {{\n    s3 = {address}\n  }}\n}}\n'
CLUSTER = 'resource "aws_ecs_cluster" "tides" {\n  name = "tides"\n}\n'
SERVICE = 'resource "aws_ecs_service" "tides" {\n  name = "tides"\n}\n'


@pytest.mark.parametrize(
    ("address", "wanted"),
    [
        ('"http://localhost:4566"', Status.PARTIAL),
        ('var.localstack ? "http://localhost:4566" : null', Status.MET),
    ],
)
def test_a_switch_to_an_emulator_leaves_the_cloud(repository: BuildRepository, address: str, wanted: Status) -> None:
    files = {"main.tf": PROVIDER.format(address=address) + CLUSTER, "app.py": APP}
    assert decided(repository, "iac.ml-infrastructure", files).status is wanted


@pytest.mark.parametrize(
    ("code", "wanted"),
    [
        (CLUSTER, Status.PARTIAL),
        (CLUSTER + SERVICE, Status.MET),
        ('resource "aws_lb" "tides" {\n  name = "tides"\n}\n', Status.PARTIAL),
    ],
)
def test_what_runs_nothing_by_itself_deploys_nothing(repository: BuildRepository, code: str, wanted: Status) -> None:
    assert decided(repository, "e2e.cloud-deployment", {"main.tf": code, "app.py": APP}).status is wanted


ALARM = 'resource "aws_cloudwatch_metric_alarm" "low" {{\n  namespace = "{space}"\n  metric_name = "Accuracy"\n  alarm_actions = ["arn"]\n}}\n'


@pytest.mark.parametrize(
    ("space", "code", "wanted"),
    [
        ("AWS/Lambda", "", Status.MET),
        ("Tides/Model", "", Status.PARTIAL),
        ("Tides/Model", "import boto3\n\nboto3.client('cloudwatch').put_metric_data(Namespace='Tides/Model')\n", Status.MET),
    ],
)  # fmt: skip
def test_an_alarm_watches_what_something_gives_out(
    repository: BuildRepository, space: str, code: str, wanted: Status
) -> None:
    files = {"main.tf": ALARM.format(space=space), "app.py": APP, "metrics.py": code or "x = 1\n"}
    assert decided(repository, "mon.alerting", files).status is wanted


def test_clouds_to_choose_from_are_no_steps(repository: BuildRepository) -> None:
    readme = "# Tides\n\nForecasts.\n\n## Cloud deployment\n\n{}\n"
    choice = "- **AWS**: ECS and S3\n- **GCP**: GKE\n- **Azure**: AKS"
    steps = "- Create a VM on AWS\n- Copy the image\n- Start the service"
    assert decided(repository, "e2e.cloud-deployment", {"README.md": readme.format(choice)}).status is Status.MISSING
    assert decided(repository, "e2e.cloud-deployment", {"README.md": readme.format(steps)}).status is Status.PARTIAL


# -- tasks, data, starts -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("makefile", "status", "told"),
    [
        ("test:\n\tpytest\n", Status.MET, "One task is automated with make"),
        ("test:\n    pytest\n", Status.PARTIAL, "Tasks are written down in a Makefile that make cannot read"),
        ("test:\n\techo none\n", Status.MISSING, "Makefile has no task that does something."),
        ("", Status.MISSING, "Makefile is empty."),
    ],
)
def test_what_a_makefile_holds(repository: BuildRepository, makefile: str, status: Status, told: str) -> None:
    found = decided(repository, "repro.automation", {"Makefile": makefile, "app.py": APP})
    assert (found.status, found.summary) == (status, told)


@pytest.mark.parametrize(
    ("name", "wanted"), [("tide%20tables.csv", Status.MISSING), ("other%20tables.csv?raw=true", Status.PARTIAL)]
)
def test_a_committed_table_that_is_read_back_is_no_source(
    repository: BuildRepository, name: str, wanted: Status
) -> None:
    code = f"import pandas as pd\n\ntides = pd.read_csv('https://raw.githubusercontent.com/a/tides/main/{name}')\nprint(tides)\n"
    files = {"load.py": code, "tide tables.csv": "a,b\n1,2\n", "README.md": "# Tides\n"}
    assert decided(repository, "repro.data-versioning", files).status is wanted


def test_stages_of_dvc_count_where_a_version_is_committed(repository: BuildRepository) -> None:
    files = {
        "dvc.yaml": "stages:\n  load:\n    cmd: python load.py\n    outs:\n      - tides.csv\n",
        ".dvc/config": "['remote \"store\"']\n    url = s3://tides/store\n",
        "load.py": "import pandas as pd\n\npd.read_csv('raw.csv').to_csv('tides.csv')\n",
    }
    assert decided(repository, "repro.data-versioning", files).status is Status.PARTIAL
    lock = "schema: '2.0'\nstages:\n  load:\n    cmd: python load.py\n    outs:\n    - path: tides.csv\n      md5: 0a\n"
    assert decided(repository, "repro.data-versioning", {**files, "dvc.lock": lock}).status is Status.MET


def test_a_path_from_the_root_of_a_container(repository: BuildRepository) -> None:
    flow = (
        "from prefect import flow\nfrom sklearn.linear_model import Ridge\n\n@flow\ndef train():\n"
        "    Ridge().fit([[1]], [1])\n"
    )
    deployments = (
        "deployments:\n  - name: daily\n    entrypoint: /flows/ml.py:train\n    schedule:\n      cron: 0 1 * * *\n"
    )
    files = {"flows/ml.py": flow, "flows/prefect.yaml": deployments}
    assert decided(repository, "mon.retraining", files).status is Status.MET


@pytest.mark.parametrize(
    "read",
    [
        "import asyncpg\n\nasync def load():\n    conn = await asyncpg.connect('x')\n    return await conn.fetch('select 1')\n",
        "import cv2\n\ndef load(path):\n    video = cv2.VideoCapture(path)\n    return video.read()\n",
        "import feedparser\n\ndef load(url):\n    return feedparser.parse(url)\n",
    ],
)
def test_rows_frames_and_feeds_are_raw_data(repository: BuildRepository, read: str) -> None:
    start = "import pandas as pd\nfrom load import load\n\nprint(pd.DataFrame(load()))\n"
    assert decided(repository, "e2e.data-ingestion", {"load.py": read, "start.py": start}).status is Status.MET


@pytest.mark.parametrize(
    ("record", "told"), [("mlruns/0/meta.yaml", True), ("flow/metadata.yaml", True), ("deploy.yaml", False)]
)
def test_what_a_tool_writes_down_of_a_machine_excuses_no_home(
    repository: BuildRepository, record: str, *, told: bool
) -> None:
    code = "import pandas as pd\n\nprint(pd.read_csv('/Users/mira/tides/tides.csv'))\n"
    defects, _ = find_defects(repository({"load.py": code, record: "folder: /Users/mira/tides\n"}))
    assert ("home-path" in {item.kind for item in defects}) is told


# -- monitoring and gates ----------------------------------------------------------------------------------------

DRIFT = (
    "import pandas as pd\nfrom evidently.report import Report\nfrom evidently.metric_preset import DataDriftPreset\n\n"
    "OLD = 'data/old.csv'\nNEW = '{new}'\n\n"
    "def watch(day):\n    old = pd.read_csv(OLD)\n    now = {now}\n    report = Report(metrics=[DataDriftPreset()])\n"
    "    report.run(reference_data=old, current_data=now)\n    report.save_html('drift.html')\n\nwatch('1')\n"
)


@pytest.mark.parametrize(
    ("new", "now", "wanted"),
    [
        ("data/new.csv", "pd.read_csv(NEW)", Status.MET),
        ("data/old.csv", "pd.read_csv(NEW)", Status.PARTIAL),
        ("data/old.csv", "pd.read_csv(NEW).tail(100)", Status.MET),
        ("data/old.csv", "pd.read_csv(f'data/{day}.csv')", Status.MET),
    ],
)
def test_a_table_that_is_compared_with_itself(repository: BuildRepository, new: str, now: str, wanted: Status) -> None:
    assert decided(repository, "mon.drift", {"watch.py": DRIFT.format(new=new, now=now)}).status is wanted


def test_drift_may_be_computed_without_a_library(repository: BuildRepository) -> None:
    code = "def calculate_drift(now, before):\n    return abs(sum(now) / len(now) - before)\n\nprint(calculate_drift([1], 2))\n"
    files = {"metrics.py": code, "train.py": "from sklearn.linear_model import Ridge\nRidge().fit([[1]], [1])\n"}
    assert decided(repository, "mon.drift", files).status is Status.MET


@pytest.mark.parametrize(
    ("act", "wanted"), [("sns.publish(Message='low')", Status.MISSING), ("publish_model(auc)", Status.MET)]
)
def test_a_message_promotes_no_model(repository: BuildRepository, act: str, wanted: Status) -> None:
    code = (
        "from sklearn.metrics import roc_auc_score\nfrom registry import publish_model, sns\n\n"
        f"def watch(y, found):\n    auc = roc_auc_score(y, found)\n    if auc > 0.7:\n        {act}\n\nwatch([1], [1])\n"
    )
    files = {"watch.py": code, "registry.py": "def publish_model(auc): ...\n\nsns = None\n"}
    assert decided(repository, "ci.model-gate", files).status is wanted


CHECK = (
    "import pandas as pd\n\ndef validate_data(path):\n    try:\n        tides = pd.read_csv(path)\n"
    "        found = {{'rows': tides.isnull().sum(), 'twice': tides.duplicated().sum()}}\n        {inside}\n"
    "        return found\n    except Exception:\n        raise\n\nprint(validate_data('tides.csv'))\n"
)


@pytest.mark.parametrize(
    ("inside", "wanted"),
    [("print(found)", Status.PARTIAL), ("if found['rows']:\n            raise ValueError('rows')", Status.MET)],
)
def test_a_handler_for_all_failures_only_passes_on(repository: BuildRepository, inside: str, wanted: Status) -> None:
    assert decided(repository, "ci.data-validation", {"check.py": CHECK.format(inside=inside)}).status is wanted


@pytest.mark.parametrize("asks", [True, False])
def test_a_status_that_a_later_stage_reads(repository: BuildRepository, *, asks: bool) -> None:
    check = (
        "import pandas as pd\n\nclass Validation:\n    def validate_columns(self, wanted):\n        status = True\n"
        "        for name in pd.read_csv('tides.csv').columns:\n            if name not in wanted:\n"
        "                status = False\n        with open('artifacts/validation/status.txt', 'w') as file:\n"
        "            file.write(str(status))\n        return status\n\nValidation().validate_columns(['a'])\n"
    )
    stage = (
        "def go():\n    with open('artifacts/validation/status.txt') as file:\n        status = file.read()\n"
        "    if status == 'True':\n        print('train')\n\ngo()\n"
    )
    files = {"check.py": check, **({"stage.py": stage} if asks else {})}
    assert decided(repository, "ci.data-validation", files).status is (Status.MET if asks else Status.PARTIAL)


# -- pages -------------------------------------------------------------------------------------------------------


MEASURES = "from sklearn.metrics import f1_score\n\nprint(f1_score([1], [1]))\n"


def test_an_aim_is_no_result(repository: BuildRepository) -> None:
    page = "# Tides\n\nForecasts of tides.\n\n{}\n"
    aim = {"README.md": page.format("- **Success metric**: F1 score of 0.91 on the test set"), "train.py": MEASURES}
    result = {"README.md": page.format("- **Ridge**: F1 score of 0.91 on the test set"), "train.py": MEASURES}
    assert decided(repository, "doc.results", aim).status is Status.MISSING
    assert decided(repository, "doc.results", result).status is Status.MET


@pytest.mark.parametrize(
    ("page", "wanted"),
    [
        ("# Tides\n\nForecasts.\n\n# Workflow\n\n![image](one.png)\n", Status.MET),
        ("# Workflow of tides\n\n![image](one.png)\n", Status.MISSING),
    ],
)
def test_chapters_may_have_headings_of_the_first_level(repository: BuildRepository, page: str, wanted: Status) -> None:
    assert decided(repository, "doc.diagram", {"README.md": page, "one.png": "x" * 1000}).status is wanted


# -- what starts what --------------------------------------------------------------------------------------------

TRAINS = "from sklearn.linear_model import Ridge\n\nRidge().fit([[1]], [1])\n"


def test_training_that_code_starts_as_a_process(repository: BuildRepository) -> None:
    start = "import subprocess\n\nsubprocess.run(['python', 'scripts/{}.py'], check=True)\n"
    files = {"README.md": "# Tides\n", "scripts/learn.py": TRAINS, "start.py": start.format("learn")}
    assert decided(repository, "e2e.training", files).status is Status.MET
    other = {**files, "start.py": start.format("other")}
    assert decided(repository, "e2e.training", other).status is Status.PARTIAL


@pytest.mark.parametrize(
    ("call", "wanted"), [("model.deploy(1, 'ml.m5')", Status.MET), ("model.predict([1])", Status.MISSING)]
)
def test_a_program_that_ci_runs_may_deploy(repository: BuildRepository, call: str, wanted: Status) -> None:
    workflow = "on: push\njobs:\n  go:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v4\n      - run: python -m ship\n"
    code = f"from sagemaker.sklearn import SKLearnModel\n\nmodel = SKLearnModel('tides')\n{call}\n"
    files = {".github/workflows/ship.yml": workflow, "ship.py": code}
    assert decided(repository, "ci.deploy", files).status is wanted


def test_a_name_of_a_model_may_be_a_setting(repository: BuildRepository) -> None:
    code = (
        "import mlflow\nfrom settings import read\n\nsettings = read()\nwith mlflow.start_run():\n"
        "    mlflow.sklearn.log_model(1, 'model', registered_model_name=settings['model']['name'])\n"
    )
    files = {"train.py": code, "settings.py": "def read():\n    return {}\n"}
    assert decided(repository, "e2e.model-registry", files).status is Status.MET


@pytest.mark.parametrize(
    ("command", "wanted"),
    [
        ("aws s3 cp data s3://tides --recursive", Status.MISSING),
        ("aws s3 cp s3://tides data --recursive", Status.PARTIAL),
    ],
)
def test_options_may_stand_behind_the_target(repository: BuildRepository, command: str, wanted: Status) -> None:
    files = {
        "Makefile": f"data:\n\t{command}\n",
        "train.py": "import pandas as pd\n\nprint(pd.read_csv('data/a.csv'))\n",
    }
    assert decided(repository, "repro.data-versioning", files).status is wanted


def test_infrastructure_of_others_is_called_so(repository: BuildRepository) -> None:
    files = {"vendor/infra/main.tf": CLUSTER, "app.py": APP}
    assert decided(repository, "iac.provisioning", files).summary == (
        "The infrastructure code is scaffolding or a copy of somebody else's, such as vendor/infra/main.tf."
    )


def test_pictures_of_screens_below_a_dashboard(repository: BuildRepository) -> None:
    page = "# Monitoring\n\nGrafana dashboard on localhost:3000\n\n![returns screenshot](returns.png)\n"
    files = {"monitoring/README.md": page, "monitoring/returns.png": "x" * 1000}
    files["compose.yaml"] = "services:\n  grafana:\n    image: grafana/grafana\n"
    assert decided(repository, "mon.dashboard", files).status is Status.MET


def test_what_is_made_up_is_no_outcome(repository: BuildRepository) -> None:
    page = "# Tides\n\nForecasts of tides.\n\n## {}\n\nThe forecast saves a pilot 20 minutes, down from 50 minutes.\n"
    for heading, wanted in (("Results", Status.MET), ("Mock example", Status.MISSING)):
        files = {"README.md": page.format(heading), "train.py": MEASURES}
        assert decided(repository, "doc.quantified", files).status is wanted


def test_a_model_that_is_named_none_is_not_registered(repository: BuildRepository) -> None:
    code = "import mlflow\n\nwith mlflow.start_run():\n    mlflow.sklearn.log_model(1, 'model', registered_model_name=None)\n"
    assert decided(repository, "e2e.model-registry", {"train.py": code}).status is Status.PARTIAL


@pytest.mark.parametrize(("checks", "wanted"), [("assert tide > 0", Status.MET), ("print(tide)", Status.MISSING)])
def test_a_test_may_check_by_a_helper(repository: BuildRepository, checks: str, wanted: Status) -> None:
    test = (
        f"from tides import high\n\ndef rises(tide):\n    {checks}\n\ndef test_one():\n    rises(high(1))\n\n"
        "def test_two():\n    rises(high(2))\n"
    )
    files = {"tides.py": "def high(day):\n    return day\n", "test_tides.py": test}
    assert decided(repository, "tests.unit", files).status is wanted


def test_a_guard_of_a_metric_may_start_training_anywhere(repository: BuildRepository) -> None:
    code = (
        "from learn import train\nfrom sklearn.metrics import f1_score\n\ndef evaluate(y, found):\n"
        "    score = f1_score(y, found)\n    if score < 0.8:\n        train()\n\nevaluate([1], [1])\n"
    )
    learn = "from sklearn.linear_model import Ridge\n\ndef train():\n    Ridge().fit([[1]], [1])\n"
    files = {"evaluate.py": code, "learn.py": learn}
    assert decided(repository, "mon.retraining", files).status is Status.MET
