"""GitHub Actions: workflows, reusable workflows and composite actions."""

from __future__ import annotations

import pytest

from analyzer.artifacts.ci import Pipeline, parse_action, parse_github
from analyzer.findings import Place

PATH = ".github/workflows/ci.yml"
WORKFLOW = """\
name: CI
on:
  push:
    branches: [main]
    paths: ["src/**"]
  pull_request:
  schedule:
    - cron: "0 6 * * 1"
  workflow_dispatch:
defaults:
  run:
    working-directory: app
jobs:
  test:
    runs-on: ubuntu-latest
    container: python:3.12
    services:
      db:
        image: postgres:16
    steps:
      - uses: actions/checkout@v4
        with:
          fetch-depth: 0
      - name: Test
        if: always()
        continue-on-error: true
        run: |
          pip install .
          pytest -q
      - run: ruff check .
        working-directory: .
  deploy:
    needs: [test]
    if: github.ref == 'refs/heads/main'
    environment:
      name: production
    uses: ./.github/workflows/deploy.yml
"""


def parse(text: str) -> Pipeline:
    return parse_github(PATH, text)


def test_triggers_have_kind_line_and_filters() -> None:
    pipeline = parse(WORKFLOW)
    assert [(item.kind, item.line) for item in pipeline.triggers] == [
        ("push", 3),
        ("pull_request", 6),
        ("schedule", 7),
        ("manual", 9),
    ]
    assert (pipeline.triggers[0].paths, pipeline.triggers[0].branches) == (("src/**",), ("main",))
    assert pipeline.kinds == {"push", "pull_request", "schedule", "manual"}
    assert (pipeline.name, pipeline.place) == ("CI", Place(PATH, 3))


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("on: push\n", ["push"]),
        ("on: [push, pull_request_target]\n", ["push", "pull_request"]),
        ("'on': workflow_call\n", ["call"]),
        ("true: release\n", ["event"]),
        ("on:\n  schedule: []\n", []),
        ("on:\n  push:\n    tags: ['v*']\n", ["push"]),
        ("name: x\n", []),
    ],
)
def test_all_forms_of_on(text: str, kinds: list[str]) -> None:
    assert [item.kind for item in parse(text).triggers] == kinds


def test_jobs_have_line_images_and_needs() -> None:
    test, deploy = parse(WORKFLOW).jobs
    assert (test.name, test.place, test.images) == ("test", Place(PATH, 14), ("python:3.12", "postgres:16"))
    assert (deploy.needs, deploy.condition) == (("test",), "github.ref == 'refs/heads/main'")
    assert (deploy.uses, deploy.environment) == ("./.github/workflows/deploy.yml", "production")


def test_an_action_has_inputs() -> None:
    checkout = parse(WORKFLOW).jobs[0].steps[0]
    assert (checkout.uses, checkout.inputs, checkout.place) == (
        "actions/checkout@v4",
        {"fetch-depth": "0"},
        Place(PATH, 21, 23),
    )
    assert checkout.commands == ()


def test_commands_stand_on_their_lines() -> None:
    step = parse(WORKFLOW).jobs[0].steps[1]
    assert [(item.text, step.place_of(item).line) for item in step.commands] == [
        ("pip install .", 28),
        ("pytest -q", 29),
    ]
    assert (step.name, step.condition, step.allow_failure) == ("Test", "always()", True)


def test_folders_are_inherited_and_overridden() -> None:
    steps = parse(WORKFLOW).jobs[0].steps
    assert [step.folder for step in steps[1:]] == ["app", "."]


def test_a_job_can_default_its_own_folder() -> None:
    text = "jobs:\n  a:\n    defaults: {run: {working-directory: b}}\n    steps: [{run: ls}]\n"
    assert parse(text).jobs[0].steps[0].folder == "b"


def test_text_with_escapes_stays_within_the_step() -> None:
    step = parse('jobs:\n  a:\n    steps:\n      - run: "one\\ntwo\\nthree"\n').jobs[0].steps[0]
    assert [step.place_of(item).line for item in step.commands] == [4, 4, 4]


def test_scripts_shared_by_an_anchor_keep_their_lines() -> None:
    text = "jobs:\n  a:\n    steps: &steps\n      - run: pytest\n  b:\n    steps: *steps\n"
    job = parse(text).jobs[1]
    assert (job.line, job.steps[0].run_line) == (5, 4)


def test_a_job_may_fail_and_hold_junk() -> None:
    job = parse(
        "jobs:\n  a:\n    continue-on-error: true\n    container: {image: x}\n    environment: dev\n    steps: [x, {}]\n"
    ).jobs[0]
    assert (job.allow_failure, job.images, job.environment, len(job.steps)) == (True, ("x",), "dev", 1)


def test_a_reusable_workflow_is_called() -> None:
    pipeline = parse("on:\n  workflow_call:\n    inputs:\n      env: {type: string}\njobs:\n  a:\n    steps: []\n")
    assert pipeline.kinds == {"call"}


def test_a_composite_action_has_steps() -> None:
    text = "name: Set up\nruns:\n  using: composite\n  steps:\n    - run: uv sync\n      shell: bash\n    - uses: actions/cache@v4\n"
    steps = parse_action("action.yml", text)
    assert [(step.run, step.uses, step.line) for step in steps] == [("uv sync", "", 5), ("", "actions/cache@v4", 7)]


@pytest.mark.parametrize("text", ["", "# commented out\n", "jobs:\n", "- a\n"])
def test_workflows_without_jobs(text: str) -> None:
    assert parse(text).jobs == ()
    assert parse(text).place == Place(PATH, 1)
    assert parse_action("action.yml", text) == ()


def test_without_triggers_the_first_job_is_the_place() -> None:
    assert parse("name: x\njobs:\n  a:\n    steps: []\n").place.line == 3


def test_a_tab_is_mended() -> None:
    pipeline = parse("on: push\njobs:\n  a:\n    steps:\n\t- run: ls\n")
    assert (pipeline.error.startswith("line 5"), pipeline.triggers[0].kind) == (True, "push")


def test_variables_of_a_workflow_a_job_and_a_step_are_filled_in():
    text = """\
on: push
env: {home: app, image: docks, left: ""}
jobs:
  build:
    env: {image: waits}
    steps:
      - run: docker build -t ${{ env.image }} ${{ env.tag }} ${{ env.left }} ${{ env.none }}
        working-directory: ./${{env.home}}
        env: {tag: v1}
      - uses: docker/build-push-action@v6
        with: {tags: "${{ env.image }}:2"}
"""
    first, second = parse_github(PATH, text).jobs[0].steps
    assert first.run == "docker build -t waits v1 ${{ env.left }} ${{ env.none }}"
    assert first.folder == "./app"
    assert second.inputs == {"tags": "waits:2"}
