"""What a repository is about: a program without a model earns nothing by words that models share with it."""

from __future__ import annotations

import pytest

from analyzer.findings import Status
from analyzer.queries.purpose import has_model, works_on_data
from tests.conftest import BuildRepository, decide_one

TOOL = {
    "tool.py": (
        "import csv\nfrom fastapi import FastAPI\n\napp = FastAPI()\n\n\ndef load_rows(path):\n"
        "    with open(path) as file:\n        return list(csv.reader(file))\n\n\ndef describe(row):\n"
        "    row['total'] = row['a'] + row['b']\n    row['share'] = row['a'] / row['total']\n    return row\n\n\n"
        "def compare_models(score_1, score_2, a, b):\n    if score_2 > score_1:\n        return b\n    return a\n\n\n"
        "@app.post('/predictions')\ndef predict(path: str):\n    score = len(load_rows(path))\n"
        "    return compare_models(1, score, {}, describe({'a': score, 'b': 1}))\n"
    ),
    "Dockerfile": 'FROM python:3.12\nCOPY tool.py .\nCMD ["uvicorn", "tool:app"]\n',
}
"""A service that reads lists and scores them, and learns nothing."""
OF_MODELS = ("e2e.data-ingestion", "e2e.feature-engineering", "e2e.serving", "ci.model-gate")


@pytest.mark.parametrize("criterion", OF_MODELS)
def test_the_same_code_earns_with_a_model_and_not_without(repository: BuildRepository, criterion: str) -> None:
    assert decide_one(repository(TOOL), criterion).status is Status.MISSING
    assert decide_one(repository({**TOOL, "docks.onnx": "x"}), criterion).status is Status.MET


@pytest.mark.parametrize(
    ("files", "model", "data"),
    [
        ({}, False, False),
        ({"a.py": "import sklearn.svm\n"}, True, True),
        ({"a.py": "import joblib\n"}, True, True),
        ({"a.py": "from google.cloud import aiplatform\n"}, True, True),
        ({"a.py": "from google.cloud import storage\n"}, False, False),
        ({"a.py": "import pandas as pd\n"}, False, True),
        ({"requirements.txt": "Sentence_Transformers==3.0\n"}, True, True),
        ({"dags.py": "import airflow\n"}, False, True),
        ({"notes.ipynb": '{"cells": []}'}, True, True),
        ({"models/docks.pkl": "x"}, True, True),
        ({"train.R": "lm(y ~ x)\n"}, True, True),
        ({"bin/r": "echo\n"}, False, False),
        ({"train.sql": "CREATE OR REPLACE MODEL docks.trips OPTIONS() AS SELECT 1\n"}, True, True),
        ({"read.sql": "SELECT 1\n"}, False, False),
        ({"package.json": '{"dependencies": {"onnxruntime-node": "1"}}'}, True, True),
        ({"main.tf": 'resource "aws_sagemaker_endpoint" "docks" {\n  name = "docks"\n}\n'}, True, True),
        ({"main.tf": 'resource "aws_s3_bucket" "docks" {\n  bucket = "docks"\n}\n'}, False, False),
        ({"compose.yaml": "services:\n  model:\n    image: tensorflow/serving:2.19\n"}, True, True),
        ({"Dockerfile": "FROM bentoml/yatai:1\n"}, True, True),
        ({"fit.py": "import unheard_of\n\nmodel = unheard_of.Model()\nmodel.fit([[1]], [2])\n"}, True, True),
    ],
)
def test_signs_of_models_and_of_data(
    repository: BuildRepository, files: dict[str, str], model: bool, data: bool
) -> None:
    repo = repository({"README.md": "# Docks\n", **files})
    assert (has_model(repo), works_on_data(repo)) == (model, data)
