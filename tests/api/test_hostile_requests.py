"""Requests that are built to break the service: it answers with a reason, keeps answering others, and tells nothing it must not."""

from __future__ import annotations

import logging
import socket
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx2
import pytest
from sqlalchemy import func, insert, select

from api.logs import OneLine
from api.settings import Settings
from api.store import Store, open_store
from api.store.columns import now
from api.store.models import Idempotency
from api.store.retention import purge
from tests.api.conftest import new_key, settings_of
from tests.api.servers import Running, running, wait_for
from tests.git_server import GitServer
from tests.hostile.urls import TYPED

ANALYSES = "/api/v1/analyses"


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def service(request: pytest.FixtureRequest, tmp_path_factory, hub: GitServer) -> Iterator[Running]:
    """A service that runs no jobs and has little patience, on each database."""
    more: dict[str, Any] = {"executor": "none", "patience_seconds": 1, "streams": 3, "hosts": "https://github.com"}
    if request.param == "postgresql":
        more["database_url"] = request.getfixturevalue("postgres_server").database()
    settings = settings_of(tmp_path_factory.mktemp("hostile"), hub, **more)
    with running(Settings(**settings)) as server:
        yield server


@pytest.fixture(scope="module")
def opened(service: Running) -> Iterator[Store]:
    store = open_store(service.settings.database)
    yield store
    store.close()


@pytest.fixture(scope="module")
def owner(service: Running, opened: Store) -> Iterator[httpx2.Client]:
    with service.client(new_key(opened, "owner", "read write admin")) as client:
        yield client


def connected(service: Running) -> socket.socket:
    """A connection of its own, with a small buffer for what comes."""
    host, port = service.url.removeprefix("http://").split(":")
    made = socket.socket()
    made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    made.settimeout(60)
    made.connect((host, int(port)))
    return made


def everything(connection: socket.socket) -> bytes:
    """What comes until the other side ends."""
    found = b""
    try:
        while piece := connection.recv(65_536):
            found += piece
    except ConnectionError:
        pass
    return found


def raw(service: Running, request: bytes) -> bytes:
    with connected(service) as connection:
        connection.sendall(request)
        return everything(connection)


# -- slow, large, many -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("begun", [b"", b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: "])
def test_a_request_that_does_not_come_is_not_waited_for(service: Running, begun: bytes):
    assert raw(service, begun) == b""


def test_a_body_that_does_not_come_is_told_and_not_waited_for(service: Running):
    head = b"POST /api/v1/analyses HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 40\r\n\r\n{"
    answer = raw(service, head)
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b'"request.timeout"' in answer


def test_a_reader_that_reads_nothing_is_left(service: Running):
    state = service.server.server_state
    wait_for("the others to go", lambda: not state.connections)
    with connected(service) as connection:
        connection.sendall(b"GET /api/v1/openapi.json HTTP/1.1\r\nHost: x\r\n\r\n" * 200)
        wait_for("the connection to be there", lambda: state.connections)
        wait_for("the connection to be ended", lambda: not state.connections)


def test_a_body_without_a_stated_size_has_the_same_limit(service: Running):
    head = b"POST /api/v1/analyses HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
    chunk = b"8000\r\n" + b" " * 0x8000 + b"\r\n"
    assert raw(service, head + chunk * 3 + b"0\r\n\r\n").startswith(b"HTTP/1.1 413 ")


@pytest.mark.parametrize(
    "head",
    [
        b"GET / HTTP/1.1\r\nHost: x\r\nX-Long: " + b"a" * 200_000,
        b"POST /api/v1/analyses HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        b"POST /api/v1/analyses HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked, x\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01",
    ],
    ids=["a long header", "a size below 0", "two sizes", "two lengths", "TLS"],
)
def test_what_is_no_http_is_refused(service: Running, head: bytes):
    answer = raw(service, head)
    assert answer.split(b" ")[1:2] in ([b"400"], [b"501"], []), answer[:200]


