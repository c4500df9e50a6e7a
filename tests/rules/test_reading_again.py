"""What a second look at real projects showed to be read wrongly, each in the smallest example of our own."""

from __future__ import annotations

import pytest

from analyzer.findings import Status
from tests.conftest import BuildRepository, decide_one

TRAIN = "from sklearn.svm import SVC\n\ndef train(x, y):\n    return SVC().fit(x, y)\n"


def test_a_service_class_of_bentoml(repository: BuildRepository) -> None:
    service = (
        "import bentoml\n\n@bentoml.service(traffic={'timeout': 10})\nclass Docks:\n    def __init__(self):\n"
        "        self.model = bentoml.xgboost.load_model('docks:latest')\n\n    @bentoml.api()\n"
        "    def predict(self, rows: list) -> list:\n        return self.model.predict(rows)\n"
    )
    decision = decide_one(repository({"service.py": service}), "e2e.serving")
    assert (decision.status, decision.evidence[0].line) == (Status.MET, 8)


def test_an_app_whose_model_a_function_of_ones_own_loads(repository: BuildRepository) -> None:
    files = {
        "app.py": "import gradio as gr\nfrom loading import load\n\nmodel = load()\ngr.ChatInterface(model).launch()\n",
        "loading.py": "import joblib\n\ndef load():\n    return joblib.load('model.bin')\n",
    }
    assert decide_one(repository(files), "e2e.serving").status is Status.PARTIAL


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
    decision = decide_one(repository({"promote.py": code}), "ci.model-gate")
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
    assert decide_one(repository({"promote.py": code}), "ci.model-gate").status is Status.PARTIAL


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


def test_an_alert_that_only_logs(repository: BuildRepository) -> None:
    code = (
        "import logging\nimport requests\n\nclass Monitor:\n    def check(self, score):\n        if score > 0.3:\n"
        "            self.send_alert(score)\n\n    def send_alert(self, score):\n        {}\n\nMonitor().check(1)\n"
    )
    logs = code.format("logging.warning(f'drift {score}')")
    assert decide_one(repository({"monitor.py": logs}), "mon.alerting").status is Status.PARTIAL
    sends = code.format("requests.post('https://hooks.slack.com/services/x', json={'text': str(score)})")
    assert decide_one(repository({"monitor.py": sends}), "mon.alerting").status is Status.MET


def test_a_cloud_that_is_emulated_or_used_by_hand(repository: BuildRepository) -> None:
    compose = "services:\n  aws:\n    image: localstack/localstack:3\n"
    assert decide_one(repository({"compose.yaml": compose}), "e2e.cloud-deployment").status is Status.PARTIAL
    readme = (
        "# Dock watch\n\n## Set-up of the GCP instance\n\n1. Create a machine.\n2. Open port 22.\n3. Start compose.\n"
    )
    assert decide_one(repository({"README.md": readme}), "e2e.cloud-deployment").status is Status.PARTIAL
    assert (
        decide_one(
            repository({"README.md": "# Dock watch\n\n## Plans\n\n- deploy on GCP\n"}), "e2e.cloud-deployment"
        ).status
        is Status.MISSING
    )


def test_dated_partitions_of_training_data(repository: BuildRepository) -> None:
    code = "from datetime import date\nimport pandas as pd\n\npd.read_csv('raw.csv').to_csv(f\"s3://docks/{{date.today():%Y-%m}}/{}.csv\")\n"
    met = decide_one(repository({"model_training.py": code.format("train")}), "repro.data-versioning")
    assert met.status is Status.MET
    partial = decide_one(repository({"batch.py": code.format("predictions")}), "repro.data-versioning")
    assert partial.status is Status.PARTIAL


def test_a_download_by_a_script_that_is_named_for_it(repository: BuildRepository) -> None:
    script = 'for year in 2023 2024; do\n  wget "https://example.org/docks/${year}" -O "${year}"\ndone\n'
    assert decide_one(repository({"download_data.sh": script}), "repro.data-versioning").status is Status.PARTIAL
    assert decide_one(repository({"tools.sh": script}), "repro.data-versioning").status is Status.MISSING


def test_parameters_are_no_features(repository: BuildRepository) -> None:
    code = "def cast(params):\n    params['depth'] = int(params['depth'])\n    return params\n\ncast({'depth': 3.0})\n"
    assert decide_one(repository({"tune.py": code}), "e2e.feature-engineering").status is Status.MISSING


def test_a_databricks_job_in_a_file_of_its_own(repository: BuildRepository) -> None:
    job = (
        "resources:\n  jobs:\n    docks:\n      name: docks\n      tasks:\n        - task_key: ingest\n          notebook_task:\n"
        "            notebook_path: ../src/ingest.ipynb\n        - task_key: train\n          depends_on:\n            - task_key: ingest\n"
    )
    assert decide_one(repository({"resources/docks.job.yml": job}), "e2e.pipeline").status is Status.MET


