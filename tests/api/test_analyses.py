"""One analysis from its start to its report, on both stacks."""

from __future__ import annotations

import json

import httpx2
import pytest

from tests.api.conftest import Stack, ended
from tests.conftest import git


def start(client: httpx2.Client, url: str, **more: object) -> dict:
    answer = client.post("/api/v1/analyses", json={"url": url, **more})
    assert answer.status_code == 202, answer.text
    assert answer.headers["location"] == answer.json()["links"]["self"]
    return answer.json()


@pytest.fixture(scope="session")
def done(stack: Stack) -> dict:
    """An analysis of ``octocat/delay`` that is done."""
    with stack.anyone() as client:
        return ended(client, start(client, stack.hub.url("octocat/delay"))["links"]["self"])


def test_an_analysis_ends_with_a_report(stack: Stack, done: dict, validate):
    assert done["status"] == "done", done
    assert done["position"] is None
    assert done["attempts"] == 1
    with stack.anyone() as client:
        answer = client.get(done["report"]["formats"]["json"])
    assert answer.headers["content-type"] == "application/json"
    validate(answer.json())
    assert answer.json()["score"] == done["report"]["score"]
    assert answer.json()["target"]["commit"] == done["report"]["commit"]
