"""Outcomes in numbers: what prose states, and what in the repository shows it."""

from __future__ import annotations

import json

import pytest

from analyzer.outcomes import Outcome, find_outcomes
from tests.conftest import BuildRepository


def stated(repository: BuildRepository, line: str) -> list[tuple[str, float, str, str, str]]:
    outcomes = find_outcomes(repository({"README.md": f"# Project\n\n## Results\n\n{line}\n"}))
    return [(item.metric, item.value, item.unit, item.direction, item.baseline) for item in outcomes]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("The model reaches an accuracy of 0.87.", ("accuracy", 0.87, "", "higher", "")),
        ("We achieved 92-96% recall.", ("recall", 96.0, "%", "higher", "")),
        ("RMSE: 5.204 on the test set", ("rmse", 5.204, "", "lower", "")),
        ("RMSE 5.2 versus 6.1 for the naive forecast", ("rmse", 5.2, "", "lower", "6.1")),
        ("The baseline RMSE 6.1 fell, our RMSE is 5.2", ("rmse", 5.2, "", "lower", "6.1")),
        ("p95 latency of 120 ms under load", ("latency p95", 120.0, "ms", "lower", "")),
        ("Training time went from 8 hours to 45 minutes", ("training time", 45.0, "min", "lower", "8 h")),
        ("The new features reduced the RMSE by 30 %", ("rmse", 30.0, "%", "lower", "before")),
        ("Batching made it 3x faster", ("change", 3.0, "times", "lower", "before")),
        ("Throughput: 1,200 requests/s", ("throughput", 1200.0, "req/s", "higher", "")),
        ("RMSE - 5.204", ("rmse", 5.204, "", "lower", "")),
        ("R2: -0.276 on the test set", ("r2", -0.276, "", "higher", "")),
        ("Our best model has an RMSE of 377 MWh", ("rmse", 377.0, "MWh", "lower", "")),
        ("MAE: 5.2 minutes on the last month", ("mae", 5.2, "min", "lower", "")),
        ("An RMSE of 377 MWh. Demand in the dataset is 17294 MWh.", ("rmse", 377.0, "MWh", "lower", "")),
        ("An MAE of $1,900", ("mae", 1900.0, "USD", "lower", "")),
        ("**Total monthly cost**: ~$30-50", ("cost", 50.0, "USD per month", "lower", "")),
        ("It costs $12 per month", ("cost", 12.0, "USD per month", "lower", "")),
    ],
)
def test_a_line_is_read(repository: BuildRepository, line: str, expected: tuple[str, float, str, str, str]):
    assert stated(repository, line) == [expected]


@pytest.mark.parametrize(
    "line",
    [
        "Retrain when accuracy drops below 0.8",
        "The drift threshold is 0.5",
        "This can take up to 10 minutes",
        "According to a study accuracy of 0.95 is common",
        "UPDRS ranges from 0 to 199",
        "Python 3.11 and 4.5 GB of RAM",
        "F1 2024 season",
        "Drift score (0.0-1.0)",
        "- [ ] Better tests: 80 % code coverage",
        "Accuracy within ±20 % of demand",
        "RMSE and 3 more errors",
        "It takes place on Saturday and lasts for 60 minutes",
    ],
)
def test_what_is_no_outcome_is_left(repository: BuildRepository, line: str):
    assert stated(repository, line) == []


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("Multi-stage builds reduce image size by 60 %", "states a change of size by 60 %:"),
        ("Batching made it 3x faster", "states a change of 3 times:"),
        (
            "| R² | gain |\n|---|---|\n| R² | **+46.8%** vs naive |\n",
            "states a change of r2 by 46.8 % (compared with naive",
        ),
    ],
)
def test_a_change_is_not_said_to_be_the_value(repository: BuildRepository, line: str, words: str):
    (outcome,) = find_outcomes(repository({"README.md": f"# Project\n\n{line}\n"}))

    assert words in outcome.sentence


