"""Names of libraries, by the version that the project declares."""

from __future__ import annotations

import pytest

from analyzer.knowledge.library_names import LIBRARIES, library
from analyzer.soundness import find_defects

NEW = "from evidently import Report, Dataset\nprint(Report, Dataset)\n"
OLD = "from evidently.report import Report\nprint(Report)\n"


def sentences(repository, code: str, needs: str) -> list[str]:
    """What is said about names of libraries."""
    found, _ = find_defects(repository({"a.py": code, "requirements.txt": needs}))
    return [item.sentence for item in found if item.kind == "library-name"]


def test_a_module_that_a_library_finds_under_its_old_name(repository):
    code = "from prefect.infrastructure.docker import DockerContainer\nprint(DockerContainer)\n"
    assert sentences(repository, code, "prefect==2.16.4\n") == []


@pytest.mark.parametrize(
    ("code", "wanted"),
    [
        ("import datetime\nprint(datetime.now())\n", True),
        ("import datetime\nfrom datetime import timedelta\nprint(datetime.strptime('1', '%d'), timedelta)\n", True),
        ("import datetime\nprint(datetime.datetime.now(), datetime.timezone.utc)\n", False),
        ("from datetime import datetime\nprint(datetime.now())\n", False),
        ("import datetime\nfrom datetime import datetime\nprint(datetime.now())\n", False),
        ("import datetime\ndatetime = datetime.datetime\nprint(datetime.now())\n", False),
    ],
)
def test_the_module_datetime_is_not_its_class(repository, code, wanted):
    said = sentences(repository, code, "")
    assert [sentence.startswith("datetime.") and "datetime.datetime has" in sentence for sentence in said] == [
        True
    ] * wanted


def test_the_new_interface_under_an_old_version(repository):
    assert sentences(repository, NEW, "evidently==0.6.7\n") == [
        "Dataset and Report are imported from evidently, but evidently 0.6.7 has no such name (it is in 0.7.0 and later)"
    ]


def test_the_old_interface_under_a_new_version(repository):
    assert sentences(repository, OLD, "evidently==0.7.11\n") == [
        "evidently.report is imported, but evidently 0.7.11 has no such module (it is in 0.6.7 and before)"
    ]


@pytest.mark.parametrize(
    ("code", "needs"),
    [
        (NEW, "evidently==0.7.11\n"),
        (OLD, "evidently==0.4.30\n"),
        (NEW, "evidently\n"),
        (OLD, "evidently>=0.4\n"),
        (NEW, "evidently==0.1.5\n"),  # older than the table
        (NEW, "evidently==0.7.0b1\n"),  # before a release
        ("import mlflow\nmlflow.data.from_pandas(1)\n", "mlflow==2.9.2\n"),  # filled in by another module
        ("from pydantic import BaseSettings\nprint(BaseSettings)\n", "pydantic==2.5.3\n"),  # __getattr__
        ("import streamlit as st\npage = st.navigation([])\npage.run()\n", "streamlit\n"),  # a function and a module
    ],
)
def test_names_that_a_declared_version_has_or_may_have(repository, code, needs):
    assert sentences(repository, code, needs) == []


def test_a_name_that_no_version_has(repository):
    assert sentences(repository, "import mlflow\nmlflow.log_metrcs({})\n", "mlflow\n") == [
        "mlflow.log_metrcs is used, but mlflow has no such name"
    ]


def test_a_local_folder_of_the_same_name_hides_the_library(repository):
    files = {"evidently/report.py": "x = 1\n", "a.py": NEW, "requirements.txt": "evidently==0.6.7\n"}
    found, _ = find_defects(repository(files))
    assert [item for item in found if item.kind == "library-name"] == []


def test_a_lock_stands_for_its_file(repository):
    files = {
        "a.py": OLD,
        "pyproject.toml": '[tool.poetry.dependencies]\nevidently = "*"\n',
        "poetry.lock": '[[package]]\nname = "evidently"\nversion = "0.7.11"\n',
    }
    found, _ = find_defects(repository(files))
    assert [item.kind for item in found] == ["library-name"]


@pytest.mark.parametrize(
    ("written", "versions"),
    [
        ("==0.7.11", ["0.7.11"]),
        ("==0.4.30", ["0.4.22", "0.4.33"]),
        ("~=0.6.0", ["0.6.0", "0.6.7", "0.7.0"]),
        (">=0.7.11", ["0.7.11", "0.7.23"]),
        ("<0.3", ["0.2.8", "0.3.3"]),
        ("0.6.7", ["0.6.7"]),
    ],
)
def test_versions_between_those_of_the_table_are_judged_by_both(written, versions):
    table = library("evidently")
    assert table is not None
    mask = table.matching([written])
    assert [version for index, version in enumerate(table.versions) if mask >> index & 1] == versions


@pytest.mark.parametrize("name", sorted(set(LIBRARIES.values())))
def test_every_library_has_a_table(name):
    table = library(name)
    assert table is not None
    assert table.modules


def test_a_name_that_a_module_below_a_dynamic_one_has_no_more(repository):
    code = "from prefect.schedules import CronSchedule\nprint(CronSchedule)\n"
    (found,) = sentences(repository, code, "prefect>=3.1\n")
    assert found.startswith("CronSchedule is imported from prefect.schedules, but prefect 3.")
    assert sentences(repository, code, "prefect==1.4.1\n") == []
