"""Pipeline stages whose inputs nothing makes (DVC)."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from analyzer.artifacts.dvc import DvcStage
from analyzer.repository import Repository
from analyzer.soundness.defect import Defect
from analyzer.soundness.layout import Layout

__all__ = ["missing_inputs"]


def missing_inputs(layout: Layout) -> Iterator[Defect]:
    """Dependencies of DVC stages that no stage makes, and no file or ``.dvc`` pointer provides."""
    repo = layout.repository
    provided: set[str] = set()
    for file in repo.dvc_files:
        folder = posixpath.dirname(file.path)
        provided.update(posixpath.normpath(posixpath.join(folder, name)) for name in file.tracked)
    for file in repo.dvc_files:
        for stage in file.stages:
            provided.update(_at(stage, name) for name in (*stage.outs, *stage.metrics))
    fetched = _is_fetched_before(layout.repository)
    plots = {word for file in repo.dvc_files for stage in file.stages for word in stage.command.split()}
    for file in repo.dvc_files:
        text = repo.text(file.path) or ""
        for stage in file.stages:
            for name in stage.deps:
                if not name or name in plots or (fetched and _DATA.search(name)):
                    continue
                if not _is_there(layout, stage, name, provided, text):
                    sentence = (
                        f"stage {stage.name} needs {name}, which no stage makes and no file or .dvc pointer provides"
                    )
                    yield Defect(stage.path, stage.line, "missing-input", sentence)


def _is_fetched_before(repo: Repository) -> bool:
    """Whether CI runs a program of the project that is no stage, in the same job before it runs the stages: it may fetch data."""
    words = (word for file in repo.dvc_files for stage in file.stages for word in stage.command.split())
    of_stages = {word.rsplit("/", 1)[-1] for word in words}
    for pipeline in repo.pipelines if of_stages else ():
        before: set[str] = set()
        for item in repo.commands_of(pipeline):
            path = repo.program(item.invocation)
            if path and path.rsplit("/", 1)[-1] not in of_stages:
                before.add(item.job.name)
            if item.invocation.argv[:2] == ("dvc", "repro") and item.job.name in before:
                return True
    return False


_DATA = re.compile(r"(?i)\.(?:csv|tsv|parquet|jsonl?|feather|xlsx?)$")


def _at(stage: DvcStage, name: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(stage.path), name))


def _is_there(layout: Layout, stage: DvcStage, name: str, provided: set[str], text: str) -> bool:
    if any(mark in name for mark in ("${", "{{", "://", "*")) or name.startswith(("/", "..", "~")) or "wdir:" in text:
        return True
    path = _at(stage, name)
    if layout.repository.has(path):
        return True
    return any(
        path == item
        or path.startswith(f"{item}/")
        or item.startswith(f"{path}/")
        or ("${" in item and _of(item).match(path))
        for item in provided
    )


_FIELD = re.compile(r"\$\{[^}]*\}")


def _of(template: str) -> re.Pattern[str]:
    """What a path with fields, as a stage for each item of a list writes it, can become."""
    return re.compile("[^/]+".join(map(re.escape, _FIELD.split(template))) + r"(?:/|$)")
