"""Pipelines of Airflow that another one starts by a name that none has."""

from __future__ import annotations

from collections.abc import Iterator

from analyzer.artifacts.python_source import Call
from analyzer.repository import Repository
from analyzer.soundness.defect import Defect

__all__ = ["unknown_dags"]

_TRIGGERS = {"TriggerDagRunOperator": "trigger_dag_id", "trigger_dag": "dag_id"}


def unknown_dags(repository: Repository) -> Iterator[Defect]:
    """Triggers of DAGs that the repository does not have, where it tells the names of all of its own.

    Source: https://airflow.apache.org/docs/apache-airflow-providers-standard/stable/operators/trigger_dag_run.html
    """
    calls = [call for module in repository.modules for call in module.calls if call.root == "airflow"]
    asked = [call for call in calls if call.last in _TRIGGERS]
    names = [_name(call, "dag_id") or call.decorates for call in calls if call.last in ("DAG", "dag")] if asked else []
    if not names or not all(names):
        return
    for call in asked:
        name = _name(call, _TRIGGERS[call.last])
        if name and "{" not in name and name not in names:
            sentence = f"the DAG {name} is started, and no DAG of the repository has this name"
            yield Defect(call.path, call.line, "missing-dag", sentence)


def _name(call: Call, keyword: str) -> str:
    """What a call says under a keyword or first, where it is written out."""
    value = call.keyword(keyword)
    if value is None and call.last != "TriggerDagRunOperator":
        value = call.args[0] if call.args else None
    return value if isinstance(value, str) and "{" not in value else ""
