"""A command is followed to what it really runs."""

from __future__ import annotations

import pytest

from analyzer.argv import unwrap
from analyzer.artifacts.shell import parse_shell
from analyzer.commands import Invocation
from analyzer.findings import Place
from tests.conftest import BuildRepository, Files

MAKEFILE = "test: lint\n\tpytest tests/\n\nlint:\n\tcd src && ruff check .\n\ndefault-last:\n\techo no\n"


@pytest.fixture
def follow(repository: BuildRepository):
    """``follow(files, "make test")`` returns what a command line in a CI step leads to."""

    def run(files: Files, command: str, folder: str = "", subdir: str = "") -> tuple[Invocation, ...]:
        seen = repository(files, subdir)
        return seen.resolver.follow(parse_shell(command), lambda item: Place("ci.yml", item.line), folder)

    return run


def texts(found: tuple[Invocation, ...]) -> list[str]:
    return [item.text for item in found]


def test_a_command_is_itself(follow):
    found = follow({}, "pytest -q || true")[0]
    assert (found.text, found.swallowed, found.place, found.origin) == (
        "pytest -q",
        True,
        Place("ci.yml"),
        Place("ci.yml"),
    )
    assert "test" in found.roles


def test_make_is_followed_with_what_a_target_needs(follow):
    found = follow({"Makefile": MAKEFILE}, "make test")
    assert texts(found) == ["make test", "ruff check .", "pytest tests/"]
    assert [item.via for item in found] == [(), ("make lint",), ("make test",)]
    assert [item.origin.line for item in found] == [1, 5, 2]
    assert {item.place for item in found} == {Place("ci.yml", 1)}
    assert found[1].folder == "src"


def test_make_without_a_name_runs_the_first_target(follow):
    assert texts(follow({"Makefile": MAKEFILE}, "make"))[1:] == ["ruff check .", "pytest tests/"]


@pytest.mark.parametrize(
    ("command", "folder"),
    [("make -C sub lint", ""), ("cd sub && make lint", ""), ("make lint", "sub"), ("make -f sub/Makefile lint", "")],
)
def test_make_is_run_in_its_folder(follow, command, folder):
    files = {"Makefile": "lint:\n\techo root\n", "sub/Makefile": "lint:\n\tflake8\n"}
    assert texts(follow(files, command, folder))[-1] == "flake8"


def test_the_makefile_of_the_judged_folder_comes_before_that_of_the_root(follow):
    files = {"Makefile": "lint:\n\techo project root\n", "project/Makefile": "lint:\n\tflake8\n", "project/a.py": ""}
    assert texts(follow(files, "make lint", "elsewhere", "project"))[-1] == "flake8"


def test_a_file_that_is_not_there_leads_nowhere(follow):
    assert texts(follow({}, "make -f missing.mk lint")) == ["make -f missing.mk lint"]
    assert texts(follow({"Makefile": MAKEFILE}, "make nothing VAR=1")) == ["make nothing VAR=1"]


