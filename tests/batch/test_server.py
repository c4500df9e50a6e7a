"""The client of a service, against a server that speaks as ``POST /api/v1/batches`` and its neighbours do."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest

import analyzer.batch.server
from analyzer.analysis import Options, analyze
from analyzer.batch.merge import inside_of
from analyzer.batch.run import Batch
from analyzer.batch.server import Server, run_on_server
from analyzer.cli import main
from analyzer.errors import FolioscopeError, UsageError
from analyzer.reporters.json_report import as_document
from tests.batch.conftest import RunBatch, lines_of


class Service(BaseHTTPRequestHandler):
    """Answers from reports of local repositories; ``script`` holds statuses that come before the true answer."""

    script: ClassVar[list[int]] = []
    uploads: ClassVar[dict[str, dict[str, Any]]] = {}
    asked: ClassVar[list[str]] = []
    looks: ClassVar[list[int]] = []
    ends: ClassVar[str] = "done"
    version: ClassVar[str] = ""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 the name is the base's
        del format, args

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if not self._refused():
            self.uploads.setdefault(self.headers["Idempotency-Key"], json.loads(body))
            self._say({"id": self.headers["Idempotency-Key"]}, 202)

    def do_GET(self) -> None:
        self.asked.append(self.path)
        if self._refused():
            return
        parts = self.path.split("/")
        if self.path.startswith("/api/v1/analyses/"):
            url, ref, subdir = json.loads(bytes.fromhex(parts[4]))
            document = as_document(analyze(url, Options(ref=ref, subdir=subdir)))
            if self.version:
                document["tool"]["version"] = self.version
            self._say(document)
            return
        rows = self.uploads[parts[4]]["rows"]
        self.looks.append(1)
        finished = min(len(self.looks), len(rows))
        if self.path.endswith("results.jsonl"):
            lines = [json.dumps(self._result(number, row, finished)) for number, row in enumerate(rows, 1)]
            self._send("\n".join(lines).encode() + b"\n", 200)
        else:
            self._say({"status": self.ends if finished == len(rows) else "running", "finished": finished})

    def _result(self, number: int, row: dict[str, Any], finished: int) -> dict[str, Any]:
        if row["urls"] == ["/etc/passwd"]:
            return {
                "line": number,
                "status": "not understood",
                "cause": {"what": "It names no repository.", "hint": "x"},
            }
        if number > finished or self.ends == "cancelled":
            return {"line": number, "label": row["label"], "status": "queued"}
        parts = [part for url in row["urls"] for part in self._parts(url, row["ref"], row["subdir"])]
        status = "done" if any(part["status"] == "done" for part in parts) else "failed"
        return {"line": number, "label": row["label"], "status": status, "repositories": parts, "not_read": []}

    def _parts(self, url: str, ref: str, subdir: str) -> Iterator[dict[str, Any]]:
        if not Path(url).exists():
            cause = {"what": "It was not found.", "hint": "Look."}
            yield {"input": url, "subdir": subdir, "inside": False, "status": "failed", "cause": cause}
            return
        whole = self.uploads[self.path.split("/")[4]]["whole"]
        for folder in (subdir, *(() if whole else inside_of(analyze(url, Options(ref=ref, subdir=subdir))))):
            name = json.dumps([url, ref, folder]).encode().hex()
            yield {"input": url, "subdir": folder, "inside": folder != subdir, "status": "done", "analysis": name}

    def _refused(self) -> bool:
        if self.headers["Authorization"] != "Bearer secret":
            self._say({"title": "Not signed in", "detail": "The key is unknown."}, 401)
            return True
        if self.script:
            self._send(b"no JSON", self.script.pop(0))
            return True
        return False

    def _say(self, value: object, status: int = 200) -> None:
        self._send(json.dumps(value).encode(), status)

    def _send(self, content: bytes, status: int) -> None:
        self.send_response(status)
        if status == 429:
            self.send_header("Retry-After", "0")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of a running service."""
    for name, value in {"script": [], "uploads": {}, "asked": [], "looks": [], "ends": "done", "version": ""}.items():
        monkeypatch.setattr(Service, name, value)
    monkeypatch.setattr(analyzer.batch.server, "_TRIES", 3)
    monkeypatch.setattr(analyzer.batch.server, "_LONGEST_WAIT", 0.01)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Service)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def run(service: str, file: Path, output: str = "served", key: str = "secret", **more: Any) -> Any:
    options = more.pop("options", Options(offline=True))
    batch = Batch(file, file.parent / output, options, file.parent / "served.sqlite", **more)
    return run_on_server(batch, Server(service, key, look_every=0.01))


@pytest.fixture
def few(projects: list[Path], tmp_path: Path) -> Path:
    """Rows of all kinds: one repository, several, none, what is not there, an account."""
    file = tmp_path / "few.csv"
    several = f"{projects[1]} {projects[3]} {tmp_path / 'gone'}"
    cells = [str(projects[0]), several, "", str(tmp_path / "gone"), "github.com/octocat", "/etc/passwd"]
    file.write_text("name,repo\n" + "".join(f"P{number},{cell}\n" for number, cell in enumerate(cells, 1)))
    return file


