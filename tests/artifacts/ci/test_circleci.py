"""CircleCI."""

from __future__ import annotations

import pytest

from analyzer.artifacts.ci import Pipeline, parse_circleci

CONFIG = """\
version: 2.1
orbs:
  aws: circleci/aws-cli@4
commands:
  install:
    steps:
      - run: pip install .
jobs:
  test:
    docker:
      - image: cimg/python:3.12
      - environment: {A: b}
    steps:
      - checkout
      - install
      - run:
          name: Unit tests
          working_directory: app
          command: |
            pytest -q
            ruff check .
      - when:
          condition: true
          steps:
            - run: mypy .
      - aws/setup:
          region: eu-west-1
workflows:
  version: 2
  main:
    jobs: [test]
  nightly:
    triggers:
      - schedule:
          cron: "0 3 * * *"
    jobs: [test]
"""


def parse(text: str) -> Pipeline:
    return parse_circleci(".circleci/config.yml", text)


def test_steps_run_in_order_with_their_lines() -> None:
    (job,) = parse(CONFIG).jobs
    found = [(item.text, step.place_of(item).line) for step in job.steps for item in step.commands]
    assert found == [("pip install .", 7), ("pytest -q", 20), ("ruff check .", 21), ("mypy .", 25)]
    assert (job.name, job.line, job.images) == ("test", 9, ("cimg/python:3.12",))


def test_ready_made_steps_have_inputs() -> None:
    used = [(step.uses, step.line, dict(step.inputs)) for step in parse(CONFIG).jobs[0].steps if step.uses]
    assert used == [("checkout", 14, {}), ("aws/setup", 26, {"region": "eu-west-1"})]


def test_a_script_has_a_name_and_a_folder() -> None:
    step = next(step for step in parse(CONFIG).jobs[0].steps if step.name == "Unit tests")
    assert step.folder == "app"


def test_workflows_run_on_pushes_or_by_the_clock() -> None:
    assert [(item.kind, item.line) for item in parse(CONFIG).triggers] == [("push", 30), ("schedule", 34)]


def test_without_workflows_jobs_run_on_pushes() -> None:
    pipeline = parse("version: 2\njobs:\n  build:\n    steps: [{run: make}]\n")
    assert [(item.kind, item.line) for item in pipeline.triggers] == [("push", 3)]


@pytest.mark.parametrize(
    "text",
    [
        "commands:\n  a: {steps: [a]}\njobs:\n  x: {steps: [a]}\n",
        "jobs:\n  x:\n    steps: &s\n      - when: {steps: *s}\n",
    ],
)
def test_commands_that_call_themselves_end(text: str) -> None:
    assert len(parse(text).jobs[0].steps) <= 1


def test_an_empty_file_does_nothing() -> None:
    assert (parse("").jobs, parse("").triggers) == ((), ())
