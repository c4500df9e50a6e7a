"""The best run by a metric: where it is chosen to be registered, promoted or served without a bound or a rival."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from analyzer.artifacts.python_source import Call, PythonModule
from analyzer.code import Code
from analyzer.queries.decisions import deciders
from analyzer.queries.gates import METRIC
from analyzer.queries.registries import names_model
from analyzer.remembered import remembered
from analyzer.repository import Repository

__all__ = ["loaded_best", "unconditional_promotions"]


def unconditional_promotions(repo: Repository) -> Iterator[Call]:
    """Registering or promoting the best run by a metric, with no comparison; first what chooses the one that is promoted."""
    for code in (repo.code, repo.notebook_code):
        promoting = code.calls("registry.register", "registry.method", "registry.promote")
        named = [call for module in code.modules for call in module.calls if names_model(call) or _links(call)]
        acts = (*promoting, *named)
        if not acts:
            continue
        yield from _choosers(code, acts)
        kept = {
            (item.path, item.scope)
            for item in code.comparisons
            if _keeps_best((*item.left, *item.right)) and not _learns(code, item.path, item.scope)
        }
        choosing = deciders(code, lambda function, kept=kept: (function.path, function.qualname) in kept)  # type: ignore[misc]
        chosen: dict[tuple[str, str], bool] = {}
        for path, scope in dict.fromkeys(place for act in acts for place in _around(code, act)):
            around = code.calls_in(path, scope)
            by_name = any(call.last.lower() in choosing for call in around)
            chosen[path, scope] = by_name or _chosen_by_min_or_max(code, around)
        yield from (
            call
            for call in sorted(acts, key=lambda call: call.last == "create_registered_model")
            if (call.path, call.scope) in kept
            or _names_beside(code, call) >= _OF_BEST_TRIAL
            or (_ASKS_BEST.search(call.scope) and not _chooses_otherwise(code, call.path, call.scope))
            or any(chosen[place] for place in _around(code, call))
        )


def loaded_best(repo: Repository) -> Iterator[Call]:
    """Choices of the best run by a metric in code that loads the model of it, and trains none or fetches its files."""
    code = repo.code
    for item in code.modules:
        fetching = {call.scope for call in item.calls if call.last == "download_artifacts"}
        for call in item.calls if fetching else ():
            if call.scope in fetching and _chooses_best(call) and code.is_reached(call.path, call.scope):
                yield call
    fitting = {call.path for call in code.calls("model.fit")}
    loading = {(call.path, call.scope) for call in code.calls("registry.load", "model.load")}
    for path in sorted({path for path, _ in loading} - fitting):
        module = code.module(path)
        for call in module.calls if module else ():
            if (call.path, call.scope) in loading and _chooses_best(call) and code.is_reached(call.path, call.scope):
                yield call


def _links(call: Call) -> bool:
    """Whether a call gives a version in a registry of W&B its aliases: https://docs.wandb.ai/ref/python/artifact."""
    return call.last == "link" and call.has_keyword("aliases")


_OF_BEST_TRIAL = frozenset({"best_trial", "user_attrs"})
"""What the run of the best trial is taken from, by the names of Optuna."""


def _names_beside(code: Code, call: Call) -> frozenset[str]:
    module = code.module(call.path)
    return module.names_in.get(call.scope, frozenset()) if module else frozenset()


@remembered
def _learns(code: Code, path: str, scope: str) -> bool:
    """Whether a function takes the steps of learning itself: what it keeps is the best epoch of one run."""
    return any(call.last in ("backward", "zero_grad") for call in code.calls_in(path, scope))


def _choosers(code: Code, acts: tuple[Call, ...]) -> list[Call]:
    """The calls that choose the best run; first the one from which it is the fewest lines to what registers or promotes."""
    where = {act.path for act in acts}
    found = (
        call
        for module in code.modules
        if not module.notebook or module.path in where
        for call in module.calls
        if _chooses_best(call) and code.is_reached(call.path, call.scope) and not _for_parameters(module, call)
    )
    return sorted(found, key=lambda call: _lines_to(call, acts))


