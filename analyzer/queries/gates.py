"""What decides which model is registered, promoted or deployed."""

from __future__ import annotations

import re
from collections.abc import Iterator

from analyzer.artifacts.python_source import Call, Comparison
from analyzer.findings import Place
from analyzer.knowledge.python_calls import roles_of
from analyzer.repository import Repository

__all__ = ["gates", "unconditional_promotions"]

_METRIC = re.compile(r"(?i)rmse|\bmae\b|\bmse\b|mape|accuracy|\bacc\b|f1|auc|\br2\b|r2_|_r2|score|precision|recall|loss|metric|error|performance|kappa|logloss|quality")
_ROLE = re.compile(r"(?i)threshold|min_|max_|best|champion|challenger|production|prod|current|baseline|new|candidate|staging|latest|previous|existing|old|limit|target|required|deployed")
_ACTS = re.compile(r"(?i)register|promot|transition|alias|deploy|publish|create_model_version|set_stage|upload|raise|exit|put_object|copy|champion|push|set_model_version_tag|log_model|save_model|return")
_STRONG = re.compile(r"(?i)register|promot|transition|alias|deploy|publish|create_model_version|set_stage|champion|model_version")
_DRIFT = re.compile(r"(?i)drift|p_value|psi|\bks\b|missing|null|share")


def gates(repo: Repository) -> Iterator[Place]:
    """Comparisons of model metrics with a threshold or another model that guard registering, promoting or deploying."""
    promoting = _promoting_scopes(repo)
    for item in repo.code.comparisons:
        words = " ".join((*item.left, *item.right))
        if not _METRIC.search(words) or _DRIFT.search(words):
            continue
        acted = " ".join(item.guarded_names)
        if _STRONG.search(acted):
            yield item.place
        elif _ACTS.search(acted) and (item.path, item.scope) in promoting and (item.constant or _ROLE.search(words)):
            yield item.place
        elif _decides_for_caller(repo, item, words):
            yield item.place
    for file in repo.dvc_files:
        del file
    yield from _pipeline_conditions(repo)


def _promoting_scopes(repo: Repository) -> set[tuple[str, str]]:
    calls = repo.code.calls("registry.register", "registry.method", "registry.promote")
    scopes = {(call.path, call.scope) for call in calls}
    named = {(call.path, call.scope) for module in repo.code.modules for call in module.calls if call.keyword("registered_model_name") or _STRONG.search(call.last)}
    return scopes | named


def _decides_for_caller(repo: Repository, item: Comparison, words: str) -> bool:
    """A function that returns the comparison, asked by code that promotes."""
    if "return" not in item.guarded_names or not item.scope or not (item.constant or _ROLE.search(words)):
        return False
    name = item.scope.rsplit(".", 1)[-1]
    if not re.search(r"(?i)valid|accept|better|promot|should|gate|check|compare|evaluat|is_|decid|deploy|threshold|qualif|pass", name):
        return False
    code = repo.code
    for module in code.modules:
        for call in module.calls:
            if call.last == name and (call.path, call.scope) in _promoting_scopes(repo):
                return True
    return False


_CONDITIONS = re.compile(r"sagemaker\.workflow\.condition|sagemaker\.workflow\.conditions|kfp\.dsl\.(?:If|Condition)|\.BranchPythonOperator|airflow\.decorators\.task\.branch|\.ShortCircuitOperator|ConditionStep|mage_ai.*condition")


def _pipeline_conditions(repo: Repository) -> Iterator[Place]:
    """Conditional steps of orchestrators about a metric."""
    code = repo.code
    for module in code.modules:
        for call in module.calls:
            if _CONDITIONS.search(call.name) and code.is_reached(call.path, call.scope):
                names = " ".join((call.assigned, *call.texts(), call.decorates))
                if _METRIC.search(names) or "ConditionStep" in call.name or "Condition" in call.last:
                    if any(_METRIC.search(text) for text in call.texts()) or re.search(r"(?i)metric|accura|rmse|f1|auc|mse", names):
                        yield call.place


def unconditional_promotions(repo: Repository) -> Iterator[Call]:
    """Registering or promoting the best run by a metric, with no comparison."""
    code = repo.code
    promoting = code.calls("registry.register", "registry.method", "registry.promote")
    for call in promoting:
        searched = [
            item
            for item in code.calls_in(call.path, call.scope)
            if item.last == "search_runs" or (item.last in ("max", "min", "sorted", "sort_values", "idxmin", "idxmax", "nlargest", "nsmallest"))
        ]
        ordered = [item for item in searched if item.last != "search_runs" or _orders(item)]
        if ordered and (item := ordered[0]) and (item.last == "search_runs" or _METRIC.search(" ".join(item.texts()))):
            yield call
    for call in code.calls("model.tune"):
        del call
    searching = [
        call for module in code.modules for call in module.calls
        if call.last == "search_runs" and _orders(call) and code.is_reached(call.path, call.scope)
    ]
    if searching and promoting:
        yield searching[0]


def _orders(call: Call) -> bool:
    value = call.keyword("order_by")
    texts = value if isinstance(value, tuple) else (value,)
    return any(isinstance(text, str) and re.search(r"(?i)metric", text) for text in texts) or any(
        re.search(r"(?i)metrics?\.\w+\s*(?:asc|desc)?", text) for text in call.texts()
    )


