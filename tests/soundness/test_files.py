"""Commands, images, infrastructure, stages, workflows and tests that lead to nothing."""

from __future__ import annotations

import pytest

from analyzer.soundness import find_defects


def found(repository, files: dict[str, str]) -> list[tuple[str, int, str]]:
    """(path, line, kind) of every defect."""
    defects, problems = find_defects(repository(files))
    assert problems == ()
    return [(item.path, item.line, item.kind) for item in defects]


CI = "on: push\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v4\n"


def test_a_make_target_that_runs_a_missing_script(repository):
    files = {"Makefile": "train:\n\tpython src/train.py\n", "src/fit.py": "x = 1\n"}
    assert found(repository, files) == [("Makefile", 2, "missing-file")]


@pytest.mark.parametrize(
    "extra",
    [
        {"src/train.py": "x = 1\n"},
        {"project/src/train.py": "x = 1\n"},
        {".gitignore": "src/\n"},
        {"get.sh": "wget -O src/train.py https://example.org/train.py\n"},
        {".gitmodules": "", "src/train.py.template": "x"},
    ],
)
def test_a_script_that_is_there_or_may_be(repository, extra):
    assert found(repository, {"Makefile": "train:\n\tpython src/train.py\n", **extra}) == []


@pytest.mark.parametrize(
    "recipe",
    [
        "python $(SCRIPT).py",
        "docker run image python /app/x.py",
        "git clone https://e.org/x && python x/y.py",
        "-python x.py",
    ],
)
def test_paths_elsewhere_or_unknown_are_gaps(repository, recipe):
    assert found(repository, {"Makefile": f"a:\n\t{recipe}\n"}) == []


def test_a_ci_step_that_installs_from_a_missing_file(repository):
    workflow = f"{CI}      - run: pip install -r requirements-dev.txt\n"
    assert found(repository, {".github/workflows/ci.yml": workflow}) == [
        (".github/workflows/ci.yml", 7, "missing-file")
    ]


def test_a_ci_step_that_asks_first(repository):
    workflow = f"{CI}      - run: if [ -f requirements.txt ]; then pip install -r requirements.txt; fi\n"
    assert found(repository, {".github/workflows/ci.yml": workflow}) == []


@pytest.mark.parametrize("folders", [("api",), ("api", "jobs"), ("", "api")])
def test_a_list_of_packages_in_other_folders_than_the_step(repository, folders):
    files = {f"{folder}/requirements.txt".lstrip("/"): "numpy==1.26\n" for folder in folders}
    files[".github/workflows/ci.yml"] = f"{CI}      - run: pip install -r requirements.txt\n"
    defects, _ = find_defects(repository(files))
    told = [item.sentence.partition(" calls ")[2] for item in defects if item.kind == "missing-file"]
    more = " and 1 other folder" if len(folders) > 1 else ""
    assert told == ([] if "" in folders else [f"requirements.txt from the root, and it is in api{more}"])


@pytest.mark.parametrize(
    ("step", "wanted"),
    [
        ("- run: pytest test_docks.py -q", True),
        ("- run: python test_docks.py", True),
        ("- run: pytest test_docks.py::test_empty", True),
        ("- run: pytest tests/test_docks.py", False),
        ("- run: cd tests && pytest test_docks.py", False),
        ("- {run: pytest test_docks.py, working-directory: tests}", False),
        ("- {run: pytest test_docks.py, working-directory: '${{ matrix.part }}'}", False),
        ("- run: pytest test_lakes.py", True),
        ("- run: cp tests/test_docks.py . && pytest test_docks.py", False),
    ],
)
def test_a_ci_step_that_calls_a_file_from_another_folder(repository, step, wanted):
    files = {
        ".github/workflows/ci.yml": f"{CI}      {step}\n",
        "tests/test_docks.py": "def test_empty():\n    assert 1\n",
    }
    assert found(repository, files) == ([(".github/workflows/ci.yml", 7, "missing-file")] if wanted else [])


