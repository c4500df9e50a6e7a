"""A batch from its file to its tables."""

from __future__ import annotations

import csv
import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from openpyxl import load_workbook

from analyzer.analysis import Options, analyze
from analyzer.batch.ranking import Ranked, ranked
from analyzer.batch.work import Outcome
from analyzer.errors import UsageError
from tests.batch.conftest import RunBatch, lines_of, scores, sorted_bytes
from tests.conftest import commit_all, write_files


def test_each_row_ends_with_a_score_or_its_cause(applicants, batch_of: RunBatch, projects, tmp_path):
    counts = batch_of(applicants)
    assert (counts.total, counts.failed, counts.stored) == (9, 1, 0)
    found = lines_of(tmp_path / "out")
    assert [line["score"] for line in found[:8]] == [analyze(str(path)).scorecard.score for path in projects]
    last = found[8]
    assert (last["status"], last["score"], last["error"]["exit_code"]) == ("failed", None, 3)
    assert last["error"]["what"] == "There is no folder /not/there"


def test_a_line_says_what_its_score_rests_on(applicants, batch_of: RunBatch, projects, tmp_path):
    batch_of(applicants)
    line = lines_of(tmp_path / "out")[3]
    report = analyze(str(projects[3]))
    assert line["basis"]["rubric"] == {"id": "mlops", "version": report.rubric.version, "sha256": report.rubric.sha256}
    assert line["basis"]["tool"]["version"] == report.tool_version
    assert line["repositories"][0]["commit"] == report.target.commit
    assert line["given"] == {"Name": "Person 4", "E-mail": "p4@example.org"}
    assert {item["id"] for item in line["criteria"]} == {item.id for item in report.rubric.criteria}
    assert sum(item["points"] for item in line["criteria"]) == pytest.approx(line["score"], abs=0.1)


def test_a_second_batch_takes_what_did_not_change_from_the_store(applicants, batch_of: RunBatch, projects, tmp_path):
    batch_of(applicants)
    counts = batch_of(applicants, "again")
    assert counts.stored == 8
    assert sorted_bytes(tmp_path / "again") == sorted_bytes(tmp_path / "out")


def test_a_new_commit_is_looked_at(batch_of: RunBatch, git_repository, tmp_path):
    work = git_repository({"README.md": "# Work\n"})
    file = tmp_path / "list.txt"
    file.write_text(f"{work}\n")
    batch_of(file)
    write_files(work, {"train.py": "from sklearn.svm import SVC\nSVC().fit([[1]], [1])\n"})
    commit = commit_all(work)
    assert batch_of(file, "again").stored == 0
    (line,) = lines_of(tmp_path / "again")
    assert line["repositories"][0]["commit"] == commit
    assert line["score"] > (scores(tmp_path / "out")[1] or 0)


def test_a_row_with_several_takes_the_best_of_each(batch_of: RunBatch, projects, tmp_path):
    file = tmp_path / "list.jsonl"
    several = [str(projects[3]), str(projects[4]), "/not/there"]
    file.write_text(json.dumps({"repos": several}) + "\n" + json.dumps({"repos": several[:1]}) + "\n")
    batch_of(file)
    both, best = lines_of(tmp_path / "out")
    assert both["score"] == best["score"]
    assert [item["target"] for item in both["repositories"]] == several[:2]
    assert [error["target"] for error in both["not_read"]] == ["/not/there"]
    evidence = {item["repository"] for item in both["criteria"]} - {""}
    assert evidence <= {"ships", "tea"}


def test_ref_and_folder_of_a_row(batch_of: RunBatch, git_repository, tmp_path):
    work = git_repository(
        {"README.md": "# Work\n", "app/train.py": "from sklearn.svm import SVC\nSVC().fit([[1]], [1])\n"}
    )
    first = commit_all(work)
    write_files(work, {"later.md": "later\n"})
    commit_all(work)
    file = tmp_path / "list.csv"
    file.write_text(f"repo,ref,subdir\n{work},{first},app\n")
    batch_of(file)
    (line,) = lines_of(tmp_path / "out")
    assert (line["repositories"][0]["commit"], line["repositories"][0]["subdir"]) == (first, "app")
    assert batch_of(file, "again").stored == 1


