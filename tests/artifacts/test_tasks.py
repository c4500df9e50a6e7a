"""Makefile, justfile, Taskfile and MLproject."""

from __future__ import annotations

import pytest

from analyzer.artifacts.makefile import parse_makefile
from analyzer.artifacts.tasks import Task, TaskFile, parse_justfile, parse_mlproject, parse_taskfile
from analyzer.findings import Place


def commands(task: Task | None) -> list[tuple[str, int]]:
    assert task is not None
    return [(item.text, task.place_of(item).line) for item in task.commands]


MAKEFILE = """\
PY := python
SRC = src
export PATHS ?= $(SRC)/a
.PHONY: test lint

# all of it
all: lint test ; echo done

lint test: install  # both
\t@$(PY) -m pytest $(PATHS)

\t-rm -f x
\t$(MAKE) -C sub \\
\t  clean
install:
    pip install .
deploy: VERSION=1
deploy::
\tkubectl apply -f $$FILE
%.o: %.c
\tcc $<
"""


def make(text: str = MAKEFILE) -> TaskFile:
    return parse_makefile("Makefile", text)


def test_targets_have_needs_and_lines() -> None:
    found = [(task.name, task.line, task.needs) for task in make().tasks]
    assert found == [
        ("all", 7, ("lint", "test")),
        ("lint", 9, ("install",)),
        ("test", 9, ("install",)),
        ("install", 15, ()),
        ("deploy", 18, ()),
        ("%.o", 20, ("%.c",)),
    ]
    assert make().place == Place("Makefile", 7)


def test_recipes_have_variables_and_lines() -> None:
    assert commands(make().named("test")) == [
        ("python -m pytest src/a", 10),
        ("rm -f x", 12),
        ("true", 12),
        ("make -C sub clean", 13),
    ]


def test_an_ignored_failure_is_swallowed() -> None:
    task = make().named("lint")
    assert task is not None
    assert [item.swallowed for item in task.commands] == [False, True, False, False]


def test_recipes_beside_the_rule_and_indented_by_spaces() -> None:
    assert commands(make().named("all")) == [("echo done", 7)]
    assert commands(make("a:\n\tb\n    c\n").named("a")) == [("b", 2), ("c", 3)]


def test_dollars_are_those_of_the_shell() -> None:
    assert commands(make().named("deploy")) == [("kubectl apply -f $FILE", 19)]


def test_variables_that_grow_are_cut() -> None:
    text = "A = x\n" + "A := $(A)$(A)\n" * 40 + "t:\n\techo $(A)\n"
    assert len(make(text).tasks[0].script) < 5000


def test_a_file_without_targets_has_none() -> None:
    assert (make("X = 1\n").tasks, make("").place, make("").named("a")) == ((), Place("Makefile", 1), None)


JUSTFILE = """\
set shell := ["bash", "-c"]
alias t := test
version := "1"

# run tests
test *args='-q': build (lint "x") && after
    @pytest {{args}}

    -ruff check .
@quiet target env="dev" $TOKEN:
    echo {{target}}
[private]
build:
"""


def test_recipes_of_just() -> None:
    file = parse_justfile("justfile", JUSTFILE)
    assert [(task.name, task.line) for task in file.tasks] == [("test", 6), ("quiet", 10), ("build", 13)]
    assert file.tasks[0].needs[:2] == ("build", "lint")
    assert [line for _, line in commands(file.named("test"))] == [7, 9, 9]
    assert commands(file.named("build")) == []


TASKFILE = """\
version: "3"
tasks:
  default:
    deps: [build, {task: lint}, {}]
    cmds:
      - task: test
      - cmd: echo a
      - |
        echo b
        echo c
      - "echo d\\necho e"
  build: go build ./...
  lint:
    cmd: ruff check .
  none:
  list:
    - ls
"""


def test_tasks_of_a_taskfile() -> None:
    file = parse_taskfile("Taskfile.yml", TASKFILE)
    assert [(task.name, task.line) for task in file.tasks] == [
        ("default", 3),
        ("build", 12),
        ("lint", 13),
        ("none", 15),
        ("list", 16),
    ]
    assert file.tasks[0].needs == ("build", "lint", "test")
    assert [commands(task) for task in file.tasks[1:]] == [
        [("go build ./...", 12)],
        [("ruff check .", 14)],
        [],
        [("ls", 17)],
    ]


