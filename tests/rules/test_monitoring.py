"""What watches a running system, in small repositories."""

from __future__ import annotations

import pytest

from analyzer.engine import Decision
from analyzer.findings import Status
from tests.conftest import BuildRepository, decide_one

DRIFT = """
import pandas as pd
from evidently.metric_preset import DataDriftPreset
from evidently.report import Report

{data}
report = Report(metrics=[DataDriftPreset()])
report.run(reference_data={reference}, current_data={current})
report.save_html("drift_report.html")
"""


def status(repository: BuildRepository, criterion: str, files: dict[str, str]) -> Status:
    return decide_one(repository(files), criterion).status


def drift(data: str, reference: str = "reference", current: str = "current") -> str:
    return DRIFT.format(data=data, reference=reference, current=current)


def test_drift_needs_current_data(repository: BuildRepository) -> None:
    new = drift("reference = pd.read_csv('a.csv')\ncurrent = pd.read_csv('b.csv')")
    assert status(repository, "mon.drift", {"monitor.py": new}) is Status.MET
    split = drift(
        "from sklearn.model_selection import train_test_split\nreference, current = train_test_split(pd.read_csv('a.csv'))"
    )
    assert status(repository, "mon.drift", {"monitor.py": split}) is Status.PARTIAL
    train_test = drift("train_df = pd.concat([1])\ntest_df = pd.concat([2])", "train_df", "test_df")
    assert status(repository, "mon.drift", {"monitor.py": train_test}) is Status.PARTIAL


def test_the_files_tell_whether_data_are_current(repository: BuildRepository) -> None:
    """Variables may have any name; what they are read from says what they are."""
    halves = drift("reference = pd.read_csv('data/train.csv')\ncurrent = pd.read_csv('data/test.csv')")
    assert status(repository, "mon.drift", {"monitor.py": halves}) is Status.PARTIAL
    later = drift("reference = pd.read_csv('data/train.csv')\ncurrent = pd.read_csv('data/2025-06.csv')")
    assert status(repository, "mon.drift", {"monitor.py": later}) is Status.MET


def test_measures_that_monitoring_code_keeps_are_metrics(repository: BuildRepository) -> None:
    code = (
        "import pandas as pd\n\n"
        "def keep(frame, engine):\n"
        "    error = (frame['actual'] - frame['predicted']).abs().mean()\n"
        "    pd.DataFrame([{'NAME': error}]).to_sql('daily', engine)\n\n"
        "keep(pd.read_csv('a.csv'), None)\n"
    )
    assert status(repository, "mon.metrics", {"monitor.py": code.replace("NAME", "mae")}) is Status.MET
    assert status(repository, "mon.metrics", {"monitor.py": code.replace("NAME", "rides")}) is Status.MISSING


def test_a_script_with_test_in_its_name_is_code(repository: BuildRepository) -> None:
    new = drift("reference = pd.read_csv('a.csv')\ncurrent = pd.read_csv('b.csv')")
    assert status(repository, "mon.drift", {"data-drift-test.py": new}) is Status.MET


def test_reports_in_a_public_bucket_are_a_dashboard(repository: BuildRepository) -> None:
    code = drift("reference = pd.read_csv('a.csv')\ncurrent = pd.read_csv('b.csv')\nimport boto3") + (
        "boto3.client('s3').upload_file('drift_report.html', 'drift-reports', 'index.html')\n"
    )
    website = 'resource "aws_s3_bucket_website_configuration" "drift_reports" {\n  bucket = "drift-reports"\n}\n'
    assert status(repository, "mon.dashboard", {"monitor.py": code, "main.tf": website}) is Status.MET
    assert status(repository, "mon.dashboard", {"monitor.py": code}) is Status.PARTIAL


def test_a_badge_is_no_picture_of_a_dashboard(repository: BuildRepository) -> None:
    badge = "# A\n\nWords.\n\n![Evidently](https://img.shields.io/badge/evidently-0.1-red)\n"
    assert status(repository, "mon.dashboard", {"README.md": badge}) is Status.MISSING
    shown = "# A\n\nWords.\n\n![Grafana](images/grafana.png)\n"
    picture = {"README.md": shown, "images/grafana.png": "x" * 1000}
    exporting = "from prometheus_client import Counter\nCounter('predictions', 'Predictions served').inc()\n"
    assert status(repository, "mon.dashboard", {**picture, "app.py": exporting}) is Status.MET
    assert status(repository, "mon.dashboard", picture) is Status.MISSING


