"""Tasks in files of Python and JavaScript projects: tox, nox, invoke, package.json, pyproject.toml."""

from __future__ import annotations

import pytest

from analyzer.artifacts.python_source import parse_python
from analyzer.artifacts.tasks import Task, parse_nox, parse_package_json, parse_pyproject_tasks, parse_tox


def commands(task: Task | None) -> list[tuple[str, int]]:
    assert task is not None
    return [(item.text, task.place_of(item).line) for item in task.commands]


TOX = """\
[tox]
envlist = py312, lint
[testenv]
deps = pytest
commands_pre =
    pip list
commands =
    # first the fast ones
    pytest -q {posargs}
    ; then

    coverage report
[testenv:lint]
commands: ruff check .
[testenv:docs]
commands
[other]
commands = x
"""


def test_environments_of_tox() -> None:
    file = parse_tox("tox.ini", TOX)
    assert [(task.name, task.line) for task in file.tasks] == [("testenv", 3), ("lint", 13), ("docs", 15)]
    assert [commands(task) for task in file.tasks] == [
        [("pytest -q", 9), ("coverage report", 12)],
        [("ruff check .", 14)],
        [],
    ]


@pytest.mark.parametrize("text", ["no section\n", "[testenv]\ncommands\n    continued\n"])
def test_a_broken_tox_file_is_an_error(text: str) -> None:
    file = parse_tox("tox.ini", text)
    assert (file.tasks, bool(file.error)) == ((), True)


NOX = """\
import nox

@nox.session(python=["3.12"])
def tests(session):
    session.install("pytest")
    session.run("pytest", "-q", *session.posargs)

    session.run_always("coverage", "report")

def helper(session):
    session.run("x")
"""


def test_sessions_of_nox() -> None:
    file = parse_nox(parse_python("noxfile.py", NOX), "nox")
    (task,) = file.tasks
    assert (task.name, task.line, commands(task)) == ("tests", 4, [("pytest -q", 6), ("coverage report", 8)])


def test_tasks_of_invoke() -> None:
    text = 'from invoke import task\n\n@task\ndef build(c):\n    c.run("docker build .")\n'
    file = parse_nox(parse_python("tasks.py", text), "invoke")
    assert commands(file.named("build")) == [("docker build .", 5)]


PACKAGE = """\
{
  "name": "web",
  "jest": {
    "test": true
  },
  "scripts": {
    "test": "jest && echo \\"a\\"",
    "all": ["x", 1],
    "odd": 3
  }
}
"""


def test_scripts_of_npm_stand_below_their_head() -> None:
    file = parse_package_json("package.json", PACKAGE)
    assert [(task.name, task.line) for task in file.tasks] == [("test", 7), ("all", 8)]
    assert commands(file.named("test")) == [("jest", 7), ("echo a", 7)]


@pytest.mark.parametrize("text", ["[]", "{}", '{"scripts": []}'])
def test_other_json_has_no_scripts(text: str) -> None:
    assert parse_package_json("package.json", text).tasks == ()


@pytest.mark.parametrize("text", ["", "{", "9" * 5000, "[" * 99_999])
def test_broken_json_is_an_error(text: str) -> None:
    assert parse_package_json("package.json", text).error.startswith("no valid JSON")


PYPROJECT = """\
[project]
name = "demo"
test = "not this"

[tool.poe.tasks]
test = "pytest -q"
check = ["lint", "test", "mypy ."]

[tool.poe.tasks.lint]
cmd = "ruff check ."

[tool.pdm.scripts]
start = {cmd = ["python", "-m", "demo"]}
serve.shell = "uvicorn demo:app | tee log"
env_file = 3

[tool.hatch.envs.default.scripts]
cov = ["pytest --cov", "report"]
report="coverage report"

[tool.hatch.envs.empty]
[tool.taskipy]
tasks = "none"
"""


def test_tasks_of_pyproject_by_tool() -> None:
    poe, pdm, hatch = parse_pyproject_tasks("pyproject.toml", PYPROJECT)
    assert [(task.name, task.line) for task in (*poe.tasks, *pdm.tasks, *hatch.tasks)] == [
        ("test", 6),
        ("check", 7),
        ("lint", 9),
        ("start", 13),
        ("serve", 14),
        ("cov", 18),
        ("report", 19),
    ]
    assert (poe.tool, pdm.tool, hatch.tool) == ("poe", "pdm", "hatch")
    assert commands(pdm.named("start")) == [("python -m demo", 13)]


def test_sequences_name_other_tasks_or_commands() -> None:
    poe, _, hatch = parse_pyproject_tasks("pyproject.toml", PYPROJECT)
    check, cov = poe.named("check"), hatch.named("cov")
    assert check is not None
    assert cov is not None
    assert (check.needs, commands(check)) == (("lint", "test"), [("mypy .", 7)])
    assert (cov.needs, commands(cov)) == (("report",), [("pytest --cov", 18)])


@pytest.mark.parametrize(
    "text", ["", "[a", "tool = 1", "a = " + "1" * 5000, "[tool.hatch]\nenvs = 1\n", "tool.poe.tasks = 1\n"]
)
def test_other_pyprojects_have_no_tasks(text: str) -> None:
    assert parse_pyproject_tasks("pyproject.toml", text) == ()
