"""What decides which model is registered, promoted or deployed."""

from __future__ import annotations

import re
from collections.abc import Iterator

from analyzer.artifacts.python_source import Call, Function
from analyzer.findings import Place
from analyzer.queries.decisions import asking, deciders
from analyzer.queries.places import where_named
from analyzer.remembered import remembered
from analyzer.repository import Repository

__all__ = ["gates", "unconditional_promotions"]

_METRIC = re.compile(
    r"(?i)rmse|\bmae|\bmse|mape|accuracy|\bacc\b|f1|auc|\br2\b|r2_|_r2|score|precision|recall|\bloss|metric|error|performance|kappa|quality|skill|brier"
)
_GAIN = re.compile(r"(?i)improve|uplift|\bgain|\bdelta\b")
_OTHER = re.compile(
    r"(?i)threshold|min_|max_|best|champion|challenger|production|prod\b|current|baseline|(?:\b|_)new|candidate|staging|latest|previous|existing|(?:\b|_)old|limit|target|required|deployed|in_use|incumbent|main|_gain"
)
_PROMOTES = re.compile(
    r"(?i)register|promot|transition|alias|deploy|publish|create_model_version|set_stage|champion|model_version|release|push_model|upload_model"
)
_STOPS = re.compile(r"^(?:raise|exit|_exit|abort|quit|fail)$")
_DRIFT = re.compile(r"(?i)drift|p_?value|psi\b|missing|null|share|status|latency|elapsed|size|count|rows?\b|len\b")
_JUDGES = re.compile(
    r"(?i)gate|accept|better|promot|compar|threshold|qualif|champion|approve|reason|refus|good_enough|worth|should_(?:deploy|register|promote)|validate_model|check_model|model_valid|quality_gate|pass"
)
_COMPARES = re.compile(r"(?i)compar|select_best|better|champion|against")
_TUNES = re.compile(r"(?i)optuna|objective|early_stop|tune|fold|epoch|patience")


def gates(repo: Repository) -> Iterator[Place]:
    """Comparisons of model metrics, with a threshold or another model, that decide registering, promoting or deploying."""
    code = repo.code
    promoting = _promoting_scopes(repo)
    judged: set[tuple[str, str]] = set()
    for item in code.comparisons:
        words = " ".join((*item.left, *item.right))
        promotes = any(_PROMOTES.search(act) for act in item.guarded_names)
        if not (_METRIC.search(words) or (promotes and _GAIN.search(words))):
            continue
        if _DRIFT.search(words) or _TUNES.search(item.scope):
            continue
        two_models = bool(_METRIC.search(" ".join(item.left)) and _METRIC.search(" ".join(item.right)))
        bounded = item.constant or bool(_OTHER.search(words)) or (two_models and bool(_COMPARES.search(item.scope)))
        if promotes:
            yield item.place
        elif bounded and any(_STOPS.search(act) or act == "assert" for act in item.guarded_names):
            if (item.path, item.scope) in promoting or _JUDGES.search(f"{item.path} {item.scope}"):
                yield item.place
        elif (
            bounded
            and "return" in item.guarded_names
            and ((item.path, item.scope) in promoting or (two_models and _COMPARES.search(item.scope)))
        ):
            yield item.place
        if bounded:
            judged.add((item.path, item.scope))
    yield from _filtered(repo)
    yield from _asked_elsewhere(repo, judged)
    yield from _pipeline_conditions(repo)


_BOUND = re.compile(r"metrics?\.[`\"']?\w+[`\"']?\s*[<>]=?\s*[\d.]")


def _filtered(repo: Repository) -> Iterator[Place]:
    """Searches for runs within a bound of a metric, by a function that registers or promotes what it finds."""
    code = repo.code
    promoting = _promoting_scopes(repo)
    for module in code.modules:
        for call in module.calls:
            text = call.keyword("filter_string") if call.last == "search_runs" else None
            bounded = isinstance(text, str) and bool(_BOUND.search(text))
            if bounded and (call.path, call.scope) in promoting and code.is_reached(call.path, call.scope):
                yield where_named(repo, call, "filter_string")


