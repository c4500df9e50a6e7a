"""F-strings of Python 3.12 and later, read by every Python that runs us."""

from __future__ import annotations

import ast

import pytest

from analyzer.artifacts.fstrings import as_before_pep_701
from analyzer.artifacts.python_source import parse_python


@pytest.mark.parametrize(
    "source",
    [
        """print(f"{row["name"]} is here")""",
        """print(f'{row['name']} and {other["x"]}')""",
        """print(f"{'\\n'.join(rows)}")""",
        """print(f"{f"{inner["a"]}"}")""",
        """print(f"{\nrow["a"]  # why\n}")""",
        '''print(f"""{rows["a"]} "quoted" {rows['b']}""")''',
        """print(f"{value:{width["a"]}}")""",
    ],
)
def test_what_older_versions_refuse_is_read(source: str) -> None:
    text = f"import flask\n{source}\nflask.Flask('x')\n"
    module = parse_python("a.py", text)
    assert module.error == ""
    assert [call.line for call in module.calls if call.name == "flask.Flask"] == [text.count("\n")]


@pytest.mark.parametrize(
    "source",
    [
        "x = f'{{}}' + 'a' 'b'\n",
        "x = rf'\\d{y}' # f'{'\n",
        "x = {'a': \"it's\", 'b': '''f\"{'''}\n",
        "x = f'{a!r:>{w}}' if b else f\"{c['d']}\"\n",
        "x = b'\\x00' + bytes([1])\n",
    ],
)
def test_what_every_version_reads_means_the_same(source: str) -> None:
    assert ast.dump(ast.parse(as_before_pep_701(source))) == ast.dump(ast.parse(source))


def test_a_field_of_many_comments_is_read_once() -> None:
    source = "f'{" + "#\n" * 400_000  # by copies of the rest, this would be 160 GB
    assert as_before_pep_701(source).count("\n") == source.count("\n")


def test_an_error_that_is_no_matter_of_versions_stays() -> None:
    assert parse_python("a.py", 'x = f"{a["b"]}"\ny = (\n').error.startswith("line 2")
