"""CSV with quotes that somebody forgot."""

from __future__ import annotations

from pathlib import Path

import pytest

from analyzer.batch.delimited import csv_rows
from analyzer.batch.rows import Row, read_rows


def rows(path: Path, text: str) -> list[Row]:
    path.write_text(text)
    return list(read_rows(path))


@pytest.mark.parametrize(
    "first",
    [
        'Ada,o/r,"ok',  # nothing closes it
        '"Ada,o/r,ok',
        'Ada,o/r,"ok\nEve,o/v,"fine',  # the next one that nobody closed seems to
    ],
)
def test_a_quote_that_nothing_closes_costs_its_own_row_alone(tmp_path, first):
    found = rows(tmp_path / "a.csv", f"name,repo,note\n{first}\nBob,o/s,fine\nCy,o/t,fine\n")
    assert found[0].problem == "line 2 has a quote that nothing closes"
    assert [(row.applicant, row.targets) for row in found if not row.problem] == [("Bob", ("o/s",)), ("Cy", ("o/t",))]


def test_the_row_of_the_quote_still_says_who_it_is(tmp_path):
    found = rows(tmp_path / "a.csv", 'name,repo,note\nAda,o/r,"ok\nBob,o/s,fine\n')
    assert (found[0].applicant, found[0].targets) == ("Ada", ("o/r",))


def test_a_cell_that_closes_after_whole_rows_swallowed_them(tmp_path):
    found = rows(tmp_path / "a.csv", 'name,repo,note\nAda,o/r,"ok\nBob,o/s,fine"\nCy,o/t,fine\n')
    assert [bool(row.problem) for row in found] == [True, False, False]


@pytest.mark.parametrize("cell", ['"o/r\no/s"', '"o/r, main\no/s, main"', '"https://github.com/o/r\nand, more"'])
def test_lines_of_a_cell_are_no_rows(tmp_path, cell):
    (row,) = rows(tmp_path / "a.csv", f"name,repo\nAda,{cell}\n")
    assert (row.applicant, row.problem) == ("Ada", "")


@pytest.mark.parametrize(
    ("text", "cells"),
    [
        ('"Ann" Lee,o/r\n', ("Ann Lee", "o/r")),
        ('he said "hi" once,o/r\n', ('he said "hi" once', "o/r")),
        ('"said ""hi"", ok",o/r\n', ('said "hi", ok', "o/r")),
    ],
)
def test_quotes_within_a_line_are_read_as_they_are_meant(text, cells):
    (row,) = csv_rows([text], ",")
    assert (row.cells, row.problem) == (cells, "")


@pytest.mark.parametrize("cell", ["x" * 200_000, '"' + "x\n" * 900 + "x" * 200_000 + '"'])
def test_a_cell_that_is_too_long_is_a_problem_of_its_row(tmp_path, cell):
    found = rows(tmp_path / "a.csv", f"name,repo,cv\nAda,o/r,{cell}\nBob,o/s,\n")
    assert [row.problem[:28] for row in found] == ["line 2 cannot be read as CSV", ""]
    assert found[1].targets == ("o/s",)


def test_many_quotes_that_nobody_closed_take_no_long_time(tmp_path):
    found = rows(tmp_path / "a.csv", "name,repo,note\n" + 'Ada",o/r,"\n' * 5000)
    assert len(found) == 5000
    assert all(row.problem for row in found)