def _asked_elsewhere(repo: Repository, judged: set[tuple[str, str]]) -> Iterator[Place]:
    """Functions that compare metrics and hand the answer to a condition that promotes or stops."""
    code = repo.code

    def decides(function: Function) -> bool:
        return (function.path, function.qualname) in judged and bool(function.answers)

    names = deciders(code, decides)
    acts = re.compile(f"{_PROMOTES.pattern}|{_STOPS.pattern.replace('(?i)', '')}")
    promoting = _promoting_scopes(repo)
    for condition, function in asking(code, names, re.compile(f"{acts.pattern}|^return$")):
        if (condition.path, condition.scope) in promoting:
            yield function.head
            yield condition.place
        elif "return" in condition.acts and not any(acts.search(act) for act in condition.acts):
            continue
        elif _JUDGES.search(f"{function.name} {function.path} {condition.scope}") or any(
            _PROMOTES.search(act) for act in condition.acts
        ):
            yield function.head
            yield condition.place


_PROMOTING = re.compile(r"(?i)^(?:register|promote|deploy|publish|release)|^transition_model|set_champion")


@remembered
def _promoting_scopes(repo: Repository) -> set[tuple[str, str]]:
    calls = repo.code.calls("registry.register", "registry.method", "registry.promote")
    scopes = {(call.path, call.scope) for call in calls}
    named = {
        (call.path, call.scope)
        for module in repo.code.modules
        for call in module.calls
        if call.keyword("registered_model_name") or _PROMOTING.search(call.last)
    }
    return scopes | named


_CONDITIONS = re.compile(
    r"sagemaker\.workflow\.conditions?\.|sagemaker\.workflow\.condition_step|kfp\.(?:v2\.)?dsl\.(?:If|Condition)$|BranchPythonOperator|airflow\.decorators\.task\.branch|ShortCircuitOperator|task\.short_circuit"
)


def _pipeline_conditions(repo: Repository) -> Iterator[Place]:
    """Conditional steps of orchestrators about a metric."""
    code = repo.code
    for module in code.modules:
        for call in module.calls:
            if _CONDITIONS.search(call.name) and code.is_reached(call.path, call.scope):
                names = " ".join((call.assigned, *call.texts(), call.decorates))
                if _METRIC.search(names) or "sagemaker" in call.name or ("kfp" in call.name and _OTHER.search(names)):
                    yield call.place


def unconditional_promotions(repo: Repository) -> Iterator[Call]:
    """Registering or promoting the best run by a metric, with no comparison."""
    for code in (repo.code, repo.notebook_code):
        promoting = code.calls("registry.register", "registry.method", "registry.promote")
        named = [call for module in code.modules for call in module.calls if call.keyword("registered_model_name")]
        if not promoting and not named:
            continue
        where = {call.path for call in (*promoting, *named)}
        for module in code.modules:
            for call in module.calls:
                if (
                    code.is_reached(call.path, call.scope)
                    and _chooses_best(call)
                    and (not module.notebook or module.path in where)
                ):
                    yield call
        kept = {(item.path, item.scope) for item in code.comparisons if _keeps_best((*item.left, *item.right))}
        yield from (
            call
            for call in promoting
            if _chosen_by_min_or_max(code.calls_in(call.path, call.scope)) or (call.path, call.scope) in kept
        )


_ASKS_BEST = re.compile(
    r"(?i)(?:get|save|select|find|choose|pick|load)_(?:the_)?(?:best|top)_?(?:model|run|version|candidate)"
)
_KEPT = re.compile(
    r"(?i)\b(?:best|top|max|min|lowest|highest)_\w*(?:acc|score|f1|auc|rmse|mae|mse|r2|loss|metric|error)"
)


def _keeps_best(words: tuple[str, ...]) -> bool:
    """Whether a comparison is of a metric with the best so far."""
    told = " ".join(words)
    return bool(_KEPT.search(told)) or (
        bool(_METRIC.search(told)) and any(word.startswith(("best_model", "best_run")) for word in words)
    )


def _chosen_by_min_or_max(calls: tuple[Call, ...]) -> bool:
    return any(_ASKS_BEST.search(call.last) for call in calls) or any(
        call.name in ("min", "max", "sorted") and re.search(r"(?i)best|top|winner|^(?:min|max)_", call.assigned)
        for call in calls
    )


def _chooses_best(call: Call) -> bool:
    if call.last == "search_runs":
        return _orders(call)
    if call.last in ("sort_values", "nlargest", "nsmallest", "idxmin", "idxmax"):
        return (
            bool(_METRIC.search(" ".join((*call.texts(), call.name))))
            and "metric" in " ".join((*call.texts(), call.name)).lower()
        )
    return False


def _orders(call: Call) -> bool:
    value = call.keyword("order_by")
    texts = value if isinstance(value, tuple) else (value,)
    return any(isinstance(text, str) and re.search(r"(?i)metric", text) for text in texts) or any(
        re.search(r"(?i)metrics?[.`\"'\[]", text) for text in call.texts()
    )
