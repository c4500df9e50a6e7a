"""Dependency and lock files: names, pins and lines."""

from __future__ import annotations

import pytest

from analyzer.artifacts.dependencies import (
    DependencyFile,
    normalise,
    parse_conda,
    parse_lock,
    parse_pipfile,
    parse_pyproject,
    parse_requirements,
    parse_setup_cfg,
)
from analyzer.artifacts.text import decode
from tests.conftest import BuildRepository


def found(file: DependencyFile) -> list[tuple[str, bool, int]]:
    return [(item.name, item.pinned, item.line) for item in file.requirements]


def test_names_are_normalised() -> None:
    assert normalise("Scikit_Learn.Extra") == "scikit-learn-extra"


def test_requirements_of_pip() -> None:
    text = "# web\nfastapi==0.115.0\nuvicorn[standard]>=0.30 ; python_version > '3'\nPyYAML\ntorch==2.*\n"
    file = parse_requirements("requirements.txt", text)
    assert found(file) == [
        ("fastapi", True, 2),
        ("uvicorn", False, 3),
        ("pyyaml", False, 4),
        ("torch", False, 5),
    ]
    assert (file.place.line, file.pinned_share, file.lock) == (2, 0.25, False)


def test_hashes_and_options_are_no_requirements() -> None:
    text = "--index-url https://example.org\na==1 \\\n    --hash=sha256:00\n-e .\n./local\n"
    assert found(parse_requirements("r.txt", text)) == [("a", True, 2)]


@pytest.mark.parametrize(
    "line",
    [
        "-r base.txt",
        "-rbase.txt",
        "--requirement base.txt",
        "--requirement=base.txt",
        "-c base.txt",
        "--constraint base.txt  # x",
    ],
)
def test_included_files_are_named(line: str) -> None:
    file = parse_requirements("r.txt", f"{line}\n")
    assert (file.includes, file.requirements, file.place.line) == (("base.txt",), (), 1)


def test_repositories_are_pinned_by_a_reference() -> None:
    text = "git+https://example.org/a@v1#egg=a\ngit+ssh://git@example.org/b#egg=b\nhttps://example.org/c.whl\nd @ git+https://example.org/d@v1\ngit+#egg=e\n"
    assert found(parse_requirements("r.txt", text)) == [
        ("a", True, 1),
        ("b", False, 2),
        ("d", True, 4),
        ("e", False, 5),
    ]


def test_what_powershell_wrote_is_read() -> None:
    text = decode("numpy==1.26.4\r\npandas==2.2.2\r\n".encode("utf-16")) or ""
    assert found(parse_requirements("r.txt", text)) == [("numpy", True, 1), ("pandas", True, 2)]


PYPROJECT = """\
[project]
name = "demo"
description = "Uses pandas and torch"
keywords = ["pandas"]
dependencies = [
  "pandas>=2",
  "torch==2.4.0",
]

[project.optional-dependencies]
dev = ["pytest"]

[dependency-groups]
lint = ["ruff==0.6.0", {include-group = "dev"}]

[tool.uv]
dev-dependencies = ["mypy"]
"""


def test_pyproject_with_groups_and_lines() -> None:
    assert found(parse_pyproject("pyproject.toml", PYPROJECT)) == [
        ("pandas", False, 6),
        ("torch", True, 7),
        ("pytest", False, 11),
        ("ruff", True, 14),
        ("mypy", False, 17),
    ]


def test_poetry_tables() -> None:
    text = (
        '[tool.poetry.dependencies]\npython = "^3.11"\nnumpy = "1.26.4"\ntorch = {version = "==2.1", extras = ["x"]}\n'
        'lib = {git = "https://example.org"}\n\n[tool.poetry.group.dev.dependencies]\npytest = "^8"\n\n'
        '[tool.poetry.dev-dependencies]\nblack = "*"\n'
    )
    assert found(parse_pyproject("pyproject.toml", text)) == [
        ("numpy", True, 3),
        ("torch", True, 4),
        ("lib", False, 5),
        ("black", False, 11),
        ("pytest", False, 8),
    ]


def test_pdm_groups() -> None:
    text = '[tool.pdm.dev-dependencies]\ntest = ["pytest==8.0"]\nlint = ["ruff"]\n'
    assert found(parse_pyproject("pyproject.toml", text)) == [("pytest", True, 2), ("ruff", False, 3)]


def test_tables_of_the_wrong_shape_are_passed_over() -> None:
    text = "tool = 1\n[project]\ndependencies = 'x'\noptional-dependencies = []\n"
    assert found(parse_pyproject("pyproject.toml", text)) == []


@pytest.mark.parametrize("text", ["[a", "a = " + "1" * 5000, "a = " + "[" * 5000])
def test_broken_toml_is_an_error(text: str) -> None:
    assert parse_pyproject("pyproject.toml", text).error
    assert parse_pipfile("Pipfile", text).error


