"""Questions for a conversation: grounded in the repository, chosen in one order, and few where there is little."""

from __future__ import annotations

import inspect
import json
import re
import string

import pytest

from analyzer import interview as package
from analyzer.analysis import Options, analyze
from analyzer.claims import find_claims
from analyzer.engine import decide
from analyzer.interview import Interview, choice, guide_topics, interview_questions, more_topics, secret_topics
from analyzer.knowledge.interview import GUIDE_TOPICS, QUESTIONS, TOPICS
from analyzer.plugins import discover
from analyzer.repository import Repository
from analyzer.rubric import load_rubric
from analyzer.scorer import score
from analyzer.technologies import find_technologies
from tests.conftest import FIXTURES

TRAIN = """
import mlflow
import pandas as pd
from sklearn.linear_model import Ridge

def train(frame):
    model = Ridge().fit(frame[["x"]], frame["y"])
    mlflow.sklearn.log_model(model, name="model", registered_model_name="demand")
    return model

if __name__ == "__main__":
    train(pd.read_parquet("data.parquet"))
"""
SERVE = """
import pickle
from fastapi import FastAPI

app = FastAPI()
model = pickle.load(open("models/model.pkl", "rb"))

@app.post("/predict")
def predict(x: float):
    return {"y": model.predict([[x]])[0]}
"""


def interview(repo: Repository) -> Interview:
    """The questions for a repository."""
    rubric = load_rubric()
    decisions, _ = decide(repo, discover(), [item.id for item in rubric.criteria])
    found, problems = interview_questions(repo, score(decisions, rubric), find_claims(repo, find_technologies(repo)))
    assert problems == ()
    return found


def asked(repo: Repository, topic: str) -> str:
    """The question of a topic, or an empty string."""
    return next((item.question for item in interview(repo).questions if item.topic == topic), "")


@pytest.mark.parametrize("path", sorted(FIXTURES.iterdir()), ids=lambda path: path.name)
def test_every_question_of_a_fixture_names_its_own_line(path):
    found = interview_of(path.name)
    assert len(found.questions) <= choice.MOST
    assert len(found.questions) >= choice.FEWEST or found.note
    for item in found.questions:
        assert item.path in item.question
        assert 1 <= item.line <= len((path / item.path).read_bytes().splitlines() or [b""])
        assert len(item.covers) >= 3


def interview_of(name: str) -> Interview:
    """The questions for a fixture."""
    return analyze(str(FIXTURES / name), Options(standalone=True)).interview


def test_the_exemplary_project_is_asked_about_all_topics_of_the_guide():
    topics = [item.topic for item in interview_of("exemplary").questions]
    assert topics[:4] == list(GUIDE_TOPICS)
    assert len(topics) == 8


def test_a_registry_that_the_service_does_not_ask(repository):
    repo = repository({"train.py": TRAIN, "serve.py": SERVE})
    assert asked(repo, "versioning").startswith(
        "`train.py:8` registers the model, but `serve.py:6` loads `models/model.pkl`"
    )


def test_a_service_that_loads_by_alias_is_asked_how_it_goes_back(repository):
    serve = SERVE.replace("import pickle", "import mlflow").replace(
        'pickle.load(open("models/model.pkl", "rb"))', 'mlflow.pyfunc.load_model("models:/demand@champion")'
    )
    repo = repository({"serve.py": serve})
    assert "`serve.py:6` loads `models:/demand@champion` once, when the module is imported" in asked(repo, "rollout")


def test_a_model_that_is_loaded_by_an_address_from_outside_is_said_to_be_loaded(repository):
    serve = SERVE.replace("import pickle", "import mlflow\nimport os").replace(
        'pickle.load(open("models/model.pkl", "rb"))', 'mlflow.pyfunc.load_model(os.environ["MODEL_URI"])'
    )
    question = asked(repository({"train.py": TRAIN, "serve.py": serve}), "versioning")
    assert question.startswith("`train.py:8` registers the model and `serve.py:7` loads it.")


def test_of_several_files_the_model_is_asked_about(repository):
    serve = SERVE.replace(
        'model = pickle.load(open("models/model.pkl", "rb"))',
        "names = pickle.load(open(NAMES, 'rb'))\nmodel = pickle.load(open(PATH, 'rb'))",
    )
    question = asked(repository({"train.py": TRAIN, "serve.py": serve}), "versioning")
    assert question.startswith("`train.py:8` registers the model, but `serve.py:7` loads a file.")


