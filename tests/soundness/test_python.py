"""Python that would not run: syntax, imports, names; each with what must not be accused."""

from __future__ import annotations

import pytest

from analyzer.soundness import find_defects
from tests.conftest import BuildRepository, Files


def kinds(repository: BuildRepository, files: Files) -> list[tuple[str, str]]:
    """(kind, sentence) of every defect."""
    found, problems = find_defects(repository(files))
    assert problems == ()
    return [(item.kind, item.sentence) for item in found]


NEEDS = "pandas==2.2.3\nscikit-learn==1.5.2\nmlflow==2.17.2\n"


def test_a_module_that_cannot_be_parsed(repository):
    assert kinds(repository, {"a.py": "x = 1\ndef f(:\n    pass\n"}) == [
        ("syntax", "the file cannot be parsed: invalid syntax")
    ]


def test_a_template_is_no_broken_module(repository):
    assert kinds(repository, {"a.py": "from {{ name }} import x\n"}) == []


@pytest.mark.parametrize(("first", "defects"), [("#!/bin/bash", 0), ("#!/usr/bin/env python3", 1)])
def test_a_program_of_a_shell_under_a_name_of_python(repository, first, defects):
    assert len(kinds(repository, {"deploy.py": f"{first}\nset -e\necho $1\n"})) == defects


def test_nested_quotes_of_a_newer_python_are_no_defect(repository):
    assert kinds(repository, {"a.py": "d = {'a': 1}\nprint(f'{d['a']}')\n"}) == []


def test_a_local_module_that_is_nowhere(repository):
    files = {"src/__init__.py": "", "src/train.py": "from src.features import build\nbuild()\n"}
    assert kinds(repository, files) == [("missing-module", "src.features is imported, but src has no module features")]


@pytest.mark.parametrize(
    "extra",
    [
        {"src/features.py": "def build(): ...\n"},
        {"src/features/__init__.py": "from src.features.parts import *\n", "src/features/parts.py": "build = 1\n"},
        {".gitignore": "src/features.py\n"},
        {"Dockerfile": "FROM python:3.11\nCOPY lib/f.py /app/src/features.py\n", "lib/f.py": "build = 1\n"},
    ],
)
def test_a_local_module_that_is_there_or_may_be(repository, extra):
    files = {"src/__init__.py": "", "src/train.py": "from src.features import build\nbuild()\n", **extra}
    assert [kind for kind, _ in kinds(repository, files) if kind.startswith("missing")] == []


def test_names_that_a_local_module_does_not_define_are_told_together(repository):
    files = {
        "main.py": "def load(*names): ...\n",
        "test_main.py": "from main import load, split, train\nload(split, train)\n",
    }
    assert kinds(repository, files) == [
        ("missing-name", "split and train are imported from main.py, which does not define it")
    ]


def test_a_declared_package_is_not_taken_for_a_module_of_its_name(repository):
    files = {
        "core/__init__.py": "",
        "core/limits.py": "SIZE = 1\n",
        "core/start.py": "from limits import parse\nparse()\n",
    }
    told = [("missing-name", "parse is imported from core/limits.py, which does not define it")]
    assert kinds(repository, files) == told
    assert kinds(repository, {**files, "requirements.txt": "limits==5.5\n"}) == []


def test_a_module_with_getattr_may_have_any_name(repository):
    files = {"main.py": "def __getattr__(name): ...\n", "b.py": "from main import split\nsplit()\n"}
    assert kinds(repository, files) == []


def test_a_guarded_import_may_fail(repository):
    code = "try:\n    import torch\nexcept ImportError:\n    torch = None\n"
    assert kinds(repository, {"a.py": code, "requirements.txt": NEEDS}) == []


@pytest.mark.parametrize(
    ("extra", "why"),
    [
        (
            {"src/features.py": "class FeatureBuilder: ...\n"},
            "FeatureBuilder is defined in src/features.py, and there is no module of that name",
        ),
        (
            {"Dockerfile": "FROM python:3.11\nCOPY feature_code.py ./\n"},
            "feature_code.py, which Dockerfile copies, is not in the repository",
        ),
    ],
)
def test_an_unknown_name_that_is_shown_to_be_an_own_module(repository, extra, why):
    files = {
        "app.py": "from feature_code import FeatureBuilder\nFeatureBuilder()\n",
        "requirements.txt": NEEDS,
        **extra,
    }
    told = kinds(repository, files)
    assert ("missing-module", f"feature_code is imported, but {why}") in told
    assert not [kind for kind, _ in told if kind == "undeclared-package"]


def test_an_unknown_name_that_nothing_shows_to_be_an_own_module(repository):
    files = {
        "app.py": "from feature_code import build\nbuild()\n",
        "src/features.py": "def build(): ...\n",  # a name that anybody may choose
        "requirements.txt": NEEDS,
    }
    assert [kind for kind, _ in kinds(repository, files)] == ["undeclared-package"]


@pytest.mark.parametrize(("name", "told"), [("build", []), ("fetch", ["undeclared-package"])])
def test_the_end_of_a_name_is_another_module_only_if_that_holds_what_is_imported(repository, name, told):
    files = {
        "dags/app.py": f"from helpers.features import {name}\n{name}()\n",
        "src/features.py": "def build(): ...\n",
        "requirements.txt": NEEDS,
    }
    assert [kind for kind, _ in kinds(repository, files)] == told


def test_a_package_that_nothing_declares_is_told_once(repository):
    files = {
        "a.py": "import xgboost\nxgboost.train()\n",
        "b.py": "import xgboost\nxgboost.cv()\n",
        "requirements.txt": NEEDS,
    }
    assert kinds(repository, files) == [
        ("undeclared-package", "xgboost is imported, but no dependency file declares it")
    ]


