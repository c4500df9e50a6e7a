"""Jenkinsfiles, declarative and scripted."""

from __future__ import annotations

import pytest

from analyzer.artifacts.ci import Pipeline, parse_jenkins

DECLARATIVE = """\
pipeline {
  agent any
  triggers { cron('H 4 * * *') }
  /* stage('Old') { sh 'old' } */
  stages {
    stage('Test') { // first
      steps {
        dir('app') {
          sh 'pip install .'
          sh '''
            pytest -q
            ruff check .
          '''
        }
        junit '**/*.xml'
        sh label: 'Types', script: "mypy ."
        archiveArtifacts artifacts: 'reports/**/*.html'
      }
    }
    stage("Build") {
      steps {
        script {
          def tag = sh(returnStdout: true, script: 'git rev-parse HEAD')
          app = docker.build("demo:${tag}")
          app.push('latest')
        }
      }
    }
  }
}
"""


def parse(text: str) -> Pipeline:
    return parse_jenkins("Jenkinsfile", text)


def test_stages_are_jobs() -> None:
    assert [(job.name, job.line) for job in parse(DECLARATIVE).jobs] == [("Test", 6), ("Build", 20)]


def test_shell_steps_of_all_quotes_have_lines() -> None:
    steps = parse(DECLARATIVE).jobs[0].steps
    found = [(item.text, step.place_of(item).line) for step in steps for item in step.commands]
    assert found == [("pip install .", 9), ("pytest -q", 11), ("ruff check .", 12), ("mypy .", 16)]
    assert steps[0].folder == "app"


def test_stars_in_paths_are_no_comments() -> None:
    assert "mypy ." in [step.run for step in parse(DECLARATIVE).jobs[0].steps]


def test_docker_steps_are_commands() -> None:
    runs = [(step.run, step.line) for step in parse(DECLARATIVE).jobs[1].steps]
    assert runs == [("git rev-parse HEAD", 23), ("docker build .", 24), ("docker push .", 25)]


def test_triggers_are_pushes_and_the_timer() -> None:
    assert [(item.kind, item.line) for item in parse(DECLARATIVE).triggers] == [("push", 1), ("schedule", 3)]


@pytest.mark.parametrize("call", ["pollSCM('H * * * *')", "githubPush()", "upstream('x')"])
def test_other_triggers_are_pushes(call: str) -> None:
    assert parse(f"node {{ {call}\n sh 'x' }}").kinds == {"push"}


def test_without_stages_the_file_is_one_job() -> None:
    (job,) = parse('node {\n  sh """\nmake\n"""\n  bat("x.bat")\n}\n').jobs
    assert (job.name, [step.run.strip() for step in job.steps]) == ("pipeline", ["make", "x.bat"])


def test_addresses_and_slashes_in_scripts_are_no_comments() -> None:
    runs = [step.run for step in parse("node {\n sh 'curl http://example.org // x'\n sh 'b' // c\n}").jobs[0].steps]
    assert runs == ["curl http://example.org // x", "b"]


def test_what_is_commented_out_does_not_run() -> None:
    pipeline = parse("// sh 'a'\n/* sh 'b'\n*/\n")
    assert (pipeline.jobs, pipeline.triggers) == ((), ())
