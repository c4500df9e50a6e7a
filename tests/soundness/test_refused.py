"""What a cluster, Terraform, pip or one machine alone accepts."""

from __future__ import annotations

import pytest

from analyzer.soundness import find_defects
from tests.conftest import BuildRepository

DEPLOYMENT = """apiVersion: apps/v1
kind: Deployment
metadata:
  name: docks
spec:
  selector:
    matchLabels:
      app: docks
  template:
    metadata:
      labels:
        app: {label}
    spec:
      containers:
        - image: docks:1
"""


def kinds(repository: BuildRepository, files: dict[str, str]) -> list[tuple[str, int, str]]:
    defects, problems = find_defects(repository(files))
    assert problems == ()
    return [(item.path, item.line, item.kind) for item in defects]


def test_a_selector_that_no_pod_has(repository: BuildRepository) -> None:
    assert kinds(repository, {"k8s/app.yaml": DEPLOYMENT.format(label="other")}) == [("k8s/app.yaml", 8, "manifest")]
    assert kinds(repository, {"k8s/app.yaml": DEPLOYMENT.format(label="docks")}) == []


def test_a_workload_without_a_selector(repository: BuildRepository) -> None:
    manifest = DEPLOYMENT.format(label="docks").replace("  selector:\n    matchLabels:\n      app: docks\n", "")
    assert kinds(repository, {"k8s/app.yaml": manifest}) == [("k8s/app.yaml", 2, "manifest")]


def test_labels_that_kustomize_may_add(repository: BuildRepository) -> None:
    files = {"k8s/app.yaml": DEPLOYMENT.format(label="other"), "k8s/kustomization.yaml": "resources: [app.yaml]\n"}
    assert kinds(repository, files) == []


TEMPLATE = """AWSTemplateFormatVersion: '2010-09-09'
Parameters:
  Size:
    Type: String
Resources:
  Store:
    Type: AWS::S3::Bucket
    Properties:
      BucketName: !Ref Size # Ref: Colour
  Rule:
    Type: AWS::EC2::SecurityGroup
    Properties:
      VpcId: {asked}
"""


@pytest.mark.parametrize(
    ("asked", "line"),
    [
        ("!Ref Network", 13),
        ("!GetAtt Network.Id", 13),
        ("{Ref: Network}", 13),
        ("!Ref Size", 0),
        ("!GetAtt Store.Arn", 0),
        ("!Ref AWS::Region", 0),
    ],
)
def test_a_template_that_asks_for_what_it_does_not_declare(repository: BuildRepository, asked: str, line: int) -> None:
    wanted = [("stack.yaml", line, "template-reference")] if line else []
    assert kinds(repository, {"stack.yaml": TEMPLATE.format(asked=asked)}) == wanted


def test_what_sam_makes_and_what_a_macro_makes_is_not_undeclared(repository: BuildRepository) -> None:
    asks = TEMPLATE.format(asked="!Ref StoreRole")
    assert kinds(repository, {"a.yaml": "Transform: AWS::Serverless-2016-10-31\n" + asks}) == []
    assert kinds(repository, {"a.yaml": "Transform: Hoist\n" + asks}) == []
    assert kinds(repository, {"a.yaml": asks}) == [("a.yaml", 13, "template-reference")]


@pytest.mark.parametrize(
    ("bucket", "line"), [("var.bucket", 4), ("local.bucket", 4), ('"${var.bucket}"', 4), ('"states"', 0)]
)
def test_a_backend_knows_no_variables(repository: BuildRepository, bucket: str, line: int) -> None:
    main = (
        f'terraform {{\n  backend "s3" {{\n    key    = "a"\n    bucket = {bucket}\n  }}\n}}\n'
        'variable "bucket" {}\nlocals {\n  bucket = "b"\n}\n'
    )
    wanted = [("main.tf", line, "terraform-backend")] if line else []
    assert kinds(repository, {"main.tf": main}) == wanted


def test_a_backend_that_is_commented_out(repository: BuildRepository) -> None:
    main = '/*\nterraform {\n  backend "s3" {\n    bucket = var.bucket\n  }\n}\n*/\nvariable "bucket" {}\n'
    assert kinds(repository, {"main.tf": main}) == []


@pytest.mark.parametrize(
    ("requirement", "refused"),
    [
        ("flask=2.2.2", True),
        ("numpy=1.26.4=py311h64a7726_0", True),
        ("python-apt==2.7.7+ubuntu4", True),
        ("torch==2.3.0+cpu", False),
        ("flask==2.2.2", False),
        ("pandas>=2,<3 # a=b", False),
        ("uvicorn[standard]~=0.30", False),
    ],
)
def test_requirements_that_an_image_cannot_install(
    repository: BuildRepository, requirement: str, refused: bool
) -> None:
    files = {
        "app/Dockerfile": "FROM python:3.11\nCOPY requirements.txt app.py ./\nRUN pip install -r requirements.txt\nCMD python app.py\n",
        "app/requirements.txt": f"pandas\n{requirement}\n",
        "app/app.py": "x = 1\n",
    }
    assert kinds(repository, files) == ([("app/Dockerfile", 3, "requirement")] if refused else [])


