"""What decides about a model, in the many ways in which programs say it."""

from __future__ import annotations

import pytest

from analyzer.engine import Decision
from analyzer.findings import Status
from tests.conftest import BuildRepository, decide_one

MODEL = {"models/docks.pkl": "x"}
"""Makes a repository one with a model, whatever else it shows."""


def gate(repository: BuildRepository, files: dict[str, str]) -> Decision:
    return decide_one(repository({**MODEL, **files}), "ci.model-gate")


TABLE_OF_CHECKS = """\
class Gate:
    def evaluate(self, metrics, floor):
        checks = {"f1": {"value": metrics["f1"], "passed": metrics["f1"] >= floor}}
        return {"overall_passed": all(check["passed"] for check in checks.values())}

def main():
    outcome = Gate().evaluate({"f1": 0.8}, floor=0.9)
    if not outcome["overall_passed"]:
        raise RuntimeError("not registered")

main()
"""
FLAG = """\
def validate_model(metrics, thresholds):
    passed = True
    for metric, threshold in thresholds.items():
        if metrics[metric] < threshold:
            passed = False
    if not passed:
        raise ValueError("below the threshold")

validate_model({"f1": 1}, {"f1": 0.5})
"""
RESULT = """\
class Result:
    def __init__(self, no_regression):
        self.no_regression = no_regression

def compare(new_util, old_util, eps=0.02):
    kept = new_util >= old_util - eps
    return Result(no_regression=bool(kept))

def swap(result):
    if not getattr(result, "no_regression", False):
        raise ValueError("the new model is worse")

swap(compare(1, 2))
"""
DECISION = """\
class PromotionDecision:
    def __init__(self, promote):
        self.promote = promote

def decide_promotion(contender, champion, epsilon=0.001):
    diff = contender["value"] - champion["value"]
    if diff > epsilon:
        return PromotionDecision(promote=True)
    return PromotionDecision(promote=False)

print(decide_promotion({"value": 1}, {"value": 0}))
"""
ALIAS = """\
import mlflow

def register(champion_map, found):
    client = mlflow.MlflowClient()
    if champion_map <= found.box.map:
        alias = "challenger"
    else:
        alias = "none"
    if alias != "none":
        client.set_registered_model_alias("docks", alias, "1")

register(1, 2)
"""
BRANCH = """\
from airflow.operators.python import BranchPythonOperator

def choose(auc, least=0.8):
    if auc >= least:
        return "trigger_promotion"
    return "skip"

BranchPythonOperator(task_id="choose", python_callable=choose)
"""
FLOOR = """\
import joblib
from sklearn.linear_model import LinearRegression

def train(scores):
    best_model_score = max(scores.values())
    if best_model_score < 0.6:
        raise ValueError("no model is good enough")
    joblib.dump(LinearRegression(), "model.pkl")

train({"a": 1})
"""
CANDIDATE = """\
def evaluate_candidate(summary, floor):
    pr_auc = float(summary["pr_auc"])
    if pr_auc < floor:
        raise RuntimeError("candidate rejected")

evaluate_candidate({"pr_auc": 1}, 0.5)
"""


@pytest.mark.parametrize(
    ("code", "line"),
    [
        (TABLE_OF_CHECKS, 2), (FLAG, 4), (RESULT, 10), (DECISION, 7), (ALIAS, 5), (BRANCH, 4), (FLOOR, 6), (CANDIDATE, 3),
    ],
    ids=["table", "flag", "result", "decision", "alias", "branch", "floor", "candidate"],
)  # fmt: skip
def test_an_answer_goes_by_many_ways_to_what_it_decides(repository: BuildRepository, code: str, line: int) -> None:
    decision = gate(repository, {"release.py": code})
    assert decision.status is Status.MET
    assert line in [item.line for item in decision.evidence]


@pytest.mark.parametrize(
    ("search", "wanted"),
    [("metrics.auc > 0.8", Status.MET), ("metrics.rmse < 9999", Status.PARTIAL), ("", Status.PARTIAL)],
)
def test_a_search_within_a_bound_by_a_function_that_the_promoting_one_asks(
    repository: BuildRepository, search: str, wanted: Status
) -> None:
    code = (
        "import mlflow\n\ndef best_run(client):\n    runs = client.search_runs(\n        experiment_ids=['1'],\n"
        f"        filter_string='{search}',\n        order_by=['metrics.auc DESC'],\n    )\n    return runs[0].info.run_id\n\n"
        "def train(client):\n    run_id = best_run(client)\n    mlflow.register_model(f'runs:/{run_id}/model', 'docks')\n\n"
        "train(mlflow.MlflowClient())\n"
    )
    assert gate(repository, {"train.py": code}).status is wanted


