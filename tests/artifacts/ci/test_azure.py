"""Azure Pipelines."""

from __future__ import annotations

import pytest

from analyzer.artifacts.ci import Pipeline, parse_azure

PIPELINE = """\
name: train
trigger:
  branches:
    include: [main]
  paths:
    include: [src/*]
pr:
  branches: {include: [main]}
schedules:
  - cron: "0 3 * * *"
stages:
  - stage: test
    jobs:
      - job: unit
        condition: succeeded()
        steps:
          - task: UsePythonVersion@0
            inputs:
              versionSpec: "3.12"
          - script: |
              pip install .
              pytest -q
            displayName: Tests
            workingDirectory: app
            continueOnError: true
          - task: AzureCLI@2
            inputs:
              inlineScript: az ml job create -f job.yml
              workingDirectory: ml
  - stage: release
    jobs:
      - deployment: production
        dependsOn: unit
        environment: prod
        strategy:
          runOnce:
            deploy:
              steps:
                - bash: ./deploy.sh
"""


def parse(text: str) -> Pipeline:
    return parse_azure("azure-pipelines.yml", text)


def test_triggers_have_lines_paths_and_branches() -> None:
    found = [(item.kind, item.line, item.paths, item.branches) for item in parse(PIPELINE).triggers]
    assert found == [
        ("push", 3, ("src/*",), ("main",)),
        ("pull_request", 8, (), ("main",)),
        ("schedule", 10, (), ()),
    ]


@pytest.mark.parametrize(
    ("head", "kinds", "branches"),
    [
        ("trigger: none\n", ["manual"], ()),
        ("trigger:\n  - main\n", ["push"], ("main",)),
        ("trigger: [main, dev]\npr: none\n", ["push"], ("main", "dev")),
        ("", ["push"], ()),
    ],
)
def test_forms_of_triggers(head: str, kinds: list[str], branches: tuple[str, ...]) -> None:
    triggers = parse(f"{head}steps:\n  - script: make\n").triggers
    assert ([item.kind for item in triggers], triggers[0].branches) == (kinds, branches)


def test_jobs_of_stages() -> None:
    unit, production = parse(PIPELINE).jobs
    assert (unit.name, unit.line, unit.condition) == ("unit", 14, "succeeded()")
    assert (production.name, production.needs, production.environment) == ("production", ("unit",), "prod")
    assert [step.run for step in production.steps] == ["./deploy.sh"]


def test_scripts_and_tasks_are_steps() -> None:
    python, tests, inline, task = parse(PIPELINE).jobs[0].steps
    assert (python.uses, python.inputs) == ("UsePythonVersion@0", {"versionSpec": "3.12"})
    assert [(item.text, tests.place_of(item).line) for item in tests.commands] == [
        ("pip install .", 21),
        ("pytest -q", 22),
    ]
    assert (tests.name, tests.folder, tests.allow_failure) == ("Tests", "app", True)
    assert (inline.run, inline.run_line, inline.folder) == ("az ml job create -f job.yml", 28, "ml")
    assert task.uses == "AzureCLI@2"


@pytest.mark.parametrize("strategy", ["rolling", "canary"])
def test_all_ways_to_roll_out_have_steps(strategy: str) -> None:
    text = f"jobs:\n- deployment: a\n  strategy:\n    {strategy}:\n      deploy:\n        steps:\n        - pwsh: x\n"
    assert [(step.run, step.line) for step in parse(text).jobs[0].steps] == [("x", 7)]


def test_a_job_of_a_template_has_no_steps() -> None:
    assert [job.steps for job in parse("jobs:\n- template: jobs.yml\n").jobs] == [()]


def test_an_empty_file_does_nothing() -> None:
    assert (parse("").jobs, parse("").triggers) == ((), ())