# -- going on ----------------------------------------------------------------------------------------------------------


def test_results_are_not_overwritten(applicants, batch_of: RunBatch):
    batch_of(applicants)
    with pytest.raises(UsageError, match="holds results of a batch already"):
        batch_of(applicants)


def test_resume_repeats_nothing_and_loses_nothing(applicants, batch_of: RunBatch, tmp_path):
    batch_of(applicants, "whole")
    batch_of(applicants)
    results = tmp_path / "out" / "results.jsonl"
    kept = results.read_bytes().splitlines(keepends=True)
    results.write_bytes(b"".join(kept[:4]) + kept[4][:100])  # ended while it wrote the fifth line
    counts = batch_of(applicants, resume=True, store=tmp_path / "other.sqlite")
    assert (counts.before, counts.ran, counts.finished) == (4, 5, 9)
    assert sorted_bytes(tmp_path / "out") == sorted_bytes(tmp_path / "whole")


def test_resume_of_another_file_is_refused(applicants, batch_of: RunBatch):
    batch_of(applicants)
    applicants.write_text(applicants.read_text() + "Person 10,x,o/r\n")
    with pytest.raises(UsageError, match="another file of applicants"):
        batch_of(applicants, resume=True)


def test_resume_by_another_rubric_is_refused(applicants, batch_of: RunBatch):
    batch_of(applicants)
    with pytest.raises(UsageError, match="another rubric, version, limits or choice"):
        batch_of(applicants, resume=True, options=Options(rubric="startup"))


def test_failed_rows_are_run_again_on_request(batch_of: RunBatch, git_repository, tmp_path):
    file = tmp_path / "list.txt"
    good = git_repository({"README.md": "# Work\n"})
    file.write_text(f"{good}\n{tmp_path / 'late'}\n")
    assert batch_of(file).failed == 1
    assert batch_of(file, resume=True).failed == 1
    git_repository({"README.md": "# Late\n"}, "late")
    counts = batch_of(file, retry=True)
    assert (counts.before, counts.done, counts.failed) == (1, 1, 0)
    assert [line["status"] for line in lines_of(tmp_path / "out")] == ["done", "done"]


@pytest.mark.parametrize("blind", [False, True])
def test_a_corrected_row_is_run_again(blind, applicants, batch_of: RunBatch, projects, tmp_path):
    more = {"key": tmp_path / "key.jsonl"} if blind else {}
    batch_of(applicants, **more)
    applicants.write_text("# corrected\n" + applicants.read_text().replace("/not/there", str(projects[0])))
    counts = batch_of(applicants, retry=True, **more)
    assert (counts.before, counts.ran, counts.failed) == (8, 1, 0)
    assert batch_of(applicants, resume=True, **more).before == 9
    if not blind:
        assert lines_of(tmp_path / "out")[8]["targets"] == [str(projects[0])]


def test_a_corrected_row_of_several_is_run_again(batch_of: RunBatch, projects, tmp_path):
    file = tmp_path / "list.jsonl"
    file.write_text(json.dumps({"repos": [str(projects[0]), "/not/there"]}) + "\n")
    batch_of(file)
    file.write_text(json.dumps({"repos": [str(projects[1]), str(projects[2])]}) + "\n")
    batch_of(file, retry=True)
    (line,) = lines_of(tmp_path / "out")
    assert ([item["name"] for item in line["repositories"]], line["not_read"]) == (["bread", "cars"], [])
    with sqlite3.connect(tmp_path / "store.sqlite") as store:
        assert store.execute("select count(*) from member").fetchone() == (2,)
    store.close()


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("Person 1,", "Somebody,", "Line 2 of .* is another"),
        ("p2@example.org", "", "Line 3 of .* is another"),
        ("Person 3,p3@example.org", "P\nPerson 3,p3@example.org", "Line 4 of .* is another"),
        ("Name,", "Name,branch,", "Line 2 of .* is another"),
    ],
)
def test_a_file_with_other_rows_that_are_done_is_refused(applicants, batch_of: RunBatch, tmp_path, old, new, words):
    batch_of(applicants)
    before = (tmp_path / "out" / "results.jsonl").read_bytes()
    text = applicants.read_text()
    applicants.write_text(text.replace(old, new))
    with pytest.raises(UsageError, match=words):
        batch_of(applicants, retry=True)
    applicants.write_text("".join(text.splitlines(keepends=True)[:5]))
    with pytest.raises(UsageError, match="fewer rows than were analyzed"):
        batch_of(applicants, retry=True)
    assert (tmp_path / "out" / "results.jsonl").read_bytes() == before


