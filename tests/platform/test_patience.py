"""Rate limits, faults and unchanged answers, with a real server and a clock that only moves when somebody sleeps."""

from __future__ import annotations

import socket
import time
from pathlib import Path

import pytest

from analyzer import FolioscopeError
from analyzer.github.platform import waits_in_log
from tests.platform.api_server import Answer, ApiServer
from tests.platform.conftest import Clock, Connect
from tests.platform.values import LIMIT, SECONDARY, account, repository

NAME = "octocat/Hello-World"
PATH = f"/repos/{NAME}"


def after(api: ApiServer, *faults: Answer) -> None:
    """Answer with faults first, then as it should be."""
    api.answers[PATH] = [*faults, Answer(repository(api))]


def test_an_unchanged_answer_is_asked_for_by_its_etag(api: ApiServer, connect: Connect):
    after(api)
    first = connect(api.base, token="t0ken").repository(NAME)
    again = connect(api.base, token="t0ken").repository(NAME)
    assert first == again
    assert [status for (_, path, _), status in zip(api.requests, api.statuses, strict=True) if path == PATH] == [
        200,
        304,
    ]


def test_a_changed_answer_replaces_the_kept_one(api: ApiServer, connect: Connect):
    after(api)
    connect(api.base).repository(NAME)
    api.answers[PATH] = Answer(repository(api, archived=True))
    assert connect(api.base).repository(NAME).archived
    assert connect(api.base).repository(NAME).archived
    assert [status for (_, path, _), status in zip(api.requests, api.statuses, strict=True) if path == PATH] == [
        200,
        200,
        304,
    ]


def test_no_secret_is_kept_and_nobody_gets_the_answers_of_another(api: ApiServer, connect: Connect, tmp_path: Path):
    after(api)
    connect(api.base, token="s3cret").repository(NAME)
    connect(api.base, token="an0ther").repository(NAME)
    assert [status for (_, path, _), status in zip(api.requests, api.statuses, strict=True) if path == PATH] == [
        200,
        200,
    ]
    kept = list((tmp_path / "github").iterdir())
    assert kept
    assert not any(b"s3cret" in path.read_bytes() for path in kept)
    assert (tmp_path / "github").stat().st_mode & 0o077 == 0


def test_a_damaged_cache_is_as_good_as_none(api: ApiServer, connect: Connect, tmp_path: Path):
    after(api)
    connect(api.base).repository(NAME)
    for path in (tmp_path / "github").iterdir():
        path.write_text('{"headers": 3')
    assert connect(api.base).repository(NAME).name == NAME


def test_the_primary_limit_is_waited_for_until_it_is_lifted(api: ApiServer, connect: Connect, clock: Clock):
    clock.seconds = time.time()
    reset = int(clock.seconds) + 50
    after(api, Answer(LIMIT, 403, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(reset)}))
    assert connect(api.base).repository(NAME).name == NAME
    assert 45 <= sum(clock.slept) <= 55
    waits = [detail for stage, detail in clock.told if stage == "wait"]
    assert "a rate limit of GitHub is used up" in waits[0]
    assert " UTC" in waits[0]


def test_where_nobody_watches_the_log_is_told_what_is_waited_for(caplog: pytest.LogCaptureFixture):
    waits_in_log("wait", "a rate limit of GitHub is used up: 60 s more")
    waits_in_log("ask", "GitHub about octocat")
    assert caplog.messages == ["waiting: a rate limit of GitHub is used up: 60 s more"]


def test_a_wait_that_is_too_long_is_refused_with_the_way_out(api: ApiServer, connect: Connect, clock: Clock):
    clock.seconds = time.time()
    reset = int(clock.seconds) + 3000
    after(api, Answer(LIMIT, 403, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(reset)}))
    with pytest.raises(FolioscopeError, match=r"asked again in 3,0\d\d seconds.*use a token"):
        connect(api.base).repository(NAME)
    assert clock.slept == []


@pytest.mark.parametrize("status", [403, 429])
def test_a_secondary_limit_names_its_pause(api: ApiServer, connect: Connect, clock: Clock, status: int):
    after(api, Answer(SECONDARY, status, {"Retry-After": "7"}))
    assert connect(api.base).repository(NAME).name == NAME
    assert sum(clock.slept) == 7


@pytest.mark.parametrize("status", [403, 429])
def test_a_secondary_limit_without_a_pause_is_given_a_minute(
    api: ApiServer, connect: Connect, clock: Clock, status: int
):
    after(api, Answer(SECONDARY, status))
    assert connect(api.base).repository(NAME).name == NAME
    assert sum(clock.slept) == 60


def test_429_with_an_empty_quota_waits_for_its_reset(api: ApiServer, connect: Connect, clock: Clock):
    reset = int(clock.seconds) + 20
    after(api, Answer(LIMIT, 429, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(reset)}))
    assert connect(api.base).repository(NAME).name == NAME
    assert sum(clock.slept) == 21


def test_a_pause_that_is_asked_for_and_too_long_is_refused(api: ApiServer, connect: Connect, clock: Clock):
    after(api, Answer(SECONDARY, 403, {"Retry-After": "4000"}))
    with pytest.raises(FolioscopeError, match="4,000 seconds"):
        connect(api.base).repository(NAME)
    assert clock.slept == []


def test_faults_of_the_server_are_tried_again_with_growing_pauses(api: ApiServer, connect: Connect, clock: Clock):
    after(api, Answer({}, 502), Answer({}, 503), Answer({}, 500))
    assert connect(api.base).repository(NAME).name == NAME
    assert api.asked(PATH) == 4
    assert len(clock.slept) >= 2
    assert any("GitHub answered 50" in detail for stage, detail in clock.told if stage == "wait")


