"""Notebooks: code cells as one module with lines of the file."""

from __future__ import annotations

import json
from typing import Any

import pytest

from analyzer.artifacts.notebook import Notebook, parse_notebook


def cell(source: str | list[str], **more: Any) -> dict[str, Any]:
    """A cell as Jupyter writes it: keys in alphabetical order."""
    return dict(sorted({"cell_type": "code", "source": source, **more}.items()))


def parse(*cells: dict[str, Any]) -> tuple[Notebook, list[str]]:
    raw = json.dumps({"cells": list(cells), "nbformat": 4}, indent=1)
    return parse_notebook("eda.ipynb", raw), raw.split("\n")


def test_code_stands_on_the_lines_of_the_file() -> None:
    notebook, lines = parse(cell(["import pandas as pd\n", "df = pd.read_csv('a.csv')"]), cell(["df.head()"]))
    called = {call.name: call.line for call in notebook.module.calls}
    assert "pd.read_csv" in lines[called["pandas.read_csv"] - 1]
    assert "df.head" in lines[called["pandas.read_csv.head"] - 1]
    assert (notebook.module.notebook, notebook.error) == (True, "")


def test_outputs_before_the_source_do_not_move_lines() -> None:
    output = {"output_type": "stream", "text": ["fit()\n", "x = 1\n"]}
    notebook, lines = parse(cell(["x = 1"], outputs=[output]), cell(["fit()"], outputs=[output]))
    (call,) = notebook.module.calls
    assert '"source": [' in lines[call.line - 2]
    assert call.line == len(lines) - 5 or "fit()" in lines[call.line - 1]


def test_the_same_line_twice_has_two_lines() -> None:
    notebook, _ = parse(cell(["f()\n", "f()\n", "f()"]))
    first, second, third = (call.line for call in notebook.module.calls)
    assert (second - first, third - second) == (1, 1)


def test_an_empty_cell_does_not_shift_the_next() -> None:
    notebook, lines = parse(cell([]), cell(""), cell(["g()"], outputs=[{"text": "g()"}]))
    assert '"source"' in lines[notebook.module.calls[0].line - 2]


def test_magics_are_blanked_and_shell_lines_kept() -> None:
    notebook, lines = parse(
        cell(["%matplotlib inline\n", "!pip install pandas\n", "if x:\n", "    !ls\n", "files = !ls\n", "y = 1"])
    )
    assert [(command, "!" in lines[line - 1]) for line, command in notebook.shell] == [
        ("pip install pandas", True),
        ("ls", True),
    ]
    assert [item.target for item in notebook.module.assignments] == ["y"]
    assert notebook.error == ""


def test_cells_of_other_languages_are_left_out() -> None:
    notebook, lines = parse(cell(["%%bash\n", "dvc pull"]), cell(["%%sql\n", "select 1"]), cell(["%%time\n", "fit()"]))
    assert [(lines[line - 1].strip(), command) for line, command in notebook.shell] == [('"dvc pull"', "dvc pull")]
    assert [call.name for call in notebook.module.calls] == ["fit"]


def test_prose_has_the_line_of_its_first_words() -> None:
    notebook, lines = parse(
        cell(["\n", "# Title\n"], cell_type="markdown"), cell(" ", cell_type="markdown"), cell("x", cell_type="raw")
    )
    ((line, text),) = notebook.markdown
    assert ("# Title" in lines[line - 1], text) == (True, "\n# Title\n")


def test_outputs_and_execution() -> None:
    outputs = [{"text": ["AUC", " 0.9"]}, {"data": {"text/plain": "0.9"}}, {"data": 1}, "junk"]
    notebook, _ = parse(cell("x", outputs=outputs, execution_count=3), cell("y", outputs={}, execution_count=None))
    assert (tuple(item.text for item in notebook.outputs), notebook.executed) == (("AUC 0.9", "0.9"), True)


def test_letters_of_any_alphabet_are_located_however_they_were_written() -> None:
    document = {"cells": [cell(["s = 'größe'\n", "f(s)"])]}
    for plain in (True, False):
        raw = json.dumps(document, indent=1, ensure_ascii=plain)
        call = parse_notebook("x.ipynb", raw).module.calls[0]
        assert "f(s)" in raw.split("\n")[call.line - 1]


def test_notebooks_of_format_3_are_read() -> None:
    raw = json.dumps(
        {"worksheets": [{"cells": [{"cell_type": "code", "input": ["print 'two'\n", "f()"], "prompt_number": 1}]}, 1]},
        indent=1,
    )
    notebook = parse_notebook("old.ipynb", raw)
    assert (notebook.executed, [call.name for call in notebook.module.calls]) == (True, ["f"])
    assert "print" in raw.split("\n")[notebook.module.error_line - 1]


@pytest.mark.parametrize(
    ("raw", "error"),
    [
        ("", ""),
        ("{}", ""),
        ("[]", "no notebook"),
        ("{", "no valid JSON"),
        ("9" * 5000, "no valid JSON"),
        ("[" * 99_000, "nested too deeply"),
        ('{"cells": [1], "worksheets": 2}', ""),
        ('{"cells": [{"cell_type": "code", "source": [1]}, {"cell_type": "code"}]}', ""),
    ],
)
def test_what_is_no_notebook_has_no_code(raw: str, error: str) -> None:
    notebook = parse_notebook("x.ipynb", raw)
    assert (notebook.module.statements, notebook.shell) == (0, ())
    assert notebook.error.startswith(error)
    assert bool(notebook.error) == bool(error)
