"""Python modules: imports, calls, functions, classes; whatever the syntax."""

from __future__ import annotations

import pytest

from analyzer.artifacts.python_source import PythonModule, parse_python
from analyzer.findings import Place


def parse(text: str, path: str = "app.py") -> PythonModule:
    return parse_python(path, text)


def calls(text: str) -> list[tuple[str, int]]:
    return [(call.name, call.line) for call in parse(text).calls]


def test_imports_of_all_forms() -> None:
    module = parse(
        "import os.path\nimport numpy as np\nfrom sklearn import svm as s\nfrom . import x\nfrom ..a import *\n"
    )
    assert [(item.module, item.name, item.alias, item.line) for item in module.imports] == [
        ("os.path", "", "os.path", 1),
        ("numpy", "", "np", 2),
        ("sklearn", "svm", "s", 3),
        (".", "x", "x", 4),
        ("..a", "*", "*", 5),
    ]
    assert [item.root for item in module.imports] == ["os", "numpy", "sklearn", "", ""]
    assert [item.dotted for item in module.imports][:3] == ["os.path", "numpy", "sklearn.svm"]
    assert module.imports[0].place == Place("app.py", 1)


def test_imports_that_nothing_uses_are_told() -> None:
    module = parse(
        "import os\nimport re\nfrom a import b\nfrom __future__ import annotations\nre.match\n__all__ = ['b']\n"
    )
    assert [item.dotted for item in module.used_imports] == ["re", "a.b", "__future__.annotations"]


def test_a_package_passes_its_imports_on() -> None:
    assert parse("from a import b\n", "pkg/__init__.py").imports[0].used


def test_imports_may_be_guarded() -> None:
    module = parse(
        "try:\n    import torch\nexcept ImportError:\n    torch = None\nimport os\ntry:\n    import x\nexcept:\n    import y\n"
    )
    assert [(item.module, item.guarded) for item in module.imports] == [
        ("torch", True),
        ("os", False),
        ("x", True),
        ("y", True),
    ]


def test_calls_are_resolved_through_imports_and_variables() -> None:
    text = "import pandas as pd\nfrom sklearn.svm import SVC\ndf = pd.read_csv('a')\nmodel = SVC()\nmodel.fit(df)\ndf.head().mean()\n"
    assert calls(text) == [
        ("pandas.read_csv", 3),
        ("sklearn.svm.SVC", 4),
        ("sklearn.svm.SVC.fit", 5),
        ("pandas.read_csv.head.mean", 6),
        ("pandas.read_csv.head", 6),
    ]


def test_a_call_knows_its_arguments() -> None:
    call = parse("x = f('a', 1, -2, None, name, ['b', {'c': 'd'}], k='e', **more)\n").calls[0]
    assert call.texts() == ("a", "b", "c", "d", "e")
    assert (call.keyword("k"), call.keyword("z"), call.has_keyword("k"), call.has_keyword("z")) == (
        "e",
        None,
        True,
        False,
    )
    assert (call.last, call.root, call.assigned, call.place) == ("f", "f", "x", Place("app.py", 1, 1))
    assert call.args[1:4] == (1, -2, None)


def test_calls_know_where_they_stand() -> None:
    text = (
        "def f():\n    if x:\n        a()\n    try:\n        b()\n    except Exception:\n        pass\n    c(\n    )\n"
    )
    found = [(call.name, call.scope, call.conditional, call.swallowed, call.end_line) for call in parse(text).calls]
    assert found == [("a", "f", True, False, 3), ("b", "f", False, True, 5), ("c", "f", False, False, 9)]


def test_functions_have_parameters_decorators_and_size() -> None:
    text = 'import flow\n\n@flow.task(retries=2)\ndef f(a, /, b: int = g(), *, c=None) -> int:\n    """Doc."""\n    x = 1\n    return x\n'
    function = parse(text).functions[0]
    assert (function.decorators, function.parameters, function.statements) == (("flow.task",), ("a", "b", "c"), 2)
    assert (function.place, function.head) == (Place("app.py", 4, 7), Place("app.py", 4))
    decorating = [call for call in parse(text).calls if call.decorates]
    assert [(call.name, call.decorates, call.keyword("retries")) for call in decorating] == [("flow.task", "f", 2)]