def test_hooks_that_cannot_be_read(repository: BuildRepository) -> None:
    broken = "repos:\n  - repo: https://example.org/hooks\n      rev: v1\n    hooks:\n      - id: check\n"  # rev too far right
    decision = decide_one(repository({".pre-commit-config.yaml": broken}), "repro.hooks")
    assert (decision.status, decision.evidence[0].line) == (Status.PARTIAL, 5)
    nothing = repository({".pre-commit-config.yaml": "repos: [\n"})
    assert decide_one(nothing, "repro.hooks").status is Status.MISSING


README = "# Dock watch\n\nA forecast of free docks.\n\n"


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("A demo: [video](https://youtu.be/abc)\n", Status.MET),
        ("See here for a tutorial on how to do it:\n\n[video](https://youtu.be/abc)\n", Status.MISSING),
        ("The following video can be used as a reference. [link](https://youtu.be/abc)\n", Status.MISSING),
    ],
)
def test_a_video_of_others_is_no_site(repository: BuildRepository, text: str, status: Status) -> None:
    assert decide_one(repository({"README.md": f"{README}{text}"}), "doc.site").status is status


def test_the_application_itself_is_no_site(repository: BuildRepository) -> None:
    files = {
        "README.md": f"{README}Live at https://dock-watch.vercel.app/\n",
        "app.py": "import streamlit as st\nst.title('docks')\n",
    }
    assert decide_one(repository(files), "e2e.live-endpoint").status is Status.MET
    assert decide_one(repository(files), "doc.site").status is Status.MISSING


def test_an_address_in_a_quoted_call_is_a_link(repository: BuildRepository) -> None:
    files = {
        "README.md": f"{README}Ask it: requests.post('https://dock-watch.herokuapp.com/predict', json=row)\n",
        "app.py": "from flask import Flask\napp = Flask('docks')\n\n@app.post('/predict')\ndef predict():\n    return {}\n\napp.run()\n",
    }
    assert decide_one(repository(files), "e2e.live-endpoint").status is Status.MET


PICTURE = "https://github.com/user-attachments/assets/0123"


def test_a_picture_without_words_is_told_by_the_line_above(repository: BuildRepository) -> None:
    code = {"watch.py": "import mlflow\nmlflow.log_metric('rmse', 1.5)\n"}
    shown = f"{README}- Training metrics dashboard\n![image]({PICTURE})\n"
    assert decide_one(repository({"README.md": shown, **code}), "doc.results").status is Status.MET
    mark = f'{README}<img src="{PICTURE}" width="13"> Metrics by Grafana\n'
    assert decide_one(repository({"README.md": mark, **code}), "doc.results").status is Status.MISSING


@pytest.mark.parametrize(
    ("alt", "status"),
    [
        ("MLOps pipeline dashboard", Status.MISSING),
        ("Baseline model overview", Status.MISSING),
        ("Architecture of the dashboard", Status.MET),
        ("Pipeline", Status.MET),
    ],
)
def test_a_page_is_no_diagram(repository: BuildRepository, alt: str, status: Status) -> None:
    readme = f"{README}![{alt}]({PICTURE})\n"
    assert decide_one(repository({"README.md": readme}), "doc.diagram").status is status


def test_reasons_in_other_languages(repository: BuildRepository) -> None:
    readme = (
        "# Docks\n\n## Problématique\n\nChaque jour des milliers de trajets finissent devant une station pleine : le client paie les "
        "minutes de trop et le coût du support augmente. Cette prévision des docks libres doit aider les stations à anticiper et "
        "permet de réduire les pertes de la ville.\n"
    )
    code = {"docks.py": "def forecast_docks(stations):\n    return stations\n\nforecast_docks(1)\n"}
    assert decide_one(repository({"README.md": readme, **code}), "doc.problem").status is Status.MET


def test_terragrunt_provisions(repository: BuildRepository) -> None:
    source = 'terraform {\n  source = "terraform-aws-modules/%s/aws"\n}\n\ninputs = {\n  name = "docks"\n}\n\nremote_state {\n  backend = "s3"\n}\n'
    database = repository({"infra/db/terragrunt.hcl": source % "rds"})
    for criterion in ("iac.provisioning", "iac.ml-infrastructure", "iac.parameterised", "iac.remote-state"):
        assert decide_one(database, criterion).status is Status.MET, criterion
    bucket = repository({"infra/db/terragrunt.hcl": source % "s3-bucket"})
    assert decide_one(bucket, "iac.ml-infrastructure").status is Status.PARTIAL


