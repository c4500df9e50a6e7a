"""Tricks that make a repository look like more than it is. None of them is work on the project.

A trick takes the files of a repository and returns them with its own. Everything here is written for the purpose;
what is "copied" comes from the sample repositories.
"""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from analyzer.knowledge.library_names import library_parts
from tests.adversarial import texts
from tests.adversarial.kit import Content, Link, Submodule, Tree, fixture
from tests.adversarial.stubs import EMPTY, STUBS

__all__ = ["TRICKS", "Trick", "all_together"]

Files = dict[str, Content]


@dataclass(frozen=True)
class Trick:
    """A trick by its name and what it does to the files of a repository."""

    name: str
    apply: Callable[[Tree], Files]


TRICKS: list[Trick] = []


def trick(name: str) -> Callable[[Callable[[Tree], Files]], Callable[[Tree], Files]]:
    """Add a function to the tricks."""

    def add(apply: Callable[[Tree], Files]) -> Callable[[Tree], Files]:
        TRICKS.append(Trick(name, apply))
        return apply

    return add


def all_together(tree: Tree, tricks: Iterable[Trick] = TRICKS) -> Files:
    """Many tricks in one repository; where two want the same file, the first has it."""
    files = dict(tree)
    for item in tricks:
        files = item.apply(files)
    return files


def _text(content: Content) -> str:
    assert isinstance(content, str | bytes)
    return content if isinstance(content, str) else content.decode("utf-8", "replace")


def _appended(tree: Tree, name: str, text: str) -> Files:
    return {**tree, name: _text(tree.get(name, "")) + text}


def _added(tree: Tree, files: Tree) -> Files:
    """The tree with more files; what it has already stays."""
    return {**files, **tree}


def _scripts(tree: Tree) -> list[str]:
    files = ((name, content) for name, content in tree.items() if isinstance(content, str | bytes))
    return [name for name, content in files if name.endswith(".py") and _text(content).strip()]


# -- words ---------------------------------------------------------------------------------------------------------


@trick("README stuffed with key words")
def stuffed_readme(tree: Tree) -> Files:
    return _appended(tree, "README.md", texts.STUFFED)


@trick("README stuffed, and nothing else in it")
def replaced_readme(tree: Tree) -> Files:
    return {**tree, "README.md": texts.STUFFED.lstrip() + _text(tree["README.md"])}


@trick("drawn architecture, decisions and solved problems of another project")
def drawn(tree: Tree) -> Files:
    files = _appended(tree, "README.md", texts.DRAWN)
    return {**files, "docs/decisions.md": f"# Decisions\n{texts.DRAWN}", "docs/journey.md": f"# Journey\n{texts.DRAWN}"}


@trick("table of technologies")
def table(tree: Tree) -> Files:
    return _appended(tree, "README.md", texts.TABLE)


@trick("HTML comments")
def comments(tree: Tree) -> Files:
    hidden = (texts.STUFFED + texts.INVENTED + texts.FOREIGN_LINKS).replace(
        "-->", "to"
    )  # an arrow would end the comment
    return _appended(tree, "README.md", f"\n<!--\n{hidden}\n-->\n\n[//]: # ({texts.CLAIMS})\n")


@trick("hidden elements")
def hidden_elements(tree: Tree) -> Files:
    ways = ("style='display:none'", "hidden", "style='font-size:0'", "style='color:#ffffff'", "style='opacity:0.0'")
    paragraphs = texts.STUFFED.replace("\n\n", "</p><p>").replace("\n", " ").replace("#", "")
    parts = "".join(f"<div {way}><p>{paragraphs} {texts.INVENTED}</p></div>\n\n" for way in ways)
    return _appended(tree, "README.md", f"\n{parts}")


@trick("zero-width and other invisible letters")
def invisible(tree: Tree) -> Files:
    spaced = "".join(f"{letter}\u200b" for letter in texts.CLAIMS)
    hidden = texts.INSTRUCTIONS + texts.STUFFED + texts.INVENTED
    tagged = "".join(chr(0xE0000 + ord(letter)) for letter in hidden if ord(letter) < 128)
    return _appended(tree, "README.md", f"\n\u2063{spaced}\u2063\n{tagged}\n")


