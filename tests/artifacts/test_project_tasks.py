"""Tasks in files of Python and JavaScript projects: tox, nox, invoke, package.json, pyproject.toml."""

from __future__ import annotations

import pytest

from analyzer.artifacts.project_tasks import (
    parse_nox,
    parse_package_json,
    parse_pipfile_scripts,
    parse_pyproject_tasks,
)
from analyzer.artifacts.python_source import parse_python
from analyzer.artifacts.tasks import Task
from analyzer.artifacts.tox import parse_tox


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


def test_environments_that_a_section_makes_have_their_own_commands() -> None:
    text = (
        "[tox]\nenvlist = py3{11,12}, lint\n[testenv:{lint,types}]\ncommands =\n  lint: ruff check .\n  types: mypy\n"
    )
    file = parse_tox("tox.ini", text)
    assert file.default == ("py311", "py312", "lint")
    assert commands(file.named("lint")) == [("ruff check .", 5)]
    assert commands(file.named("types")) == [("mypy", 6)]


def test_commands_of_other_sections_and_of_the_environment() -> None:
    text = "[base]\ncommands =\n  pytest {posargs:tests}\n[testenv]\ncommands =\n  {[base]commands}\n  - {envpython} -m flake8\n"
    (task,) = parse_tox("tox.ini", text).tasks
    assert commands(task) == [("pytest tests", 6), ("python -m flake8", 7), ("true", 7)]


@pytest.mark.parametrize(
    ("path", "head"), [("tox.toml", ""), ("pyproject.toml", "tool.tox.")], ids=["tox.toml", "pyproject.toml"]
)
def test_tox_in_toml(path: str, head: str) -> None:
    text = f'[{head}env_run_base]\ncommands = [["pytest", "{{posargs}}"]]\n[{head}env.lint]\ncommands = [["ruff", "check"], ["mypy"]]\n'
    (file,) = parse_pyproject_tasks(path, text) if head else (parse_tox(path, text),)
    assert file.default == ("testenv",)
    assert commands(file.named("testenv")) == [("pytest", 2)]
    assert commands(file.named("lint")) == [("ruff check", 4), ("mypy", 4)]


def test_a_tox_ini_within_pyproject() -> None:
    text = '[tool.tox]\nlegacy_tox_ini = """\n[testenv]\ncommands =\n  pytest\n"""\n'
    (file,) = parse_pyproject_tasks("pyproject.toml", text)
    assert commands(file.named("testenv")) == [("pytest", 5)]


def test_sessions_with_names_of_their_own_and_what_they_notify() -> None:
    text = """\
from nox import session, options
import nox
nox.options.sessions = ["all"]
@session(name="all")
def everything(s):
    s.notify("tests")
@session(default=False)
def tests(s):
    s.run("pytest")
"""
    file = parse_nox(parse_python("noxfile.py", text), "nox")
    assert [(task.name, task.needs) for task in file.tasks] == [("all", ("tests",)), ("tests", ())]
    assert (file.default, file.named("everything")) == (("all",), file.tasks[0])


def test_tasks_that_invoke_runs_before() -> None:
    text = 'from invoke import task\n@task\ndef lint(c):\n    c.run("ruff check")\n@task(pre=[lint])\ndef run_tests(c):\n    c.run("pytest")\n'
    file = parse_nox(parse_python("tasks.py", text), "invoke")
    found = file.named("run-tests")
    assert found is not None
    assert found.needs == ("lint",)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("pyproject.toml", "[tool.poe.tasks]\nlint = 'ruff'\ntest.cmd = 'pytest'\nall = ['lint', 'test -q']\n"),
        (
            "pyproject.toml",
            "[tool.poe.tasks]\nlint = 'ruff'\n[tool.poe.tasks.all]\nsequence = ['lint', {ref = 'test'}]\n",
        ),
        ("pyproject.toml", "[tool.poe.tasks.all]\ndeps = ['lint', 'test']\ncmd = 'true'\n"),
        (
            "pyproject.toml",
            "[tool.pdm.scripts]\nlint = 'ruff'\ntest = 'pytest'\nall = {composite = ['lint', 'test']}\n",
        ),
        ("pyproject.toml", "[tool.rye.scripts]\nlint = 'ruff'\ntest = 'pytest'\nall = {chain = ['lint', 'test']}\n"),
        ("pixi.toml", "[tasks]\nall = {depends-on = ['lint', {task = 'test'}]}\n"),
        ("pyproject.toml", "[tool.pixi.feature.dev.tasks]\nall = {depends_on = ['lint', 'test']}\n"),
        ("hatch.toml", "[envs.dev.scripts]\nlint = 'ruff'\ntest = 'pytest'\nall = ['lint', 'test']\n"),
        ("poe_tasks.toml", "[tasks]\nlint = 'ruff'\ntest = 'pytest'\nall = ['lint', 'test']\n"),
    ],
)
def test_tasks_made_of_others_need_them(path: str, text: str) -> None:
    (file,) = parse_pyproject_tasks(path, text)
    task = file.named("all")
    assert task is not None
    assert task.needs == ("lint", "test")


def test_commands_within_a_sequence() -> None:
    text = "[tool.poe.tasks]\nall = [{cmd = 'ruff check'}, {shell = 'pytest'}, {script = 'a:b'}]\n"
    (file,) = parse_pyproject_tasks("pyproject.toml", text)
    assert commands(file.named("all")) == [("ruff check", 2), ("pytest", 2)]


def test_scripts_of_a_pipfile() -> None:
    file = parse_pipfile_scripts("Pipfile", "[packages]\ntest = '*'\n[scripts]\ntest = 'pytest'\n")
    assert (file.tool, commands(file.named("test"))) == ("pipenv", [("pytest", 4)])
