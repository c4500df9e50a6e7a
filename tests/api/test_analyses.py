"""One analysis from its start to its report, on both stacks."""

from __future__ import annotations

import gzip
import secrets
import threading
import uuid
from typing import Any

import httpx2
import pytest

from tests.api.conftest import FILES, Stack, ended
from tests.api.servers import wait_for
from tests.conftest import commit_all, git

BY_LINK = "/api/v1/analyses"


def start(client: httpx2.Client, url: str, headers: dict[str, str] | None = None, **more: Any) -> dict[str, Any]:
    answer = client.post(BY_LINK, json={"url": url, **more}, headers=headers)
    assert answer.status_code == 202, answer.text
    shown: dict[str, Any] = answer.json()
    assert answer.headers["location"] == shown["links"]["self"]
    return shown


def events(client: httpx2.Client, link: str, last: int = 0) -> list[tuple[int, str]]:
    """The ids and kinds of a stream of events that comes to its end."""
    found, number = [], 0
    with client.stream("GET", f"{link}/events", headers={"Last-Event-ID": str(last)}) as stream:
        if stream.status_code == 204:
            return []
        assert stream.headers["content-type"].startswith("text/event-stream")
        for line in stream.iter_lines():
            if line.startswith("id: "):
                number = int(line[4:])
            elif line.startswith("event: "):
                found.append((number, line[7:]))
    return found


@pytest.fixture(scope="package")
def started(stack: Stack) -> dict[str, Any]:
    """What the start of an analysis of ``octocat/delay`` was answered with."""
    with stack.anyone() as client:
        return start(client, stack.hub.url("octocat/delay"), badge=True)


@pytest.fixture(scope="package")
def done(stack: Stack, started: dict[str, Any]) -> dict[str, Any]:
    """The same when it is done."""
    with stack.anyone() as client:
        shown = ended(client, started["links"]["self"])
    assert shown["status"] == "done", shown
    return shown


def test_an_analysis_ends_with_a_report(stack: Stack, done: dict[str, Any], validate):
    assert (done["position"], done["attempts"], done["cause"]) == (None, 1, None)
    with stack.anyone() as client:
        answer = client.get(done["report"]["formats"]["json"])
    assert answer.headers["content-type"] == "application/json"
    validate(answer.json())
    assert answer.json()["score"] == done["report"]["score"]
    assert answer.json()["target"]["commit"] == done["report"]["commit"]


def test_its_report_comes_in_every_format(stack: Stack, done: dict[str, Any]):
    from analyzer import FORMATS

    assert set(done["report"]["formats"]) == set(FORMATS)
    with stack.anyone() as client:
        for name, link in done["report"]["formats"].items():
            answer = client.get(link)
            assert answer.status_code == 200, (name, answer.text)
            assert answer.headers["content-type"].startswith(FORMATS[name].media_type)
            assert answer.content
        assert client.get(f"{done['links']['report']}.nothing").status_code == 404


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("*/*", "application/json"),
        ("text/markdown", "text/markdown"),
        ("text/html;q=0.5, text/csv", "text/csv"),
        ("text/*;q=0.1, application/sarif+json", "application/sarif+json"),
        ("image/png", None),
    ],
)
def test_accept_chooses_the_format(stack: Stack, done: dict[str, Any], accept: str, kind: str | None):
    with stack.anyone() as client:
        answer = client.get(done["links"]["report"], headers={"Accept": accept})
    assert answer.status_code == (200 if kind else 406)
    assert answer.headers["content-type"].startswith(kind or "application/problem+json")


def test_a_report_has_an_etag_and_is_compressed(stack: Stack, done: dict[str, Any]):
    link = done["report"]["formats"]["json"]
    with stack.anyone() as client:
        plain = client.get(link, headers={"Accept-Encoding": "identity"})
        packed = client.get(link, headers={"Accept-Encoding": "gzip"})
        assert "content-encoding" not in plain.headers
        assert packed.headers["content-encoding"] == "gzip"
        assert packed.content == plain.content
        assert len(gzip.compress(plain.content)) < len(plain.content)
        assert plain.headers["cache-control"] == "private, no-cache"
        again = client.get(link, headers={"If-None-Match": packed.headers["etag"], "Accept-Encoding": "gzip"})
        assert (again.status_code, again.content) == (304, b"")