def test_streams_of_one_address_are_counted(service: Running):
    with service.client() as client:
        link = client.post(ANALYSES, json={"url": "octocat/Hello-World"}).json()["links"]["events"]
        open_streams = []
        for _ in range(3):
            connection = connected(service)
            connection.sendall(f"GET {link} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            assert b"event-stream" in connection.recv(4096)
            open_streams.append(connection)
        wait_for("the fourth to be refused", lambda: client.get(f"{link}").status_code == 429)
        for connection in open_streams:
            connection.close()

        def again() -> bool:
            with client.stream("GET", link) as stream:
                return stream.status_code == 200

        wait_for("another to be let in", again)


def test_thousands_of_idempotency_keys_go_with_their_day(service: Running, opened: Store):
    rows = [
        {"principal": "many", "key": f"{number:064}", "fingerprint": "x", "created_at": now() - timedelta(days=2)}
        for number in range(5000)
    ]
    with opened.writing() as session:
        session.execute(insert(Idempotency), rows)
    with service.client() as client:
        body = {"url": "octocat/Hello-World"}
        answers = [client.post(ANALYSES, json=body, headers={"Idempotency-Key": f"k{n}"}) for n in range(50)]
        again = client.post(ANALYSES, json=body, headers={"Idempotency-Key": "k7"})
        assert {answer.status_code for answer in answers} == {202}
        assert again.json()["id"] == answers[7].json()["id"]
        long = client.post(ANALYSES, json=body, headers={"Idempotency-Key": "k" * 201})
        assert long.json()["code"] == "request.invalid"
    purge(opened, service.settings)
    with opened.reading() as session:
        assert session.scalar(select(func.count()).where(Idempotency.principal == "many")) == 0
        assert (session.scalar(select(func.count()).select_from(Idempotency)) or 0) >= 50


# -- addresses ---------------------------------------------------------------------------------------------------


def test_no_address_leads_to_another_host(service: Running):
    """Loopback, metadata, userinfo, look-alikes: what is accepted is a repository of the one host."""
    with service.client() as client:
        for name, url in TYPED:
            answer = client.post(ANALYSES, json={"url": url})
            assert answer.status_code in (202, 422, 413), name
            if answer.status_code == 202:
                assert answer.json()["url"].startswith("https://github.com/"), name


PATHS = (
    "/api/v1/analyses/..%2f..%2f..%2fetc%2fpasswd",
    "/api/v1/analyses/%2e%2e",
    "/api/v1/analyses/%00",
    "/api/v1/analyses/x/report.%2e%2e%2fjson",
    "/api/v1/analyses/x/comparison/..%2f",
    "/api/v1/batches/%0d%0aX-Evil:%20yes",
    "/api/v1/analyses?cursor=%00&batch=%00",
    "/api/v1/batches?cursor=%00",
    "/api/v1/audit?subject=%00&cursor=1",
    "/static/..%2f..%2fsettings.py",
    "/static/report/../../../../etc/passwd",
    "/static/%00",
    "/examples/..%2f..%2f..%2fetc",
    "/badge/..%2f..%2fetc/passwd.svg",
    "/badge/%00/%0d%0aX-Evil:%20yes.svg",
    "/r/..%2fkeys",
    "/r/%0d%0aX-Evil:%20yes",
    "/batches/%00?blind=1",
    "/batches/x/compare?row=%00&row=%0d",
    "/sign-in?next=/%0d%0aX-Evil:%20yes",
    "/sign-in?next=%00",
    "/compare?url=%00%0d%0aX-Evil:%20yes",
    "/%0d%0aX-Evil:%20yes",
    "/%c0%ae%c0%ae/%ff",
    "//evil.example/%2f..",
)


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", ANALYSES, "GET, HEAD, POST"),
        ("PATCH", f"{ANALYSES}/x", "DELETE, GET, HEAD"),
        ("DELETE", "/", "GET, HEAD"),
        ("GET", "/auth/key", "POST"),
        ("DELETE", "/static/report/report.css", "GET, HEAD"),
    ],
)
def test_a_method_that_is_not_allowed_is_told_all_that_are(service: Running, method: str, path: str, allowed: str):
    with service.client() as client:
        answer = client.request(method, path)
    assert (answer.status_code, answer.headers["allow"], answer.json()["code"]) == (405, allowed, "request.not-allowed")


@pytest.mark.parametrize("path", ["/nothing", "/api/v1/nothing", "/r/x/nothing"])
def test_there_is_nothing_to_do_where_there_is_nothing(service: Running, path: str):
    with service.client() as client:
        assert client.post(path).json()["code"] == "resource.unknown"


@pytest.mark.parametrize("path", ["/", "/healthz", "/badge/octocat/delay.svg", "/static/report/report.css", "/nothing"])
def test_head_is_get_without_a_body(service: Running, path: str):
    with service.client() as client:
        head, get = client.head(path), client.get(path)
    assert (head.status_code, head.content) == (get.status_code, b"")
    assert head.headers["content-type"] == get.headers["content-type"]


def test_head_of_a_stream_ends(service: Running):
    with service.client() as client:
        link = client.post(ANALYSES, json={"url": "octocat/Hello-World"}).json()["links"]["events"]
        assert client.head(link).headers["content-type"].startswith("text/event-stream")