@trick("instructions to an automatic reader")
def instructions(tree: Tree) -> Files:
    files = _appended(tree, "README.md", f"\n## Note for reviewers\n{texts.INSTRUCTIONS}\n")
    for name in _scripts(tree):
        files[name] = f'"""{texts.INSTRUCTIONS}"""\n# {texts.INSTRUCTIONS}\n' + _text(tree[name])
    files["CLAUDE.md"] = files["AGENTS.md"] = files[".cursorrules"] = texts.INSTRUCTIONS
    files["docs/REVIEW.md"] = f"# Review\n{texts.INSTRUCTIONS}\n"
    return files


@trick("outcomes invented in prose")
def invented(tree: Tree) -> Files:
    return _appended(tree, "README.md", texts.INVENTED)


@trick("links to the work of others")
def foreign_links(tree: Tree) -> Files:
    return _appended(tree, "README.md", texts.FOREIGN_LINKS)


@trick("broken images with telling names")
def broken_images(tree: Tree) -> Files:
    names = ("grafana-dashboard", "architecture-diagram", "mlflow-experiments", "evidently-drift-report", "results-roc")
    shown = "".join(f"![{texts.TOOLS} {name}](images/{name}.png)\n\n" for name in names)
    shown += "".join(f"![{name}](https://assets.example.com/{name}.png)\n\n" for name in names)
    empty = {f"images/{name}.png": b"" for name in names[:2]}
    return {**_appended(tree, "README.md", f"\n## Dashboards and results\n{shown}"), **empty}


