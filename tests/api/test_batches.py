"""Batches of many repositories, on both stacks."""

from __future__ import annotations

import csv
import io
import json
import secrets
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from tests.api.conftest import Stack, ended
from tests.api.test_analyses import events

BATCHES = "/api/v1/batches"


@pytest.fixture(scope="package")
def finished(stack: Stack):
    """A batch of three rows that run and two that cannot, its client, and how it was answered."""
    text = (
        f"repo;name\n{stack.hub.url('octocat/r3')};candidate-1\n/etc/passwd;candidate-2\n"
        f"{stack.hub.url('octocat/nothing')};candidate-3\n\n;candidate-4\n{stack.hub.url('octocat/r4')};=cmd\n"
    )
    with stack.account() as client:
        answer = client.post(BATCHES, content=text, headers={"Content-Type": "text/csv"}, params={"name": "Autumn"})
        assert answer.status_code == 202, answer.text
        assert answer.headers["location"] == answer.json()["links"]["self"]
        yield client, answer.json(), ended(client, answer.headers["location"])


def test_bad_rows_are_told_by_line_and_the_others_run(finished):
    _, begun, shown = finished
    assert (begun["rows"], begun["name"]) == (3, "Autumn")
    assert [problem["line"] for problem in begun["problems"]] == [3, 6]
    assert shown["status"] == "done"
    assert shown["counts"] == {"done": 2, "failed": 1}
    assert shown["finished"] == 3