def test_a_stream_ends_when_what_it_tells_of_is_deleted(service: Running):
    with service.client() as client:
        started = client.post(ANALYSES, json={"url": "octocat/Hello-World"}).json()
        with client.stream("GET", started["links"]["events"]) as stream:
            lines = stream.iter_lines()
            assert any(line == "event: queued" for line in lines)
            token = {"Manage-Token": started["manage_token"]}
            assert client.delete(started["links"]["self"], headers=token).status_code == 204
            assert [line for line in lines if line.startswith("event")] == []


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_a_body_of_another_type_is_told(service: Running, kind: str):
    with service.client() as client:
        answer = client.post(ANALYSES, content=b'{"url": "octocat/delay"}', headers={"Content-Type": kind})
    assert (answer.status_code, answer.json()["code"]) == (415, "request.media-type")


@pytest.mark.parametrize(("wanted", "packed"), [("gzip", True), ("gzip;q=0", False), ("gzip;q=0, *", False)])
def test_what_is_refused_is_not_packed(service: Running, wanted: str, packed: bool):
    with service.client() as client:
        answer = client.get("/", headers={"Accept-Encoding": wanted})
    assert (answer.headers.get("content-encoding") == "gzip") is packed


def test_made_up_methods_are_one_in_the_metrics(service: Running):
    with service.client() as client:
        for number in range(3):
            assert client.request(f"MADEUP{number}", "/").status_code == 405
        text = client.get("/metrics").text
    assert "MADEUP" not in text
    assert 'method="other"' in text


@pytest.mark.parametrize("path", PATHS)
def test_no_path_leaves_its_folder_or_its_header(service: Running, owner: httpx2.Client, path: str):
    for key in ("", f"Authorization: {owner.headers['Authorization']}\r\n"):
        answer = raw(service, f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{key}\r\n".encode())
        head, _, body = answer.partition(b"\r\n\r\n")
        assert int(head.split(b" ")[1]) < 500, answer[:300]
        assert b"\r\nx-evil" not in head.lower()
        assert b"root:" not in body
        assert b"class Settings" not in body


# -- texts -------------------------------------------------------------------------------------------------------

NASTY = "a\x00\x1b[2J\r\nb"


def test_names_are_kept_on_one_line(owner: httpx2.Client):
    made = owner.post("/api/v1/keys", json={"account": NASTY, "name": NASTY})
    assert (made.status_code, made.json()["account"], made.json()["name"]) == (201, "a  [2J  b", "a  [2J  b")
    assert owner.post("/api/v1/keys", json={"account": "\x00", "name": "x"}).status_code == 422
    rows = {"name": NASTY, "rows": [{"url": "o/r", "label": NASTY}, {"url": f"o/{NASTY}"}]}
    batch = owner.post("/api/v1/batches", json=rows).json()
    assert batch["name"] == "a  [2J  b"
    assert [problem["line"] for problem in batch["problems"]] == [2]
    [first, second] = owner.get(batch["links"]["jsonl"]).text.splitlines()
    assert '"label": "a  [2J  b"' in second
    assert "\\u001b" not in first
    table = owner.get(batch["links"]["csv"]).text
    assert "\x00" not in table
    assert "\x1b" not in table


def test_a_form_with_nul_is_no_error_of_ours(owner: httpx2.Client):
    file = {"file": ("a\x00.csv", b"url\no/r\n", "text/csv")}
    assert owner.post("/api/v1/batches", data={"name": NASTY}, files=file).json()["name"] == "a  [2J  b"
    for path in ("/auth/key", "/sign-in"):
        assert owner.post(path, data={"key": NASTY}).status_code in (400, 422)


def test_a_record_of_the_log_is_one_line():
    line = OneLine("%(levelname)s %(message)s")
    nasty = logging.makeLogRecord(
        {"levelname": "WARNING", "msg": "%s %s", "args": ("GET", "/x\n2026 ERROR forged \x1b[2J\u202e\u2028")}
    )
    assert line.format(nasty) == "WARNING GET /x\\n2026 ERROR forged \\x1b[2J\\u202e\\u2028"
    error = ValueError("one\ntwo")
    told = logging.makeLogRecord({"levelname": "ERROR", "msg": "x", "exc_info": (ValueError, error, None)})
    assert line.format(told).startswith("ERROR x\nValueError")


def test_a_list_of_a_million_rows_in_json_is_refused(owner: httpx2.Client):
    rows = b'{"rows":[' + b'{"url":"o/r"},' * 300_000 + b'{"url":"o/r"}]}'
    answer = owner.post("/api/v1/batches", content=rows, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (422, "batch.too-many-rows")


def test_the_others_are_still_answered(service: Running):
    with service.client() as client:
        assert client.get("/readyz").json() == {"status": "ok"}