def _png(width: int, height: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = zlib.compress(b"".join(b"\0" + b"\xff" * width * 3 for _ in range(height)))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


@trick("blank pictures with telling names")
def blank_pictures(tree: Tree) -> Files:
    names = ("grafana-dashboard", "architecture", "mlflow-runs", "drift", "confusion-matrix-results")
    shown = "".join(f"![{name}](img/{name}.png)\n\n" for name in names)
    files = _appended(tree, "README.md", f"\n## Screenshots\n{shown}")
    return {**files, **{f"img/{name}.png": _png(800, 600) for name in names}}


# -- files of well-known names -------------------------------------------------------------------------------------


@trick("empty files of every well-known name")
def empty_files(tree: Tree) -> Files:
    return _added(tree, dict.fromkeys(EMPTY, b""))


@trick("files with a comment only")
def comment_files(tree: Tree) -> Files:
    return _added(tree, dict.fromkeys((name for name in EMPTY if not name.endswith((".json", ".md"))), "# to do\n"))


@trick("stub files of every well-known name")
def stub_files(tree: Tree) -> Files:
    return _added(tree, STUBS)


@trick("commented-out blocks")
def commented_out(tree: Tree) -> Files:
    good = fixture("exemplary")
    files: Files = {}
    for name in good:
        if name.endswith((".py", ".yml", ".yaml", ".tf", "Dockerfile", "Makefile", ".toml")):
            lines = _text(good[name]).splitlines()
            files[name] = "".join(f"# {line}\n" for line in lines)
    return _added(tree, files)


@trick("tests that test nothing")
def empty_tests(tree: Tree) -> Files:
    body = (
        "import pytest\n\n\ndef test_one():\n    assert True\n\n\ndef test_two():\n    pass\n\n\n"
        "def test_three():\n    assert 1 == 1\n\n\ndef test_four():\n    assert 'model'\n\n\n"
        "def test_five():\n    result = True\n    assert result\n\n\n"
        "def test_six():\n    assert 2 + 2 == 4\n\n\n@pytest.mark.skip\ndef test_seven():\n    assert 1\n"
    )
    local = next((name.rsplit("/", 1)[-1].removesuffix(".py") for name in _scripts(tree)), "train")
    more = f"import {local}\n\n\ndef test_import():\n    assert {local}\n\n\ndef test_again():\n    assert {local} is not None\n"
    return _added(
        tree,
        {
            "tests/test_model.py": body,
            "tests/test_import.py": more,
            "tests/integration/test_service.py": body,
            "tests/e2e/test_pipeline.py": body,
        },
    )


# -- dependencies and imports --------------------------------------------------------------------------------------

_PACKAGES = [
    "mlflow",
    "apache-airflow",
    "prefect",
    "dagster",
    "kfp",
    "zenml",
    "feast",
    "bentoml",
    "fastapi",
    "uvicorn",
    "evidently",
    "great-expectations",
    "pandera",
    "prometheus-client",
    "tensorflow",
    "torch",
    "scikit-learn",
    "xgboost",
    "dvc",
    "wandb",
    "pulumi",
    "boto3",
    "sagemaker",
    "pytest",
    "nannyml",
    "whylogs",
]
_MODULES = [
    "mlflow",
    "airflow",
    "prefect",
    "dagster",
    "kfp",
    "zenml",
    "feast",
    "bentoml",
    "fastapi",
    "evidently",
    "great_expectations",
    "pandera",
    "prometheus_client",
    "tensorflow",
    "torch",
    "wandb",
    "dvc.api",
    "pulumi",
    "boto3",
    "sagemaker",
    "nannyml",
    "whylogs",
    "alibi_detect",
    "seldon_core",
    "kserve",
]


@trick("dependencies that nothing imports")
def unused_dependencies(tree: Tree) -> Files:
    pinned = "".join(f"{name}==1.{number}.0\n" for number, name in enumerate(_PACKAGES))
    return {**tree, "requirements.txt": pinned + _text(tree.get("requirements.txt", ""))}


@trick("imports that nothing uses")
def unused_imports(tree: Tree) -> Files:
    imports = "".join(f"import {name}\n" for name in _MODULES)
    files = dict(tree)
    for name in _scripts(tree):
        files[name] = imports + _text(tree[name])
    return _added(files, {"tools/everything.py": imports})


# -- code that does nothing ----------------------------------------------------------------------------------------

_WORK = (
    "frame = pd.read_csv('https://example.org/raw.csv')",
    "frame = StandardScaler().fit_transform(frame)",
    "mlflow.log_metric('rmse', 0.1)",
    "model = RandomForestRegressor().fit(frame, frame)",
    "mlflow.sklearn.log_model(model, 'model', registered_model_name='model')",
    "report = Report([DataDriftPreset()]).run(reference_data=frame, current_data=frame)",
    "requests.post('https://hooks.slack.com/services/1/2/3', json={'text': 'drift'})",
    "Counter('predictions_total', 'Predictions').inc()",
    "pa.DataFrameSchema({'a': pa.Column(float)}).validate(frame)",
    "store = FeatureStore('.').get_historical_features(entity_df=frame, features=['a:b'])",
    "joblib.dump(model, 'model.pkl')",
)
_HEAD = (
    "import joblib\nimport mlflow\nimport pandas as pd\nimport pandera as pa\nimport requests\n"
    "from evidently import Report\nfrom evidently.presets import DataDriftPreset\nfrom feast import FeatureStore\n"
    "from prometheus_client import Counter\nfrom sklearn.ensemble import RandomForestRegressor\n"
    "from sklearn.preprocessing import StandardScaler\n\n"
)


def _indented(depth: int = 4) -> str:
    return "".join(f"{' ' * depth}{line}\n" for line in _WORK)


_PLAIN = _indented(0)


@trick("code after return and under if False")
def dead_code(tree: Tree) -> Files:
    module = (
        f"{_HEAD}\ndef main():\n    return None\n{_indented()}\n\nif False:\n{_indented()}\nif 0:\n{_indented()}\n"
        f"while False:\n{_indented()}\n\ndef late():\n    raise SystemExit\n{_indented()}\n\n"
        f"if not True:\n{_indented()}\nmain()\nif 1 == 2:\n{_indented()}\nraise SystemExit\n{_PLAIN}"
    )
    return _added(tree, {"pipeline.py": module})


@trick("functions that nobody calls")
def uncalled(tree: Tree) -> Files:
    steps = "".join(f"def step_{number}(frame, model):\n    {line}\n\n\n" for number, line in enumerate(_WORK))
    named = (
        f"def train(frame):\n    model = RandomForestRegressor().fit(frame, frame)\n    return model\n\n\n"
        f"def detect_drift(frame):\n{_indented()}    return report\n\n\n"
        "def send_alert(text):\n    requests.post('https://hooks.slack.com/services/1/2/3', json={'text': text})\n\n\n"
        "def retrain_if_drift(frame):\n    if detect_drift(frame) > 0.3:\n        train(frame)\n\n\n"
        "def save_version(model, number):\n    joblib.dump(model, f'model-{number}.joblib')\n\n\n"
        "def promote_model(number):\n    save_version(None, number)\n\n\n"
        "def get_production_model():\n    return joblib.load('model-1.joblib')\n\n\n"
        "class Pipeline:\n    def run(self, frame):\n        train(frame)\n        send_alert('done')\n"
    )
    return _added(
        tree, {"mlops/steps.py": _HEAD + steps, "mlops/__init__.py": "", "mlops/monitoring.py": _HEAD + named}
    )


@trick("flows and tasks that nobody starts")
def unstarted_flows(tree: Tree) -> Files:
    flow = (
        f"from prefect import flow, task\n{_HEAD}\n@task\ndef ingest():\n    return pd.read_csv('https://example.org/raw.csv')\n\n\n"
        "@task\ndef train(frame):\n    return RandomForestRegressor().fit(frame, frame)\n\n\n"
        "@task\ndef monitor(frame):\n    mlflow.log_metric('rmse', 0.1)\n"
        "    return Report([DataDriftPreset()]).run(reference_data=frame, current_data=frame)\n\n\n"
        "@flow\ndef pipeline():\n    frame = ingest()\n    train(frame)\n    monitor(frame)\n"
    )
    return _added(tree, {"flows/pipeline.py": flow})


@trick("predict route of an app nobody serves")
def unserved_app(tree: Tree) -> Files:
    app = (
        "import joblib\nfrom fastapi import FastAPI\n\napp = FastAPI()\nmodel = joblib.load('model.pkl')\n\n\n"
        "@app.post('/predict')\ndef predict(features: list[float]):\n    return model.predict([features]).tolist()\n"
    )
    return _added(tree, {"service/app.py": app})


@trick("files that do not parse")
def unparsable(tree: Tree) -> Files:
    broken = f"def main(:\n{_indented()}\nclass {{\n" + "".join(f"{line} ((\n" for line in _WORK)
    return _added(
        tree,
        {
            "broken/train.py": broken,
            "broken/Dockerfile": "FROM\nCOPY\nRUN [\n",
            "broken/main.tf": 'resource "aws_instance" "api" {\n  ami = [[[\n',
            "broken/deployment.yaml": "apiVersion: apps/v1\nkind: Deployment\n\tspec: [{\n",
            "broken/dashboard.json": '{"panels": [{"targets": [{"expr": "up"}',
            "broken/notebook.ipynb": '{"cells": [',
            ".github/workflows/broken.yml": "on: push\njobs:\n  a:\n - run: pytest\n\tx: {",
            "dvc.yaml": "stages: {train: [cmd: python\n",
            "broken/requirements.txt": "==1.0\n<<<<<<< HEAD\nmlflow ===\n",
        },
    )


@trick("input that breaks parsers")
def breaking(tree: Tree) -> Files:
    return _added(
        tree,
        {
            "deep/nest.py": "x = " + "(" * 5000 + ")" * 5000 + "\n",
            "deep/attributes.py": "x" + ".a" * 20000 + "()\n",
            "deep/calls.py": "f" + "()" * 3000 + "\n",
            "deep/sum.py": "x = " + " + ".join(["1"] * 20000) + "\n",
            "deep/else.py": "if a: pass\n" + "elif b: pass\n" * 3000,
            "deep/aliases.yaml": "a: &a [x]\n"
            + "".join(f"{chr(98 + n)}: &{chr(98 + n)} [*{chr(97 + n)}, *{chr(97 + n)}]\n" for n in range(20)),
            "deep/self.yaml": "a: &a\n  b: *a\n",
            "deep/nest.json": "[" * 100_000,
            "deep/nest.ipynb": '{"cells": ' + "[" * 50_000,
            "deep/README.md": ">" * 20_000 + " deep\n" + "[" * 20_000,
            "deep/main.tf": "x = " + "[" * 10_000,
            "deep/nul.py": b"import os\0\nx = 1\n",
            "deep/bytes.py": bytes(range(256)),
            "deep/surrogate.yaml": b'a: "\\ud800"\n',
            "deep/Dockerfile": "FROM a\nRUN " + "\\\n" * 5000 + "x\n",
            "deep/Makefile": "a: b\nb: a\n\t$(MAKE) a\n",
            ".github/workflows/types.yml": "on: [1, {a: b}]\njobs: [a, b]\nname: {x: y}\n",
            "deep/docker-compose.yml": "services: [1, 2]\n",
            "deep/pyproject.toml": "[tool\n",
        },
    )


# -- the work of others --------------------------------------------------------------------------------------------


@trick("copied workflows of another project")
def copied_workflows(tree: Tree) -> Files:
    workflow = """name: CI
on: [push, pull_request]
jobs:
  lint:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-python@v5
      - run: pip install -r requirements/dev.txt
      - run: ruff check shopping_cart tests/unit
      - run: mypy shopping_cart
  test:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - run: pytest tests/unit --cov shopping_cart
      - run: pytest tests/integration
      - run: docker run -d -p 8000:8000 cart && curl -f -d '{}' http://localhost:8000/predict
      - run: |
          curl -f -d '{}' http://localhost:8000/predict
  deploy:
    needs: test
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - uses: aws-actions/amazon-ecr-login@v2
      - uses: docker/build-push-action@v6
        with: {context: ./services/cart, push: true, tags: "registry/cart:latest"}
      - run: terraform -chdir=infra/prod apply -auto-approve
      - run: kubectl apply -f k8s/cart/
      - uses: aws-actions/amazon-ecs-deploy-task-definition@v2
        with: {task-definition: task.json, service: cart}
      - run: python -m shopping_cart.train
"""
    good = fixture("exemplary")
    files: Files = {name: good[name] for name in good if name.startswith(".github/")}
    return _added(tree, {**files, ".github/workflows/cart.yml": workflow})


@trick("copied flows of orchestrators of another project")
def copied_flows(tree: Tree) -> Files:
    flow = """id: weekly
namespace: carts
tasks:
  - id: load
    type: io.kestra.plugin.scripts.python.Script
    script: |
      import pandas as pd
      pd.read_csv("https://example.org/carts.csv").to_csv("carts.csv")
  - id: train
    type: io.kestra.plugin.scripts.python.Script
    script: |
      from sklearn.linear_model import Ridge
      Ridge().fit([[1]], [1])
triggers:
  - id: monday
    type: io.kestra.plugin.core.trigger.Schedule
    cron: "0 3 * * 1"
"""
    blocks = "".join(f"- name: {name}\n  type: custom\n  uuid: {name}\n" for name in ("load_carts", "train_carts"))
    job = "resources:\n  jobs:\n    carts:\n      schedule: {quartz_cron_expression: 0 0 3 * * ?}\n      tasks:\n"
    job += "        - task_key: load\n          notebook_task: {notebook_path: ../src/load_carts}\n        - task_key: train\n"
    stages = "stages:\n  load:\n    cmd: python carts/load.py\n    outs: [carts.csv]\n  train:\n    cmd: python carts/train.py\n"
    states = (
        '{"StartAt": "Load", "States": {"Load": {"Type": "Task", "Next": "Fit"}, "Fit": {"Type": "Task", "End": true}}}'
    )
    return _added(
        tree,
        {
            "flows/weekly.yaml": flow,
            "mage/pipelines/carts/metadata.yaml": f"blocks:\n{blocks}name: carts\n",
            "databricks.yml": job,
            "dvc.yaml": f"{stages}    deps: [carts.csv]\n    outs: [cart.pkl]\n",
            "carts.asl.json": states,
            "prefect.yaml": "deployments:\n- name: carts\n  entrypoint: carts/flow.py:main\n  schedules:\n  - cron: 0 0 * * *\n",
        },
    )


@trick("copied manifests of another project")
def copied_manifests(tree: Tree) -> Files:
    image = "registry.example.org/carts/api:1.2"
    deployment = (
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: carts}\nspec:\n  selector: {matchLabels: {app: carts}}\n"
        f"  template:\n    metadata: {{labels: {{app: carts}}}}\n    spec:\n      containers:\n      - name: api\n        image: {image}\n"
    )
    flow = (
        "apiVersion: argoproj.io/v1alpha1\nkind: CronWorkflow\nmetadata: {name: carts}\nspec:\n  schedule: 0 0 * * *\n"
        "  workflowSpec:\n    templates:\n    - name: main\n      dag:\n        tasks:\n        - {name: load, template: load}\n"
        f"        - {{name: train, template: train}}\n    - name: load\n      container: {{image: {image}}}\n"
        f"    - name: train\n      container: {{image: {image}}}\n"
    )
    monitor = "apiVersion: monitoring.coreos.com/v1\nkind: ServiceMonitor\nmetadata: {name: carts}\nspec: {endpoints: [{port: http}]}\n"
    return _added(tree, {"k8s/api.yaml": deployment, "k8s/flow.yaml": flow, "k8s/monitor.yaml": monitor})


