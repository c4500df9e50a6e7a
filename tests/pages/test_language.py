"""The pages of the service in the made-up language of ``tests/reporters/html/test_language.py``: no English is left."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest

from api.pages import templating
from api.settings import Settings
from api.store import open_store
from tests.api.conftest import new_key, settings_of
from tests.api.servers import running, wait_for
from tests.conftest import FIXTURES, commit_all, git
from tests.git_server import GitServer, serve
from tests.reporters.html.test_language import PROPER, SAID, language, names_in, told_by, unsaid
from tests.test_fixtures import report

SAMPLE = "notebook-only"
NAMES = [
    "octocat", "begun", "nothing", "nothing at all", "git.example.org", "main", "test", "read", "write", "admin", "mlops", "startup", "midsize", "enterprise", "candidate-1", "CSV", "XLSX", "HTML", "SARIF",
    "Markdown", "JSON lines", "API", "OpenAPI", "https", "OWNER/REPO", "URL", "ML", "MLOps", "v0.1.0", "0.1.0", "qx", *PROPER,
]  # fmt: skip


@dataclass
class Shown:
    """A running service whose pages speak the made-up language, signed in, with two commits of one repository read."""

    client: httpx2.Client
    hub: GitServer
    commits: tuple[str, str]
    name: str

    def left(self, path: str, **form: str) -> list[str]:
        """What a page says in English; with ``form``, the page that answers to it."""
        answer = self.client.post(path, data=form) if form else self.client.get(path)
        assert answer.headers["Content-Type"].startswith("text/html"), answer.text[:300]
        told = told_by(SAMPLE) + self.hub.url("octocat/begun")
        names = [
            self.name,
            *NAMES,
            *names_in(report(SAMPLE)),
            *re.findall(r"\b[A-Z0-9]{8}\b", answer.text),  # codes of applicants
            *self.commits,
            *(commit[:10] for commit in self.commits),
            path,
            self.hub.host.base,
            *form.values(),
        ]
        return unsaid(answer.text, told, sorted({name for name in names if name}, key=len, reverse=True), SAID)

    def started(self, path: str, **form: str) -> str:
        """Where a form leads, when what it began has ended."""
        answer = self.client.post(path, data=form)
        assert answer.status_code == 303, answer.text[:500]
        return str(answer.headers["Location"])


@pytest.fixture
def shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shown]:
    monkeypatch.setattr(templating, "load_texts", lambda chosen: language())
    served = tmp_path / "served"
    served.mkdir()
    work = tmp_path / "work"
    shutil.copytree(FIXTURES / SAMPLE, work)
    git(work, "init", "-q", "-b", "main")
    first = commit_all(work)
    (work / ".pre-commit-config.yaml").write_text("repos:\n- repo: local\n  hooks: [{id: ruff}]\n")
    second = commit_all(work, "hooks")
    with serve(served) as hub, running(Settings(**settings_of(tmp_path / "data", hub))) as service:
        hub.publish(work, "octocat/begun")
        store = open_store(service.settings.database)
        with httpx2.Client(base_url=service.url, timeout=60, headers={"Origin": service.url}) as client:
            signed = client.post("/sign-in", data={"key": new_key(store, "owner", "read write admin")})
            assert signed.status_code == 303
            token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/").text)
            assert token
            client.headers["X-CSRF-Token"] = token.group(1)
            yield Shown(client, hub, (first, second), client.get("/api/v1/me").json()["name"])
        store.close()


def test_pages_before_anything_is_read(shown: Shown):
    for path in ("/", "/compare", "/batches", "/keys", "/examples/notebook-only", "/nowhere", "/r/" + "0" * 22):
        assert shown.left(path) == [], path
    assert shown.left("/start", url="not an address at all") == []
    assert shown.left("/start", url="https://git.example.org/octocat/begun") == []
    assert shown.left("/compare", url="octocat/begun", base="") == []


def test_pages_of_what_was_read(shown: Shown):
    url = shown.hub.url("octocat/begun")
    link = shown.started("/start", url=url)
    assert shown.left(link) == []  # while it works
    wait_for("the report", lambda: ended(shown, link))
    assert shown.left(link) == []
    assert shown.left(f"{link}/delete") == []
    compared = shown.started("/compare", url=url, base=shown.commits[0], head=shown.commits[1])
    wait_for("both", lambda: all(ended(shown, f"/r/{part}") for part in compared.split("/")[-2:]))
    assert shown.left(compared) == []
    missing = shown.started("/start", url=shown.hub.url("octocat/nothing"))
    wait_for("the failure", lambda: ended(shown, missing))
    assert shown.left(missing) == []


def test_pages_of_a_batch(shown: Shown):
    url = shown.hub.url("octocat/begun")
    rows = f"url,name\n{url},candidate-1\n{shown.hub.url('octocat/nothing')},candidate-1\nnothing at all,candidate-1\n"
    answer = shown.client.post(
        "/batches", data={"name": "", "rubric": "mlops"}, files={"file": ("a.csv", rows, "text/csv")}
    )
    assert answer.status_code == 303, answer.text[:500]
    link = str(answer.headers["Location"])
    wait_for("the batch", lambda: shown.client.get(f"/api/v1{link}").json()["finished_at"])
    assert shown.left(link) == []
    assert shown.left(f"{link}?blind=1") == []
    assert shown.left(f"{link}/delete") == []


def ended(shown: Shown, link: str) -> bool:
    status = shown.client.get(f"/api/v1/analyses/{link.rsplit('/', 1)[-1]}").json()["status"]
    return status in ("done", "failed")
