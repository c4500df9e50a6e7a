"""Excel files as people keep them."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from openpyxl import Workbook

from analyzer.batch.rows import Row, read_rows

URL = "https://github.com/o/r"


def rows(path: Path, *cells: list[Any], links: dict[str, str] | None = None) -> list[Row]:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for values in cells:
        sheet.append(values)
    for place, target in (links or {}).items():
        sheet[place].hyperlink = target
    book.save(path)
    return list(read_rows(path))


def test_a_link_stands_for_the_words_that_it_is_on(tmp_path):
    cells = ["Name", "GitHub"], ["Ada", "link"], ["Bob", "o/s"]
    found = rows(tmp_path / "a.xlsx", *cells, links={"A2": "https://github.com/x/y", "B2": URL, "B3": URL})
    assert [(row.applicant, row.targets) for row in found] == [("Ada", (URL,)), ("Bob", ("o/s",))]


def test_a_link_by_formula_is_one(tmp_path):
    (row,) = rows(tmp_path / "a.xlsx", ["Name", "Repo"], ["Ada", f'=HYPERLINK("{URL}", "my work")'])
    assert row.targets == (URL,)


def test_a_column_of_links_is_found_by_where_they_lead(tmp_path):
    (row,) = rows(tmp_path / "a.xlsx", ["Name", "Best work"], ["Ada", "here"], links={"B2": URL})
    assert row.targets == (URL,)


def test_a_formula_whose_value_is_not_in_the_file_is_no_empty_cell(tmp_path):
    (row,) = rows(tmp_path / "a.xlsx", ["Name", "Repo"], ["Ada", '="o/"&"r"'])
    assert row.problem.startswith("line 2 has a formula in place of its repository")


def test_a_title_above_the_header_is_no_row(tmp_path):
    found = rows(tmp_path / "a.xlsx", ["Applicants 2025"], [], ["Name", "GitHub"], ["Ada", "octocat"])
    assert [(row.line, row.applicant, row.targets) for row in found] == [(4, "Ada", ("octocat",))]


def test_a_day_has_no_time(tmp_path):
    days = datetime(2026, 11, 1), datetime(2026, 11, 1, 9, 30)
    found = rows(tmp_path / "a.xlsx", ["Name", "Repo", "Applied"], *(["Ada", "o/r", day] for day in days))
    assert [dict(row.given)["Applied"] for row in found] == ["2026-11-01", "2026-11-01 09:30:00"]