def test_the_same_commit_is_answered_from_the_store_at_once(stack: Stack, done: dict[str, Any]):
    asked = {"url": stack.hub.url("octocat/delay"), "ref": done["report"]["commit"]}
    before = stack.hub.packs()
    with stack.anyone() as client:
        shown = start(client, asked["url"], ref=asked["ref"])
        assert (shown["status"], shown["report"]["reused"]) == ("done", True)
        report = client.get(shown["report"]["formats"]["json"]).json()
    assert report["target"]["ref"] == asked["ref"]
    assert stack.hub.packs() == before


def test_a_branch_is_looked_up_but_not_fetched_again(stack: Stack, done: dict[str, Any]):
    with stack.anyone() as client:
        shown = ended(client, start(client, stack.hub.url("octocat/delay"))["links"]["self"])
    assert shown["report"]["reused"]
    assert shown["report"]["commit"] == done["report"]["commit"]


def test_a_subfolder_and_a_rubric_make_another_report(stack: Stack, done: dict[str, Any]):
    with stack.anyone() as client:
        shown = ended(
            client,
            start(client, stack.hub.url("octocat/delay/tree/main/project"), rubric="startup")["links"]["self"],
        )
        report = client.get(shown["report"]["formats"]["json"]).json()
    assert not shown["report"]["reused"]
    assert (report["target"]["subdir"], report["rubric"]["id"]) == ("project", "startup")


def test_two_reports_are_compared(stack: Stack, done: dict[str, Any]):
    """The second commit has a line more before the one that trains, and no Dockerfile."""
    work = stack.hub.root / "moved"
    if not work.exists():
        git(stack.hub.root, "clone", "-q", str(stack.hub.root / "octocat" / "delay.git"), str(work))
        (work / "src" / "train.py").write_text(f"# A line more.\n{FILES['src/train.py']}")
        (work / "Dockerfile").unlink()
        commit_all(work, "moved")
        stack.hub.publish(work, "octocat/moved")
    with stack.anyone() as client:
        other = ended(client, start(client, stack.hub.url("octocat/moved"))["links"]["self"])
        link = f"{done['links']['self']}/comparison"
        found = client.get(f"{link}/{other['id']}").json()
        moved = [(item["path"], item["before"], item["after"]) for item in found["evidence"]["moved"]]
        assert ("src/train.py", 3, 4) in moved
        assert "Dockerfile" in {item["path"] for item in found["evidence"]["vanished"]}
        assert "e2e.container" in {item["criterion"] for item in found["criteria"]["lost"]}
        assert (found["regression"], found["head"]["commit"]) == (True, other["report"]["commit"])
        same = client.get(f"{link}/{done['id']}").json()
        assert (same["difference"], same["evidence"]) == (0.0, {"moved": [], "appeared": [], "vanished": []})
        failed = ended(client, start(client, stack.hub.url("octocat/nothing"))["links"]["self"])
        answer = client.get(f"{link}/{failed['id']}")
        assert (answer.status_code, answer.json()["code"]) == (409, "analysis.failed")
        assert client.get(f"{link}/nobody").status_code == 404


def test_scores_by_two_rubrics_have_no_difference(stack: Stack, done: dict[str, Any]):
    with stack.anyone() as client:
        other = ended(client, start(client, stack.hub.url("octocat/delay"), rubric="startup")["links"]["self"])
        found = client.get(f"{done['links']['self']}/comparison/{other['id']}").json()
        assert (found["same_rubric"], found["difference"]) == (False, None)
        assert 'class="difference"' not in client.get(f"/compare/{done['id']}/{other['id']}").text
        assert 'class="difference"' in client.get(f"/compare/{done['id']}/{done['id']}").text


