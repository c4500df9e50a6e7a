"""Pipelines that are made of several files, of matrices and of what a workflow names."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase

import pytest

from analyzer.artifacts.ci import Finder, Pipeline, parse_azure, parse_circleci, parse_github, parse_gitlab


def finder(files: dict[str, str]) -> Finder:
    def find(pattern: str) -> Iterator[tuple[str, str]]:
        yield from ((path, text) for path, text in files.items() if fnmatchcase(path, pattern))

    return find


def lines(pipeline: Pipeline) -> list[tuple[str, str, int]]:
    return [
        (command.text, place.path, place.line)
        for job in pipeline.jobs
        for step in job.steps
        for command in step.commands
        for place in [step.place_of(command)]
    ]


GITLAB = """\
include:
  - local: /ci/*.yml
  - project: other/templates
    file: a.yml
  - https://example.org/b.yml
lint:
  extends: .base
  script:
    - !reference [.lint, script]
child:
  trigger:
    include: child.yml
"""


def test_files_that_gitlab_includes_are_part_of_the_pipeline() -> None:
    files = {
        "ci/a.yml": ".lint:\n  script:\n    - ruff check .\n.base:\n  image: python\n",
        "ci/b.yml": "include: nested.yml\ntest:\n  script: pytest\nlint:\n  script: echo never\n",
        "nested.yml": "include: ci/b.yml\ntypes:\n  script: mypy\n",
        "child.yml": "train:\n  script: python train.py\n",
    }
    pipeline = parse_gitlab(".gitlab-ci.yml", GITLAB, finder(files))
    assert lines(pipeline) == [
        ("ruff check .", "ci/a.yml", 3),
        ("pytest", "ci/b.yml", 3),
        ("python train.py", "child.yml", 2),
        ("mypy", "nested.yml", 3),
    ]
    assert pipeline.jobs[0].images == ("python",)
    assert [(job.name, job.path) for job in pipeline.jobs][:2] == [
        ("lint", ".gitlab-ci.yml"),
        ("child", ".gitlab-ci.yml"),
    ]


def test_a_matrix_of_gitlab_runs_each_of_its_commands() -> None:
    text = "check:\n  parallel:\n    matrix:\n      - WHAT: [lint, test]\n        ON: a\n  script: make $WHAT ${ON}\n"
    assert [item[0] for item in lines(parse_gitlab("x", text))] == ["make lint a", "make test a"]


AZURE = """\
extends:
  template: base.yml
"""


def test_templates_of_azure_stand_in_their_place() -> None:
    files = {
        "ci/base.yml": "stages:\n- template: stages/a.yml\n- stage: b\n  jobs:\n  - job: c\n    steps:\n    - script: mypy\n",
        "ci/stages/a.yml": "stages:\n- stage: a\n  jobs:\n  - template: /jobs.yml\n",
        "jobs.yml": "jobs:\n- job: t\n  steps:\n  - ${{ if eq(1, 1) }}:\n    - script: pytest\n  - template: x.yml@other\n",
    }
    pipeline = parse_azure("ci/azure-pipelines.yml", AZURE, finder(files))
    assert lines(pipeline) == [("pytest", "jobs.yml", 5), ("mypy", "ci/base.yml", 7)]
    assert [(job.name, job.path) for job in pipeline.jobs] == [("t", "jobs.yml"), ("c", "ci/base.yml")]


def test_a_template_of_azure_that_uses_itself_ends() -> None:
    files = {"a.yml": "steps:\n- script: a\n- template: a.yml\n"}
    pipeline = parse_azure("azure-pipelines.yml", "steps:\n- template: a.yml\n", finder(files))
    assert 1 <= len(lines(pipeline)) <= 50


@pytest.mark.parametrize(
    ("matrix", "run", "wanted"),
    [
        ("{cmd: [ruff check, pytest]}", "${{ matrix.cmd }} .", ["ruff check .", "pytest ."]),
        ("{include: [{task: lint}, {task: test}]}", "make ${{matrix.task}}", ["make lint", "make test"]),
        ("{env: [{tox: lint}, {tox: py312}]}", "tox -e ${{ matrix.env.tox }}", ["tox -e lint", "tox -e py312"]),
        ("{python: ['3.11', '3.12']}", "pytest", ["pytest"]),
        ("${{ fromJson(needs.a.outputs.b) }}", "make ${{ matrix.task }}", ["make ${matrix_task}"]),
    ],
)
def test_a_matrix_of_github_runs_each_of_its_commands(matrix: str, run: str, wanted: list[str]) -> None:
    text = f"on: push\njobs:\n  a:\n    strategy:\n      matrix: {matrix}\n    steps:\n      - run: {run}\n"
    assert [item[0] for item in lines(parse_github("x", text))] == wanted


def test_a_matrix_without_end_is_bounded() -> None:
    axes = "".join(f"        a{index}: [{', '.join(map(str, range(50)))}]\n" for index in range(8))
    text = f"jobs:\n  a:\n    strategy:\n      matrix:\n{axes}    steps:\n      - run: make ${{{{ matrix.a7 }}}}\n"
    assert len(lines(parse_github("x", text))) <= 24


def test_jobs_that_no_workflow_of_circleci_names_do_not_run() -> None:
    text = """\
orbs: {aws-ecr: circleci/aws-ecr@9}
jobs:
  lint: {steps: [{run: ruff check .}]}
  test: {steps: [{run: pytest}]}
workflows:
  main:
    jobs:
      - lint
      - aws-ecr/build_and_push_image:
          repo: x
"""
    pipeline = parse_circleci("x", text)
    assert [(job.name, job.line) for job in pipeline.jobs] == [("lint", 3), ("aws-ecr/build_and_push_image", 9)]
    assert pipeline.jobs[1].steps[0].inputs == {"repo": "x"}