def test_an_alarm_watches_metrics_and_alerts(repository: BuildRepository) -> None:
    told = "  alarm_actions = [aws_sns_topic.crew.arn]\n"
    alarm = f'resource "aws_cloudwatch_metric_alarm" "slow" {{\n  metric_name = "ModelLatency"\n{told}}}\n'
    server = 'resource "aws_instance" "docks" {\n  ami = "ami-1"\n}\n'
    silent = alarm.replace("  alarm_actions", "  actions_enabled = true\n  # alarm_actions")
    assert status(repository, "mon.alerting", {"main.tf": silent + server}) is Status.PARTIAL
    for criterion in ("mon.metrics", "mon.alerting"):
        assert status(repository, criterion, {"main.tf": alarm + server}) is Status.MET
        assert status(repository, criterion, {"main.tf": alarm}) is Status.MISSING  # on what?


def test_messages_and_receivers_are_alerting(repository: BuildRepository) -> None:
    telegram = (
        "import os\nimport requests\ndef send_telegram(text):\n"
        "    requests.get(f'https://api.telegram.org/bot{os.getenv(\"TOKEN\")}/sendMessage?text={text}')\nsend_telegram('x')\n"
    )
    assert status(repository, "mon.alerting", {"notify.py": telegram}) is Status.MET
    mage = "notification_config:\n  alert_on:\n  - trigger_failure\n  email_config:\n    to_emails:\n    - {}\n"
    assert status(repository, "mon.alerting", {"project/metadata.yaml": mage.format("team@example.org")}) is Status.MET
    generated = mage.split("  email_config", maxsplit=1)[0]
    assert status(repository, "mon.alerting", {"project/metadata.yaml": generated}) is Status.MISSING


def test_a_schedule_starts_the_component_beside_it(repository: BuildRepository) -> None:
    rule = 'resource "aws_cloudwatch_event_rule" "daily" {\n  schedule_expression = "rate(1 day)"\n}\n'
    train = "from sklearn.linear_model import Ridge\nRidge().fit([[1]], [1])\n"
    watch = "import pandas as pd\npd.read_csv('x.csv')\n"
    image = {"Dockerfile": "FROM python:3.11\nCOPY train.py .\nCMD python train.py\n"}
    beside = {**image, "jobs/monitor/main.tf": rule, "jobs/monitor/watch.py": watch, "train.py": train}
    assert status(repository, "mon.retraining", beside) is Status.MISSING
    assert status(repository, "mon.retraining", {**image, "infra/main.tf": rule, "train.py": train}) is Status.MET
    assert status(repository, "mon.retraining", {"infra/main.tf": rule, "train.py": train}) is Status.MISSING


def test_exported_metrics(repository: BuildRepository) -> None:
    code = (
        "from prometheus_client import Counter\nrequests_total = Counter('requests_total', 'x')\nrequests_total.inc()\n"
    )
    assert status(repository, "mon.metrics", {"app.py": code}) is Status.MET


def test_predictions_that_are_logged_are_partial_metrics(repository: BuildRepository) -> None:
    code = (
        "import json\nimport logging\nimport joblib\nfrom flask import Flask\nlog = logging.getLogger('x')\napp = Flask('x')\n"
        "model = joblib.load('m')\n@app.post('/predict')\ndef predict():\n"
        "    value = float(model.predict([[1]])[0])\n    log.info(json.dumps({'input': 1, 'probability': value}))\n    return str(value)\n"
    )
    assert status(repository, "mon.metrics", {"app.py": code}) is Status.PARTIAL


TRAIN = "from sklearn.svm import SVC\n\ndef train(x, y):\n    return SVC().fit(x, y)\n"