@trick("copied licence and docs of another project")
def copied_docs(tree: Tree) -> Files:
    good = fixture("exemplary")
    files: Files = {name: good[name] for name in good if name.startswith("docs/")}
    other = fixture("k8s-helm-prometheus")
    files |= {f"docs/more/{name}": other[name] for name in other if name.endswith(".md")}
    files |= {"docs/guide/overview.md": good["README.md"], "LICENSE": "MIT License\n\nCopyright (c) 2020 Somebody\n"}
    return _added(tree, files)


def _project(folder: str) -> Files:
    return {f"{folder}/{name}": content for name, content in fixture("exemplary").items()}


@trick("a good project in vendor/")
def vendored(tree: Tree) -> Files:
    return _added(
        tree, {**_project("vendor/dropwindow"), **_project("third_party/dropwindow"), **_project("external/dropwindow")}
    )


@trick("a good project in a folder named like a library")
def library_folder(tree: Tree) -> Files:
    files: Files = {}
    for library in ("sklearn", "mlflow"):
        for name, content in fixture("exemplary").items():
            if name.startswith("src/dropwindow/"):
                files[f"{library}/{name.removeprefix('src/dropwindow/')}"] = content
    return _added(tree, files)


@trick("a library's source under another name")
def renamed_library(tree: Tree) -> Files:
    """Its parts with their names, and what a good project has in each of them."""
    parts = sorted(library_parts()["mlflow"])
    modules = [content for name, content in fixture("exemplary").items() if name.startswith("src/dropwindow/")]
    files: Files = {f"tools/mine/{part}.py": modules[index % len(modules)] for index, part in enumerate(parts)}
    return _added(tree, {**files, "tools/mine/__init__.py": ""})