def test_results_as_json_lines_csv_and_xlsx(finished):
    client, begun, _ = finished
    lines = [json.loads(line) for line in client.get(begun["links"]["jsonl"]).text.splitlines()]
    assert [(row["line"], row["status"]) for row in lines] == [
        (3, "not understood"),
        (6, "not understood"),
        (4, "failed"),
        (2, "done"),
        (7, "done"),
    ]
    failed = next(row for row in lines if row["status"] == "failed")
    assert failed["score"] is None
    assert failed["cause"]["code"] == "target.unreadable"
    table = list(csv.DictReader(io.StringIO(client.get(begun["links"]["csv"]).text)))
    assert [row["status"] for row in table] == [row["status"] for row in lines]
    assert table[-1]["label"] == "'=cmd"  # no formula
    answer = client.get(
        f"{begun['links']['self']}/results",
        headers={"Accept": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
    )
    sheet = load_workbook(io.BytesIO(answer.content)).active
    assert isinstance(sheet, Worksheet)
    assert [cell.value for cell in sheet[1]] == list(table[0])
    assert sheet.max_row == 6
    assert client.get(f"{begun['links']['self']}/results.pdf").status_code == 404
    assert client.get(f"{begun['links']['self']}/results", headers={"Accept": "image/png"}).status_code == 406


def test_hidden_names_are_in_no_export_and_codes_lead_back(finished):
    client, begun, _ = finished
    shown = client.get(begun["links"]["self"], params={"blind": True}).json()
    assert (shown["name"], shown["problems"], shown["not_understood"]) == ("", [], 2)
    assert set(shown["links"]) == {"self", "jsonl", "csv", "xlsx"}
    open_rows = [json.loads(line) for line in client.get(begun["links"]["jsonl"]).text.splitlines()]
    answers = {kind: client.get(shown["links"][kind]) for kind in ("jsonl", "csv", "xlsx")}
    assert 'filename="results-blind.csv"' in answers["csv"].headers["content-disposition"]
    rows = [json.loads(line) for line in answers["jsonl"].text.splitlines()]
    cells = [list(row) for row in csv.reader(io.StringIO(answers["csv"].text))]
    book = load_workbook(io.BytesIO(answers["xlsx"].content), read_only=True)
    sheets = [[str(cell) for cell in row] for row in book.worksheets[0].values]
    book.close()
    said = json.dumps([shown["problems"], rows, cells, sheets])
    hidden = [
        row[name] for row in open_rows for name in ("label", "input", "url", "analysis", "commit") if row.get(name)
    ]
    for word in ("Autumn", "octocat", "candidate-", "passwd", "nothing", "=cmd", *hidden):
        assert word not in said, word
    assert not {"line", "label", "url", "ref"} & {name for row in rows for name in row}
    codes = [row["code"] for row in rows]
    assert codes == sorted(codes[:2]) + codes[2:3] + sorted(codes[3:])  # no order of the upload
    assert [row[0] for row in cells[1:]] == [row[0] for row in sheets[1:]] == codes
    scores = {row["code"]: row.get("score") for row in open_rows}
    assert {row["code"]: row.get("score") for row in rows} == scores


def test_its_rows_are_listed_and_its_events_read(finished):
    client, begun, _ = finished
    page = client.get(begun["links"]["analyses"]).json()
    assert [item["line"] for item in page["items"]] == [2, 4, 7]
    assert client.get(f"{begun['links']['analyses']}&limit=2").json()["next"]
    kinds = [kind for _, kind in events(client, begun["links"]["self"])]
    assert kinds == ["started", "row", "row", "row", "finished"]


def test_others_do_not_see_it(stack: Stack, finished):
    _, begun, _ = finished
    with stack.account() as other, stack.anyone() as nobody:
        row = "/api/v1/analyses/" + finished[0].get(begun["links"]["analyses"]).json()["items"][0]["id"]
        for link in (*begun["links"].values(), row, f"{row}/report", f"{row}/events"):
            assert other.get(link).status_code == 404, link
            assert nobody.get(link).status_code in (401, 404), link
        assert other.delete(begun["links"]["self"]).status_code == 404
        assert other.post(f"{begun['links']['self']}/cancel").status_code == 404
        assert other.get(BATCHES).json()["items"] == []


def test_json_and_forms_are_taken_too(stack: Stack):
    url = stack.hub.url("octocat/r5")
    with stack.account() as client:
        as_json = client.post(BATCHES, json={"name": "a", "rows": [{"url": url, "label": "x"}, {"url": "/etc"}]})
        assert as_json.json()["problems"][0]["line"] == 2
        as_form = client.post(BATCHES, data={"name": "b"}, files={"file": ("rows.csv", f"url\n{url}\n", "text/csv")})
        assert as_form.json()["name"] == "b"
        names = [item["name"] for item in client.get(BATCHES).json()["items"]]
        assert names == ["b", "a"]
        page = client.get(BATCHES, params={"limit": 1}).json()
        assert client.get(BATCHES, params={"limit": 1, "cursor": page["next"]}).json()["next"] is None
        for answer in (as_json, as_form):
            assert ended(client, answer.json()["links"]["self"])["counts"] == {"done": 1}


def test_a_form_takes_what_the_batch_command_takes(stack: Stack):
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Candidate", "GitHub link"])
    sheet.append(["x", stack.hub.url("octocat/r5")])
    written = io.BytesIO()
    book.save(written)
    with stack.account() as client:
        answer = client.post(BATCHES, files={"file": ("rows.xlsx", written.getvalue(), "application/octet-stream")})
        assert answer.status_code == 202, answer.text
        shown = ended(client, answer.json()["links"]["self"])
        assert shown["counts"] == {"done": 1}
        [line] = client.get(answer.json()["links"]["jsonl"]).text.splitlines()
        assert json.loads(line)["label"] == "x"


def test_a_wrong_row_of_json_costs_itself_alone(stack: Stack):
    rows = [{"url": 5}, {"url": stack.hub.url("octocat/r1")}, {"url": "o/r", "ref": "x" * 251}, {"label": "x"}, "o/r"]
    with stack.account() as client:
        begun = client.post(BATCHES, json={"rows": rows}).json()
        assert (begun["rows"], [problem["line"] for problem in begun["problems"]]) == (1, [1, 3, 4, 5])
        assert begun["problems"][0]["what"] == "url: Input should be a valid string."
        assert client.delete(begun["links"]["self"]).status_code == 204


def test_pages_of_batches_go_on_where_one_was_deleted(stack: Stack):
    with stack.account() as client:
        made = [client.post(BATCHES, json={"rows": [{"url": stack.hub.url("octocat/r1")}]}).json() for _ in range(3)]
        first = client.get(BATCHES, params={"limit": 2}).json()
        assert [item["id"] for item in first["items"]] == [made[2]["id"], made[1]["id"]]
        assert client.delete(made[1]["links"]["self"]).status_code == 204
        rest = client.get(BATCHES, params={"limit": 2, "cursor": first["next"]}).json()
        assert ([item["id"] for item in rest["items"]], rest["next"]) == ([made[0]["id"]], None)
        assert client.get(BATCHES, params={"cursor": made[0]["id"]}).json()["code"] == "request.cursor"
        for item in (made[0], made[2]):
            client.delete(item["links"]["self"])


def test_what_is_no_list_is_refused(stack: Stack):
    with stack.account() as client:

        def code(**request: Any) -> tuple[int, str]:
            answer = client.post(BATCHES, **request)
            return answer.status_code, answer.json()["code"]

        kind = {"Content-Type": "text/csv"}
        assert code(content="url\n/etc\n", headers=kind) == (422, "batch.empty")
        assert code(content=b"\xff\xfe\xfd", headers=kind) == (400, "request.malformed")
        assert code(content="name\nx\n", headers=kind) == (400, "request.malformed")
        assert code(content="x", headers={"Content-Type": "image/png"}) == (415, "request.media-type")
        assert code(content="{", headers={"Content-Type": "application/json"}) == (400, "request.malformed")
        assert code(json={"rows": "no"}) == (422, "request.invalid")
        assert code(json={"rows": [{"url": "o/r"}], "rubric": "none"}) == (422, "target.invalid")
        assert code(content="url\no/r\n", headers=kind, params={"rubric": "none"}) == (422, "target.invalid")
        assert code(json={"rows": [{"url": "o/r"}] * 10_001}) == (422, "batch.too-many-rows")
        assert code(content="url\n" + "o/r\n" * 3_000_000, headers=kind) == (413, "request.too-large")


def test_an_idempotency_key_starts_one_batch(stack: Stack):
    key = {"Idempotency-Key": secrets.token_hex(8)}
    body = {"rows": [{"url": stack.hub.url("octocat/r6")}]}
    with stack.account() as client:
        first, second = (client.post(BATCHES, json=body, headers=key) for _ in range(2))
        assert first.json()["id"] == second.json()["id"]
        assert second.headers["idempotency-replayed"] == "true"
        ended(client, first.json()["links"]["self"])


def test_a_batch_is_cancelled_resumed_and_deleted(stack: Stack):
    stack.hub.publish(stack.hub.root / "octocat" / "delay.git", "octocat/held")
    stack.hub.faults["octocat/held"] = "slow"
    rows = [{"url": stack.hub.url("octocat/held")} for _ in range(3)]
    with stack.account() as client:
        link = client.post(BATCHES, json={"rows": rows}).json()["links"]["self"]
        cancelled = client.post(f"{link}/cancel").json()
        assert (cancelled["status"], cancelled["counts"], cancelled["finished"]) == ("cancelled", {"cancelled": 3}, 3)
        assert client.post(f"{link}/cancel").json()["code"] == "batch.state"
        del stack.hub.faults["octocat/held"]
        resumed = client.post(f"{link}/resume").json()
        assert (resumed["status"], resumed["finished"]) == ("running", 0)
        shown = ended(client, link)
        assert (shown["status"], shown["counts"]) == ("done", {"done": 3}), client.get(f"{link}/results.jsonl").text
        assert client.post(f"{link}/resume").json()["code"] == "batch.state"
        row = client.get(shown["links"]["analyses"]).json()["items"][0]["links"]
        assert client.get(row["report"]).status_code == 200
        assert client.delete(link).status_code == 204
        assert client.get(link).status_code == 404
        assert client.get(row["report"]).status_code == 404


def test_a_single_analysis_is_not_held_up_by_a_batch(stack: Stack):
    """Both rows of a batch hang; the process that rows may never use takes the single one."""
    stack.hub.publish(stack.hub.root / "octocat" / "delay.git", "octocat/stuck")
    stack.hub.faults["octocat/stuck"] = "slow"
    rows = [{"url": stack.hub.url("octocat/stuck")} for _ in range(20)]
    with stack.account() as client, stack.anyone() as candidate:
        link = client.post(BATCHES, json={"rows": rows}).json()["links"]["self"]
        single = candidate.post("/api/v1/analyses", json={"url": stack.hub.url("octocat/r7")}).json()
        assert ended(candidate, single["links"]["self"])["status"] == "done"
        assert client.get(link).json()["finished"] == 0
        client.delete(link)
