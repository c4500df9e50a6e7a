"""Calls of own functions with arguments that they do not take, and images without what they copy or open."""

from __future__ import annotations

import pytest

from analyzer.engine import decide
from analyzer.findings import Status
from analyzer.plugins import discover
from analyzer.soundness import find_defects
from tests.conftest import BuildRepository

TIDES = "def forecast(harbour, hours=6, *, wind):\n    return harbour, hours, wind\n"


def told(repository: BuildRepository, files: dict[str, str]) -> list[tuple[str, int, str]]:
    defects, problems = find_defects(repository(files))
    assert problems == ()
    return [(item.path, item.line, item.sentence) for item in defects if item.kind != "undeclared-package"]


@pytest.mark.parametrize(
    ("call", "wanted"),
    [
        ("forecast('Sund', 6, wind=3)", ""),
        ("forecast(harbour='Sund', wind=3)", ""),
        ("forecast('Sund', 6, 3, wind=3)", "forecast is called with 3 arguments, but takes 2"),
        ("forecast('Sund', wind=3, moon=1)", "forecast is called with moon=, which it does not take"),
        ("forecast(wind=3)", "forecast is called without harbour, which it needs"),
        ("forecast('Sund')", "forecast is called without wind, which it needs"),
        ("forecast(*['Sund'], wind=3)", ""),
        ("forecast(**{'harbour': 'Sund', 'wind': 3})", ""),
    ],
)
def test_what_the_signature_says(repository: BuildRepository, call: str, wanted: str) -> None:
    files = {"tides.py": TIDES, "run.py": f"from tides import forecast\n\ndef go():\n    return {call}\n\ngo()\n"}
    assert told(repository, files) == ([("run.py", 4, wanted)] if wanted else [])


@pytest.mark.parametrize(
    "definition",
    [
        "def forecast(*harbours, b, c):\n    return harbours, b, c\n",
        "def forecast(first, **others):\n    return first, others\n",
        "@decorated\ndef forecast(harbour):\n    return harbour\n",
        "def forecast(harbour):\n    return harbour\n\nforecast = print\n",
        "if True:\n    def forecast(harbour):\n        return harbour\nelse:\n    def forecast(a, b, c):\n        return a\n",
    ],
)
def test_a_function_that_may_take_them(repository: BuildRepository, definition: str) -> None:
    tides = f"from functools import partial as decorated\n\n{definition}"
    files = {"tides.py": tides, "run.py": "from tides import forecast\n\nforecast(1, b=2, c=3)\n"}
    assert told(repository, files) == []


@pytest.mark.parametrize(
    "program",
    [
        "def go(forecast):\n    forecast(1, 2, 3)\n\ngo(print)\n",  # what is handed in
        "from tides import forecast\n\ntry:\n    forecast(1, 2, 3)\nexcept Exception:\n    pass\n",
        "from unittest.mock import patch\nfrom tides import forecast\n\nwith patch('tides.forecast'):\n    forecast(1, 2, 3)\n",
        "import other\n\nother.forecast(1, 2, 3)\n",
    ],
)
def test_a_call_that_need_not_mean_the_function(repository: BuildRepository, program: str) -> None:
    files = {"tides.py": TIDES, "other.py": "class Sea: ...\n\nforecast = Sea()\n", "run.py": program}
    assert told(repository, files) == []


def test_what_prefect_takes_of_every_call(repository: BuildRepository) -> None:
    flow = "from prefect import flow, task\n\n@task\ndef load():\n    return 1\n\n@flow\ndef main():\n    a = load()\n    load({})\n\nmain()\n"
    assert told(repository, {"flow.py": flow.format("wait_for=[a]")}) == []
    (found,) = told(repository, {"flow.py": flow.format("again=a")})
    assert found == ("flow.py", 10, "load is called with again=, which it does not take")


def test_a_start_by_hand_does_not_stop_who_imports(repository: BuildRepository) -> None:
    tides = f"{TIDES}\nif __name__ == '__main__':\n    forecast()\n"
    assert told(repository, {"tides.py": tides}) == [
        ("tides.py", 5, "forecast is called without harbour, which it needs")
    ]
    assert told(repository, {"tides.py": tides, "run.py": "from tides import forecast\n\nforecast(1, wind=2)\n"}) == []