def test_commands_of_a_taskfile_stay_within_the_file() -> None:
    found = commands(parse_taskfile("Taskfile.yml", TASKFILE).named("default"))
    assert found == [("echo a", 7), ("echo b", 9), ("echo c", 10), ("echo d", 11), ("echo e", 11)]


def test_entry_points_of_mlflow() -> None:
    text = 'name: x\nentry_points:\n  main:\n    parameters: {}\n    command: "python train.py"\n  empty: {}\n'
    file = parse_mlproject("MLproject", text)
    assert commands(file.named("main")) == [("python train.py", 5)]
    assert commands(file.named("empty")) == []
    assert (file.tool, file.place) == ("mlflow", Place("MLproject", 3))


@pytest.mark.parametrize("parse", [parse_taskfile, parse_mlproject])
@pytest.mark.parametrize("text", ["", "- a\n", "tasks: []\n"])
def test_empty_files_have_no_tasks(parse: object, text: str) -> None:
    assert callable(parse)
    assert parse("x", text).tasks == ()


def test_lines_that_go_on_keep_their_dashes() -> None:
    text = "test:\n\tpytest \\\n\t\t--cov=src \\\n\t\t-x\n\t-docker run \\\n\t  -p 80:80 image\n\truff check .\n"
    task = make(text).named("test")
    assert commands(task) == [
        ("pytest --cov=src -x", 2),
        ("docker run -p 80:80 image", 5),
        ("true", 6),
        ("ruff check .", 7),
    ]
    assert task is not None
    assert [item.swallowed for item in task.commands] == [False, True, False, False]


def test_values_and_prerequisites_go_on_over_lines() -> None:
    text = "CMD = uv run \\\n  pytest\nall: a \\\n  b\na:\n\t$(CMD) -q\nb: ; echo b\n"
    file = make(text)
    assert [(task.name, task.line, task.needs) for task in file.tasks] == [
        ("all", 3, ("a", "b")),
        ("a", 5, ()),
        ("b", 7, ()),
    ]
    assert commands(file.named("a")) == [("uv run pytest -q", 6)]


def test_canned_recipes_are_filled_in() -> None:
    text = "define check\n@poetry run $(1) $(2)\nendef\nall:\n\t$(call check,pytest,-q)\n"
    assert commands(make(text).named("all")) == [("poetry run pytest -q", 5)]


def test_patterns_goals_and_marks_of_make() -> None:
    text = ".DEFAULT_GOAL := test-all\n.RECIPEPREFIX = >\nother:\n> echo\ntest-%:\n> pytest tests/$*\n"
    file = make(text)
    assert (file.default, [task.name for task in file.tasks]) == (("test-all",), ["other", "test-%"])
    assert commands(file.named("test-unit")) == [("pytest tests/$*", 6)]
    assert file.named("nothing") is None


def test_variables_aliases_and_modules_of_just() -> None:
    text = "py := 'uv run'\nalias t := test\nimport? 'a.just'\nmod b\nmod c 'x/c.just'\ntest:\n  {{ py }} pytest {{args}}\n"
    file = parse_justfile("justfile", text)
    assert commands(file.named("t")) == [("uv run pytest {{args}}", 7)]
    assert file.includes == (("", "a.just"), ("b", "b.just"), ("b", "b"), ("c", "x/c.just"))


def test_variables_aliases_and_includes_of_a_taskfile() -> None:
    text = """\
vars: {PY: uv run}
includes:
  py: ./tasks
  js: {taskfile: js/Taskfile.yml}
tasks:
  test:
    aliases: [t]
    dir: src
    vars: {WHAT: tests}
    cmds:
      - '{{.PY}} pytest {{ .WHAT }}'
      - for: [a, b]
        cmd: 'ruff check {{.ITEM}}'
"""
    file = parse_taskfile("Taskfile.yml", text)
    assert commands(file.named("t")) == [("uv run pytest tests", 11), ("ruff check ${ITEM}", 13)]
    assert file.includes == (("py", "./tasks"), ("js", "js/Taskfile.yml"))
    assert file.tasks[0].folder == "src"


def test_files_whose_names_begin_with_a_dot_are_targets() -> None:
    file = make("VENV = .venv\n.PHONY: setup\n.SILENT:\nsetup: $(VENV)/ready\n$(VENV)/ready:\n\tuv sync\n")
    assert [(task.name, task.needs) for task in file.tasks] == [("setup", (".venv/ready",)), (".venv/ready", ())]
