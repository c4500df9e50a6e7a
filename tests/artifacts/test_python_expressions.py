"""What is known of the value and the name of an expression."""

from __future__ import annotations

import ast

import pytest

from analyzer.artifacts.python_expressions import Resolver, side_words
from analyzer.artifacts.python_source import parse_python
from analyzer.artifacts.python_values import Name, Value


def argument(text: str) -> Value:
    """The first argument of the last call of ``f`` in a module."""
    return [call for call in parse_python("app.py", text).calls if call.name == "f"][-1].args[0]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("f('a')", "a"),
        ("f(b'a')", None),
        ("f(1.5)", 1.5),
        ("f(-2)", -2),
        ("f(-x)", None),
        ("f(not x)", None),
        ("f(x)", Name("x")),
        ("f(a.b)", Name("a.b")),
        ("x = 'v'\nf(x)", "v"),
        ("x = g()\nf(x)", Name("g")),
        ("f(f'{a}-{1}')", "{}-1"),
        ("x = 'v'\nf(f'{x}/a')", "v/a"),
        ("f(['a', 1, None])", ("a", 1, None)),
        ("f({'k': 'v'})", ("k", "v")),
        ("f({**x})", (None, Name("x"))),
        ("f(Path('a') / 'b')", "a/b"),
        ("f(ROOT / 'b')", "{}/b"),
        ("f('a' + x)", "a{}"),
        ("f(x + y)", None),
        ("f(x * 2)", None),
        ("f(lambda: 0)", None),
        ("f(str('a'))", "a"),
        ("f(g(1))", Name("g")),
        ("import os\nf(os.path.join('a', x, 'b'))", "a/{}/b"),
        ("import os\nf(os.getenv('A', 'd'))", "d"),
        ("import os\nf(os.getenv('A'))", Name("os.getenv")),
        ("f([[[[[[[['a']]]]]]]])", (((((((None,),),),),),),)),
    ],
)
def test_values_of_arguments(text: str, value: Value) -> None:
    assert argument(text) == value


def test_parameters_hide_constants_of_the_module() -> None:
    assert argument("x = 'v'\ndef g(x):\n    f(x)\n") == Name("x")


def test_constants_of_self() -> None:
    text = "class A:\n    def __init__(self):\n        self.p = 'v'\n    def g(self):\n        f(self.p)\n"
    assert argument(text) == "v"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("a.b[0].c()", "a.b.c"),
        ("(await a.b()).c", "a.b.c"),
        ("'x'.join", ".join"),
        ("[].append", ".append"),
        ("'x'", ""),
        ("1 + 1", ""),
        ("self.x.y", "self.x.y"),
    ],
)
def test_names_of_expressions(text: str, name: str) -> None:
    assert Resolver().name(ast.parse(text, mode="eval").body) == name


def test_no_expression_has_no_name_and_no_value() -> None:
    assert (Resolver().name(None), Resolver().value(None)) == ("", None)


def test_a_local_variable_shadows_an_import() -> None:
    text = "from a import b\nb = 1 + 1\nuse(b)\n"
    assert [item.name for item in parse_python("app.py", text).references] == []


def test_words_of_a_side_are_in_lower_case_and_once() -> None:
    node = ast.parse("metrics['AUC'] - Old.auc", mode="eval").body
    assert side_words(node) == ("auc", "metrics", "old")
