"""What a defect does to criteria, next steps and reports."""

from __future__ import annotations

import json

from msgspec.structs import replace

from analyzer import analyze
from analyzer.engine import decide
from analyzer.findings import Status
from analyzer.plugins import discover
from analyzer.reporters.json_report import as_document, from_document, render_json
from analyzer.reporters.markdown import render_markdown
from analyzer.reporters.text import render_text
from analyzer.soundness import find_defects

TRAIN = """
import mlflow
from sklearn.linear_model import LogisticRegression

def train(x, y):
    with mlflow.start_run():
        mlflow.log_metric("auc", 0.9)
        return LogisticRegression().fit(x, y)

if __name__ == "__main__":
    train([[1]], [1])
"""


RUN = "# Training\n\n```sh\npython src/train.py\npython src/a_train.py\npython src/other.py\n```\n"


def statuses(repository, files: dict[str, str], *names: str) -> list[Status]:
    """The status of these criteria."""
    repo = repository({"README.md": RUN, **files})
    defects, _ = find_defects(repo)
    decisions, _ = decide(repo, discover(), names, defects)
    return [item.status for item in decisions]


def test_a_broken_import_lowers_what_leans_on_the_module(repository):
    broken = f"from features import build\n{TRAIN}"
    files = {"src/train.py": broken, "src/features.py": "x = 1\n"}
    assert statuses(repository, files, "e2e.training", "e2e.experiment-tracking") == [Status.PARTIAL] * 2


def test_what_would_be_met_if_it_ran_is_told_before_what_is_partial_anyway(repository):
    flow = (
        "import pandas as pd\nfrom prefect import flow, task\nfrom features import build\n\n"
        "@task\ndef load():\n    return build(pd.read_csv('a.csv'))\n\n"
        "@task\ndef fit(frame):\n    from sklearn.linear_model import Ridge\n    return Ridge().fit(frame, frame)\n\n"
        "@flow\ndef run():\n    return fit(load())\n\nif __name__ == '__main__':\n    run()\n"
    )
    repo = repository({"README.md": RUN, "src/train.py": flow, "src/features.py": "x = 1\n"})
    (decision,), _ = decide(repo, discover(), ("e2e.pipeline",), find_defects(repo)[0])
    assert decision.status is Status.PARTIAL
    assert decision.summary.startswith("An orchestrator ties the stages together, but it would not run")


def test_a_sound_module_keeps_its_criteria(repository):
    assert statuses(repository, {"src/train.py": TRAIN}, "e2e.training", "e2e.experiment-tracking") == [Status.MET] * 2


def test_other_sound_code_keeps_the_criterion(repository):
    broken = f"from features import build\n{TRAIN}"
    files = {"src/a_train.py": broken, "src/features.py": "x = 1\n", "src/other.py": TRAIN}
    assert statuses(repository, files, "e2e.training") == [Status.MET]


def test_what_imports_a_broken_module_is_broken_too(repository):
    files = {
        "src/train.py": f"from common import x\n{TRAIN}",
        "src/common.py": "from nothing_here import y\n",
        "nothing_here.py": "",
    }
    assert statuses(repository, files, "e2e.training") == [Status.PARTIAL]


def test_an_undefined_name_lowers_its_function_alone(repository):
    inside = TRAIN.replace("    with mlflow", "    x = np.array(x)\n    with mlflow")
    beside = f"{TRAIN}\ndef plot(x):\n    return np.array(x)\n"
    assert statuses(repository, {"src/train.py": inside}, "e2e.training") == [Status.PARTIAL]
    assert statuses(repository, {"src/train.py": beside}, "e2e.training") == [Status.MET]


def test_an_undefined_name_in_a_branch_lowers_nothing(repository):
    branch = TRAIN.replace("    with mlflow", "    if x is None:\n        x = np.array(x)\n    with mlflow")
    assert statuses(repository, {"src/train.py": branch}, "e2e.training") == [Status.MET]


def test_mending_is_the_first_step_and_gains_what_was_lost(git_repository):
    files = {"src/train.py": f"from features import build\n{TRAIN}", "src/features.py": "x = 1\n", "README.md": RUN}
    report = analyze(str(git_repository(files)))
    step, defect = report.next_steps[0], report.defects[0]
    lost = [item for item in report.scorecard.criteria if item.criterion.id in defect.criteria]
    assert step.title == "Mend what would not run"
    assert {"e2e.training", "e2e.experiment-tracking"} <= set(defect.criteria)
    assert step.gain == round(sum(round(item.lost * report.scorecard.scale, 1) for item in lost), 1)
    assert not {item.criterion for item in report.next_steps[1:]} & set(defect.criteria)
    assert "Next steps, what would not run first, then by points gained\n1. Mend what" in render_text(report)


def test_reports_tell_the_defects(git_repository):
    files = {"src/train.py": f"from features import build\n{TRAIN}", "src/features.py": "x = 1\n", "README.md": RUN}
    report = analyze(str(git_repository(files)))
    document = json.loads(render_json(report))
    assert document["defects"][0]["path"] == "src/train.py"
    assert document["defects"][0]["kind"] == "missing-name"
    assert "Would it run?" in render_text(report)
    assert "## Would it run?" in render_markdown(report)


def test_a_kept_document_gives_the_report_back(git_repository):
    files = {"src/train.py": f"from features import build\n{TRAIN}", "src/features.py": "x = 1\n", "README.md": RUN}
    report = analyze(str(git_repository(files)))
    again = from_document(as_document(report), report.rubric, report.target.input)
    assert again.defects == report.defects
    assert [replace(step, builds_on=None) for step in again.next_steps] == [
        replace(step, builds_on=None) for step in report.next_steps
    ]