@pytest.mark.parametrize(
    ("body", "stub"),
    [
        ("pass", True),
        ("...", True),
        ("'doc'", True),
        ("raise NotImplementedError", True),
        ("raise ValueError", False),
        ("return 1", False),
        ("a()\n    b()", False),
    ],
)
def test_stubs_are_told_from_work(body: str, stub: bool) -> None:
    assert parse(f"def f():\n    {body}\n").functions[0].stub is stub


def test_methods_and_nested_functions_have_qualified_names() -> None:
    text = "class A:\n    def f(self):\n        async def g(): pass\ndef h(): pass\n"
    module = parse(text)
    assert [(item.qualname, item.nested, item.line) for item in module.functions] == [
        ("A.f", False, 2),
        ("A.f.g", True, 3),
        ("h", False, 4),
    ]
    assert module.function_at["A.f.g"].name == "g"


def test_classes_have_bases_fields_methods_and_decorators() -> None:
    text = "from pydantic import BaseModel\n\n@d\nclass A(BaseModel, metaclass=M):\n    x: int\n    y: str = 'a'\n    def f(self): ...\n"
    (item,) = parse(text).classes
    assert (item.bases, item.fields, item.methods, item.decorators) == (
        ("pydantic.BaseModel",),
        ("x", "y"),
        ("f",),
        ("d",),
    )
    assert (item.place.line, item.end_line) == (4, 7)


def test_attributes_of_self_stand_for_what_they_were_assigned() -> None:
    text = "import mlflow\nclass A:\n    path = 'x'\n    def run(self):\n        self.client.log(self.name)\n    def __init__(self):\n        self.client = mlflow.MlflowClient()\n        self.name = 'm'\n"
    call = next(call for call in parse(text).calls if call.last == "log")
    assert (call.name, call.args, call.line) == ("mlflow.MlflowClient.log", ("m",), 5)


def test_parameters_stand_for_their_annotation() -> None:
    assert ("pandas.DataFrame.merge", 3) in calls(
        "import pandas as pd\ndef f(df: pd.DataFrame, x):\n    df.merge(x)\n    x.y()\n"
    )


def test_what_a_function_returns_and_where_it_stops() -> None:
    text = "import sys\ndef f(a):\n    if a:\n        raise ValueError\n    if not a: sys.exit(1)\n    return load(a), a\ndef g():\n    return None\ndef h():\n    return\n"
    f, g, h = parse(text).functions
    assert (f.returned, f.stops, f.answers) == (("load", "a"), (4, 5), True)
    assert (g.answers, h.answers) == (False, False)


def test_assertions_are_checks_where_they_can_fail() -> None:
    text = "import pytest\ndef test_a():\n    assert True\n    assert 1 == 1\n    assert f() == 2\n    with pytest.raises(E):\n        g()\n    self.assertEqual(1, x)\nassert a > 1\n"
    module = parse(text)
    assert module.functions[0].checks == (5, 6, 8)
    assert module.checks == (9,)


@pytest.mark.parametrize(
    ("handler", "swallows"),
    [
        ("except Exception:\n        pass", True),
        ("except:\n        print('x')", True),
        ("except AssertionError:\n        pass", True),
        ("except ValueError:\n        pass", False),
        ("except Exception:\n        raise", False),
        ("except Exception:\n        sys.exit(1)", False),
        ("except Exception:\n        self.fail()", False),
        ("except Exception:\n        exit()", False),
        ("except Exception:\n        (lambda: 0)()", True),
    ],
)
def test_handlers_may_hide_every_failure(handler: str, swallows: bool) -> None:
    text = (
        f"def test_a():\n    try:\n        assert x\n    {handler}\n    else:\n        y()\n    finally:\n        z()\n"
    )
    assert parse(text).functions[0].swallows is swallows


def test_code_that_is_never_reached_is_not_read() -> None:
    text = "def f():\n    return 1\n    a()\nif False:\n    b()\nelse:\n    c()\nwhile 0:\n    d()\nfor x in y:\n    continue\n    e()\n"
    assert [name for name, _ in calls(text)] == ["c"]