def test_a_schedule_whose_flow_runs_the_training_as_a_process(repository: BuildRepository) -> None:
    flow = (
        "import subprocess\nfrom datetime import timedelta\nfrom prefect import flow\nfrom prefect.deployments import Deployment\n"
        "from prefect.server.schemas.schedules import IntervalSchedule\n\n@flow\ndef weekly():\n"
        "    subprocess.run(['python', 'train.py'], check=True)\n\nDeployment.build_from_flow(\n    flow=weekly,\n    name='weekly',\n"
        "    schedule=IntervalSchedule(interval=timedelta(days=7)),\n).apply()\n"
    )
    decision = decide_one(repository({"flow.py": flow, "train.py": f"{TRAIN}\ntrain([[1]], [1])\n"}), "mon.retraining")
    assert (decision.status, decision.evidence[0].line) == (Status.MET, 14)
    assert decide_one(repository({"flow.py": flow, "train.py": "x = 1\n"}), "mon.retraining").status is Status.MISSING


@pytest.mark.parametrize(
    ("after", "files", "wanted"),
    [
        ("", {}, Status.PARTIAL),
        ("deployment.apply()\n", {}, Status.MET),
        ("import pandas as pd\n\npd.DataFrame().apply(print)\n", {}, Status.PARTIAL),
        ("", {"README.md": "# A\n\n```sh\nprefect deployment create flow.py\n```\n"}, Status.MET),
        ("", {"deploy.py": "from flow import deployment\n\ndeployment.apply()\n"}, Status.MET),
    ],
)
def test_a_deployment_that_is_built_has_to_be_applied(
    repository: BuildRepository, after: str, files: dict[str, str], wanted: Status
) -> None:
    flow = (
        "from prefect import flow\nfrom prefect.deployments import Deployment\n"
        "from prefect.server.schemas.schedules import CronSchedule\nfrom train import train\n\n"
        "@flow\ndef weekly():\n    train([[1]], [1])\n\ndeployment = Deployment.build_from_flow(\n"
        f"    flow=weekly, name='weekly', schedule=CronSchedule(cron='0 0 * * 1')\n)\n{after}"
    )
    decision = decide_one(repository({"flow.py": flow, "train.py": TRAIN, **files}), "mon.retraining")
    assert (decision.status, decision.evidence[0].line) == (wanted, 11)
    assert ("nothing applies it" in decision.summary) is (wanted is Status.PARTIAL)


def test_a_task_that_a_flow_submits_is_called_whatever_it_returns(repository: BuildRepository) -> None:
    flow = (
        "from prefect import flow, task\nfrom sklearn.svm import SVC\n\n@task\ndef fit(x):\n    model = SVC()\n"
        "    model.fit(x, x)\n    return model, 1\n\n@flow\ndef weekly():\n    model, score = fit.submit([1]).result()\n\n"
        "weekly.serve(name='weekly', cron='0 0 * * 1')\n"
    )
    assert decide_one(repository({"flow.py": flow}), "mon.retraining").status is Status.MET


def test_a_schedule_whose_dag_triggers_others(repository: BuildRepository) -> None:
    dag = (
        "from airflow import DAG\nfrom airflow.operators.trigger_dagrun import TriggerDagRunOperator\n\n"
        "with DAG(dag_id='{0}', schedule={1}) as dag:\n    TriggerDagRunOperator(task_id='next', trigger_dag_id='{2}')\n"
    )
    last = (
        "from airflow import DAG\nfrom airflow.operators.python import PythonOperator\nfrom train import train\n\n"
        "with DAG('fit', schedule=None) as dag:\n    PythonOperator(task_id='fit', python_callable=train)\n"
    )
    files = {
        "dags/load.py": dag.format("load", "'@daily'", "features"),
        "dags/features.py": dag.format("features", None, "fit"),
        "dags/fit.py": last,
        "train.py": TRAIN,
    }
    decision = decide_one(repository(files), "mon.retraining")
    assert (decision.status, decision.evidence[0].path) == (Status.MET, "dags/load.py")
    elsewhere = {**files, "dags/features.py": dag.format("features", None, "other")}
    assert decide_one(repository(elsewhere), "mon.retraining").status is Status.MISSING