def test_a_ci_step_that_runs_a_missing_target(repository):
    files = {".github/workflows/ci.yml": f"{CI}      - run: make lint\n", "Makefile": "test:\n\tpytest\n"}
    assert found(repository, files) == [(".github/workflows/ci.yml", 7, "missing-target")]


def test_a_target_by_pattern_may_be_anything(repository):
    files = {".github/workflows/ci.yml": f"{CI}      - run: make lint\n", "Makefile": "%:\n\techo $@\n"}
    assert found(repository, files) == []


@pytest.mark.parametrize(
    ("start", "missing"), [('["start-notebook.sh"]', 0), ('["./start.sh"]', 1), ('["bash", "start.sh"]', 1)]
)
def test_a_program_that_the_image_below_may_have(repository, start, missing):
    files = {"Dockerfile": f"FROM python:3.11\nCOPY a.py ./\nCMD {start}\n", "a.py": "x = 1\n"}
    assert found(repository, files) == [("Dockerfile", 3, "missing-file")] * missing


@pytest.mark.parametrize(("copy", "refused"), [("COPY one.txt requirements.txt", 0), ("COPY requirements.txt .", 1)])
def test_a_list_that_the_image_copies_under_another_name(repository, copy, refused):
    files = {
        "Dockerfile": f"FROM python:3.11\n{copy}\nRUN pip install -r requirements.txt\n",
        "one.txt": "flask==2.2.2\n",
        "requirements.txt": "flask=2.2.2\n",
    }
    assert found(repository, files) == [("Dockerfile", 3, "requirement")] * refused


@pytest.mark.parametrize(("name", "missing"), [("dockerfile", 0), ("DockerFile", 1)])
def test_docker_takes_a_dockerfile_in_lower_case(repository, name, missing):
    files = {"compose.yaml": "services:\n  docks:\n    build: ./docks\n", f"docks/{name}": "FROM python:3.11\n"}
    assert found(repository, files) == [("compose.yaml", 3, "missing-context")] * missing


def test_an_image_that_copies_a_missing_folder(repository):
    files = {
        "Dockerfile": "FROM python:3.11\nCOPY service /app\nCOPY model.bin data /app/\n",
        "serving/a.py": "x = 1\n",
    }
    assert found(repository, files) == [("Dockerfile", 2, "missing-copy"), ("Dockerfile", 3, "missing-copy")]


@pytest.mark.parametrize(
    "made",
    [
        {"train.py": "import joblib\njoblib.dump(1, 'out/model.bin')\n"},
        {"settings.yaml": "model: model.bin\n"},
        {".gitignore": "*.bin\n"},
        {"models/model.bin": "x"},
    ],
)
def test_an_image_that_copies_a_model_which_something_makes(repository, made):
    files = {"Dockerfile": "FROM python:3.11\nCOPY model.bin /app/\n", "a.py": "x = 1\n", **made}
    assert found(repository, files) == []


def test_an_image_that_copies_a_lock_file_beside_what_is_there(repository):
    files = {
        "Dockerfile": "FROM python:3.11\nCOPY pyproject.toml uv.lock* a.py ./\n",
        "a.py": "x = 1\n",
        "pyproject.toml": "",
    }
    assert found(repository, files) == []
    files["Dockerfile"] = files["Dockerfile"].replace("uv.lock*", "uv.lock")
    assert found(repository, files) == [("Dockerfile", 2, "missing-copy")]


def test_an_image_that_copies_from_a_stage_or_what_is_built(repository):
    files = {"Dockerfile": "FROM python:3.11 AS build\nFROM python:3.11\nCOPY --from=build /x /x\nCOPY dist/ /dist\n"}
    assert found(repository, files) == []


def test_an_image_that_starts_a_missing_script(repository):
    files = {"Dockerfile": 'FROM python:3.11\nCOPY app.py .\nCMD ["python", "main.py"]\n', "app.py": "x = 1\n"}
    assert found(repository, files) == [("Dockerfile", 3, "missing-file")]


def test_a_service_built_from_a_missing_folder(repository):
    files = {"docker-compose.yml": "services:\n  api:\n    build: ./api\n"}
    assert found(repository, files) == [("docker-compose.yml", 3, "missing-context")]


