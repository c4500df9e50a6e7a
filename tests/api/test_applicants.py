"""One row an applicant: what a line names is judged together, as the batch command judges it; on both stacks."""

from __future__ import annotations

import csv
import io
import json
import secrets
from pathlib import Path
from typing import Any

import httpx2
import pytest

from analyzer.analysis import Options
from analyzer.batch.run import Batch, run_batch
from analyzer.batch.server import Server, run_on_server
from tests.api.conftest import Stack, ended, new_key
from tests.api.servers import wait_for
from tests.batch.conftest import lines_of, project
from tests.conftest import commit_all, git, write_files
from tests.git_server import GitServer

BATCHES = "/api/v1/batches"


@pytest.fixture(scope="module")
def course(hub: GitServer, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A repository with two projects, of which one is strong."""
    work = tmp_path_factory.mktemp("course")
    git(work, "init", "-q", "-b", "main")
    for name, size in (("bikes", 4), ("bread", 3)):
        files = {**project(name, size), "requirements.txt": "mlflow==2.9.2\n"}
        write_files(work, {f"{name}/{path}": text for path, text in files.items()})
    write_files(work, {"README.md": "# Course\n\nWeekly projects.\n"})
    commit_all(work)
    hub.publish(work, "octocat/course")
    return hub.url("octocat/course")


@pytest.fixture
def people(stack: Stack, course: str, tmp_path: Path) -> Path:
    """Applicants with several repositories, with some that cannot be read, with one, and with none."""
    url = stack.hub.url
    cells = [
        f"{course} {url('octocat/r2')}",
        f"{url('octocat/r3')}, {url('octocat/none')}; https://nowhere.example/a/b",
    ]
    cells += [url("octocat/r4"), f"{url('octocat/none')} {url('octocat/no')}", course, "nothing"]
    file = tmp_path / "people.csv"
    file.write_text("name;repositories\n" + "".join(f'P{number};"{cell}"\n' for number, cell in enumerate(cells, 1)))
    return file


def sent(client: httpx2.Client, file: Path) -> dict[str, Any]:
    """The batch of an upload when it has ended."""
    answer = client.post(BATCHES, content=file.read_bytes(), headers={"Content-Type": "text/csv"})
    assert answer.status_code == 202, answer.text
    return ended(client, answer.json()["links"]["self"])


def rows_of(client: httpx2.Client, shown: dict[str, Any]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in client.get(shown["links"]["jsonl"]).text.splitlines()]


def here(stack: Stack, file: Path, **more: Any) -> list[dict[str, Any]]:
    """The lines of the batch command."""
    options = Options(hosts=(stack.hub.host,), local=False)
    output = file.parent / f"here-{secrets.token_hex(4)}"
    run_batch(Batch(file, output, options, store=file.parent / "store.sqlite", jobs=1, **more))
    return lines_of(output)


def test_a_row_is_an_applicant_and_scores_as_in_a_batch_here(stack: Stack, people: Path):
    expected = {line["applicant"]: line for line in here(stack, people)}
    with stack.account() as client:
        shown = sent(client, people)
        rows = {row.get("label", "P6"): row for row in rows_of(client, shown)}
        assert (shown["rows"], shown["finished"], shown["partial"]) == (5, 5, 1)
        assert (shown["counts"], [item["line"] for item in shown["problems"]]) == ({"done": 4, "failed": 1}, [3, 7])
        for name in ("P1", "P2", "P3", "P5"):
            row, line = rows[name], expected[name]
            assert (row["score"], row["grade"], row["strength"]) == (line["score"], line["grade"], line["strength"])
            assert set(row["technologies"]) == set(line["technologies"])
            assert row["sections"] == {item["id"]: item["score"] for item in line["sections"]}
            assert row["gap"] == line["gaps"][0]["title"]
        inside = [(item["inside"], item["subdir"]) for item in rows["P1"]["repositories"]]
        assert inside == [(False, ""), (True, "bikes"), (True, "bread"), (False, "")]
        assert rows["P5"]["score"] > rows["P5"]["repositories"][0]["score"]  # the weak neighbour lowers nothing
        assert [rows[name]["status"] for name in ("P4", "P6")] == ["failed", "not understood"]
        told = rows["P2"]["not_read"]
        assert [item["code"] for item in told] == ["target.unreadable", "target.invalid"]
        assert told[0]["input"] == stack.hub.url("octocat/none")
        table = list(csv.DictReader(io.StringIO(client.get(shown["links"]["csv"]).text)))
        [line] = [line for line in table if line["label"] == "P2"]
        assert "none" in line["not_read"]
        assert "nowhere.example" in line["not_read"]


def test_the_page_has_a_row_for_an_applicant(stack: Stack, people: Path):
    with stack.account() as client:
        shown = sent(client, people)
        text = client.get(f"/batches/{shown['id']}").text
        assert text.count('<th scope="row"') == 4
        assert "octocat/course (bikes)" in text
        assert "1 row has a score without all that it names" in text
        assert "Run the rest" in text
        blind = client.get(f"/batches/{shown['id']}", params={"blind": "1"}).text
        assert "octocat" not in blind
        rows = rows_of(client, shown)
        names = [row["analysis"] for row in rows if row["status"] == "done"]
        compared = client.get(f"/batches/{shown['id']}/compare", params={"row": names[:2]}).text
        for row in rows:
            if row.get("analysis") in names[:2]:
                assert f"<b>{row['score']:g}</b>" in compared


def test_hidden_names_stay_hidden_where_a_part_was_not_read(stack: Stack, people: Path):
    with stack.account() as client:
        shown = client.get(sent(client, people)["links"]["self"], params={"blind": True}).json()
        said = client.get(shown["links"]["jsonl"]).text + client.get(shown["links"]["csv"]).text
    assert "octocat" not in said
    assert '"not_read": [{"code": "target.unreadable"}, {"code": "target.invalid"}]' in said


@pytest.mark.usefixtures("course")
def test_what_failed_of_a_row_is_run_again(stack: Stack):
    url = stack.hub.url
    name = f"octocat/later-{secrets.token_hex(4)}"
    with stack.account() as client:
        begun = client.post(BATCHES, json={"rows": [{"urls": [url("octocat/r1"), url(name)], "label": "x"}]}).json()
        shown = ended(client, begun["links"]["self"])
        assert (shown["counts"], shown["partial"], shown["rows"]) == ({"done": 1}, 1, 1)
        stack.hub.publish(stack.hub.root / "octocat" / "course.git", name)
        resumed = client.post(f"{begun['links']['self']}/resume").json()
        assert (resumed["status"], resumed["finished"]) == ("running", 0)
        again = ended(client, begun["links"]["self"])
        [row] = rows_of(client, again)
        assert (again["partial"], row["not_read"], len(row["repositories"])) == (0, [], 4)


def test_a_row_of_which_a_part_was_cancelled_has_no_score(stack: Stack):
    url, name = stack.hub.url, f"octocat/held-{secrets.token_hex(4)}"
    stack.hub.publish(stack.hub.root / "octocat" / "delay.git", name)
    stack.hub.faults[name] = "slow"
    with stack.account() as client:
        begun = client.post(BATCHES, json={"rows": [{"urls": [url("octocat/r1"), url(name)]}]}).json()
        link = begun["links"]["self"]

        def first_is_done() -> bool:
            return bool(rows_of(client, begun)[0]["repositories"][0]["status"] == "done")

        wait_for("the first repository", first_is_done)
        assert client.get(link).json()["finished"] == 0
        cancelled = client.post(f"{link}/cancel").json()
        assert (cancelled["counts"], cancelled["finished"]) == ({"cancelled": 1}, 1)
        [row] = rows_of(client, begun)
        assert (row["score"], row["cause"]["code"]) == (None, "job.cancelled")
        del stack.hub.faults[name]
        client.post(f"{link}/resume")
        assert ended(client, link)["counts"] == {"done": 1}
        [row] = rows_of(client, begun)
        assert row["score"] is not None


def test_wholes_alone_are_judged_on_request(stack: Stack, course: str):
    with stack.account() as client:
        begun = client.post(BATCHES, json={"rows": [{"url": course}], "whole": True}).json()
        ended(client, begun["links"]["self"])
        [row] = rows_of(client, begun)
        assert (len(row["repositories"]), row["score"]) == (1, row["repositories"][0]["score"])


def test_lines_of_a_client_are_those_of_a_batch_here(stack: Stack, people: Path):
    for whole in (False, True):
        expected = here(stack, people, whole=whole)
        options, output = Options(hosts=(stack.hub.host,), local=False), people.parent / f"there-{whole}"
        batch = Batch(people, output, options, store=people.parent / "there.sqlite", whole=whole)
        run_on_server(batch, Server(stack.service.url, new_key(stack.store), look_every=0.1))
        for there, line in zip(lines_of(output), expected, strict=True):
            same = {"basis": 0, "not_read": 0, "error": 0}
            assert {**there, **same} == {**line, **same}
            assert len(there.get("not_read", ())) == len(line.get("not_read", ()))


def test_an_account_is_told_to_be_one(stack: Stack):
    rows = f"name,github\nx,octocat\ny,{stack.hub.url('octocat/r1')}\n"
    with stack.account() as client:
        begun = client.post(BATCHES, content=rows, headers={"Content-Type": "text/csv"}).json()
        assert [item["what"] for item in begun["problems"]] == [
            "octocat names an account; a service takes repositories."
        ]