@pytest.mark.parametrize(
    ("message", "wanted"),
    [
        ("f'Predicted {y}'", Status.PARTIAL),
        ("f'Accuracy score: {y}'", Status.MISSING),
        ("f'Best performance: {y}'", Status.MISSING),
        ("f'Error in the prediction request: {y}'", Status.MISSING),
        ("f'Accuracy of the prediction: {y}'", Status.PARTIAL),
    ],
)
def test_logs_of_how_good_a_model_is_are_no_metrics(repository: BuildRepository, message: str, wanted: Status) -> None:
    code = f"import logging\n\ndef judge(model, x):\n    y = model.predict(x)\n    logging.info({message})\n\njudge(1, 2)\n"
    assert decide_one(repository({"models/docks.pkl": "x", "judge.py": code}), "mon.metrics").status is wanted


def test_rows_of_predictions_in_a_database_are_partial_metrics(repository: BuildRepository) -> None:
    code = (
        "import joblib\nfrom fastapi import FastAPI\nfrom db import Prediction, session\n\napp = FastAPI()\n"
        "model = joblib.load('m.pkl')\n\n@app.post('/predict')\ndef predict(x: float):\n    y = model.predict([[x]])\n"
        "    session.add(Prediction(x=x, y=y))\n    return y\n"
    )
    decision = decide_one(repository({"models/docks.pkl": "x", "app.py": code}), "mon.metrics")
    assert (decision.status, decision.evidence[0].line) == (Status.PARTIAL, 11)
    table = code.replace(
        "session.add(Prediction(x=x, y=y))", "session.insert_rows_json('docks.predictions', [{'y': y}])"
    )
    table = table.replace(
        "from db import Prediction, session", "from google.cloud import bigquery\n\nsession = bigquery.Client()"
    )
    assert decide_one(repository({"models/docks.pkl": "x", "app.py": table}), "mon.metrics").status is Status.PARTIAL
    by_function = code.replace("session.add(Prediction(x=x, y=y))", "log_prediction(x, y)").replace(
        "db import", "keep import log_prediction,"
    )
    keep = "def log_prediction(x, y):\n    open('kept.jsonl', 'a').write(f'{x} {y}')\n"
    files = {"models/docks.pkl": "x", "app.py": by_function, "keep.py": keep}
    assert decide_one(repository(files), "mon.metrics").status is Status.PARTIAL
    other = code.replace("Prediction", "Visit")
    assert decide_one(repository({"models/docks.pkl": "x", "app.py": other}), "mon.metrics").status is Status.MISSING


def test_an_alert_that_only_logs(repository: BuildRepository) -> None:
    code = (
        "import logging\nimport requests\n\nclass Monitor:\n    def check(self, score):\n        if score > 0.3:\n"
        "            self.send_alert(score)\n\n    def send_alert(self, score):\n        {}\n\nMonitor().check(1)\n"
    )
    logs = code.format("logging.warning(f'drift {score}')")
    assert decide_one(repository({"monitor.py": logs}), "mon.alerting").status is Status.PARTIAL
    sends = code.format("requests.post('https://hooks.slack.com/services/x', json={'text': str(score)})")
    assert decide_one(repository({"monitor.py": sends}), "mon.alerting").status is Status.MET


@pytest.mark.parametrize(
    ("trigger", "status"),
    [
        ("  schedule_interval: '@weekly'\n  schedule_type: time\n", Status.MET),
        ("  schedule_interval: '@once'\n  schedule_type: time\n", Status.MISSING),
        ("  schedule_type: api\n", Status.MISSING),
    ],
)
def test_triggers_of_mage(repository: BuildRepository, trigger: str, status: Status) -> None:
    files = {
        "mage/pipelines/docks/metadata.yaml": "blocks:\n- type: transformer\n  uuid: train_docks\n- type: data_exporter\n  uuid: keep\n",
        "mage/pipelines/docks/triggers.yaml": f"triggers:\n- description: null\n  name: docks\n{trigger}  status: active\n",
        "mage/transformers/train_docks.py": "from sklearn.svm import SVC\n\n@transformer\ndef train(rows):\n    return SVC().fit(rows, rows)\n",
    }
    decision = decide_one(repository(files), "mon.retraining")
    assert decision.status is status
    assert status is Status.MISSING or decision.evidence[0].line == 4


