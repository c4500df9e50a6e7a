"""What serves, whose a chart is, and what pages tell."""

from __future__ import annotations

import pytest

from analyzer.findings import Status
from tests.conftest import BuildRepository, decided
from tests.rules.docks import TITLE

TRAIN = "from sklearn.linear_model import Ridge\n\n\ndef train():\n    return Ridge().fit([[1]], [1])\n\n\nif __name__ == '__main__':\n    train()\n"


# -- serving -----------------------------------------------------------------------------------------------------


def test_a_service_of_grpc_serves(repository: BuildRepository) -> None:
    code = (
        "import grpc\nimport joblib\nimport docks_pb2_grpc\n\nmodel = joblib.load('m.pkl')\n\n\n"
        "class Docks(docks_pb2_grpc.DocksServicer):\n    def Predict(self, request, context):\n        return model.predict([[request.tide]])\n\n\n"
        "server = grpc.server(None)\n{hung}server.start()\n"
    )
    hung = "docks_pb2_grpc.add_DocksServicer_to_server(Docks(), server)\n"
    files = {"train.py": TRAIN, "serve.py": code.format(hung=hung)}
    assert decided(repository, "e2e.serving", files).status is Status.MET
    assert decided(repository, "e2e.serving", files | {"serve.py": code.format(hung="")}).status is not Status.MET


def test_a_server_that_ci_starts_serves_nobody(repository: BuildRepository) -> None:
    ci = "on: push\njobs:\n  smoke:\n    runs-on: x\n    steps:\n      - run: mlflow models serve -m runs:/1/model\n"
    files = {"train.py": TRAIN, ".github/workflows/ci.yml": ci}
    assert decided(repository, "e2e.serving", files).status is Status.MISSING
    made = {"train.py": TRAIN, "Makefile": "serve:\n\tmlflow models serve -m runs:/1/model\n"}
    assert decided(repository, "e2e.serving", made).status is Status.MET


# -- whose it is, and pages ---------------------------------------------------------------------------------------

RULES = (
    "apiVersion: monitoring.coreos.com/v1\nkind: PrometheusRule\nmetadata: {name: up}\nspec:\n  groups:\n"
    "  - name: up\n    rules:\n    - alert: Down\n      expr: up == 0\n"
)


@pytest.mark.parametrize(
    ("folder", "page", "wanted"),
    [
        ("charts/kube-prometheus-stack", True, Status.MISSING),
        ("charts/kube-prometheus-stack", False, Status.MET),
        ("charts/docks", True, Status.MET),
    ],
)
def test_charts_that_others_keep_are_theirs(
    repository: BuildRepository, folder: str, page: bool, wanted: Status
) -> None:
    files = {
        "train.py": TRAIN,
        f"{folder}/Chart.yaml": "apiVersion: v2\nname: x\nversion: 1.0.0\n",
        f"{folder}/templates/rules.yaml": RULES,
    }
    if page:
        files[f"{folder}/README.md"] = "# A chart\n"
    assert decided(repository, "mon.alerting", files).status is wanted


def test_fences_may_end_with_a_tab(repository: BuildRepository) -> None:
    text = f"{TITLE}```\nmake up\n```\t\n\n[Watch it](https://youtu.be/abc123)\n"
    assert decided(repository, "doc.site", {"README.md": text}).status is Status.MET


@pytest.mark.parametrize(
    ("link", "wanted"),
    [
        ("[blog post](https://school.example/blog/waiting-at-the-docks)", Status.MET),
        ("[blog post](https://school.example/blog/what-is-kubernetes)", Status.MISSING),
        ("[their course](https://school.example/blog/waiting-at-the-docks)", Status.MISSING),
    ],
)
def test_a_link_may_say_that_it_leads_to_an_article(repository: BuildRepository, link: str, wanted: Status) -> None:
    assert decided(repository, "doc.writeup", {"README.md": f"{TITLE}{link}\n"}).status is wanted


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ("The deployment is available at https://docks-x1y2z3-ew.a.run.app today.", Status.MET),
        ("For example the deployment is available at https://docks-x1y2z3-ew.a.run.app", Status.MISSING),
        ("See https://docks-x1y2z3-ew.a.run.app", Status.MISSING),
    ],
)
def test_another_page_may_link_the_application(repository: BuildRepository, said: str, wanted: Status) -> None:
    app = "from fastapi import FastAPI\nimport uvicorn\n\napp = FastAPI()\nuvicorn.run(app)\n"
    files = {
        "README.md": TITLE,
        "reports/README.md": f"# The docks, deployed\n\nHow long ships wait at the docks is asked over `app.py`, an API with FastAPI. {said}\n",
        "app.py": app,
    }
    assert decided(repository, "e2e.live-endpoint", files).status is wanted


def test_operation_is_looked_after_by_commands(repository: BuildRepository) -> None:
    section = "## Maintenance\n\nThe docks service keeps running between the tides and is looked at each week.\n\n"
    care = "```bash\nkubectl logs docks\nkubectl rollout restart deploy/docks\n```\n"
    manifest = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: docks}\nspec: {}\n"
    files = {"k8s/docks.yaml": manifest, "README.md": f"{TITLE}{section}"}
    assert decided(repository, "doc.operations", files).status is Status.PARTIAL
    page = f"# The docks on a cluster\n\nThe docks service of `docks.yaml` waits for ships on Kubernetes.\n\n{care}"
    assert decided(repository, "doc.operations", files | {"k8s/README.md": page}).status is Status.MET
    taken_down = page.replace("kubectl rollout restart deploy/docks", "helm uninstall docks")
    assert decided(repository, "doc.operations", files | {"k8s/README.md": taken_down}).status is Status.PARTIAL


@pytest.mark.parametrize("heading", ["Установка и запуск", "Requisitos", "Prérequis", "Kurulum"])
def test_headings_on_setup_in_other_languages(repository: BuildRepository, heading: str) -> None:
    text = f"{TITLE}## {heading}\n\n```bash\npip install -r requirements.txt\npython train.py\n```\n"
    files = {"README.md": text, "requirements.txt": "scikit-learn==1.5.0\n", "train.py": TRAIN}
    decision = decided(repository, "doc.setup", files)
    assert decision.status is Status.MET
    assert decision.evidence[-1].line == 5


def test_the_main_list_of_packages_decides(repository: BuildRepository) -> None:
    pinned = "".join(f"{name}==1.0\n" for name in ("numpy", "scikit-learn", "mlflow", "flask", "boto3"))
    loose = "prefect\nevidently\nstreamlit\n"
    files = {"train.py": TRAIN, "requirements.txt": pinned, "monitor/requirements.txt": loose}
    assert decided(repository, "repro.dependencies", files).status is Status.MET
    away = {"train.py": TRAIN, "api/requirements.txt": pinned, "monitor/requirements.txt": loose}
    assert decided(repository, "repro.dependencies", away).status is Status.PARTIAL