def test_a_service_built_from_what_is_there(repository):
    files = {"docker-compose.yml": "services:\n  api:\n    build: ./api\n", "api/Dockerfile": "FROM python:3.11\n"}
    assert found(repository, files) == []


def test_a_service_built_from_where_its_file_says_that_it_is_run(repository):
    compose = "services:\n  api:\n    build:\n      context: .\n      dockerfile: api/Dockerfile\n"
    files = {"api/Dockerfile": "FROM python:3.11\n"}
    run = "# docker compose -f deploy/compose.yaml --project-directory . up\n"
    assert found(repository, {**files, "deploy/compose.yaml": run + compose}) == []
    assert found(repository, {**files, "deploy/compose.yaml": compose}) == [
        ("deploy/compose.yaml", 4, "missing-context")
    ]


def test_a_terraform_reference_to_nothing(repository):
    main = 'resource "aws_s3_bucket" "b" {\n  bucket = var.name\n  tags = local.tags\n}\nlocals {\n  tags = {}\n}\n'
    assert found(repository, {"infra/main.tf": main}) == [("infra/main.tf", 2, "terraform-reference")]


@pytest.mark.parametrize(
    "main",
    [
        'variable "name" {}\nresource "aws_s3_bucket" "b" {\n  bucket = var.name\n}\n',
        'resource "aws_s3_bucket" "b" {\n  bucket = "x" # var.name\n}\n',
        'resource "aws_s3_bucket" "b" {\n  bucket = <<EOT\nvar.name\nEOT\n}\n',
        'resource "aws_s3_bucket" "b" {\n  bucket = var.name\n',  # not parsed: not the whole module was read
    ],
)
def test_terraform_that_declares_what_it_uses(repository, main):
    assert found(repository, {"infra/main.tf": main}) == []


def test_a_stage_whose_input_nothing_makes(repository):
    dvc = "stages:\n  train:\n    cmd: python train.py\n    deps:\n      - train.py\n      - prepared/x\n"
    files = {"dvc.yaml": dvc, "train.py": "x = 1\n"}
    assert found(repository, files) == [("dvc.yaml", 2, "missing-input")]


def test_a_stage_whose_input_a_stage_or_a_pointer_makes(repository):
    dvc = (
        "stages:\n  prepare:\n    cmd: python train.py\n    deps: [raw.csv]\n    outs: [prepared]\n"
        "  train:\n    cmd: python train.py\n    deps: [prepared/x]\n"
    )
    files = {"dvc.yaml": dvc, "train.py": "x = 1\n", "raw.csv.dvc": "outs:\n- path: raw.csv\n"}
    assert found(repository, files) == []


def test_a_stage_whose_input_a_stage_makes_for_each_item(repository):
    dvc = (
        "stages:\n  prepare:\n    foreach: [a, b]\n    do:\n      cmd: python train.py ${item}\n"
        "      outs:\n        - made/${item}.csv\n  train:\n    cmd: python train.py\n    deps: [DEP]\n"
    )
    files = {"train.py": "x = 1\n"}
    assert found(repository, {**files, "dvc.yaml": dvc.replace("DEP", "made/a.csv")}) == []
    assert found(repository, {**files, "dvc.yaml": dvc.replace("DEP", "kept/a.csv")}) == [
        ("dvc.yaml", 8, "missing-input")
    ]


@pytest.mark.parametrize(
    ("workflow", "line"),
    [
        ("on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: ls\nb:\n  runs-on: x\n  steps: []\n", 7),
        ("jobs:\n  a:\n    runs-on: x\n    steps:\n      - run: ls\n", 1),
        ("on: push\njobs:\n  a:\n    steps:\n      - run: ls\n", 3),
        ("on: push\njobs:\n  a:\n    runs-on: x\n    needs: b\n    steps:\n      - run: ls\n", 3),
        (f"{CI}      - name: nothing\n", 7),
        (f"{CI}      - uses: owner/action\n", 7),
        ("on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: pytest tests\n", 6),
        (f"{CI}      - run: ls\n     - run: pwd\n", 8),
    ],
)
def test_workflows_that_github_refuses(repository, workflow, line):
    files = {".github/workflows/ci.yml": workflow}
    assert found(repository, files) == [(".github/workflows/ci.yml", line, "workflow-shape")]


