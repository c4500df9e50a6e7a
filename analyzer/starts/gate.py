"""A model gate: a script that compares a metric of the trained model with a bound, and a workflow step that runs it."""

from __future__ import annotations

import json
import re

from analyzer.inventory import Kind
from analyzer.knowledge.starts import CHECKOUT, NO_BOUND, SETUP_PYTHON
from analyzer.starts.model import RefusalError, Start, rendered
from analyzer.starts.project import Project
from analyzer.starts.workflows import workflow_path

__all__ = ["model_gate"]

_FILE = re.compile(r"[\w./-]*(?:metrics|scores|evaluation|eval|results?)[\w-]*\.json")
_LESS = re.compile(r"(?i)(?:^|_)(?:rmse|mae|mse|mape|loss|error|brier)(?:_|$)")
_MORE = re.compile(r"(?i)(?:^|_)(?:accuracy|acc|f1|auc|precision|recall|r2|kappa)(?:_|$)")
_NAME = re.compile(r"[A-Za-z_]\w{0,40}")
_LARGEST = 65_536


def model_gate(project: Project) -> Start:
    """A gate on the metrics file that training writes."""
    file = _metrics_file(project)
    if not file:
        raise RefusalError(
            "No metrics file is written here that a gate could read (metrics.json or the like)",
            "Let training or evaluation write its metrics to metrics.json first.",
        )
    metric = _metric(project, file)
    less = bool(_LESS.search(metric))
    bound = f"{'MAX' if less else 'MIN'}_{metric.upper()}"
    values = {"file": file, "metric": metric, "bound": bound, "sign": ">" if less else "<"}
    files = (
        rendered(
            "model_gate.py.j2",
            project.outer("scripts/model_gate.py"),
            "ci.model-gate",
            less=less,
            no_bound=NO_BOUND,
            **values,
        ),
        rendered(
            "gate.yml.j2",
            workflow_path(project, "model-gate"),
            "ci.model-gate",
            here=workflow_path(project, "model-gate"),
            folder=project.plain_folder,
            branch=project.branch,
            checkout=CHECKOUT,
            setup=SETUP_PYTHON,
            python=project.python,
            **values,
        ),
    )
    return Start(
        "ci.model-gate",
        files,
        (
            f"Set the bound in {project.outer('scripts/model_gate.py')}: the script stops as long as there is none.",
            "Put the step after training, in the workflow that registers or deploys, so that a worse model stops there.",
        ),
    )


def _metrics_file(project: Project) -> str:
    """The path of a JSON file of metrics from the project's folder: one that is there, one of DVC, or one that code names."""
    repo = project.repository
    there = [path for path in map(project.inner, repo.inventory.of(Kind.JSON)) if _FILE.fullmatch(path)]
    written = [
        text.value.removeprefix("./")
        for module in repo.code.modules
        for text in module.texts
        if _FILE.fullmatch(text.value) and not text.value.startswith("/") and ".." not in text.value
    ]
    return next(iter([*sorted(there, key=len), *sorted(written, key=len)]), "")


def _metric(project: Project, file: str) -> str:
    """The first metric of a known direction in the file, or in the code; rmse where none is named."""
    content = project.repository.snapshot.read_if_small(project.outer(file)) or b""
    names: list[str] = []
    if len(content) <= _LARGEST:
        try:
            document = json.loads(content)
        except ValueError:
            document = {}
        if isinstance(document, dict):
            names = [key for key, value in document.items() if isinstance(value, (int, float))]
    names += [text.value for module in project.repository.code.modules for text in module.texts]
    known = (name for name in names if _NAME.fullmatch(name) and (_LESS.search(name) or _MORE.search(name)))
    return next(known, "rmse")