@trick("a good project with its own licence in a folder")
def nested_project(tree: Tree) -> Files:
    return _added(
        tree, {**_project("dropwindow-main"), "dropwindow-main/LICENSE": "MIT License\n\nCopyright (c) 2020 Somebody\n"}
    )


@trick("links and submodules with telling names")
def links(tree: Tree) -> Files:
    target = next(iter(tree))
    return _added(
        tree,
        {
            "Dockerfile": Link(target),
            "main.tf": Link("../../etc/passwd"),
            ".github/workflows/ci.yml": Link(target),
            "tests/test_model.py": Link(f"../{target}"),
            "Makefile": Link("/dev/zero"),
            "terraform-live": Submodule(),
            "kubernetes-live": Submodule("2" * 40),
            "monitoring/grafana": Submodule("3" * 40),
        },
    )


# -- too much ------------------------------------------------------------------------------------------------------


@trick("huge generated dashboards and alert rules")
def dashboards(tree: Tree) -> Files:
    panels = [
        {
            "id": number,
            "type": "timeseries",
            "title": f"Model {number}",
            "targets": [{"expr": f"rate(model_{number}_total[5m])"}],
        }
        for number in range(400)
    ]
    rules = "groups:\n  - name: all\n    rules:\n" + "".join(
        f"      - alert: Model{number}\n        expr: model_{number}_total > 5\n        for: 5m\n"
        for number in range(200)
    )
    return _added(
        tree,
        {
            "grafana/dashboards/models.json": json.dumps({"title": "Models", "schemaVersion": 38, "panels": panels}),
            "monitoring/alert_rules.yml": rules,
            "monitoring/prometheus.yml": "scrape_configs:\n  - job_name: model\n    static_configs: [{targets: ['model:8000']}]\n",
        },
    )


