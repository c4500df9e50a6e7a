"""Images that do not install what their program imports."""

from __future__ import annotations

import pytest

from analyzer.engine import Decision, decide
from analyzer.findings import Status
from analyzer.plugins import discover
from analyzer.soundness import Defect, find_defects
from tests.conftest import BuildRepository

IMAGE = """\
FROM python:3.12-slim
WORKDIR /app
COPY service/requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt
COPY service/ .
CMD ["python", "app.py"]
"""
APP = "import os\nfrom model import load\n\nprint(load(), os.name)\n"
FILES = {
    "Dockerfile": IMAGE,
    "service/requirements.txt": "flask==3.0\npandas==2.2\n",
    "service/app.py": APP,
    "service/model.py": "import mlflow\nimport pandas as pd\n\ndef load():\n    import boto3\n    return mlflow, pd, boto3\n",
    "pyproject.toml": "[project]\nname = 'docks'\ndependencies = ['mlflow', 'boto3', 'flask', 'pandas', 'xgboost']\n",
}


def lacking(repository: BuildRepository, files: dict[str, str]) -> list[Defect]:
    defects, problems = find_defects(repository({**FILES, **files}))
    assert problems == ()
    return [item for item in defects if item.kind == "image-lacks"]


def test_what_a_module_imports_that_the_started_one_imports(repository: BuildRepository) -> None:
    (found,) = lacking(repository, {})
    assert (found.path, found.line) == ("Dockerfile", 4)
    assert found.sentence == "the image does not install mlflow, which service/model.py imports"


@pytest.mark.parametrize(
    ("imports", "told"),
    [
        ("import xgboost\n", "xgboost and mlflow; service/app.py imports xgboost"),
        (
            "import xgboost\nimport torch\nimport redis\n",
            "xgboost, torch, redis and 1 more; service/app.py imports xgboost",
        ),
    ],
)
def test_several_are_told_at_once(repository: BuildRepository, imports: str, told: str) -> None:
    (found,) = lacking(repository, {"service/app.py": imports + APP})
    assert found.sentence == f"the image does not install {told}"


def test_an_image_that_would_not_start_packages_in_part(repository: BuildRepository) -> None:
    def decided(files: dict[str, str]) -> Decision:
        repo = repository({**FILES, **files})
        return decide(repo, discover(), ("e2e.container",), find_defects(repo)[0])[0][0]

    decision = decided({})
    assert decision.status is Status.PARTIAL
    assert "does not install mlflow" in decision.summary
    assert decided({"service/requirements.txt": "flask\npandas\nmlflow\n"}).status is Status.MET


@pytest.mark.parametrize(
    "change",
    [
        {"service/requirements.txt": "flask\npandas\nmlflow-skinny\n"},
        {"service/requirements.txt": "flask\n-r ../more.txt\n", "more.txt": "mlflow\n"},
        {"service/requirements.txt": "flask\ngit+https://github.com/octocat/docks\n"},
        {"Dockerfile": IMAGE.replace("python:3.12-slim", "octocat/base:1")},
        {"Dockerfile": IMAGE.replace("pip install", "conda install")},
        {"Dockerfile": IMAGE.replace("COPY service/ .", "COPY service/ .\nRUN poetry add mlflow")},
        {"Dockerfile": IMAGE.replace("COPY service/ .", "COPY service/ .\nRUN uv sync")},
        {"Dockerfile": IMAGE.replace("WORKDIR", "RUN pip install mlflow\nWORKDIR")},
        {"Dockerfile": IMAGE.replace("WORKDIR", "RUN pip install flask>=3 mlflow\nWORKDIR")},
        {"Dockerfile": IMAGE.replace("COPY service/ .", "COPY service/ .\nRUN pip install .")},
        {"Dockerfile": IMAGE.replace("COPY service/ .", "COPY service/ .\nRUN ./install.sh")},
        {"Dockerfile": IMAGE.replace("WORKDIR", "RUN apt-get install -y python3-mlflow\nWORKDIR")},
        {"Dockerfile": IMAGE.replace("service/requirements.txt", "lists/absent.txt")},
        {"service/model.py": "try:\n    import mlflow\nexcept ImportError:\n    mlflow = None\n\ndef load():\n    return mlflow\n"},
        {"Dockerfile": IMAGE.replace('["python", "app.py"]', '["python", "other.py"]'), "service/other.py": "import flask\n"},
    ],
)  # fmt: skip
def test_where_it_is_there_or_cannot_be_told(repository: BuildRepository, change: dict[str, str]) -> None:
    assert lacking(repository, change) == []


