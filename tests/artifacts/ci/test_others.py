"""Smaller CI systems: lists of commands."""

from __future__ import annotations

import pytest

from analyzer.artifacts.ci import Pipeline, parse_other


def found(pipeline: Pipeline) -> list[tuple[str, int]]:
    return [
        (item.text, step.place_of(item).line) for job in pipeline.jobs for step in job.steps for item in step.commands
    ]


@pytest.mark.parametrize(
    ("system", "text", "expected"),
    [
        (
            "travis",
            "language: python\ninstall: pip install .\nscript:\n  - pytest\n",
            [("pip install .", 2), ("pytest", 4)],
        ),
        (
            "bitbucket",
            "pipelines:\n  default:\n    - step:\n        script:\n          - make test\n",
            [("make test", 5)],
        ),
        ("buildspec", "phases:\n  build:\n    commands:\n      - docker build .\n", [("docker build .", 4)]),
        (
            "drone",
            "kind: pipeline\nsteps:\n- name: a\n  commands: [ls]\n---\nsteps:\n- commands: [pwd]\n",
            [("ls", 4), ("pwd", 7)],
        ),
    ],
)
def test_every_list_of_commands_is_a_step(system: str, text: str, expected: list[tuple[str, int]]) -> None:
    pipeline = parse_other("x.yml", system, text)
    assert (found(pipeline), pipeline.system, list(pipeline.kinds)) == (expected, system, ["push"])


CLOUD_BUILD = """\
steps:
  - name: gcr.io/cloud-builders/docker
    args: ["build", "-t", "europe/x", "."]
  - name: gcr.io/google.com/cloudsdktool/cloud-sdk:slim
    args: [run, deploy, --set-env-vars, "A=b c"]
  - name: python:3.12-slim
    entrypoint: bash
    args:
      - -c
      - pip install . && pytest
  - name: alpine
    args: x
"""


def test_a_step_of_cloud_build_runs_its_image() -> None:
    texts = [text for text, _ in found(parse_other("cloudbuild.yaml", "cloudbuild", CLOUD_BUILD))]
    assert texts == ["docker build -t europe/x .", "gcloud run deploy --set-env-vars A=b c", "pip install .", "pytest"]


def test_files_without_commands_have_no_jobs() -> None:
    pipeline = parse_other("x.yml", "travis", "language: python\n")
    assert (pipeline.jobs, pipeline.triggers, parse_other("x.yml", "travis", "").jobs) == ((), (), ())


def test_an_image_without_a_program_gets_it_with_its_arguments():
    text = "steps:\n  - name: gcr.io/google.com/cloudsdktool/cloud-sdk\n    args: [gcloud, run, deploy, docks]\n  - name: gcr.io/cloud-builders/gcloud\n    args: [run, deploy, docks]\n"
    steps = parse_other("cloudbuild.yaml", "cloudbuild", text).jobs[0].steps
    assert [step.run for step in steps] == ["gcloud run deploy docks"] * 2
