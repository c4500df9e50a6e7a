"""Runs whose parameters and metrics a library records by itself, where it is told to."""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.artifacts.python_source import Call
from analyzer.repository import Repository

__all__ = ["reported_runs"]

_TRACKERS = frozenset({"wandb", "mlflow", "comet_ml", "neptune", "clearml", "tensorboard", "all"})


def reported_runs(repo: Repository) -> Iterator[tuple[Call, str]]:
    """(call, what is tracked, in words) of what tells a library that trains which tracker to report to, or gives a run its settings.

    https://docs.wandb.ai/ref/python/init and https://huggingface.co/docs/transformers/main_classes/callback.
    """
    code = repo.code
    for module in code.modules if code.imports("transformers", "trl") else ():
        for call in module.calls:
            if _told(call.keyword("report_to")) and code.is_reached(call.path, call.scope):
                yield call, "Runs are tracked by the library that trains"
    for call in code.calls("track.run"):
        if call.root == "wandb" and call.last == "init" and call.has_keyword("config"):
            yield call, "Parameters of runs are tracked in code"


def _told(value: object) -> bool:
    """Whether a setting names a tracker, alone or in a list."""
    return any(item in _TRACKERS for item in (value if isinstance(value, tuple) else (value,)))