def test_the_main_guard_is_seen_and_entered() -> None:
    module = parse("if __name__ == '__main__':\n    main()\nelse:\n    other()\n")
    assert (module.has_main_guard, [(call.name, call.conditional) for call in module.calls]) == (
        True,
        [("main", False), ("other", False)],
    )


def test_texts_are_strings_that_are_no_docstrings() -> None:
    text = '"""Module."""\nx = "select 1"\ny = f"{table}/{x}"\n"comment"\ndef f():\n    "doc"\n    g("a b", "c")\n'
    module = parse(text)
    assert [(item.value, item.line, item.scope) for item in module.texts] == [
        ("select 1", 2, ""),
        ("{}/select 1", 3, ""),
        ("a b", 7, "f"),
    ]
    assert (module.docstring, module.texts[0].place) == ("Module.", Place("app.py", 2))


def test_names_used_by_each_scope() -> None:
    names = parse("import a\na.b.c\ndef f(x):\n    return x.y(z)\n").names_in
    assert {"a", "b", "c"} <= names[""]
    assert {"x", "y", "z"} <= names["f"]


def test_attributes_of_imports_are_references() -> None:
    module = parse("import mlflow\nfrom a import b\nflavor = mlflow.sklearn\nrun(b)\n(x or y).z\n")
    assert [(item.name, item.line) for item in module.references] == [("mlflow.sklearn", 3), ("a.b", 4)]
    assert module.references[0].place == Place("app.py", 3)


def test_python_2_is_read_but_for_what_changed() -> None:
    module = parse("import os\nprint 'hello'\ntry:\n    a()\nexcept E, e:\n    b()\ndef f():\n    return os.getcwd()\n")
    assert (module.error_line, module.place) == (2, Place("app.py", 1))
    assert [item.module for item in module.imports] == ["os"]
    assert ("os.getcwd", 8) in [(call.name, call.line) for call in module.calls]


@pytest.mark.parametrize(
    "text",
    [
        "def f(:\n  x\n",
        "(\n",
        "x = '''\n",
        "\tif x:\n  y\n",
        "\n  a\n b\n",
        "x = 1 +\n\\\n",
        "\x00\x01",
        "é = (\n",
        "else:\n  x\n",
    ],
)
def test_broken_code_is_an_error_with_a_line(text: str) -> None:
    module = parse(text)
    assert module.error
    assert 1 <= module.error_line <= text.count("\n") + 1


def test_a_broken_statement_costs_nothing_else() -> None:
    module = parse("a()\ndef f():\n    x = = 1\n    y()\nb()\n")
    assert ([call.name for call in module.calls], module.error_line) == (["a", "b"], 3)


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("x = 1\n" * 200_000, "too long"),
        ("(" * 500, "brackets nested"),
        ("x = " + "-" * 50_000 + "1\n", "cannot be parsed"),
    ],
)
def test_limits(text: str, error: str) -> None:
    module = parse(text)
    assert (module.calls, error in module.error) == ((), True)


def test_deep_expressions_cost_their_statement_alone() -> None:
    module = parse("a()\nx = " + "+".join(["f()"] * 700) + "\nb()\n")
    assert {"a", "b"} <= {call.name for call in module.calls}


def test_hundreds_of_broken_statements_end() -> None:
    assert parse("print 'x'\n" * 100).error_line == 1


def test_form_feeds_tabs_and_a_missing_last_line_feed() -> None:
    assert calls("\x0cif x:\n\ta()\n\x0c\nb()") == [("a", 2), ("b", 4)]


def test_a_header_without_a_block_loses_nothing_else() -> None:
    source = "import joblib\n\ndef save(model):\n    with open('model', 'wb') as file:\n    joblib.dump(model, file)\n    print('kept')\n"
    module = parse_python("save.py", source)
    assert module.error.startswith("line 5: expected an indented block")
    assert [call.name for call in module.calls] == ["open", "joblib.dump", "print"]


def test_what_a_handler_imports_instead_is_meant_and_what_it_makes_is_not():
    text = "try:\n    from fast import load, dump\nexcept ImportError:\n    from slow import load\n    dump = print\n\nload(1)\ndump(1)\n"
    assert [call.name for call in parse_python("a.py", text).calls] == ["slow.load", "fast.dump"]