def test_a_registration_that_checks_itself_answers_nobody(repository):
    train = TRAIN.replace(
        "    return model\n", "    mlflow.sklearn.load_model(f'runs:/{model.run}/model')\n    return model\n"
    )
    assert asked(repository({"train.py": train}), "versioning") == ""


def test_what_prepares_the_input_is_not_the_model_that_is_loaded(repository):
    serve = SERVE.replace("import pickle", "import mlflow").replace(
        'model = pickle.load(open("models/model.pkl", "rb"))',
        "dv = mlflow.sklearn.load_model(f'runs:/{RUN}/dv')\nmodel = mlflow.sklearn.load_model(f'runs:/{RUN}/model')",
    )
    question = asked(repository({"train.py": TRAIN, "serve.py": serve}), "versioning")
    assert question.startswith("`train.py:8` registers the model and `serve.py:7` loads it.")


def test_a_handler_is_no_run_of_its_own(repository):
    code = (
        "import pickle\n\nmodel = pickle.load(open('m.pkl', 'rb'))\n\n"
        "def predict(x):\n    return float(model.predict(x)[0])\n\n"
        "def lambda_handler(event, context):\n    return predict(event['x'])\n"
    )
    assert asked(repository({"lambda_function.py": code}), "rollout").startswith(
        "`lambda_function.py:8` serves the predictions of one model."
    )


def test_a_goal_is_no_number_worth_explaining(repository):
    readme = "# P\n\n## Results\n\nPrediction accuracy within ±20 % of demand.\n"
    assert asked(repository({"README.md": readme}), "results") == ""


def test_an_app_is_asked_about_its_prediction(repository):
    app = (
        "import joblib\nimport streamlit as st\n\n@st.cache_resource\ndef load():\n    return joblib.load('m.joblib')\n\n"
        "model = load()\nst.title('Rain')\nst.write(model.predict([[st.number_input('x')]]))\n"
    )
    assert asked(repository({"app.py": app, "train.py": TRAIN}), "rollout").startswith(
        "`app.py:10` serves the predictions"
    )


def test_a_service_that_loads_a_name_nobody_registers(repository):
    serve = SERVE.replace("import pickle", "import mlflow").replace(
        'pickle.load(open("models/model.pkl", "rb"))', 'mlflow.pyfunc.load_model("models:/demand@champion")'
    )
    question = asked(repository({"serve.py": serve}), "versioning")
    assert question.startswith("`serve.py:6` loads `models:/demand@champion`; no code was found that registers")


def test_a_copy_that_a_service_keeps_is_no_saved_model(repository):
    serve = SERVE + '\npickle.dump(model, open("/tmp/model.pkl", "wb"))\n'
    assert "writes the model" not in asked(repository({"serve.py": serve}), "versioning")


def test_what_is_no_model_is_not_asked_for_its_version(repository):
    code = "import pickle\n\nembeddings = [1]\nwith open('e.bin', 'wb') as file:\n    pickle.dump(embeddings, file)\n"
    assert asked(repository({"embed.py": code}), "versioning") == ""


def test_code_that_nobody_calls_saves_a_model_all_the_same(repository):
    train = TRAIN.replace('    mlflow.sklearn.log_model(model, name="model", registered_model_name="demand")\n', "")
    later = "\ndef keep(model):\n    mlflow.sklearn.log_model(model, name='m')\n"
    assert asked(repository({"train.py": train}), "versioning").endswith("load it in a year?")
    assert asked(repository({"train.py": train + later}), "versioning") == ""


FLOW = """
import pandas as pd
from prefect import flow, task
from sklearn.linear_model import Ridge

@task
def load():
    return pd.read_parquet("data.parquet")

@task
def train(frame):
    return Ridge().fit(frame[["x"]], frame["y"])

@flow
def main():
    train(load())

main()
"""
INGEST = """
import pandas as pd
from prefect import flow

@flow
def ingest():
    pd.read_csv("a.csv").to_parquet("data.parquet")

ingest()
"""


