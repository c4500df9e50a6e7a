"""Pipelines of Airflow that another one starts by a name that none has, and tasks that a branch names and nothing makes."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from analyzer.artifacts.python_source import Call, PythonModule, tree_of
from analyzer.artifacts.python_values import Name
from analyzer.repository import Repository
from analyzer.soundness.defect import Defect

__all__ = ["unknown_branches", "unknown_dags"]

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


_BRANCHES = frozenset({"BranchPythonOperator", "BranchPythonVirtualenvOperator", "branch"})


def unknown_branches(repository: Repository) -> Iterator[Defect]:
    """What a branch of a DAG returns, where the module makes all of its tasks by names written out and none has this one.

    Source: https://airflow.apache.org/docs/apache-airflow/stable/core-concepts/dags.html#branching
    """
    for module in repository.modules:
        branches = [call for call in module.calls if call.last in _BRANCHES and call.root == "airflow"]
        tasks = _tasks(module) if branches else frozenset()
        functions = {_callable(call) for call in branches} - {""} if tasks else set()
        first: dict[str, int] = {}
        for name, line in sorted(_returned(repository, module, functions)) if functions else ():
            first.setdefault(name, line)
        for name, line in first.items():
            if name.rpartition(".")[2] not in tasks:
                sentence = f"a branch leads to {name}, and no task of the DAG has this name"
                yield Defect(module.path, line, "missing-task", sentence)


def _tasks(module: PythonModule) -> frozenset[str]:
    """The names of the tasks that a module makes; none where one of them is not written out."""
    names: set[str] = set()
    for call in module.calls:
        if call.has_keyword("task_id"):
            value = call.keyword("task_id")
            if not isinstance(value, str) or "{" in value:
                return frozenset()
            names.add(value)
        elif call.root == "airflow" and call.decorates:
            names.add(call.decorates.rpartition(".")[2])
        elif call.last.endswith("Operator") and call.root == "airflow":
            return frozenset()  # its name stands elsewhere
    return frozenset(names | {item.name for item in module.functions if item.decorators})


def _callable(call: Call) -> str:
    """The function that decides, where it is one of the module."""
    value = call.keyword("python_callable")
    return call.decorates or (value.dotted if isinstance(value, Name) and "." not in value.dotted else "")


def _returned(repository: Repository, module: PythonModule, functions: set[str]) -> Iterator[tuple[str, int]]:
    """The strings that functions of a module return themselves, alone or in a list, each with its line."""
    for node in ast.walk(tree_of(repository.text(module.path) or "")):
        if not isinstance(node, ast.FunctionDef) or node.name not in functions:
            continue
        pending: list[ast.AST] = list(node.body)
        while pending:
            item = pending.pop()
            if isinstance(item, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
                continue
            if isinstance(item, ast.Return):
                values = item.value.elts if isinstance(item.value, ast.List | ast.Tuple) else [item.value]
                for value in values:
                    if isinstance(value, ast.Constant) and isinstance(value.value, str):
                        yield value.value, item.lineno
            pending += ast.iter_child_nodes(item)


def _name(call: Call, keyword: str) -> str:
    """What a call says under a keyword or first, where it is written out."""
    value = call.keyword(keyword)
    if value is None and call.last != "TriggerDagRunOperator":
        value = call.args[0] if call.args else None
    return value if isinstance(value, str) and "{" not in value else ""