def test_a_log_of_steps_keeps_no_predictions(repository: BuildRepository) -> None:
    code = "import logging\nimport joblib\n\ndef answer(rows):\n    logging.info({})\n    return joblib.load('m.bin').predict(rows)\n\nanswer([])\n"
    steps = {"serve.py": code.format("'the request was received'")}
    assert status(repository, "mon.metrics", steps) is Status.MISSING
    values = {"serve.py": code.format("f'prediction for {rows}'")}
    assert status(repository, "mon.metrics", values) is Status.PARTIAL


CONFIG_MAP = """\
apiVersion: v1
kind: ConfigMap
metadata: {name: monitoring}
data:
  note: plain
  rules.yml: |
    groups:
    - name: g
      rules:
      - alert: Down
        expr: up == 0
  board.json: |
    {
      "title": "Service",
      "schemaVersion": 39,
      "panels": [{"type": "timeseries", "targets": [{"expr": "up"}]}]
    }
"""


@pytest.mark.parametrize(("criterion", "line"), [("mon.alerting", 10), ("mon.dashboard", 14)])
def test_files_that_a_config_map_holds_are_read(repository: BuildRepository, criterion: str, line: int) -> None:
    app = {
        "app.py": "from prometheus_client import Counter, start_http_server\nC = Counter('c', 'c')\nC.inc()\nstart_http_server(8000)\n"
    }
    decision = decide_one(repository({**app, "k8s/monitoring.yaml": CONFIG_MAP}), criterion)
    assert (decision.status, decision.evidence[0].line) == (Status.MET, line)


def test_a_warning_of_drift_in_the_log_is_a_partial_alert(repository: BuildRepository) -> None:
    code = "import logging\n\nlogger = logging.getLogger(__name__)\n\ndef look(drift_detected):\n    if {}:\n        logger.warning('drift')\n\nlook(1)\n"
    decision = decide_one(repository({"watch.py": code.format("drift_detected")}), "mon.alerting")
    assert (decision.status, decision.evidence[0].line) == (Status.PARTIAL, 6)
    assert decide_one(repository({"watch.py": code.format("ready")}), "mon.alerting").status is Status.MISSING


VALUES = "metrics:\n  enabled: true\n  serviceMonitor:\n    interval: 30s\n    enabled: {}\n"


def test_metrics_of_a_chart_of_others_are_collected_where_its_values_say_so(repository: BuildRepository) -> None:
    service = {
        "app.py": "import joblib\nfrom flask import Flask\n\napp = Flask('docks')\nmodel = joblib.load('m.pkl')\n\n@app.post('/predict')\n"
        "def predict():\n    return str(model.predict([[1]]))\n\napp.run()\n",
        "m.pkl": "x",
    }
    on = decide_one(repository({**service, "helm/flow_values.yaml": VALUES.format("true")}), "mon.metrics")
    assert (on.status, on.evidence[0].path, on.evidence[0].line) == (Status.MET, "helm/flow_values.yaml", 5)
    dag = {"dags/docks.py": "from airflow import DAG\n\nwith DAG('docks') as dag:\n    pass\n"}
    used = decide_one(repository({**dag, "helm/airflow_values.yaml": VALUES.format("true")}), "mon.metrics")
    assert used.status is Status.MET
    assert (
        decide_one(repository({**dag, "helm/flow_values.yaml": VALUES.format("true")}), "mon.metrics").status
        is Status.MISSING
    )
    off = decide_one(repository({**service, "helm/flow_values.yaml": VALUES.format("false")}), "mon.metrics")
    assert off.status is Status.MISSING
    # The defaults of one's own chart collect nothing by themselves; its template would.
    chart = {"chart/Chart.yaml": "apiVersion: v2\nname: docks\nversion: 1.0.0\n"}
    own = decide_one(repository({**service, **chart, "chart/values.yaml": VALUES.format("true")}), "mon.metrics")
    assert own.status is Status.MISSING
    watched = "apiVersion: monitoring.coreos.com/v1\nkind: ServiceMonitor\nmetadata:\n  name: docks\nspec: {}\n"
    assert decide_one(repository({**service, "k8s/watch.yaml": watched}), "mon.metrics").status is Status.MET
    assert decide_one(repository({"k8s/watch.yaml": watched}), "mon.metrics").status is Status.MISSING


