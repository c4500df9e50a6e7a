"""Near-duplicates: pairs with the files that they share, beside the score."""

from __future__ import annotations

import csv
import io
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from openpyxl import load_workbook

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


def people(tmp_path: Path, name: str, *rows: str) -> Path:
    file = tmp_path / name
    file.write_text("\n".join(("name,repo,ref,folder", *rows)) + "\n")
    return file


@pytest.fixture
def two_commits(tmp_path: Path) -> Path:
    """A repository with the tag v1 and a later commit, all in the folder src but for a README."""
    folder = build(tmp_path, "one", {**OWN, "README.md": "# One\n"})
    git(folder, "tag", "v1")
    write_files(folder, {"src/later.py": module("later")})
    commit_all(folder)
    return folder


def test_two_people_with_two_commits_of_one_repository(batch_of: RunBatch, tmp_path, two_commits):
    batch_of(people(tmp_path, "list.csv", f"Ann,{two_commits},v1,", f"Bob,{two_commits},main,"))
    (pair,) = found(tmp_path)
    assert pair["with rows"] == "row 2, the same repository at another commit"
    assert (pair["share of its text"], pair["files"]) == ("1.0", "4")
    assert (
        "is also in row 1 (Ann), the same repository at another commit" in (tmp_path / "out" / "batch.csv").read_text()
    )


@pytest.mark.parametrize(("folder", "shown"), [("src", True), ("docs", False)])
def test_folders_of_one_repository_are_a_pair_where_they_overlap(batch_of: RunBatch, tmp_path, folder, shown):
    whole = build(tmp_path, "one", {**OWN, "src/api/app.py": module("app"), "docs/conf.py": module("conf")})
    batch_of(people(tmp_path, "list.csv", f"Ann,{whole},,src/api", f"Bob,{whole},,{folder}"))
    assert [pair["with rows"] for pair in found(tmp_path)] == ["row 2, the same repository, another folder"] * shown


def test_folders_beside_each_other_in_one_repository_are_compared(batch_of: RunBatch, tmp_path):
    copied = {path.replace("src/", "bob/lib/"): text for path, text in OWN.items()}
    own = {path.replace("src/", "ann/src/"): text for path, text in OWN.items()}
    course = build(tmp_path, "course", {**own, **copied, "cyd/app.py": module("app"), "ann2/app.py": module("other")})
    batch_of(
        people(tmp_path, "list.csv", *(f"{name},{course},,{name.lower()}" for name in ("Ann", "Bob", "Cyd", "Ann2")))
    )
    (pair,) = found(tmp_path)
    assert (pair["rows"], pair["with rows"], pair["files"]) == ("row 1", "row 2", "4")
    assert (pair["repository"], pair["with"]) == ("course (ann)", "course (bob)")
    batch_of(people(tmp_path, "late.csv", f"Dan,{course},,bob"), "late")
    assert any(
        "earlier batch" in pair["with rows"] and pair["with"] == "course (ann)" for pair in found(tmp_path, "late")
    )


def test_what_many_folders_of_one_repository_have_is_course_material(batch_of: RunBatch, tmp_path, monkeypatch):
    monkeypatch.setattr(analyzer.batch.likeness, "COMMON", 3)
    names = ("ann", "bob", "cyd", "dan")
    files = {path.replace("src", name): text for name in names for path, text in OWN.items()}
    course = build(tmp_path, "course", files | {f"{name}/own.py": module(name) for name in names})
    batch_of(people(tmp_path, "list.csv", *(f"{name},{course},,{name}" for name in names)))
    assert found(tmp_path) == []


def test_two_folders_of_one_person_are_no_pair(batch_of: RunBatch, tmp_path, two_commits):
    batch_of(people(tmp_path, "list.csv", f"Ann,{two_commits} {two_commits}/src,,", "Bob,/not/there,,"))
    assert found(tmp_path) == []


@pytest.mark.parametrize(("ref", "remark"), [("main", ""), ("v1", " at another commit")])
def test_somebody_else_handed_it_in_before(batch_of: RunBatch, tmp_path, two_commits, ref, remark):
    batch_of(people(tmp_path, "first.csv", "Cy,/not/there,,", f"Ann,{two_commits},main,"), "first")
    batch_of(people(tmp_path, "later.csv", f"Dora,{two_commits},{ref},"))
    (pair,) = found(tmp_path)
    assert pair["rows"] == "row 1"
    assert pair["with rows"].startswith("an earlier batch (")
    assert pair["with rows"].endswith(f"), row 2, the same repository{remark}")


def test_what_an_applicant_handed_in_before_is_no_pair(batch_of: RunBatch, tmp_path, two_commits):
    copy = build(tmp_path, "copy", OWN)
    batch_of(people(tmp_path, "first.csv", f"Ann,{two_commits},v1,", f"Bob,{two_commits},v1,"), "first")
    batch_of(people(tmp_path, "again.csv", f"Bob,{two_commits},v1,", f"ann ,{two_commits},main,"), "again")
    assert [pair["with rows"] for pair in found(tmp_path, "again")] == ["row 2, the same repository at another commit"]
    batch_of(people(tmp_path, "moved.csv", f"Ann,{copy},,"), "moved", store=tmp_path / "moved.sqlite")
    batch_of(people(tmp_path, "back.csv", f"Ann,{two_commits},,"), "back", store=tmp_path / "moved.sqlite")
    assert found(tmp_path, "back") == []


