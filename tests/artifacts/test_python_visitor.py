"""Comparisons, conditions and assignments of Python code."""

from __future__ import annotations

import pytest

from analyzer.artifacts.python_source import PythonModule, parse_python
from analyzer.artifacts.python_values import Name
from analyzer.findings import Place


def parse(text: str) -> PythonModule:
    return parse_python("app.py", text)


def test_an_ordering_has_two_sides() -> None:
    (item,) = parse("if new['auc'] > best_auc:\n    promote()\n").comparisons
    assert (item.left, item.right, item.constant) == (("new", "auc"), ("best_auc",), False)
    assert (item.guarded_names, item.flags, item.place) == (("promote",), (), Place("app.py", 1))


@pytest.mark.parametrize(
    ("text", "guarded"),
    [
        ("if a < 1:\n    raise E\n", ("raise",)),
        ("def f():\n    if a < 1:\n        return 1\n    else:\n        g()\n", ("g", "return")),
        ("ok = a < 1\nif ok:\n    g()\n", ("g",)),
        ("if not (a < 1 and b):\n    g()\n", ("g",)),
        ("assert a < 1\n", ("assert",)),
        ("def f():\n    return a < 1\n", ("return",)),
        ("x = g() if a < 1 else h()\n", ()),
    ],
)
def test_what_a_comparison_guards(text: str, guarded: tuple[str, ...]) -> None:
    (item,) = parse(text).comparisons
    assert (item.guarded_names, item.constant) == (guarded, True)


@pytest.mark.parametrize("text", ["if a == 1:\n    b()\n", "if a:\n    b()\n", "f(a < b)\n"])
def test_no_ordering_or_no_decision_is_no_comparison(text: str) -> None:
    assert parse(text).comparisons == ()


def test_conditions_know_what_they_ask_and_do() -> None:
    text = "drift = report.run()\nif drift > limit:\n    retrain()\nelse:\n    raise E\n"
    (item,) = parse(text).conditions
    assert (set(item.asked), item.acts) == ({"drift", "limit", "run"}, ("raise", "retrain"))
    assert (item.scope, item.place) == ("", Place("app.py", 2))


def test_conditional_expressions_choose() -> None:
    (item,) = parse("def f():\n    return 'train' if is_old() else other()\n").conditions
    assert (item.asked, item.acts, item.scope) == (("is_old",), ("is_old", "other", "train"), "f")


def test_assignments_of_the_module() -> None:
    text = "A = 1\nb: str = 'x'\nc: int\nd = e.f\nA += g()\nx.y += z()\ndef h():\n    i = 1\n"
    found = parse(text).assignments
    assert [(item.target, item.value, item.line) for item in found] == [
        ("A", 1, 1),
        ("b", "x", 2),
        ("d", Name("e.f"), 4),
    ]
    assert found[0].place == Place("app.py", 1)


def test_columns_of_frames() -> None:
    text = "df['ratio'] = df['a'] / df['b']\ndf['copy'] = x\ndf.loc[0, 'late'] = f()\ndf[i] = 1\n"
    found = [(item.target, item.column, item.derived, item.line) for item in parse(text).assignments]
    assert found == [("df", "ratio", True, 1), ("df", "copy", False, 2), ("df.loc", "late", True, 3)]


def test_gaps_filled_and_settings_are_no_features() -> None:
    text = "import os\ndf['a'] = df['a'].fillna(0)\nos.environ['X'] = f()\n"
    assert [item.derived for item in parse(text).assignments] == [False, False]


def test_several_targets_take_one_value() -> None:
    calls = parse("a, b = split(x)\na.fit()\n[c] = g()\nd = e = h()\ne.run()\ni.j = k()\n").calls
    assert [call.name for call in calls] == ["split", "split.fit", "g", "h", "h.run", "k"]


def test_with_and_for_bind_names() -> None:
    text = "import mlflow\nwith mlflow.start_run() as run:\n    run.log()\nasync def f():\n    async with s() as t:\n        t.u()\n    async for v in w():\n        v.x()\nfor y in z():\n    y.a()\nelse:\n    b()\nwith c:\n    pass\n"
    names = [call.name for call in parse(text).calls]
    assert names == ["mlflow.start_run", "mlflow.start_run.log", "s", "s.u", "w", "w.x", "z", "z.a", "b"]
    assert parse(text).calls[0].assigned == "run"


def test_loops_lambdas_and_matches_are_entered() -> None:
    text = "while x:\n    a()\nf(lambda: b())\nmatch y:\n    case 1:\n        c()\n[d() for e in g()]\n"
    assert {call.name for call in parse(text).calls} == {"a", "f", "b", "c", "d", "g"}


def test_calls_of_calls_and_of_subscripts() -> None:
    assert [call.name for call in parse("a()()\nb[c()]()\n(d or e)()\n").calls] == ["a", "a", "b", "c", ""]


def test_lines_of_a_notebook_are_those_of_the_file() -> None:
    module = parse_python(
        "x.ipynb", "a()\nif b > 1:\n    raise C\nd = (\n", notebook=True, lines={1: 10, 2: 12, 3: 13, 4: 20}
    )
    assert ([call.line for call in module.calls], module.comparisons[0].line, module.error_line) == ([10], 12, 20)


def test_big_classes_are_read_in_order() -> None:
    text = "class A:\n" + "".join(f"    x{n} = f({n})\n" for n in range(501))
    assert len(parse(text).calls) == 501


def test_texts_are_cut_at_some_number() -> None:
    assert len(parse("x = ['ab', f'{a}']\n" * 4100).texts) == 4000


@pytest.mark.parametrize(
    ("text", "flags"),
    [
        ("if a < 1:\n    ok = True\nelse:\n    ok = False\n    why = 'small'\n", ("ok", "ok", "why")),
        ("ok = a < 1\n", ("ok",)),
        ("checks = {'size': {'passed': a < 1}}\n", ("passed", "checks")),
        ("found = Result(passed=bool(a < 1))\n", ("passed", "found")),
        ("found = [a < 1]\n", ("found",)),
        ("found = look(a < 1)\n", None),
    ],
)
def test_names_by_which_an_answer_is_kept(text: str, flags: tuple[str, ...] | None) -> None:
    assert [item.flags for item in parse(text).comparisons] == ([] if flags is None else [flags])


def test_an_answer_under_another_name_guards_too() -> None:
    code = "ok = a < 1\nresult = {'passed': ok}\nif not result['passed']:\n    stop()\nif flag == 1:\n    go()\n"
    (item,) = parse(code).comparisons
    assert item.flags == ("ok", "passed", "result")


def test_a_flag_that_is_compared_with_a_constant() -> None:
    (item,) = parse("flag = 0\nif a < 1:\n    flag = 1\nif flag == 1:\n    go()\n").comparisons
    assert item.guarded_names == ("go",)


def test_a_branch_names_what_comes_next() -> None:
    (item,) = parse("def f():\n    if a < 1:\n        return 'promote'\n    return 'skip'\n").comparisons
    assert item.guarded_names == ("promote", "return")