@pytest.mark.parametrize(
    ("handler", "wanted"),
    [
        ("except Exception as error:\n        assert False, error", Status.PARTIAL),
        ("except KeyError:\n        found = 1", Status.PARTIAL),
        ("except (TypeError, KeyError):\n        found = 1", Status.MET),
        ("except Exception:\n        found = 1", Status.MET),
    ],
)
def test_a_test_that_always_fails(repository: BuildRepository, handler: str, wanted: Status) -> None:
    test = "def test_{0}():\n    try:\n        found = forecast(1, 2, 3, wind=1)\n    {1}\n    assert found[0] == 1\n"
    tests = "\n\n".join(test.format(name, handler) for name in ("tides", "harbours"))
    files = {"tides.py": TIDES, "test_tides.py": f"from tides import forecast\n\n{tests}"}
    repo = repository({**files, "pyproject.toml": "[project]\nname = 'tides'\n"})
    (decision,), _ = decide(repo, discover(), ("tests.unit",), find_defects(repo)[0])
    assert decision.status is wanted


IMAGE = "FROM python:3.12\nWORKDIR /app\nCOPY requirements.txt app.py ./\nCOPY models/ ./models/\nRUN pip install -r requirements.txt\nCMD python app.py\n"
FILES = {"Dockerfile": IMAGE, "requirements.txt": "flask\n", "app.py": "print(1)\n", "models/tides.txt": "x\n"}


@pytest.mark.parametrize(
    ("ignoring", "wanted"),
    [
        ("# models/\n*.pyc\n", []),
        ("models/\n", ["models"]),
        ("/models\n", ["models"]),
        ("**/models\n", ["models"]),
        ("mod*\n", ["models"]),
        ("models/*.txt\n", []),  # the folder is there, and empty
        ("models\n!models/tides.txt\n", []),
        ("*\n!app.py\n!requirements.txt\n", ["models"]),
        ("*\n!app.py\n!requirements.txt\n!models\n", []),
        ("models\n!models\n", []),
        ("a/**/models\n", []),
        ("requirements.t?t\n", ["requirements.txt"]),
    ],
)
def test_what_the_ignore_file_leaves_out(repository: BuildRepository, ignoring: str, wanted: list[str]) -> None:
    found = told(repository, {**FILES, ".dockerignore": ignoring})
    assert [item[2] for item in found] == [
        f"the image copies {name}, which .dockerignore leaves out of the build" for name in wanted
    ]


def test_the_ignore_file_of_one_image_goes_first(repository: BuildRepository) -> None:
    files = {**FILES, ".dockerignore": "models/\n", "Dockerfile.dockerignore": "*.pyc\n"}
    assert told(repository, files) == []


OPENS = "import pickle\n\nwith open('tides.pkl', 'rb') as file:\n    model = pickle.load(file)\nprint(model)\n"


@pytest.mark.parametrize(
    ("copied", "program", "lacks"),
    [
        ("COPY app.py other.pkl ./", OPENS, True),
        ("COPY app.py tides.pkl ./", OPENS, False),
        ("COPY . .", OPENS, False),
        ("COPY app.py ./\nRUN curl -O https://harbour.example/tides.pkl", OPENS, False),
        ("COPY app.py sea.py ./", OPENS.replace("import pickle\n", "import pickle\nfrom sea import fetch\n\nfetch('tides.pkl')\n"), False),
        ("COPY app.py ./", "def later():\n    return open('tides.pkl')\n", False),
    ],
)  # fmt: skip
def test_a_file_that_the_image_does_not_hold(
    repository: BuildRepository, copied: str, program: str, *, lacks: bool
) -> None:
    files = {
        "Dockerfile": f'FROM python:3.12\nWORKDIR /app\n{copied}\nCMD ["python", "app.py"]\n',
        "app.py": program,
        "sea.py": "def fetch(name): ...\n",
        "tides.pkl": "x",
        "other.pkl": "x",
    }
    found = [item for item in told(repository, files) if "does not hold" in item[2]]
    wanted = "the image does not hold tides.pkl, which app.py:3 opens when it starts"
    assert found == ([("Dockerfile", 3, wanted)] if lacks else [])