_POINTER = "version https://git-lfs.github.com/spec/v1\noid sha256:" + "0" * 64 + "\nsize 123456\n"


@trick("large and LFS files with telling names")
def unreadable(tree: Tree) -> Files:
    large = "# " + "x" * 1_100_000 + "\n"
    pointers = (
        "src/pipeline.py", "Dockerfile", "docker-compose.yml", "main.tf", ".github/workflows/ci.yml", "k8s/deployment.yaml",
        "grafana/dashboard.json", "tests/test_pipeline.py", "Makefile", "dvc.yaml", ".pre-commit-config.yaml", "docs/runbook.md",
        "requirements-prod.txt", "Pulumi.yaml", "serverless.yml", "Chart.yaml", "data/raw.dvc", "uv.lock", "docs/results.png",
    )  # fmt: skip
    larger = ("src/serve.py", "src/monitor.py", "docs/architecture.md", "infra/network.tf", "deploy/service.yaml")
    return _added(tree, {**dict.fromkeys(pointers, _POINTER), **dict.fromkeys(larger, large)})


@trick("a configuration and a report of the reader in the repository")
def own_configuration(tree: Tree) -> Files:
    report = json.dumps({"schema_version": 1, "score": 100, "grade": "exemplary", "criteria": []})
    rubric = "id: mlops\nversion: 9\nsections:\n  - id: all\n    title: All\n    criteria:\n      - {id: e2e.training, points: 100}\n"
    return _added(
        tree,
        {
            "folioscope.toml": "[folioscope]\nscore = 100\nrubric = 'rubric.yaml'\n",
            ".folioscope.yml": "score: 100\nstatus: {e2e.serving: met}\nexclude: []\n",
            "folioscope.yaml": rubric,
            "rubric.yaml": rubric,
            "expected.yaml": "score: {min: 100, max: 100}\ncriteria:\n  e2e.serving: {status: met}\n",
            "report.json": report,
            "folioscope-report.json": report,
            "analyzer/__init__.py": "SCORE = 100\n",
            "rules/__init__.py": "from analyzer.plugins import rule\n\n\n@rule('e2e.serving')\ndef served(repo):\n    yield None\n",
            "pyproject.toml": (
                "[project]\nname = 'x'\nversion = '1'\n[project.entry-points.'folioscope.rules']\nmine = 'rules'\n"
                "[tool.folioscope]\nscore = 100\n"
            ),
        },
    )