@pytest.mark.parametrize(
    ("files", "command"),
    [
        ({"justfile": "check:\n    ruff check .\n"}, "just check"),
        ({"justfile": "check:\n    ruff check .\n"}, "just"),
        ({"Taskfile.yml": "version: 3\ntasks:\n  check:\n    cmds:\n      - ruff check .\n"}, "task check"),
        ({"Taskfile.yml": "version: 3\ntasks:\n  default:\n    cmds:\n      - ruff check .\n"}, "task"),
        ({"tox.ini": "[testenv:lint]\ncommands = ruff check .\n"}, "tox -e lint"),
        ({"tox.ini": "[testenv:lint]\ncommands = ruff check .\n"}, "tox"),
        ({"noxfile.py": "import nox\n\n@nox.session\ndef lint(session):\n    session.run('ruff', 'check', '.')\n"}, "nox -s lint"),
        ({"package.json": '{"scripts": {"lint": "ruff check ."}}'}, "npm run lint"),
        ({"pyproject.toml": "[tool.poe.tasks]\nlint = 'ruff check .'\n"}, "poetry run poe lint"),
        ({"pyproject.toml": "[tool.poe.tasks]\nlint = 'ruff check .'\n"}, "uv run poe lint"),
        ({"pyproject.toml": "[tool.poe.tasks]\nlint = 'ruff check .'\n"}, "poetry poe lint"),
        ({"pyproject.toml": "[tool.taskipy.tasks]\nlint = 'ruff check .'\n"}, "poetry run task lint"),
        ({"pyproject.toml": "[tool.pdm.scripts]\nlint = 'ruff check .'\n"}, "pdm run lint"),
        ({"pyproject.toml": "[tool.pdm.scripts]\nlint = 'ruff check .'\n"}, "pdm lint"),
        ({"pyproject.toml": "[tool.rye.scripts]\nlint = 'ruff check .'\n"}, "rye run lint"),
        ({"pyproject.toml": "[tool.hatch.envs.default.scripts]\nlint = 'ruff check .'\n"}, "hatch run lint"),
        ({"pyproject.toml": "[tool.hatch.envs.dev.scripts]\nlint = 'ruff check .'\n"}, "hatch run dev:lint"),
        ({"pyproject.toml": "[tool.hatch.envs.dev.scripts]\ntest = 'pytest'\n"}, "hatch run ruff check ."),
        ({"MLproject": "entry_points:\n  main:\n    command: ruff check .\n"}, "mlflow run . -P alpha=1"),
        ({"MLproject": "entry_points:\n  lint:\n    command: ruff check .\n"}, "mlflow run . --entry-point lint"),
        ({"scripts/check.sh": "#!/bin/sh\nruff check .\n"}, "./scripts/check.sh"),
        ({"scripts/check.sh": "ruff check .\n"}, "bash -e scripts/check.sh"),
        ({"scripts/check.sh": "ruff check .\n"}, "cd scripts; source check.sh"),
        ({}, "bash -c 'ruff check .'"),
        ({}, "sh -ec 'cd src; ruff check .'"),
        ({}, "docker run --rm -v x:/x image ruff check ."),
        ({}, "docker compose run api ruff check ."),
        ({}, "docker exec api ruff check ."),
        ({"dvc.yaml": "stages:\n  a:\n    cmd: ruff check .\n"}, "dvc repro"),
        ({"Makefile": "include m/*.mk\na:\n\techo\n", "m/x.mk": "lint:\n\truff check .\n"}, "make lint"),
        ({"justfile": "import 'ci.just'\na:\n  echo\n", "ci.just": "lint:\n  ruff check .\n"}, "just lint"),
        ({"justfile": "mod ci\na:\n  echo\n", "ci.just": "lint:\n  ruff check .\n"}, "just ci lint"),
        ({"justfile": "mod ci\na:\n  echo\n", "ci/mod.just": "lint:\n  ruff check .\n"}, "just ci::lint"),
        ({"Taskfile.yml": "includes: {ci: ./ci}\n", "ci/Taskfile.yml": "tasks: {lint: ruff check .}\n"}, "go-task ci:lint"),
        ({"tox.ini": "[testenv]\ncommands = ruff check .\n"}, "tox -e py312 -- -q"),
        ({"tox.ini": "[testenv]\ncommands = ruff check .\n"}, "tox -e $TOXENV"),
        ({"noxfile.py": "import nox\n\n@nox.session\ndef lint(s):\n    s.run('ruff', 'check', '.')\n"}, "nox -s a lint-3.12"),
        ({"Pipfile": "[scripts]\nlint = 'ruff check .'\n"}, "pipenv run lint"),
        ({"pixi.toml": "[tasks]\nlint = 'ruff check .'\n"}, "pixi run -e dev lint"),
        ({"package.json": '{"scripts": {"all": "npm-run-all lint", "lint": "ruff check ."}}'}, "yarn all"),
        (
            {".pre-commit-config.yaml": "repos:\n- repo: local\n  hooks:\n  - {id: x, entry: make x}\n", "Makefile": "x:\n\truff check .\n"},
            "pre-commit run -a",
        ),
    ],
)  # fmt: skip
def test_runners_and_scripts_are_followed(follow, files, command):
    assert "ruff check ." in texts(follow(files, command))


