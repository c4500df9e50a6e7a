"""Metrics of models: which ones the project's code computes."""

from __future__ import annotations

import re

from analyzer.repository import Repository

__all__ = ["is_computed"]

_METRICS: tuple[tuple[re.Pattern[str], re.Pattern[str]], ...] = tuple(
    (re.compile(rf"(?i){told}"), re.compile(rf"(?i){coded}"))
    for told, coded in (
        (r"\brmse\b|\bmse\b|root[- ]mean|squared error", r"rmse|mse|mean_squared|squared"),
        (r"\bmae\b|absolute error", r"mae\b|_mae|mae_|absolute|(?-i:MAE)"),
        (r"mape", r"mape|percentage_error"),
        (r"accuracy|exactitud", r"acc|score"),
        (r"\bf1\b|f1[-_ ]", r"f1|f_1|fbeta|classification_report"),
        (r"\bauc\b|\broc\b", r"auc|roc"),
        (r"precision|recall|sensitivity|specificity", r"precision|recall|classification_report|confusion"),
        (r"\br2\b|r²|r\^2", r"r2|r_2|score"),
        (r"loss", r"loss|eval"),
    )
)


def is_computed(repo: Repository, line: str) -> bool:
    """Whether code or a notebook names two in three of the metrics that a line states; others than the common ones count as named."""
    told = [coded for pattern, coded in _METRICS if pattern.search(line)]
    return sum(bool(coded.search(repo.once(_names))) for coded in told) * 3 >= len(told) * 2


def _names(repo: Repository) -> str:
    """All identifiers and short strings of code and notebooks, one a line."""
    names: set[str] = set()
    for module in repo.world.modules:
        for scope, used in module.names_in.items():
            if repo.world.is_reached(module.path, scope):
                names.update(used)
        names.update(
            text.value
            for text in module.texts
            if len(text.value) <= 60 and repo.world.is_reached(module.path, text.scope)
        )
    return "\n".join(sorted(names))