def test_the_flow_that_trains_is_asked_about_and_no_task_of_it(repository):
    question = asked(repository({"a_ingest.py": INGEST, "train.py": FLOW}), "retraining")
    assert question.startswith("`train.py:14` is the flow that comes to training")


def test_the_flow_of_the_training_comes_before_that_of_a_search(repository):
    search = FLOW.replace("def main", "def search").replace("main()", "search()")
    question = asked(repository({"hpo.py": search, "train.py": FLOW}), "retraining")
    assert question.startswith("`train.py:14` is the flow that comes to training")


def test_a_schedule_that_watches_is_asked_about_what_it_triggers(repository):
    watch = FLOW.replace("main()\n", "").replace(
        "@flow\ndef main():\n    train(load())",
        "@flow\ndef monitor(drift_score):\n    if drift_score > 0.3:\n        train(load())\n\n"
        "if __name__ == '__main__':\n    monitor.serve(cron='0 6 * * *')",
    )
    assert asked(repository({"monitor.py": watch}), "retraining").startswith("`monitor.py:17` starts training when")


def test_what_prepares_the_input_is_no_model_in_the_image(repository):
    docker = "FROM python\nCOPY app.py models/NAME.pkl ./\nCMD python app.py\n"
    files = {"app.py": SERVE, "models/NAME.pkl": "x"}
    for name, baked in (("preprocessor", False), ("ridge", True)):
        named = {path.replace("NAME", name): text for path, text in files.items()}
        question = asked(repository({**named, "Dockerfile": docker.replace("NAME", name)}), "rollout")
        assert ("copies the model" in question) is baked


def test_a_job_that_extracts_is_nothing_that_a_model_stands_behind(repository):
    job = 'resource "google_cloud_run_v2_job" "NAME" {\n  name = "x"\n}\n'
    assert asked(repository({"a.tf": job.replace("NAME", "extract"), "train.py": TRAIN}), "rollout").startswith(
        "`train.py"
    )
    service = 'resource "google_cloud_run_v2_service" "shop" {\n  name = "x"\n}\n'
    assert asked(repository({"a.tf": service}), "rollout") == ""
    assert asked(repository({"a.tf": service, "train.py": TRAIN}), "rollout").startswith("`a.tf:1` provisions")


def test_a_line_without_spaces_is_cut_where_it_is_long(repository):
    path = "/home/somebody/projects/sales/" + "x" * 60
    quote = asked(repository({"a.py": f"import pandas as pd\n\nframe = pd.read_csv('{path}')\n"}), "data-quality")
    assert "(`frame = pd.read_csv('/home/somebody/projects/sales/xxx" in quote


def test_training_that_nothing_calls_is_not_said_to_be_started(repository):
    train = TRAIN.split("if __name__", maxsplit=1)[0]
    assert "trains `Ridge`, and nothing was found that calls it." in asked(
        repository({"train.py": train}), "retraining"
    )


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        ("logger.info('predicted %s', y)", True),
        ("logger.warning('cannot decode this request: %s', x)", False),
        ("logger.debug(f'raw request: {x}')", False),
        ("logger.info('prediction_count %s', x)", False),
    ],
)
def test_only_a_line_that_tells_the_prediction_keeps_it(repository, line, kept):
    serve = SERVE.replace("import pickle", "import logging\nimport pickle\nlogger = logging.getLogger('x')").replace(
        "    return", f"    y = model.predict([[x]])[0]\n    {line}\n    return"
    )
    assert ("writes predictions down" in asked(repository({"serve.py": serve}), "accuracy-drop")) is kept


def test_the_resource_behind_the_model_is_asked_about(repository):
    function = 'resource "aws_lambda_function" "NAME" {\n  memory_size = 512\n}\n'
    files = {
        "infra/monitoring.tf": function.replace("NAME", "drift"),
        "infra/zz.tf": function.replace("NAME", "predict"),
        "train.py": TRAIN,
    }
    assert asked(repository(files), "rollout").startswith("`infra/zz.tf:1` provisions `aws_lambda_function`")
    beside = {"a.tf": function.replace("NAME", "mlflow"), "train.py": TRAIN}
    assert asked(repository(beside), "rollout").startswith("`train.py")


