"""Images, who builds, pushes and runs them, and what tasks and jobs start."""

from __future__ import annotations

import pytest

from analyzer.wiring import build_wiring
from tests.conftest import BuildRepository
from tests.wiring.support import SYSTEM, edges


@pytest.mark.parametrize(
    "start",
    [
        'CMD ["python", "app.py"]',
        "CMD python -m service.app",
        'ENTRYPOINT ["uvicorn", "app:app"]',
        "CMD gunicorn --bind=0.0.0.0:80 app:app",
        "CMD streamlit run app.py",
        'ENTRYPOINT ["sh", "-c", "exec uvicorn app:app"]',
    ],
)
def test_an_image_runs_the_module_that_its_start_names(repository: BuildRepository, start: str) -> None:
    repo = repository(
        {
            "service/app.py": "app = object()\n",
            "service/Dockerfile": f"FROM python:3.12\nWORKDIR /app\nCOPY app.py ./\n{start}\n",
        }
    )
    assert ("image:service/Dockerfile", "runs", "module:service/app.py") in edges(repo, "runs")


def test_a_start_that_names_nothing_is_a_gap(repository: BuildRepository) -> None:
    repo = repository({"app.py": "print(1)\n", "Dockerfile": 'FROM python\nCOPY app.py .\nCMD ["python", "main.py"]\n'})
    assert [(gap.source, gap.name, gap.line) for gap in build_wiring(repo).gaps] == [("image:Dockerfile", "main.py", 3)]


def test_one_image_is_known_under_the_names_of_build_push_and_manifest(repository: BuildRepository) -> None:
    assert edges(repository(SYSTEM), "builds", "pushes", "deploys") >= {
        ("job:.github/workflows/deploy.yml#deploy", "builds", "image:Dockerfile"),
        ("job:.github/workflows/deploy.yml#deploy", "pushes", "image:Dockerfile"),
        ("job:.github/workflows/deploy.yml#deploy", "deploys", "workload:k8s/api.yaml#Deployment.duration-api"),
    }
    assert ("workload:k8s/api.yaml#Deployment.duration-api", "runs", "image:Dockerfile") in edges(
        repository(SYSTEM), "runs"
    )


def test_the_same_unresolved_name_means_the_same_image(repository: BuildRepository) -> None:
    repo = repository(
        {
            "Dockerfile": "FROM python\nCOPY a.py .\n",
            "a.py": "print(1)\n",
            ".github/workflows/ci.yml": "on: push\njobs:\n  ship:\n    runs-on: x\n    steps:\n"
            "      - run: docker build -t $REGISTRY/$NAME:$SHA .\n      - run: docker push $REGISTRY/$NAME:$SHA\n",
        }
    )
    assert ("job:.github/workflows/ci.yml#ship", "pushes", "image:Dockerfile") in edges(repo, "pushes")


def test_an_image_of_others_is_a_node_and_an_unknown_name_a_gap(repository: BuildRepository) -> None:
    repo = repository({"docker-compose.yml": "services:\n  db:\n    image: postgres:16\n  api:\n    image: ${IMAGE}\n"})
    wiring = build_wiring(repo)
    assert edges(repo, "runs") == {("service:docker-compose.yml#db", "runs", "image:of:postgres")}
    assert [(gap.source, gap.name) for gap in wiring.gaps] == [("service:docker-compose.yml#api", "${IMAGE}")]


def test_helm_values_resolve_the_image_of_a_template(repository: BuildRepository) -> None:
    repo = repository(
        {
            "Dockerfile": "FROM python\nCOPY a.py .\n",
            "a.py": "print(1)\n",
            "Makefile": "build:\n\tdocker build -t example/scorer:1 .\n",
            "chart/Chart.yaml": "apiVersion: v2\nname: scorer\n",
            "chart/values.yaml": "image:\n  repository: example/scorer\n  tag: '1'\n",
            "chart/templates/deployment.yaml": "apiVersion: apps/v1\nkind: Deployment\nspec:\n  containers:\n"
            '    - image: "{{ .Values.image.repository }}:{{ .Values.image.tag }}"\n',
        }
    )
    sources = {source for source, _, target in edges(repo, "runs") if target == "image:Dockerfile"}
    assert sources == {"workload:chart/templates/deployment.yaml#Deployment.2"}


def test_terraform_names_resolve_through_variables_and_registries(repository: BuildRepository) -> None:
    repo = repository(
        {
            "Dockerfile": "FROM python\nCOPY handler.py .\n",
            "handler.py": "def lambda_handler(event, context):\n    return event\n",
            "Makefile": "push:\n\tdocker build -t $(HOST)/scorer:1 .\n\tdocker push $(HOST)/scorer:1\n",
            "infra/main.tf": """
variable "name" { default = "scorer" }
resource "aws_ecr_repository" "images" { name = var.name }
resource "aws_lambda_function" "scorer" {
  function_name = "scorer"
  image_uri     = "${aws_ecr_repository.images.repository_url}:latest"
}
""",
        }
    )
    assert ("resource:infra/main.tf#aws_lambda_function.scorer", "runs", "image:Dockerfile") in edges(repo, "runs")


def test_a_job_tests_the_modules_of_the_folder_it_names(repository: BuildRepository) -> None:
    repo = repository(
        {
            "tests/test_a.py": "def test_a():\n    assert 1 + 1 == 2\n",
            "other/test_b.py": "def test_b():\n    assert 1 + 1 == 2\n",
            "Makefile": "check:\n\tpytest tests/\n",
            ".github/workflows/ci.yml": "on: push\njobs:\n  check:\n    runs-on: x\n    steps:\n      - run: make check\n",
        }
    )
    job = "job:.github/workflows/ci.yml#check"
    assert {target for source, _, target in edges(repo, "tests") if source == job} == {"module:tests/test_a.py"}


def test_a_task_runs_a_script_through_a_shell_file(repository: BuildRepository) -> None:
    repo = repository(
        {"Makefile": "train:\n\tbash run.sh\n", "run.sh": "python steps/train.py\n", "steps/train.py": "print(1)\n"}
    )
    assert edges(repo, "runs", "calls") == {
        ("script:Makefile#train", "calls", "script:run.sh"),
        ("script:Makefile#train", "runs", "module:steps/train.py"),
        ("script:run.sh", "runs", "module:steps/train.py"),
    }
