"""Variables, versions, packages and names in other letter cases that one place asks for and another does not have."""

from __future__ import annotations

import pytest

from analyzer.engine import decide
from analyzer.findings import Status
from analyzer.plugins import discover
from analyzer.soundness import find_defects
from tests.conftest import BuildRepository

IMAGE = "FROM python:3.12\nCOPY requirements.txt app.py ./\nRUN pip install -r requirements.txt\nCMD python app.py\n"
CI = """on: push
env:
  IMAGE_NAME: docks
jobs:
  ship:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - run: |
          TAG=ghcr.io/harbour/${{{{ env.{name} }}}}:1
          docker build -t $TAG .
          docker push $TAG
"""


def told(repository: BuildRepository, files: dict[str, str]) -> list[tuple[str, int, str]]:
    defects, problems = find_defects(repository(files))
    assert problems == ()
    return [(item.path, item.line, item.kind) for item in defects]


def status(repository: BuildRepository, criterion: str, files: dict[str, str]) -> Status:
    repo = repository(files)
    (decision,), _ = decide(repo, discover(), (criterion,), find_defects(repo)[0])
    return decision.status


@pytest.mark.parametrize(
    ("name", "line", "wanted"),
    [("IMAGE_NAME", 0, Status.MET), ("IMAGE_NAMES", 10, Status.PARTIAL), ("AWS_REGION", 0, Status.MET)],
)
def test_a_variable_that_nothing_sets_stops_the_rest_of_its_step(
    repository: BuildRepository, name: str, line: int, wanted: Status
) -> None:
    files = {
        ".github/workflows/ship.yml": CI.format(name=name),
        "Dockerfile": "FROM python:3.12\nCOPY app.py .\nCMD python app.py\n",
        "app.py": "print(1)\n",
    }
    assert told(repository, files) == ([(".github/workflows/ship.yml", line, "unset-variable")] if line else [])
    assert status(repository, "ci.deploy", files) is wanted


def test_a_variable_may_be_set_by_a_step(repository: BuildRepository) -> None:
    steps = CI.format(name="IMAGE_NAMES").replace(
        "      - run: |", "      - run: echo A=1 >> $GITHUB_ENV\n      - run: |"
    )
    assert told(repository, {".github/workflows/ship.yml": steps, "Dockerfile": "FROM scratch\n"}) == []


def test_an_action_may_do_without_an_input(repository: BuildRepository) -> None:
    action = "      - uses: aws-actions/configure-aws-credentials@v4\n        with: {role: '${{ env.ROLE }}'}\n      - run: |"
    steps = CI.format(name="IMAGE_NAME").replace("      - run: |", action)
    assert told(repository, {".github/workflows/ship.yml": steps, "Dockerfile": "FROM scratch\n"}) == []


def test_the_name_that_was_meant_is_told(repository: BuildRepository) -> None:
    defects, _ = find_defects(
        repository({".github/workflows/a.yml": CI.format(name="IMAGE_NAMES"), "Dockerfile": "FROM a"})
    )
    assert defects[0].sentence == "the workflow reads env.IMAGE_NAMES, which nothing sets; IMAGE_NAME is set"


@pytest.mark.parametrize(
    ("pins", "twice"),
    [
        ("boto3==1.34.1\nBoto3==1.35.0\n", True),
        ("scikit_learn==1.4\nscikit-learn==1.5 # newer\n", True),
        ("boto3==1.34.1\nboto3==1.34.1\n", False),
        ("boto3==1.34\nboto3==1.34.0\n", False),
        ("boto3==1.34.1; python_version < '3.12'\nboto3==1.35.0; python_version >= '3.12'\n", False),
        ("boto3>=1.34\nboto3==1.35.0\n", False),
    ],
)
def test_a_list_that_pins_a_package_twice_cannot_be_installed(
    repository: BuildRepository, pins: str, twice: bool
) -> None:
    files = {"Dockerfile": IMAGE, "requirements.txt": pins, "app.py": "print(1)\n"}
    assert told(repository, files) == ([("Dockerfile", 3, "requirement")] if twice else [])
    assert status(repository, "e2e.container", files) is (Status.PARTIAL if twice else Status.MET)


HELPER = "from .shapes import area\n\ndef volume(x):\n    return area(x) * 2\n"