def test_a_table_is_read_with_its_baseline(repository: BuildRepository):
    table = "| model | RMSE | p95 latency (ms) |\n|---|---|---|\n| baseline | 6.1 | 20 |\n| boosted | 5.2 | 35 |\n"

    assert stated(repository, table)[-2:] == [
        ("rmse", 5.2, "", "lower", "baseline 6.1"),
        ("latency p95", 35.0, "ms", "lower", "baseline 20 ms"),
    ]


def backed(repository: BuildRepository, line: str, files: dict[str, str]) -> Outcome:
    return find_outcomes(repository({"README.md": f"# Project\n\n{line}\n", **files}))[0]


NOTEBOOK = json.dumps(
    {
        "cells": [
            {
                "cell_type": "code",
                "execution_count": 1,
                "metadata": {},
                "outputs": [{"output_type": "stream", "name": "stdout", "text": ["5.2039\n"]}],
                "source": ["print(rmse)"],
            }
        ],
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {},
    },
    indent=1,
)


@pytest.mark.parametrize(
    ("line", "path", "content", "at"),
    [
        ("Our RMSE is 5.2.", "reports/metrics.json", '{\n "mae": 3.1,\n "rmse": 5.2039\n}\n', 3),
        ("We reach 87 % accuracy.", "metrics.yaml", "accuracy: 0.8712\n", 1),
        ("Accuracy: 0.87", "results/eval.csv", "model,accuracy,f1\nbase,0.71,0.6\nbest,0.8741,0.7\n", 3),
        ("Our RMSE is 5.2.", "mlruns/0/abc/metrics/rmse", "1690000000000 5.2039 0\n", 1),
        ("Our RMSE is 5.2.", "notebooks/train.ipynb", NOTEBOOK, 12),
        ("Our RMSE is 5.2.", "tests/test_model.py", "def test_model():\n    assert rmse(model) <= 5.2\n", 2),
        ("Our RMSE is 5.2.", "report.md", "## CML report\n\nRMSE 5.2039\n", 3),
        ("Accuracy: 0.84", "metrics.json", '{"accuracy":0.8422}\n', 1),
        ("p95 latency of 120 ms", "benchmarks/load.json", '{"latency_p95_s": 0.1203}\n', 1),
    ],
)
def test_a_number_that_a_file_shows_is_backed(repository: BuildRepository, line: str, path: str, content: str, at: int):
    outcome = backed(repository, line, {path: content})

    assert outcome.backed
    assert outcome.evidence
    assert (outcome.evidence.path, outcome.evidence.line) == (path, at)
    assert outcome.sentence.endswith(f"; {path} line {at} shows it.")


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("metrics.json", '{"mae": 5.2}\n'),
        ("metrics.json", '{"rmse": 7.4}\n'),
        ("src/config.json", '{"rmse": 5.2}\n'),
        ("docs/notes.md", "RMSE 5.2\n"),
        ("train.log", "rmse 09:59:5.2\n"),
        ("metrics.json", '{"rmse": 520}\n'),
    ],
    ids=["another-metric", "another-value", "no-metrics-file", "only-prose", "a-time", "a-hundredfold"],
)
def test_other_numbers_back_nothing(repository: BuildRepository, path: str, content: str):
    outcome = backed(repository, "Our RMSE is 5.2.", {path: content})

    assert not outcome.backed
    assert outcome.sentence == "README line 3 states rmse 5.2: as stated, not verifiable here."


def test_a_range_is_backed_by_both_of_its_ends(repository: BuildRepository):
    line = "The recall is 92-96 %."

    assert not backed(repository, line, {"metrics.json": '{"recall": 0.94}\n'}).backed
    assert backed(repository, line, {"metrics.json": '{"recall": 0.921, "test_recall": 0.96}\n'}).backed


def test_an_error_is_no_share_of_a_hundred(repository: BuildRepository):
    assert not backed(repository, "Our RMSE is 0.20.", {"metrics.json": '{"rmse": 20}\n'}).backed
