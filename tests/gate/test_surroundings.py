"""Where the check runs: by the environments and events that CI systems document."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from analyzer.gate.surroundings import ChangeRequest, Surroundings, read_surroundings
from tests.gate.platform import event

JENKINS = {"JENKINS_URL": "https://ci.example.org/", "CHANGE_TARGET": "main"}
SHA = "0123456789abcdef0123456789abcdef01234567"


def github(tmp_path: Path, payload: object, **more: str) -> Surroundings:
    (tmp_path / "event.json").write_text(payload if isinstance(payload, str) else json.dumps(payload))
    environment = {
        "GITHUB_ACTIONS": "true",
        "GITHUB_EVENT_PATH": str(tmp_path / "event.json"),
        "GITHUB_REPOSITORY": "Codertocat/Hello-World",
        "GITHUB_TOKEN": "t",
    }
    return read_surroundings({**environment, **more})


@pytest.mark.parametrize("action", ["opened", "synchronize", "reopened", "labeled"])
def test_a_pull_request_is_compared_with_its_base(tmp_path, action):
    payload = event("pull_request", action)
    found = github(tmp_path, payload)
    assert (found.base, found.base_name) == (payload["pull_request"]["base"]["sha"], "master")
    assert found.change == ChangeRequest("github", "https://api.github.com", "Codertocat/Hello-World", 2, "t")


def test_a_push_is_compared_with_the_commit_before(tmp_path):
    found = github(tmp_path, event("push", number=1))
    assert (found.base, found.base_name) == (event("push", number=1)["before"], "the commit before")
    assert found.change is None
    assert github(tmp_path, event("push")).base == ""


def test_a_merge_group_is_compared_with_its_base(tmp_path):
    payload = event("merge_group")
    found = github(tmp_path, payload)
    assert (found.base, found.base_name) == (payload["merge_group"]["base_sha"], "main")


@pytest.mark.parametrize("name", ["workflow_dispatch", "release", "issue_comment", "repository_dispatch"])
def test_other_events_have_no_base(tmp_path, name):
    found = github(tmp_path, event(name))
    assert (found.base, found.change) == ("", None)


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"pull_request": {"base": {"sha": "--upload-pack=x"}}}'])
def test_an_event_that_cannot_be_read_is_none(tmp_path, text):
    assert github(tmp_path, text).base == ""
    assert github(tmp_path, text, GITHUB_EVENT_PATH=str(tmp_path / "nowhere")).base == ""


def test_a_server_of_an_enterprise_has_its_own_api(tmp_path):
    found = github(tmp_path, event("pull_request"), GITHUB_API_URL="https://git.example.org/api/v3")
    assert found.change is not None
    assert found.change.api == "https://git.example.org/api/v3"


def test_gitlab_names_base_and_request():
    environment = {
        "GITLAB_CI": "true",
        "CI_MERGE_REQUEST_IID": "5",
        "CI_MERGE_REQUEST_DIFF_BASE_SHA": SHA,
        "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main",
        "CI_API_V4_URL": "https://gitlab.example.org/api/v4",
        "CI_PROJECT_ID": "7",
        "FOLIOSCOPE_TOKEN": "t",
    }
    found = read_surroundings(environment)
    assert (found.system, found.base, found.base_name) == ("gitlab", SHA, "main")
    assert found.change == ChangeRequest("gitlab", "https://gitlab.example.org/api/v4", "7", 5, "t")
    branch = read_surroundings({"GITLAB_CI": "true", "CI_COMMIT_BEFORE_SHA": SHA})
    assert (branch.base, branch.change) == (SHA, None)
    assert read_surroundings({"GITLAB_CI": "true", "CI_COMMIT_BEFORE_SHA": "0" * 40}).base == ""


@pytest.mark.parametrize(
    ("address", "system", "api", "project", "number"),
    [
        ("https://github.com/o/r/pull/3", "github", "https://api.github.com", "o/r", 3),
        ("https://git.example.org/o/r/pull/3", "github", "https://git.example.org/api/v3", "o/r", 3),
        (
            "https://git.example.org/g/s/r/-/merge_requests/4",
            "gitlab",
            "https://git.example.org/api/v4",
            "g%2Fs%2Fr",
            4,
        ),
    ],
)
def test_jenkins_knows_the_request_by_its_address(address, system, api, project, number):
    found = read_surroundings(JENKINS | {"CHANGE_URL": address, "FOLIOSCOPE_TOKEN": "t"})
    assert (found.base, found.base_name) == ("origin/main", "main")
    assert found.change == ChangeRequest(system, api, project, number, "t")


@pytest.mark.parametrize("address", ["", "https://example.org/x", "no address"])
def test_an_address_of_no_request_is_none(address):
    assert read_surroundings(JENKINS | {"CHANGE_URL": address}).change is None


def test_a_branch_in_jenkins_is_compared_with_the_last_build():
    found = read_surroundings({"JENKINS_URL": "https://ci.example.org/", "GIT_PREVIOUS_COMMIT": SHA})
    assert (found.base, found.change) == (SHA, None)


def test_a_shell_is_none_of_them():
    assert read_surroundings({}) == Surroundings()
