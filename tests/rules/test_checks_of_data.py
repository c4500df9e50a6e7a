"""What ends a run where data are not as they have to be, and what does so half."""

from __future__ import annotations

import pytest

from analyzer.findings import Status
from tests.conftest import BuildRepository, decide_one

HEAD = "import pandas as pd\n\n\ndef split(rows):\n"
CALL = "    return rows\n\n\nsplit(pd.read_csv('rides.csv'))\n"
LACKING = "    missing_columns = [name for name in ('a', 'b') if name not in rows.columns]\n"


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        (f"{LACKING}    if missing_columns:\n        raise ValueError(missing_columns)\n", Status.MET),
        (f"{LACKING}    if missing_columns:\n        print(missing_columns)\n", Status.MISSING),
        ("    if not rows['kind'].isin(['a', 'b']).all():\n        raise ValueError('kind')\n", Status.MET),
        ("    assert all(rows['kind'].isin(['a', 'b']))\n", Status.MET),
        ("    assert set(rows.columns) == {'a', 'b'}\n", Status.MET),
        ("    if 'target' not in rows.columns:\n        raise ValueError('target')\n", Status.PARTIAL),
        ("    if rows['hour'].isna().any():\n        raise ValueError('hour')\n", Status.PARTIAL),
        ("    assert rows is not None\n", Status.MISSING),
    ],
)
def test_a_run_ends_where_data_are_wrong(repository: BuildRepository, body: str, wanted: Status) -> None:
    assert decide_one(repository({"train.py": f"{HEAD}{body}{CALL}"}), "ci.data-validation").status is wanted


@pytest.mark.parametrize("path", ["predict.py", "monitoring/look.py", "eval/eval.py"])
def test_not_where_a_model_is_asked(repository: BuildRepository, path: str) -> None:
    body = f"{LACKING}    if missing_columns:\n        raise ValueError(missing_columns)\n"
    assert decide_one(repository({path: f"{HEAD}{body}{CALL}"}), "ci.data-validation").status is Status.MISSING


def test_nor_in_what_nobody_calls(repository: BuildRepository) -> None:
    body = f"{LACKING}    if missing_columns:\n        raise ValueError(missing_columns)\n    return rows\n"
    assert decide_one(repository({"train.py": f"{HEAD}{body}"}), "ci.data-validation").status is Status.MISSING


def test_a_line_without_end_takes_no_time_without_end(repository: BuildRepository) -> None:
    body = f"    assert rows.columns is not None, ({'set(), ' * 100_000})\n"
    assert decide_one(repository({"train.py": f"{HEAD}{body}{CALL}"}), "ci.data-validation").status is Status.PARTIAL
