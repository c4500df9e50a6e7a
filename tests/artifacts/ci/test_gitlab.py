"""GitLab CI: inheritance, references, rules."""

from __future__ import annotations

import pytest

from analyzer.artifacts.ci import Job, Pipeline, parse_gitlab

PIPELINE = """\
include:
  - local: ci/build.yml
stages: [test, deploy]
default:
  before_script:
    - pip install .
.base:
  image: python:3.12
  services:
    - postgres:16
    - name: redis:7
.setup:
  script:
    - echo setup
    - uv sync
test:
  extends: .base
  script:
    - !reference [.setup, script]
    - pytest -q
    - |
      ruff check .
      mypy .
  rules:
    - if: $CI_PIPELINE_SOURCE == "merge_request_event"
deploy:
  extends: [.base]
  stage: deploy
  image:
    name: alpine
  needs:
    - job: test
      artifacts: true
    - lint
  before_script: []
  script: ./deploy.sh
  when: manual
  allow_failure: true
  environment:
    name: production
"""


def parse(text: str) -> Pipeline:
    return parse_gitlab(".gitlab-ci.yml", text)


def commands(job: Job) -> list[tuple[str, int]]:
    return [(item.text, step.place_of(item).line) for step in job.steps for item in step.commands]


def test_jobs_are_what_is_not_reserved_or_hidden() -> None:
    assert [(job.name, job.line) for job in parse(PIPELINE).jobs] == [("test", 16), ("deploy", 26)]


def test_a_job_inherits_what_it_extends() -> None:
    test, deploy = parse(PIPELINE).jobs
    assert test.images == ("python:3.12", "postgres:16", "redis:7")
    assert deploy.images == ("alpine", "postgres:16", "redis:7")


def test_references_are_followed_in_order_with_their_lines() -> None:
    assert commands(parse(PIPELINE).jobs[0]) == [
        ("pip install .", 6),
        ("echo setup", 14),
        ("uv sync", 15),
        ("pytest -q", 20),
        ("ruff check .", 22),
        ("mypy .", 23),
    ]


def test_needs_name_jobs_in_both_forms() -> None:
    assert parse(PIPELINE).jobs[1].needs == ("test", "lint")


def test_a_manual_job_starts_nothing_by_itself() -> None:
    deploy = parse(PIPELINE).jobs[1]
    assert (deploy.manual, deploy.allow_failure, deploy.environment) == (True, True, "production")
    assert [(item.kind, item.line) for item in parse(PIPELINE).triggers] == [("pull_request", 16), ("manual", 26)]


def test_scripts_shared_by_anchors_are_flattened() -> None:
    text = ".x: &x\n  - uv sync\na:\n  script:\n    - ls\n    - *x\n    - pytest\n"
    assert commands(parse(text).jobs[0]) == [("ls", 5), ("uv sync", 2), ("pytest", 7)]


def test_a_whole_script_may_be_a_reference() -> None:
    text = ".x:\n  script: [make]\na:\n  script: !reference [.x, script]\n"
    assert commands(parse(text).jobs[0]) == [("make", 2)]


@pytest.mark.parametrize(
    "text",
    ["a:\n  script: !reference [a, script]\n", "a:\n  script:\n    - &l [*l]\n", "a: &a\n  script: !reference [.no]\n"],
)
def test_references_to_themselves_or_nothing_end(text: str) -> None:
    assert commands(parse(text).jobs[0] if parse(text).jobs else Job("", "", 1)) == []


def test_merged_jobs_have_their_scripts() -> None:
    text = ".t: &t\n  script: [pytest]\na:\n  <<: *t\n  stage: test\n"
    assert [(job.name, commands(job)) for job in parse(text).jobs] == [("a", [("pytest", 2)])]


@pytest.mark.parametrize(
    ("rules", "kinds"),
    [
        ("only: [main]", {"push"}),
        ("only: {refs: [schedules]}", {"schedule"}),
        ("only: [merge_requests, web]", {"pull_request", "manual"}),
        ("rules: [{if: '$CI_PIPELINE_SOURCE == \"schedule\"'}]", {"schedule"}),
        ("rules: [{if: \"$CI_PIPELINE_SOURCE == 'push'\"}]", {"push"}),
        ("rules: [{changes: [a]}]", {"push"}),
        ("rules: [{when: manual}, {when: never}]", {"manual"}),
        ("stage: test", {"push"}),
    ],
)
def test_rules_tell_what_starts_a_job(rules: str, kinds: set[str]) -> None:
    assert parse(f"a:\n  script: x\n  {rules}\n").kinds == kinds


def test_a_child_pipeline_is_a_job() -> None:
    assert [job.steps for job in parse("a:\n  trigger: {include: b.yml}\n").jobs] == [()]


def test_what_has_nothing_to_run_is_no_job() -> None:
    assert parse("a:\n  stage: x\nb: text\nworkflow:\n  rules: []\n").jobs == ()


def test_extending_in_a_circle_ends() -> None:
    assert len(parse("a:\n  extends: b\n  script: x\nb:\n  extends: a\n").jobs) == 2


def test_a_header_of_inputs_stands_before_the_jobs() -> None:
    text = "spec:\n  inputs:\n    env:\n---\ntest:\n  script: pytest\n"
    assert [(job.name, job.line) for job in parse(text).jobs] == [("test", 5)]


def test_an_empty_file_has_no_jobs() -> None:
    assert parse("").jobs == ()


def test_an_environment_and_hooks_around_the_script() -> None:
    text = "before_script: [a]\nx:\n  script: b\n  after_script:\n    - c\n  environment: dev\n"
    job = parse(text).jobs[0]
    assert (commands(job), job.environment) == ([("a", 1), ("b", 3), ("c", 5)], "dev")