SCRIPT = '#!/usr/bin/env bash\ncd "$(dirname "$0")/.."\nvenv="${VENV:-.venv}"\nexec "$venv/bin/python" -m pytest "$@"\n'


@pytest.mark.parametrize("command", ["bin/test", "./bin/test", "time ./bin/test -q", "cd bin && ./test"])
def test_a_script_without_a_suffix_is_known_by_its_first_line(follow, command):
    found = follow({"bin/test": SCRIPT}, command)
    assert (found[-1].text, found[-1].origin) == ("pytest $@", Place("bin/test", 4))


def test_a_program_of_another_kind_is_not_followed(follow):
    assert len(follow({"bin/test": "#!/usr/bin/env python\npytest = 1\n"}, "bin/test")) == 1
    assert len(follow({"bin/test": SCRIPT}, "/usr/bin/test -f x; test -f y; .venv/bin/test")) == 3


def test_a_runner_does_what_its_tasks_do_and_nothing_else(follow):
    tox = {"tox.ini": "[testenv:lint]\ncommands = ruff check .\n"}
    assert "test" not in {role for item in follow(tox, "tox -e lint") for role in item.roles}
    assert "test" in follow({}, "tox -e py312")[0].roles
    script = {"package.json": '{"scripts": {"test": "echo no test"}}'}
    assert "test" not in {role for item in follow(script, "npm test") for role in item.roles}


def test_hooks_that_do_not_run_on_commit_are_not_followed(follow):
    hooks = "repos:\n- repo: local\n  hooks:\n  - {id: a, entry: pytest a, stages: [manual]}\n  - {id: b, entry: pytest b}\n"
    files = {".pre-commit-config.yaml": hooks}
    assert texts(follow(files, "pre-commit run --all-files")) == ["pre-commit run --all-files", "pytest b"]
    assert texts(follow(files, "pre-commit run b"))[1:] == ["pytest b"]


def test_mlflow_without_an_entry_point_leads_nowhere(follow):
    files = {"MLproject": "entry_points:\n  other:\n    command: ruff check .\n"}
    assert texts(follow(files, "mlflow run")) == ["mlflow run"]


def test_docker_without_a_command_leads_nowhere(follow):
    assert len(follow({}, "docker run image")) == 1
    assert len(follow({}, "docker ps")) == 1


def test_scripts_change_folders(follow):
    files = {
        "ci/run.sh": 'cd "$(dirname "$0")"\npytest a\ncd ../src\npytest b\ncd /elsewhere\npytest c\n',
    }
    folders = {item.text: item.folder for item in follow(files, "bash ci/run.sh")}
    assert folders["pytest a"] == "ci"
    assert folders["pytest b"] == "src"
    assert folders["pytest c"] == "src"


def test_a_failure_that_is_swallowed_outside_is_swallowed_inside(follow):
    assert [item.swallowed for item in follow({"Makefile": MAKEFILE}, "make lint || true")[:2]] == [True, True]


@pytest.mark.timeout(120)
def test_circles_end(follow):
    files = {"Makefile": "a: b\n\tmake b\nb: a\n\tmake a\n", "x.sh": "bash x.sh\nbash y.sh\n", "y.sh": "bash x.sh\n"}
    assert len(follow(files, "make a")) < 100
    assert len(follow(files, "bash x.sh")) < 100


def test_a_flood_of_commands_is_bounded(follow):
    lines = "\n".join(f"\tmake t{index}" for index in range(60))
    files = {"Makefile": "".join(f"t{index}:\n{lines}\n" for index in range(60))}
    assert len(follow(files, "make t0\n" * 50)) <= 4000