def test_an_unquoted_version(repository):
    workflow = f"{CI}      - uses: actions/setup-python@v5\n        with:\n          python-version: 3.10\n"
    assert found(repository, {".github/workflows/ci.yml": workflow}) == [
        (".github/workflows/ci.yml", 9, "yaml-version")
    ]


def test_a_sound_workflow(repository):
    workflow = f"{CI}      - uses: actions/setup-python@v5\n        with:\n          python-version: '3.10'\n"
    assert found(repository, {".github/workflows/ci.yml": workflow}) == []


TEST = "def test_sum():\n    assert sum([1, 1]) == 2\n"


def test_tests_under_a_name_that_no_runner_looks_for(repository):
    assert found(repository, {"tests/model.py": TEST}) == [("tests/model.py", 1, "uncollected-tests")]


@pytest.mark.parametrize(
    "files",
    [
        {"tests/test_model.py": TEST},
        {"tests/model_test.py": TEST},
        {"tests/model.py": TEST, "pytest.ini": "[pytest]\npython_files = *.py\n"},
        {"tests/model.py": TEST, "Makefile": "test:\n\tpytest tests/model.py\n"},
        {"tests/model.py": "def check_sum():\n    assert sum([1, 1]) == 2\n"},
    ],
)
def test_tests_that_are_collected_or_are_none(repository, files):
    assert found(repository, files) == []


@pytest.mark.parametrize(
    ("first", "wanted"),
    [
        ("python fetch.py", []),
        ("python fit.py", [("dvc.yaml", 2, "missing-input")]),
        ("echo", [("dvc.yaml", 2, "missing-input")]),
    ],
)
def test_ci_may_fetch_what_the_stages_need(repository, first, wanted):
    files = {
        "dvc.yaml": "stages:\n  fit:\n    cmd: python fit.py\n    deps:\n      - data/new.csv\n",
        "fit.py": "print(1)\n",
        "fetch.py": "print(2)\n",
        ".github/workflows/ci.yml": (
            f"on: push\njobs:\n  go:\n    runs-on: x\n    steps:\n      - run: {first}\n      - run: dvc repro\n"
        ),
    }
    assert [item for item in found(repository, files) if item[2] == "missing-input"] == wanted


WHOLE = "FROM python:3.12\nWORKDIR /app\nCOPY requirements.txt .\nRUN pip install -r requirements.txt\nCOPY . .\n"


@pytest.mark.parametrize(
    ("start", "more", "kinds"),
    [
        ('CMD ["uvicorn", "src.main:app", "--port", "80"]', "", ["missing-file"]),
        ('CMD ["uvicorn", "src.main:app"]', "RUN cp -r src/api/. src/\n", []),
        ('CMD ["uvicorn", "src.api.main:app"]', "", []),
        ('CMD ["uvicorn", "--factory", "api.main:make()"]', "", []),
        ('CMD ["gunicorn", "-b", "0.0.0.0:80", "serve:app"]', "", ["missing-file"]),
        ('CMD ["python", "src/main.py"]', "", ["missing-file"]),
        ('CMD ["python", "src/main.py"]', "RUN mv src/api/main.py src/\n", []),
        ('CMD ["python", "src/main.py"]', "COPY src/api /app/src\n", []),
        ('CMD ["python", "src/api/main.py"]', "", []),
    ],
)
def test_an_image_of_the_whole_project_has_its_paths(repository, start, more, kinds):
    files = {
        "Dockerfile": f"{WHOLE}{more}{start}\n",
        "requirements.txt": "uvicorn\ngunicorn\nfastapi\n",
        "src/api/main.py": "app = make = print\n",
    }
    assert [kind for _, _, kind in found(repository, files)] == kinds