def test_one_gate_is_asked_about_once(repository):
    gate = TRAIN.replace("    return model\n", "") + (
        "\ndef promote(challenger_rmse, champion_rmse, version):\n"
        "    if challenger_rmse < champion_rmse * 0.98:\n"
        "        mlflow.MlflowClient().set_registered_model_alias('demand', 'champion', version)\n\n"
        "promote(1, 2, 3)\n"
    )
    workflow = "on:\n  schedule:\n    - cron: '0 3 * * 1'\njobs:\n  t:\n    steps:\n      - run: python train.py\n"
    found = interview(repository({"train.py": gate, ".github/workflows/train.yml": workflow})).questions
    assert "decides whether the new model is used" in found[0].question
    assert not any(item.topic == "decision" for item in found)


def test_training_by_hand_is_asked_for_a_design(repository):
    assert asked(repository({"train.py": TRAIN}), "retraining").startswith("`train.py:7` trains `Ridge` when a person")


def test_a_schedule_without_a_gate_is_quoted(repository):
    workflow = "on:\n  schedule:\n    - cron: '0 3 * * 1'\njobs:\n  t:\n    steps:\n      - run: python train.py\n"
    repo = repository({"train.py": TRAIN, ".github/workflows/train.yml": workflow})
    expected = "`.github/workflows/train.yml:2` starts training by itself (`cron: '0 3 * * 1'`); no comparison"
    assert asked(repo, "retraining").startswith(expected)


def test_a_gate_is_asked_about_its_own_comparison(repository):
    gate = TRAIN.replace("    return model\n", "") + (
        "\ndef promote(challenger_rmse, champion_rmse, version):\n"
        "    if challenger_rmse < champion_rmse * 0.98:\n"
        "        mlflow.MlflowClient().set_registered_model_alias('demand', 'champion', version)\n\n"
        "promote(1, 2, 3)\n"
    )
    assert "on `challenger_rmse < champion_rmse * 0.98`" in asked(repository({"train.py": gate}), "decision")


def test_a_canary_is_asked_about_its_numbers(repository):
    service = (
        "apiVersion: serving.kserve.io/v1beta1\nkind: InferenceService\nmetadata: {name: demand}\n"
        "spec:\n  predictor:\n    canaryTrafficPercent: 10\n"
    )
    assert asked(repository({"k8s/service.yaml": service}), "rollout").startswith("`k8s/service.yaml:6` splits traffic")


def test_a_random_split_is_doubted(repository):
    train = TRAIN.replace(
        "    model =", "    kept, test = train_test_split(frame, test_size=0.2)\n    model ="
    ).replace("import mlflow", "import mlflow\nfrom sklearn.model_selection import train_test_split")
    assert "(`kept, test = train_test_split(frame, test_size=0.2)`)" in asked(
        repository({"t.py": train}), "accuracy-drop"
    )


def test_a_notebook_is_quoted_as_code(repository):
    cell = {"cell_type": "code", "source": ["import pandas as pd\n", "frame = pd.read_csv('a.csv')\n", "frame.head()"]}
    text = json.dumps({"cells": [cell], "nbformat": 4, "nbformat_minor": 5}, indent=1)
    assert "(`frame = pd.read_csv('a.csv')`)" in asked(repository({"a.ipynb": text}), "data-quality")


def test_a_secret_is_named_and_never_shown(repository):
    repo = repository({".env": "REGION=eu\nAPI_KEY=sk-live-93hf83\n", "train.py": TRAIN})
    assert asked(repo, "secrets").startswith("`.env:2` holds a value for `API_KEY`")
    assert "93hf83" not in str(interview(repo))


@pytest.mark.parametrize("value", ["${API_KEY}", "<your key>", "", "API_KEY", "your-api-key"])
def test_a_placeholder_is_no_secret(repository, value):
    assert asked(repository({".env": f"API_KEY={value}\n", "train.py": TRAIN}), "secrets") == ""


def test_a_sample_password_is_asked_more_kindly(repository):
    compose = "services:\n  db:\n    image: postgres:16\n    environment:\n      POSTGRES_PASSWORD: VALUE\n"
    for value in ("example", "abc"):
        named = compose.replace("VALUE", value)
        assert "a sample value" in asked(repository({"compose.yaml": named}), "secrets")


