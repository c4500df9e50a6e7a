"""Variables of the environment: which there are, and what is said of a mistyped one."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from analyzer.cli import main
from analyzer.environment import OWN, mistyped_variables
from analyzer.gate.check import FILES
from api.settings import VARIABLES
from tests.conftest import git

ROOT = Path(__file__).parents[1]


def test_every_variable_that_the_project_names_is_known():
    named = git(ROOT, "grep", "--untracked", "-ohE", "FOLIOSCOPE_[A-Z0-9_]*[A-Z0-9]", "--", ".", ":!tests")
    outputs = {f"FOLIOSCOPE_{name.upper().replace('-', '_')}" for name in FILES}
    assert (set(named.split()) | outputs) - OWN - VARIABLES == set()


@pytest.mark.parametrize(
    ("name", "known", "alike"),
    [
        ("FOLIOSCOPE_WOKERS", VARIABLES, ["FOLIOSCOPE_WORKERS"]),
        ("FOLIOSCOPE_NONSENSE", VARIABLES, []),
        ("FOLIOSCOPE_GITHUB_TOKN", None, ["FOLIOSCOPE_GITHUB_TOKEN"]),
    ],
)
def test_a_mistyped_variable_is_told_with_what_is_meant(name: str, known: frozenset[str] | None, alike: list[str]):
    ((found, close),) = mistyped_variables(["PATH", name], known)
    assert (found, close[: len(alike)]) == (name, alike)


@pytest.mark.parametrize(
    "name",
    [
        *("FOLIOSCOPE_VENV", "FOLIOSCOPE_FAIL_UNDER", "FOLIOSCOPE_KEY", "FOLIOSCOPE_WORKERS", "FOLIOSCOPE_SCORE"),
        *("FOLIOSCOPE_SERVICE_HOST", "FOLIOSCOPE_SERVER_SERVICE_PORT_HTTP", "FOLIOSCOPE_SERVER_PORT_8000_TCP_ADDR"),
    ],
)
def test_variables_of_other_parts_and_of_a_cluster_are_no_mistakes(name: str):
    assert mistyped_variables([name], VARIABLES) == []


def test_what_nobody_can_say_is_no_mistake():
    assert mistyped_variables(["FOLIOSCOPE_SESSION_HOURS"]) == []


def test_doctor_tells_it(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    monkeypatch.setenv("FOLIOSCOPE_WOKERS", "3")
    monkeypatch.setenv("FOLIOSCOPE_WORKERS", "3")
    assert main(["doctor", "--offline", "--json"]) == 0
    rows = [row for row in json.loads(capsys.readouterr().out) if row["section"] == "environment"]
    assert [(row["name"], row["state"]) for row in rows] == [("FOLIOSCOPE_WOKERS", "weak")]
    assert "FOLIOSCOPE_WORKERS is read" in rows[0]["found"]


def test_serve_warns_and_goes_on(tmp_path: Path):
    (tmp_path / "folioscope_secret_kye").write_text("x")
    environment = {
        "PYTHONPATH": str(ROOT),
        "FOLIOSCOPE_WOKERS": "3",
        "FOLIOSCOPE_SECRETS_FOLDER": str(tmp_path),
        "FOLIOSCOPE_VENV": "x",
        "FOLIOSCOPE_DATA_FOLDER": str(tmp_path),
        "FOLIOSCOPE_CLONE_FOLDER": "/dev/null/x",  # it ends before it listens
    }
    program = [sys.executable, "-m", "analyzer.cli", "serve", "--port", "0"]
    done = subprocess.run(program, env=environment, capture_output=True, text=True, check=False)
    told = re.findall(r"(FOLIOSCOPE_\w+) is no setting and has no effect(.*)", done.stderr)
    assert dict(told) == {
        "FOLIOSCOPE_SECRET_KYE": "; did you mean FOLIOSCOPE_SECRET_KEY?",
        "FOLIOSCOPE_WOKERS": "; did you mean FOLIOSCOPE_WORKERS?",
    }, done.stderr
    assert "cannot be made" in done.stderr