def test_a_list_without_names_is_no_list_of_other_people(batch_of: RunBatch, tmp_path, two_commits):
    batch_of(listed(tmp_path, two_commits), "first")
    batch_of(listed(tmp_path, build(tmp_path, "alone", {"a.py": module("a")}), two_commits, name="longer.txt"))
    assert found(tmp_path) == []


def test_a_store_of_the_form_before_says_nothing_of_people(batch_of: RunBatch, tmp_path, two_commits):
    batch_of(people(tmp_path, "first.csv", f"Ann,{two_commits},main,"), "first")
    with closing(sqlite3.connect(tmp_path / "store.sqlite", isolation_level=None)) as store:
        store.execute("alter table member drop column mark")
        store.execute("delete from meta where name = 'salt'")
        store.execute("pragma user_version = 1")
    batch_of(people(tmp_path, "later.csv", f"Dora,{two_commits},main,"))
    assert found(tmp_path) == []
    batch_of(people(tmp_path, "last.csv", f"Eve,{two_commits},main,"), "last")
    (pair,) = found(tmp_path, "last")
    assert pair["with rows"].count("row 1") == 1


def test_the_store_holds_no_name_of_an_applicant(batch_of: RunBatch, tmp_path, two_commits):
    batch_of(people(tmp_path, "list.csv", f"Zenobia,{two_commits},,"))
    with open_store(tmp_path / "store.sqlite") as store:
        assert [len(mark) for (mark,) in store.query("select mark from member")] == [2]
    assert b"zenobia" not in (tmp_path / "store.sqlite").read_bytes().lower()


def test_a_row_that_was_corrected_is_compared_as_it_is_now(batch_of: RunBatch, tmp_path, two_commits):
    batch_of(people(tmp_path, "list.csv", f"Ann,{two_commits},,", f"Bob,{two_commits},,"))
    with open_store(tmp_path / "store.sqlite") as store, store.writing():
        (batch,) = next(store.query("select batch from member limit 1"))
        store.remember(batch, 2, [], "Bob")
        assert list(pairs_of(store, batch)) == []


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
    assert not {"applicants", "with applicants", "repository", "with", "shared"} & set(pair)


def test_the_table_of_pairs_says_who_they_are(batch_of: RunBatch, tmp_path):
    one, other = build(tmp_path, "one", OWN), build(tmp_path, "other", OWN)
    file = people(tmp_path, "list.csv", f"Ann,{one},,", f",{other},,", f"Cyd,{other},,")
    batch_of(file)
    assert [(pair["applicants"], pair["with applicants"]) for pair in found(tmp_path)] == [
        ("Cyd", "Cyd"),
        ("Ann", "Cyd"),
    ]
    sheet = load_workbook(tmp_path / "out" / "batch.xlsx")["Near-duplicates"]
    assert [row[:4] for row in sheet.iter_rows(values_only=True)][2] == ("row 1", "Ann", "row 2, row 3", "Cyd")


def test_the_key_file_says_who_the_pairs_of_a_blind_batch_are(batch_of: RunBatch, tmp_path, capsysbinary):
    one, other = build(tmp_path, "one", OWN), build(tmp_path, "other", OWN)
    key = tmp_path / "key.jsonl"
    batch_of(people(tmp_path, "list.csv", f"Ann,{one},,", f"Bob,{other},,"), key=key)
    assert main(["unblind", str(tmp_path / "out" / "pairs.csv"), "--key", str(key)]) == 0
    (pair,) = csv.DictReader(io.StringIO(capsysbinary.readouterr().out.decode("utf-8-sig")))
    assert {pair["applicants"], pair["with applicants"]} == {"Ann", "Bob"}
    assert list(pair)[:4] == ["rows", "applicants", "with rows", "with applicants"]


def test_a_blind_batch_tells_what_was_handed_in_before(batch_of: RunBatch, tmp_path, two_commits):
    batch_of(people(tmp_path, "first.csv", f"Ann,{two_commits},,"), "first")
    batch_of(people(tmp_path, "later.csv", f"Dora,{two_commits},,"), key=tmp_path / "key.jsonl")
    (pair,) = found(tmp_path)
    assert {"an earlier batch, the same repository"} < {pair["rows"], pair["with rows"]}


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


def monorepo(root: Path, name: str, copied: str) -> Path:
    """A repository of two projects, one with a README, code and requirements that it has from elsewhere, one of its own."""
    own = {f"{name}-work/{name}_{part}.py": module(f"{name}_{part}", 300) for part in ("load", "train", "serve")}
    files = {path.replace("src/", f"{copied}/"): text for path, text in OWN.items()}
    for folder in (f"{name}-work", copied):
        files |= {
            f"{folder}/README.md": f"# {folder}\n\nIt predicts.\n",
            f"{folder}/requirements.txt": "mlflow==2.9.2\n",
        }
    return build(root, name, {**own, **files})


def test_a_project_copied_between_repositories_of_several_is_a_pair(batch_of: RunBatch, tmp_path):
    one, other = monorepo(tmp_path, "one", "demand"), monorepo(tmp_path, "other", "final")
    batch_of(listed(tmp_path, one, other))
    (pair,) = found(tmp_path)
    assert (pair["repository"], pair["with"]) == ("one (demand)", "other (final)")
    assert (pair["share of its text"], pair["files"]) == ("1.0", "4")
    batch_of(listed(tmp_path, monorepo(tmp_path, "third", "copy"), name="later.txt"), "later")
    assert {pair["repository"] for pair in found(tmp_path, "later")} == {"third (copy)"}