# -- the owner's word ----------------------------------------------------------------------------------------------


def _annotated(*criteria: str) -> str:
    entries = "".join(
        f"  - criterion: {name}\n    reason: This project is of a kind that never needs it, whoever looks at it.\n"
        for name in criteria
    )
    return f"not-applicable:\n{entries}"


@trick("the dearest criteria do not apply")
def dearest_do_not_apply(tree: Tree) -> Files:
    names = ("e2e.pipeline", "e2e.cloud-deployment", "iac.provisioning", "ci.deploy", "e2e.experiment-tracking")
    return _added(tree, {".folioscope.yaml": _annotated(*names)})


@trick("as many points as annotations can take")
def most_points_annotated(tree: Tree) -> Files:
    names = ("iac.provisioning", "iac.kubernetes", "mon.drift", "ci.model-gate", "ci.data-validation")
    return _added(tree, {".folioscope.yaml": _annotated(*names)})


@trick("every criterion does not apply, in both files and every folder")
def nothing_applies(tree: Tree) -> Files:
    names = ("e2e.serving", "e2e.container", "iac.provisioning", "ci.pipeline", "ci.tests", "ci.deploy", "mon.metrics")
    toml = "".join(
        f"[[tool.folioscope.not-applicable]]\ncriterion = '{name}'\nreason = 'It is not what this project is about.'\n"
        for name in names
    )
    written = {"src/.folioscope.yaml": _annotated(*names), "pyproject.toml": f"[tool.folioscope]\n{toml}"}
    return _added(tree, {**written, ".folioscope.yaml": _annotated(*names)})


@trick("an easy rubric, no threshold, and all that is weak left out")
def own_settings(tree: Tree) -> Files:
    weak = "".join(f"  - '{name}'\n" for name in tree if "*" not in name and "'" not in name)
    text = f"rubric: startup\nfail-under: 0\nleave-out:\n  - '**'\n{weak}"
    return _added(tree, {".folioscope.yaml": text, "pyproject.toml": "[tool.folioscope]\nrubric = 'startup'\n"})
