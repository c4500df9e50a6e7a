"""Somebody is taken out of a finished batch: nothing of the person is left in its folder, its key file and the store."""

from __future__ import annotations

import csv
import json
import zipfile
from pathlib import Path

import pytest

import analyzer.batch.erase
from analyzer.batch.finish import finish
from analyzer.cli import main
from analyzer.errors import UsageError
from tests.batch.conftest import RunBatch, lines_of, scores
from tests.batch.test_likeness import OWN, build

ERASED = ("Person 4", "p4@example.org", "/ships")


def left_of(folder: Path, *words: str) -> list[str]:
    """The words that are somewhere in the files of a folder, those of a workbook unpacked."""
    texts = []
    for path in folder.iterdir():
        if path.suffix == ".xlsx":
            with zipfile.ZipFile(path) as book:
                texts += [book.read(name) for name in book.namelist()]
        texts.append(path.read_bytes())
    return [word for word in words if any(word.encode() in text for text in texts)]


def forget(tmp_path: Path, *words: str, folder: str = "out") -> int:
    return main(["forget", "--batch", str(tmp_path / folder), "--store", str(tmp_path / "store.sqlite"), *words])


def table_of(folder: Path) -> list[dict[str, str]]:
    with (folder / "batch.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("words", [["person 4"], ["p4@example.org"], ["--row", "4"]])
def test_nothing_of_the_person_is_left(applicants, batch_of: RunBatch, tmp_path, words, capsys):
    batch_of(applicants)
    before = dict(scores(tmp_path / "out"))
    (tmp_path / "out" / ".batch.csv.new").write_text("Person 4")  # what a run that was killed may have left
    assert left_of(tmp_path / "out", *ERASED) == list(ERASED)
    assert forget(tmp_path, *words) == 0
    assert capsys.readouterr().out.startswith("1 erased, 8 left")
    assert left_of(tmp_path / "out", *ERASED) == []
    assert b"ships" not in (tmp_path / "store.sqlite").read_bytes()
    del before[4]
    assert scores(tmp_path / "out") == before
    ranks = [(row["rank"], row["row"]) for row in table_of(tmp_path / "out") if row["rank"]]
    assert [rank for rank, _ in ranks] == ["1", "2", "2", "4", "4", "6", "6"]
    assert "4" not in [row for _, row in ranks]


def test_of_pairs_the_other_side_goes_too(batch_of: RunBatch, tmp_path):
    one, other, third = (build(tmp_path, name, OWN) for name in ("one", "other", "third"))
    file = tmp_path / "list.csv"
    file.write_text(f"name,repo\nAnn,{one}\nBob,{other}\nCyd,{third}\n")
    batch_of(file)
    assert len((tmp_path / "out" / "pairs.csv").read_text().splitlines()) > 3
    assert forget(tmp_path, "Bob") == 0
    assert left_of(tmp_path / "out", "Bob", "row 2", str(other)) == []
    assert "Ann" in (tmp_path / "out" / "pairs.csv").read_text()


def test_the_key_file_of_a_blind_batch_loses_the_person_too(applicants, batch_of: RunBatch, tmp_path, capsys):
    key = tmp_path / "key.jsonl"
    batch_of(applicants, key=key)
    others = table_of(tmp_path / "out")
    assert forget(tmp_path, "Person 4") == 2
    assert "--key" in capsys.readouterr().err
    assert forget(tmp_path, "Person 4", "--key", str(key)) == 0
    assert "Person 4" not in key.read_text()
    assert "Person 5" in key.read_text()
    assert key.stat().st_mode & 0o777 == 0o600
    codes = {row["code"] for row in table_of(tmp_path / "out")}
    (gone,) = {row["code"] for row in others} - codes
    assert left_of(tmp_path / "out", gone) == [gone]  # batch.json alone, so that --resume does not bring it back
    assert gone in (tmp_path / "out" / "batch.json").read_text()
    batch_of(applicants, key=key, resume=True)
    assert {row["code"] for row in table_of(tmp_path / "out")} == codes


def test_a_batch_goes_on_without_the_person(applicants, batch_of: RunBatch, tmp_path):
    batch_of(applicants)
    results = (tmp_path / "out" / "results.jsonl").read_bytes().splitlines(keepends=True)
    (tmp_path / "out" / "results.jsonl").write_bytes(b"".join(line for line in results if b'"row":6,' not in line))
    assert forget(tmp_path, "Person 4", "Person 5") == 0
    text = applicants.read_text()
    batch_of(applicants, resume=True)  # the list still has them
    assert sorted(scores(tmp_path / "out")) == [1, 2, 3, 6, 7, 8, 9]
    applicants.write_text("".join(line for line in text.splitlines(keepends=True) if "Person 4" not in line))
    with pytest.raises(UsageError, match="begun with others"):
        batch_of(applicants, resume=True)
    without = [line for line in text.splitlines(keepends=True) if "Person 4" not in line and "Person 5" not in line]
    applicants.write_text("".join(without))
    counts = batch_of(applicants, resume=True)
    assert (counts.total, counts.before, counts.ran) == (7, 7, 0)
    assert {line["row"]: line["applicant"] for line in lines_of(tmp_path / "out")}[9] == "Person 9"
    mended = "".join(without).replace("/not/there", str(tmp_path / "bikes"))
    build(tmp_path, "bikes", OWN)
    applicants.write_text(mended)
    assert batch_of(applicants, retry=True).ran == 1
    assert scores(tmp_path / "out")[9] is not None


def test_what_was_ended_on_the_way_is_done_to_its_end(applicants, batch_of: RunBatch, tmp_path, monkeypatch, capsys):
    batch_of(applicants)
    monkeypatch.setattr(analyzer.batch.erase, "finish", lambda *rest, **more: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        forget(tmp_path, "Person 4")
    assert left_of(tmp_path / "out", "Person 4")
    monkeypatch.setattr(analyzer.batch.erase, "finish", finish)
    assert forget(tmp_path, "Person 4") == 2  # who is in no line any more
    assert left_of(tmp_path / "out", *ERASED) == []


def test_what_somebody_else_handed_in_too_stays_known(batch_of: RunBatch, projects, tmp_path):
    file = tmp_path / "list.csv"
    file.write_text(f"name,repo\nAnn,{projects[0]}\nBob,{projects[0]} {projects[1]}\n")
    batch_of(file)
    assert forget(tmp_path, "Bob") == 0
    assert batch_of(file, "again").stored == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["Nobody"], "No row of the batch has 'Nobody'"),
        (["--row", "70"], "has no row 70"),
        (["Twin"], "2 rows have 'Twin'"),
        ([], "Nobody to erase was named"),
        (["Twin", "--older-than", "3"], "--older-than"),
    ],
)
def test_who_is_meant_must_be_clear(batch_of: RunBatch, projects, tmp_path, words, said, capsys):
    file = tmp_path / "list.jsonl"
    file.write_text("".join(json.dumps({"name": "Twin", "repo": str(path)}) + "\n" for path in projects[:2]))
    batch_of(file)
    assert forget(tmp_path, *words) == 2
    assert said in capsys.readouterr().err
    assert len(lines_of(tmp_path / "out")) == 2


def test_a_folder_without_a_batch_is_told(tmp_path, capsys):
    assert forget(tmp_path, "Ann") == 2
    assert "holds no results of a batch" in capsys.readouterr().err
    assert main(["forget", "--row", "3"]) == 2


def test_without_the_store_the_person_goes_all_the_same(applicants, batch_of: RunBatch, tmp_path, capsys):
    batch_of(applicants)
    (tmp_path / "store.sqlite").unlink()
    assert forget(tmp_path, "Person 4") == 0
    assert "there is no store" in capsys.readouterr().err
    assert left_of(tmp_path / "out", *ERASED) == []
    assert not (tmp_path / "store.sqlite").exists()
