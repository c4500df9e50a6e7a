"""Near-duplicates: pairs with the files that they share, beside the score."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

import analyzer.batch.likeness
from analyzer.batch.likeness import Pair, pairs_of
from analyzer.batch.store import open_store
from analyzer.cli import main
from analyzer.prints import SKETCH, likeness
from tests.batch.conftest import RunBatch, lines_of
from tests.conftest import commit_all, git, write_files


def module(name: str, lines: int = 30) -> str:
    """A module like no other of another name."""
    body = "".join(
        f"    {name}_{number} = prepare_{name}(rows[{number}], '{name} {number}')\n" for number in range(lines)
    )
    return f'"""Prepares {name}."""\n\n\ndef clean_{name}(rows):\n{body}    return {name}_{lines - 1}\n'


def build(root: Path, name: str, files: dict[str, str]) -> Path:
    folder = root / name
    folder.mkdir()
    git(folder, "init", "-q", "-b", "main")
    write_files(folder, files)
    commit_all(folder)
    return folder


OWN = {f"src/{name}.py": module(name) for name in ("loading", "cleaning", "training", "serving")}


def found(tmp_path: Path, folder: str = "out") -> list[dict[str, str]]:
    with (tmp_path / folder / "pairs.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def listed(tmp_path: Path, *folders: Path, name: str = "list.txt") -> Path:
    file = tmp_path / name
    file.write_text("".join(f"{folder}\n" for folder in folders))
    return file


def test_a_copy_with_other_names_of_files_is_a_pair(batch_of: RunBatch, tmp_path):
    one = build(tmp_path, "one", OWN)
    copied = {path.replace("src/", "lib/"): text for path, text in OWN.items()}
    other = build(tmp_path, "other", {**copied, "more.py": module("more", 5)})
    alone = build(tmp_path, "alone", {f"{name}.py": module(name) for name in ("a", "b", "c")})
    batch_of(listed(tmp_path, one, other, alone))
    (pair,) = found(tmp_path)
    assert (pair["rows"], pair["with rows"], pair["files"], pair["share of its text"]) == ("row 1", "row 2", "4", "1.0")
    assert float(pair["share of the other"]) < 1
    assert "src/loading.py = lib/loading.py (1)" in pair["shared"]


def test_formatted_and_slightly_changed_files_are_near_identical(batch_of: RunBatch, tmp_path):
    one = build(tmp_path, "one", OWN)
    changed = {
        path: text.replace("'", '"').replace("\n", "\r\n").replace("Prepares", "Helps with")
        + "\r\n\r\nprint('mine')\r\n"
        for path, text in OWN.items()
    }
    other = build(tmp_path, "other", changed)
    batch_of(listed(tmp_path, one, other))
    (pair,) = found(tmp_path)
    assert pair["files"] == "4"
    values = [float(line.rpartition("(")[2].rstrip(")")) for line in pair["shared"].splitlines()]
    assert all(0.8 <= value < 1 for value in values)


def test_the_pair_stands_beside_the_score(batch_of: RunBatch, tmp_path):
    one, other = build(tmp_path, "one", OWN), build(tmp_path, "other", OWN)
    batch_of(listed(tmp_path, one), "single")
    batch_of(listed(tmp_path, one, other, name="both.txt"))
    assert lines_of(tmp_path / "out")[0] == lines_of(tmp_path / "single")[0]
    text = (tmp_path / "out" / "batch.csv").read_text("utf-8-sig")
    assert "100% of its own text is also in row 2" in text


def test_an_earlier_batch_is_remembered(batch_of: RunBatch, tmp_path):
    batch_of(listed(tmp_path, build(tmp_path, "one", OWN)), "first")
    batch_of(listed(tmp_path, build(tmp_path, "other", OWN), name="later.txt"))
    (pair,) = found(tmp_path)
    assert pair["rows"] == "row 1"
    assert pair["with rows"].startswith("an earlier batch (")


def test_one_person_may_copy_from_themselves(batch_of: RunBatch, tmp_path):
    one, other = build(tmp_path, "one", OWN), build(tmp_path, "other", OWN)
    file = tmp_path / "list.csv"
    file.write_text(f"name,repo\nAda,{one} {other}\n")
    batch_of(file)
    assert found(tmp_path) == []


def test_two_people_with_the_very_same_repository(batch_of: RunBatch, tmp_path):
    one = build(tmp_path, "one", OWN)
    batch_of(listed(tmp_path, one, one))
    (pair,) = found(tmp_path)
    assert (pair["rows"], pair["files"]) == ("row 1, row 2", "0")
    assert "the same repository as row 2" in (tmp_path / "out" / "batch.csv").read_text("utf-8-sig")


def test_what_many_have_is_course_material(batch_of: RunBatch, tmp_path, monkeypatch):
    monkeypatch.setattr(analyzer.batch.likeness, "COMMON", 5)
    course = {f"starter/{name}.py": module(name) for name in ("steps", "tasks", "checks")}
    folders = [
        build(tmp_path, f"student{number}", {**course, "own.py": module(f"idea{number}")}) for number in range(5)
    ]
    batch_of(listed(tmp_path, *folders), jobs=2)
    assert found(tmp_path) == []
    batch_of(listed(tmp_path, *folders[:3], name="few.txt"), "few", store=tmp_path / "few.sqlite")
    assert len(found(tmp_path, "few")) == 3


def test_little_in_common_is_no_pair(batch_of: RunBatch, tmp_path):
    one = build(tmp_path, "one", {**OWN, "shared.py": module("shared", 3)})
    other = build(
        tmp_path, "other", {**{f"{name}.py": module(name) for name in "abcd"}, "shared.py": module("shared", 3)}
    )
    batch_of(listed(tmp_path, one, other))
    assert found(tmp_path) == []


def test_a_blind_pair_shows_codes_alone(batch_of: RunBatch, tmp_path):
    one, other = build(tmp_path, "one", OWN), build(tmp_path, "other", OWN)
    batch_of(listed(tmp_path, one, other), key=tmp_path / "key.jsonl")
    (pair,) = found(tmp_path)
    assert len(pair["rows"]) == len(pair["with rows"]) == 8
    assert (pair["repository"], pair["with"], pair["shared"]) == ("", "", "")


def pairs(tmp_path: Path) -> list[Pair]:
    with open_store(tmp_path / "store.sqlite") as store:
        (batch,) = next(store.query("select batch from member limit 1"))
        return list(pairs_of(store, batch))


def test_what_is_forgotten_is_gone(batch_of: RunBatch, tmp_path, capsys):
    one, other = build(tmp_path, "one", OWN), build(tmp_path, "other", OWN)
    file = listed(tmp_path, one, other)
    batch_of(file)
    assert len(pairs(tmp_path)) == 1
    store = tmp_path / "store.sqlite"
    assert main(["forget", str(other), "--store", str(store)]) == 0
    assert capsys.readouterr().out == "1 results erased\n"
    assert pairs(tmp_path) == []
    assert str(other).encode() not in store.read_bytes()
    assert batch_of(file, "again").stored == 1
    assert main(["forget", "--older-than", "0", "--store", str(store)]) == 0
    assert main(["forget", "--older-than", "36500", "--store", str(store)]) == 0


@pytest.mark.parametrize("words", [[], ["--older-than", "-1"], ["o/r"]])
def test_forget_says_what_it_needs(tmp_path, words, capsys):
    assert main(["forget", *words, "--store", str(tmp_path / "none.sqlite")]) == 2
    assert capsys.readouterr().err


def test_sketches_of_another_library_version_are_not_compared(batch_of: RunBatch, tmp_path):
    one = build(tmp_path, "one", OWN)
    batch_of(listed(tmp_path, one))
    with open_store(tmp_path / "store.sqlite") as store, store.writing():
        store.change("update meta set value = 'older' where name = 'sketch'")
    with open_store(tmp_path / "store.sqlite") as store:
        assert next(store.query("select count(*) from band")) == (0,)
        assert {sketch for (sketch,) in store.query("select sketch from text")} == {b""}


def test_likeness_is_a_share():
    one = bytes(range(SKETCH)) * 4
    assert likeness(one, one) == 1.0
    assert likeness(one, b"") == 0.0
    assert likeness(one, b"\xff" * 4 + one[4:]) == 1 - 1 / SKETCH