def test_events_tell_the_stages_and_are_resumed(stack: Stack, done: dict[str, Any]):
    with stack.anyone() as client:
        found = events(client, done["links"]["self"])
        kinds = [kind for _, kind in found]
        assert (kinds[0], kinds[-1]) == ("queued", "done")
        assert "acquiring" in kinds
        assert "analyzing" in kinds
        assert [number for number, _ in found] == sorted({number for number, _ in found})
        assert events(client, done["links"]["self"], found[1][0]) == found[2:]
        assert events(client, done["links"]["self"], found[-1][0]) == []


def test_events_come_while_it_runs(stack: Stack):
    with stack.anyone() as client:
        link = start(client, stack.hub.url("octocat/r0"))["links"]["self"]
        assert [kind for _, kind in events(client, link)][-1] == "done"


def test_a_repository_that_is_not_there_fails_with_its_cause(stack: Stack):
    with stack.anyone() as client:
        shown = ended(client, start(client, stack.hub.url("octocat/nothing"))["links"]["self"])
        assert shown["status"] == "failed"
        assert shown["cause"]["code"] == "target.unreadable"
        assert "octocat/nothing was not found" in shown["cause"]["what"]
        assert shown["cause"]["hint"]
        answer = client.get(shown["links"]["report"])
    assert (answer.status_code, answer.json()["code"]) == (409, "analysis.failed")
    assert answer.json()["cause"] == shown["cause"]


@pytest.mark.parametrize(
    "url",
    [
        "/etc",
        "./here",
        "~",
        "file:///etc",
        "https://gitlab.example.org/o/r",
        "ext::sh -c id",
        "http://u:p@127.0.0.1/o/r",
        "https://127.0.0.1:1/o/r",
        "o",
        "\x00",
        "o/r\x1b[2J",
        "../o/r",
    ],
)
def test_what_is_no_repository_of_an_allowed_host_is_refused(stack: Stack, url: str):
    with stack.anyone() as client:
        answer = client.post(BY_LINK, json={"url": url})
    assert answer.status_code == 422
    assert answer.json()["code"] in ("target.invalid", "request.invalid")


def test_a_folder_of_the_servers_machine_is_no_target(stack: Stack, tmp_path, monkeypatch):
    (tmp_path / "octocat" / "local").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    with stack.anyone() as client:
        shown = start(client, "octocat/local")
    assert shown["url"] == f"{stack.hub.base}/octocat/local"


