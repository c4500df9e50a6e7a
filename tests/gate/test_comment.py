"""Comments: one a request, updated, never repeated; and what a platform refuses."""

from __future__ import annotations

import socket

import pytest
from msgspec.structs import replace

from analyzer.errors import UsageError
from analyzer.gate.comment import mark_of, put_comment
from analyzer.gate.http import ApiError, call
from analyzer.gate.scanning import upload_sarif
from analyzer.gate.surroundings import ChangeRequest, Surroundings
from tests.gate.platform import Platform, serve_platform

MARK = mark_of("", "mlops")


@pytest.fixture
def platform():
    with serve_platform() as served:
        yield served


@pytest.fixture(autouse=True)
def without_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", lambda seconds: None)


def github(platform: Platform, token: str = "t") -> ChangeRequest:
    return ChangeRequest("github", platform.base, "Codertocat/Hello-World", 2, token)


def gitlab(platform: Platform) -> ChangeRequest:
    return ChangeRequest("gitlab", platform.base, "7", 2, "t")


def test_the_second_comment_replaces_the_first(platform):
    for change in (github(platform), gitlab(platform)):
        platform.comments.clear()
        assert put_comment(change, MARK, "first") == "created"
        assert put_comment(change, MARK, "second") == "updated"
        assert [item["body"] for item in platform.comments] == [f"{MARK}\nsecond"]


def test_two_checks_of_one_repository_have_a_comment_each(platform):
    other = mark_of("project", "mlops")
    assert len({MARK, other, mark_of("", "startup")}) == 3
    for mark in (MARK, other, MARK):
        put_comment(github(platform), mark, "text")
    assert len(platform.comments) == 2


def test_the_comment_is_found_behind_many_others(platform):
    for number in range(250):
        platform.say(f"comment {number}")
    platform.say(f"{MARK}\nold")
    platform.say("the last")
    assert put_comment(github(platform), MARK, "new") == "updated"
    assert platform.comments[250]["body"] == f"{MARK}\nnew"
    assert len(platform.comments) == 252


def test_a_mark_that_somebody_else_wrote_is_left_alone(platform):
    platform.say(f"{MARK}\nnot ours", own=False)
    platform.say(f"a quotation of {MARK}")
    assert put_comment(github(platform), MARK, "ours") == "created"
    assert put_comment(github(platform), MARK, "ours again") == "updated"
    assert [item["body"] for item in platform.comments][::2] == [f"{MARK}\nnot ours", f"{MARK}\nours again"]


def test_a_long_text_is_cut(platform):
    put_comment(github(platform), MARK, "x" * 100_000)
    assert len(platform.comments[0]["body"]) <= 65_536


def test_a_failing_server_is_asked_again(platform):
    platform.failures["GET"] = [503, 429]
    assert put_comment(github(platform), MARK, "text") == "created"
    platform.failures["GET"] = [500] * 3
    with pytest.raises(ApiError, match="was answered with 500 as the test wants") as caught:
        put_comment(github(platform), MARK, "text")
    assert caught.value.status == 500


def test_a_refusal_is_not_asked_again(platform):
    platform.failures["POST"] = [403]
    with pytest.raises(ApiError, match="403"):
        put_comment(github(platform), MARK, "text")
    assert [method for method, _, _ in platform.requests] == ["GET", "POST"]


def test_a_token_is_needed(platform):
    with pytest.raises(UsageError, match="needs a token"):
        put_comment(github(platform, ""), MARK, "text")
    assert platform.requests == []


def test_a_token_goes_nowhere_else(platform):
    with pytest.raises(ApiError, match="not an https address"):
        call("GET", "http://example.org/x", {})
    with pytest.raises(ApiError, match="not an https address"):
        call("GET", "file:///etc/hostname", {})
    platform.failures["GET"] = [302]
    with pytest.raises(ApiError, match="302"):
        call("GET", f"{platform.base}/x", {"Authorization": "t"})


def test_a_platform_that_is_not_there_is_named():
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
        with pytest.raises(ApiError, match=f"127.0.0.1:{port} could not be reached"):
            call("GET", f"http://127.0.0.1:{port}/x", {})


def test_code_scanning_is_for_github_workflows_alone(platform):
    around = Surroundings("github", api=platform.base, project="o/r", ref="refs/heads/main", commit="1" * 40, token="t")
    upload_sarif(around, "{}")
    assert len(platform.uploads) == 1
    for wrong in (replace(around, system="gitlab"), replace(around, token="")):
        with pytest.raises(UsageError):
            upload_sarif(wrong, "{}")
