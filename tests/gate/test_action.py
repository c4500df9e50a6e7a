"""The GitHub action end to end in a shell: passes, below the threshold, worse than the base branch."""

from __future__ import annotations

import base64
import gzip
import json
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import git
from tests.gate.action import ROOT, Run, load_action, run_action
from tests.gate.conftest import BuildSample
from tests.gate.platform import Platform, event, serve_platform

PROJECT = "Codertocat/Hello-World"
"""The repository of the published payloads."""


@pytest.fixture
def runner(tmp_path: Path) -> Path:
    """The runner's folder, with folioscope installed as ``bin/setup`` leaves it, so that the step finds it done."""
    folder = tmp_path / "runner"
    (folder / "folioscope" / "bin").mkdir(parents=True)
    (folder / "folioscope" / ".folioscope-requirements.lock").write_bytes(
        (ROOT / "requirements.lock").read_bytes() + (ROOT / "pyproject.toml").read_bytes()
    )
    program = folder / "folioscope" / "bin" / "folioscope"
    program.write_text(f'#!/bin/sh\nPYTHONPATH="{ROOT}" exec "{sys.executable}" -m analyzer.cli "$@"\n')
    program.chmod(0o755)
    return folder


def act(work: Path, runner: Path, payload: Mapping[str, Any], inputs: Mapping[str, str], api: str = "") -> Run:
    """Run the action in a workspace on an event."""
    (runner / "event.json").write_text(json.dumps(payload))
    environment = {
        "GITHUB_EVENT_PATH": str(runner / "event.json"),
        "GITHUB_REPOSITORY": PROJECT,
        "GITHUB_REF": "refs/pull/2/merge",
        "GITHUB_SHA": git(work, "rev-parse", "HEAD"),
        "GITHUB_API_URL": api,
        "TOKEN": "the-default-token",
    }
    return run_action(work, runner, inputs, environment, {"python": {"python-path": sys.executable}})


def pull_request(work: Path, number: int = 0) -> dict[str, Any]:
    """The published payload of a pull request, on the commits of this repository."""
    payload = event("pull_request", "opened" if not number else "synchronize")
    payload["pull_request"]["base"]["sha"] = git(work, "ls-remote", "origin", "refs/heads/main").split()[0]
    payload["pull_request"]["head"]["sha"] = git(work, "rev-parse", "HEAD")
    return payload


def test_a_good_repository_passes(sample: BuildSample, runner: Path) -> None:
    work = sample("exemplary")
    found = act(work, runner, pull_request(work), {"fail-under": "60", "fail-on-regression": "true"})
    assert found.code == 0, found.printed
    assert (found.outputs["score"], found.outputs["passed"], found.outputs["regression"]) == ("100", "true", "false")
    assert found.summary.startswith("## Folioscope: 100 of 100, exemplary\n\n**Passed.**")
    assert "### What changed since `master`" in found.summary
    assert "No criterion changed." in found.summary
    for name in ("report-json", "report-markdown", "report-sarif", "report-junit", "badge"):
        assert (work / found.outputs[name]).stat().st_size > 100
    assert json.loads((work / found.outputs["report-json"]).read_text())["score"] == 100


def test_a_weak_repository_is_below_the_threshold(sample: BuildSample, runner: Path) -> None:
    work = sample("notebook-only")
    found = act(work, runner, event("workflow_dispatch"), {"fail-under": "60"})
    assert found.code == 1
    assert found.outputs["passed"] == "false"
    assert (found.outputs["change"], found.outputs["regression"]) == ("", "")
    assert re.search(r"\*\*Not passed:\*\* the score [\d.]+ is below 60\.", found.summary)
    assert "### Next steps" in found.summary
    assert "What changed" not in found.summary
    assert (work / found.outputs["report-junit"]).exists()
    assert "::warning file=" in found.printed


def test_a_change_for_the_worse_fails_and_is_told_in_one_comment(sample: BuildSample, runner: Path) -> None:
    work = sample("dvc-cml", remove=".github/workflows/tests.yaml")
    inputs = {"fail-on-regression": "true", "comment": "true", "upload-sarif": "true", "annotations": "false"}
    with serve_platform() as platform:
        platform.say("A comment of somebody else.", own=False)
        first = act(work, runner, pull_request(work), inputs, platform.base)
        (runner / "summary").unlink()
        second = act(work, runner, pull_request(work), inputs, platform.base)
    assert (first.code, second.code) == (1, 1), first.printed
    assert first.outputs["regression"] == "true"
    assert float(first.outputs["change"]) < 0
    assert re.search(r"worse than master: lost ci\\?\.tests, ci\\?\.lint", first.summary)
    assert "**CI runs the tests** (-3): met to missing" in first.summary
    assert len(platform.comments) == 2
    assert platform.comments[1]["body"].partition("\n")[2] == second.summary
    assert {token for _, _, token in platform.requests} == {"Bearer the-default-token"}
    assert f"/repos/{PROJECT}/issues/2/comments" in {path for _, path, _ in platform.requests}
    assert "::warning file=" not in first.printed
    _check_upload(platform, work)