def test_a_damaged_manifest_is_told(applicants, batch_of: RunBatch, tmp_path):
    batch_of(applicants)
    (tmp_path / "out" / "batch.json").write_text("{")
    with pytest.raises(UsageError, match="is damaged"):
        batch_of(applicants, resume=True)


def test_an_empty_list_is_wrong_use(batch_of: RunBatch, tmp_path):
    (tmp_path / "list.txt").write_text("# nobody\n")
    with pytest.raises(UsageError, match="holds no applicant"):
        batch_of(tmp_path / "list.txt")


def test_two_workers_give_the_same_lines(applicants, batch_of: RunBatch, tmp_path):
    batch_of(applicants, "one")
    batch_of(applicants, "two", jobs=2, store=tmp_path / "other.sqlite")
    assert sorted_bytes(tmp_path / "one") == sorted_bytes(tmp_path / "two")


# -- tables ------------------------------------------------------------------------------------------------------------


def test_the_tables_hold_what_the_lines_hold(applicants, batch_of: RunBatch, tmp_path):
    batch_of(applicants)
    with (tmp_path / "out" / "batch.csv").open(encoding="utf-8-sig", newline="") as file:
        table = list(csv.DictReader(file))
    book = load_workbook(tmp_path / "out" / "batch.xlsx", read_only=True)
    sheet = list(book["Applicants"].iter_rows(values_only=True))
    book.close()
    assert [str(value or "") for value in sheet[1]] == [value.replace("\r\n", "\n") for value in table[0].values()]
    failed, *scored = table
    assert (failed["status"], failed["rank"], failed["score"]) == ("failed", "", "")
    assert failed["cause"].startswith("There is no folder /not/there.")
    values = [float(row["score"]) for row in scored]
    assert values == sorted(values, reverse=True)
    expected = {row: value for row, value in scores(tmp_path / "out").items() if value is not None}
    assert {int(row["row"]): float(row["score"]) for row in scored} == expected
    assert {row["rubric sha256"] for row in table} == {lines_of(tmp_path / "out")[0]["basis"]["rubric"]["sha256"]}
    assert all(row["analyzed (UTC)"].startswith("20") and len(row["commits"]) == 40 for row in scored)


def test_the_page_needs_nothing_from_elsewhere(applicants, batch_of: RunBatch, tmp_path):
    text = applicants.read_text().replace("Person 1,", "<script>alert(1)</script>,")
    applicants.write_text(text)
    batch_of(applicants)
    page = (tmp_path / "out" / "batch.html").read_text()
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "src=" not in page
    assert "Person 9" in page
    assert "There is no folder /not/there" in page


def test_the_page_says_of_whom_and_of_what_it_speaks(batch_of: RunBatch, projects, tmp_path):
    file = tmp_path / "list.csv"
    both = f"{projects[3]} owner/gone"
    file.write_text(f"name,repo\nAda,{projects[3]}\nBob,{both}\n,/not/there\n")
    batch_of(file, options=Options(offline=True))
    page = (tmp_path / "out" / "batch.html").read_text()
    assert '<th scope="row" dir="auto">Bob<br><span class="soft">row 2</span></th>' in page
    assert "the same repository as row 1 (Ada)" in page
    assert "<tr><td>row 1 (Ada), row 2 (Bob)<br>" in page
    assert '<br><span class="soft">row 3</span></th><td><span class="soft" dir="ltr">/not/there</span>' in page
    assert "1 of those with a score was read in part" in page
    assert "Not read: owner/gone is not on this machine" in page