def test_a_lock_file_that_an_ignore_file_leaves_out(repository: BuildRepository) -> None:
    files = {
        "Dockerfile": "FROM python:3.11\nCOPY Pipfile.lock ./\nCOPY model.bin ./\nCOPY app.py ./\nCMD python app.py\n",
        ".gitignore": "Pipfile.lock\n*.bin\n",
        "app.py": "x = 1\n",
    }
    assert kinds(repository, files) == [("Dockerfile", 2, "missing-copy")]


@pytest.mark.parametrize(
    ("path", "foreign"),
    [
        ("/home/somebody/docks/data.csv", True),
        ("/Users/somebody/docks/data.csv", True),
        ("C:\\\\Users\\\\somebody\\\\data.csv", True),
        ("/home/src/docks/data.csv", False),
        ("/home/worker7/data.csv", False),
        ("data/home/data.csv", False),
    ],
)
def test_files_in_the_home_of_one_person(repository: BuildRepository, path: str, foreign: bool) -> None:
    files = {
        "prepare.py": f"import pandas as pd\ndata = pd.read_csv('{path}')\nprint(data)\n",
        "Dockerfile": "FROM python:3.11\nRUN useradd -d /home/worker7 worker7\n",
    }
    assert kinds(repository, files) == ([("prepare.py", 2, "home-path")] if foreign else [])


@pytest.mark.parametrize(("mode", "foreign"), [("", True), (", 'rb'", True), (", 'w'", False), (", mode='a'", False)])
def test_what_is_written_to_a_home_is_not_read_from_it(repository: BuildRepository, mode: str, foreign: bool) -> None:
    files = {"note.py": f"print(open('/home/somebody/docks.txt'{mode}))\n"}
    assert kinds(repository, files) == ([("note.py", 1, "home-path")] if foreign else [])


def test_the_name_of_the_person_is_not_told(repository: BuildRepository) -> None:
    defects, _ = find_defects(repository({"prepare.py": "print(open('/home/somebody/data.csv').read())\n"}))
    assert [item.kind for item in defects] == ["home-path"]
    assert "somebody" not in defects[0].sentence


@pytest.mark.parametrize(
    ("steps", "refused"),
    [
        ("      - run: pytest tests\n", True),
        ("      - uses: actions/checkout@v4\n      - run: pytest tests\n", False),
        ("      - run: git clone https://example.org/docks . && pytest tests\n", False),
        ("      - run: echo pytest\n", False),
    ],
)
def test_a_job_without_the_files(repository: BuildRepository, steps: str, refused: bool) -> None:
    workflow = f"on: push\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n{steps}"
    files = {".github/workflows/ci.yml": workflow, "tests/test_a.py": "def test_a():\n    assert int('1') == 1\n"}
    assert kinds(repository, files) == ([(".github/workflows/ci.yml", 6, "workflow-shape")] if refused else [])


def test_a_machine_of_ones_own_may_keep_the_files(repository: BuildRepository) -> None:
    workflow = "on: push\njobs:\n  test:\n    runs-on: self-hosted\n    steps:\n      - run: make test\n"
    assert kinds(repository, {".github/workflows/ci.yml": workflow, "Makefile": "test:\n\tpytest\n"}) == []


@pytest.mark.parametrize(
    ("start", "module", "broken"),
    [
        ('CMD ["gunicorn", "--bind", "0.0.0.0:80", "app:app"]', "from .loading import load\nload()\n", True),
        ("CMD python app.py", "from . import loading\nloading.load()\n", True),
        ("CMD gunicorn service.app:app", "from .loading import load\nload()\n", False),
        ("CMD python app.py", "from loading import load\nload()\n", False),
        ("CMD python app.py", "try:\n    from .loading import load\nexcept ImportError:\n    from loading import load\nload()\n", False),
    ],
)  # fmt: skip
def test_a_relative_import_in_what_is_started_by_itself(
    repository: BuildRepository, start: str, module: str, broken: bool
) -> None:
    files = {
        "service/Dockerfile": f"FROM python:3.11\nCOPY app.py loading.py ./\n{start}\n",
        "service/app.py": module,
        "service/loading.py": "def load():\n    return 1\n",
    }
    wanted = [("service/Dockerfile", 3, "image-start"), ("service/app.py", 1, "relative-start")]
    assert kinds(repository, files) == (wanted if broken else [])