def test_measures_are_known_by_the_columns_that_they_fill(repository: BuildRepository) -> None:
    keep = (
        "import psycopg\n\nQUERY = '''INSERT INTO {}'''\n\n"
        "def keep(found):\n    psycopg.connect('x').execute(QUERY, found)\n"
    )
    check = (
        "from sklearn.metrics import roc_auc_score\n\nfrom db import keep\n\nkeep([roc_auc_score([0, 1], [0, 1])])\n"
    )

    def decided(table: str) -> Decision:
        return decide_one(repository({"db.py": keep.format(table), "check.py": check}), "mon.metrics")

    measures = decided("quality (roc_auc, at) VALUES (%s, now())")
    assert (measures.status, measures.evidence[0].path, measures.evidence[0].line) == (Status.MET, "db.py", 3)
    assert decided("docks (free, at) VALUES (%s, now())").status is not Status.MET


def test_a_workspace_that_nothing_fills_is_half_a_metric(repository: BuildRepository) -> None:
    path = "monitoring/workspace/0a1b2c3d-0a1b-0a1b-0a1b-0a1b2c3d4e5f/metadata.json"
    decision = decide_one(repository({path: "{}\n", "train.py": "print(1)\n"}), "mon.metrics")
    assert (decision.status, decision.evidence[0].path) == (Status.PARTIAL, path)


def test_what_a_request_took_is_kept_by_a_helper(repository: BuildRepository) -> None:
    code = (
        "from fastapi import FastAPI\nfrom db import run\n\napp = FastAPI()\n\n@app.post('/predict')\ndef predict(row: dict):\n"
        "    query = 'INSERT INTO predictions (ID, ANSWER, INFER_TIME) VALUES (%s, %s, %s)'\n    run(query, row)\n    return row\n"
    )
    files = {"app.py": code, "db.py": "def run(query, row):\n    print(query, row)\n"}
    decision = decide_one(repository(files), "mon.metrics")
    assert (decision.status, decision.evidence[0].line) == (Status.MET, 8)
    assert status(repository, "mon.metrics", files | {"app.py": code.replace("INFER_TIME", "REGION")}) is not Status.MET


def test_where_a_model_is_trained_other_rows_are_kept_too(repository: BuildRepository) -> None:
    code = (
        "from pymongo import MongoClient\nfrom sklearn.metrics import f1_score\nfrom sklearn.svm import SVC\n\n"
        "model = SVC().fit([[1], [2]], [0, 1])\nprint(f1_score([0], model.predict([[1]])))\n\n"
        "def keep(name):\n    MongoClient('db')['models']['names'].insert_one({'name': name, '%s': 1})\n\nkeep('docks')\n"
    )
    assert status(repository, "mon.metrics", {"train.py": code % "version"}) is Status.MISSING
    assert status(repository, "mon.metrics", {"train.py": code % "f1"}) is Status.MET


def test_a_detector_of_drift_of_the_projects_own(repository: BuildRepository) -> None:
    code = (
        "import numpy as np\n\nclass DriftDetector:\n    def __init__(self, baseline):\n        self.baseline = baseline\n\n"
        "    def detect(self, amounts):\n        return np.abs(np.mean(amounts) - self.baseline) > 0.1\n"
    )
    use = "from fastapi import FastAPI\nfrom detector import DriftDetector\n\napp = FastAPI()\n\n@app.post('/drift')\ndef drift(rows: list):\n    return DriftDetector(1).detect(rows)\n"
    assert status(repository, "mon.drift", {"detector.py": code, "app.py": use}) is Status.MET


KEPT = """import pandas as pd
from sklearn.metrics import root_mean_squared_error
from database import engine

def evaluate(day):
    frame = pd.read_sql(f"select * from forecasts where day = '{day}'", engine())
    return root_mean_squared_error(frame['free_actual'], frame['free_pred'])

evaluate('2026-11-01')
"""


