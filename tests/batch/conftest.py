"""Small repositories and batches of them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from analyzer.analysis import Options
from analyzer.batch.run import Batch, Counts, run_batch
from tests.conftest import commit_all, git, write_files

TRAIN = """\
import mlflow
from sklearn.linear_model import Ridge


def train_{name}(frame, target):
    model = Ridge(alpha={alpha})
    model.fit(frame, target)
    mlflow.log_metric("rmse_{name}", float(((model.predict(frame) - target) ** 2).mean()))
    return model


if __name__ == "__main__":
    train_{name}([[1.0], [2.0]], [1.0, 2.0])
"""
SIZES = ("README.md", "train.py", "Dockerfile", "requirements.txt")


def project(name: str, size: int) -> dict[str, str]:
    """A project of the first ``size`` files; larger ones earn more."""
    files = {
        "README.md": f"# {name}\n\nPredicts the demand of {name}, so that fewer goods are thrown away.\n",
        "train.py": TRAIN.format(name=name, alpha=size),
        "Dockerfile": f'FROM python:3.12\nCOPY train.py /{name}/train.py\nCMD ["python", "/{name}/train.py"]\n',
        "requirements.txt": "mlflow==2.9.2\nscikit-learn==1.4.0\n",
    }
    return {path: files[path] for path in SIZES[:size]}


@pytest.fixture(scope="session")
def projects(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Eight repositories of four sizes."""
    root = tmp_path_factory.mktemp("projects")
    made = []
    for number, name in enumerate(("bikes", "bread", "cars", "ships", "tea", "wool", "zinc", "corn")):
        folder = root / name
        folder.mkdir()
        git(folder, "init", "-q", "-b", "main")
        write_files(folder, project(name, number % 4 + 1))
        commit_all(folder)
        made.append(folder)
    return made


RunBatch = Callable[..., Counts]


@pytest.fixture
def applicants(projects: list[Path], tmp_path: Path) -> Path:
    """A CSV of the repositories and of one row that cannot be read."""
    file = tmp_path / "applicants.csv"
    rows = [f"Person {number},p{number}@example.org,{folder}" for number, folder in enumerate(projects, 1)]
    file.write_text("\n".join(["Name,E-mail,Repository URL", *rows, "Person 9,p9@example.org,/not/there"]) + "\n")
    return file


@pytest.fixture
def batch_of(tmp_path: Path) -> RunBatch:
    """Run a batch in one worker with a store of this test."""

    def run(file: Path, output: str = "out", **more: Any) -> Counts:
        options = more.pop("options", Options())
        given: dict[str, Any] = {"jobs": 1, "store": tmp_path / "store.sqlite", **more}
        return run_batch(Batch(file, tmp_path / output, options, **given))

    return run


def lines_of(folder: Path) -> list[dict[str, Any]]:
    """The results in order of rows."""
    lines = [json.loads(line) for line in (folder / "results.jsonl").read_bytes().splitlines()]
    return sorted(lines, key=lambda line: line.get("row", 0))


def sorted_bytes(folder: Path) -> list[bytes]:
    """The lines of the results, sorted."""
    return sorted((folder / "results.jsonl").read_bytes().splitlines())


def scores(folder: Path) -> Mapping[int, float | None]:
    """The score by row."""
    return {line["row"]: line["score"] for line in lines_of(folder)}


__all__ = ["Batch", "RunBatch", "lines_of", "project", "replace", "scores", "sorted_bytes"]