def _check_upload(platform: Platform, work: Path) -> None:
    upload = platform.uploads[0]
    log = json.loads(gzip.decompress(base64.b64decode(upload["sarif"])))
    assert (upload["ref"], upload["commit_sha"]) == ("refs/pull/2/merge", git(work, "rev-parse", "HEAD"))
    missing = {item["ruleId"] for item in log["runs"][0]["results"]}
    assert "ci.tests" in missing


def test_a_push_is_compared_with_the_commit_before(sample: BuildSample, runner: Path) -> None:
    work = sample("notebook-only")
    payload = event("push") | {"before": git(work, "ls-remote", "origin", "refs/heads/main").split()[0]}
    found = act(work, runner, payload, {"fail-on-regression": "true"})
    assert found.code == 0, found.printed
    assert "### What changed since `the commit before`" in found.summary


def test_the_first_push_has_nothing_to_compare_with(sample: BuildSample, runner: Path) -> None:
    work = sample("notebook-only")
    payload = event("push")
    assert set(payload["before"]) == {"0"}
    found = act(work, runner, payload, {"fail-on-regression": "true"})
    assert found.code == 0, found.printed
    assert "What changed" not in found.summary


def test_a_base_that_cannot_be_fetched_fails_where_a_regression_matters(sample: BuildSample, runner: Path) -> None:
    work = sample("notebook-only")
    payload = pull_request(work)
    payload["pull_request"]["base"]["sha"] = "1" * 40
    strict = act(work, runner, payload, {"fail-on-regression": "true"})
    assert strict.code == 3
    assert "could not be fetched; use fetch-depth: 0" in strict.printed
    lenient = act(work, runner, payload, {})
    assert lenient.code == 0, lenient.printed
    assert "Not compared: " in lenient.summary


def test_no_input_is_a_command(sample: BuildSample, runner: Path) -> None:
    work = sample("notebook-only")
    for inputs in ({"path": "$(touch bad)"}, {"rubric": "x; touch bad"}, {"fail-under": "`touch bad`"}):
        assert act(work, runner, event("workflow_dispatch"), inputs).code in (2, 3, 4, 128)
    assert not (work / "bad").exists()


def test_every_action_that_is_used_is_pinned_by_its_commit() -> None:
    for step in load_action()["runs"]["steps"]:
        if "uses" in step:
            assert re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", step["uses"])


@pytest.mark.parametrize("said", ["TRUE", "yes"])
def test_a_switch_may_be_written_as_people_write_it(sample: BuildSample, runner: Path, said: str) -> None:
    work = sample("dvc-cml", remove=".github/workflows/tests.yaml")
    found = act(work, runner, pull_request(work), {"fail-on-regression": said})
    assert (found.code, found.outputs["passed"]) == (1, "false")


def test_a_switch_that_says_nothing_known_is_an_error(sample: BuildSample, runner: Path) -> None:
    found = act(sample("notebook-only"), runner, event("workflow_dispatch"), {"comment": "ture"})
    assert found.code == 2
    assert "::error title=Folioscope::The input comment is 'ture'; give true or false" in found.printed


def test_what_cannot_be_checked_is_said_in_the_summary_and_leaves_no_old_report(
    sample: BuildSample, runner: Path
) -> None:
    work = sample("notebook-only")
    (work / "folioscope-reports").mkdir()
    (work / "folioscope-reports" / "report.xml").write_text("<testsuites/>")
    found = act(work, runner, event("workflow_dispatch"), {"rubric": "no-such-rubric"})
    assert (found.code, found.outputs["passed"]) == (2, "false")
    assert found.summary.startswith("## Folioscope: not checked")
    assert "::error title=Folioscope::" in found.printed
    missing = act(work, runner, event("workflow_dispatch"), {"path": "nowhere"})
    assert (missing.code, "There is no folder nowhere" in missing.printed) == (3, True)