def test_a_server_that_stays_broken_is_an_error_with_its_cause(api: ApiServer, connect: Connect):
    api.answers[PATH] = Answer({"message": "no"}, 503)
    with pytest.raises(FolioscopeError, match="GitHub answered 503"):
        connect(api.base).repository(NAME)


def test_a_fault_costs_its_own_fact_alone(api: ApiServer, connect: Connect):
    after(api)
    api.answers[f"{PATH}/releases"] = Answer({"message": "no"}, 403)
    api.answers[f"{PATH}/environments"] = Answer({"total_count": 0, "environments": []})
    facts = connect(api.base, token="t0ken").repository(NAME)
    assert facts.environments == ()
    assert facts.releases is None
    assert {item.what: item.why for item in facts.unknown}["releases"] == "the token may not see it"


@pytest.mark.parametrize(
    ("token", "said"),
    [("wr0ng", "does not accept the token. Check FOLIOSCOPE_GITHUB_TOKEN"), ("", "with a token alone. Set")],
)
def test_a_wrong_token_is_said_to_be_one(api: ApiServer, connect: Connect, token: str, said: str):
    api.answers[PATH] = Answer({"message": "Bad credentials"}, 401)
    with pytest.raises(FolioscopeError, match=said):
        connect(api.base, token=token).repository(NAME)


def test_a_repository_that_is_not_shown_is_an_error_with_the_way_out(api: ApiServer, connect: Connect):
    with pytest.raises(FolioscopeError, match=r"does not show it\. Check the name"):
        connect(api.base).repository(NAME)


def test_without_a_network_the_cause_is_named_soon(connect: Connect, clock: Clock):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(FolioscopeError, match="could not be reached"):
        connect(f"http://127.0.0.1:{port}").repository(NAME)
    assert sum(clock.slept) < 10


def test_an_answer_that_is_no_json_is_an_error(api: ApiServer, connect: Connect):
    api.answers[PATH] = Answer("words", 200)
    with pytest.raises(FolioscopeError, match="unknown"):
        connect(api.base).repository(NAME)


def test_all_pages_of_a_list_are_read(api: ApiServer, connect: Connect):
    account(api)
    for page in (1, 2, 3):
        link = {"Link": f'<{api.base}/users/octocat/repos?page={page + 1}>; rel="next"'} if page < 3 else {}
        path = "/users/octocat/repos?per_page=100&sort=pushed" if page == 1 else f"/users/octocat/repos?page={page}"
        api.answers[path] = Answer([repository(api, f"octocat/r{page}")], headers=link)
    assert [item.name for item in connect(api.base).owner("octocat").repositories] == [
        f"octocat/r{page}" for page in (1, 2, 3)
    ]
    kept = connect(api.base).owner("octocat")
    assert len(kept.repositories) == 3  # pages of a list that did not change, with the links between them


def test_a_page_that_fails_costs_itself_alone(api: ApiServer, connect: Connect):
    account(api)
    link = {"Link": f'<{api.base}/users/octocat/repos?page=2>; rel="next"'}
    api.answers["/users/octocat/repos?per_page=100&sort=pushed"] = Answer([repository(api)], headers=link)
    api.answers["/users/octocat/repos?page=2"] = Answer({"message": "gone"}, 404)
    owner = connect(api.base).owner("octocat")
    assert [item.name for item in owner.repositories] == [NAME]
    assert "further repositories" in {item.what for item in owner.unknown}


@pytest.mark.parametrize(("kind", "home"), [("User", "octocat/octocat"), ("Organization", "octocat/.github")])
def test_a_profile_readme_is_looked_for_where_it_stands(api: ApiServer, connect: Connect, kind: str, home: str):
    rows = [repository(api, home)]
    account(api, *rows, type=kind)
    api.answers["/orgs/octocat"] = api.answers["/users/octocat"]
    api.answers["/orgs/octocat/repos"] = Answer(rows)
    assert connect(api.base).owner("octocat").profile_readme is False
    for path in (f"/repos/{home}/readme", f"/repos/{home}/contents/profile/README.md"):
        api.answers[path] = Answer({"name": "README.md"})
    assert connect(api.base).owner("octocat").profile_readme is True


def test_pinned_repositories_are_told_to_a_token(api: ApiServer, connect: Connect):
    account(api, repository(api))
    nodes = [{"nameWithOwner": NAME}, None]
    api.answers["/graphql"] = Answer({"data": {"repositoryOwner": {"pinnedItems": {"nodes": nodes}}}})
    assert connect(api.base, token="t0ken").owner("octocat").pinned == (NAME,)
    assert connect(api.base).owner("octocat").pinned is None


def test_pages_and_packages_of_a_repository(api: ApiServer, connect: Connect):
    api.answers[PATH] = Answer(repository(api, has_pages=True))
    api.answers[f"{PATH}/pages"] = Answer({"html_url": "https://octocat.example.org"})
    packages = [{"name": "api", "repository": {"full_name": NAME}}, {"name": "other", "repository": None}]
    api.answers["/users/octocat/packages"] = Answer(packages)
    facts = connect(api.base, token="t0ken").repository(NAME)
    assert (facts.pages, facts.packages) == ("https://octocat.example.org", ("api",))


def test_without_the_library_it_is_said_what_to_install(connect: Connect, monkeypatch: pytest.MonkeyPatch):
    import sys

    monkeypatch.setitem(sys.modules, "analyzer.github.connection", None)
    with pytest.raises(FolioscopeError, match=r"Install folioscope\[github\]"):
        connect("http://127.0.0.1:9").repository(NAME)
