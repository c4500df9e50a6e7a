"""With payloads that were recorded with the real interface."""

from __future__ import annotations

import json
from typing import Any

from tests.platform.api_server import Answer, ApiServer
from tests.platform.conftest import Connect
from tests.platform.description import recorded


def serve(api: ApiServer, scenario: str) -> None:
    """Serve the recorded answers of a scenario from the address of the server."""
    for exchange in recorded(scenario):
        if exchange["method"].lower() == "get":
            values: Any = json.loads(json.dumps(exchange["response"]).replace("https://api.github.com", api.base))
            headers = {}
            if "location" in exchange["headers"]:
                headers["Location"] = exchange["headers"]["location"].replace("https://api.github.com", api.base)
            api.answers[exchange["path"]] = Answer(values, exchange["status"], headers)


def test_a_repository(api: ApiServer, connect: Connect):
    serve(api, "get-repository")
    facts = connect(api.base).repository("octokit-fixture-org/hello-world")
    assert (facts.name, facts.fork, facts.archived, facts.parent) == (
        "octokit-fixture-org/hello-world", False, False, "",
    )  # fmt: skip
    assert facts.default_branch == "master"
    assert facts.releases is None  # the server does not show them
    assert {item.what: item.why for item in facts.unknown}["releases"] == "GitHub does not show it"


def test_a_renamed_repository_is_followed(api: ApiServer, connect: Connect):
    serve(api, "rename-repository")
    facts = connect(api.base).repository("octokit-fixture-org/rename-repository")
    assert facts.name == "octokit-fixture-org/rename-repository-newname"


def test_an_organisation_with_its_repositories(api: ApiServer, connect: Connect):
    serve(api, "get-organization")
    serve(api, "get-repository")
    login = "octokit-fixture-org"
    api.answers[f"/users/{login}"] = api.answers[f"/orgs/{login}"]
    api.answers[f"/orgs/{login}/repos"] = Answer([api.answers[f"/repos/{login}/hello-world"].values])  # type: ignore[union-attr]
    owner = connect(api.base).owner(login)
    assert (owner.login, owner.kind) == (login, "Organization")
    assert [item.name for item in owner.repositories] == [f"{login}/hello-world"]
    assert owner.profile_readme is False