def test_pipfile() -> None:
    text = '[packages]\nrequests = "*"\nflask = "==3.0"\n[dev-packages]\npytest = {version = "*"}\n[requires]\npython_version = "3.11"\n'
    assert found(parse_pipfile("Pipfile", text)) == [("requests", False, 2), ("flask", True, 3), ("pytest", False, 5)]


def test_setup_cfg_with_extras() -> None:
    text = "[metadata]\ndescription = pandas for all\n[options]\ninstall_requires =\n    pandas>=2\n    numpy==1.26\n[options.extras_require]\ndev =\n    pytest\nnone\n"
    assert found(parse_setup_cfg("setup.cfg", text)) == [("pandas", False, 5), ("numpy", True, 6), ("pytest", False, 9)]


@pytest.mark.parametrize("text", ["no section\n", "[a]\nkey\n  continued\n", "[options]\ninstall_requires\n"])
def test_other_setup_cfgs_have_no_requirements(text: str) -> None:
    assert parse_setup_cfg("setup.cfg", text).requirements == ()


def test_conda_with_its_pip_section() -> None:
    text = "channels: [conda-forge]\ndependencies:\n  - python=3.11\n  - conda-forge::numpy=1.26\n  - pandas >=2\n  - '::'\n  - pip\n  - pip:\n    - mlflow==2.16\n    - -r requirements.txt\n"
    assert found(parse_conda("environment.yml", text)) == [
        ("numpy", True, 4),
        ("pandas", False, 5),
        ("mlflow", True, 9),
    ]


@pytest.mark.parametrize("text", ["", "a: b", "dependencies: x"])
def test_conda_files_without_dependencies(text: str) -> None:
    file = parse_conda("environment.yml", text)
    assert (file.requirements, file.pinned_share) == ((), 0.0)


@pytest.mark.parametrize(
    ("tool", "text", "line"),
    [
        ("poetry", 'version = 1\n[[package]]\nname = "NumPy"\nversion = "1.26"\n', 4),
        ("pipfile", '{\n    "default": {\n        "numpy": {\n            "version": "==1.26"\n', 4),
        ("conda-lock", "package:\n- name: numpy\n  version: 1.26\n", 3),
    ],
)
def test_lock_files_pin_everything(tool: str, text: str, line: int) -> None:
    file = parse_lock("x.lock", tool, text)
    assert (found(file), file.lock, file.tool) == ([("numpy", True, line)], True, tool)


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_requirements_that_end_in_lock_are_lines_of_pip(repository: BuildRepository, name: str) -> None:
    (file,) = repository({name: "# generated by rye\n-e file:.\nNumPy==1.26\n"}).dependency_files
    assert (found(file), file.lock, file.tool) == ([("numpy", True, 3)], True, "pip")


@pytest.mark.parametrize(
    "text",
    [
        "flask==3.0.3 \\\n    --hash=sha256:ceb27b0a\n",
        "# This file is autogenerated by pip-compile with Python 3.12\nflask==3.0.3\n",
        "flask==3.0.3\n    # via mlflow\n",
    ],
)
def test_what_a_tool_compiled_is_a_lock(text: str) -> None:
    assert parse_requirements("requirements.txt", text).lock
    assert not parse_requirements("requirements.txt", "flask==3.0.3  # via the page\n").lock


@pytest.mark.parametrize(
    ("path", "text", "line"),
    [
        ("requirements.lock", "# made by a tool\npandas==2.2.3\n    # via -r requirements.in\n", 2),
        ("pixi.lock", "version: 6\npackages:\n- conda: https://c.example/noarch/pandas-2.2.3-py312_0.conda\n", 3),
        ("pixi.lock", "version: 5\npackages:\n- kind: conda\n  name: pandas\n  version: 2.2.3\n", 5),
        ("conda-linux-64.lock", "@EXPLICIT\nhttps://c.example/noarch/pandas-2.2.3-py312_0.tar.bz2#0123\n", 2),
        ("pylock.toml", 'lock-version = "1.0"\n[[packages]]\nname = "pandas"\nversion = "2.2.3"\n', 4),
        ("pdm.lock", '[[package]]\nname = "pandas"\nversion = "2.2.3"\n', 3),
    ],
)
def test_lock_files_of_every_tool_name_their_packages(path: str, text: str, line: int) -> None:
    file = parse_lock(path, path.split(".", 1)[0], text)
    assert (file.lock, [(item.name, item.version, item.line) for item in file.requirements]) == (
        True,
        [("pandas", "==2.2.3", line)],
    )


def test_a_list_of_requirements_without_versions_is_no_lock() -> None:
    assert not parse_lock("requirements.lock", "requirements", "pandas\n").lock


@pytest.mark.parametrize(
    ("line", "pinned"),
    [("mlflow==1.27.0", True), ("mlflow=1.27.0", False), ("mlflow=1.27.0=py39_0", True), ("mlflow = 1", False)],
)
def test_pip_refuses_a_version_behind_one_sign(line: str, *, pinned: bool) -> None:
    [found] = parse_requirements("requirements.txt", f"{line}\n").requirements
    assert found.pinned is pinned