@pytest.mark.parametrize(
    ("given", "bare"),
    [
        ("pytest", "pytest"),
        ("poetry run pytest", "pytest"),
        ("uv run --group dev pytest", "pytest"),
        ("uv run --group dev train.py", "python train.py"),
        ("pdm run train.py --fast", "python train.py --fast"),
        ("python -m pytest", "pytest"),
        ("python3 -m pytest -q", "pytest -q"),
        ("python3.11 train.py", "python train.py"),
        ("python -m shop.train", "python -m shop.train"),
        ("$PYTHON train.py", "python train.py"),
        ("sudo env A=1 B=2 pytest", "pytest"),
        ("timeout 60 pytest", "pytest"),
        ("conda run -n ml pytest", "pytest"),
        (".venv/bin/pytest", "pytest"),
        ("venv/bin/python -m pytest", "pytest"),
        ("coverage run -m pytest", "pytest"),
        ("coverage run train.py", "python train.py"),
        ("aws-vault exec profile terraform apply", "terraform apply"),
        ("sudo", ""),
        ("", ""),
    ],
)
def test_programs_that_run_another_are_taken_off(given, bare):
    assert " ".join(unwrap(tuple(given.split()))) == bare


def test_wrappers_without_end_are_left():
    assert unwrap(("sudo",) * 20 + ("ls",))[0] == "sudo"


STEP = "- name: gcr.io/cloud-builders/gcloud\n  args: ['builds', 'submit', '--config', 'c.yaml']\n"


def test_a_build_that_submits_itself_is_followed_once(follow):
    found = follow({"c.yaml": f"steps:\n{STEP * 4}"}, "gcloud builds submit --config c.yaml")
    assert texts(found) == ["gcloud builds submit --config c.yaml"] * 5
    assert [item.origin.line for item in found] == [1, 2, 4, 6, 8]


def test_a_build_has_no_more_steps_than_the_service_takes(follow):
    steps = "- name: bash\n  args: ['-c', 'make all']\n" * 150
    assert len(follow({"cloudbuild.yaml": f"steps:\n{steps}"}, "gcloud builds submit .")) == 101


def test_a_script_may_go_back_to_where_it_was(follow):
    script = "cd data && make get\ncd -\nmake fit\npushd web\nmake page\npopd\nmake end\n"
    found = follow({"run.sh": script}, "bash run.sh")
    assert [(item.text, item.folder) for item in found[1:]] == [
        ("make get", "data"),
        ("make fit", ""),
        ("make page", "web"),
        ("make end", ""),
    ]


def test_each_line_of_a_recipe_begins_in_the_folder_of_its_file(follow):
    found = follow({"Makefile": "all:\n\tcd src && ls\n\tpytest\n"}, "make all")
    assert [(item.text, item.folder) for item in found[1:]] == [("ls", "src"), ("pytest", "")]


@pytest.mark.parametrize(
    ("places", "led"),
    [(["back/scripts/test.sh"], ["pytest -q"]), (["back/scripts/test.sh", "web/scripts/test.sh"], [])],
)
def test_a_script_of_a_container_is_the_only_one_of_its_name(follow, places: list[str], led: list[str]):
    found = follow(dict.fromkeys(places, "pytest -q\n"), "docker exec -w /srv docks scripts/test.sh")
    assert [item.text for item in found if item.argv[0] == "pytest"] == led


def test_what_a_program_starts_is_followed(follow):
    code = (
        "import subprocess\n\n\ndef main():\n    subprocess.run(['pytest', '-q'], check=True)\n"
        "    subprocess.run('ruff check . && mypy', shell=True)\n    subprocess.run(given)\n\n\nmain()\n"
    )
    found = follow({"tools/all.py": code}, "python tools/all.py")
    assert [(item.text, item.swallowed, item.origin) for item in found[1:]] == [
        ("pytest -q", False, Place("tools/all.py", 5)),
        ("ruff check .", True, Place("tools/all.py", 6)),
        ("mypy", True, Place("tools/all.py", 6)),
    ]


def test_a_decorated_function_may_be_a_command(follow):
    code = (
        "import subprocess\n\nimport click\n\n\n@click.command()\ndef test():\n    subprocess.check_call(['pytest'])\n"
    )
    assert texts(follow({"do.py": code}, "python do.py test")) == ["python do.py test", "pytest"]


def test_commands_are_followed_up_to_a_bound(repository: BuildRepository, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("analyzer.commands._MOST_IN_ALL", 3)
    seen = repository({"Makefile": MAKEFILE})
    lengths = [
        len(seen.resolver.follow(parse_shell("make test"), lambda item: Place("ci.yml", item.line))) for _ in "ab"
    ]
    assert lengths == [3, 1]