def test_a_flag_goes_through_a_file_to_the_script_that_registers(repository: BuildRepository) -> None:
    evaluate = (
        "def model_promotion(score, scores):\n    if score >= max(scores):\n        deploy_flag = 1\n    else:\n"
        "        deploy_flag = 0\n    open('flag', 'w').write(str(deploy_flag))\n\nmodel_promotion(1, [0])\n"
    )
    register = "import mlflow\n\ndeploy_flag = int(open('flag').read())\nif deploy_flag == 1:\n    mlflow.register_model('runs:/1/m', 'docks')\n"
    decision = gate(repository, {"evaluate.py": evaluate, "register.py": register})
    assert (decision.status, decision.evidence[0].path, decision.evidence[0].line) == (Status.MET, "register.py", 4)


def test_an_answer_that_another_file_asks_for(repository: BuildRepository) -> None:
    policy = (
        "def should_promote(candidate, production, names):\n"
        "    passed = all(candidate[name] is not None and candidate[name] >= production[name] for name in names)\n"
        "    return passed, {'rule': 'not worse'}\n"
    )
    release = "import subprocess\nfrom policy import should_promote\n\npromote, why = should_promote({}, {}, ['f1'])\nif promote:\n    subprocess.run(['cp', 'a', 'b'])\n"
    told = release.replace("subprocess.run(['cp', 'a', 'b'])", "print(why)")
    assert gate(repository, {"policy.py": policy, "release.py": release}).status is Status.MET
    assert gate(repository, {"policy.py": policy, "release.py": told}).status is not Status.MET


def test_a_gate_whose_answer_is_only_logged_is_half_of_one(repository: BuildRepository) -> None:
    code = "import logging\n\ndef report(rmse):\n    model_accepted = rmse < 7\n    logging.info('accepted: %s', model_accepted)\n\nreport(1)\n"
    decision = gate(repository, {"report.py": code})
    assert (decision.status, decision.evidence[0].line) == (Status.PARTIAL, 4)
    assert "nothing that is registered" in decision.summary


def test_the_best_of_several_in_one_function_and_its_registration_in_another(repository: BuildRepository) -> None:
    code = (
        "import mlflow\n\ndef best(found):\n    best_rmse, chosen = 99, None\n    for model, val_rmse in found:\n"
        "        if val_rmse < best_rmse:\n            best_rmse, chosen = val_rmse, model\n    return chosen\n\n"
        "def keep(model):\n    mlflow.sklearn.log_model(model, 'model', registered_model_name='docks')\n\n"
        "def main():\n    keep(best([]))\n\nmain()\n"
    )
    decision = gate(repository, {"train.py": code})
    assert (decision.status, decision.evidence[0].line) == (Status.PARTIAL, 11)


WORKFLOW = """\
on: pull_request
jobs:
  train:
    runs-on: ubuntu-latest
    outputs:
      improved: ${{{{ steps.compare.outputs.improved }}}}
    steps:
      - id: compare
        run: |
          python - <<'EOF'
          improved = {compared}
          EOF
  report:
    needs: train
    runs-on: ubuntu-latest
    steps:
      - name: Gate
        if: needs.train.outputs.improved == 'false'
        run: exit 1
"""


def test_a_workflow_fails_by_what_a_step_compared(repository: BuildRepository) -> None:
    files = {".github/workflows/train.yml": WORKFLOW.format(compared="new_rmse <= old_rmse * 1.05")}
    decision = gate(repository, files)
    assert (decision.status, decision.evidence[0].line) == (Status.MET, 17)
    unmeasured = {".github/workflows/train.yml": WORKFLOW.format(compared="size <= 3")}
    assert gate(repository, unmeasured).status is Status.MISSING


def test_what_is_compared_of_other_things_is_no_gate(repository: BuildRepository) -> None:
    risk = "def level(score):\n    if score > 0.8:\n        risk = 'high'\n    else:\n        risk = 'low'\n    if risk == 'high':\n        raise ValueError(risk)\n\nlevel(1)\n"
    assert gate(repository, {"service.py": risk}).status is Status.MISSING


def test_a_name_of_many_checks_means_the_same_in_its_file_alone(repository: BuildRepository) -> None:
    report = "import json\n\ndef report(f1, floor):\n    summary = {'passed': f1 >= floor}\n    print(json.dumps(summary))\n\nreport(1, 0)\n"
    check = "import json\n\nresult = json.load(open('rows.json'))\nif not result['passed']:\n    raise ValueError('too few rows')\n"
    assert gate(repository, {"report.py": report, "rows.py": check}).status is Status.PARTIAL
    release = check.replace("result", "gate_result")
    assert gate(repository, {"report.py": report, "release.py": release}).status is Status.MET
