"""Blind results say nothing of who it is, and a key file brings it back."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import pytest
from openpyxl import load_workbook

from analyzer.batch.given import columns_of
from analyzer.batch.lines import dump
from analyzer.batch.unblind import restored
from analyzer.cli import main
from analyzer.errors import UsageError
from tests.batch.conftest import RunBatch, sorted_bytes


@pytest.fixture
def blind(applicants, batch_of: RunBatch, tmp_path: Path) -> Path:
    """The folder of a blind batch whose key is ``key.jsonl`` beside it."""
    batch_of(applicants, "blind", key=tmp_path / "key.jsonl")
    return tmp_path / "blind"


def everything(folder: Path) -> str:
    """The text of all files of a folder, sheets included."""
    texts = [path.read_text("utf-8-sig") for path in folder.iterdir() if path.suffix != ".xlsx"]
    book = load_workbook(folder / "batch.xlsx")
    texts += [str(cell.value) for sheet in book.worksheets for row in sheet.iter_rows() for cell in row]
    book.close()
    return "\n".join(texts)


def test_no_file_leads_to_a_person(blind, projects, tmp_path):
    text = everything(blind)
    commits = re.findall(r"\b[0-9a-f]{40}\b", text)
    key = (tmp_path / "key.jsonl").read_text()
    assert "Person 1" in key
    for word in (
        "Person",
        "example.org",
        str(tmp_path),
        "/not/there",
        "train.py",
        *(str(path) for path in projects),
        "bikes",
        "ships",
    ):
        assert word not in text, word
    assert commits == []
    assert '"row":1' not in text


def test_the_key_gives_the_results_of_an_open_batch(blind, applicants, batch_of: RunBatch, tmp_path):
    batch_of(applicants, "open")
    lines = b"".join(restored(blind / "results.jsonl", tmp_path / "key.jsonl"))
    assert sorted(lines.splitlines()) == sorted_bytes(tmp_path / "open")


def test_codes_tell_no_order(blind, tmp_path):
    codes = [json.loads(line)["code"] for line in (blind / "results.jsonl").read_bytes().splitlines()]
    assert codes == sorted(codes)
    assert len({*codes}) == 9
    journal = [json.loads(line) for line in (blind / "journal.jsonl").read_bytes().splitlines()]
    assert [entry["row"] for entry in journal] == codes
    assert {len(entry["made"]) for entry in journal} == {10}


def test_a_blind_batch_goes_on_with_its_key(blind, applicants, batch_of: RunBatch, tmp_path):
    before = sorted_bytes(blind)
    results = blind / "results.jsonl"
    results.write_bytes(b"".join(results.read_bytes().splitlines(keepends=True)[:3]) + b"{")
    key = tmp_path / "key.jsonl"
    key.write_bytes(key.read_bytes() + b'{"code": "cut')
    counts = batch_of(applicants, "blind", key=key, resume=True)
    assert counts.before == 3
    assert sorted_bytes(blind) == before
    with pytest.raises(UsageError, match="another choice of --blind"):
        batch_of(applicants, "blind", resume=True)


def test_a_blind_batch_does_not_go_on_with_another_key(blind, applicants, batch_of: RunBatch, tmp_path):
    before = sorted_bytes(blind)
    lost = tmp_path / "lost.jsonl"
    with pytest.raises(UsageError, match=r"There is no key file .*lost\.jsonl"):
        batch_of(applicants, "blind", key=lost, resume=True)
    assert not lost.exists()
    batch_of(applicants, "other", key=tmp_path / "other.jsonl")
    with pytest.raises(UsageError, match="is not the key file with which"):
        batch_of(applicants, "blind", key=tmp_path / "other.jsonl", resume=True)
    assert sorted_bytes(blind) == before


def test_a_key_file_does_not_lie_with_the_results(applicants, batch_of: RunBatch, tmp_path):
    with pytest.raises(UsageError, match="lies in the folder of the results"):
        batch_of(applicants, "out", key=tmp_path / "out" / "key.jsonl")
    assert not (tmp_path / "out").exists()


def test_the_key_file_is_for_its_owner_alone(blind, tmp_path):
    assert (tmp_path / "key.jsonl").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("name", ["batch.csv", "batch.xlsx"])
def test_a_table_gets_its_people_back(blind, tmp_path, name, capsysbinary):
    assert main(["unblind", str(blind / name), "--key", str(tmp_path / "key.jsonl")]) == 0
    text = capsysbinary.readouterr().out.decode("utf-8-sig")
    table = list(csv.DictReader(io.StringIO(text)))
    assert {row["Name"] for row in table} == {f"Person {number}" for number in range(1, 10)}
    best = next(row for row in table if row["rank"] == "1")
    assert best["E-mail"] in ("p4@example.org", "p8@example.org")
    assert len(best["commits"]) == 40


def test_a_table_gets_the_columns_of_an_open_one_back(projects, batch_of: RunBatch, tmp_path):
    file = tmp_path / "list.csv"
    rows = [f"{projects[0]},,b,", f"{projects[1]},a,,c", f"{projects[2]},,,", "/not/there,a,b,c"]
    file.write_text("\n".join(["repo,A,B,C", *rows]) + "\n")
    batch_of(file, "open")
    batch_of(file, "blind", key=tmp_path / "key.jsonl")

    def table(text: str) -> list[dict[str, str]]:
        rows = [dict(row) for row in csv.DictReader(io.StringIO(text))]
        return sorted(rows, key=lambda row: row["row"])

    opened = table((tmp_path / "open" / "batch.csv").read_text("utf-8-sig"))
    parts = restored(tmp_path / "blind" / "batch.csv", tmp_path / "key.jsonl")
    again = table(b"".join(parts).decode("utf-8-sig"))
    for found in (opened, again):
        assert [name for name in found[0] if name in "ABC"] == ["A", "B", "C"]
    for one, other in zip(opened, again, strict=True):
        assert {name: value for name, value in other.items() if name not in ("code", "analyzed (UTC)")} == {
            name: value for name, value in one.items() if name != "analyzed (UTC)"
        }
        assert len(other["analyzed (UTC)"]) == len(one["analyzed (UTC)"])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1252"])
def test_a_table_that_a_spreadsheet_saved_is_read(blind, tmp_path, encoding):
    code = json.loads((blind / "results.jsonl").read_bytes().splitlines()[0])["code"]
    table = tmp_path / "saved.csv"
    table.write_bytes(f"rank;code;note\r\n1;{code};caf\u00e9\r\n".encode(encoding))
    (row,) = csv.DictReader(io.StringIO(b"".join(restored(table, tmp_path / "key.jsonl")).decode("utf-8-sig")))
    assert row["applicant"].startswith("Person")
    assert (row["rank"], row["note"]) == ("1", "caf\u00e9")


@pytest.mark.parametrize("rows", [["C", "AC", "ABC"], ["ABC", "B"], ["AC", "AB", "BC"], ["", "BC", "AB"]])
def test_columns_keep_their_order(rows):
    assert "".join(columns_of([tuple(row) for row in rows])) == "ABC"


def test_lines_get_their_people_back_in_a_file(blind, tmp_path):
    out = tmp_path / "open.jsonl"
    code = main(["unblind", str(blind / "results.jsonl"), "--key", str(tmp_path / "key.jsonl"), "--output", str(out)])
    assert code == 0
    assert json.loads(out.read_bytes().splitlines()[0])["applicant"].startswith("Person")


def test_one_key_file_serves_two_batches(blind, projects, batch_of: RunBatch, tmp_path):
    other = tmp_path / "other.csv"
    other.write_text(f"Name,Repository URL\nSomebody Else,{projects[0]}\nAnother,{projects[1]}\n")
    batch_of(other, "second", key=tmp_path / "key.jsonl")

    def people(folder: str) -> set[str]:
        lines = restored(tmp_path / folder / "results.jsonl", tmp_path / "key.jsonl")
        return {json.loads(line)["applicant"] for line in lines}

    assert people("blind") == {f"Person {number}" for number in range(1, 10)}
    assert people("second") == {"Somebody Else", "Another"}


def test_a_code_of_two_batches_names_nobody(tmp_path):
    head, *lines = {"folioscope_key": 2, "secret": "00"}, *({"batch": batch, "code": "AAAAAAAA"} for batch in "ab")
    (tmp_path / "key.jsonl").write_bytes(dump(head) + b"".join(dump(line) for line in lines))
    (tmp_path / "results.jsonl").write_bytes(dump({"code": "AAAAAAAA"}))
    with pytest.raises(UsageError, match="has the code AAAAAAAA for two batches"):
        list(restored(tmp_path / "results.jsonl", tmp_path / "key.jsonl"))


@pytest.mark.parametrize(("text", "words"), [('{"folioscope_key":1,"secret":"00"}', "form 1"), ("{}", "no key file")])
def test_a_key_file_of_another_form_is_told(applicants, batch_of: RunBatch, tmp_path, text, words):
    (tmp_path / "key.jsonl").write_text(text + "\n")
    with pytest.raises(UsageError, match=words):
        batch_of(applicants, key=tmp_path / "key.jsonl")


def test_what_is_no_blind_file_is_told(blind, tmp_path, capsys):
    key = str(tmp_path / "key.jsonl")
    plain = tmp_path / "plain.csv"
    plain.write_text("name\nAda\n")
    assert main(["unblind", str(plain), "--key", key]) == 2
    assert main(["unblind", str(plain), "--key", str(plain)]) == 2
    (tmp_path / "lines.jsonl").write_text('{"row": 1}\n')
    assert main(["unblind", str(tmp_path / "lines.jsonl"), "--key", key]) == 2
    (tmp_path / "other.jsonl").write_text('{"code": "AAAAAAAA"}\n')
    assert main(["unblind", str(tmp_path / "other.jsonl"), "--key", key]) == 2
    assert main(["unblind", str(tmp_path / "gone.csv"), "--key", key]) == 2
    assert main(["unblind", str(plain), "--key", str(tmp_path / "gone.jsonl")]) == 2
    said = capsys.readouterr().err
    for words in (
        f"There is no file {tmp_path / 'gone.csv'}",
        f"There is no key file {tmp_path / 'gone.jsonl'}",
        "no column 'code'",
        "is no key file",
        "holds no blind results",
        "does not know the code",
    ):
        assert words in said