def test_one_criterion_is_one_criterion(applicants, batch_of: RunBatch, tmp_path, monkeypatch):
    def with_one_unknown(*given: Any) -> Iterator[Ranked]:
        for item in ranked(*given):
            yield replace(item, line={**item.line, "unknown": ["hosted"]})

    monkeypatch.setattr("analyzer.batch.finish.ranked", with_one_unknown)
    batch_of(applicants)
    assert ">1 criterion not assessed<" in (tmp_path / "out" / "batch.html").read_text()


def test_the_store_holds_no_names_of_applicants(applicants, batch_of: RunBatch, tmp_path):
    batch_of(applicants)
    with sqlite3.connect(tmp_path / "store.sqlite") as store:
        dump = "\n".join(store.iterdump())
    store.close()
    assert "Person" not in dump
    assert "example.org" not in dump


def test_an_outcome_is_small():
    """What travels between processes holds no report."""
    assert set(Outcome.__struct_fields__) == {"text", "done", "fresh", "sources", "made", "seconds", "peak"}
    assert replace(Outcome(b"{}\n", done=True), seconds=1.0).seconds == 1.0


def test_a_store_of_another_form_is_told(applicants, batch_of: RunBatch, tmp_path):
    store = sqlite3.connect(tmp_path / "store.sqlite")
    store.execute("pragma user_version = 99")
    store.close()
    with pytest.raises(UsageError, match="it has form 99"):
        batch_of(applicants)
    (tmp_path / "text.sqlite").write_text(
        "this is no database, and long enough to say so to everybody who looks at it\n" * 20
    )
    with pytest.raises(UsageError, match="cannot be read"):
        batch_of(applicants, store=tmp_path / "text.sqlite")
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="cannot be opened"):
        batch_of(applicants, store=Path(tmp_path / "file" / "store.sqlite"))


def test_a_row_reads_no_file_of_this_machine(batch_of: RunBatch, projects, tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("the word of the house\n")
    (tmp_path / "plain").mkdir()
    file = tmp_path / "a.csv"
    file.write_text(f"name,repo\nAda,{secret}\nBob,{tmp_path / 'plain'}\nCy,{projects[3]};{secret};@octocat\n")
    batch_of(file, options=Options(offline=True))
    batch_of(file, "none", options=Options(local=False))
    ada, bob, _ = lines_of(tmp_path / "out")
    assert ada["error"]["what"] == f"{secret} is a file"
    assert bob["error"]["what"] == f"{tmp_path / 'plain'} is a folder of no git repository"
    assert [line["error"]["hint"] for line in lines_of(tmp_path / "none")[:2]] == [
        "Give an address, or leave out --no-local."
    ] * 2
    for folder in ("out", "none"):
        assert not any("the word" in item.read_text("utf-8", "replace") for item in (tmp_path / folder).iterdir())


def test_no_two_columns_of_the_table_have_one_name(batch_of: RunBatch, projects, tmp_path):
    """The names of the table's own columns stand in ``analyzer.batch.columns`` too: those of a list differ from them."""

    def header(output: str) -> list[str]:
        with (tmp_path / output / "batch.csv").open(encoding="utf-8-sig", newline="") as table:
            return next(csv.reader(table))

    file = tmp_path / "a.csv"
    file.write_text(f"repo\n{projects[0]}\n")
    batch_of(file)
    own = header("out")
    with file.open("w", newline="") as out:
        csv.writer(out).writerows([["repo", *own], [projects[0], *("x" for _ in own)]])
    batch_of(file, "again")
    again = header("again")
    assert len(again) == len(set(again)) == 2 * len(own)


def test_several_from_the_store_give_the_bytes_of_a_first_run(batch_of: RunBatch, git_repository, tmp_path):
    """A file that is too large to be read makes criteria unknown, whose points still belong to the maximum."""
    works = [git_repository({"train.py": f"{name} = 1\n" * 200, "README.md": "# Work\n"}, name) for name in "xy"]
    file = tmp_path / "list.jsonl"
    file.write_text(json.dumps({"repos": list(map(str, works))}) + "\n")
    options = Options(limits=Options().limits.with_overrides(blob_bytes=500))
    batch_of(file, options=options)
    assert batch_of(file, "again", options=options).stored == 1
    assert sorted_bytes(tmp_path / "again") == sorted_bytes(tmp_path / "out")
    assert lines_of(tmp_path / "out")[0]["unknown"]