def test_what_came_true_against_predictions_that_were_kept(repository: BuildRepository) -> None:
    model = {"train.py": "from sklearn.linear_model import Ridge\n\nRidge().fit([[1]], [1])\n"}
    assert status(repository, "mon.model-performance", {**model, "score.py": KEPT}) is Status.MET
    tested = KEPT.replace("free_actual", "free_test")
    assert status(repository, "mon.model-performance", {**model, "score.py": tested}) is Status.MISSING
    predicting = KEPT.replace(
        "    return", "    frame['free_pred'] = mlflow.pyfunc.load_model('m').predict(frame)\n    return"
    )
    predicting = f"import mlflow\n{predicting}"
    assert status(repository, "mon.model-performance", {**model, "score.py": predicting}) is Status.MISSING


def test_a_share_of_right_answers_by_those_who_got_them(repository: BuildRepository) -> None:
    store = (
        "def stats(table):\n    right = table.where('is_correct', True).count()\n"
        "    return {'accuracy': right / table.count()}\n\nstats(open('answers'))\n"
    )
    model = {"train.py": "from sklearn.linear_model import Ridge\n\nRidge().fit([[1]], [1])\n"}
    assert status(repository, "mon.model-performance", {**model, "feedback.py": store}) is Status.MET
    assert status(repository, "mon.model-performance", {**model, "tables.py": store}) is Status.MISSING


def test_monitors_that_are_chosen_by_a_configuration(repository: BuildRepository) -> None:
    code = (
        "import yaml\nfrom evidently.model_monitoring import DataDriftMonitor, ModelMonitoring\n\n"
        "KNOWN = {'data_drift': DataDriftMonitor}\n"
        "names = yaml.safe_load(open('config.yaml'))['monitors']\n"
        "ModelMonitoring(monitors=[KNOWN[name]() for name in names]).execute(1, 2)\n"
    )
    files = {
        "monitor.py": code,
        "config.yaml": "monitors: [data_drift]\n",
        "data.py": "import pandas as pd\npd.read_csv('a')\n",
    }
    assert status(repository, "mon.drift", files) is Status.MET


@pytest.mark.parametrize(
    ("address", "wanted"),
    [("ops@docks.org", Status.MET), ("your_email@docks.org", Status.PARTIAL), ("ops@example.com", Status.PARTIAL)],
)
def test_a_message_to_an_address_that_stands_for_one(repository: BuildRepository, address: str, wanted: Status) -> None:
    code = (
        "import smtplib\n\ndef tell(drift):\n    if drift > 0.1:\n        with smtplib.SMTP('mail') as server:\n"
        f"            server.sendmail('{address}', '{address}', str(drift))\n\ntell(0.2)\n"
    )
    assert status(repository, "mon.alerting", {"tell.py": code}) is wanted


def test_an_address_with_teams_in_it_is_no_message(repository: BuildRepository) -> None:
    code = "import requests\n\nprint(requests.get('https://data.docks.org/mobile_teams/docks.json').json())\n"
    assert status(repository, "mon.alerting", {"fetch.py": code}) is Status.MISSING


def test_tests_of_performance_without_labels_are_a_proxy(repository: BuildRepository) -> None:
    code = (
        "from evidently.test_preset import NoTargetPerformanceTestPreset\nfrom evidently.test_suite import TestSuite\n\n"
        "TestSuite(tests=[NoTargetPerformanceTestPreset()]).run(reference_data=1, current_data=2)\n"
    )
    model = {"train.py": "from sklearn.linear_model import Ridge\n\nRidge().fit([[1]], [1])\n"}
    assert status(repository, "mon.model-performance", {**model, "watch.py": code}) is Status.PARTIAL


SCORED = """import mlflow
from data import fetch
from sklearn.metrics import root_mean_squared_error

def look():
    frame = fetch()
    error = root_mean_squared_error(frame.free, mlflow.pyfunc.load_model('models:/docks@best').predict(frame))
    {}
    return error

look()
"""