def test_an_image_that_may_be_built_in_one_folder_or_another(repository: BuildRepository) -> None:
    image = 'FROM python:3.12-slim\nCOPY requirements.txt .\nRUN pip install -r requirements.txt\nCOPY app.py .\nCMD ["python", "app.py"]\n'
    files = {"service/Dockerfile": image, "app.py": "import mlflow\nprint(mlflow)\n", "Dockerfile": ""}
    files["requirements.txt"] = "flask==3.0\n"
    only = {"service/requirements.txt": "flask==3.0\n", "service/app.py": files["app.py"]}
    assert [item.path for item in lacking(repository, {**files, **only})] == ["service/Dockerfile"]
    beside = {**only, "service/requirements.txt": "flask==3.0\nmlflow==2.17\n"}
    assert lacking(repository, {**files, **beside}) == []


PIPENV = IMAGE.replace("service/requirements.txt", "service/Pipfile service/Pipfile.lock").replace(
    "pip install --no-cache-dir -r requirements.txt", "pip install pipenv && pipenv install --system --deploy"
)
PIPFILE = '[packages]\nflask = "*"\npandas = "*"\n'
LOCK = '{\n    "default": {\n        "flask": {\n            "version": "==3.0"\n        },\n        "pandas": {\n            "version": "==2.2"\n        }\n    }\n}\n'


@pytest.mark.parametrize(
    ("image", "lists"),
    [
        (PIPENV, {"service/Pipfile": PIPFILE, "service/Pipfile.lock": LOCK}),
        (PIPENV.replace(" service/Pipfile.lock", ""), {"service/Pipfile": PIPFILE}),
        (
            IMAGE.replace("pip install --no-cache-dir -r requirements.txt", "pip install poetry && poetry install")
            .replace("service/requirements.txt .", "service/pyproject.toml ./"),
            {"service/pyproject.toml": '[tool.poetry.dependencies]\nflask = "^3"\npandas = "^2"\n'},
        ),
        (
            IMAGE.replace("pip install --no-cache-dir -r requirements.txt", "uv sync --frozen")
            .replace("service/requirements.txt .", "service/uv.lock ./"),
            {"service/uv.lock": '[[package]]\nname = "flask"\nversion = "3.0"\n\n[[package]]\nname = "pandas"\nversion = "2.2"\n'},
        ),
        (IMAGE.replace("pip install", "uv pip install --system"), {}),
    ],
)  # fmt: skip
def test_what_other_installers_install(repository: BuildRepository, image: str, lists: dict[str, str]) -> None:
    (found,) = lacking(repository, {"Dockerfile": image, **lists})
    assert found.sentence == "the image does not install mlflow, which service/model.py imports"
    more = {path: text.replace("pandas", "mlflow") for path, text in {**FILES, **lists}.items() if "service/" in path}
    more["service/model.py"] = FILES["service/model.py"].replace("import pandas as pd\n", "pd = 1\n")
    assert lacking(repository, {"Dockerfile": image, **more}) == []


def test_a_lock_holds_all_that_is_installed(repository: BuildRepository) -> None:
    files = {"Dockerfile": PIPENV, "service/model.py": "import numpy as np\n\ndef load():\n    return np\n"}
    lock = LOCK.replace("flask", "some-package").replace("pandas", "another-package")
    (found,) = lacking(repository, {**files, "service/Pipfile": PIPFILE, "service/Pipfile.lock": lock})
    assert found.sentence == "the image does not install numpy, which service/model.py imports"
    beside = PIPENV.replace("WORKDIR", "RUN pip install some-other\nWORKDIR")
    assert (
        lacking(repository, {**files, "Dockerfile": beside, "service/Pipfile": PIPFILE, "service/Pipfile.lock": lock})
        == []
    )


def test_pip_takes_several_lists(repository):
    image = "FROM python:3.12\nCOPY app.py base.txt more.txt ./\nRUN pip install -r base.txt --requirement more.txt\nCMD python app.py\n"
    files = {
        "Dockerfile": image,
        "base.txt": "click\nrich\nattrs\n",
        "more.txt": "fastapi\n",
        "app.py": "import fastapi\n\nprint(fastapi)\n",
    }
    assert find_defects(repository(files))[0] == ()
    lost = {**files, "Dockerfile": image.replace(" --requirement more.txt", "")}
    assert [item.kind for item in find_defects(repository(lost))[0]] == ["image-lacks"]