@pytest.mark.parametrize(
    ("copied", "program", "lacks"),
    [
        ("COPY app.py ./", "from src.sea import fetch\nfetch()\n", "src/sea.py, which app.py:1"),
        ("COPY app.py ./\nCOPY src/far.py src/", "from src.far import go\ngo()\n", "src/sea.py, which src/far.py:1"),
        ("COPY app.py ./\nCOPY src src", "from src.sea import fetch\nfetch()\n", ""),
        ("COPY app.py ./\nCOPY src/sea.py ./", "from src.sea import fetch\nfetch()\n", ""),
        ("COPY app.py ./\nRUN git clone https://harbour.example/src", "from src.sea import fetch\nfetch()\n", ""),
        ("COPY app.py ./\nRUN pip install .", "from src.sea import fetch\nfetch()\n", ""),
        (
            "COPY app.py ./",
            "try:\n    from src.sea import fetch\nexcept ImportError:\n    fetch = print\nfetch()\n",
            "",
        ),
        ("COPY app.py ./", "def later():\n    from src.sea import fetch\n    fetch()\n", ""),
    ],
)
def test_a_module_that_the_image_does_not_hold(
    repository: BuildRepository, copied: str, program: str, lacks: str
) -> None:
    files = {
        "Dockerfile": f'FROM python:3.12\nWORKDIR /app\n{copied}\nCMD ["python", "app.py"]\n',
        "app.py": program,
        "src/__init__.py": "",
        "src/sea.py": "def fetch(): ...\n",
        "src/far.py": "from src.sea import fetch\ndef go():\n    fetch()\n",
    }
    found = [item[2] for item in told(repository, files) if "does not hold" in item[2]]
    assert found == ([f"the image does not hold {lacks} imports when it starts"] if lacks else [])


def test_what_compose_mounts_need_not_be_held(repository: BuildRepository) -> None:
    compose = "services:\n  app:\n    build: .\n    volumes:\n      - ./:/app\n"
    image = 'FROM python:3.12\nWORKDIR /app\nCOPY app.py ./\nCMD ["python", "app.py"]\n'
    files = {"Dockerfile": image, "app.py": OPENS, "tides.pkl": "x", "compose.yaml": compose}
    assert told(repository, files) == []


@pytest.mark.parametrize(
    ("base", "lacks"),
    [("python:3.12", True), ("public.ecr.aws/lambda/python:3.12", True), ("octocat/model:tides", False)],
)
def test_a_base_of_somebody_may_hold_any_file(repository: BuildRepository, base: str, *, lacks: bool) -> None:
    image = f'FROM {base}\nWORKDIR /app\nCOPY app.py ./\nCMD ["python", "app.py"]\n'
    found = told(repository, {"Dockerfile": image, "app.py": OPENS, "tides.pkl": "x"})
    assert bool(found) is lacks


# -- Terraform ---------------------------------------------------------------------------------------------------

BUCKET = 'resource "aws_s3_bucket" "tides" {\n  bucket = "tides"\n}\n'
REGION = 'variable "region" {\n  default = "eu"\n}\n'


@pytest.mark.parametrize(
    ("files", "wanted"),
    [
        ({"infra/main.tf": BUCKET, "infra/outputs.tf": BUCKET}, "the resource aws_s3_bucket.tides is declared a second time, after infra/main.tf:1"),
        ({"infra/main.tf": BUCKET + REGION, "infra/outputs.tf": BUCKET + REGION}, "the resource aws_s3_bucket.tides is declared a second time, after infra/main.tf:1; so is one other"),
        ({"infra/main.tf": BUCKET, "infra/main_override.tf": BUCKET}, ""),
        ({"infra/main.tf": BUCKET, "other/main.tf": BUCKET}, ""),
        ({"infra/main.tf": BUCKET + BUCKET.replace('"tides" {', '"winds" {')}, ""),
    ],
)  # fmt: skip
def test_what_terraform_has_twice(repository: BuildRepository, files: dict[str, str], wanted: str) -> None:
    assert [item[2] for item in told(repository, files)] == ([wanted] if wanted else [])


def test_a_template_of_an_image_is_built_elsewhere(repository: BuildRepository) -> None:
    files = {**FILES, "templates/Dockerfile.j2": IMAGE, ".dockerignore": "models/\n"}
    files["Dockerfile"] = IMAGE.replace("COPY models/ ./models/\n", "")
    assert told(repository, files) == []