def test_a_tool_that_was_weighed_is_no_claim(repository):
    repo = repository({"README.md": "# P\n\nWe deploy with Helm instead of Kustomize.\n", "train.py": TRAIN})
    assert asked(repo, "decision").startswith("`README.md:3` weighs Helm")
    assert asked(repo, "claims") == ""


def test_plans_and_addresses_are_no_claims(repository):
    readme = "# P\n\nThe data are at https://dev.azure.com/x.\n\n## Future work\n\nMonitoring with Grafana.\n"
    assert asked(repository({"README.md": readme}), "claims") == ""


def test_a_claim_is_asked_kindly(repository):
    readme = "# P\n\nIt runs on Kubernetes and is watched with Grafana.\n"
    question = asked(repository({"README.md": readme}), "claims")
    assert question.startswith(
        "`README.md:3` names Grafana and Kubernetes; no code or configuration was found for them."
    )


def test_claims_of_several_lines_are_named_with_their_own(repository):
    readme = "# P\n\nIt runs on Kubernetes.\n\nIt is watched with Grafana.\n\nHelm and Istio are used.\n"
    assert asked(repository({"README.md": readme}), "claims").startswith(
        "`README.md:3` names Kubernetes, `README.md:5` names Grafana and 2 more are named elsewhere; no code"
    )


@pytest.mark.parametrize(
    "line", ["Reports of Evidently (not yet done).", "Blob storage (similar to AWS S3).", "Install Poetry."]
)
def test_what_is_set_aside_is_not_asked_about(repository, line):
    found = repository({"README.md": f"# P\n\n{line}\n", "train.py": TRAIN})
    assert asked(found, "claims") == asked(found, "decision") == ""


def test_what_a_readme_does_without_was_weighed(repository):
    found = repository({"README.md": "# P\n\nNo Kubernetes complexity.\n", "train.py": TRAIN})
    assert asked(found, "decision").startswith("`README.md:3` weighs Kubernetes, and the repository does not use it.")


def test_the_plainest_number_is_chosen(repository):
    readme = "# P\n\n## Results\n\nThe accuracy is 0.91.\n\nThe RMSE is 31 % lower than that of the baseline.\n"
    assert "`The RMSE is 31 % lower than that of the baseline`" in asked(repository({"README.md": readme}), "results")


def test_an_empty_repository_says_why_nothing_is_asked(repository):
    found = interview(repository({"main.py": "print('hello')\n"}))
    assert found.questions == ()
    assert found.note.startswith("No question: nothing was found that trains, watches, saves or serves a model")


def test_the_same_repository_gets_the_same_questions(repository):
    files = {"train.py": TRAIN, "serve.py": SERVE}
    assert interview(repository(files)) == interview(repository(files))


def test_text_of_a_repository_cannot_fill_fields(repository):
    repo = repository({"README.md": "# P\n\n## Results\n\nRMSE of `{gate}` is 0.5, 3 % lower than before.\n"})
    assert "{gate}" in asked(repo, "results")


def test_a_topic_that_fails_costs_its_own_question(repository, monkeypatch):
    def broken(facts):
        raise ValueError("broken")

    monkeypatch.setitem(choice._FINDERS, "versioning", broken)
    repo = repository({"train.py": TRAIN, "serve.py": SERVE})
    card = score((), load_rubric())
    found, problems = interview_questions(repo, card, ())
    assert [item.where for item in problems] == ["interview/versioning"]
    assert found.questions


def test_the_table_is_whole():
    code = "".join(inspect.getsource(item) for item in (choice, guide_topics, more_topics, secret_topics))
    assert package.__doc__
    for item in QUESTIONS:
        assert item.topic in TOPICS
        assert f'"{item.id}"' in code, f"nothing finds ground for {item.id}"
        assert item.text.endswith(("?", "."))
        assert 3 <= len(item.covers) <= 4
        fields = [name for _, name, _, _ in string.Formatter().parse(item.text) if name]
        assert fields, "a question without a place would be a general one"
    assert set(GUIDE_TOPICS) < set(TOPICS)
    assert not [name for name in re.findall(r'Ground\(\s*"([\w.-]+)"', code) if name not in {q.id for q in QUESTIONS}]