TEST = (
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
    files = {"tests/checks/unit_tests.py": TEST, "docks.py": DOCKS}
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
    files = {"tests/test_docks.py": TEST, "docks.py": DOCKS}
    decision = decide_one(repository({**files, "scripts/check.sh": script}), "tests.integration")
    assert (decision.status, decision.evidence[0].line) == (Status.MET, 3)
    alone = repository({**files, "scripts/check.sh": "pipenv run pytest tests\n"})
    assert decide_one(alone, "tests.integration").status is Status.MISSING


def test_the_best_model_that_a_function_chose_is_registered(repository: BuildRepository) -> None:
    code = "import mlflow\nfrom training import save_best_model\n\nsave_best_model(metric='f1')\nmlflow.register_model('runs:/1/model', 'docks')\n"
    files = {"register.py": code, "training.py": "def save_best_model(metric):\n    return metric\n"}
    assert decide_one(repository(files), "ci.model-gate").status is Status.PARTIAL


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


def test_goals_are_no_results(repository: BuildRepository) -> None:
    code = {"watch.py": "import mlflow\nmlflow.log_metric('accuracy', 0.9)\n"}
    for heading, status in (("Success metrics", Status.MISSING), ("Results", Status.MET)):
        readme = f"{README}## {heading}\n\n- Accuracy: 91.5 %\n"
        assert decide_one(repository({"README.md": readme, **code}), "doc.results").status is status


def test_numbers_in_a_log_are_named_by_their_line(repository: BuildRepository) -> None:
    readme = f"{README}## Results\n\n```\nstarting\nreading\naccuracy 0.915\n```\n"
    code = {"watch.py": "import mlflow\nmlflow.log_metric('accuracy', 0.9)\n"}
    assert decide_one(repository({"README.md": readme, **code}), "doc.results").evidence[0].line == 10


def test_the_pages_of_a_library_are_no_site(repository: BuildRepository) -> None:
    files = {"docks.py": DOCKS}
    library = f"{README}Drawn with [tables](https://tables.readthedocs.io/en/latest/).\n"
    assert decide_one(repository({"README.md": library, **files}), "doc.site").status is Status.MISSING
    own = f"{README}See [the pages](https://somebody.github.io/dock-watch/).\n"
    assert decide_one(repository({"README.md": own, **files}), "doc.site").status is Status.MET


def test_five_entries_of_troubleshooting_with_commands(repository: BuildRepository) -> None:
    entries = "".join(f"{number}. **Docks {number}**\n   ```bash\n   make docks\n   ```\n\n" for number in range(1, 7))
    files = {"README.md": f"{README}## Troubleshooting\n\n{entries}", "docks.py": DOCKS}
    assert decide_one(repository(files), "doc.operations").status is Status.MET


def test_a_folder_that_is_called_after_the_project(repository: BuildRepository) -> None:
    code = "import pandas as pd\n\ndef main():\n    pd.read_csv('raw.csv').to_csv('clean.csv')\n\nmain()\n"
    decision = decide_one(repository({"dock-demand-prediction/src/prepare_data.py": code}), "e2e.data-ingestion")
    assert decision.status is Status.MET
    serving = decide_one(repository({"prediction_service/prepare_data.py": code}), "e2e.data-ingestion")
    assert serving.evidence


def test_an_upload_is_no_download(repository: BuildRepository) -> None:
    up = repository({"copy_data.sh": "aws s3 cp ./data/docks.csv s3://docks/docks.csv\n"})
    assert decide_one(up, "repro.data-versioning").status is Status.MISSING
    down = repository({"copy_data.sh": "aws s3 cp s3://docks/docks.csv ./data/docks.csv\n"})
    assert decide_one(down, "repro.data-versioning").status is Status.PARTIAL


def test_drawing_rows_anew_is_not_the_first_evidence(repository: BuildRepository) -> None:
    files = {
        "a_draw.py": "from imblearn.over_sampling import SMOTE\n\nSMOTE().fit_resample([[1]], [1])\n",
        "b_encode.py": "from sklearn.preprocessing import OneHotEncoder\n\nOneHotEncoder().fit_transform([[1]])\n",
    }
    assert decide_one(repository(files), "e2e.feature-engineering").evidence[0].path == "b_encode.py"


def test_a_notebook_that_is_opened_runs_the_project(repository: BuildRepository) -> None:
    readme = f"{README}## Run\n\n```bash\npip install -r requirements.txt\njupyter notebook\n```\n"
    files = {"README.md": readme, "requirements.txt": "pandas==2.2\n", "docks.py": DOCKS}
    assert decide_one(repository(files), "doc.setup").status is Status.MET