@pytest.mark.parametrize(
    ("line", "lost"),
    [
        ("from volumes import volume", True),
        ("from harbour.volumes import volume", False),
        ("from .volumes import volume", False),
    ],
)
def test_a_module_of_a_package_that_is_imported_without_it(repository: BuildRepository, line: str, lost: bool) -> None:
    files = {
        "harbour/__init__.py": "",
        "harbour/shapes.py": "def area(x):\n    return x\n",
        "harbour/volumes.py": HELPER,
        "harbour/docks.py": f"{line}\n\nprint(volume(1))\n",
    }
    assert told(repository, files) == ([("harbour/docks.py", 1, "missing-module")] if lost else [])


@pytest.mark.parametrize(("line", "wanted"), [("harbour.docks", Status.PARTIAL), ("docks", Status.MET)])
def test_an_import_by_the_whole_name_runs_the_package_first(
    repository: BuildRepository, line: str, wanted: Status
) -> None:
    tests = f"from {line} import count\n\ndef test_a():\n    assert count(1) == 1\n\ndef test_b():\n    assert count(2) == 2\n"
    files = {
        "harbour/__init__.py": "from harbour.lost import anything\n",
        "harbour/docks.py": "def count(x):\n    return x\n",
        "tests/test_docks.py": tests,
    }
    assert status(repository, "tests.unit", files) is wanted


def test_docker_finds_its_file_in_lower_case(repository: BuildRepository) -> None:
    steps = (
        "on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v4\n"
        "      - uses: docker/build-push-action@v6\n        with: {context: ., file: FILE, push: true}\n"
    )
    files = {"dockerfile": IMAGE, "requirements.txt": "", "app.py": "print(1)\n"}
    for name, wanted in (("Dockerfile", Status.MET), ("Dockerfile.web", Status.MISSING)):
        files[".github/workflows/a.yml"] = steps.replace("FILE", name)
        assert status(repository, "ci.deploy", files) is wanted


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("train:\n\tpython train.py\n", 0),
        ("train:\n    python train.py\n", 2),
        ("train:\n\tpython train.py\nmo\n", 3),
        (
            "A = 1 \\\n  2\nifeq ($(A),1)\nexport B\nendif\n$(info x)\n-include x.mk\n# note\ntrain: ; python train.py\n",
            0,
        ),
        ("define HELP\nany words\nendef\ntrain:\n\techo a \\\n  b\n", 0),
        (".RECIPEPREFIX = >\ntrain:\n> python train.py\n", 0),
        ("{% if x %}\ntrain:\n\tpython train.py\n", 0),
    ],
)
def test_a_makefile_that_make_cannot_read(repository: BuildRepository, text: str, line: int) -> None:
    files = {"Makefile": text, "train.py": "print(1)\n"}
    found = [item for item in told(repository, files) if item[2] == "makefile"]
    assert found == ([("Makefile", line, "makefile")] if line else [])
    if line == 3:
        assert status(repository, "repro.automation", files) is Status.PARTIAL


@pytest.mark.parametrize(
    ("argument", "line"),
    [
        ('["python", "src/models/answer.py"]', 4),
        ('[sys.executable, "src/models/answer.py"]', 4),
        ('"python src/models/answer.py"', 4),
        ('["python", "made/answer.py"]', 0),
        ('["python", "src/models/train.py"]', 0),
        ('["python", path]', 0),
        ('["git", "clone.py"]', 0),
    ],
)
def test_a_program_that_code_starts_and_nobody_has(repository: BuildRepository, argument: str, line: int) -> None:
    code = f"import subprocess\nimport sys\ndef work(path):\n    subprocess.run({argument}, check=True)\nwork(1)\n"
    files = {
        "src/flow.py": code,
        "src/models/train.py": "print(1)\n",
        "src/predict/answer.py": "print(1)\n",
        ".gitignore": "models/\n",
    }
    assert told(repository, files) == ([("src/flow.py", line, "missing-program")] if line else [])


def test_folders_and_files_of_a_setup_are_no_packages_that_it_needs(repository):
    setup = 'from setuptools import find_packages, setup\n\nsetup(\n    name="docks",\n    packages=find_packages(where="src"),\n    package_dir={"": "src"},\n    install_requires=[*open("tides").read().split(), "click"],\n)\n'
    files = {
        "setup.py": setup,
        "requirements.txt": "click\nrich\nattrs\n",
        "src/port.py": "x = 1\n",
        "fit.py": "import click\nfrom src.port import harbour\n\nprint(harbour, click)\n",
    }
    defects, _ = find_defects(repository(files))
    assert [item.sentence for item in defects] == ["harbour is imported from src/port.py, which does not define it"]