@pytest.mark.parametrize(
    ("keeps", "wanted"),
    [
        ("from prometheus_client import Gauge; Gauge('rmse', 'rmse').set(error)", Status.MET),
        ("print(error)", Status.PARTIAL),
    ],
)
def test_a_registered_model_that_is_scored_again(repository: BuildRepository, keeps: str, wanted: Status) -> None:
    files = {"train.py": TRAINS, "look.py": SCORED.format(keeps)}
    assert status(repository, "mon.model-performance", files) is wanted
    by_file = SCORED.format(keeps).replace("models:/docks@best", "model.bin")
    assert status(repository, "mon.model-performance", {**files, "look.py": by_file}) is Status.MISSING


TRAINS = (
    "import pandas as pd\nfrom sklearn.linear_model import Ridge\n\ndef train_flow():\n"
    "    frame = pd.read_csv('docks.csv')\n    Ridge().fit(frame, frame.free)\n\nif __name__ == '__main__':\n    train_flow()\n"
)


def test_a_flow_that_watches_an_error_and_trains_again(repository: BuildRepository) -> None:
    watch = (
        "from train import train_flow\nfrom ask import ask\n\ndef monitoring_flow():\n    mape = ask()\n"
        "    if mape > 0.1:\n        train_flow()\n\nmonitoring_flow()\n"
    )
    files = {"train.py": TRAINS, "ask.py": "def ask():\n    return 0.2\n"}
    assert status(repository, "mon.retraining", {**files, "pipeline.py": watch}) is Status.MET
    asked = watch.replace("mape > 0.1", "len(str(mape)) > 3").replace("mape", "day")
    assert status(repository, "mon.retraining", {**files, "pipeline.py": asked}) is Status.MISSING


def test_a_block_that_decides_by_drift_what_runs_behind_it(repository: BuildRepository) -> None:
    block = (
        "from mage_ai.data_preparation.decorators import condition\nfrom evidently.metrics import DatasetDriftMetric\n"
        "from evidently.report import Report\n\n@condition\ndef decide(data, *args, **kwargs):\n"
        "    report = Report(metrics=[DatasetDriftMetric()])\n    report.run(reference_data=data[0], current_data=data[1])\n"
        "    return report.as_dict()['metrics'][0]['result']['dataset_drift']\n"
    )
    assert status(repository, "mon.retraining", {"train.py": TRAINS, "conditionals/drift.py": block}) is Status.MET
    plain = block.replace("import condition", "import transformer").replace("@condition", "@transformer")
    assert status(repository, "mon.retraining", {"train.py": TRAINS, "conditionals/drift.py": plain}) is Status.MISSING


@pytest.mark.parametrize(
    ("command", "wanted"),
    [
        ("'python -m src.train --deep'", Status.MET),
        ("PYTHON + ' -m ' + 'src.train --deep'", Status.MET),
        ("PYTHON + ' -m ' + 'src.other'", Status.MISSING),
        ("'echo src.train'", Status.MISSING),
    ],
)
def test_a_schedule_whose_task_is_a_command(repository: BuildRepository, command: str, wanted: Status) -> None:
    dag = (
        "from airflow import DAG\nfrom airflow.decorators import task\n\nPYTHON = 'python'\n\n"
        f"with DAG('train', schedule='@daily') as dag:\n    @task.bash\n    def train():\n        return {command}\n\n    train()\n"
    )
    files = {"src/__init__.py": "", "src/train.py": TRAINS, "src/other.py": "print(1)\n", "dags/train.py": dag}
    assert status(repository, "mon.retraining", files) is wanted


def test_a_schedule_whose_task_starts_a_module_by_its_name(repository: BuildRepository) -> None:
    dag = (
        "from airflow import DAG\nfrom airflow.operators.python import PythonOperator\nfrom times import DAILY\n"
        "from tools import run_module\n\ndef train():\n    run_module('src.train')\n\n"
        "with DAG('train', schedule=DAILY) as dag:\n    PythonOperator(task_id='train', python_callable=train)\n"
    )
    files = {"src/__init__.py": "", "src/train.py": TRAINS, "dags/times.py": "DAILY = '0 3 * * *'\n"}
    assert status(repository, "mon.retraining", {**files, "dags/train.py": dag}) is Status.MET
    logged = dag.replace("run_module('src.train')", "print('src.train')")
    assert status(repository, "mon.retraining", {**files, "dags/train.py": logged}) is Status.MISSING