def test_lines_are_those_of_a_batch_here(service, few, batch_of: RunBatch, tmp_path):
    counts = run(service, few)
    assert (counts.total, counts.failed) == (6, 4)
    served = lines_of(tmp_path / "served")
    few.write_text("".join(few.read_text().splitlines(keepends=True)[:4]))
    batch_of(few)
    here = lines_of(tmp_path / "out")
    for there, line in zip(served, here, strict=False):
        if there["status"] == "done":
            assert {**there, "basis": 0, "not_read": 0} == {**line, "basis": 0, "not_read": 0}
    assert [line["status"] for line in served] == ["done", "done", "failed", "failed", "failed", "failed"]
    assert served[1]["not_read"][0]["what"] == "It was not found"
    assert [line["error"]["what"] for line in served[2:]] == [
        "line 4 names no repository: its cell is empty",
        "It was not found",
        "The repositories of octocat can only be listed by asking the platform",
        "It names no repository",
    ]
    assert served[0]["basis"]["server"] == service
    assert "does not compare repositories" in (tmp_path / "served" / "batch.html").read_text()


def test_names_are_not_sent(service, few):
    run(service, few)
    (upload,) = Service.uploads.values()
    assert {key for row in upload["rows"] for key in row} == {"urls", "ref", "subdir", "label"}
    assert [(row["label"], len(row["urls"])) for row in upload["rows"]] == [("1", 1), ("2", 3), ("4", 1), ("6", 1)]


def test_a_client_that_was_ended_goes_on_with_the_same_upload(service, few, tmp_path):
    run(service, few)
    results = tmp_path / "served" / "results.jsonl"
    lines = results.read_bytes().splitlines(keepends=True)
    results.write_bytes(b"".join(lines[:2]))
    Service.looks.clear()
    assert run(service, few, resume=True).before == 2
    assert len(Service.uploads) == 1
    assert sorted(results.read_bytes().splitlines(keepends=True)) == sorted(lines)


def test_failed_rows_are_another_upload(service, few):
    run(service, few)
    Service.looks.clear()
    run(service, few, retry=True)
    assert [len(upload["rows"]) for upload in Service.uploads.values()] == [4, 3]


def test_busy_and_broken_answers_are_asked_again(service, few):
    Service.script += [429, 503]
    assert run(service, few).failed == 4


def test_a_service_that_stays_away_is_told(service, few):
    Service.script += [500] * 9
    with pytest.raises(FolioscopeError, match="does not answer: status 500"):
        run(service, few)
    with pytest.raises(FolioscopeError, match="does not answer: ConnectError"):
        run("http://127.0.0.1:1", few, "other")


@pytest.mark.parametrize(("status", "words"), [(400, "refuses POST"), (403, "refuses the key")])
def test_a_refusal_is_told(service, few, status, words):
    Service.script.append(status)
    with pytest.raises(FolioscopeError, match=words):
        run(service, few)


def test_a_wrong_key_is_told(service, few, monkeypatch, capsys):
    monkeypatch.setenv("FOLIOSCOPE_KEY", "wrong")
    assert main(["batch", str(few), "--server", service]) == 2
    assert "refuses the key: Not signed in: The key is unknown.\n" in capsys.readouterr().err


def test_a_batch_that_is_ended_there_fails_its_rows(service, few, tmp_path):
    Service.ends = "cancelled"
    run(service, few)
    assert {line["error"]["what"] for line in lines_of(tmp_path / "served")} >= {"The batch was ended on the service"}


def test_another_version_is_no_score(service, few, tmp_path):
    Service.version = "9.9.9"
    run(service, few)
    assert "The service is version 9.9.9" in lines_of(tmp_path / "served")[0]["error"]["what"]


@pytest.mark.parametrize("url", ["", "ftp://example.org", "http://folioscope.example.org", "folioscope.example.org"])
def test_a_key_is_not_sent_over_an_open_line(url):
    with pytest.raises(UsageError, match="is no address of a service"):
        Server(url, "secret")


@pytest.mark.parametrize(
    ("key", "words"),
    [("", "needs a key, and none was given"), ("secret\n", "no key has"), ("schl\u00fcssel", "no key has")],
)
def test_what_can_be_no_key_is_told_at_once(service, few, monkeypatch, capsys, key, words):
    monkeypatch.setenv("FOLIOSCOPE_KEY", key)
    assert main(["batch", str(few), "--server", service]) == 2
    assert words in capsys.readouterr().err
    assert not few.with_name("few-batch").exists()


def test_a_batch_goes_on_where_it_was_begun(service, few, batch_of: RunBatch):
    run(service, few)
    with pytest.raises(UsageError, match=f"holds a batch that the service {service} runs") as error:
        batch_of(few, "served", resume=True)
    assert error.value.hint.startswith(f"Go on with --server {service}")
    batch_of(few, "here")
    with pytest.raises(UsageError, match="holds a batch that is run on this machine"):
        run(service, few, "here", resume=True)


def test_a_service_takes_no_rubric_file(service, few, tmp_path):
    rubric = tmp_path / "ours.yaml"
    rubric.write_text("extends: mlops\nid: ours\nversion: '1'\ntitle: Ours\n")
    with pytest.raises(UsageError, match="takes no rubric files"):
        run(service, few, options=Options(rubric=str(rubric)))
    (tmp_path / "none.txt").write_text("# nobody\n")
    with pytest.raises(UsageError, match="holds no applicant"):
        run(service, tmp_path / "none.txt")
