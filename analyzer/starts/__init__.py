"""Starts: files that a repository can begin with, made from what it already has.

One module a kind of file. A start is written for one criterion, carries the mark of ``analyzer/startmark.py``, and earns
nothing until somebody has worked on it.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module

from msgspec import Struct

from analyzer.errors import UsageError
from analyzer.rubric import load_rubric
from analyzer.snapshot import nearest
from analyzer.starts.model import RefusalError, Start, StartFile
from analyzer.starts.project import Project

__all__ = ["STARTS", "Maker", "Project", "RefusalError", "Start", "StartFile", "start_for"]


class Maker(Struct, frozen=True):
    """The function ``module:name`` that makes a start, and what that is.

    Most begin what is not there yet; one that ``goes_on`` from what is there is made although the criterion is met.
    """

    function: str
    what: str
    goes_on: bool = False


STARTS: Mapping[str, Maker] = {
    "ci.pipeline": Maker("workflows:pipeline", "a workflow that runs the existing checks and tests"),
    "ci.tests": Maker("workflows:tests", "a workflow that runs the existing tests"),
    "ci.lint": Maker("workflows:lint", "a workflow that runs the configured checkers"),
    "ci.model-gate": Maker("gate:model_gate", "a script and a workflow step that compare a metric with a bound"),
    "e2e.container": Maker("container:dockerfile", "a Dockerfile for the service or app that is there"),
    "mon.metrics": Maker("scrape:prometheus", "a Prometheus configuration that scrapes the service", goes_on=True),
    "doc.operations": Maker("prose:operations", "skeletons of a runbook and of a decision record"),
    "repro.hooks": Maker("hooks:pre_commit", "a pre-commit configuration for the tools in use"),
}
"""How the start of each criterion is made."""


def start_for(criterion: str, project: Project) -> Start:
    """Make the start for a criterion.

    Raises:
        UsageError: there is no start for this criterion.
        RefusalError: this repository lacks what the start would be made from.
    """
    if criterion not in STARTS:
        if any(criterion == item.id for item in load_rubric("mlops").criteria):
            raise UsageError(
                f"There is no start for {criterion}",
                f"folioscope rules show {criterion} says how to earn it; folioscope fix lists what has a start.",
            )
        known = nearest(criterion, STARTS)
        raise UsageError(f"There is no start for {criterion!r}", f"{known} folioscope fix lists all.".strip())
    module, _, function = STARTS[criterion].function.partition(":")
    made: Start = getattr(import_module(f"analyzer.starts.{module}"), function)(project)
    return made