def _lines_to(call: Call, acts: tuple[Call, ...]) -> float:
    """How many lines below a call the next act of the same function stands; endless where there is none."""
    below = (act.line - call.line for act in acts if (act.path, act.scope) == (call.path, call.scope))
    return min((lines for lines in below if lines >= 0), default=float("inf"))


def _around(code: Code, call: Call) -> Iterator[tuple[str, str]]:
    """(path, scope) of the function of a call, and of those that call this function in the same file."""
    yield call.path, call.scope
    function = call.scope.rsplit(".", 1)[-1]
    if function:
        yield from ((call.path, scope) for scope in _callers(code, call.path).get(function, ()))


@remembered
def _callers(code: Code, path: str) -> Mapping[str, list[str]]:
    """The scopes of a module in which something of a name is called, in order, by the name."""
    module = code.module(path)
    found: dict[str, set[str]] = {}
    for other in module.calls if module else ():
        found.setdefault(other.last, set()).add(other.scope)
    return {name: sorted(scopes) for name, scopes in found.items()}


_ASKS_BEST = re.compile(
    r"(?i)(?:get|set|save|select|find|search|choose|pick|load|register|promote|tag|mark|is)_(?:the_)?(?:best|top)_?(?:model|run|version|candidate)"
)
_KEPT = re.compile(
    r"(?i)\b(?:best|top|max|min|lowest|highest)_\w*(?:acc|score|f1|auc|rmse|mae|mse|r2|loss|metric|error)"
)


def _keeps_best(words: tuple[str, ...]) -> bool:
    """Whether a comparison is of a metric with the best so far."""
    told = " ".join(words)
    return bool(_KEPT.search(told)) or (
        bool(METRIC.search(told)) and any(word.startswith(("best_model", "best_run")) for word in words)
    )


def _for_parameters(module: PythonModule, call: Call) -> bool:
    """Whether of the best run only its parameters are taken, to train another one with them: that is tuning."""
    names = module.names_in.get(call.scope, frozenset())
    return "params" in names and names.isdisjoint(("run_id", "run_uuid", "info", "artifact_uri", "model_uri"))


def _chooses_otherwise(code: Code, path: str, scope: str) -> bool:
    """Whether what a function calls the best was fitted with parameters that it looked for, or is the newest run."""
    calls = code.calls_in(path, scope)
    otherwise = any(
        item.last.endswith("SearchCV") or (item.last == "search_runs" and item.has_keyword("order_by"))
        for item in calls
    )
    return otherwise and not any(map(_chooses_best, calls))


def _asks_best(code: Code, call: Call) -> bool:
    """Whether a call asks for the best one by its name, and what it calls does not choose otherwise."""
    if not _ASKS_BEST.search(call.last):
        return False
    found = code.definition(call.name, call.path)
    return found is None or not _chooses_otherwise(code, *found)


def _chosen_by_min_or_max(code: Code, calls: tuple[Call, ...]) -> bool:
    return any(_asks_best(code, call) for call in calls) or any(
        (call.name in ("min", "max", "sorted") and re.search(r"(?i)best|top|winner|^(?:min|max)_", call.assigned))
        or (call.last in ("min", "max") and METRIC.search(call.assigned.replace("_", " ")))
        for call in calls
    )


def _chooses_best(call: Call) -> bool:
    if call.last == "search_runs":
        return _orders(call)
    if call.last in ("sort_values", "nlargest", "nsmallest", "idxmin", "idxmax"):
        return (
            bool(METRIC.search(" ".join((*call.texts(), call.name))))
            and "metric" in " ".join((*call.texts(), call.name)).lower()
        )
    return False


def _orders(call: Call) -> bool:
    value = call.keyword("order_by")
    texts = value if isinstance(value, tuple) else (value,)
    return any(isinstance(text, str) and re.search(r"(?i)metric", text) for text in texts) or any(
        re.search(r"(?i)metrics?[.`\"'\[]", text) for text in call.texts()
    )