def test_an_idempotency_key_starts_one_analysis(stack: Stack):
    key = {"Idempotency-Key": str(uuid.uuid4())}
    url = stack.hub.url("octocat/r1")
    answers: list[httpx2.Response] = []
    with stack.anyone() as client:

        def send() -> None:
            answers.append(client.post(BY_LINK, json={"url": url}, headers=key))

        threads = [threading.Thread(target=send) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert {answer.status_code for answer in answers} == {202}
        assert len({answer.json()["id"] for answer in answers}) == 1
        assert len({answer.json()["manage_token"] for answer in answers}) == 1
        assert sum("idempotency-replayed" in answer.headers for answer in answers) == 3
        other = client.post(BY_LINK, json={"url": url, "rubric": "startup"}, headers=key)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency.mismatch")


def test_a_key_that_others_may_have_brings_no_right_to_delete(stack: Stack):
    """Another one behind the same address may send the same word for the same repository."""
    key = {"Idempotency-Key": secrets.token_hex(8)}
    body = {"url": stack.hub.url("octocat/r2")}
    with stack.anyone() as client, stack.anyone() as neighbour:
        first, again = (one.post(BY_LINK, json=body, headers=key) for one in (client, neighbour))
        assert first.json()["id"] == again.json()["id"]
        assert (again.headers["idempotency-replayed"], again.json()["manage_token"]) == ("true", None)
        mine = {"Manage-Token": first.json()["manage_token"]}
        assert neighbour.delete(f"{BY_LINK}/{again.json()['id']}").status_code == 403
        assert client.delete(f"{BY_LINK}/{first.json()['id']}", headers=mine).status_code == 204


def test_the_key_of_an_account_says_nothing_to_others(stack: Stack):
    key = {"Idempotency-Key": str(uuid.uuid4())}
    body = {"url": stack.hub.url("octocat/r3")}
    with stack.account() as one, stack.account() as other, stack.anyone() as nobody:
        answers = [client.post(BY_LINK, json=body, headers=key) for client in (one, other, nobody)]
    assert len({answer.json()["id"] for answer in answers}) == 3
    assert [answer.json()["manage_token"] is None for answer in answers] == [True, True, False]


def test_a_reader_of_the_link_cannot_delete_and_who_started_it_can(stack: Stack):
    with stack.anyone() as client:
        shown = start(client, stack.hub.url("octocat/r2"))
        link = shown["links"]["self"]
        token = shown["manage_token"]
        assert "manage_token" not in {k for k, v in ended(client, link).items() if v}
        report = client.get(f"{link}/report")
        assert report.status_code == 200
        assert client.delete(link).status_code == 403
        assert client.delete(link, headers={"Manage-Token": "no"}).status_code == 403
        assert client.delete(link, headers={"Manage-Token": token}).status_code == 204
        for gone in (link, f"{link}/report", f"{link}/events"):
            assert client.get(gone).status_code == 404


def test_a_running_analysis_is_cancelled_and_its_clone_removed(stack: Stack):
    stack.hub.publish(stack.hub.root / "octocat" / "delay.git", "octocat/slow")
    stack.hub.faults["octocat/slow"] = "slow"
    with stack.anyone() as client:
        shown = start(client, stack.hub.url("octocat/slow"))
        link, token = shown["links"]["self"], {"Manage-Token": shown["manage_token"]}
        wait_for("it to begin", lambda: client.get(link).json()["status"] == "acquiring")
        clones = stack.service.settings.clones
        wait_for("its clone", lambda: list(clones.glob(f"*/{shown['id']}-*/*")))
        cancelled = client.post(f"{link}/cancel", headers=token).json()
        assert cancelled["status"] == "cancelled"
        wait_for("its clone to go", lambda: not list(clones.glob(f"*/{shown['id']}-*")))
        assert client.get(link).json()["status"] == "cancelled"
        assert client.get(f"{link}/report").json()["code"] == "analysis.cancelled"


def test_the_list_of_an_account_has_pages(stack: Stack):
    with stack.account() as client:
        names = [start(client, stack.hub.url(f"octocat/r{number}"))["id"] for number in range(5)]
        found: list[str] = []
        cursor = ""
        while True:
            page = client.get(BY_LINK, params={"limit": 2, "cursor": cursor}).json()
            found += [item["id"] for item in page["items"]]
            cursor = page["next"]
            if cursor is None:
                break
        assert found == names[::-1]
        for name in names:
            ended(client, f"{BY_LINK}/{name}")
        assert len(client.get(BY_LINK, params={"status": "done"}).json()["items"]) == 5
        assert client.get(BY_LINK, params={"cursor": "x"}).json()["code"] == "request.cursor"


def test_a_badge_shows_what_was_let_be_shown(stack: Stack, done: dict[str, Any]):
    with stack.anyone() as client:
        shown = client.get("/badge/Octocat/delay.svg")
        hidden = client.get("/badge/octocat/r9.svg")
        again = client.get("/badge/Octocat/delay.svg", headers={"If-None-Match": shown.headers["etag"]})
    assert shown.headers["content-type"] == "image/svg+xml"
    assert done["report"]["grade"] in shown.text
    assert "not analyzed" in hidden.text
    assert again.status_code == 304


@pytest.mark.parametrize(
    ("owner", "status"), [("mona_corp", 200), ("old-", 200), ("two--hyphens", 200), ("-x", 422), ("a.b", 422)]
)
def test_owners_of_every_form_have_badges(stack: Stack, owner: str, status: int):
    with stack.anyone() as client:
        assert client.get(f"/badge/{owner}/delay.svg").status_code == status


def test_health_readiness_and_metrics(stack: Stack, done: dict[str, Any]):
    with stack.anyone() as client:
        assert client.get("/healthz").json() == {"status": "ok"}
        assert client.get("/readyz").json() == {"status": "ok"}
        text = client.get("/metrics").text
    assert 'folioscope_analyses{lane="anonymous",status="done"}' in text
    assert "folioscope_worker_slots 2.0" in text
    assert 'route="/api/v1/analyses/{analysis_id}"' in text
    assert done["id"] not in text