@pytest.mark.parametrize(
    "extra",
    [
        {"requirements-dev.txt": "xgboost\n"},
        {"requirements-dev.txt": "shaped[plots, xgboost]==2.0\n"},
        {"Dockerfile": "FROM apache/airflow:2.9.1\nRUN pip install xgboost\n"},
        {"environment.yml": "dependencies:\n  - py-xgboost\n"},
        {"setup.py": "from setuptools import setup\nsetup(extras_require={'ml': ['xgboost>=2']})\n"},
        {"Dockerfile": "FROM python:3.11\nRUN pip install --no-cache-dir xgboost\n"},
        {"nb.ipynb": '{"cells": [{"cell_type": "code", "source": ["!pip install xgboost"]}], "nbformat": 4}'},
        {"README.md": "# Run\n\n```\npip install xgboost\n```\n"},
        {"docker-compose.yml": "services:\n  mage:\n    image: mageai/mageai:latest\n"},
        {"xgboost.py": "def train(): ...\n"},
    ],
)
def test_a_package_that_something_declares(repository, extra):
    files = {"a.py": "import xgboost\nxgboost.train()\n", "requirements.txt": NEEDS, **extra}
    assert kinds(repository, files) == []


def test_what_comes_with_a_declared_package_is_no_defect(repository):
    code = "import numpy, yaml, requests, flask\nprint(numpy, yaml, requests, flask)\n"
    assert kinds(repository, {"a.py": code, "requirements.txt": NEEDS}) == []


def test_nothing_is_said_about_packages_without_dependency_files(repository):
    assert kinds(repository, {"a.py": "import xgboost\nxgboost.train()\n"}) == []


def test_a_name_that_nothing_defines(repository):
    assert kinds(repository, {"a.py": "def f():\n    return datetime.now()\n"}) == [
        ("undefined-name", "datetime is used, but nothing defines or imports it")
    ]


@pytest.mark.parametrize(
    "code",
    [
        "from os.path import *\nprint(join('a', 'b'))\n",
        "from __future__ import annotations\ndef f(x: Frame) -> Frame: ...\n",
        "def f(x: 'Frame'): ...\n",
        "def f():\n    x: Frame = 1\n    return x\n",
        "try:\n    unicode\nexcept NameError:\n    unicode = str\n",
        "if 'data_loader' not in globals():\n    from mage_ai.data_preparation.decorators import data_loader\n@data_loader\ndef f(): ...\n",
        "globals().update(x=1)\nprint(x)\n",
        "# Databricks notebook source\nspark.sql('x')\n",
        "import sys\nif sys.argv:\n    sys.exit(0)\n    print(unknown)\n",
        "def f():\n    return 1\n    print(unknown)\n",
    ],
)
def test_names_that_something_defines(repository, code):
    assert kinds(repository, {"a.py": code}) == []


def test_names_that_an_orchestrator_gives_its_charts(repository):
    assert kinds(repository, {"charts/a.py": "x = df_1.mean()\n"}) == []


def test_a_repository_of_templates_is_not_judged(repository):
    assert kinds(repository, {"cookiecutter.json": "{}", "a.py": "print(undefined)\n"}) == []


def test_a_list_that_a_script_writes_before_it_installs_from_it(repository):
    script = 'cat <<EOF > "$LIST"\nprefect==3.4.6\nxgboost==3.0.2\nrequests\nEOF\npip install -r "$LIST"\n'
    files = {"requirements.txt": NEEDS, "train.py": "import xgboost\nprint(xgboost)\n"}
    assert [kind for kind, _ in kinds(repository, files)] == ["undeclared-package"]
    assert kinds(repository, {**files, "start.sh": script}) == []
    told = script.replace("pip install", "echo")
    assert [kind for kind, _ in kinds(repository, {**files, "start.sh": told})] == ["undeclared-package"]


@pytest.mark.parametrize(
    ("name", "told"), [("Typing", 1), ("ConfigParser", 1), ("typing", 0), ("typing_extensions", 0)]
)
def test_a_module_of_python_under_another_case(repository, name, told):
    found = kinds(
        repository, {"a.py": f"from {name} import Tuple\n", "requirements.txt": f"{NEEDS}typing-extensions\n"}
    )
    sentence = f"{name} is imported, and the module of Python is called {name.lower()}"
    assert found == [("missing-module", sentence)] * told


def test_a_module_of_ones_own_may_be_called_so(repository):
    assert kinds(repository, {"a.py": "import Queue\n", "Queue.py": "x = 1\n"}) == []


@pytest.mark.parametrize(
    ("importer", "told"),
    [
        ("from training.data import load\n", 1),
        ("from src.training.data import load\n", 0),
        ("from training.data import load\nfrom src.training.data import load as again\n", 0),
        ("import data\n", 0),
    ],
)
def test_a_relative_import_that_leads_out_of_its_package(repository, importer, told):
    files = {
        "src/app.py": importer,
        "src/training/__init__.py": "",
        "src/training/data.py": "from ..utils.config import PLACE\n\ndef load():\n    return PLACE\n",
        "src/utils/__init__.py": "",
        "src/utils/config.py": "PLACE = 'docks.csv'\n",
    }
    sentence = "..utils.config leads out of the package: src/app.py imports the module as training.data"
    found = [item for item in kinds(repository, files) if item[0] == "leads-out"]
    assert found == [("leads-out", sentence)] * told
