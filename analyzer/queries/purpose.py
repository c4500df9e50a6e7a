"""What a repository is about: whether anything in it learns or asks a model, and whether it works on data.

A program without a model also reads tables, answers results and compares scores. Rules that know models and data by such
signs ask here first.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from analyzer.inventory import Kind, Owner
from analyzer.knowledge.learners import DATA_PACKAGES, LEARNERS, LEARNING_IMAGES, MODEL_SUFFIXES
from analyzer.queries.learning import training_calls
from analyzer.repository import Repository

__all__ = ["has_model", "works_on_data"]

_OF_MODELS = (Kind.NOTEBOOK, Kind.DVC_PIPELINE, Kind.DVC_POINTER, Kind.MLPROJECT, Kind.DATABRICKS)
_OF_OTHERS = (Owner.VENDORED, Owner.TEST_DATA)
_OF_DATA = (Kind.MAGE_PIPELINE, Kind.PREFECT_YAML)
_RESOURCES = re.compile(
    r"(?i)sagemaker|vertex|aiplatform|ai_platform|machinelearning|machine_learning|mlflow|cognitive|bedrock|openai"
)
# Languages in which no imports are read: what they do is left open.
_UNREAD = frozenset(["c", "cc", "cpp", "cs", "ipynb", "java", "jl", "kt", "m", "r", "rmd", "scala", "swift"])
_IN_SQL = re.compile(r"(?i)\bcreate\s+(?:or\s+replace\s+)?model\b|\bml\.predict\b")
_ELSEWHERE = re.compile(
    r"tensorflow|onnx|openai|langchain|torch|gorgonia|linfa|smartcore|huggingface|xenova|brain\.js|ml5|\bml-"
)


def has_model(repo: Repository) -> bool:
    """Whether anything here learns, keeps, serves or asks a model; true where it cannot be told."""
    return repo.once(_has_model)


def works_on_data(repo: Repository) -> bool:
    """Whether anything here works on data sets, or on models; true where it cannot be told."""
    return repo.once(_works_on_data)


def _has_model(repo: Repository) -> bool:
    owners = repo.inventory.owners
    return (
        bool(repo.inventory.of(*_OF_MODELS))
        or not LEARNERS.isdisjoint(repo.once(_packages))
        or any(_suffix(path) in MODEL_SUFFIXES | _UNREAD and owners.get(path) not in _OF_OTHERS for path in repo.paths)
        or any(_RESOURCES.search(item.type) for file in repo.infrastructure for item in file.resources)
        or any(part in image for image in _images(repo) for part in LEARNING_IMAGES)
        or any(_IN_SQL.search(repo.text(path) or "") for path in repo.inventory.of(Kind.SQL))
        or any(_ELSEWHERE.search(repo.text(path) or "") for path in repo.inventory.of(Kind.PACKAGE_JSON, Kind.PROGRAM))
        or bool(training_calls(repo.code))
    )


def _works_on_data(repo: Repository) -> bool:
    return (
        not DATA_PACKAGES.isdisjoint(repo.once(_packages))
        or bool(repo.inventory.of(*_OF_DATA))
        or bool(repo.workflows)
        or has_model(repo)
    )


def _packages(repo: Repository) -> frozenset[str]:
    """What is imported, by each beginning of its dotted name, and what is declared."""
    return frozenset(_named(repo))


def _named(repo: Repository) -> Iterator[str]:
    for module in repo.modules:
        for item in module.imports:
            parts = item.dotted.lower().replace("_", "-").split(".")
            yield from (".".join(parts[:end]) for end in range(1, min(len(parts), 4) + 1))
    for file in repo.dependency_files:
        yield from (item.name for item in file.requirements)


def _images(repo: Repository) -> Iterator[str]:
    for file in repo.dockerfiles:
        yield from file.images
    for compose in repo.compose_files:
        yield from (service.image for service in compose.services)
    for workload in repo.kubernetes:
        yield from workload.images


def _suffix(path: str) -> str:
    return posixpath.splitext(path)[1][1:].lower()
